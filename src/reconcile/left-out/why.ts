import type { Placement } from '../../catalog/tree/placements.ts';
import type { Standing } from '../../catalog/tree/standings.ts';
import type { MediaKind } from '../../library/media-kind.ts';
import { shelfOf } from '../../library/shelf.ts';
import { admits, admitsAt, type Tree } from '../../library/trees.ts';
import type { Recognition } from '../../naming/text/recognition.ts';
import type { LeftOutReason } from './reasons.ts';

/** All that tells why a file of a media kind stands in no tree. */
export interface LeftOutFacts {
  file: Pick<Standing, 'id' | 'name' | 'sizeBytes' | 'isMissing' | 'isDirty'>;
  kind: MediaKind;
  /** Account path; undefined = where its folder lies is not known. */
  path: string | undefined;
  /** It is known, and deeper than a path may be. */
  isDeep: boolean;
  /** undefined = it was not looked at yet. */
  recognition: Recognition | undefined;
  /** The trees, with the place that it has in each. */
  trees: readonly { tree: Tree; place: Placement | undefined; isAway: boolean }[];
}

/** Why this file stands in no tree: the first reason that holds, those that a person can do something about first. Pure. */
export function whyLeftOut({ file, kind, path, isDeep, recognition, trees }: LeftOutFacts): LeftOutReason {
  if (kind !== 'video') return kind;
  if (path === undefined) return isDeep ? 'deep' : 'lost';
  if (!recognition) return 'waiting';
  if (recognition.kind === 'ignored') return isSaid(recognition) ? 'said' : 'clip';
  const libraryFile = { fileId: file.id, path, name: file.name, sizeBytes: file.sizeBytes };
  const isExtra = recognition.kind === 'extra';
  const shelf = isExtra ? 'extra' : shelfOf(libraryFile, recognition);
  if (isExtra && recognition.extra === 'sample') return 'sample';
  const fitting = trees.filter(({ tree, place }) =>
    place?.stem === undefined
      ? shelf !== undefined && admits(tree, libraryFile, shelf)
      : admitsAt(tree, libraryFile, place.stem),
  );
  if (fitting.length === 0) return 'settings';
  if (file.isMissing) return 'replaced';
  if (fitting.every(({ isAway }) => isAway)) return 'away';
  if (fitting.some(({ place }) => place?.stem !== undefined)) return 'unwritten';
  const isPlaced = fitting.some(({ place }) => place !== undefined);
  if (isExtra && !fitting.some(({ tree }) => hasRoom(tree, recognition))) return 'noPlace';
  if (file.isDirty) return isExtra && !isPlaced ? 'alone' : 'waiting';
  if (isExtra) return 'alone';
  return isPlaced ? 'conflict' : 'unknown';
}

function isSaid({ reasons }: Recognition): boolean {
  return reasons.some((line) => line.includes('you said so'));
}

function hasRoom({ profile }: Tree, { extra = 'unknown' }: Recognition): boolean {
  return profile.extras[extra] !== undefined || profile.extraSuffix?.[extra] !== undefined;
}
