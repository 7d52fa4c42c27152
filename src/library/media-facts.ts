/** What a film holds, as its own header says. What is not known is absent. The catalog keeps it as JSON. */
export interface MediaFacts {
  /** `matroska`, `mp4`, `mpegts`, `avi`, ... */
  container: string;
  durationMs?: number;
  video: VideoFacts[];
  audio: AudioFacts[];
  subtitles: SubtitleFacts[];
  chapters: ChapterFacts[];
}

export type HdrKind = 'hdr10' | 'hdr10plus' | 'dolbyvision' | 'hlg';

export interface VideoFacts {
  /** In Kodi's words: `h264`, `hevc`, `av1`, `mpeg2video`, `vc1`, `mpeg4`, ... */
  codec: string;
  width?: number;
  height?: number;
  /** Of the picture as it is shown: 1.778, 2.39. */
  aspect?: number;
  /** Pictures a second. */
  frameRate?: number;
  hdr?: HdrKind;
  bitDepth?: number;
  /** How two eyes share a picture, in Kodi's words. */
  stereoMode?: 'left_right' | 'right_left' | 'top_bottom' | 'bottom_top';
  /** ISO 639-2/B, three letters: what Kodi reads (facts/media-servers 3.3). */
  language?: string;
}

export interface AudioFacts {
  /** In Kodi's words: `aac`, `ac3`, `eac3`, `dts`, `dtshd_ma`, `truehd`, `flac`, `mp3`, `opus`, ... */
  codec: string;
  channels?: number;
  language?: string;
  title?: string;
  isDefault: boolean;
}

export interface SubtitleFacts {
  /** `srt`, `ass`, `pgs`, `vobsub`, ... */
  format: string;
  language?: string;
  title?: string;
  isForced: boolean;
}

export interface ChapterFacts {
  startMs: number;
  title?: string;
}

/**
 * The class of a picture by width and height: a scope film of 1920x804 is 1080p, an academy one of 1440x1080 too, and
 * encoders cut a few lines.
 */
const classes = [
  { word: '4320p', width: 7000, height: 4000 },
  { word: '2160p', width: 3200, height: 1800 },
  { word: '1440p', width: 2400, height: 1300 },
  { word: '1080p', width: 1800, height: 1000 },
  { word: '720p', width: 1200, height: 650 },
  { word: '576p', width: 1000, height: 540 },
  { word: '480p', width: 600, height: 400 },
] as const;

const hdrWords: Readonly<Record<HdrKind, string>> = {
  hdr10: 'HDR10',
  hdr10plus: 'HDR10+',
  dolbyvision: 'DV',
  hlg: 'HLG',
};

/** `2160p`, `1080p`, ... of the first picture; undefined when its size is not known. */
function resolutionWord({ video }: MediaFacts): string | undefined {
  const { width = 0, height = 0 } = video[0] ?? {};
  if (width === 0 || height === 0) return undefined;
  return classes.find((one) => width >= one.width || height >= one.height)?.word ?? `${height}p`;
}

/** What keeps versions apart where their names say nothing: `['2160p', 'HDR10']`. */
export function labelWords(facts: MediaFacts): string[] {
  const hdr = facts.video[0]?.hdr;
  return [resolutionWord(facts), hdr && hdrWords[hdr]].filter((word) => word !== undefined);
}
