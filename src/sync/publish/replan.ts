import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import type { Catalog } from '../../catalog/catalog.ts';
import type { Batch, Move, Spot } from '../../catalog/journal.ts';
import { lockFile } from '../../catalog/lock.ts';
import type { Place } from '../../catalog/titles.ts';
import type { Clock } from '../../clock.ts';
import { type Item, layoutTitle } from '../../library/layout.ts';
import type { Recognition } from '../../library/recognition.ts';
import { foldedPath } from '../../library/safe-name.ts';
import { titleDirOf } from '../../library/shelf.ts';
import type { Publisher } from './publish.ts';
import { addResult, type PublishResult } from './publish-run.ts';
import { filesOf, sayAgain } from './targets.ts';
import { foldersOf, type TitlesByTree, toLibraryFile } from './titling.ts';
import { admits, keyIn, type Tree } from './trees.ts';

export interface ReplanOptions {
  catalog: Catalog;
  clock: Clock;
  publisher: Publisher;
  /** Held while a sync runs, across processes. */
  lockPath: string;
}

/** A file that would stand elsewhere if the tree were laid out today. Paths without `.strm`. */
export interface PlannedMove extends Move {
  fileId: string;
  /** For a person. */
  why: string;
}

export type Replan = ReturnType<typeof createReplan>;

const titlesAtOnce = 200;
const filesAtOnce = 2000;

/**
 * Paths are frozen; this is how a person moves them: `plan` tells what would stand elsewhere by what is known today,
 * `apply` moves that and writes it into the journal, `undo` brings the last batch back.
 */
