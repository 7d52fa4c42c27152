import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Jumps as ffmpeg and mpv do, and says after how many milliseconds the first picture from there is decoded. */
export async function firstFrame(input: string, atSeconds: number): Promise<number> {
  const args = ['-v', 'error', '-nostdin', '-ss', String(atSeconds), '-i', input];
  const begin = performance.now();
  const { stdout } = await run('ffmpeg', [...args, '-frames:v', '1', '-an', '-f', 'framemd5', '-'], {
    timeout: 120_000,
  });
  if (!/^0,/m.test(stdout)) throw new Error(`no picture at ${atSeconds} s of ${input}`);
  return performance.now() - begin;
}
