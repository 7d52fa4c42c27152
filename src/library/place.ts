import { extensionOf } from '../core/name-parts.ts';
import { liesInDisc } from '../naming/folders/disc-folders.ts';
import { baseName } from '../naming/text/file-kinds.ts';
import type { Recognition } from '../naming/text/recognition.ts';
import type { Item, Placed } from './entries.ts';
import { idLabel, labelInSteps } from './labels.ts';
import { type EpisodeNumbers, type Profile, profiles, two } from './profiles.ts';
import { foldedPath, safeLabel, safeSegment } from './safe-name.ts';
import { type Shelf, shelfAt, titleName } from './shelf.ts';

/** Leaves room for a subtitle's tags and an extension in 255 bytes. */
const maxStemBytes = 225;

/** Where the files of one title go. */
export interface Shelving {
  dir: string;
  shelf: Shelf;
  profile: Profile;
  /** Folded paths that somebody else has. */
  taken: ReadonlySet<string>;
}

/**
 * Gives each file of one title its path. A file that has one keeps it; the others are named so that nothing collides,
 * the same way for any order of the items.
 */
export function* placeItems(place: Shelving, items: readonly Item[]): Generator<undefined, Placed[]> {
  const wanted =
    place.shelf === 'movie'
      ? yield* movieStems(place, items)
      : place.shelf === 'episode'
        ? yield* episodeStems(place, items)
        : yield* unsortedStems(place, items);
  const taken = place.taken.union(takenBy(items));
  const placed: Placed[] = [];
  for (const item of items) {
    const stem = item.stem ?? free(wanted.get(item) ?? `${place.dir}/${plainName(item)}`, item, taken, place);
    taken.add(foldedPath(stem));
    placed.push({ ...item, stem });
    yield;
  }
  return placed;
}

/**
 * A name that somebody else has gets the resolution behind it where it has no label, and else the file's id. That may be
 * somebody else's too, who was handed the path of this file: then it is counted.
 */
function free(
  stem: string,
  { file, recognition }: Item,
  taken: ReadonlySet<string>,
  { dir, profile }: Shelving,
): string {
  if (!taken.has(foldedPath(stem))) return stem;
  const at = stem.lastIndexOf('/') + 1;
  const resolution = `${stem} - ${recognition.resolution}`;
  const isPlain = stem.slice(at) === lastSegment(dir) || !stem.includes(' - ', at);
  if (isPlain && recognition.resolution && !taken.has(foldedPath(resolution))) return resolution;
  const byId = `${stem.slice(at)}${stem.includes(' - ', at) ? ' ' : ' - '}${idLabel(file.fileId)}`;
  const counted = (count: number) =>
    `${stem.slice(0, at)}${cut(count === 1 ? byId : `${byId} v${count}`, profile)}`;
  let count = 1;
  while (count <= taken.size && taken.has(foldedPath(counted(count)))) count++;
  return counted(count);
}

/**
 * The names of versions with labels. Where a label leads to the name of a file that stands there already, since when
 * other versions have come, all that has this label is told apart by everything that is known of it.
 */
function* nameVersions(
  items: readonly Item[],
  profile: Profile,
  nameOf: (item: Item, label: string) => string,
): Generator<undefined, Map<Item, string>> {
  const labels = yield* labelInSteps(items, profile);
  const standing = takenBy(items);
  const named = new Map<Item, string>();
  const clashes: Item[] = [];
  for (const item of items) {
    const name = nameOf(item, labels.get(item) ?? '');
    named.set(item, name);
    if (item.stem === undefined && standing.has(foldedPath(name))) clashes.push(item);
    yield;
  }
  if (clashes.length > 0) {
    const doubtful = new Set(clashes.map((item) => labels.get(item)));
    const full = yield* labelInSteps(items, profile, true);
    for (const item of items) {
      if (doubtful.has(labels.get(item))) named.set(item, nameOf(item, full.get(item) as string));
      yield;
    }
  }
  return named;
}

