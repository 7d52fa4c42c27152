import type { Reading } from '../file/reading.ts';
import { isSeries } from '../folders/categories.ts';
import type { Recognition } from '../text/recognition.ts';

/** Why a clip of a disc has no place in a tree. */
export const smallerClip = 'disc: a smaller clip beside the film or the episodes';

/** What the folder of some files is: part of a disc, or where a camera keeps its recordings. */
export type DiscKind = 'bluray' | 'dvd' | 'recordings';

/** A disc is known by its folders in any case of letters, or by the names of its clips where its folders are lost. */
const folders: readonly (readonly [RegExp, DiscKind])[] = [
  [/(?:^|\/)avchd\/bdmv(?:\/stream)?\/$/i, 'recordings'],
  [/(?:^|\/)bdmv(?:\/stream)?\/$/i, 'bluray'],
  [/(?:^|\/)video_ts\/$/i, 'dvd'],
];
const names: readonly (readonly [RegExp, DiscKind])[] = [
  [/^\d{5}\.m2ts$/i, 'bluray'],
  [/^vts_\d\d_[1-9]\.vob$/i, 'dvd'],
];
const titleSet = /^vts_(\d\d)_[1-9]$/i;

/** A clip that is this large beside the largest is no extra of a series: an episode, and on some discs all of them. */
const episodeShare = 1 / 8;
/** So many clips of half the size of the largest, each with a size of its own, are episodes where nothing says film. */
const episodes = { least: 3, share: 1 / 2, sameShare: 0.005 };
/** Where the folders are lost, the largest clip is the film only where no other comes near it. */
const looseShare = 1 / 2;

/** @param folder account path with its last `/` */
export function discAt(folder: string): DiscKind | undefined {
  return folders.find(([shape]) => shape.test(folder))?.[1];
}

interface Clip {
  reading: Reading;
  answer: Recognition;
}

/** The pieces of one title of a DVD, or one clip of a Blu-ray. */
interface ClipSet {
  clips: Clip[];
  bytes: number;
}

/**
 * Of the clips of a disc the largest is the film, of a DVD the largest title set; the others are left out. Of a series every
 * clip of an episode's length stays: which episode it is nothing says. Changes the answers in place. Where no size is
 * known nothing is left out.
 *
 * @param read what was read of the files of one folder; absent = no video
 * @param found the answers, in the same order
 */
export function weighDisc(
  folder: string,
  read: readonly (Reading | undefined)[],
  found: readonly (Recognition | undefined)[],
): void {
  const kind = discAt(folder);
  // Nothing to weigh it against.
  if (!kind && read.length < 2) return;
  const clips = read.flatMap((reading, at): Clip[] => {
    const answer = found[at];
    const isClip = reading && answer && !reading.isSubtitle && reading.extra === undefined;
    return isClip ? [{ reading, answer }] : [];
  });
  if (kind && kind !== 'recordings') leaveOutSmallExtras(read, found);
  if (kind === 'recordings')
    for (const { answer } of clips) {
      delete answer.title;
      leaveOpen(answer, 'disc: recordings of a camera');
    }
  else if (kind) weigh(clips, kind, 0);
  else
    for (const [shape, looseKind] of names) {
      const some = clips.filter(({ reading }) => shape.test(fileName(reading)));
      if (some.length > 1) weigh(some, looseKind, looseKind === 'bluray' ? looseShare : 0);
    }
}

/** Of a disc of extras those that are long are shown. Where no size is known all are. */
function leaveOutSmallExtras(
  read: readonly (Reading | undefined)[],
  found: readonly (Recognition | undefined)[],
): void {
  const extras = read.flatMap((reading, at) => {
    const answer = found[at];
    const isShown = reading?.extra !== undefined && reading.extra !== 'menu' && !reading.isSubtitle;
    return isShown && answer ? [{ answer, bytes: reading.sizeBytes ?? 0 }] : [];
  });
  const largest = extras.reduce((so, { bytes }) => Math.max(so, bytes), 0);
  for (const { answer, bytes } of extras) if (bytes < largest * episodeShare) leaveOut(answer);
}

/** @param doubtShare nothing is said where the second is larger than this beside the first */
function weigh(clips: readonly Clip[], kind: DiscKind, doubtShare: number): void {
  const sets = toSets(clips, kind);
  const [first, second] = sets;
  if (!first || first.bytes === 0) return;
  if (isOfSeries(clips, sets)) {
    for (const { clips: some, bytes } of sets)
      for (const { answer } of some)
        if (bytes < first.bytes * episodeShare) leaveOut(answer);
        else leaveOpen(answer, 'disc: an episode, and nothing says which');
    return;
  }
  if (doubtShare > 0 && (second?.bytes ?? 0) > first.bytes * doubtShare) return;
  for (const { clips: some } of sets.slice(1)) for (const { answer } of some) leaveOut(answer);
}

/** Largest first, of equal ones the first by name. A file that is there twice, once missing, counts once. */
function toSets(clips: readonly Clip[], kind: DiscKind): ClipSet[] {
  const sets = Map.groupBy(clips, ({ reading }) => {
    const { folded } = reading.name;
    return ((kind === 'dvd' && titleSet.exec(folded)?.[1]) || folded).toLowerCase();
  });
  return [...sets]
    .map(([name, some]) => {
      const sizes = new Map<string, number>();
      for (const { reading } of some) {
        const { sizeBytes = 0 } = reading;
        sizes.set(fileName(reading), Math.max(sizeBytes, sizes.get(fileName(reading)) ?? 0));
      }
      return { name, clips: some, bytes: [...sizes.values()].reduce((sum, size) => sum + size, 0) };
    })
    .sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1));
}

/** Whether folders or sizes say that a disc holds episodes. A folder of one episode, or with a year, is a film's. */
function isOfSeries(clips: readonly Clip[], sets: readonly ClipSet[]): boolean {
  const { reading, answer } = clips[0] as Clip;
  const { ancestors } = reading;
  if (ancestors.marker?.episodes.length === 1 || ancestors.title?.marker?.episodes.length === 1) return false;
  if (ancestors.season !== undefined || ancestors.title?.marker) return true;
  if (answer.year !== undefined || ancestors.category === 'movies') return false;
  if (isSeries(ancestors.category) && ancestors.category !== 'anime') return true;
  const first = sets[0]?.bytes ?? 0;
  const long = sets.filter(({ bytes }) => bytes >= first * episodes.share);
  const isOwn = ({ bytes }: ClipSet, at: number) =>
    at === 0 || (long[at - 1]?.bytes ?? 0) - bytes > first * episodes.sameShare;
  return long.length >= episodes.least && long.filter(isOwn).length >= episodes.least;
}

function leaveOut(answer: Recognition): void {
  const { path } = answer;
  for (const name of Object.keys(answer)) delete answer[name as keyof Recognition];
  Object.assign(answer, { path, kind: 'ignored', confidence: 0.8, reasons: [smallerClip] });
}

/** For a person: under Unsorted, with what else is known of it. */
function leaveOpen(answer: Recognition, why: string): void {
  for (const name of ['episodes', 'absolute', 'date', 'part'] as const) delete answer[name];
  Object.assign(answer, { kind: 'unknown', confidence: 0.1, reasons: [...answer.reasons, why] });
}

function fileName({ path }: Reading): string {
  return path.slice(path.lastIndexOf('/') + 1).toLowerCase();
}
