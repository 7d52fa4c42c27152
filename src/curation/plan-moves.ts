import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { Catalog } from '../catalog/catalog.ts';
import type { Move, Spot } from '../catalog/curation/journal.ts';
import type { Placement } from '../catalog/tree/placements.ts';
import type { FileId } from '../core/ids.ts';
import { type Item, layoutTitle } from '../library/layout.ts';
import { foldedPath } from '../library/safe-name.ts';
import { titleDirOf } from '../library/shelf.ts';
import { admits, keyIn, type Tree } from '../library/trees.ts';
import { smallerClip } from '../naming/siblings/discs.ts';
import type { Recognition } from '../naming/text/recognition.ts';
import { foldersOf } from '../reconcile/placement/recognise-files.ts';
import { toLibraryFile } from '../reconcile/placement/recognised-file.ts';

/** A file that would stand elsewhere if the tree were laid out today. Paths without `.strm`. */
export interface PlannedMove extends Move {
  fileId: FileId;
  /** For a person. */
  why: string;
}

const titlesAtOnce = 200;
const filesAtOnce = 2000;

/** Finds out what would stand elsewhere in a tree if it were laid out by what is known today. Changes nothing. */
export interface MovePlanner {
  /** Ordered by where the files stand. @throws the signal's reason */
  planTree(tree: Tree, signal: AbortSignal): Promise<PlannedMove[]>;
  /** Those that lead to a path which nobody has, or leaves with them. What has left the library keeps its path too. */
  withoutCollisions<T extends Move>(tree: string, moves: readonly T[], side: 'from' | 'to'): Promise<T[]>;
}

export function createMovePlanner({ catalog }: { catalog: Catalog }): MovePlanner {
  async function planTree(tree: Tree, signal: AbortSignal): Promise<PlannedMove[]> {
    const titles = catalog.placementsOf(tree.name);
    const places = new Map<string, Placement>();
    /** Files by the title that they would belong to; what has no place yet moves nowhere, but counts as a neighbour. */
    const fresh = new Map<string, FileId[]>();
    const movesTo = new Map<string, string>();
    const extras: FileId[] = [];
    const leaving: PlannedMove[] = [];
    for (let after: FileId | undefined; ; ) {
      signal.throwIfAborted();
      await yieldToEventLoop();
      const rows = await catalog.recognitions.after(after, filesAtOnce);
      const last = rows.at(-1)?.fileId;
      if (last === undefined) break;
      after = last;
      const ids = rows.map((row) => row.fileId);
      for (const [id, place] of await titles.placesOf(ids)) places.set(id, place);
      const files = await catalog.files.filesByIds(ids);
      const paths = await foldersOf(catalog, files);
      const byId = new Map(files.map((file) => [file.id, file]));
      for (const { fileId, recognition } of rows) {
        const file = byId.get(fileId);
        const folder = file && paths.get(file.folderId);
        if (!file || folder === undefined || !places.has(fileId)) continue;
        // Its path is somebody else's by now: it waits for its end, and is no version beside that one.
        if (file.missingSince !== undefined && places.get(fileId)?.stem === undefined) continue;
        const libraryFile = toLibraryFile(file, folder);
        const key = keyIn(tree, libraryFile, recognition);
        if (key === undefined) {
          const place = places.get(fileId);
          if (place?.stem !== undefined && isSmallerClip(recognition))
            leaving.push({ tree: tree.name, fileId, from: placeOf(place), why: smallerClip });
          // What the settings have no room for stays where it is.
          if (recognition.kind === 'extra' && admits(tree, libraryFile, 'extra')) extras.push(fileId);
        } else {
          fresh.set(key, [...(fresh.get(key) ?? []), fileId]);
          const now = places.get(fileId)?.titleKey;
          if (now !== undefined) movesTo.set(now, key);
        }
      }
    }
    // An extra goes where its title goes.
    for (const id of extras) {
      const now = places.get(id)?.titleKey as string;
      const key = movesTo.get(now) ?? now;
      fresh.set(key, [...(fresh.get(key) ?? []), id]);
    }
    const moves: PlannedMove[] = leaving;
    const all = [...fresh];
    for (let start = 0; start < all.length; start += titlesAtOnce) {
      signal.throwIfAborted();
      await yieldToEventLoop();
      moves.push(...(await planTitles(tree, all.slice(start, start + titlesAtOnce), places)));
    }
    const possible = await withoutCollisions(tree.name, moves, 'to');
    return possible.sort((a, b) => ((a.from?.stem ?? '') < (b.from?.stem ?? '') ? -1 : 1));
  }

  async function planTitles(
    tree: Tree,
    titles: readonly (readonly [string, readonly FileId[]])[],
    places: ReadonlyMap<string, Placement>,
  ): Promise<PlannedMove[]> {
    const ids = titles.flatMap(([, fileIds]) => fileIds);
    const recognitions = await catalog.recognitions.ofFiles(ids);
    const files = new Map((await catalog.files.filesByIds(ids)).map((file) => [file.id, file]));
    const paths = await foldersOf(catalog, files.values());
    return titles.flatMap(([titleKey, fileIds]) => {
      const items = fileIds.flatMap((id): Item[] => {
        const file = files.get(id);
        const recognition = recognitions.get(id);
        if (!file || !recognition) return [];
        return [{ file: toLibraryFile(file, paths.get(file.folderId) ?? '/'), recognition }];
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

  async function withoutCollisions<T extends Move>(
    tree: string,
    moves: readonly T[],
    side: 'from' | 'to',
  ): Promise<T[]> {
    const standing = await catalog.placementsOf(tree).standing();
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

  return { planTree, withoutCollisions };
}

/** Where a file stands, without what else is known of its place. */
export function placeOf({ titleKey, stem, pinned }: Spot): Omit<Placement, 'fileId'> {
  return { titleKey, stem, pinned };
}

/** Before the clips of a disc were weighed each of them was a version of its film. */
function isSmallerClip({ kind, reasons }: Recognition): boolean {
  return kind === 'ignored' && reasons.includes(smallerClip);
}

function whyMoved(from: Placement, titleKey: string, recognition: Recognition | undefined): string {
  if (from.titleKey !== titleKey) {
    const { kind = 'unknown', title, year } = recognition ?? {};
    return title === undefined
      ? `taken for ${kind} today`
      : `taken for ${kind} "${title}"${year === undefined ? '' : ` (${year})`} today`;
  }
  return 'its season, episode or label would be another one today';
}
