import type { Item, Placed } from './entries.ts';
import { baseName } from './file-kinds.ts';
import { labelVersions } from './labels.ts';
import type { Recognition } from './recognition.ts';
import { foldedPath, safeSegment } from './safe-name.ts';

/** Leaves room for a subtitle's tags and an extension in 255 bytes. */
const longestStemBytes = 225;

/** Films: one file has the folder's name, several get labels behind it, parts are stacked (facts media-servers 2.1). */
export function placeMovie(dir: string, items: readonly Item[]): Placed[] {
  const name = lastSegment(dir);
  const parts = new Map<string, Item[]>();
  for (const item of items) {
    const key = String(item.recognition.part ?? '');
    parts.set(key, [...(parts.get(key) ?? []), item]);
  }
  const split = [...parts.keys()].some((key) => key !== '');
  const stackOnly = split && [...parts.values()].every((group) => group.length === 1) && !parts.has('');
  const labels = stackOnly || items.length === 1 ? undefined : labelVersions(items);
  return items.map((item) => {
    const { part } = item.recognition;
    const stack = part !== undefined && items.length > 1 ? `cd${part}` : '';
    const words = [labels?.get(item), stack].filter(Boolean).join(' ');
    return place(item, `${dir}/${stem(words ? `${name} - ${words}` : name)}`);
  });
}

/** Episodes in their season's folder; several files of one episode get labels. */
export function placeEpisodes(dir: string, items: readonly Item[]): Placed[] {
  const name = lastSegment(dir);
  const slots = new Map<string, Item[]>();
  for (const item of items) {
    const slot = episodeSlot(item.recognition);
    slots.set(slot, [...(slots.get(slot) ?? []), item]);
  }
  return [...slots].flatMap(([slot, group]) => {
    const labels = labelVersions(group);
    return group.map((item) => {
      const label = labels.get(item);
      const folder = seasonFolder(item.recognition);
      return place(item, `${dir}/${folder}/${stem(`${name} ${slot}${label ? ` - ${label}` : ''}`)}`);
    });
  });
}

/** `S01E02`, `S01E01-E02` (the form that every server reads, facts media-servers 2.1), or the air date. */
function episodeSlot({ season, episodes, date }: Recognition): string {
  if (!episodes) return date as string;
  const first = episodes[0] as number;
  const last = episodes.at(-1) as number;
  return `S${two(season ?? 1)}E${two(first)}${last > first ? `-E${two(last)}` : ''}`;
}

/** A show counted through (anime) lies in Season 01 until a provider maps it; a daily show in the season of its year. */
function seasonFolder({ season, episodes, date }: Recognition): string {
  return `Season ${episodes ? two(season ?? 1) : (date as string).slice(0, 4)}`;
}

/** What nothing recognises, under its own name. */
export function placeUnsorted(dir: string, items: readonly Item[]): Placed[] {
  // Dots go: "X.strm" beside "X.y.strm" reads as a track of X (facts media-servers 1.2).
  const names = items.map((item) =>
    safeSegment(baseName(item.file.name).replace(/[._]+/g, ' '), longestStemBytes - 30),
  );
  const count = Map.groupBy(names, foldedPath);
  return items.map((item, i) => {
    const name = names[i] as string;
    const alone = count.get(foldedPath(name))?.length === 1;
    return place(item, `${dir}/${alone ? name : `${name} - ${safeSegment(item.file.fileId, 30)}`}`);
  });
}

function place(item: Item, path: string): Placed {
  return { ...item, stem: path };
}

function stem(text: string): string {
  return safeSegment(text, longestStemBytes);
}

function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
