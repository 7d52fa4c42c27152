import { join } from 'node:path';
import { openCatalog } from '../../src/catalog/catalog.ts';
import { rootFolderId, toFileId, toFolderId } from '../../src/core/ids.ts';
import { keptValues } from '../../src/library/kept-values.ts';
import { runPart, type Shape } from '../stage/part.ts';

export interface LargeFoldersPart extends Shape {
  options: { home: string; sizes: number[] };
  /** Names of the files of each folder. */
  facts: { names: string[] };
}

/**
 * A catalog as a crawl leaves it: for each size a folder of the account (`n10000`) and one of the tree (`Movies/n10000`)
 * with so many films, written straight into the database.
 */
runPart<LargeFoldersPart>(async ({ home, sizes }) => {
  const catalog = await openCatalog(join(home, 'data', 'catalog.db'), keptValues);
  const now = Date.UTC(2026, 0, 1);
  const crawl = await catalog.crawls.start(['/'], now);
  const folders = sizes.map((size) => ({ id: toFolderId(String(size)), size, name: `n${size}` }));
  const listing = { name: '', files: [], complete: true };
  await catalog.crawls.listed(crawl, { ...listing, folderId: rootFolderId, folders }, now, 1);
  const most = Math.max(...sizes);
  const names = Array.from({ length: most }, (_, index) => `Film number ${index} (2001) 1080p.mkv`);
  for (const { id: folderId, size, name } of folders) {
    const files = names.slice(0, size).map((file, index) => ({
      id: toFileId(`f${size.toString(36)}x${((index * 7919) % 1_000_003).toString(36).padStart(8, '0')}`),
      url: `https://1fichier.com/?f${size}x${index}`,
      name: file,
      sizeBytes: 1_000_000_000 + index,
      sentAt: now + index * 1000,
      contentType: undefined,
      checksum: undefined,
      hasPassword: false,
      hasAccessRules: false,
    }));
    await catalog.crawls.listed(crawl, { ...listing, folderId, name, folders: [], files }, now, 1);
    const rows = files.map(({ id, name: file }) => ({
      path: `Movies/${name}/${file.replace(/mkv$/, 'strm')}`,
      kind: 'strm',
      fileId: id,
      titleKey: name,
      sha256: '0'.repeat(64),
      sizeBytes: 100,
      mtimeMs: now,
    }));
    await catalog.placements.recordTree(rows, []);
  }
  await catalog.crawls.end(crawl, 'done', {}, now);
  await catalog.dirty.clear(await catalog.dirty.all());
  await catalog.close();
  return { facts: { names } };
});
