/** MediaInfo's words for codecs in those that Kodi and ffmpeg use: skins have a picture for each. */
const video: Readonly<Record<string, string>> = {
  AVC: 'h264',
  HEVC: 'hevc',
  AV1: 'av1',
  VVC: 'vvc',
  'VC-1': 'vc1',
  'MPEG-4 Visual': 'mpeg4',
  'H.263': 'h263',
  'Sorenson Spark': 'flv1',
  'RealVideo 3': 'rv30',
  'RealVideo 4': 'rv40',
};

const audio: Readonly<Record<string, string>> = {
  'AC-3': 'ac3',
  'E-AC-3': 'eac3',
  'AC-4': 'ac4',
  DTS: 'dts',
  'MLP FBA': 'truehd',
  MLP: 'mlp',
  WMA: 'wmav2',
  USAC: 'aac',
};

const subtitle: Readonly<Record<string, string>> = {
  'UTF-8': 'srt',
  SubRip: 'srt',
  'Timed Text': 'mov_text',
  'DVB Subtitle': 'dvbsub',
  'Teletext Subtitle': 'teletext',
};

const container: Readonly<Record<string, string>> = {
  'MPEG-4': 'mp4',
  'MPEG-TS': 'mpegts',
  BDAV: 'mpegts',
  'MPEG-PS': 'mpeg',
  'Windows Media': 'asf',
  'Flash Video': 'flv',
  RealMedia: 'rm',
};

/** What a track says of itself. */
export interface Named {
  format: string;
  /** `Version 2`, `Layer 3`. */
  version?: string | undefined;
  profile?: string | undefined;
  /** `XLL`, `JOC`. */
  features?: string | undefined;
  commercial?: string | undefined;
}

export function videoCodec({ format, version = '' }: Named): string {
  if (format === 'MPEG Video') return /1/.test(version) ? 'mpeg1video' : 'mpeg2video';
  return video[format] ?? plain(format);
}

export function audioCodec({ format, profile = '', features = '', commercial = '' }: Named): string {
  if (format === 'DTS') {
    if (/XLL/.test(features) || /Master Audio|DTS:X/.test(commercial)) return 'dtshd_ma';
    if (/XBR|X96/.test(features) || /High Resolution/.test(commercial)) return 'dtshd_hra';
  }
  if (format === 'MPEG Audio') return /3/.test(profile) ? 'mp3' : /1/.test(profile) ? 'mp1' : 'mp2';
  return audio[format] ?? plain(format);
}

export const subtitleFormat = (format: string): string => subtitle[format] ?? plain(format);

export const containerName = (format: string): string => container[format] ?? plain(format);

/** A word that nothing has to quote. */
function plain(format: string): string {
  return (
    format
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '_')
      .replace(/^_|_$/g, '')
      .slice(0, 30) || 'unknown'
  );
}
