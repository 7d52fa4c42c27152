import { appOf, type GatewayAround, holdProbes, itemOf, playbackInfo, titles } from './around.ts';
import { beside, embedded, textOf } from './films.ts';

interface Stream {
  Index: number;
  Type: string;
  IsExternal: boolean;
  Language?: string;
  Codec?: string;
}

/** Jellyfin 10.10 keeps the older one of two codes for a language, as the file has it. */
const plain = (language = '') => ({ ger: 'deu', fre: 'fra' })[language] ?? language;

const numbers = (streams: readonly Stream[]) =>
  streams.map(({ Index, Type, IsExternal, Language }) =>
    [Index, Type, IsExternal ? 'beside' : 'in it', plain(Language)].join(' '),
  );

/** A film with two texts beside it and three in it, that Jellyfin has not looked into. */
export async function tracksAreNumberedAlike(around: GatewayAround): Promise<void> {
  const { viewer, say } = around;
  const { Id } = await itemOf(around, titles.tracks);
  const app = appOf(around, 'kodi');
  const release = holdProbes(around);
  const began = performance.now();
  const own = await playbackInfo(app, 'kodi', Id, viewer).finally(release);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const ownStreams: Stream[] = own.json.MediaSources[0].MediaStreams;
  const servers = await playbackInfo(app, 'kodi', Id, viewer);
  const streams: Stream[] = servers.json.MediaSources[0].MediaStreams;
  const isAlike = numbers(ownStreams).join() === numbers(streams).join();
  say(
    isAlike && streams.length === 8,
    `tracks: ${ownStreams.length} told after ${seconds} s while the probe waited, ${isAlike ? 'numbered as' : `${numbers(ownStreams)} instead of`} ${numbers(streams).join(', ')}`,
  );

  const texts = streams.filter(({ Type }) => Type === 'Subtitle');
  const wanted = [...beside, ...embedded];
  const wrong: string[] = [];
  for (const { Index, Language = '' } of texts) {
    const { status, text } = await app.get(`/Videos/${Id}/${Id}/Subtitles/${Index}/0/Stream.srt`);
    const language = wanted.find((one) => text.includes(textOf(one)));
    if (status !== 200 || language === undefined || !isSame(language, Language))
      wrong.push(`${Index} (${Language}): ${status} ${text.slice(0, 60)}`);
  }
  say(
    texts.length === wanted.length && wrong.length === 0,
    `subtitles: ${texts.length} of ${wanted.length} give the text of their language${wrong.length > 0 ? `; wrong: ${wrong.join('; ')}` : ''}`,
  );
}

/** A language in two letters or three. */
function isSame(one: string, other: string): boolean {
  const first: Record<string, string> = { en: 'eng', fr: 'fra', ger: 'deu' };
  return [one, first[one]].includes(other) || other === (one === 'fr' ? 'fre' : one);
}
