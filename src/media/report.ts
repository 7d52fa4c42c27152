import { z } from 'zod';
import { hourMs } from '../core/durations.ts';
import type {
  AudioFacts,
  ChapterFacts,
  HdrKind,
  MediaFacts,
  SubtitleFacts,
  VideoFacts,
} from '../library/media-facts.ts';
import { audioCodec, containerName, type Named, subtitleFormat, videoCodec } from './codec-words.ts';
import { threeLetters } from './language-codes.ts';

const trackShape = z.record(z.string(), z.unknown());

/** One track of MediaInfo's JSON report. Everything in it was written by whoever made the file. */
type Track = Readonly<z.infer<typeof trackShape>>;

const reportShape = z.object({ media: z.object({ track: z.array(trackShape).catch([]) }).nullish() });

/** More than any film has; a hostile one may claim anything. */
const maxTracks = 60;
const maxChapters = 300;
const maxTitle = 200;
const maxMs = 100 * hourMs;
const widest = 32_768;

/**
 * Reads MediaInfo's report. @returns undefined when there is neither picture nor sound in it
 * @throws Error where it is no report
 */
export function readReport(report: string): MediaFacts | undefined {
  const tracks: readonly Track[] = reportShape.parse(JSON.parse(report)).media?.track ?? [];
  const of = (type: string) => tracks.filter((track) => track['@type'] === type).slice(0, maxTracks);
  const [general = {}] = of('General');
  const [video, audio] = [of('Video').map(videoFacts), of('Audio').map(audioFacts)];
  if (video.length === 0 && audio.length === 0) return undefined;
  return {
    container: containerName(text(general, 'Format') ?? ''),
    ...given('durationMs', duration([general, ...tracks])),
    video,
    audio,
    subtitles: of('Text').map(subtitleFacts),
    chapters: of('Menu').flatMap(chapterFacts).slice(0, maxChapters),
  };
}

function videoFacts(track: Track): VideoFacts {
  return {
    codec: videoCodec(named(track)),
    ...given('width', whole(track, 'Width', widest)),
    ...given('height', whole(track, 'Height', widest)),
    ...given('aspect', number(track, 'DisplayAspectRatio', 100)),
    ...given('frameRate', number(track, 'FrameRate', 1000)),
    ...given('hdr', hdrOf(track)),
    ...given('bitDepth', whole(track, 'BitDepth', 64)),
    ...given('stereoMode', stereoOf(track)),
    ...given('language', threeLetters(text(track, 'Language'))),
  };
}

function audioFacts(track: Track): AudioFacts {
  return {
    codec: audioCodec(named(track)),
    ...given('channels', whole(track, 'Channels', 64)),
    ...given('language', threeLetters(text(track, 'Language'))),
    ...given('title', text(track, 'Title')),
    isDefault: text(track, 'Default') === 'Yes',
  };
}

function subtitleFacts(track: Track): SubtitleFacts {
  return {
    format: subtitleFormat(text(track, 'Format') ?? ''),
    ...given('language', threeLetters(text(track, 'Language'))),
    ...given('title', text(track, 'Title')),
    isForced: text(track, 'Forced') === 'Yes',
  };
}

/** Chapters stand under their times: `_00_20_00_000: "en:Two"`. A transport stream has a menu of another kind. */
function chapterFacts({ extra }: Track): ChapterFacts[] {
  return Object.entries(trackShape.safeParse(extra).data ?? {}).flatMap(([key, value]) => {
    const time = /^_(\d\d)_(\d\d)_(\d\d)_(\d{3})$/.exec(key);
    if (!time) return [];
    const [hours = 0, minutes = 0, seconds = 0, ms = 0] = time.slice(1).map(Number);
    const title = clean(value)?.replace(/^[a-z]{2,3}:/, '');
    return [{ startMs: ((hours * 60 + minutes) * 60 + seconds) * 1000 + ms, ...(title ? { title } : {}) }];
  });
}

/** A film with Dolby Vision often carries HDR10 for everybody else: the greater word is told. */
function hdrOf(track: Track): HdrKind | undefined {
  const format = [text(track, 'HDR_Format'), text(track, 'HDR_Format_Compatibility')].join(' ');
  if (/Dolby Vision/i.test(format)) return 'dolbyvision';
  if (/2094.{0,5}App 4|HDR10\+/i.test(format)) return 'hdr10plus';
  const transfer = text(track, 'transfer_characteristics') ?? '';
  if (/HDR10|2086/i.test(format) || /^PQ$|2084/i.test(transfer)) return 'hdr10';
  return /HLG/i.test(`${format} ${transfer}`) ? 'hlg' : undefined;
}

function stereoOf(track: Track): VideoFacts['stereoMode'] {
  const layout = text(track, 'MultiView_Layout') ?? '';
  const isRightFirst = /right eye first/i.test(layout);
  if (/^side by side/i.test(layout)) return isRightFirst ? 'right_left' : 'left_right';
  return /^top-bottom/i.test(layout) ? (isRightFirst ? 'bottom_top' : 'top_bottom') : undefined;
}

/** Of the whole file, else of its longest track. */
function duration([general = {}, ...tracks]: Track[]): number | undefined {
  const msOf = (track: Track) => {
    const seconds = number(track, 'Duration', maxMs / 1000);
    return seconds === undefined ? undefined : Math.round(seconds * 1000);
  };
  const trackMs = Math.max(0, ...tracks.map((track) => msOf(track) ?? 0));
  return msOf(general) ?? (trackMs || undefined);
}

function named(track: Track): Named {
  return {
    format: text(track, 'Format') ?? '',
    version: text(track, 'Format_Version'),
    profile: text(track, 'Format_Profile'),
    features: text(track, 'Format_AdditionalFeatures'),
    commercial: text(track, 'Format_Commercial_IfAny'),
  };
}

function text(track: Track, key: string): string | undefined {
  return clean(track[key]);
}

function clean(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  return (
    value
      .slice(0, 10 * maxTitle)
      .replace(/\p{Cc}+/gu, ' ')
      .trim()
      .slice(0, maxTitle)
      .toWellFormed() || undefined
  );
}

/** `8 / 6` where a core and its extension differ: the first one is the whole. */
function number(track: Track, key: string, max: number): number | undefined {
  const value = Number.parseFloat(text(track, key) ?? '');
  return Number.isFinite(value) && value > 0 && value <= max ? value : undefined;
}

function whole(track: Track, key: string, max: number): number | undefined {
  const value = number(track, key, max);
  return value === undefined ? undefined : Math.round(value);
}

function given<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: V };
}
