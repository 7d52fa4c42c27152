import type { Catalog } from '../catalog/catalog.ts';
import type { Tree } from '../library/trees.ts';
import type { Mounts } from './mounts.ts';
import type { PublishResult, PublishRun } from './run.ts';
import type { TreeWriter } from './tree-writer.ts';

/**
 * Titles planned at one time: bounds the memory. Of each handful all files around it are read: in a folder of thousands of
 * films, few handfuls are fast.
 */
const titlesAtOnce = 250;
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

  /** While some titles are written, those after them are planned: they share nothing. */
  async function publishKeys(
    keys: readonly string[],
    result: PublishResult,
    run: PublishRun,
    atOnce = titlesAtOnce,
  ): Promise<void> {
    let writing = Promise.resolve();
    try {
      for (let start = 0; start < keys.length; start += atOnce) {
        run.signal?.throwIfAborted();
        const write = await writer.prepare(keys.slice(start, start + atOnce), result, run);
        await writing;
        if (!run.dryRun) await mounts.requireSame(tree);
        writing = write();
        // Its fault is met at the next turn, or below.
        writing.catch(() => undefined);
      }
    } finally {
      await writing;
    }
  }

  async function compareAll(result: PublishResult, run: PublishRun): Promise<void> {
    for (let after = ''; ; ) {
      run.signal?.throwIfAborted();
      const keys = await placements.keysAfter(after, keysAtOnce);
      const last = keys.at(-1);
      if (last === undefined) return;
      const rest = keys.filter((key) => !run.done?.titles.has(nameOf(key)));
      await publishKeys(rest, result, run);
      after = last;
    }
  }

  return {
    tree,

    async publish(some, result, run, together) {
      const keys = await placements.withMoving([...some]);
      if (keys.length === 0) return;
      const isDone = await mounts.write({ tree, dryRun: run.dryRun }, () =>
        publishKeys(keys, result, run, together ? keys.length : titlesAtOnce),
      );
      if (isDone) for (const key of keys) run.done?.titles.add(nameOf(key));
    },

    async compare(result, run) {
      const failedBefore = result.counts.failed;
      const isDone = await mounts.write({ tree, dryRun: run.dryRun }, () => compareAll(result, run));
      if (isDone && !run.dryRun && result.counts.failed === failedBefore) await mounts.caughtUp(tree);
    },
  };
}
