export type LanguageCode = 'fr' | 'en' | 'de' | 'es' | 'it' | 'pt' | 'nl';

/** What people who speak one language write into the names of their files. Every title is made up. */
export interface Language {
  code: LanguageCode;
  /** Titles are a head and a tail, one of the short ones, or one of the awkward ones: numbers, signs, words that are tags elsewhere. */
  heads: readonly string[];
  tails: readonly string[];
  shortTitles: readonly string[];
  awkwardTitles: readonly string[];
  episodeTitles: readonly string[];
  /** The first is the commonest. */
  seasonWords: readonly string[];
  episodeWords: readonly string[];
  /** `3e saison`, for a number. */
  nthSeason: (number: number) => string;
  filmFolders: readonly string[];
  seriesFolders: readonly string[];
  animeFolders: readonly string[];
  /** Of a release: the sound that it has, in capitals as the scene writes it, then as others do. */
  sceneTags: readonly string[];
  looseTags: readonly string[];
  months: readonly string[];
  /** What begins with a number and names an episode: a count and what is counted. */
  counted: readonly string[];
}
