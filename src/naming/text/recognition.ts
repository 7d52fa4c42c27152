/**
 * What a file may turn out to be. `ignored` = neither a video nor a subtitle, or a clip of a disc that is not its film;
 * `unknown` = a video that nothing names.
 */
export type RecognitionKind = 'movie' | 'episode' | 'extra' | 'ignored' | 'unknown';

/** Provider ids as they stood in a name: `{tmdb-1}`, `[tmdbid-1]`, `[imdbid-tt1]`. They outrank every parsed title. */
export interface ProviderIds {
  tmdb?: string;
  imdb?: string;
  tvdb?: string;
}

/** The answer of `recognise`: the object that `passerelle recognise --json` prints. What is not known is absent. */
export interface Recognition {
  /** The path as it was given. */
  path: string;
  kind: RecognitionKind;
  title?: string;
  year?: number;
  /** 0 = specials. */
  season?: number;
  /** What the episode itself is called, as its name says. */
  episodeTitle?: string;
  /** Sorted, never empty. */
  episodes?: number[];
  /** The number counts through all seasons (anime); the same number stands in `episodes`. */
  absolute?: number;
  /** Air date of a daily show, `YYYY-MM-DD`. */
  date?: string;
  /** CD or disc number of a film in several files. */
  part?: number;
  /** Kind of extra: `trailer`, `sample`, `menu`, `featurette`, ... `unknown`. */
  extra?: string;
  /** `2160p`, `1080p`, `720p`, `480p`, ... */
  resolution?: string;
  /** `HDR`, `HDR10+`, `DV`, `DV HDR`. */
  hdr?: string;
  /** `BluRay`, `WEB-DL`, `DVDRip`, ... */
  source?: string;
  edition?: string;
  /** Sound and text as tags: `VFF`, `VOSTFR`, `MULTi`, or a two-letter code. In the order of the name. */
  languages?: string[];
  group?: string;
  /** 2 = it replaces an earlier file of the same release (`01v2`, `REPACK`); absent = 1. */
  version?: number;
  ids?: ProviderIds;
  /**
   * 0 to 1. 1 = a provider id; 0.9 = a film with its year, an extra; from 0.8 = an explicit marker or a date; from 0.7 =
   * siblings that count on, or the marker of a folder; from 0.5 = a bare number, or a film without a year; below that a
   * title or an episode is missing. A year and a season raise it a little.
   */
  confidence: number;
  /** How each field was found, for a person: `season: folder`, `resolution, source: tags in the name`. */
  reasons: string[];
}
