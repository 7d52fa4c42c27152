import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { silentLog } from '../src/core/log.ts';
import { setup, signal } from './fixtures/setup.ts';
import { file } from './fixtures/start-bridge.ts';
import { strmPaths } from './fixtures/strm-files.ts';
import { createSimulator } from './simulator/simulator.ts';

/** Everything that the catalog keeps as JSON, damaged: by a disk, by another version, by somebody's hand. */
const columns = [
  ['crawls', 'roots'],
  ['crawls', 'note'],
  ['folder_gaps', 'gaps'],
  ['plays', 'record'],
  ['recognitions', 'recognition'],
  ['placements', 'pinned'],
  ['overrides', 'value'],
  ['journal', 'moves'],
  ['journal', 'former'],
  ['tree_intents', 'rows'],
  ['proposals', 'facts'],
  ['media', 'facts'],
  ['key_values', 'value'],
] as const;

const damages = ['', '{"kind":"mov', 'null', '[7]', '{"kind":5,"title":["s3cret"],"until":"x"}', '"s3cret"'];

const account = {
  folders: [
    {
      name: 'Films',
      files: [
        file('Metropolis.1927.1080p.mkv'),
        file('Nosferatu.1922.720p.mkv'),
        file('Nosferatu.1922.Trailer.mkv'),
      ],
    },
    {
      name: 'Show',
      folders: [{ name: 'Saison 1', files: [file('Show.S01E01.mkv'), file('Show.S01E02.mkv')] }],
    },
  ],
};

/** Rows for those tables that this account leaves empty. */
function fill(database: DatabaseSync): void {
  database.exec(`
    insert or replace into folder_gaps select id, '[]' from folders where name = 'Films';
    insert or replace into plays values ('p', 1, '{}');
    insert into journal (at, why, moves, former) values (1, 'fix', '[]', '[]');
    insert into tree_intents (tree, rows) values ('', '[]');
    insert into proposals (at, kind, why, state, facts) values (1, 'folder', 'gone', 'open', '{}');
    insert or replace into media select id, size_bytes, 1, 0, '{}' from files;
    update placements set pinned = '{}';
  `);
}

t.test('what cannot be read counts as not kept, is told once, and stops nothing', async (t) => {
  const over = await createSimulator({ account });
  t.teardown(() => over.close());
  const one = await setup(t, { over });
  await one.sync();
  await one.bridge.curation.overrides.set(
    { path: '/Films/Nosferatu.1922.720p.mkv' },
    { edition: 'Restored' },
    signal,
  );
  const before = await strmPaths(one);
  await one.close();
  const { home } = one;
  for (const damage of damages) {
    await t.test(`damaged to ${JSON.stringify(damage)}`, async (t) => {
      const database = new DatabaseSync(join(home, 'data', 'catalog.db'));
      fill(database);
      for (const [table, column] of columns) {
        const { changes } = database.prepare(`update ${table} set ${column} = ?`).run(damage);
        t.ok(changes, `${table} has a row`);
      }
      database.close();
      const warned: { what?: string }[] = [];
      const log = { ...silentLog, warn: (values: object) => void warned.push(values) };
      const again = await setup(t, { over, home, log });
      const { adminToken } = again.bridge.secrets;
      for (const path of [
        '/status',
        '/plays',
        '/overrides',
        '/proposals',
        '/review',
        '/review/left-out',
        '/files?path=/Films',
        '/sync/plan',
        '/tree/plan',
        '/notify',
      ]) {
        const reply = await again.app.inject({
          url: `/api/v1${path}`,
          headers: { authorization: `Bearer ${adminToken}` },
        });
        t.equal(reply.statusCode, 200, `${path} ${reply.statusCode === 200 ? '' : reply.body}`);
      }
      await again.sync();
      t.strictSame(await strmPaths(again), before, 'every film stands where it stood');
      await again.sync({ full: true });
      t.strictSame(await strmPaths(again), before, 'also when everything is read anew');
      const told = warned.flatMap(({ what }) => what ?? []);
      t.ok(told.includes('what a name says') && told.includes('what a person said'), told.join(', '));
      t.equal(new Set(told).size, told.length, 'each of them once');
      t.notMatch(JSON.stringify(warned), /s3cret/);
      await again.close();
    });
  }
});
