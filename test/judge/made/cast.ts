import { createRandom, randomText } from '../../simulator/random.ts';
import type { Language } from './language.ts';

/** What goes into one name. */
export interface Cast {
  language: Language;
  title: string;
  year: number;
  season: number;
  episode: number;
  episodeTitle: string;
  /** The language as the scene writes it, and as others do. */
  tag: string;
  loose: string;
  group: string;
  fansub: string;
  site: string;
  seasonWord: string;
  episodeWord: string;
  pick<T>(list: readonly T[]): T;
  /** From `low` to `high`, both counted in. */
  number(low: number, high: number): number;
  /** So many hex digits. */
  hex(length: number): string;
}

const groups = ['KoRTeX', 'NOVA7', 'LiGHTS', 'FOXGLOVE', 'TWiNS', 'OMBRE', 'RiVERS', 'Qx5'];
const fansubs = ['Hoshi-Subs', 'Nekomori', 'KumaRaws', 'Tsukiyo', 'Kaze', 'Yoru-Fansub'];
const sites = [
  'www.film-depot.net',
  'Torrentville.org',
  'zone-series.com',
  'www.le-hangar.io',
  'serienhub.to',
];

/** @param plain no title with numbers, signs or words that are tags elsewhere */
export function createCasts(language: Language, seed: number, plain: boolean): () => Cast {
  const random = createRandom(seed);
  const number = (low: number, high: number) => low + Math.floor(random() * (high - low + 1));
  const pick = <T>(list: readonly T[]): T => list[number(0, list.length - 1)] as T;
  const { heads, tails, shortTitles, awkwardTitles } = language;
  const makeTitle = () => {
    const chance = random();
    if (chance < 0.2) return pick(shortTitles);
    if (chance < 0.4 && !plain) return pick(awkwardTitles);
    return `${pick(heads)} ${pick(tails)}`;
  };
  return () => ({
    language,
    title: makeTitle(),
    year: number(1962, 2025),
    season: number(1, 9),
    episode: number(2, 24),
    episodeTitle: pick(language.episodeTitles),
    tag: pick(language.sceneTags),
    loose: pick(language.looseTags),
    group: pick(groups),
    fansub: pick(fansubs),
    site: pick(sites),
    seasonWord: pick(language.seasonWords),
    episodeWord: pick(language.episodeWords),
    pick,
    number,
    hex: (length) => randomText(random, '0123456789abcdef', length),
  });
}
