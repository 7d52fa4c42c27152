import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync, StatementSync } from 'node:sqlite';
import { sql } from 'kysely';
import t from 'tap';
import { z } from 'zod';
import { openCatalog } from '../src/catalog/catalog.ts';
import { kyselyOver } from '../src/catalog/db/sqlite.ts';
import type { TreeRow } from '../src/catalog/tree/placements.ts';
import { jsonOf } from '../src/core/codec.ts';
import { lockFile } from '../src/core/files/file-lock.ts';
import { toFileId } from '../src/core/ids.ts';
import { keptValues } from '../src/library/kept-values.ts';
import { asBeforeWords } from './fixtures/catalog-before-words.ts';
import { top } from './fixtures/ids.ts';
import { file, listing } from './fixtures/listed-catalog.ts';

t.test('a damaged, foreign or newer file is refused in words and left as it is', async (t) => {
  const dir = t.testdir();
  const good = join(dir, 'good.db');
  const catalog = await openCatalog(good, keptValues);
  const crawl = await catalog.crawls.start(['/'], 0);
  for (let folder = 0; folder < 20; folder++) {
    await catalog.crawls.listed(
      crawl,
      listing(
        folder,
        [],
        Array.from({ length: 50 }, (_, n) => file(`${folder}x${n}x`, `${n}.mkv`)),
      ),
      1,
      1,
    );
  }
  await catalog.close();

  const cases: [string, string, (path: string) => Promise<void>][] = [
    ['garbage', 'BRIDGE_CATALOG_DAMAGED', (path) => writeFile(path, 'this is no database'.repeat(500))],
    [
      'a torn page',
      'BRIDGE_CATALOG_DAMAGED',
      async (path) => {
        const bytes = await readFile(good);
        bytes.fill(0xaa, 8192, bytes.length - 4096);
        await writeFile(path, bytes);
      },
    ],
    [
      'cut in half',
      'BRIDGE_CATALOG_DAMAGED',
      async (path) => writeFile(path, (await readFile(good)).subarray(0, 40_000)),
    ],
    [
      "somebody else's database",
      'BRIDGE_CATALOG_DAMAGED',
      async (path) => {
        const other = new DatabaseSync(path);
        other.exec('create table theirs(x)');
        other.close();
      },
    ],
    [
      'a newer version',
      'BRIDGE_CATALOG_NEWER',
      async (path) => {
        await copyFile(good, path);
        const newer = new DatabaseSync(path);
        newer.exec('pragma user_version = 999');
        newer.close();
      },
    ],
  ];
  for (const [what, code, make] of cases) {
    const path = join(dir, `${what.replace(/\W/g, '-')}.db`);
    await make(path);
    const before = await readFile(path);
    await t.rejects(openCatalog(path, keptValues), { code }, what);
    t.ok((await readFile(path)).equals(before), `${what}: not touched`);
  }
});

t.test('a folder that cannot be written is named', async (t) => {
  const dir = t.testdir({ file: 'in the way' });
  await t.rejects(openCatalog(join(dir, 'file', 'catalog.db'), keptValues), {
    code: 'BRIDGE_DISK',
    message: /catalog\.db/,
  });
});

t.test('a migration that was killed in the middle runs again', async (t) => {
  const path = join(t.testdir(), 'catalog.db');
  await (await openCatalog(path, keptValues)).close();
  const database = new DatabaseSync(path);
  database.exec('pragma user_version = 0');
  database.close();
  const again = await openCatalog(path, keptValues);
  await again.alive();
  await again.close();
});

t.test('a process that is killed between two steps of a migration leaves a catalog that opens', async (t) => {
  const dir = t.testdir();
  const { run } = StatementSync.prototype;
  t.teardown(() => Object.assign(StatementSync.prototype, { run }));
  for (let lived = 0, done = false; !done; lived++) {
    const path = join(dir, `${lived}.db`);
    let left = lived;
    StatementSync.prototype.run = function (this: StatementSync, ...values: unknown[]) {
      if (left-- <= 0) throw new Error('killed');
      return run.apply(this, values as never);
    } as typeof run;
    const killed = await openCatalog(path, keptValues).catch((error: Error) => error);
    Object.assign(StatementSync.prototype, { run });
    done = !(killed instanceof Error);
    if (!(killed instanceof Error)) await killed.close();
    else if (killed.message !== 'killed') throw killed;
    const again = await openCatalog(path, keptValues).catch((error: Error) => error);
    if (again instanceof Error) return t.fail(`after ${lived} statements: ${again.message}`);
    await again.close();
  }
});

