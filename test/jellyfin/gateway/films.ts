import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { padFilms } from '../../fixtures/padded-films.ts';
import { run } from '../../fixtures/run.ts';

/** Films that are made for the checks, by what is in them. */
export interface Films {
  /** Twenty minutes of H.264 and AAC in Matroska, small. */
  long: string;
  /** The same in MP4, index first. */
  longMp4: string;
  /** Two languages of sound and three of text, which says in which language it is. */
  tracks: string;
  /** Its sound is E-AC-3. */
  eac3: string;
  /** Above 50 MB, as the host slows down whoever reads many smaller ones. */
  padded: string;
}

export const longSeconds = 20 * 60;
export const eac3Seconds = 40;
/** Of the texts in the film, in their order. */
export const embedded = ['ger', 'spa', 'ita'] as const;
/** Of the texts beside it. */
export const beside = ['en', 'fr'] as const;

/** What a text of this language says. */
export const textOf = (language: string) => `This line is ${language}`;

export function srtOf(language: string): string {
  return `1\n00:00:01,000 --> 00:00:50,000\n${textOf(language)}\n\n`;
}

/** @throws Error with the words of ffmpeg */
export async function makeFilms(dir: string): Promise<Films> {
  const at = (name: string) => join(dir, name);
  const picture = (seconds: number, rate: number) => `testsrc2=size=320x180:rate=${rate}:duration=${seconds}`;
  const sound = (seconds: number, hz: number) => `sine=frequency=${hz}:sample_rate=48000:duration=${seconds}`;
  const lavfi = (...sources: string[]) => sources.flatMap((source) => ['-f', 'lavfi', '-i', source]);
  const h264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '38', '-pix_fmt', 'yuv420p', '-g', '10'];
  const aac = ['-c:a', 'aac', '-b:a', '32k'];
  for (const language of embedded) await writeFile(at(`${language}.srt`), srtOf(language));

  const films = {
    long: at('long.mkv'),
    longMp4: at('long.mp4'),
    tracks: at('tracks.mkv'),
    eac3: at('eac3.mkv'),
  };
  await ffmpeg(lavfi(picture(longSeconds, 5), sound(longSeconds, 440)), [...h264, ...aac], films.long);
  await ffmpeg(['-i', films.long], ['-c', 'copy', '-movflags', '+faststart'], films.longMp4);
  await ffmpeg(
    [
      ...lavfi(picture(60, 10), sound(60, 440), sound(60, 660)),
      ...embedded.flatMap((language) => ['-i', at(`${language}.srt`)]),
    ],
    [
      ...['-map', '0:v', '-map', '1:a', '-map', '2:a', '-map', '3:s', '-map', '4:s', '-map', '5:s'],
      ...[...h264, ...aac, '-c:s', 'srt'],
      ...['-metadata:s:a:0', 'language=fra', '-metadata:s:a:1', 'language=eng'],
      ...embedded.flatMap((language, nth) => [`-metadata:s:s:${nth}`, `language=${language}`]),
    ],
    films.tracks,
  );
  await ffmpeg(
    lavfi(picture(eac3Seconds, 10), sound(eac3Seconds, 440)),
    // Of sound that nobody marked as the usual one Jellyfin 12 asks no app whether it plays it.
    [...h264, '-c:a', 'eac3', '-b:a', '96k', '-disposition:a:0', 'default'],
    films.eac3,
  );
  return { ...films, padded: (await padFilms(dir)).mkv };
}

async function ffmpeg(input: string[], output: string[], path: string): Promise<void> {
  const { code, stderr } = await run('ffmpeg', ['-v', 'error', '-y', ...input, ...output, path]);
  if (code !== 0) throw new Error(`ffmpeg failed: ${stderr}`);
}