export function createReplan({ catalog, clock, publisher, lockPath }: ReplanOptions) {
  async function planTree(tree: Tree, signal: AbortSignal): Promise<PlannedMove[]> {
    const titles = catalog.titlesOf(tree.name);
    const places = new Map<string, Place>();
    /** Files by the title that they would belong to; what has no place yet moves nowhere, but counts as a neighbour. */
    const fresh = new Map<string, string[]>();
    const heirsOf = new Map<string, string>();
    const extras: string[] = [];
    for (let after = ''; ; ) {
      signal.throwIfAborted();
      await breathe();
      const rows = await catalog.recognitions.after(after, filesAtOnce);
      const last = rows.at(-1)?.fileId;
      if (last === undefined) break;
      after = last;
      const ids = rows.map((row) => row.fileId);
      for (const [id, place] of await titles.placesOf(ids)) places.set(id, place);
      const files = await catalog.content.filesByIds(ids);
      const paths = await foldersOf(catalog, files);
      const byId = new Map(files.map((file) => [file.id, file]));
      for (const { fileId, recognition } of rows) {
        const file = byId.get(fileId);
        const folder = file && paths.get(file.folderId);
        if (!file || folder === undefined || !places.has(fileId)) continue;
        // Its path is somebody else's by now: it waits for its end, and is no version beside that one.
        if (file.missingSince !== undefined && places.get(fileId)?.stem === undefined) continue;
        const read = JSON.parse(recognition) as Recognition;
        const libraryFile = toLibraryFile(file, folder);
        const key = keyIn(tree, libraryFile, read);
        if (key === undefined) {
          // What the settings have no room for stays where it is.
          if (read.kind === 'extra' && admits(tree, libraryFile, 'extra')) extras.push(fileId);
        } else {
          fresh.set(key, [...(fresh.get(key) ?? []), fileId]);
          const now = places.get(fileId)?.titleKey;
          if (now !== undefined) heirsOf.set(now, key);
        }
      }
    }
    // An extra goes where its title goes.
    for (const id of extras) {
      const now = places.get(id)?.titleKey as string;
      const key = heirsOf.get(now) ?? now;
      fresh.set(key, [...(fresh.get(key) ?? []), id]);
    }
    const moves: PlannedMove[] = [];
    const all = [...fresh];
    for (let start = 0; start < all.length; start += titlesAtOnce) {
      signal.throwIfAborted();
      await breathe();
      moves.push(...(await planTitles(tree, all.slice(start, start + titlesAtOnce), places)));
    }
    const possible = await withoutCollisions(tree.name, moves, 'to');
    return possible.sort((a, b) => ((a.from?.stem ?? '') < (b.from?.stem ?? '') ? -1 : 1));
  }

  async function planTitles(
    tree: Tree,
    titles: readonly (readonly [string, readonly string[]])[],
    places: ReadonlyMap<string, Place>,
  ): Promise<PlannedMove[]> {
    const ids = titles.flatMap(([, fileIds]) => fileIds);
    const recognitions = await catalog.recognitions.ofFiles(ids);
    const files = new Map((await catalog.content.filesByIds(ids)).map((file) => [file.id, file]));
    const paths = await foldersOf(catalog, files.values());
    return titles.flatMap(([titleKey, fileIds]) => {
      const items = fileIds.flatMap((id): Item[] => {
        const file = files.get(id);
        const json = recognitions.get(id);
        if (!file || json === undefined) return [];
        return [
          {
            file: toLibraryFile(file, paths.get(file.folderId) ?? '/'),
            recognition: JSON.parse(json) as Recognition,
          },
        ];
      });
      const by = new Map(items.map((item) => [item.file.fileId, item.recognition]));
      return layoutTitle(items, [], { profile: tree.profile, nfo: false }).flatMap((entry) => {
        if (entry.kind !== 'strm') return [];
        const { fileId } = entry;
        const stem = entry.path.slice(0, -'.strm'.length);
        const from = places.get(fileId);
        if (from?.stem === undefined || from.stem === stem) return [];
        if (foldedPath(titleDirOf(stem)) !== titleKey) return [];
        const why = whyMoved(from, titleKey, by.get(fileId));
        return [{ tree: tree.name, fileId, from: placeOf(from), to: { titleKey, stem }, why }];
      });
    });
  }

  /** Those that lead to a path which nobody has, or leaves with them. What has left the library keeps its path too. */
  async function withoutCollisions<T extends Move>(
    tree: string,
    moves: readonly T[],
    side: 'from' | 'to',
  ): Promise<T[]> {
    const standing = await catalog.titlesOf(tree).standing();
    let possible = [...moves];
    for (;;) {
      const moving = new Set(possible.map((one) => one.fileId));
      const held = new Set(
        standing.flatMap(({ fileId, stem }) => (moving.has(fileId) ? [] : [foldedPath(stem)])),
      );
      const free = possible.filter((one) => {
        const stem = one[side]?.stem;
        return stem === undefined || !held.has(foldedPath(stem));
      });
      if (free.length === possible.length) return free;
      possible = free;
    }
  }

  /** Gives the files their other places, and writes what follows from it. @param readAnew files that may be taken for something else now */
  async function move(
    moves: readonly Move[],
    side: 'from' | 'to',
    signal: AbortSignal,
    readAnew: readonly string[] = [],
  ): Promise<PublishResult> {
    const touched: TitlesByTree = new Map();
    for (const [tree, some] of Map.groupBy(moves, (one) => one.tree)) {
      const titles = catalog.titlesOf(tree);
      const keys = new Set<string>();
      const placed: Place[] = [];
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
    }
    // What has no place to go to may have left what the word was about: it stands where it belongs today.
    const placeless = moves.filter((one) => one[side] === undefined).map((one) => one.fileId);
    const result = await publisher.files([...new Set([...readAnew, ...placeless])], { signal });
    addResult(result, await publisher.titles(touched, { signal }));
    if (result.counts.failed === 0) await catalog.dirty.clear(moves.map((one) => one.fileId));
    return result;
  }

  /** What a kill left undone: a file that was to leave one title for another would stand in both. */
  async function endWhatWasBegun(signal: AbortSignal): Promise<void> {
    await publisher.files(await catalog.dirty.all(), { signal });
  }

  /** Without those that lead to a file of a person's. */
  async function withoutStrangers(moves: readonly PlannedMove[]): Promise<PlannedMove[]> {
    const free: PlannedMove[] = [];
    for (const one of moves) {
      const dir = publisher.trees.find((tree) => tree.name === one.tree)?.dir ?? '';
      const path = `${one.to?.stem}.strm`;
      const isOurs = (await catalog.titlesOf(one.tree).treeAt(path)) !== undefined;
      const isThere = await access(join(dir, path)).then(
        () => true,
        () => false,
      );
      if (isOurs || !isThere) free.push(one);
    }
    return free;
  }

  async function alone<T>(work: () => Promise<T>): Promise<T> {
    const release = lockFile(lockPath, 'BRIDGE_CRAWL_RUNNING');
    try {
      return await work();
    } finally {
      release();
    }
  }

  const plan = async (signal: AbortSignal): Promise<PlannedMove[]> =>
    withoutStrangers((await Promise.all(publisher.trees.map((tree) => planTree(tree, signal)))).flat());

  return {
    /** What would move, and why. Changes nothing. */
    plan,

    /** Moves what `plan` tells. @throws BridgeError BRIDGE_CRAWL_RUNNING, BRIDGE_DISK */
    apply: (signal: AbortSignal): Promise<{ moves: PlannedMove[]; result: PublishResult }> =>
      alone(async () => {
        await publisher.checkMounted();
        await endWhatWasBegun(signal);
        const moves = await plan(signal);
        if (moves.length > 0)
          await catalog.journal.add({ at: clock.now(), why: 'tree plan --apply', moves, said: [] });
        return { moves, result: await move(moves, 'to', signal) };
      }),

    /** Brings the last batch of moves back, and what had been said before it. @returns undefined when there is none */
    undo: (signal: AbortSignal): Promise<Omit<Batch, 'id'> | undefined> =>
      alone(async () => {
        const batch = await catalog.journal.last();
        if (!batch) return undefined;
        await publisher.checkMounted();
        await endWhatWasBegun(signal);
        // What others took in the meantime stays theirs.
        const moves: Move[] = [];
        for (const [tree, some] of Map.groupBy(batch.moves, (one) => one.tree))
          moves.push(...(await withoutCollisions(tree, some, 'from')));
        const targets = batch.said.map(({ target }) => target);
        const touched = await filesOf(catalog, targets);
        await catalog.dirty.mark(touched);
        await sayAgain(catalog, batch.said);
        await move(moves, 'from', signal, touched);
        // Last: whoever is killed before can undo it again.
        await catalog.journal.undone(batch.id, clock.now());
        return { ...batch, moves };
      }),
  };
}

function placeOf({ titleKey, stem, told }: Spot): Spot {
  return { titleKey, stem, told };
}

function whyMoved(from: Place, titleKey: string, recognition: Recognition | undefined): string {
  if (from.titleKey !== titleKey) {
    const { kind = 'unknown', title, year } = recognition ?? {};
    return title === undefined
      ? `taken for ${kind} today`
      : `taken for ${kind} "${title}"${year === undefined ? '' : ` (${year})`} today`;
  }
  return 'its season, episode or label would be another one today';
}
