import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Catalog } from '../catalog/catalog.ts';
import { jsonOf } from '../core/codec.ts';
import type { TitlesByTree, Tree } from '../library/trees.ts';
import type { Disk } from '../tree/tree.ts';

const rowsAtOnce = 1000;

export interface ReconcileFingerprintOptions {
  catalog: Catalog;
  trees: readonly Tree[];
  disk: Disk;
  /** Everything but the account that the trees depend on. */
  settings: unknown;
}

/**
 * Whether the trees are as the last look at everything left them: the same code, the same settings and nothing that was
 * left undone. A new process then needs to look only at what is other on the disk than the manifest says.
 */
export interface ReconcileFingerprint {
  isSame(): Promise<boolean>;
  /** Before anything is laid out by other rules than those that were noted. */
  forget(): Promise<void>;
  /** Everything was looked at, and nothing was left undone. */
  note(): Promise<void>;
  /** Titles of which something is missing on the disk, or has another size or time than was noted. */
  differing(signal?: AbortSignal): Promise<TitlesByTree>;
}

export function createReconcileFingerprint({
  catalog,
  trees,
  disk,
  settings,
}: ReconcileFingerprintOptions): ReconcileFingerprint {
  const now = createHash('sha256').update(codeFingerprint()).update(JSON.stringify(settings)).digest('hex');
  const kept = catalog.keyValues.entry('reconcileFingerprint', jsonOf(z.string()));

  return {
    isSame: async () => (await kept.get()) === now,
    forget: () => kept.put(''),
    note: () => kept.put(now),

    async differing(signal) {
      const titles: TitlesByTree = new Map();
      for (const { name, dir } of trees) {
        const keys = new Set<string>();
        titles.set(name, keys);
        // While the disk is looked at, the next rows are read.
        let comparing = Promise.resolve();
        for (let after = ''; ; ) {
          signal?.throwIfAborted();
          const rows = await catalog.placementsOf(name).treeAfter(after, rowsAtOnce);
          await comparing;
          const last = rows.at(-1)?.path;
          if (last === undefined) break;
          after = last;
          const noted = {
            paths: rows.map((row) => row.path),
            sizesBytes: Float64Array.from(rows, (row) => row.sizeBytes),
            mtimesMs: Float64Array.from(rows, (row) => row.mtimeMs),
          };
          comparing = disk.touched(dir, noted).then((touched) => {
            for (const at of touched) keys.add(rows[at]?.titleKey as string);
          });
          comparing.catch(() => undefined);
        }
      }
      return titles;
    },
  };
}

let code: string | undefined;

/** A checkout changes without a new version: the code itself tells. What runs is what stood there at the first look. */
function codeFingerprint(): string {
  code ??= hashOfCode();
  return code;
}

function hashOfCode(): string {
  const hash = createHash('sha256');
  const src = fileURLToPath(new URL('..', import.meta.url));
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  for (const name of files.sort()) hash.update(name).update(readFileSync(join(src, name)));
  return hash.update(readFileSync(join(src, '..', 'package.json'))).digest('hex');
}
