import type { MediaFacts } from '../library/media-facts.ts';
import { isObject, type Json, type JsonObject } from './lossless-json.ts';
import { codecOf, containerOf, rangeTypeOf } from './media-words.ts';

/** What an app asks PlaybackInfo for, as far as it decides who may answer. */
export interface Wish {
  /** What the app says that it can play; undefined = nothing is said. */
  profile: JsonObject | undefined;
  /** Whether the app wants the file as it is, should that be possible. */
  wantsDirectPlay: boolean;
  mediaSourceId: string | undefined;
  /** Numbers as the server counts streams; undefined = the usual one. */
  audioIndex: number | undefined;
  /** Bits per second, where a person or an app has chosen. */
  maxBitrate: number | undefined;
  userId: string | undefined;
}

/** Reads query and body; the query goes first, in any case (facts/gateway 1.1). */
export function readWish(query: URLSearchParams, body: Json | undefined): Wish {
  const told = new Map<string, Json>();
  if (isObject(body)) for (const [name, value] of Object.entries(body)) told.set(name.toLowerCase(), value);
  for (const [name, value] of query) if (value !== '') told.set(name.toLowerCase(), value);
  const text = (name: string) => {
    const value = told.get(name);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const profile = told.get('deviceprofile');
  const audio = told.get('audiostreamindex');
  return {
    profile: isObject(profile) ? profile : undefined,
    wantsDirectPlay: plain(told.get('enabledirectplay') ?? 'true').toLowerCase() !== 'false',
    mediaSourceId: text('mediasourceid'),
    audioIndex: audio === undefined || audio === null ? undefined : Number(plain(audio)),
    maxBitrate: Number(plain(told.get('maxstreamingbitrate'))) || undefined,
    userId: text('userid'),
  };
}

/**
 * Whether an app says that it plays this film as it is: by container, codecs, and those of its conditions that a header
 * answers. A condition that it does not answer is taken for met: the app tries, and asks for a transcode where it fails.
 * @param isFirstAudio whether the sound that it wants is the first one
 */
export function canPlay(profile: JsonObject | undefined, facts: MediaFacts, isFirstAudio: boolean): boolean {
  const ways = rows(profile?.DirectPlayProfiles).filter(({ Type }) => /^(?:video|1)$/i.test(plain(Type)));
  // Findroid plays everything and names nothing.
  if (profile === undefined || !Array.isArray(profile.DirectPlayProfiles)) return true;
  if (profile.DirectPlayProfiles.length === 0) return true;
  const [video, audio] = [facts.video[0], facts.audio[0]];
  const [videoCodec, audioCodec] = [video && codecOf(video.codec), audio && codecOf(audio.codec)];
  const isWay = ways.some(
    (way) =>
      listHas(way.Container, containersOf(facts.container)) &&
      (videoCodec === undefined || listHas(way.VideoCodec, [videoCodec])) &&
      (audioCodec === undefined || listHas(way.AudioCodec, [audioCodec])),
  );
  if (!isWay) return false;
  const values: Readonly<Record<string, string | number | undefined>> = {
    videobitdepth: video?.bitDepth,
    videorangetype: video && rangeTypeOf(video),
    width: video?.width,
    height: video?.height,
    videoframerate: video?.frameRate,
    audiochannels: audio?.channels,
    issecondaryaudio: plain(!isFirstAudio),
  };
  return rows(profile.CodecProfiles).every((codecs) => {
    const isVideo = /^(?:video|0)$/i.test(plain(codecs.Type));
    const codec = isVideo ? videoCodec : audioCodec;
    if (codec === undefined || !listHas(codecs.Codec, [codec])) return true;
    return rows(codecs.Conditions).every((condition) => isMet(condition, values));
  });
}

/** A value in words; an object has none, and may refuse to be asked. */
function plain(value: Json | undefined): string {
  return typeof value === 'object' || value === undefined ? '' : String(value);
}

function rows(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.slice(0, 200).filter(isObject) : [];
}

/** `mkv,mp4`; empty = any, `-mkv` = any but these. */
function listHas(list: Json | undefined, names: readonly string[]): boolean {
  if (typeof list !== 'string' || list.trim() === '') return true;
  const isExclusion = list.startsWith('-');
  const listed = list
    .slice(isExclusion ? 1 : 0, 2000)
    .toLowerCase()
    .split(',');
  return listed.some((name) => names.includes(name.trim())) !== isExclusion;
}

/** All the names under which an app may list a container. */
function containersOf(container: string): readonly string[] {
  const families = [
    ['mkv', 'matroska'],
    ['mp4', 'm4v', 'mov'],
    ['ts', 'mpegts', 'm2ts'],
    ['mpeg', 'mpg'],
    ['asf', 'wmv'],
  ];
  const name = containerOf(container);
  return families.find((family) => family.includes(name)) ?? [name];
}

function isMet(
  condition: JsonObject,
  values: Readonly<Record<string, string | number | undefined>>,
): boolean {
  const value = values[plain(condition.Property).toLowerCase()];
  const wanted = plain(condition.Value ?? '').toLowerCase();
  if (value === undefined) return true;
  switch (plain(condition.Condition).toLowerCase()) {
    case 'equals':
      return plain(value).toLowerCase() === wanted;
    case 'notequals':
      return plain(value).toLowerCase() !== wanted;
    case 'lessthanequal':
      return Number(value) <= Number(wanted);
    case 'greaterthanequal':
      return Number(value) >= Number(wanted);
    case 'equalsany':
      return wanted.split('|').includes(plain(value).toLowerCase());
    default:
      return true;
  }
}
