import type { Catalog } from '../catalog/catalog.ts';
import type { Tree } from '../library/trees.ts';
import type { Mounts } from './mounts.ts';
import type { PublishResult, PublishRun } from './run.ts';
import type { TreeWriter } from './tree-writer.ts';

/** Titles planned at one time, where they do not lie among far more files: bounds the memory. */
const titlesAtOnce = 250;
/** Of each handful all files around it are read, so that those of a large folder are read so often, whatever its size. */
const readsOfFolder = 8;
const keysAtOnce = 1000;

export interface TreePublisherOptions {
  catalog: Catalog;
  tree: Tree;
  writer: TreeWriter;
  mounts: Mounts;
}

/** Brings titles of one tree up to date, some at a time; what cannot be written is noted as behind. */
export interface TreePublisher {
  readonly tree: Tree;
  /**
   * These titles, with those that files move to or from. @param together in one step: deletes before writes
   * @throws BridgeError BRIDGE_DISK when no other tree is left; the signal's reason
   */
  publish(
    keys: Iterable<string>,
    result: PublishResult,
    run: PublishRun,
    together?: 'together',
  ): Promise<void>;
  /** All titles but those that this run has done, each file compared with the disk. @throws as `publish` */
  compare(result: PublishResult, run: PublishRun): Promise<void>;
}

export function createTreePublisher({ catalog, tree, writer, mounts }: TreePublisherOptions): TreePublisher {
  const placements = catalog.placementsOf(tree.name);
  const nameOf = (key: string) => `${tree.name}\0${key}`;

  /**
   * While some titles are written, those after them are planned: they share nothing.
   * @returns how many go well together next
   */
  async function publishKeys(
    keys: readonly string[],
    result: PublishResult,
    run: PublishRun,
    firstCount: number,
  ): Promise<number> {
    let writing = Promise.resolve();
    let count = firstCount;
    try {
      for (let start = 0; start < keys.length; ) {
        run.signal?.throwIfAborted();
        const handful = keys.slice(start, start + count);
        const { files, around, write } = await writer.prepare(handful, result, run);
        start += handful.length;
        count = Math.max(
          titlesAtOnce,
          Math.floor((handful.length * around) / Math.max(1, files) / readsOfFolder),
        );
        await writing;
        if (!run.dryRun) await mounts.requireSame(tree);
        writing = write();
        // Its fault is met at the next turn, or below.
        writing.catch(() => undefined);
      }
    } finally {
      await writing;
    }
    return count;
  }

  async function compareAll(result: PublishResult, run: PublishRun): Promise<void> {
    let count = titlesAtOnce;
    for (let after = ''; ; ) {
      run.signal?.throwIfAborted();
      const keys = await placements.keysAfter(after, Math.max(keysAtOnce, count));
      const last = keys.at(-1);
      if (last === undefined) return;
      const rest = keys.filter((key) => !run.done?.titles.has(nameOf(key)));
      count = await publishKeys(rest, result, run, count);
      after = last;
    }
  }

  return {
    tree,

    async publish(some, result, run, together) {
      const keys = await placements.withMoving([...some]);
      if (keys.length === 0) return;
      const isDone = await mounts.write({ tree, dryRun: run.dryRun }, async () => {
        await publishKeys(keys, result, run, together ? keys.length : titlesAtOnce);
      });
      if (isDone) for (const key of keys) run.done?.titles.add(nameOf(key));
    },

    async compare(result, run) {
      const failedBefore = result.counts.failed;
      const isDone = await mounts.write({ tree, dryRun: run.dryRun }, () => compareAll(result, run));
      if (isDone && !run.dryRun && result.counts.failed === failedBefore) await mounts.caughtUp(tree);
    },
  };
}
