import type { VideoFacts } from '../library/media-facts.ts';

/*
 * What our catalog says of a film, in the words of ffprobe and of the servers that ask it.
 */

const codecs: Readonly<Record<string, string>> = {
  dtshd_ma: 'dts',
  dtshd_hra: 'dts',
  srt: 'subrip',
  pgs: 'PGSSUB',
  vobsub: 'DVDSUB',
  dvbsub: 'DVBSUB',
  teletext: 'DVBTXT',
};

const containers: Readonly<Record<string, string>> = { matroska: 'mkv', mpegts: 'ts' };

const profiles: Readonly<Record<string, string>> = { dtshd_ma: 'DTS-HD MA', dtshd_hra: 'DTS-HD HRA' };

const rangeTypes = {
  hdr10: 'HDR10',
  hdr10plus: 'HDR10Plus',
  hlg: 'HLG',
  dolbyvision: 'DOVI',
} as const;

/** The codes that servers write where Kodi reads others (facts/gateway 10.3). */
const terminological = new Map(
  'alb:sqi arm:hye baq:eus bur:mya chi:zho cze:ces dut:nld fre:fra geo:kat ger:deu gre:ell ice:isl mac:mkd mao:mri may:msa per:fas rum:ron slo:slk tib:bod wel:cym'
    .split(' ')
    .map((pair) => pair.split(':') as [string, string]),
);

const names = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'code' });

export const codecOf = (word: string): string => codecs[word] ?? word;

export const profileOf = (word: string): string | undefined => profiles[word];

export const containerOf = (word: string): string => containers[word] ?? word;

export const rangeTypeOf = ({ hdr }: VideoFacts): string => (hdr === undefined ? 'SDR' : rangeTypes[hdr]);

export const languageOf = (code: string): string => terminological.get(code) ?? code;

/** `French`; undefined for what is no language. */
export function languageName(code: string): string | undefined {
  try {
    return names.of(code);
  } catch {
    return undefined;
  }
}

/** Whether a player can be sent it as a text. */
export function isTextSubtitle(codec: string): boolean {
  return ['subrip', 'ass', 'ssa', 'webvtt', 'vtt', 'mov_text', 'ttml'].includes(codec);
}

/** As Jellyfin calls sizes: a picture is the first of them that it fits into. */
const sizes = [
  ['144p', 256, 144],
  ['240p', 426, 240],
  ['360p', 640, 360],
  ['384p', 682, 384],
  ['404p', 720, 404],
  ['480p', 854, 480],
  ['540p', 960, 544],
  ['576p', 1024, 576],
  ['720p', 1280, 962],
  ['1080p', 2560, 1440],
  ['4K', 4096, 3072],
  ['8K', 8192, 6144],
] as const;

/** `1080p`; undefined where the size is not known. */
export function sizeWord({ width, height }: VideoFacts): string | undefined {
  if (width === undefined || height === undefined) return undefined;
  return sizes.find(([, widest, highest]) => width <= widest && height <= highest)?.[0];
}
