import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { mediaFile } from '../../test/media/index.ts';

const run = promisify(execFile);

/** A film on this disk, and how it is packed. */
export interface Film {
  kind: Kind;
  path: string;
}

/** The ways of packing that make a player ask differently. */
export const kinds = ['mkv', 'mp4-first', 'mp4-last', 'ts'] as const;
export type Kind = (typeof kinds)[number];

export const kindNames: Record<Kind, string> = {
  mkv: 'MKV',
  'mp4-first': 'MP4, index first',
  'mp4-last': 'MP4, index last',
  ts: 'TS',
};

/** The films of the tests, some hundred KB each: they fit into any cache as a whole. */
export const smallFilms: readonly Film[] = [
  { kind: 'mkv', path: mediaFile('h264-two-languages.mkv').path },
  { kind: 'mp4-first', path: mediaFile('h264-moov-first.mp4').path },
  { kind: 'mp4-last', path: mediaFile('h264-moov-last.mp4').path },
  { kind: 'ts', path: mediaFile('h264.mpegts').path },
];

/** One minute at 6 Mbit/s, encoded once and packed in each way: some 46 MB each, more than a probe takes of a film. */
export async function makeFilms(folder: string): Promise<Film[]> {
  const picture = 'testsrc2=size=854x480:rate=25:duration=60,noise=alls=12:allf=t';
  const sound = 'sine=frequency=440:duration=60';
  const mkv = join(folder, 'mkv');
  // Noise is what keeps the picture from being coded in less.
  await ffmpeg(
    ['-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', sound],
    '-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 50 -b:v 6M -maxrate 6M -bufsize 6M -c:a aac -f matroska',
    mkv,
  );
  const packed = async (kind: Kind, how: string) => {
    const path = join(folder, kind);
    await ffmpeg(['-i', mkv], `-c copy ${how}`, path);
    return { kind, path };
  };
  return [
    { kind: 'mkv', path: mkv },
    await packed('mp4-first', '-movflags +faststart -f mp4'),
    await packed('mp4-last', '-f mp4'),
    await packed('ts', '-f mpegts'),
  ];
}

/** What a film is called in the account. */
export function nameOf(kind: Kind, number: number): string {
  const extension = kind.startsWith('mp4') ? 'mp4' : kind;
  return `The.${kind.replace('-', '.')}.Film.${number}.${1990 + number}.1080p.WEB.x264-GROUP.${extension}`;
}

async function ffmpeg(input: string[], how: string, output: string): Promise<void> {
  await run('ffmpeg', [
    '-hide_banner',
    '-loglevel',
    'error',
    '-nostdin',
    ...input,
    ...how.split(' '),
    output,
  ]);
}
