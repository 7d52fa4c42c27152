import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Readable } from 'node:stream';
import t from 'tap';
import { kyselyOver } from '../src/catalog/db/sqlite.ts';
import { toFileId } from '../src/core/ids.ts';
import { silentLog } from '../src/core/log.ts';
import { createSidecarCache } from '../src/sidecars/sidecar-cache.ts';
import { createHandClock } from './fixtures/hand-clock.ts';
import { folder } from './fixtures/ids.ts';
import { passerelle } from './fixtures/passerelle.ts';
import { envOver, setup, signal, type Test } from './fixtures/setup.ts';
import { createPutAsideHere, readerHere } from './fixtures/sidecar-parts.ts';
import { type AccountFolder, createSimulator } from './simulator/simulator.ts';
import { srt } from './tables/spoken-lines.ts';

/** A disk that takes no more is told as that, whoever finds out. */

/** A file system of this size, unmounted after the test; undefined where nobody may mount. */
function mountSmall(t: Test & { comment(words: string): void }, kilobytes: number): string | undefined {
  const dir = mkdtempSync(join(tmpdir(), 'passerelle-small-'));
  const isMounted = run('mount', '-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', dir);
  t.teardown(() => {
    if (isMounted) run('umount', '-l', dir);
    rmdirSync(dir);
  });
  if (!isMounted) t.comment('SKIPPED: nobody may mount here');
  return isMounted ? dir : undefined;
}

function run(program: string, ...words: string[]): boolean {
  return spawnSync(program, words, { stdio: 'ignore' }).status === 0;
}

const manyFilms: AccountFolder = {
  folders: Array.from({ length: 6 }, (_, f) => ({
    name: `Films ${f}`,
    files: Array.from({ length: 200 }, (_, n) => ({
      name: `A.Film.With.A.Rather.Long.Name.Number.${f * 200 + n}.1999.1080p.BluRay.x264-GROUP.mkv`,
      content: { sizeBytes: 1000, seed: f * 200 + n },
    })),
  })),
};

t.test('dataDir full in the first sync', async (t) => {
  const data = mountSmall(t, 700);
  if (!data) return;
  const started = await setup(t, {
    env: { PASSERELLE_DATA_DIR: data },
    simulator: { account: manyFilms },
  });
  await t.rejects(
    started.sync().then((result) => {
      throw 'reason' in result ? result.reason : new Error(result.outcome);
    }),
    { code: 'BRIDGE_DISK', message: /catalog\.db.*full \(ENOSPC\)/, remedy: /Make room/ },
  );
  const { statusCode } = await started.app.inject('/healthz');
  t.equal(statusCode, 200, 'what is known is served all the same');
});

t.test('a command on a full dataDir says it in words', async (t) => {
  const simulator = await createSimulator({ account: manyFilms });
  t.teardown(() => simulator.close());
  for (const kilobytes of [16, 700]) {
    const data = mountSmall(t, kilobytes);
    if (!data) return;
    const home = t.testdir();
    const env = { ...envOver(simulator, home), PASSERELLE_DATA_DIR: data };
    const { code, stderr, stdout } = await passerelle(['sync'], { env, cwd: home });
    t.not(code, 0);
    t.match(stderr + stdout, /The disk is full or cannot be written/, `${kilobytes} KB`);
  }
});

t.test(
  'each statement of the catalog tells of a disk that is full, and why a transaction ended',
  async (t) => {
    const database = new DatabaseSync(join(t.testdir(), 'a.db'));
    database.exec('create table key_values (name text, value text); pragma max_page_count = 4');
    const db = kyselyOver(database, 'a.db');
    t.teardown(() => db.destroy());
    const row = { name: 'a', value: 'x'.repeat(50_000) };
    await t.rejects(db.insertInto('key_values').values(row).execute(), { code: 'BRIDGE_DISK' });
    await t.rejects(
      db.transaction().execute(async (trx) => {
        await trx.insertInto('key_values').values(row).execute();
      }),
      { code: 'BRIDGE_DISK', message: /full/ },
    );
    t.equal((await db.selectFrom('key_values').selectAll().execute()).length, 0);
  },
);

t.test('a side-car that cannot be kept stops the fetching', async (t) => {
  const dir = t.testdir();
  const content = Buffer.from(srt('Oui'));
  // What every system has of a full disk.
  symlinkSync('/dev/full', join(dir, `a.${content.length}.text.-.tmp`));
  const sideCars = createSidecarCache({
    dir,
    clock: createHandClock(),
    log: silentLog,
    reader: readerHere,
    putAside: createPutAsideHere(),
    intervalMs: 0,
    open: async () => Readable.from([content]),
  });
  const file = {
    id: toFileId('a'),
    folderId: folder(1),
    url: 'https://1fichier.com/?x',
    name: 'a.srt',
    sizeBytes: content.length,
    sentAt: undefined,
    contentType: undefined,
    firstSeenAt: 0,
    missingSince: undefined,
  };
  await t.rejects(sideCars.fetch(file, signal), { code: 'BRIDGE_DISK', message: /ENOSPC/ });
});
