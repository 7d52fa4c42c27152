import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Probed {
  ms: number;
  /** What ffprobe itself says it read: all that the media server asked for, and nothing that lay in a buffer unread. */
  takenBytes: number;
  /** Length and codecs: equal for equal films. */
  found: string;
}

/** ffprobe as Jellyfin runs it at every play; a failure is an exception. */
export async function ffprobe(input: string): Promise<Probed> {
  // Jellyfin says `-v warning`; a level more makes it tell what it read, and costs it nothing that can be measured.
  const show = '-v verbose -print_format json -show_streams -show_chapters -show_format'.split(' ');
  const args = ['-analyzeduration', '200M', '-probesize', '1G', '-i', input, ...show];
  const begin = performance.now();
  const { stdout, stderr } = await run('ffprobe', args, { timeout: 60_000 });
  const ms = performance.now() - begin;
  const answer = JSON.parse(stdout) as {
    format: { duration: string };
    streams: { codec_name: string; codec_type: string; width?: number }[];
  };
  const streams = answer.streams.map((one) => `${one.codec_type} ${one.codec_name} ${one.width ?? ''}`);
  const takenBytes = Number(/Statistics: (\d+) bytes read/.exec(stderr)?.[1] ?? 'NaN');
  return { ms, takenBytes, found: [answer.format.duration, ...streams].join(', ') };
}
