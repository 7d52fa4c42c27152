import { Worker } from 'node:worker_threads';
import t, { type Test } from 'tap';
import type { FolderId } from '../src/core/ids.ts';
import { setup } from './fixtures/setup.ts';
import { createRandom, shuffled } from './simulator/random.ts';
import type { Simulator } from './simulator/simulator.ts';

/**
 * Siblings tell what a file is, so a folder is read as a whole: how often must not depend on how much lies in it. Some
 * people keep all of their films in one.
 */

/** Twice as much in one folder is read so much more often at most. */
const maxRatio = 3;
const fewFilms = 1000;

/** @returns how many files are read by each sync of a folder of so many films, each with a subtitle */
async function readsOf(t: Test, films: number): Promise<Record<string, number>> {
  const files = Array.from({ length: films }, (_, n) => {
    const name = `Film ${String.fromCharCode(97 + (n % 20))}${n} (${1950 + (n % 70)})`;
    return [
      { name: `${name}.mkv`, content: { sizeBytes: 1000 + n, seed: n } },
      { name: `${name}.fr.srt`, content: { sizeBytes: 100 + n, seed: n } },
    ];
  });
  const worker = new Worker(new URL('./fixtures/simulator-thread.ts', import.meta.url), {
    workerData: { folders: [{ name: 'Films', files: files.flat() }] },
  });
  t.teardown(() => worker.terminate());
  const over = await new Promise<Simulator>((resolve, reject) => {
    worker.once('message', resolve).once('error', reject);
  });
  const { bridge, sync, close } = await setup(t, { over });
  const { catalog } = bridge;
  let reads = 0;
  const { filesOfFolders } = catalog.files;
  catalog.files.filesOfFolders = async (ids: readonly FolderId[]) => {
    const found = await filesOfFolders(ids);
    reads += found.length;
    return found;
  };
  const counts: Record<string, number> = {};
  async function count(what: string, full = false): Promise<void> {
    reads = 0;
    const { tree } = await sync({ full, sideCarsForMs: 0 });
    t.equal(tree.counts.failed, 0);
    counts[what] = reads;
  }
  await count('the first');
  t.equal((await catalog.files.counts()).files, 2 * films);
  await count('everything', true);
  await catalog.dirty.mark(shuffled(createRandom(1), await catalog.files.someIds(2 * films)));
  await count('all waits');
  const idOf = async (end: string) =>
    (await catalog.files.byPath(`/Films/Film b1 (1951)${end}`)).files.map(({ id }) => id);
  await catalog.dirty.mark(await idOf('.mkv'));
  await count('a film waits');
  await catalog.dirty.mark(await idOf('.fr.srt'));
  await count('a subtitle waits');
  t.ok((counts['a subtitle waits'] as number) <= 4 * films, 'its film alone is laid out again');
  await close();
  return counts;
}

t.test('a folder of twice as many films is twice as much work', async (t) => {
  const few = await readsOf(t, fewFilms);
  const many = await readsOf(t, 2 * fewFilms);
  for (const [what, reads] of Object.entries(few)) {
    t.ok(reads > 0, `${what}: ${reads / (2 * fewFilms)} reads of each file`);
    t.ok((many[what] as number) <= maxRatio * reads, `${what}: ${many[what]} after ${reads}`);
  }
});
