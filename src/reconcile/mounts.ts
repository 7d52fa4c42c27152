import { readdir, stat } from 'node:fs/promises';
import { z } from 'zod';
import type { Catalog } from '../catalog/catalog.ts';
import { jsonOf } from '../core/codec.ts';
import { BridgeError, isBridgeError } from '../core/errors.ts';
import { isMomentary, troubleWith } from '../core/files/folder-check.ts';
import type { Log } from '../core/log.ts';
import type { Tree } from '../library/trees.ts';
import { createBegunTrees } from './begun-trees.ts';

/** A tree that is left out, and why. */
export interface Away {
  dir: string;
  why: string;
}

/**
 * Which trees can be written just now. One whose disk is not there, or refuses, is left out until the next look, and is
 * known to be behind until everything in it was compared again; the others go on. Where it is the only one, its error is
 * thrown.
 */
export interface Mounts {
  /**
   * Looks again which trees are there. @param takeAll also those that are empty: they were emptied on purpose
   * @throws BridgeError BRIDGE_DISK when none is
   */
  find(takeAll: boolean): Promise<void>;
  /** @throws BridgeError BRIDGE_DISK when this tree is not there any more since it was looked for */
  requireSame(tree: Tree): Promise<void>;
  /** Trees that are left out just now. */
  away(): Away[];
  /** @throws BridgeError BRIDGE_DISK when any tree is left out */
  requireAll(): void;
  /**
   * Writes something in a tree; it is noted as behind where that cannot be.
   * @returns whether it was done
   * @throws BridgeError BRIDGE_DISK when no other tree is left; whatever else `work` throws
   */
  write(what: { tree: Tree; dryRun?: boolean | undefined }, work: () => Promise<void>): Promise<boolean>;
  /** Whether something in this tree was left undone that no change will bring back to mind. */
  isBehind(tree: Tree): Promise<boolean>;
  /** How often something in this tree was left undone since this process began. */
  timesBehind(tree: Tree): number;
  /** Everything in it was compared. */
  caughtUp(tree: Tree): Promise<void>;
}

export function createMounts(options: { catalog: Catalog; log: Log; trees: readonly Tree[] }): Mounts {
  const { catalog, log, trees } = options;
  const begunTrees = createBegunTrees(catalog);
  const away = new Map<string, BridgeError>();
  /** What the last look found where they lie, by their names. */
  const found = new Map<string, Top>();

  /**
   * An empty folder where a tree was written is a disk that is not mounted: what would be noted as removed then would
   * be left behind for ever.
   */
  async function faultOf(tree: Tree, { isEmpty }: Top): Promise<BridgeError | undefined> {
    if (!isEmpty) return undefined;
    const { name, dir } = tree;
    const isWritten = (await catalog.placementsOf(name).treeCount()) > 0;
    if (!isWritten && !(await begunTrees.isElsewhere(tree))) return undefined;
    // Nothing is written there, not even for a moment: a kill would leave it where a disk belongs.
    const trouble = troubleWith(dir, false);
    if (trouble) return new BridgeError('BRIDGE_DISK', { detail: trouble.why, remedy: trouble.remedy });
    return new BridgeError('BRIDGE_DISK', {
      says: `${dir} is empty although a tree was written there; is it mounted?`,
      remedy: 'Mount it; if it was emptied on purpose: passerelle sync --full',
    });
  }

  /** A disk that goes in mid-crawl: what would be written then would lie below the place where it is mounted. */
  async function requireSame(tree: Tree): Promise<void> {
    const before = found.get(tree.name);
    if (before === undefined) return;
    const now = await readTop(tree.dir);
    // A first crawl makes the folder, and fills it.
    if (before.isEmpty && !now.isEmpty) found.set(tree.name, now);
    if (before.device !== undefined && now.device !== before.device) {
      throw new BridgeError('BRIDGE_DISK', {
        says: `${tree.dir} lies on another disk than when the sync began; is it mounted?`,
        remedy: 'Mount it; the next sync goes on',
      });
    }
    const fault = before.isEmpty ? undefined : await faultOf(tree, now);
    if (fault) throw fault;
  }

  function leaveOut({ name, dir }: Tree, error: BridgeError): void {
    away.set(name, error);
    if (away.size === trees.length) throw error;
    log.error({ dir, err: error, remedy: error.remedy }, 'a tree is left out; the others go on');
  }

  const noted = catalog.keyValues.entry('treesBehind', jsonOf(z.array(z.string())));
  const behind = async () => new Set(await noted.get());
  const timesBehind = new Map<string, number>();

  return {
    async find(takeAll) {
      away.clear();
      for (const tree of trees) {
        const top = await readTop(tree.dir);
        found.set(tree.name, top);
        const fault = takeAll ? undefined : await faultOf(tree, top);
        if (fault) leaveOut(tree, fault);
      }
    },

    requireSame,

    away: () =>
      trees.flatMap(({ name, dir }) => {
        const error = away.get(name);
        return error ? [{ dir, why: error.message }] : [];
      }),

    requireAll() {
      for (const error of away.values()) throw error;
    },

    async write({ tree, dryRun = false }, work) {
      try {
        if (!away.has(tree.name)) {
          await work();
          if (!dryRun) await requireSame(tree);
          return true;
        }
      } catch (error) {
        if (!isBridgeError(error, 'BRIDGE_DISK')) throw error;
        leaveOut(tree, error);
      }
      timesBehind.set(tree.name, (timesBehind.get(tree.name) ?? 0) + 1);
      const names = await behind();
      if (!dryRun && !names.has(tree.name)) await noted.put([...names, tree.name]);
      return false;
    },

    isBehind: async ({ name }) => (await behind()).has(name),

    timesBehind: ({ name }) => timesBehind.get(name) ?? 0,

    async caughtUp({ name }) {
      const names = await behind();
      if (names.delete(name)) await noted.put([...names]);
    },
  };
}

interface Top {
  /** undefined = there is no folder. */
  device: number | undefined;
  isEmpty: boolean;
}

async function readTop(dir: string): Promise<Top> {
  // Reading comes first: it makes an automounter mount what lies there.
  const names = await readdir(dir).catch(() => []);
  const device = await stat(dir).then(
    ({ dev }) => dev,
    () => undefined,
  );
  return { device, isEmpty: names.every(isMomentary) };
}
