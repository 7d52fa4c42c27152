import { mkdirSync, readdirSync } from 'node:fs';
import { readdir, readFile, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import type { FileId, FolderId } from '../src/core/ids.ts';
import { createHandClock, settle } from './fixtures/hand-clock.ts';
import { films, movie } from './fixtures/numbered-films.ts';
import { setup } from './fixtures/setup.ts';
import { strmPaths } from './fixtures/strm-files.ts';
import type { SimulatedFile } from './simulator/simulator.ts';

t.test('one call a folder, and every film lies in the tree', async (t) => {
  const started = await setup(t);
  const result = await started.sync();
  t.equal(result.outcome, 'done');
  const { counters } = started.simulator;
  t.equal(counters.calls['folder/ls'], counters.listings.size, 'no folder is listed twice');
  t.notOk(counters.calls['file/ls'], 'files come with the folders');
  t.notOk(counters.calls['user/info'], 'a first index costs one call a folder and not one more');
  t.equal((await strmPaths(started)).length, 13, 'twelve, and the trailer of one');
  t.match(
    await readFile(
      join(started.libraryDir, 'Movies/Le Gendarme se marie (1968)/Le Gendarme se marie (1968).fr.srt'),
      'utf8',
    ),
    /-->/,
  );
});

t.test('two files of one name in one folder are both kept, whatever the host mixes up', async (t) => {
  const started = await setup(t);
  started.simulator.faults.numbersAsStrings = true;
  await started.sync();
  t.equal((await strmPaths(started)).filter((path) => /Nosferatu \(1922\)[^/]*\.strm$/.test(path)).length, 2);
});

t.test('a second sync writes no file, and no mtime moves', async (t) => {
  const started = await setup(t);
  await started.sync();
  const stamps = async () =>
    Promise.all(
      (await readdir(started.libraryDir, { recursive: true }))
        .sort()
        .map(async (name) => [name, (await stat(join(started.libraryDir, name))).mtimeMs]),
    );
  const before = await stamps();
  const again = await started.sync({ full: true });
  t.match(again.tree.counts, { create: 0, update: 0, delete: 0, conflict: 0, failed: 0 });
  t.same(await stamps(), before);
});

t.test('a dry run tells what it would do and does none of it', async (t) => {
  const started = await setup(t);
  const result = await started.sync({ dryRun: true });
  t.ok(result.tree.plans.flatMap((plan) => plan.ops).length > 10);
  t.same(await strmPaths(started), []);
});

t.test('what is listed is in the tree a second later, before the crawl is over', async (t) => {
  const clock = createHandClock();
  const started = await setup(t, { overrides: { clock }, simulator: { clock } });
  mkdirSync(started.libraryDir);
  const seen: number[] = [];
  await started.sync({
    onProgress: ({ foldersWaiting }) => {
      clock.jump(clock.now() + 1000);
      if (foldersWaiting > 0) seen.push(readdirSync(started.libraryDir, { recursive: true }).length);
    },
  });
  t.ok((seen.at(-1) ?? 0) > (seen[0] ?? 0), `it grows: ${seen}`);
});

t.test(
  'files that a listing names as before are not compared again, until the catalog holds others',
  async (t) => {
    const started = await setup(t);
    await started.sync();
    const database = new DatabaseSync(join(started.home, 'data', 'catalog.db'));
    t.teardown(() => database.close());
    const change = (what: string) =>
      database.exec(`update files set ${what} where id = (select min(id) from files)`);
    const count = (where: string) =>
      (database.prepare(`select count(*) as n from files where ${where}`).get() as { n: number }).n;
    // What no listing would leave as it is shows whether it was compared.
    change('size_bytes = 7');
    await started.sync();
    t.equal(count('size_bytes = 7'), 1);
    change('missing_since = 1');
    await started.sync();
    t.equal(count('missing_since is not null or size_bytes = 7'), 0, 'one less than the listing names');
    change('size_bytes = 7');
    const [first] = started.simulator.account.files();
    started.simulator.account.rename(first as SimulatedFile, 'Another name (2003).mkv');
    await started.sync();
    t.equal(count("name = 'Another name (2003).mkv'"), 1, 'it names another');
  },
);

t.test(
  'a whole account that waits to be laid out is laid out a handful at a time, and each folder once',
  async (t) => {
    const folders = Array.from({ length: 11 }, (_, at) => films(100, `Films ${at}`, 100 * at));
    const started = await setup(t, { simulator: { account: { folders } } });
    await started.sync();
    const { catalog, publisher } = started.bridge;
    const { publish, sizes } = { publish: publisher.files, sizes: [] as number[] };
    const published: FolderId[] = [];
    publisher.files = async (fileIds, run) => {
      sizes.push(fileIds.length);
      published.push(...(await catalog.files.foldersOfFiles(fileIds)));
      return publish(fileIds, run);
    };
    await catalog.dirty.mark([...started.simulator.account.files()].map(({ id }) => id));
    await started.sync();
    t.equal(
      sizes.reduce((sum, size) => sum + size, 0),
      1100,
    );
    t.ok(Math.max(...sizes) <= 500, `${sizes}`);
    t.equal(published.length, folders.length);
  },
);

t.test('what changes while everything is looked at is looked at again', async (t) => {
  const started = await setup(t, { simulator: { account: { folders: [films(3)] } } });
  const { catalog, publisher } = started.bridge;
  await started.sync();
  const [first, second] = await catalog.files.someIds(2);
  const { everything } = publisher;
  publisher.everything = async (run) => {
    const result = await everything(run);
    await catalog.dirty.mark([second as FileId]);
    return result;
  };
  await catalog.dirty.mark([first as FileId]);
  await started.sync({ full: true });
  t.same(await catalog.dirty.all(), [second]);
  publisher.everything = everything;
  await started.sync({ full: true });
  t.ok(await catalog.dirty.isEmpty());
});

t.test('a stopped crawl goes on where it was', async (t) => {
  const started = await setup(t);
  const stop = new AbortController();
  const first = await started.sync({
    signal: stop.signal,
    onProgress: ({ foldersDone }) => foldersDone === 2 && stop.abort(new Error('enough')),
  });
  t.equal(first.outcome, 'stopped');
  const second = await started.sync();
  t.equal(second.outcome, 'done');
  t.ok(
    [...started.simulator.counters.listings.values()].every((count) => count === 1),
    'no folder twice',
  );
  t.equal((await strmPaths(started)).length, 13, 'twelve, and the trailer of one');
});

t.test('a lock stops the crawl with its time, and the next one goes on', async (t) => {
  const clock = createHandClock();
  const started = await setup(t, { overrides: { clock }, simulator: { clock } });
  started.simulator.faults.answer({ is: 'flood', lockMs: 60_000, skip: 2 });
  const first = await started.sync();
  t.equal(first.outcome, 'stopped');
  t.equal(first.retryAt, clock.now() + 5 * 60_000);
  const calls = started.simulator.counters.requests.length;
  const locked = await started.sync();
  t.match(locked, { outcome: 'stopped', reason: { code: 'BRIDGE_GATE_CLOSED' }, retryAt: first.retryAt });
  t.equal(started.simulator.counters.requests.length, calls, 'nobody asks a locked host');
  await clock.advance(5 * 60_000);
  const last = await started.sync();
  t.equal(last.outcome, 'done');
  const asked = [...started.simulator.counters.listings.values()];
  const crawl = await started.bridge.catalog.crawls.last();
  t.equal(crawl?.calls, first.calls + locked.calls + last.calls, 'the refused calls are counted too');
  t.ok(
    asked.every((count) => count <= 2),
    'only the refused folder is asked again',
  );
});

t.test('only one sync at a time', async (t) => {
  const started = await setup(t);
  const first = started.sync();
  await t.rejects(started.sync(), { code: 'BRIDGE_CRAWL_RUNNING' });
  await first;
  t.equal((await started.sync()).outcome, 'done');
});

t.test(
  'a sync that only tells what would be, or was stopped, is not taken for one that was done',
  async (t) => {
    const { bridge, simulator } = await setup(t);
    simulator.account.addFile('/', movie('Metropolis', 1927));
    const { signal } = new AbortController();
    await bridge.sync.visit({ signal, dryRun: true });
    t.equal(bridge.sync.doneAt(), undefined);
    const stopping = new AbortController();
    const stopped = bridge.sync.visit({
      signal: stopping.signal,
      onStart: () => stopping.abort(new Error('stopped')),
    });
    await stopped.catch(() => undefined);
    t.equal(bridge.sync.doneAt(), undefined);
    await bridge.sync.visit({ signal });
    t.equal(typeof bridge.sync.doneAt(), 'number');
  },
);

t.test('who asks for a sync while one is being stopped gets one of his own', async (t) => {
  const { bridge, simulator } = await setup(t);
  simulator.account.addFile('/', movie('Metropolis', 1927));
  const stopping = new AbortController();
  const started = Promise.withResolvers<boolean>();
  const first = bridge.sync.visit({ signal: stopping.signal, onStart: started.resolve });
  await started.promise;
  stopping.abort(new Error('stopped'));
  const { signal } = new AbortController();
  const asked = [bridge.sync.visit({ signal }), bridge.sync.visit({ signal, full: true })];
  t.match(await Promise.allSettled(asked), [
    { value: { outcome: 'done' } },
    // The first who asks says how it is done.
    { reason: { code: 'BRIDGE_CRAWL_RUNNING' } },
  ]);
  t.match(await Promise.allSettled([first]), [{ value: { outcome: 'stopped' } }]);
});

t.test('a folder as long as the cap is completed by dates', async (t) => {
  const files = Array.from({ length: 60 }, (_, n) => ({
    ...movie(`Le film ${'abcdefghij'[n % 10]}${'klmnop'[Math.floor(n / 10)]}`, 1900 + n),
    date: Date.UTC(2020, 0, 1 + n * 20),
  }));
  const started = await setup(t, {
    simulator: { account: { folders: [{ name: 'Films', files }] }, listingCap: 10 },
    env: { FICHIER_LISTING_CAP: '10' },
  });
  await started.sync();
  t.equal((await started.bridge.catalog.files.counts()).files, 60);
  t.equal((await strmPaths(started)).length, 60);
  t.ok(
    (started.simulator.counters.calls['file/ls'] ?? 0) < 60,
    `${started.simulator.counters.calls['file/ls']} calls by date`,
  );
  await started.sync();
  t.equal((await started.bridge.catalog.files.counts()).missing, 0);
});

t.test(
  'too many files of one second at the cap: what is seen stays, nothing is called missing',
  async (t) => {
    const files = Array.from({ length: 30 }, (_, n) => ({
      ...movie('Same', 1900 + n),
      date: Date.UTC(2020, 0, 1),
    }));
    const started = await setup(t, {
      simulator: { account: { folders: [{ name: 'Films', files }] }, listingCap: 10 },
      env: { FICHIER_LISTING_CAP: '10' },
    });
    const result = await started.sync();
    t.equal(result.outcome, 'done');
    const { files: seen, missing } = await started.bridge.catalog.files.counts();
    t.ok(seen >= 10);
    t.equal(missing, 0);
  },
);

t.test('roots limit what is indexed, and are found by path', async (t) => {
  const started = await setup(t, { env: { PASSERELLE_ROOTS: '/Séries/Les Brigades du Tigre' } });
  await started.sync();
  t.equal((await strmPaths(started)).length, 4);
  const { counters } = started.simulator;
  t.equal(
    counters.listings.get(started.simulator.account.folder('/Films').id),
    undefined,
    'other folders are left alone',
  );
  const calls = counters.requests.length;
  await started.sync();
  // And one for the account itself, which the second crawl asks about.
  t.equal(counters.requests.length - calls, 4, 'a known root costs no search');
});

t.test('a root that does not exist is named, and the rest of the message says what to do', async (t) => {
  const started = await setup(t, { env: { PASSERELLE_ROOTS: '/Nowhere' } });
  const result = await started.sync();
  t.match(result.reason, { code: 'BRIDGE_ROOT_NOT_FOUND', message: /\/Nowhere/ });
});

t.test(
  'a renamed folder at the host moves nothing in the tree; what is new in it has its name',
  async (t) => {
    const account = {
      folders: [
        { name: 'Le Bal (1983)', files: [{ name: 'movie.mkv', content: { sizeBytes: 100, seed: 1 } }] },
      ],
    };
    const started = await setup(t, { simulator: { account } });
    await started.sync();
    t.match(await strmPaths(started), ['Movies/Le Bal (1983)/Le Bal (1983).strm']);
    started.simulator.account.rename('/Le Bal (1983)', 'Ridicule (1996)');
    started.simulator.account.addFile('/Ridicule (1996)', {
      name: 'film.mkv',
      content: { sizeBytes: 50, seed: 2 },
    });
    await started.sync();
    t.same(await strmPaths(started), [
      'Movies/Le Bal (1983)/Le Bal (1983).strm',
      'Movies/Ridicule (1996)/Ridicule (1996).strm',
    ]);
  },
);

t.test('an NFO that a person edited stays; a deleted STRM comes back with a full sync', async (t) => {
  const started = await setup(t);
  await started.sync();
  const film = join(started.libraryDir, 'Movies/Metropolis (1927)/Metropolis (1927)');
  await writeFile(`${film}.nfo`, '<movie><title>Mine</title></movie>');
  await unlink(`${film}.strm`);
  const result = await started.sync({ full: true });
  t.equal(result.tree.counts.conflict, 1);
  t.match(await readFile(`${film}.nfo`, 'utf8'), /Mine/);
  t.match(await readFile(`${film}.strm`, 'utf8'), /^http:.*\n$/);
});

t.test('subtitles that cannot be fetched do not stop the sync; small files wait their time', async (t) => {
  const clock = createHandClock();
  const started = await setup(t, {
    overrides: { clock },
    simulator: { clock },
    env: { PASSERELLE_SMALL_FILE_INTERVAL_MS: '10000' },
  });
  const running = started.sync();
  let waited = 0;
  const done = running.then(() => true);
  while (!(await Promise.race([done, settle(20).then(() => false)]))) {
    if (clock.sleeping() > 0) {
      waited += 10_000;
      await clock.advance(10_000);
    }
  }
  t.ok(waited >= 10_000, 'two subtitles, one pause');
});