t.test('a catalog from before folders had dates gets them from what lies in them', async (t) => {
  const path = join(t.testdir(), 'catalog.db');
  const old = await openCatalog(path, keptValues);
  const crawl = await old.crawls.start(['/'], 0);
  await old.crawls.listed(crawl, listing(0, [{ id: 7, name: 'Films' }], []), 10, 1);
  const films = [file('a', 'A.mkv', { sentAt: 3000 }), file('b', 'B.mkv', { sentAt: 2000 })];
  await old.crawls.listed(crawl, listing(7, [], films), 10, 1);
  const row = (at: string, mtimeMs: number) => ({
    path: at,
    kind: 'nfo',
    fileId: undefined,
    titleKey: 'x',
    sha256: '',
    sizeBytes: 1,
    mtimeMs,
  });
  const rows = [
    row('Shows/É/Season 01/x.nfo', 7000.5),
    row('Shows/É/tvshow.nfo', 9000),
    row('Movies/A/a.nfo', 8000),
  ];
  await old.placements.recordTree(rows, []);
  await old.close();
  const database = new DatabaseSync(path);
  asBeforeWords(database, 8);
  database.exec(`alter table folders drop column changed_at; alter table folders drop column print; drop index files_present;
    drop table tree_folders; alter table tree drop column next_sha256; drop table tree_intents`);
  database.close();
  const again = await openCatalog(path, keptValues);
  t.teardown(() => again.close());
  const [child] = await again.listings.ofAccount.folders(top, undefined, 10);
  t.match(child, { name: 'Films', changedAt: 3000 });
  const dates = ['', 'Movies', 'Movies/A', 'Shows', 'Shows/É', 'Shows/É/Season 01', 'None'].map((dir) =>
    again.listings.ofTree('').changedAt(dir),
  );
  t.strictSame(await Promise.all(dates), [9000, 8000, 8000, 9000, 9000, 7000, undefined]);
});

t.test('what was kept under the old words is known under the new ones', async (t) => {
  const path = join(t.testdir(), 'catalog.db');
  const id = toFileId('a'.padEnd(20, '0'));
  const standing = { titleKey: 'movies/dune', stem: 'Movies/Dune' };
  const pinned = '{"kind":"movie","title":"\\"told\\":"}';
  const old = await openCatalog(path, keptValues);
  await old.placements.place([], [{ fileId: id, ...standing, name: 'Dune.mkv', pinned }]);
  const moves = [{ tree: '', fileId: id, from: { ...standing, pinned }, to: standing }];
  const said = [{ target: `file:${id}` as const, value: { title: 'Dune' }, at: 4 }];
  await old.journal.add({ at: 5, why: 'fix', moves, said });
  await old.outbox.add(['kodi'], [{ tree: '', dir: 'Movies', changes: 1, major: true }], 6);
  const facts = { files: 1, films: 1, examples: [] };
  await old.proposals.add({ at: 7, kind: 'ladder', why: 'gone', state: 'accepted', facts }, [id]);
  await old.close();
  const database = new DatabaseSync(path);
  asBeforeWords(database, 10);
  database.exec(`update batches set moves = replace(moves, '"pinned":', '"told":');
    insert into memory values ('steady', '{"steadyMs":5,"wallMs":7,"upMs":3}'), ('asLeft', '"abc"'),
      ('accountBehind', '{"keyPrint":"abc","whose":"def"}'), ('roots', '{}')`);
  database.close();
  const again = await openCatalog(path, keptValues);
  t.teardown(() => again.close());
  const kept = (name: string) => again.keyValues.entry(name, jsonOf(z.unknown())).get();
  t.same(await kept('monotonicClock'), { wallMs: 7, upMs: 3, monotonicMs: 5 });
  t.same(await kept('accountIdentity'), { whose: 'def', keyFingerprint: 'abc' });
  t.equal(await kept('reconcileFingerprint'), 'abc');
  t.same(await kept('roots'), {});
  for (const name of ['steady', 'accountBehind', 'asLeft']) t.equal(await kept(name), undefined, name);
  t.same(
    await again.placements.placesOf([id]),
    new Map([[id, { fileId: id, ...standing, name: 'Dune.mkv', pinned }]]),
  );
  t.same(await again.journal.last(), { id: 1, at: 5, why: 'fix', moves, said });
  t.match(await again.outbox.of('kodi'), [{ dir: 'Movies', changes: 1, major: true }]);
  t.match(await again.proposals.list(9), [{ kind: 'retention', why: 'gone', films: 1 }]);
});

