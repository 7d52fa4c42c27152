import { join } from 'node:path';
import t from 'tap';
import { openCatalog } from '../src/catalog/catalog.ts';
import { toFileId, toFolderId } from '../src/core/ids.ts';
import { keptValues } from '../src/library/kept-values.ts';
import { watchTurns } from './fixtures/longest-turn.ts';

/** What the catalog does with many files at one time: everybody else is served meanwhile. */

const [folders, filesAFolder] = [30, 1000];
/** For a third of 100,000 files, of which no turn may take 100 ms. */
const maxTurnMs = 40;

t.test('a whole account may go, and come back, and hold up nobody for long', async (t) => {
  const catalog = await openCatalog(join(t.testdir(), 'catalog.db'), keptValues);
  t.teardown(() => catalog.close());
  const ids = Array.from({ length: folders * filesAFolder }, (_, n) => toFileId(String(n).padStart(20, 'f')));
  for (let at = 0; at < folders; at++) {
    const files = ids.slice(at * filesAFolder, (at + 1) * filesAFolder).map((id, n) => ({
      id,
      url: `https://1fichier.com/?${id}`,
      name: `Film ${n}.mkv`,
      sizeBytes: 1,
      sentAt: 1,
      contentType: undefined,
      checksum: undefined,
      hasPassword: false,
      hasAccessRules: false,
    }));
    const folderId = toFolderId(String(1000 + at));
    await catalog.crawls.listedAlone({ folderId, name: `F${at}`, folders: [], files, complete: true }, 1);
  }
  const { removals, dirty } = catalog;
  const windows = { monotonicMs: 100, confirmMs: 0, graceMs: 0 };
  const batch = { kind: 'vanished', why: 'a test', facts: {} };
  const steps: [string, () => Promise<unknown>][] = [
    ['what lies outside of the roots', () => removals.missOutside([], 10)],
    ['a step further', () => removals.advance(windows)],
    ['what is due', () => removals.due(windows)],
    ['how much that is', () => removals.share(windows)],
    ['what is missing still', () => removals.stillMissing(ids)],
    ['taken out', () => removals.remove(ids, 20, batch as never)],
    ['brought back', () => removals.keep(ids, 30)],
    ['that word taken back', () => removals.unkeep(ids)],
    ['the tree is up to date', () => dirty.clear(ids)],
  ];
  for (const [what, step] of steps) {
    const turns = watchTurns();
    await step();
    const ms = turns.stop();
    t.ok(ms < maxTurnMs, `${what}: ${Math.round(ms)} ms in one turn`);
  }
  t.same([(await catalog.files.counts()).files, (await dirty.all()).length], [ids.length, 0]);
});
