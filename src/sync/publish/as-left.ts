import { createHash } from 'node:crypto';
import { lstat, readdirSync, readFileSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Catalog } from '../../catalog/catalog.ts';
import { isUntouched, seenOf } from '../../library/tree/tree-bytes.ts';
import type { TitlesByTree } from './titling.ts';
import type { Tree } from './trees.ts';

const memoryName = 'asLeft';
/** Looked at together: they share the trips to the disk's threads, and a player does not wait for more. */
const rowsAtOnce = 500;

export interface AsLeftOptions {
  catalog: Catalog;
  trees: readonly Tree[];
  /** Everything but the account that the trees depend on. */
  settings: unknown;
}

/**
 * Whether the trees are as the last look at everything left them: the same code, the same settings and nothing that was
 * left undone. A new process then needs to look only at what is other on the disk than the manifest says.
 */
export function createAsLeft({ catalog, trees, settings }: AsLeftOptions) {
  const print = createHash('sha256').update(codePrint()).update(JSON.stringify(settings)).digest('hex');

  return {
    isSo: async (): Promise<boolean> => (await catalog.memory.get<string>(memoryName)) === print,
    /** Before anything is laid out by other rules than those that were noted. */
    forget: (): Promise<void> => catalog.memory.put(memoryName, ''),
    note: (): Promise<void> => catalog.memory.put(memoryName, print),

    /** Titles of which something is missing on the disk, or has another size or time than was noted. */
    async differing(signal?: AbortSignal): Promise<TitlesByTree> {
      const titles: TitlesByTree = new Map();
      for (const { name, dir } of trees) {
        const keys = new Set<string>();
        titles.set(name, keys);
        for (let after = ''; ; ) {
          signal?.throwIfAborted();
          const rows = await catalog.titlesOf(name).treeAfter(after, rowsAtOnce);
          const last = rows.at(-1)?.path;
          if (last === undefined) break;
          const all = await look(rows.map(({ path }) => join(dir, path)));
          for (const [at, row] of rows.entries()) {
            const stats = all[at];
            if (!stats?.isFile() || !isUntouched(row, seenOf({ stats }))) keys.add(row.titleKey);
          }
          after = last;
        }
      }
      return titles;
    },
  };
}

export type AsLeft = ReturnType<typeof createAsLeft>;

/** By callbacks: for 200,000 files promises cost more than the disk. A file that cannot be looked at is not there. */
function look(paths: readonly string[]): Promise<(Stats | undefined)[]> {
  return new Promise((resolve) => {
    const found: (Stats | undefined)[] = [];
    let left = paths.length;
    for (const [at, path] of paths.entries()) {
      lstat(path, (error, stats) => {
        found[at] = error ? undefined : stats;
        if (--left === 0) resolve(found);
      });
    }
  });
}

/** A checkout changes without a new version: the code itself tells. */
function codePrint(): string {
  const hash = createHash('sha256');
  const src = fileURLToPath(new URL('../..', import.meta.url));
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  for (const name of files.sort()) hash.update(name).update(readFileSync(join(src, name)));
  return hash.update(readFileSync(join(src, '..', 'package.json'))).digest('hex');
}