t.test(
  'folders that were looked for, and the account that was remembered, outlive new words for them',
  async (t) => {
    const path = join(t.testdir(), 'catalog.db');
    const old = await openCatalog(path, keptValues);
    const folder = { tree: 'main', dir: 'Movies/Dune (1984)' };
    await old.outbox.done('kodi', [], { folders: [folder], toldAt: 4, dueAt: 5 });
    await old.close();
    const database = new DatabaseSync(path);
    database.exec(`update told_folders set checks = 3; alter table told_folders rename column checks to looks;
    insert into key_values values ('account', '{"keyPrint":"abc","info":{"offer":"premium"}}');
    pragma user_version = 19; delete from kysely_migration where name >= '020'`);
    database.close();
    const again = await openCatalog(path, keptValues);
    t.teardown(() => again.close());
    t.strictSame(await again.toldFolders.due('kodi', 5, 9), [{ ...folder, toldAt: 4, checks: 3 }]);
    t.same(await again.keyValues.entry('account', jsonOf(z.unknown())).get(), {
      info: { offer: 'premium' },
      keyFingerprint: 'abc',
    });
  },
);

t.test('a statement that was made before a change of its table gives the rows of after it', async (t) => {
  const db = kyselyOver(new DatabaseSync(':memory:'));
  t.teardown(() => db.destroy());
  const rows = async () => (await sql<object>`select * from t`.execute(db)).rows;
  await sql`create table t (a, b)`.execute(db);
  await sql`insert into t values (1, null)`.execute(db);
  t.same(await rows(), [{ a: 1, b: null }]);
  await sql`alter table t add column c default 'new'`.execute(db);
  t.same(await rows(), [{ a: 1, b: null, c: 'new' }]);
  await sql`alter table t drop column a`.execute(db);
  await sql`alter table t rename column b to d`.execute(db);
  t.same(await rows(), [{ d: null, c: 'new' }]);
});

t.test('a question gives all of its rows, however many there are, and others run between many', async (t) => {
  const db = kyselyOver(new DatabaseSync(':memory:'));
  t.teardown(() => db.destroy());
  await sql`create table t (n integer primary key, text)`.execute(db);
  const fill = (count: number) =>
    sql`with recursive one(n) as (select 1 union all select n + 1 from one where n < ${count})
      insert or ignore into t select n, 'row ' || n from one`.execute(db);
  let turns = 0;
  const others = setInterval(() => turns++, 0);
  t.teardown(() => clearInterval(others));
  for (const count of [0, 1, 999, 1000, 1001, 1002, 200_000]) {
    if (count > 0) await fill(count);
    turns = 0;
    for (const from of [0, 0, count - 1]) {
      const { rows } = await sql<object>`select n, text from t where n > ${from} order by n`.execute(db);
      const wanted = Math.max(0, count - Math.max(0, from));
      t.equal(rows.length, wanted, `${count} after ${from}`);
      if (wanted > 0) t.same(rows.at(0), { n: from + 1, text: `row ${from + 1}` });
      if (wanted > 0) t.same(rows.at(-1), { n: count, text: `row ${count}` });
    }
    if (count > 100_000) t.ok(turns > 3, 'others ran');
  }
  const { rows } = await sql<object>`select n from t order by n desc limit 3 offset 1`.execute(db);
  t.same(rows, [{ n: 199_999 }, { n: 199_998 }, { n: 199_997 }], 'it keeps a limit of its own');
  const returned = await sql<object>`delete from t where n <= 1500 returning n`.execute(db);
  t.equal(returned.rows.length, 1500, 'what is written may give rows, too');
});

