import type { TitleRow } from '../catalog/tree/placements.ts';
import type { FileId, FolderId } from '../core/ids.ts';
import { groupInSteps } from '../core/yield-often.ts';
import { isPlainStem } from '../library/place.ts';
import type { Profile } from '../library/profiles.ts';
import { smallerClip } from '../naming/siblings/discs.ts';
import type { Recognition } from '../naming/text/recognition.ts';
import { withPinned } from './placement/pinned-reading.ts';

/** A file that takes over the path of another version of the same thing. */
export interface PathSuccessor {
  from: FileId;
  to: FileId;
  stem: string;
}

export interface PathFacts {
  /** It has left the library for good. */
  isGone(fileId: FileId): boolean;
  /** It is laid out. */
  isShown(fileId: FileId): boolean;
  /** It is in the account, as far as is known. */
  isListed(fileId: FileId): boolean;
  /** The file's STRM lies in the tree at this path. */
  isWritten(fileId: FileId, stem: string): boolean;
  folderOf(fileId: FileId): FolderId | undefined;
  profile: Profile;
}

/**
 * A media server knows a film or an episode by its plain path, and so does what it remembers of it. Where the version that
 * has that path leaves for good, the best of the others takes it over in the same step: the path never vanishes while a
 * version is there. Where none is there yet, the next one that comes has it. A version that stands under its own label
 * already, since a time when paths were not handed on, keeps it.
 *
 * The clip of a disc that was taken for its film until a larger one came hands its path on in the same way. In short steps.
 */
export function* pathSuccessorsInSteps(
  rows: readonly TitleRow[],
  facts: PathFacts,
): Generator<undefined, PathSuccessor[]> {
  const successors: PathSuccessor[] = [];
  const readings = new Map<FileId, Recognition>();
  for (const { fileId, recognition, pinned } of rows) {
    yield;
    readings.set(fileId, withPinned(recognition, pinned));
  }
  const taken = new Set<FileId>();
  const thingOf = ({ fileId, titleKey }: TitleRow) =>
    workKey(titleKey, readings.get(fileId) as Recognition, facts.profile);
  const things = yield* groupInSteps(rows, thingOf);
  for (const row of rows) {
    yield;
    const { fileId: from, stem } = row;
    if (stem === undefined || !isPlainStem(stem)) continue;
    const thing = thingOf(row);
    // What is neither film nor episode by now has no versions: extras of all titles would count as one thing.
    const versions = thing === undefined ? [] : (things.get(thing) ?? []);
    const others = facts.isGone(from)
      ? versions
      : isOutgrown(row)
        ? rows.filter((other) => isFilmOf(row, other, facts))
        : [];
    const isLeaving = facts.isWritten(from, stem);
    const able = others.filter(
      (other) =>
        other.fileId !== from &&
        !taken.has(other.fileId) &&
        readings.get(other.fileId)?.kind !== 'ignored' &&
        facts.isShown(other.fileId) &&
        (other.stem === undefined || isLeaving) &&
        !(other.stem !== undefined && isPlainStem(other.stem)),
    );
    const [best] = able.sort((a, b) => compare(a, b, facts));
    if (!best) continue;
    taken.add(best.fileId);
    successors.push({ from, to: best.fileId, stem });
  }
  return successors;
}

/** The same for all versions of one film or episode; undefined for what has none. */
export function workKey(titleKey: string, reading: Recognition, { editionTag }: Profile): string | undefined {
  const { kind, season, episodes, date, part, edition } = reading;
  if (kind !== 'movie' && kind !== 'episode') return undefined;
  // Where an edition has a tag of its own in the path, that path is no other edition's.
  const own = editionTag ? edition : undefined;
  return JSON.stringify([titleKey, kind, season, episodes, date, part, own]);
}

function isOutgrown({ recognition }: TitleRow): boolean {
  return recognition.kind === 'ignored' && recognition.reasons.includes(smallerClip);
}

function isFilmOf(clip: TitleRow, other: TitleRow, { folderOf }: PathFacts): boolean {
  return (
    other.titleKey === clip.titleKey &&
    other.stem === undefined &&
    other.recognition.kind !== 'ignored' &&
    folderOf(other.fileId) !== undefined &&
    folderOf(other.fileId) === folderOf(clip.fileId)
  );
}

/** The best first: one that is there, then by lines of the picture, then by the version of its release. */
function compare(a: TitleRow, b: TitleRow, { isListed }: PathFacts): number {
  const there = Number(isListed(b.fileId)) - Number(isListed(a.fileId));
  const lines = ({ recognition }: TitleRow) => Number.parseInt(recognition.resolution ?? '0', 10) || 0;
  const version = ({ recognition }: TitleRow) => recognition.version ?? 1;
  return there || lines(b) - lines(a) || version(b) - version(a) || (a.fileId < b.fileId ? -1 : 1);
}
