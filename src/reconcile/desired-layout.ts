import type { CatalogFile } from '../catalog/account/files.ts';
import { createSuccessors } from '../catalog/account/successor.ts';
import type { NewStem } from '../catalog/tree/placements.ts';
import type { FileId } from '../core/ids.ts';
import { atOnce } from '../core/yield-often.ts';
import { strmLine } from '../delivery/address.ts';
import type { EpisodeTitles, LibraryLanguage } from '../library/episode-titles.ts';
import {
  indexInSteps,
  type LibraryEntry,
  type LibraryFile,
  layoutInSteps,
  type Neighbours,
} from '../library/layout.ts';
import { foldedPath } from '../library/safe-name.ts';
import type { Tree } from '../library/trees.ts';
import { isVideo } from '../naming/recognise.ts';
import type { WantedSidecar } from '../sidecars/sidecar-fetcher.ts';
import type { Desired } from '../tree/tree.ts';
import { addedDatesInSteps } from './added-dates.ts';
import type { KnownTitles } from './known-titles.ts';
import { itemsInSteps } from './layout-items.ts';
import { toLibraryFile } from './placement/recognised-file.ts';
import type { PublishRun } from './run.ts';
import { successionsInSteps } from './successions.ts';

export interface LayoutSettings {
  tree: Tree;
  /** What the addresses in STRM files begin with. */
  baseUrl: string;
  sign: (fileId: FileId) => string;
  lockData: boolean;
  language: LibraryLanguage;
  episodeTitles: EpisodeTitles;
  maxSubtitleBytes: number;
  artwork: boolean;
}

/** A desired file whose bytes are those of a copy. `isOther`: not the bytes that lie in the tree. */
export interface FromCopy {
  file: CatalogFile;
  isOther: boolean;
}

/** A file that the tree should hold, and where its bytes come from. */
export type DesiredFile = Omit<Desired, 'content'> & { content: string | FromCopy };

/** What the tree should hold for some titles, and what follows from it. */
export interface DesiredLayout {
  desired: DesiredFile[];
  /** Files that had no path yet, or take over another one's, and those that they get. */
  stems: Map<FileId, NewStem>;
  /** Files that lose theirs to another one. */
  disowned: FileId[];
  /** Files that take over the paths of others, by those. */
  successors: ReadonlyMap<FileId, FileId>;
  /** Side-cars whose content is not at hand yet. */
  wanted: WantedSidecar[];
  /** Files that get a place when the crawl has ended. */
  waiting: FileId[];
  /** Since when files are in the account, where that was not told before. Milliseconds UTC. */
  added: Map<FileId, number>;
}

/** Lays titles out one after the other, all by what was known when it was made. Pure. */
export interface TitleLayout {
  add(titleKey: string): void;
  /** The same in short steps. */
  addInSteps(titleKey: string): Generator<undefined, void>;
  /** What the titles come to that were added. */
  result: DesiredLayout;
}

/** @param taken folded stems where a person's files stand: files that have no path yet get others */
export function createTitleLayout(
  known: KnownTitles,
  settings: LayoutSettings,
  run: Pick<PublishRun, 'asIfGone' | 'midCrawl'>,
  taken: ReadonlySet<string> = new Set(),
): TitleLayout {
  return atOnce(titleLayoutInSteps(known, settings, run, taken));
}