t.test(
  'two processes that write into one tree know both what the other wrote and what it was about to write',
  async (t) => {
    const path = join(t.testdir(), 'catalog.db');
    const [one, other] = [await openCatalog(path, keptValues), await openCatalog(path, keptValues)];
    t.teardown(() => Promise.all([one.close(), other.close()]));
    const row = (at: string, hash: string, insteadOf?: string) => {
      const rest = { kind: 'nfo', fileId: undefined, titleKey: 'x', sizeBytes: 1, mtimeMs: 5 };
      return { path: at, sha256: hash, insteadOf, ...rest };
    };
    const intend = (...rows: TreeRow[]) => one.placements.intend(rows, new Map(), []);
    const first = await intend(row('a.nfo', 'a1', ''));
    t.same(await other.treeNames(), [''], 'something may be written there already');
    await other.placements.settleIntents();
    await other.placements.intend([row('b.nfo', 'b1', '')], new Map(), []);
    await one.placements.recordTree([row('a.nfo', 'a1', '')], [], { intents: first });
    t.match(await one.placements.treeAt('a.nfo'), { sha256: 'a1', nextSha256: undefined });
    // The other one is killed.
    await one.placements.settleIntents();
    t.match(await one.placements.treeAt('b.nfo'), { sha256: 'b1' });

    const update = { ...row('a.nfo', 'a1', 'a1'), nextSha256: 'a2' };
    const second = await intend(update);
    await other.placements.recordTree([row('a.nfo', 'a3', 'a1')], []);
    await other.placements.settleIntents();
    const both = { sha256: 'a3', nextSha256: 'a2' };
    t.match(await one.placements.treeAt('a.nfo'), both, 'about to be written by one, written by the other');
    await one.placements.recordTree([], [], { intents: second, left: [update] });
    t.match(await one.placements.treeAt('a.nfo'), both, 'not written after all');
    await one.placements.recordTree([row('a.nfo', 'a2', 'a1')], []);
    t.match(await one.placements.treeAt('a.nfo'), both, 'written before the other one did');
    await one.placements.recordTree([row('a.nfo', 'a4', 'a3')], []);
    t.match(await one.placements.treeAt('a.nfo'), { sha256: 'a4', nextSha256: undefined });
  },
);

t.test(
  'what is read to be changed waits its turn: another process that writes in between does not make it fail',
  async (t) => {
    const path = join(t.testdir(), 'catalog.db');
    const catalog = await openCatalog(path, keptValues);
    const other = new DatabaseSync(path, { timeout: 0 });
    const { all, iterate } = StatementSync.prototype;
    t.teardown(async () => {
      Object.assign(StatementSync.prototype, { all, iterate });
      other.close();
      await catalog.close();
    });
    const crawl = await catalog.crawls.start(['/'], 0);
    await catalog.crawls.listed(crawl, listing(0, [], [file('a', 'A.mkv')]), 10, 1);
    await catalog.crawls.listed(crawl, listing(0, [], []), 10, 2);
    const answers: string[] = [];
    const readAll = function (this: StatementSync, ...values: unknown[]) {
      const rows = all.apply(this, values as never);
      try {
        other.exec("insert or replace into key_values (name, value) values ('other', '1')");
        answers.push('written');
      } catch (error) {
        answers.push((error as Error).message);
      }
      return rows;
    };
    Object.assign(StatementSync.prototype, {
      all: readAll,
      iterate(this: StatementSync, ...values: unknown[]) {
        return readAll.apply(this, values).values();
      },
    });
    await catalog.removals.keep([toFileId('a')], 3);
    Object.assign(StatementSync.prototype, { all, iterate });
    t.same(answers, ['database is locked'], 'the other one is who waits');
    t.same(await catalog.removals.stillMissing([toFileId('a')]), [], 'kept');
  },
);

t.test('the lock is held by one at a time and given back', async (t) => {
  const path = join(t.testdir(), 'crawl.lock');
  const release = lockFile(path, 'BRIDGE_CRAWL_RUNNING');
  t.throws(() => lockFile(path, 'BRIDGE_CRAWL_RUNNING'), { code: 'BRIDGE_CRAWL_RUNNING' });
  release();
  lockFile(path, 'BRIDGE_CRAWL_RUNNING')();
});
