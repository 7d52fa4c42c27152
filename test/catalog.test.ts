import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { z } from 'zod';
import { openCatalog } from '../src/catalog/catalog.ts';
import { jsonOf } from '../src/core/codec.ts';
import { toFileId } from '../src/core/ids.ts';
import { keptValues } from '../src/library/kept-values.ts';
import { folder, top } from './fixtures/ids.ts';
import { file, listing, opened } from './fixtures/listed-catalog.ts';

t.test('one listing is one fact: what is new, changed, moved, missing and back again', async (t) => {
  const { catalog, list } = await opened(t);
  const first = await list(listing(0, [{ id: 7, name: 'Films' }], [file('a', 'a.mkv'), file('b', 'b.mkv')]));
  t.match(first, { added: 2, enqueued: 1, missing: [] });
  t.match(await list(listing(0, [{ id: 7, name: 'Films' }], [file('a', 'a.mkv'), file('b', 'b.mkv')])), {
    changed: [],
    added: 0,
    enqueued: 0,
  });
  t.match(
    (
      await list(
        listing(0, [{ id: 7, name: 'Films' }], [file('a', 'A.mkv'), file('b', 'b.mkv', { sizeBytes: 5 })]),
      )
    ).changed.length,
    2,
  );
  const moved = await list(listing(7, [], [file('a', 'A.mkv')]));
  t.same(moved.changed, [file('a', '').id], 'a file that moved');
  const lost = await list(listing(0, [{ id: 7, name: 'Films' }], []), 20);
  t.same(lost.missing, [file('b', '').id], 'the moved one is not missing');
  t.equal((await catalog.files.byId(file('b', '').id))?.missingSince, 20, 'a missing file still plays');
  t.same((await list(listing(0, [{ id: 7, name: 'Films' }], [file('b', 'b.mkv')]))).changed, [
    file('b', '').id,
  ]);
  t.equal((await catalog.files.byId(file('b', '').id))?.missingSince, undefined);
});

t.test('a folder that disappears takes all below it along, and brings it back', async (t) => {
  const { catalog, list } = await opened(t);
  await list(listing(0, [{ id: 1, name: 'A' }], []));
  await list(listing(1, [{ id: 2, name: 'B' }], [file('a', 'a.mkv')]));
  await list(listing(2, [], [file('b', 'b.mkv')]));
  t.equal((await list(listing(0, [], []))).missing.length, 2);
  t.equal((await catalog.files.counts()).missing, 2);
  await list(listing(0, [{ id: 1, name: 'A' }], []));
  await list(listing(1, [{ id: 2, name: 'B' }], [file('a', 'a.mkv')]));
  await list(listing(2, [], [file('b', 'b.mkv')]));
  t.equal((await catalog.files.counts()).missing, 0);
});

t.test('a listing that may lack entries makes nothing missing', async (t) => {
  const { catalog, list } = await opened(t);
  await list(listing(0, [{ id: 1, name: 'A' }], [file('a', 'a.mkv')]));
  t.same((await list(listing(0, [], [], false))).missing, []);
  t.equal((await catalog.files.counts()).missing, 0);
});

t.test(
  'a listing that names what it named before still tells what came to its folder in between',
  async (t) => {
    const { catalog, list } = await opened(t);
    const [a, b, c] = [file('a', 'a.mkv'), file('b', 'b.mkv'), file('c', 'c.mkv')];
    const [films, others] = [
      { id: 7, name: 'Films' },
      { id: 8, name: 'Others' },
    ];
    await list(listing(0, [films, others], []));
    await list(listing(7, [], [a, b, c]));
    await list(listing(7, [], [a, b]));
    await list(listing(0, [others], []));
    await list(listing(8, [], [a]));
    await list(listing(0, [others], [], false));
    t.equal(
      (await catalog.files.byId(c.id))?.missingSince,
      undefined,
      'a part of a listing leaves it in doubt',
    );
    await list(listing(0, [films, others], []));
    t.match(await list(listing(7, [], [a, b])), { changed: [a.id], missing: [c.id] });
    t.match(await list(listing(8, [], [])), { missing: [] });
  },
);

