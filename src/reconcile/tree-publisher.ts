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

/** Does this when nobody else writes in the trees. */
type TakeTurn = <T>(work: () => Promise<T>) => Promise<T>;

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
  /**
   * All titles but those that this run has done, each file compared with the disk: of a large library a page in each turn,
   * so that whoever writes beside it waits for one. @throws as `publish`
   */
  compare(result: PublishResult, run: PublishRun, turn: TakeTurn): Promise<void>;
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

  /** One page of titles, behind `after`. @returns the last of them; undefined when there were none */
  async function comparePage(
    { after, count }: ComparedSoFar,
    result: PublishResult,
    run: PublishRun,
  ): Promise<ComparedSoFar | undefined> {
    run.signal?.throwIfAborted();
    const keys = await placements.keysAfter(after, Math.max(keysAtOnce, count));
    const last = keys.at(-1);
    if (last === undefined) return undefined;
    const rest = keys.filter((key) => !run.done?.titles.has(nameOf(key)));
    return { after: last, count: await publishKeys(rest, result, run, count) };
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

    async compare(result, run, turn) {
      const { dryRun } = run;
      const failedBefore = result.counts.failed;
      // What somebody else left undone between two pages may lie on one before.
      const timesBefore = mounts.timesBehind(tree);
      let soFar: ComparedSoFar | undefined = { after: '', count: titlesAtOnce };
      const page = async (from: ComparedSoFar) => {
        // A tree that went away between two pages is left out from there on.
        const isDone = await mounts.write({ tree, dryRun }, async () => {
          soFar = await comparePage(from, result, run);
        });
        const isSound = result.counts.failed === failedBefore && mounts.timesBehind(tree) === timesBefore;
        if (isDone && soFar === undefined && isSound && !dryRun) await mounts.caughtUp(tree);
        return isDone;
      };
      while (soFar) {
        const from: ComparedSoFar = soFar;
        if (!(await turn(() => page(from)))) return;
      }
    },
  };
}

interface ComparedSoFar {
  /** The last title; empty before the first. */
  after: string;
  /** How many go well together next. */
  count: number;
}
