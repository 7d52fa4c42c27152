import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** One file of this folder. `durationSeconds` is 0 and `videoCodec` is undefined for texts. */
export interface Media {
  readonly file: string;
  /** Absolute path on this machine. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly container: 'matroska' | 'mp4' | 'mpegts' | 'srt' | 'ass';
  readonly videoCodec: 'h264' | 'hevc' | undefined;
  readonly durationSeconds: number;
}

/** What each film lasts, as `make.sh` asks for it; containers round by some hundredths of a second. */
const filmSeconds = 66;

/** The films, ready to be played. Sizes are read when this module is imported. */
export const media: readonly Media[] = [
  film('h264-two-languages.mkv', 'matroska', 'h264'),
  film('hevc.mkv', 'matroska', 'hevc'),
  film('h264-moov-first.mp4', 'mp4', 'h264'),
  film('h264-moov-last.mp4', 'mp4', 'h264'),
  film('h264.mpegts', 'mpegts', 'h264'),
];

/** The side-car texts. */
export const subtitles: readonly Media[] = [
  { ...located('subtitles.fr.srt'), container: 'srt', videoCodec: undefined, durationSeconds: 0 },
  { ...located('subtitles.en.srt'), container: 'srt', videoCodec: undefined, durationSeconds: 0 },
  { ...located('subtitles.fr.ass'), container: 'ass', videoCodec: undefined, durationSeconds: 0 },
];

/** The file of this name; throws when there is none, so that a renamed file fails at once and by name. */
export function mediaFile(file: string): Media {
  const found = [...media, ...subtitles].find((each) => each.file === file);
  if (!found) throw new Error(`test/media has no ${file}`);
  return found;
}

function film(file: string, container: 'matroska' | 'mp4' | 'mpegts', videoCodec: 'h264' | 'hevc'): Media {
  return { ...located(file), container, videoCodec, durationSeconds: filmSeconds };
}

function located(file: string): Pick<Media, 'file' | 'path' | 'sizeBytes'> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  return { file, path, sizeBytes: statSync(path).size };
}
