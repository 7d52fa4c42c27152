import { join } from 'node:path';
import type { Catalog } from '../catalog/catalog.ts';
import type { Batch, Move } from '../catalog/curation/journal.ts';
import type { Placement } from '../catalog/tree/placements.ts';
import type { Clock } from '../core/clock.ts';
import { exists } from '../core/files/exists.ts';
import type { FileId } from '../core/ids.ts';
import type { SerialQueue } from '../core/serial-queue.ts';
import type { TitlesByTree } from '../library/trees.ts';
import type { Publisher } from '../reconcile/publisher.ts';
import { addResult, type PublishResult, type PublishRun } from '../reconcile/run.ts';
import type { TreeTurns } from '../reconcile/tree-turns.ts';
import { filesOf, sayAgain } from './override-targets.ts';
import { createMovePlanner, type PlannedMove, placeOf } from './plan-moves.ts';

export interface TreeMovesOptions {
  catalog: Catalog;
  clock: Clock;
  publisher: Publisher;
  turns: TreeTurns;
  /** Of words and moves: an undo goes by what was said last. */
  words: SerialQueue;
}

/**
 * Paths are frozen; this is how a person moves them: `plan` tells what would stand elsewhere by what is known today,
 * `apply` moves that and writes it into the journal, `undo` brings the last batch back.
 */
export interface TreeMoves {
  /** What would move, and why. Changes nothing. */
  plan(signal: AbortSignal): Promise<PlannedMove[]>;
  /** Moves what `plan` tells. @throws BridgeError BRIDGE_CRAWL_RUNNING while another process syncs, BRIDGE_DISK */
  apply(signal: AbortSignal): Promise<{ moves: PlannedMove[]; result: PublishResult }>;
  /** Brings the last batch of moves back, and what had been said before it. @returns undefined when there is none */
  undo(signal: AbortSignal): Promise<Omit<Batch, 'id'> | undefined>;
}

export function createTreeMoves({ catalog, clock, publisher, turns, words }: TreeMovesOptions): TreeMoves {
  const { planTree, withoutCollisions } = createMovePlanner({ catalog });

  /** Gives the files their other places, and writes what follows from it. @param readAnew files that may be taken for something else now */
  async function move(
    moves: readonly Move[],
    side: 'from' | 'to',
    how: Pick<PublishRun, 'signal' | 'midCrawl'>,
    readAnew: readonly FileId[] = [],
  ): Promise<PublishResult> {
    const touched: TitlesByTree = new Map();
    const replace = async (tree: string, some: readonly Move[]) => {
      const titles = catalog.placementsOf(tree);
      const keys = new Set<string>();
      const placed: Placement[] = [];
      // Where they stand now, which need not be where this batch had brought them.
      for (const key of await titles.treeKeysOf(some.map((one) => one.fileId))) keys.add(key);
      for (const { fileId, from, to } of some) {
        for (const place of [from, to]) if (place) keys.add(place.titleKey);
        const place = side === 'to' ? to : from;
        if (place) placed.push({ fileId, ...placeOf(place) });
      }
      // Noted first: whoever is killed here finds them again with the next sync.
      await catalog.dirty.mark(some.map((one) => one.fileId));
      await titles.place(
        some.map((one) => one.fileId),
        placed,
      );
      touched.set(tree, keys);
    };
    const first = async () => {
      for (const [tree, some] of Map.groupBy(moves, (one) => one.tree)) await replace(tree, some);
    };
    // What has no place to go to may have left what the word was about: it stands where it belongs today.
    const placeless = moves.filter((one) => one[side] === undefined).map((one) => one.fileId);
    const result = await publisher.files([...new Set([...readAnew, ...placeless])], { ...how, first });
    addResult(result, await publisher.titles(touched, how));
    if (result.counts.failed === 0) await catalog.dirty.clear(moves.map((one) => one.fileId));
    return result;
  }

  /** What a kill left undone: a file that had lost its place and had no other yet would stand nowhere. */
  async function endWhatWasBegun(how: Pick<PublishRun, 'signal' | 'midCrawl'>): Promise<void> {
    await publisher.files(await catalog.dirty.all(), how);
  }

  /** Without those that lead to a file of a person's. */
  async function withoutUnknownPaths(moves: readonly PlannedMove[]): Promise<PlannedMove[]> {
    const free: PlannedMove[] = [];
    for (const one of moves) {
      const dir = publisher.trees.find((tree) => tree.name === one.tree)?.dir ?? '';
      const path = `${one.to?.stem}.strm`;
      const isOurs = (await catalog.placementsOf(one.tree).treeAt(path)) !== undefined;
      if (isOurs || !(await exists(join(dir, path)))) free.push(one);
    }
    return free;
  }

  const inTurn = <T>(work: (isBeside: boolean) => Promise<T>) => words.take(() => turns.alsoBesideSync(work));

  const plan = async (signal: AbortSignal): Promise<PlannedMove[]> =>
    withoutUnknownPaths((await Promise.all(publisher.trees.map((tree) => planTree(tree, signal)))).flat());

  return {
    plan,

    apply: (signal) =>
      inTurn(async (midCrawl) => {
        await publisher.checkMounted();
        await endWhatWasBegun({ signal, midCrawl });
        const moves = await plan(signal);
        if (moves.length > 0)
          await catalog.journal.add({ at: clock.now(), why: 'tree plan --apply', moves, said: [] });
        return { moves, result: await move(moves, 'to', { signal, midCrawl }) };
      }),

    undo: (signal) =>
      inTurn(async (midCrawl) => {
        const batch = await catalog.journal.last();
        if (!batch) return undefined;
        await publisher.checkMounted();
        await endWhatWasBegun({ signal, midCrawl });
        // What others took in the meantime stays theirs.
        const moves: Move[] = [];
        for (const [tree, some] of Map.groupBy(batch.moves, (one) => one.tree))
          moves.push(...(await withoutCollisions(tree, some, 'from')));
        const targets = batch.said.map(({ target }) => target);
        const touched = await filesOf(catalog, targets);
        await catalog.dirty.mark(touched);
        await sayAgain(catalog, batch.said);
        await move(moves, 'from', { signal, midCrawl }, touched);
        // Last: whoever is killed before can undo it again.
        await catalog.journal.undone(batch.id, clock.now());
        return { ...batch, moves };
      }),
  };
}