/** Films: one file has the folder's name, several get labels behind it, parts their numbers (facts/media-servers 2.1). */
function* movieStems(
  { dir, profile }: Shelving,
  items: readonly Item[],
): Generator<undefined, Map<Item, string>> {
  const name = lastSegment(dir);
  const parts = Map.groupBy(items, ({ recognition }) => recognition.part);
  const stackOnly =
    parts.size > 1 && !parts.has(undefined) && [...parts.values()].every((group) => group.length === 1);
  const isLabelled = !stackOnly && items.length > 1;
  const partWord = partWords(profile, [...parts.keys()]);
  // The one with the folder's name leads in Jellyfin: of several, that is not to be the one of which least is known.
  const spare = ({ file }: Item) => (profile.editionTag ? '' : extensionOf(file.name));
  return yield* nameVersions(items, profile, (item, label) => {
    const { part, edition } = item.recognition;
    const stack = part !== undefined && (items.length > 1 || isMarkedPart(item)) ? partWord(part) : '';
    const tag = edition && profile.editionTag ? ` ${profile.editionTag(safeLabel(edition, 40))}` : '';
    const words = [isLabelled && (label || spare(item)), stack].filter(Boolean).join(' ');
    return `${dir}/${cut(`${name}${tag}${words ? ` - ${words}` : ''}`, profile)}`;
  });
}

/** What parts are called. Those of several discs, numbered disc by disc, are counted through. */
function partWords(profile: Profile, all: readonly (number | undefined)[]): (part: number) => string {
  const numbers = all.filter((part) => part !== undefined).sort((a, b) => a - b);
  const isByDisc = numbers.some((part) => part > 10);
  const numberOf = (part: number) => (isByDisc ? numbers.indexOf(part) + 1 : part);
  // One that came alone is not the only one.
  const count = Math.max(2, numbers.length, ...numbers.map(numberOf));
  return (part) => profile.part(numberOf(part), count);
}

/**
 * Whether a file's name or the folder of its disc calls it one of several beyond doubt: then its path says so before the
 * others are there, which could not join it later. `DVD5` and `DVD9` are sizes of discs, and `Part 2` may be a title's word.
 */
function isMarkedPart({ file }: Item): boolean {
  const inName = /(?<![a-z0-9])(?:cd[ ._-]?\d|dis[ck][ ._-]?\d|dvd[ ._-]?[1-4])(?![a-z0-9])/i;
  return inName.test(baseName(file.name)) || liesInDisc(file.path);
}

/**
 * Whether a path bears no label: the one by which a media server knows a film, a part of it, an episode.
 * @param stem of the tree, without its extension
 */
export function isPlainStem(stem: string): boolean {
  const [shelf, title = '', ...rest] = stem.split('/');
  const name = rest.at(-1) ?? '';
  if (shelfAt(stem) === 'episode')
    return / (?:s\d+(?:-?e\d+)+|\d{4}-\d\d-\d\d)(?: ~[0-9a-f]{6})?$/i.test(` ${name}`);
  if (shelfAt(stem) !== 'movie' || shelf === undefined || rest.length !== 1 || !name.startsWith(title))
    return false;
  return /^(?: \{edition-[^}]*\})?(?: - (?:cd\d+|\d+ of \d+))?$/.test(name.slice(title.length));
}

/** Episodes in their season's folder; several files of one episode get labels. */
function* episodeStems(
  { dir, shelf, profile }: Shelving,
  items: readonly Item[],
): Generator<undefined, Map<Item, string>> {
  const stems = new Map<Item, string>();
  const sameEpisodes = Map.groupBy(items, ({ recognition }) => JSON.stringify(numbersOf(recognition)));
  for (const group of sameEpisodes.values()) {
    const numbers = numbersOf((group[0] as Item).recognition);
    if (!numbers) continue;
    yield;
    const named = yield* nameVersions(group, profile, ({ recognition }, known) => {
      // The show's folder decides: of several spellings one is taken for all.
      const whole = lastSegment(dir);
      const { id } = titleName(shelf, recognition, profile);
      const isTagged = id !== '' && whole.endsWith(` ${id}`);
      const label = 'date' in numbers ? unnumbered(known) : known;
      const base = profile.episode(
        isTagged ? whole.slice(0, -id.length - 1) : whole,
        isTagged ? id : '',
        numbers,
      );
      return `${dir}/${seasonFolder(numbers)}/${cut(label ? `${base} - ${label}` : base, profile)}`;
    });
    for (const [item, stem] of named) stems.set(item, stem);
  }
  return stems;
}

