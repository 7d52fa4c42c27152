import type { ProviderIds, Recognition } from '../naming/text/recognition.ts';
import { type EpisodeTitles, type LibraryLanguage, splitTitle, titleWords } from './episode-titles.ts';
import type { MediaFacts } from './media-facts.ts';
import { createNfoBuilder, type NfoContent } from './nfo-builder.ts';
import { fileInfo, runtimeMinutes } from './stream-details.ts';

export interface NfoOptions {
  /** `<lockdata>`: true keeps the media server's providers away (facts/media-servers 1.3). */
  lockData: boolean;
  /** A day for a series whose year alone is known: Kodi reads no `<year>` there (seen in Kodi 20). */
  premiered?: boolean;
  /** What an episode without a title in its name is called in. Default `en`. */
  language?: LibraryLanguage;
  /** Which titles of episodes are written. Default `all`. */
  episodeTitles?: EpisodeTitles;
}

/** NFO of a film: title, year, provider ids, since when it is there, and what its header says (facts/media-servers 3.2, 3.3). */
export function movieNfo(
  recognition: Recognition,
  options: NfoOptions,
  facts?: MediaFacts,
  addedAt?: number,
): string {
  const { date, ids } = recognition;
  return build('movie', {
    ...named(recognition),
    // Kodi puts it before the year.
    ...(date && { premiered: date }),
    ...runtimeOf(facts),
    ...(ids && idTags(ids, 'imdbid')),
    ...fileInfoOf(facts),
    ...dateOf(addedAt),
    lockdata: options.lockData,
  });
}

/** `tvshow.nfo`: title, year and provider ids of a series. */
export function tvshowNfo(recognition: Recognition, options: NfoOptions, addedAt?: number): string {
  const { ids, year } = recognition;
  return build('tvshow', {
    ...named(recognition),
    ...(year !== undefined && options.premiered && { premiered: `${year}-01-01` }),
    ...(ids && idTags(ids, 'imdb_id')),
    ...dateOf(addedAt),
    lockdata: options.lockData,
  });
}

/**
 * `season.nfo`: its number. Only with `lockData` a title: it would stand before the one that a provider has in the
 * viewer's language.
 */
export function seasonNfo(season: number, options: NfoOptions): string {
  const words = titleWords[options.language ?? 'en'];
  const title = season === 0 ? words.specials : `${words.season} ${season}`;
  return build('season', {
    ...(options.lockData && { title }),
    seasonnumber: season,
    lockdata: options.lockData,
  });
}

/**
 * NFO of an episode file, one `episodedetails` for each episode in it; length and streams are those of the file.
 *
 * Without a title a media server shows the name of the file, and where no provider is asked that is all anybody sees. So
 * the title that its name has is written, and `Episode 2` where it has none. What is in an NFO wins over what a provider
 * finds: see the setting of the titles. Provider ids are the show's and stand in `tvshow.nfo` alone.
 *
 * @param title what its name says, when that is no other episode's as well
 */
export function episodeNfo(
  recognition: Recognition,
  options: NfoOptions,
  facts?: MediaFacts,
  title?: string,
  addedAt?: number,
): string {
  const { season, episodes, date } = recognition;
  const { lockData, language = 'en', episodeTitles = 'all' } = options;
  const isNumbered = episodeTitles === 'all' || lockData;
  const own = episodeTitles === 'none' ? undefined : title;
  const common = {
    ...(date && { aired: date }),
    ...runtimeOf(facts),
    ...fileInfoOf(facts),
    ...dateOf(addedAt),
    lockdata: lockData,
  };
  if (!episodes) {
    const named = own ?? (isNumbered ? date : undefined);
    return build('episodedetails', { ...(named && { title: named }), ...showTitle(recognition), ...common });
  }
  const titles = own === undefined ? [] : splitTitle(own, episodes.length);
  return episodes
    .map((episode, i) => {
      const named = titles[i] ?? (isNumbered ? `${titleWords[language].episode} ${episode}` : undefined);
      return build(
        'episodedetails',
        {
          ...(named && { title: named }),
          ...showTitle(recognition),
          season: season ?? 1,
          episode,
          ...common,
        },
        i > 0,
      );
    })
    .join('');
}

function showTitle({ title }: Recognition): { showtitle?: string } {
  return title ? { showtitle: title } : {};
}

function named({ title, year }: Recognition): object {
  return { ...(title && { title }), ...(year && { year }) };
}

/**
 * Every form of the ids: `uniqueid` for Kodi and Jellyfin, tags for Emby. The tag of IMDb has two names, `imdbid` in a
 * film and `imdb_id` in a series, as Jellyfin and Emby write them themselves (facts/media-servers 3.2: both are read).
 */
function idTags(ids: ProviderIds, imdbTag: 'imdbid' | 'imdb_id'): object {
  const known = (['tmdb', 'imdb', 'tvdb'] as const).filter((provider) => ids[provider]);
  if (known.length === 0) return {};
  const tags = { tmdb: 'tmdbid', imdb: imdbTag, tvdb: 'tvdbid' };
  return {
    uniqueid: known.map((type, i) => ({ $: i === 0 ? { type, default: 'true' } : { type }, _: ids[type] })),
    ...Object.fromEntries(known.map((type) => [tags[type], ids[type]])),
  };
}

function runtimeOf(facts: MediaFacts | undefined): object {
  const minutes = facts && runtimeMinutes(facts);
  return minutes === undefined ? {} : { runtime: minutes };
}

function fileInfoOf(facts: MediaFacts | undefined): object {
  return facts ? { fileinfo: fileInfo(facts) } : {};
}

/** Without a zone: Jellyfin takes it for UTC, Kodi for the time of its place. */
function dateOf(addedAt: number | undefined): { dateadded?: string } {
  if (addedAt === undefined) return {};
  return { dateadded: new Date(addedAt).toISOString().slice(0, 19).replace('T', ' ') };
}

function build(root: keyof typeof builders, content: NfoContent, headless = false): string {
  return builders[root](content, headless);
}

const builders = {
  movie: createNfoBuilder('movie'),
  tvshow: createNfoBuilder('tvshow'),
  season: createNfoBuilder('season'),
  episodedetails: createNfoBuilder('episodedetails'),
};
