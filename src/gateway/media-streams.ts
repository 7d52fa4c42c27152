import type { AudioFacts, MediaFacts, SubtitleFacts, VideoFacts } from '../library/media-facts.ts';
import { threeLetters } from '../media/language-codes.ts';
import type { JsonObject } from './lossless-json.ts';
import {
  codecOf,
  containerOf,
  isTextSubtitle,
  languageName,
  languageOf,
  profileOf,
  rangeTypeOf,
  sizeWord,
} from './media-words.ts';

/** A subtitle that lies beside the STRM file. */
export interface SubtitleBeside {
  /** `fr.forced.srt`: what its name says behind that of the film. */
  tags: string;
}

/** What we know of a film that a server has not looked into. */
export interface KnownMedia {
  name: string;
  sizeBytes: number;
  /** What its header says; undefined = it was not read. */
  facts: MediaFacts | undefined;
  /** In the order in which the server finds them: by their names. */
  subtitles: readonly SubtitleBeside[];
}

/** 100 nanoseconds. */
const ticksAMs = 10_000;

/** Fields that the Kotlin SDK does not do without (facts/gateway 6). */
const always = {
  TimeBase: '1/1000',
  AudioSpatialFormat: 'None',
  IsInterlaced: false,
  IsDefault: false,
  IsForced: false,
  IsHearingImpaired: false,
  IsOriginal: false,
};

/**
 * What a source of a film is told to be, instead of the `.strm` that the server takes it for.
 * @param beside streams of files beside the film, as the server lists them; undefined = it lists none
 */
export function sourceFields(known: KnownMedia, beside?: readonly JsonObject[]): JsonObject {
  const { facts, name, sizeBytes } = known;
  const extension = /\.([a-z0-9]{1,10})$/i.exec(name)?.[1]?.toLowerCase();
  if (facts === undefined) return extension === undefined ? {} : { Container: extension };
  const { durationMs } = facts;
  const streams = mediaStreams(facts, beside ?? known.subtitles.map(subtitleBeside));
  const first = streams.find(({ Type, IsDefault }) => Type === 'Audio' && IsDefault === true);
  const audio = first ?? streams.find(({ Type }) => Type === 'Audio');
  return {
    Container: containerOf(facts.container),
    ...(durationMs !== undefined && {
      RunTimeTicks: durationMs * ticksAMs,
      Bitrate: Math.round((sizeBytes * 8000) / Math.max(1, durationMs)),
    }),
    MediaStreams: streams,
    ...(audio?.Index !== undefined && { DefaultAudioStreamIndex: audio.Index }),
    DefaultSubtitleStreamIndex: -1,
  };
}

/** The streams in the order in which the server counts them: those beside the film, then those in it (facts/gateway 3). */
export function mediaStreams(facts: MediaFacts, beside: readonly JsonObject[]): JsonObject[] {
  const within = [
    ...facts.video.map(videoStream),
    ...facts.audio.map(audioStream),
    ...facts.subtitles.map(subtitleStream),
  ];
  return [...beside, ...within].map((stream, index) => ({ ...always, ...stream, Index: index }));
}

function videoStream(video: VideoFacts): JsonObject {
  const rangeType = rangeTypeOf(video);
  const codec = codecOf(video.codec);
  const range = rangeType === 'SDR' ? 'SDR' : 'HDR';
  return {
    Type: 'Video',
    Codec: codec,
    ...spoken(video.language),
    VideoRange: range,
    VideoRangeType: rangeType,
    DisplayTitle: [sizeWord(video), codec.toUpperCase(), range]
      .filter((word) => word !== undefined)
      .join(' '),
    ...(video.width !== undefined && { Width: video.width }),
    ...(video.height !== undefined && { Height: video.height }),
    ...(video.bitDepth !== undefined && { BitDepth: video.bitDepth }),
    ...(video.frameRate !== undefined && {
      AverageFrameRate: video.frameRate,
      RealFrameRate: video.frameRate,
    }),
    IsExternal: false,
    IsTextSubtitleStream: false,
    SupportsExternalStream: false,
  };
}

function audioStream(audio: AudioFacts): JsonObject {
  const codec = codecOf(audio.codec);
  const profile = profileOf(audio.codec);
  return {
    Type: 'Audio',
    Codec: codec,
    ...spoken(audio.language),
    ...noRange,
    ...(audio.title !== undefined && { Title: audio.title }),
    ...(profile !== undefined && { Profile: profile }),
    ...(audio.channels !== undefined && {
      Channels: audio.channels,
      ChannelLayout: layoutOf(audio.channels),
    }),
    DisplayTitle: displayTitle(
      audio.title ?? (audio.language === undefined ? undefined : nameOf(audio.language)),
      (profile ?? codec).toUpperCase(),
      audio.channels === undefined
        ? undefined
        : layoutOf(audio.channels).replace(/^./, (c) => c.toUpperCase()),
      audio.isDefault ? 'Default' : undefined,
    ),
    IsDefault: audio.isDefault,
    IsExternal: false,
    IsTextSubtitleStream: false,
    SupportsExternalStream: false,
  };
}

function subtitleStream(subtitle: SubtitleFacts): JsonObject {
  const codec = codecOf(subtitle.format);
  const isText = isTextSubtitle(codec);
  return {
    Type: 'Subtitle',
    Codec: codec,
    ...spoken(subtitle.language),
    ...noRange,
    ...(subtitle.title !== undefined && { Title: subtitle.title }),
    DisplayTitle: displayTitle(subtitle.title ?? nameOf(subtitle.language), codec.toUpperCase()),
    IsForced: subtitle.isForced,
    IsExternal: false,
    IsTextSubtitleStream: isText,
    SupportsExternalStream: isText,
  };
}

/** A file beside the film that the server does not list yet. */
export function subtitleBeside({ tags }: SubtitleBeside): JsonObject {
  const words = tags.toLowerCase().split('.');
  const extension = words.pop() ?? '';
  const codec = codecOf(extension);
  const language = words
    .filter((word) => !hardOfHearing.includes(word))
    .map(threeLetters)
    .find((code) => code !== undefined);
  return {
    Type: 'Subtitle',
    Codec: codec,
    ...spoken(language),
    ...noRange,
    DisplayTitle: displayTitle(nameOf(language), codec.toUpperCase(), 'External'),
    IsForced: words.includes('forced'),
    IsHearingImpaired: words.some((word) => hardOfHearing.includes(word)),
    IsExternal: true,
    IsTextSubtitleStream: isTextSubtitle(codec),
    SupportsExternalStream: true,
  };
}

/** `hi` is Hindi, too. */
const hardOfHearing = ['sdh', 'cc'];

const noRange = { VideoRange: 'Unknown', VideoRangeType: 'Unknown' };

const spoken = (code: string | undefined) => (code === undefined ? {} : { Language: languageOf(code) });

const nameOf = (code: string | undefined) => (code === undefined ? 'Undefined' : languageName(code));

function displayTitle(...parts: (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join(' - ');
}

function layoutOf(channels: number): string {
  return { 1: 'mono', 2: 'stereo', 6: '5.1', 7: '6.1', 8: '7.1' }[channels] ?? `${channels} ch`;
}
