import { join } from 'node:path';
import t from 'tap';
import { openCatalog } from '../src/catalog/catalog.ts';
import { toFileId } from '../src/core/ids.ts';
import { keptValues } from '../src/library/kept-values.ts';
import type { MediaFacts } from '../src/library/media-facts.ts';
import { folder } from './fixtures/ids.ts';

/** What the catalog keeps of the headers of films, and which are read first. */

/** What a header may say that names little. */
const facts: MediaFacts = { container: 'avi', video: [], audio: [], subtitles: [], chapters: [] };

t.test('the catalog: the newest first, three failures, a new size begins anew', async (t) => {
  const path = join(t.testdir(), 'catalog.db');
  let catalog = await openCatalog(path, keptValues);
  const crawl = await catalog.crawls.start(['/'], 0);
  const idOf = (name: string) => toFileId(name.padEnd(20, '0'));
  const listed = (names: readonly string[], now: number, sizeBytes = 100) => {
    const files = names.map((name) => ({
      ...{ id: idOf(name), url: `https://1fichier.com/?${idOf(name)}`, name: `${name}.mkv`, sizeBytes },
      ...{ sentAt: 1, contentType: undefined, checksum: undefined, hasPassword: name === 'p' },
      hasAccessRules: false,
    }));
    return catalog.crawls.listed(
      crawl,
      { folderId: folder(0), name: 'x', folders: [], files, complete: true },
      now,
      1,
    );
  };
  await listed(['a', 'p', 'x'], 10);
  await listed(['a', 'b', 'p', 'x'], 20);
  const rows = ['a', 'b', 'p'].map((id) => ({ fileId: idOf(id), titleKey: 'k', stem: undefined }));
  await catalog.placements.place([], rows);
  const next = async (now = 0) => (await catalog.media.next(10, now)).map(({ id }) => id[0]);
  t.strictSame(await next(), ['b', 'a'], 'not what has no place in the tree, nor what is behind a password');
  await catalog.dirty.clear(await catalog.dirty.all());
  await catalog.media.put({ id: idOf('b'), sizeBytes: 100 }, facts, 30);
  t.strictSame(await catalog.dirty.all(), [idOf('b')], 'the tree is behind for it');
  t.strictSame(await next(), ['a']);
  for (const at of [100, 200, 300]) {
    t.strictSame(await next(at), ['a']);
    await catalog.media.failed({ id: idOf('a'), sizeBytes: 100 }, at);
    t.strictSame(await next(at - 1), [], 'not at once again');
  }
  await catalog.close();
  catalog = await openCatalog(path, keptValues);
  t.teardown(() => catalog.close());
  t.strictSame(await next(9e12), [], 'given up, over a restart too');
  t.strictSame(await catalog.media.counts(), { known: 1, waiting: 0, givenUp: 1 });
  t.strictSame([...(await catalog.media.factsOf([idOf('a'), idOf('b')]))], [[idOf('b'), facts]]);
  await listed(['a', 'b', 'p', 'x'], 40, 101);
  t.strictSame(await next(), ['b', 'a'], 'other bytes');
  t.equal((await catalog.media.factsOf([idOf('b')])).size, 0);
  await catalog.media.failed({ id: idOf('a'), sizeBytes: 101 }, 50);
  t.strictSame(await next(50), ['b', 'a'], 'failures are counted anew');
  t.strictSame(await catalog.media.counts(), { known: 0, waiting: 2, givenUp: 0 });
  await catalog.media.failed({ id: idOf('a'), sizeBytes: 101 }, 50, true);
  t.strictSame(await next(5000), ['b'], 'what took the parser down is not tried again');
});

t.test('the catalog: unread videos are found among many known ones, in their order', async (t) => {
  const catalog = await openCatalog(join(t.testdir(), 'catalog.db'), keptValues);
  t.teardown(() => catalog.close());
  const crawl = await catalog.crawls.start(['/'], 0);
  const ids = Array.from({ length: 1300 }, (_, i) => toFileId(String(i).padStart(20, '0')));
  for (const [at, part] of [ids.slice(0, 700), ids.slice(700)].entries()) {
    const files = part.map((id) => ({
      ...{ id, url: `https://1fichier.com/?${id}`, name: `${id}.mkv`, sizeBytes: 100, sentAt: 1 },
      ...{ contentType: undefined, checksum: undefined, hasPassword: false, hasAccessRules: false },
    }));
    await catalog.crawls.listed(
      crawl,
      { folderId: folder(at), name: 'x', folders: [], files, complete: true },
      at,
      1,
    );
  }
  await catalog.placements.place(
    [],
    ids.map((fileId) => ({ fileId, titleKey: fileId, stem: undefined })),
  );
  const expected = [...ids].reverse();
  const found = async (limit: number) => (await catalog.media.next(limit, 0)).map(({ id }) => id);
  t.strictSame(await found(2000), expected);
  t.strictSame(await found(3), expected.slice(0, 3));
  for (const id of ids) if (id !== ids[5]) await catalog.media.put({ id, sizeBytes: 100 }, facts, 1);
  t.strictSame(await found(3), [ids[5]]);
});

t.test('the catalog: what came to the host last is read first, whenever it was indexed', async (t) => {
  const catalog = await openCatalog(join(t.testdir(), 'catalog.db'), keptValues);
  t.teardown(() => catalog.close());
  const crawl = await catalog.crawls.start(['/'], 0);
  const sentAt = { old: 100, newest: 300, middle: 200, undated: undefined };
  const ids = new Map(Object.keys(sentAt).map((name, at) => [name, toFileId(String(at).padStart(20, '0'))]));
  for (const [at, [name, id]] of [...ids].entries()) {
    const file = {
      ...{ id, url: `https://1fichier.com/?${id}`, name: `${name}.mkv`, sizeBytes: 100 },
      sentAt: sentAt[name as keyof typeof sentAt],
      ...{ contentType: undefined, checksum: undefined, hasPassword: false, hasAccessRules: false },
    };
    const listing = { folderId: folder(at), name: 'x', folders: [], files: [file], complete: true };
    await catalog.crawls.listed(crawl, listing, at, 1);
  }
  const placed = [...ids.values()].map((fileId) => ({ fileId, titleKey: fileId, stem: undefined }));
  await catalog.placements.place([], placed);
  const names = (files: readonly { name: string }[]) => files.map(({ name }) => name.split('.')[0]);
  t.strictSame(names(await catalog.media.next(10, 0)), ['newest', 'middle', 'old', 'undated']);
  const asked = ['undated', 'newest', 'old'].flatMap((name) => ids.get(name) ?? []);
  t.strictSame(names(await catalog.media.unreadOf(asked, 0)), ['undated', 'newest', 'old']);
  await catalog.media.put({ id: ids.get('newest') ?? toFileId('0'), sizeBytes: 100 }, facts, 1);
  t.strictSame(names(await catalog.media.unreadOf(asked, 0)), ['undated', 'old']);
  t.strictSame(await catalog.media.unreadOf([], 0), []);
});