/** Where no `S01E02` goes before it, any digit behind an `e` is an episode's number, and goes before the date. */
function unnumbered(label: string): string {
  return label.replace(/e(?=(?:p[ ._-]?)?\d)/gi, '$&~');
}

function numbersOf({ season, episodes, date }: Recognition): EpisodeNumbers | undefined {
  if (episodes) return { season: season ?? 1, episodes };
  return date === undefined ? undefined : { date };
}

/** A show counted through (anime) lies in Season 01 until a provider maps it; a daily show in the season of its year. */
function seasonFolder(numbers: EpisodeNumbers): string {
  return `Season ${'date' in numbers ? numbers.date.slice(0, 4) : two(numbers.season)}`;
}

/** What nothing recognises, under its own name. */
function* unsortedStems({ dir }: Shelving, items: readonly Item[]): Generator<undefined, Map<Item, string>> {
  const count = new Map<string, number>();
  for (const item of items) {
    const key = foldedPath(plainName(item));
    count.set(key, (count.get(key) ?? 0) + 1);
    yield;
  }
  const stems = new Map<Item, string>();
  for (const item of items) {
    const name = plainName(item);
    const isAlone = count.get(foldedPath(name)) === 1;
    stems.set(item, `${dir}/${isAlone ? name : `${name} - ${idLabel(item.file.fileId)}`}`);
    yield;
  }
  return stems;
}

/** The name of a file as it is. Dots go: "X.strm" beside "X.y.strm" reads as a track of X (facts/media-servers 1.2). */
function plainName({ file }: Item): string {
  return safeSegment(baseName(file.name).replace(/[._]+/g, ' '), maxStemBytes - 30);
}

/** In a folder of trailers a name need not say so once more. */
function extraName(item: Item): string {
  const name = plainName(item);
  return (
    name.replace(
      /(?<![-._ ])[-._ ]+(?:trailer|featurette|deleted(?:scene)?|behindthescenes|interview|scene|clip|short|extra|other)_?$/i,
      '',
    ) || name
  );
}

/**
 * Extras of a title, in the folders or under the names that its server reads. A kind that it has none for is left out.
 * @param others what stands in the title besides: also where an extra would, when it was one once
 */
export function* placeExtras(
  place: Shelving,
  extras: readonly Item[],
  others: readonly Placed[] = [],
): Generator<undefined, Placed[]> {
  const { dir, shelf, profile } = place;
  const taken = place.taken.union(takenBy([...others, ...extras]));
  const placed: Placed[] = [];
  for (const item of extras) {
    yield;
    const kind = item.recognition.extra ?? 'unknown';
    const folder = profile.extras[kind];
    const suffix = shelf === 'movie' ? profile.extraSuffix?.[kind] : undefined;
    const wanted =
      folder !== undefined
        ? `${dir}/${folder}/${extraName(item)}`
        : suffix !== undefined
          ? `${dir}/${lastSegment(dir)}${suffix}`
          : undefined;
    if (wanted === undefined || shelf === 'unsorted') continue;
    // A second trailer beside the film would need another name that ends alike: Kodi shows one.
    if (!item.stem && folder === undefined && taken.has(foldedPath(wanted))) continue;
    const stem = item.stem ?? free(wanted, item, taken, place);
    taken.add(foldedPath(stem));
    placed.push({ ...item, stem });
  }
  return placed;
}

const all = Object.values(profiles);
const extraFolders = new Set(all.flatMap(({ extras }) => Object.values(extras)));
const extraSuffixes = all.flatMap(({ extraSuffix = {} }) => Object.values(extraSuffix));

/** Whether this is where a title's extras stand, in any profile: a tree may have had another one. */
export function isExtraStem(stem: string): boolean {
  return extraFolders.has(stem.split('/')[2] ?? '') || extraSuffixes.some((suffix) => stem.endsWith(suffix));
}

function takenBy(items: readonly Item[]): Set<string> {
  return new Set(items.flatMap(({ stem }) => (stem === undefined ? [] : [foldedPath(stem)])));
}

function cut(text: string, { guard }: Profile): string {
  return safeSegment(guard?.(text) ?? text, maxStemBytes);
}

function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