/** {@link createTitleLayout} in short steps. */
export function* titleLayoutInSteps(
  known: KnownTitles,
  settings: LayoutSettings,
  run: Pick<PublishRun, 'asIfGone' | 'midCrawl'>,
  taken: ReadonlySet<string>,
): Generator<undefined, TitleLayout> {
  const { tree, baseUrl, sign, ...nfoAndMore } = settings;
  const { related, copies, written } = known;
  const successions = yield* successionsInSteps(known, run, tree.profile);
  const added = yield* addedDatesInSteps(known);
  const items = yield* itemsInSteps(known, tree, successions, added);
  const neighbours = yield* toNeighbours(known);
  const standing = new Set(
    known.rows.flatMap(({ fileId, stem, name }) =>
      stem === undefined || name === undefined ? [] : [fileId],
    ),
  );
  const claimed = new Set<string>();
  const result: DesiredLayout = {
    desired: [],
    stems: new Map(),
    disowned: [...successions.successors.keys()],
    successors: successions.successors,
    wanted: [],
    waiting: [...successions.waiting],
    added: new Map(known.rows.flatMap(({ fileId, addedAt }) => newDate(fileId, addedAt))),
  };

  function newDate(fileId: FileId, told: number | undefined): [FileId, number][] {
    const date = added.get(fileId);
    return date === undefined || date === told ? [] : [[fileId, date]];
  }

  /** What was written once stays, also when its copy is lost. */
  const isThere = (fileId: FileId) => related.has(fileId) && (written.has(fileId) || copies.has(fileId));

  function contentOf(entry: LibraryEntry, titleKey: string): DesiredFile['content'] | undefined {
    if (entry.kind === 'nfo') return entry.content;
    if (entry.kind === 'strm') return strmLine({ baseUrl, sign }, entry.fileId, entry.name);
    const file = related.get(entry.fileId);
    if (!file) return undefined;
    const copy = copies.get(file.id);
    if (!copy) result.wanted.push({ file, tree: tree.name, titleKey });
    if (entry.partnerId !== undefined && !isThere(entry.partnerId)) return undefined;
    const row = written.get(file.id)?.find(({ path }) => path === entry.path);
    if (!copy && !row) return undefined;
    // Same file, other content: it changed at the host, or an older version did not convert it.
    return { file, isOther: copy !== undefined && row !== undefined && copy.sizeBytes !== row.sizeBytes };
  }

  function addEntry(entry: LibraryEntry, titleKey: string): void {
    const folded = foldedPath(entry.path);
    if (claimed.has(folded)) {
      // Two claim one path: the second looks for another one the next time.
      if (entry.kind !== 'strm') return;
      result.disowned.push(entry.fileId);
      result.waiting.push(entry.fileId);
      return;
    }
    claimed.add(folded);
    if (entry.kind === 'strm' && (!standing.has(entry.fileId) || successions.inherited.has(entry.fileId))) {
      const stem = entry.path.slice(0, -'.strm'.length);
      result.stems.set(entry.fileId, { stem, name: entry.name, titleKey });
    }
    const content = contentOf(entry, titleKey);
    if (content === undefined) return;
    const { kind, path } = entry;
    const ofFile = entry.kind === 'nfo' ? {} : { fileId: entry.fileId };
    const mtimeMs = entry.kind === 'strm' ? added.get(entry.fileId) : undefined;
    result.desired.push({
      path,
      kind,
      titleKey,
      content,
      ...ofFile,
      ...(mtimeMs !== undefined && { mtimeMs }),
    });
  }

  function* addInSteps(titleKey: string): Generator<undefined, void> {
    const some = items.get(titleKey) ?? [];
    if (some.length === 0) return;
    const options = { ...nfoAndMore, profile: tree.profile, taken };
    for (const entry of yield* layoutInSteps(some, neighbours, options)) {
      addEntry(entry, titleKey);
      yield;
    }
  }

  return { add: (titleKey) => atOnce(addInSteps(titleKey)), addInSteps, result };
}

/** The files around, without the side-cars whose successors are at hand: those take over their names. */
function* toNeighbours({ related, copies, folders, written }: KnownTitles): Generator<undefined, Neighbours> {
  const arrived = createSuccessors(
    [...related.values()].filter(({ id, missingSince }) => copies.has(id) && missingSince === undefined),
  );
  const some: LibraryFile[] = [];
  for (const file of related.values()) {
    yield;
    const folder = folders.get(file.folderId);
    if (folder === undefined) continue;
    const one = toLibraryFile(file, folder);
    if (!isVideo(file.name)) {
      if (file.missingSince !== undefined && arrived.otherAt(file)) continue;
      const copy = copies.get(file.id);
      const paths = (written.get(file.id) ?? []).map(({ path }) => path);
      one.sideCar = { isFetched: copy !== undefined, ...copy, written: paths };
    }
    some.push(one);
  }
  return yield* indexInSteps(some);
}
