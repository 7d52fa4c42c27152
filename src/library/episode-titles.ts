import { sameTitleKey } from '../naming/text/titles.ts';
import type { Placed } from './entries.ts';

/** Which titles of episodes are written. */
export type EpisodeTitles = 'all' | 'named' | 'none';

/** Languages that an episode's number can be said in. */
export type LibraryLanguage = 'en' | 'fr' | 'de' | 'es' | 'it' | 'nl' | 'pt';

interface Words {
  episode: string;
  season: string;
  specials: string;
}

/** What media servers call them in these languages. */
export const titleWords: Readonly<Record<LibraryLanguage, Words>> = {
  en: { episode: 'Episode', season: 'Season', specials: 'Specials' },
  fr: { episode: 'Épisode', season: 'Saison', specials: 'Épisodes spéciaux' },
  de: { episode: 'Folge', season: 'Staffel', specials: 'Extras' },
  es: { episode: 'Episodio', season: 'Temporada', specials: 'Especiales' },
  it: { episode: 'Episodio', season: 'Stagione', specials: 'Speciali' },
  nl: { episode: 'Aflevering', season: 'Seizoen', specials: 'Specials' },
  pt: { episode: 'Episódio', season: 'Temporada', specials: 'Especiais' },
};

/** So many seasons with one title in each: words of a release that nobody knew for that. */
const tooManySeasons = 3;

/**
 * The titles of the episodes of one show, by what they are numbered by. All versions of an episode have one title. What
 * several episodes of a season are called, or those of many seasons, is no title of any.
 */
export function titlesOfEpisodes(placed: readonly Placed[]): (one: Placed) => string | undefined {
  const found = new Map<string, string>();
  const uses = new Map<string, Set<string>>();
  // The same for any order: versions stand in the order of their paths.
  for (const { recognition } of placed.toSorted((a, b) => (a.stem < b.stem ? -1 : 1))) {
    const { episodeTitle, season, date } = recognition;
    const episode = episodeKey(recognition);
    if (episodeTitle === undefined || episode === undefined || found.has(episode)) continue;
    found.set(episode, episodeTitle);
    const key = sameTitleKey(episodeTitle);
    const seasons = uses.get(key) ?? new Set();
    uses.set(key, seasons.add(episode));
    const inSeason = `${key}\0${date?.slice(0, 4) ?? season ?? 1}`;
    uses.set(inSeason, (uses.get(inSeason) ?? new Set()).add(episode));
  }
  return ({ recognition }) => {
    const episode = episodeKey(recognition);
    const title = episode === undefined ? undefined : found.get(episode);
    if (title === undefined) return undefined;
    const key = sameTitleKey(title);
    const { season, date } = recognition;
    const isShared =
      (uses.get(`${key}\0${date?.slice(0, 4) ?? season ?? 1}`)?.size ?? 0) > 1 ||
      (uses.get(key)?.size ?? 0) >= tooManySeasons;
    return isShared ? undefined : title;
  };
}

/**
 * A title for each episode of a file: `A + B` holds those of two; one title for several is told apart by a number.
 */
export function splitTitle(title: string, count: number): string[] {
  if (count === 1) return [title];
  const parts = title.split(/ (?:\+|&|\/) /).map((part) => part.trim());
  if (parts.length === count && parts.every((part) => part !== '')) return parts;
  return Array.from({ length: count }, (_, at) => `${title} (${at + 1})`);
}

function episodeKey({ season, episodes, date }: Placed['recognition']): string | undefined {
  if (episodes) return JSON.stringify([season ?? 1, episodes]);
  return date;
}
