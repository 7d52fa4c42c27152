import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { openCatalog } from '../src/catalog/catalog.ts';
import type { FolderId } from '../src/core/ids.ts';
import { parseFolderId } from '../src/core/ids.ts';
import { keptValues } from '../src/library/kept-values.ts';
import { knownRoots } from '../src/sync/crawl/roots.ts';
import { folder, top } from './fixtures/ids.ts';
import { file, listing, opened } from './fixtures/listed-catalog.ts';

/** Ids of folders: texts of which the catalog reads nothing, also in a catalog from when they were numbers. */
const former = readFileSync(join(import.meta.dirname, 'fixtures', 'catalog-numbered-folders.sql'), 'utf8');

t.test('a catalog from when folders had numbers goes on as it was', async (t) => {
  const path = join(t.testdir(), 'catalog.db');
  const old = new DatabaseSync(path);
  old.exec(former);
  old.close();
  const catalog = await openCatalog(path, keptValues);
  t.teardown(() => catalog.close());
  const { files, crawls, overrides } = catalog;

  t.same(await files.counts(), { files: 3, missing: 0, folders: 4 });
  const ids = [0, 9, 10, 3357645].map(folder);
  t.same(
    await files.folderPaths(ids),
    new Map([
      [top, '/'],
      [folder(9), '/Films'],
      [folder(10), '/Films/Old'],
      [folder(3357645), '/Séries'],
    ]),
  );
  t.match((await files.byPath('/Films/Film A (2001).mkv')).files, [{ folderId: folder(9), sizeBytes: 100 }]);
  t.same(await files.folderIdsAfter(undefined, 10), [top, folder(9)]);
  t.same(await knownRoots(catalog), [
    { path: '/Films', folderId: folder(9) },
    { path: '/Séries', folderId: folder(3357645) },
    { path: '/', folderId: top },
  ]);
  t.same((await overrides.all()).map(({ target }) => target).sort(), ['folder:0', 'folder:9']);

  t.match(await crawls.last(), { id: 1, outcome: 'running' });
  t.match(await crawls.counts(1), { done: 3, waiting: 1, failed: 1 }, 'a crawl that was under way');
  t.match(await crawls.next(1), { folderId: folder(3357645) }, 'goes on where it was');
  const films = [
    file('a', 'Film A (2001).mkv'),
    file('b', 'Film B (2002).mkv', { checksum: 'ab'.repeat(16) }),
  ];
  const again = await crawls.listed(1, listing(9, [{ id: 10, name: 'Old' }], films), 4000, 1);
  t.match(again, { changed: [], missing: [], added: 0, enqueued: 0 }, 'nothing has changed');
  t.match(await crawls.listed(1, listing(9, [], films.slice(0, 1)), 5000, 1), { missing: [films[1]?.id] });
});

t.test('the tables of a catalog that was migrated are those of a new one', async (t) => {
  const dir = t.testdir();
  const old = new DatabaseSync(join(dir, 'old.db'));
  old.exec(former);
  old.close();
  const tablesOf = async (name: string) => {
    await (await openCatalog(join(dir, name), keptValues)).close();
    const database = new DatabaseSync(join(dir, name));
    const rows = database.prepare('select name, sql from sqlite_schema order by name').all();
    database.close();
    return rows;
  };
  t.same(await tablesOf('old.db'), await tablesOf('new.db'));
});

t.test('a folder may be called anything, and stays what it is called', async (t) => {
  const { catalog, list, crawl } = await opened(t);
  const odd = ['07', '7', '7.0', 'fld_9f-E', 'FLD_9F-E', '9007199254740993', '1e3', '0x7', "o'clock"];
  await list(
    listing(
      0,
      odd.map((id) => ({ id, name: `Folder ${id}` })),
      [],
    ),
  );
  for (const id of odd) await list(listing(id, [], [file(`x${odd.indexOf(id)}`, 'Film.mkv')]));
  const { files } = catalog;
  for (const id of odd) {
    const path = `/Folder ${id}`;
    t.equal((await files.byPath(path)).folder?.id, folder(id), id);
    t.same(await files.folderPaths([folder(id)]), new Map([[folder(id), path]]));
    t.match(await files.filesOfFolders([folder(id)]), [{ folderId: folder(id) }]);
    t.same(await files.descendantFileIds(folder(id)), [file(`x${odd.indexOf(id)}`, '').id]);
    t.equal(await catalog.listings.ofAccount.nameOf(top, id), `Folder ${id}`);
  }
  const walked: FolderId[] = [];
  for (let after: FolderId | undefined; ; ) {
    const [next] = await files.folderIdsAfter(after, 1);
    if (next === undefined) break;
    walked.push(next);
    after = next;
  }
  t.same([...walked].sort(), [...odd].sort(), 'a walk meets each once');
  t.match(await catalog.crawls.counts(crawl), { done: odd.length, waiting: 0 });
});

t.test('what people and programs write as the id of a folder', async (t) => {
  for (const right of ['0', '3357645', 'fld_9f-E']) t.equal(parseFolderId(right), right);
  t.equal(parseFolderId(3357645), '3357645', 'a number, as before');
  for (const wrong of [
    '',
    ' ',
    '1 2',
    'a/b',
    '../x',
    'é',
    'x'.repeat(129),
    -1,
    1.5,
    Number.NaN,
    null,
    {},
    [],
  ])
    t.equal(parseFolderId(wrong), undefined, String(wrong));
});
