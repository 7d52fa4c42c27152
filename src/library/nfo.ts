import { Builder } from 'xml2js';
import type { ProviderIds, Recognition } from './recognition.ts';

export interface NfoOptions {
  /** `<lockdata>`: true keeps the media server's providers away (facts media-servers 1.3). */
  lockData: boolean;
}

/** NFO of a film: title, year, provider ids (facts media-servers 3.2). */
export function movieNfo(recognition: Recognition, options: NfoOptions): string {
  return build('movie', titled(recognition, options));
}

/** `tvshow.nfo`: title, year and provider ids of a series. */
export function tvshowNfo(recognition: Recognition, options: NfoOptions): string {
  return build('tvshow', titled(recognition, options));
}

/**
 * NFO of an episode file, one `episodedetails` for each episode in it.
 *
 * What is in an NFO wins over what a media server's providers find. We do not know an episode's title, so none is
 * written and the provider's stays; only with `lockData`, where no provider is asked, `Episode 2` is better than the
 * name of the file. Provider ids are the show's and stand in `tvshow.nfo` alone.
 */
export function episodeNfo(recognition: Recognition, options: NfoOptions): string {
  const { season, episodes, date } = recognition;
  if (!episodes) {
    return build('episodedetails', {
      ...(options.lockData && date && { title: date }),
      ...showTitle(recognition),
      ...(date && { aired: date }),
      lockdata: options.lockData,
    });
  }
  return episodes
    .map((episode, i) =>
      build(
        'episodedetails',
        {
          ...(options.lockData && { title: `Episode ${episode}` }),
          ...showTitle(recognition),
          season: season ?? 1,
          episode,
          ...(date && { aired: date }),
          lockdata: options.lockData,
        },
        i > 0,
      ),
    )
    .join('');
}

function showTitle({ title }: Recognition): { showtitle?: string } {
  return title ? { showtitle: title } : {};
}

function titled({ title, year, ids }: Recognition, { lockData }: NfoOptions): Record<string, unknown> {
  return {
    ...(title && { title }),
    ...(year && { year }),
    ...(ids && { uniqueid: uniqueIds(ids) }),
    lockdata: lockData,
  };
}

function uniqueIds(ids: ProviderIds): unknown[] {
  const known = (['tmdb', 'imdb', 'tvdb'] as const).filter((provider) => ids[provider]);
  return known.map((type, i) => ({ $: i === 0 ? { type, default: 'true' } : { type }, _: ids[type] }));
}

function build(root: string, content: Record<string, unknown>, headless = false): string {
  const builder = new Builder({
    rootName: root,
    headless,
    xmldec: { version: '1.0', encoding: 'UTF-8', standalone: true },
    renderOpts: { pretty: true, indent: '  ', newline: '\n' },
  });
  return `${builder.buildObject(plain(content))}\n`;
}

/** XML 1.0 knows no control characters and no lone surrogates; one of them makes the whole file unreadable. */
function plain(value: unknown): unknown {
  if (typeof value === 'string') {
    return value
      .toWellFormed()
      .replace(/[\ufffd\ufffe\uffff]|\p{Cc}/gu, (c) => (/[\t\n\r]/.test(c) ? ' ' : ''));
  }
  if (Array.isArray(value)) return value.map(plain);
  if (value && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
  }
  return String(value);
}