t.test('paths lead to folders and files, and twins are both found', async (t) => {
  const { catalog, list } = await opened(t);
  await list(listing(0, [{ id: 1, name: 'Séries' }], []));
  await list(listing(1, [{ id: 2, name: '100 % _pur_' }], []));
  await list(listing(2, [], [file('a', 'x.mkv'), file('b', 'x.mkv')]));
  t.equal((await catalog.files.byPath('/')).folder?.id, top);
  t.match((await catalog.files.byPath('/Séries/100 % _pur_/')).folder, {
    id: folder(2),
    path: '/Séries/100 % _pur_',
  });
  t.equal((await catalog.files.byPath('/Séries/100 % _pur_/x.mkv')).files.length, 2);
  t.same(await catalog.files.byPath('/Séries/none/x.mkv'), { files: [] });
  t.same(
    [...(await catalog.files.folderPaths([0, 1, 2].map(folder)))],
    [
      [top, '/'],
      [folder(1), '/Séries'],
      [folder(2), '/Séries/100 % _pur_'],
    ],
  );
  const root = (await catalog.files.byPath('/')).folder;
  t.match(root && (await catalog.files.children(root)), { folders: [{ path: '/Séries' }], files: [] });
});

t.test('everything outlives a restart', async (t) => {
  const path = join(t.testdir(), 'catalog.db');
  const one = await openCatalog(path, keptValues);
  const crawl = await one.crawls.start(['/'], 5);
  await one.crawls.enqueue(crawl, top);
  await one.crawls.listed(crawl, listing(0, [{ id: 1, name: 'A' }], [file('a', 'a.mkv')]), 6, 1);
  await one.leases.put({
    fileId: toFileId('x'),
    url: 'https://a-1.1fichier.com/p1',
    issuedAt: 3,
    firstUsedAt: undefined,
  });
  await one.keyValues.entry('governor', jsonOf(z.unknown())).put({ closed: true });
  await one.close();
  t.equal((await stat(path)).mode & 0o777, 0o600, 'nobody else reads it');
  const two = await openCatalog(path, keptValues);
  t.match(await two.crawls.last(), { id: crawl, outcome: 'running', calls: 1, roots: ['/'] });
  t.match(await two.crawls.next(crawl), { folderId: folder(1) });
  t.match(await two.leases.get(toFileId('x')), { issuedAt: 3, firstUsedAt: undefined });
  t.same(await two.keyValues.entry('governor', jsonOf(z.unknown())).get(), { closed: true });
  await two.close();
});

t.test('a folder of the tree lists what lies directly in it', async (t) => {
  const { catalog } = await opened(t);
  const row = (path: string) => ({
    path,
    kind: 'strm',
    fileId: toFileId('a'),
    titleKey: 'k',
    sha256: '',
    sizeBytes: 1,
    mtimeMs: 1,
  });
  await catalog.placements.recordTree(
    [
      'Movies/A/a.strm',
      'Movies/A/b.strm',
      'Movies/A b/c.strm',
      'Movies-2/x.strm',
      'Movies/é.strm',
      'top.strm',
    ].map(row),
    [],
  );
  const names = async (dir: string) => {
    const { folders, files } = await catalog.placements.treeChildren(dir);
    return [folders, files.map((one) => one.path)];
  };
  t.same(await names(''), [['Movies', 'Movies-2'], ['top.strm']]);
  t.same(await names('Movies'), [['A', 'A b'], ['Movies/é.strm']]);
  t.same(await names('Movies/A'), [[], ['Movies/A/a.strm', 'Movies/A/b.strm']]);
  t.same(await names('nothing'), [[], []]);
});
