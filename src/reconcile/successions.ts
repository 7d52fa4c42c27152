import { createSuccessors } from '../catalog/account/successor.ts';
import type { TitleRow } from '../catalog/tree/placements.ts';
import type { FileId } from '../core/ids.ts';
import { type Profile, profiles } from '../library/profiles.ts';
import type { KnownTitles } from './known-titles.ts';
import { pathSuccessorsInSteps, workKey } from './path-successors.ts';
import { withPinned } from './placement/pinned-reading.ts';
import type { PublishRun } from './run.ts';

/** Who takes over whose path among the files of some titles. */
export interface Successions {
  /** Paths that files take over, by those files. */
  inherited: ReadonlyMap<FileId, string>;
  /** Files that take over a path, by those that had it. */
  successors: ReadonlyMap<FileId, FileId>;
  /** Files that get a place when the crawl has ended: what they seem to succeed may still be found elsewhere. */
  waiting: ReadonlySet<FileId>;
  /**
   * Whether a file is laid out. One that is missing is, also beside a double, until its path is somebody else's; from then
   * on it is not, whatever its successor is called and wherever it is moved, until the host lists it again.
   */
  isShown(fileId: FileId): boolean;
}

/**
 * A file that was uploaded anew takes over the path of the one that has left, once the other is known to be missing; and
 * where a file has left for good, another version of the same thing takes over its plain path (see {@link pathSuccessorsInSteps}).
 * In short steps.
 */
export function* successionsInSteps(
  { rows, files, gone, written }: Pick<KnownTitles, 'rows' | 'files' | 'gone' | 'written'>,
  { asIfGone, midCrawl = false }: Pick<PublishRun, 'asIfGone' | 'midCrawl'>,
  profile: Profile = profiles.jellyfin,
): Generator<undefined, Successions> {
  const rowOf = new Map(rows.map((row) => [row.fileId, row]));
  yield;
  const goneById = new Map(gone.map((file) => [file.id, file]));
  const isListed = (id: FileId) => {
    const file = files.get(id);
    return file !== undefined && file.missingSince === undefined && !asIfGone?.has(id);
  };
  const listed = createSuccessors([...files.values()].filter(({ id }) => isListed(id)));
  const successorOf = (id: FileId): FileId | undefined => {
    const file = files.get(id) ?? goneById.get(id);
    return file && listed.otherAt(file)?.id;
  };
  const inherited = new Map<FileId, string>();
  const successors = new Map<FileId, FileId>();
  const waiting = new Set<FileId>();
  for (const { fileId, stem, titleKey } of rows) {
    yield;
    if (stem === undefined || isListed(fileId)) continue;
    const id = successorOf(fileId);
    const successor = id && rowOf.get(id);
    if (!successor || successor.stem !== undefined || inherited.has(successor.fileId)) continue;
    // A person may have said of the one alone what it is: then the other belongs to another title, and to its folder.
    if (successor.titleKey !== titleKey) continue;
    if (midCrawl && files.has(fileId)) waiting.add(successor.fileId);
    else {
      inherited.set(successor.fileId, stem);
      successors.set(fileId, successor.fileId);
    }
  }
  const isOvertaken = yield* overtakenInSteps(rows, profile);
  const isShown = (id: FileId): boolean =>
    files.has(id) &&
    !asIfGone?.has(id) &&
    !successors.has(id) &&
    (isListed(id) ||
      rowOf.get(id)?.stem !== undefined ||
      (successorOf(id) === undefined && !isOvertaken(id)));
  const others = yield* pathSuccessorsInSteps(
    rows.filter(({ fileId }) => !waiting.has(fileId)),
    {
      isGone: (id) => !files.has(id) || asIfGone?.has(id) === true,
      isShown,
      isListed,
      isWritten: (id, stem) => written.get(id)?.some(({ path }) => path === `${stem}.strm`) === true,
      folderOf: (id) => files.get(id)?.folderId,
      profile,
    },
  );
  for (const { from, to, stem } of others) {
    if (successors.has(from)) continue;
    inherited.set(to, stem);
    successors.set(from, to);
  }
  return { inherited, successors, waiting, isShown };
}

/** Which files have no path while another version of the same thing has one. */
function* overtakenInSteps(
  rows: readonly TitleRow[],
  profile: Profile,
): Generator<undefined, (id: FileId) => boolean> {
  const standing = new Set<string | undefined>();
  const waiting = new Map<FileId, string | undefined>();
  for (const { fileId, titleKey, recognition, pinned, stem } of rows) {
    yield;
    const key = workKey(titleKey, withPinned(recognition, pinned), profile);
    if (stem === undefined) waiting.set(fileId, key);
    else standing.add(key);
  }
  return (id) => waiting.get(id) !== undefined && standing.has(waiting.get(id));
}
