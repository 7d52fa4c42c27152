import type { ProviderIds } from '../naming/text/recognition.ts';

export type ProfileName = 'jellyfin' | 'emby' | 'kodi' | 'plex';

/** What a tree may be limited to. */
export type TreeKind = 'movie' | 'episode' | 'extra' | 'unsorted';

/** One of several trees, as a person names it in the settings. */
export interface TreeSetting {
  dir: string;
  profile?: ProfileName;
  /** Account paths; absent = all that is indexed. */
  roots?: readonly string[];
  /** Absent = everything. */
  kinds?: readonly TreeKind[];
}

/** What a title is numbered by: season and episodes, or the air date of a daily show. */
export type EpisodeNumbers = { season: number; episodes: readonly number[] } | { date: string };

/** How one media server wants its folders and files named. Everything that differs between servers stands here. */
export interface Profile {
  name: ProfileName;
  /** `[tmdbid-603]`, with the provider's name in short. */
  idTag(provider: keyof ProviderIds, id: string): string;
  /** Name of an episode's file before its label. @param show `Title (Year)` @param id its id tag or '' */
  episode(show: string, id: string, numbers: EpisodeNumbers): string;
  /** Breaks up what this server would skip a file or folder for. */
  guard?(name: string): string;
  /** One of several files that a film goes over. @param of how many there are */
  part(number: number, of: number): string;
  /** What an edition is called in a file's name: part of the label, or a tag of its own. */
  editionTag?(edition: string): string;
  /** Folder for each kind of extra inside the title's folder; a kind without one is left out. */
  extras: Readonly<Record<string, string>>;
  /** Extras that lie beside the film, by the end of their name. */
  extraSuffix?: Readonly<Record<string, string>>;
}

/** Played as one film, one file after the other. */
const stacked = (number: number) => `cd${number}`;

/** Jellyfin's folders (facts/media-servers 2.1); `sample` is none: a sample is no extra that anybody wants to see. */
const jellyfinExtras = {
  trailer: 'trailers',
  behindthescenes: 'behind the scenes',
  deletedscene: 'deleted scenes',
  interview: 'interviews',
  scene: 'scenes',
  short: 'shorts',
  featurette: 'featurettes',
  clip: 'clips',
  themevideo: 'backdrops',
  unknown: 'extras',
};

const jellyfin: Profile = {
  name: 'jellyfin',
  // Square brackets: the only form that every Jellyfin reads (facts/media-servers 2.1).
  idTag: (provider, id) => squareTag(provider, id, /^(?:19|20)\d\d$/),
  episode: (show, id, numbers) => `${join(show, id)} ${upper(numbers)}`,
  // Of a stack it plays the first file alone: the others are no STRM to it, but texts. As versions all of them play.
  part: (number, of) => `${number} of ${of}`,
  // Versions are grouped only in a folder whose name is longer than one character (facts/media-servers 2.1).
  guard: (name) => (name.length === 1 ? `${name}_` : name),
  extras: jellyfinExtras,
};

/** The forms of names by server (facts/media-servers 2.1 to 2.5). */
export const profiles: Readonly<Record<ProfileName, Profile>> = {
  jellyfin,
  emby: { ...jellyfin, name: 'emby', part: stacked, idTag: (provider, id) => `[${provider}id=${id}]` },
  kodi: {
    ...jellyfin,
    name: 'kodi',
    part: stacked,
    // It reads four digits behind a dash as a year whatever follows them.
    idTag: (provider, id) => squareTag(provider, id, /^(?:19|20)\d\d/),
    episode: kodiEpisode,
    // Its exclusions look at the whole path (facts/media-servers 2.3).
    guard: (name) =>
      name
        .replace(/-(?=trailer)/gi, '- ')
        .replace(/(?<=^|[!-._ ])sample(?=$|[-._ ])/gi, '$&~')
        .replace(/@(?=eadir)/gi, '@ ')
        .replace(/^proof$/i, '$&_'),
    // Kodi takes what lies in folders of extras for films; trailers it finds by their names.
    extras: {},
    extraSuffix: { trailer: '-trailer' },
  },
  plex: {
    name: 'plex',
    idTag: (provider, id) => `{${provider}-${id}}`,
    episode: (show, _id, numbers) => `${show} - ${upper(numbers).toLowerCase()}`,
    part: stacked,
    editionTag: (edition) => `{edition-${edition}}`,
    extras: {
      trailer: 'Trailers',
      behindthescenes: 'Behind The Scenes',
      deletedscene: 'Deleted Scenes',
      interview: 'Interviews',
      scene: 'Scenes',
      short: 'Shorts',
      featurette: 'Featurettes',
      clip: 'Other',
      themevideo: 'Other',
      unknown: 'Other',
    },
  },
};

/** `[tmdbid-603]`; behind `=` where the dash would make a year of the id: TMDB's 1930 is a film of 2012. */
function squareTag(provider: string, id: string, year: RegExp): string {
  return `[${provider}id${year.test(id) ? '=' : '-'}${id}]`;
}

/** Longer files are whole seasons, and their names would fill a path. */
const maxNamed = 8;

/**
 * Kodi takes `S01E01-E03` for two episodes, so all are named, one behind the other. In a name without such a number it
 * looks for any digit behind an `e` before it looks for a date: a show called `Se7en` stays out of the names of its days.
 */
function kodiEpisode(show: string, id: string, numbers: EpisodeNumbers): string {
  if ('date' in numbers)
    return /e(?:p[ ._-]?)?\d/i.test(show) ? numbers.date : jellyfin.episode(show, id, numbers);
  const { season, episodes } = numbers;
  if (episodes.length > maxNamed) return jellyfin.episode(show, id, numbers);
  return `${join(show, id)} S${two(season)}${episodes.map((episode) => `E${two(episode)}`).join('')}`;
}

function join(show: string, id: string): string {
  return id === '' ? show : `${show} ${id}`;
}

/** `S01E02`, `S01E01-E02` for a range (the form that every server reads), `S01E01E03` where one between is missing. */
function upper(numbers: EpisodeNumbers): string {
  if ('date' in numbers) return numbers.date;
  const { season, episodes } = numbers;
  const first = episodes[0] as number;
  const last = episodes.at(-1) as number;
  const head = `S${two(season)}E${two(first)}`;
  if (episodes.length === 1) return head;
  return last - first === episodes.length - 1
    ? `${head}-E${two(last)}`
    : head +
        episodes
          .slice(1)
          .map((episode) => `E${two(episode)}`)
          .join('');
}

/** At least two digits. */
export function two(number: number): string {
  return String(number).padStart(2, '0');
}
