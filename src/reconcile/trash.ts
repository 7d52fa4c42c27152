import { mkdir, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Catalog } from '../catalog/catalog.ts';
import type { TrashRow } from '../catalog/tree/trash.ts';
import type { Clock } from '../core/clock.ts';
import { BridgeError } from '../core/errors.ts';
import { exists } from '../core/files/exists.ts';
import { readOwnFile } from '../core/files/own-file.ts';
import type { Log } from '../core/log.ts';
import { moveFile } from '../tree/move.ts';
import type { TreePlan, TreeTrash } from '../tree/tree.ts';
import { sha256 } from '../tree/tree-bytes.ts';
import { asDiskError, errorCode } from '../tree/tree-paths.ts';
import { createMonotonicClock } from './monotonic-clock.ts';

export interface TrashOptions {
  catalog: Catalog;
  clock: Clock;
  log: Log;
  /** dataDir/trash */
  dir: string;
}

/**
 * Where STRM, NFO and subtitle files lie after their file of the account was taken out: `<day>-<batch>/<tree>/<path>`.
 * Rows are written before a file is moved and forgotten after it was moved back, so that a kill leaves a row too many
 * and never a file that nobody knows.
 */
export interface Trash {
  /** What `applyTree` asks while it carries out this plan. @param tree name of the tree */
  forPlan(tree: string, plan: TreePlan): Promise<TreeTrash>;
  /** Deletes for good what has lain there for so long. */
  purge(keepMs: number): Promise<void>;
}

export function createTrash({ catalog, clock, log, dir }: TrashOptions): Trash {
  const monotonicClock = createMonotonicClock(catalog.keyValues, clock);

  async function take(row: Omit<TrashRow, 'stored' | 'trashedAt'>, full: string): Promise<boolean> {
    const stored = await freeName(row);
    const target = join(dir, stored);
    try {
      await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    } catch (error) {
      throw disk(target, error);
    }
    await catalog.trash.add({ ...row, stored, trashedAt: await monotonicClock.now() });
    try {
      await moveFile(full, target);
    } catch (error) {
      await catalog.trash.forget([stored]);
      throw asDiskError(error, target) ?? error;
    }
    return true;
  }

  async function freeName({ proposalId, tree, path }: { proposalId: number; tree: string; path: string }) {
    const day = new Date(clock.now()).toISOString().slice(0, 10);
    const wanted = [`${day}-${proposalId}`, ...(tree === '' ? [] : [folderFor(tree)]), path].join('/');
    for (let n = 1; ; n++) {
      const stored = n === 1 ? wanted : `${wanted}.${n}`;
      if (!(await exists(join(dir, stored)))) return stored;
    }
  }

  async function giveBack(rows: readonly TrashRow[], hash: string, full: string): Promise<boolean> {
    for (const { stored } of rows.filter((row) => row.sha256 === hash)) {
      const lying = join(dir, stored);
      try {
        if (sha256((await readOwnFile(dir, stored)).bytes) !== hash) continue;
        await moveFile(lying, full);
      } catch (error) {
        // It is written anew instead.
        if (errorCode(error) !== 'ENOENT')
          log.warn(
            { path: lying, code: errorCode(error) },
            'a file could not be brought back from the trash',
          );
        continue;
      }
      await catalog.trash.forget([stored]);
      await prune(stored);
      return true;
    }
    return false;
  }

  /** Removes the folders that are empty now. */
  async function prune(stored: string): Promise<void> {
    for (let at = dirname(stored); at !== '.'; at = dirname(at)) {
      const removed = await rmdir(join(dir, at)).then(
        () => true,
        () => false,
      );
      if (!removed) return;
    }
  }

  return {
    async forPlan(tree, plan) {
      const leaving = await rowsOf(plan);
      const created = plan.ops.filter(({ op }) => op === 'create').map(({ path }) => path);
      const lying = Map.groupBy(await catalog.trash.at(tree, created), (row) => row.path);
      return {
        take: async (path, full) => {
          const row = leaving.get(path);
          return row ? take({ ...row, tree, path }, full) : false;
        },
        holds: (path) => lying.has(path),
        giveBack: async (path, hash, full) => giveBack(lying.get(path) ?? [], hash, full),
      };
    },

    async purge(keepMs) {
      for (const { stored } of await catalog.trash.before((await monotonicClock.now()) - keepMs)) {
        try {
          await rm(join(dir, stored), { force: true });
        } catch (error) {
          log.warn(
            { path: join(dir, stored), code: errorCode(error) },
            'a file in the trash cannot be deleted',
          );
          continue;
        }
        await catalog.trash.forget([stored]);
        await prune(stored);
      }
    },
  };

  /**
   * The files that leave because what they stand for is gone, with the removal that took it. Side-cars go with the
   * title that loses a film or episode.
   */
  async function rowsOf(plan: TreePlan) {
    const deletes = plan.ops.flatMap((op) => (op.op === 'delete' && op.seen ? [op.entry] : []));
    const ids = deletes.flatMap(({ fileId }) => fileId ?? []);
    const batches = await catalog.proposals.batchesOf(ids);
    const ofTitle = new Map<string, number>();
    for (const { fileId, titleKey } of deletes) {
      const batch = fileId === undefined ? undefined : batches.get(fileId);
      if (batch !== undefined) ofTitle.set(titleKey, batch);
    }
    const rows = new Map<string, Pick<TrashRow, 'proposalId' | 'fileId' | 'sha256'>>();
    for (const { path, kind, fileId, titleKey, sha256: hash } of deletes) {
      const own = fileId === undefined ? undefined : batches.get(fileId);
      const proposalId = own ?? (kind === 'strm' ? undefined : ofTitle.get(titleKey));
      if (proposalId !== undefined) rows.set(path, { proposalId, fileId, sha256: hash });
    }
    return rows;
  }
}

/** A tree's name is a path of the settings, and may lead out of here. */
function folderFor(tree: string): string {
  return tree.replace(/[^\p{L}\p{N}-]+/gu, '_');
}

function disk(full: string, error: unknown): BridgeError {
  return new BridgeError('BRIDGE_DISK', { detail: `${full} (${errorCode(error)})`, cause: error });
}
