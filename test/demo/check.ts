import { counted } from '../../src/core/plural.ts';
import { startBridge } from '../fixtures/bridge-process.ts';
import { frameAfterJump, probe } from '../fixtures/probe.ts';
import { run } from '../fixtures/run.ts';
import { strmFiles } from '../fixtures/strm-files.ts';
import type { Simulator } from '../simulator/simulator.ts';

export interface CheckOptions {
  simulator: Simulator;
  env: Record<string, string>;
  home: string;
  libraryDir: string;
}

/** Plays every film of the demo account by its STRM address, redirected and proxied. @returns the exit code */
export async function check({ simulator, env, home, libraryDir }: CheckOptions): Promise<number> {
  if ((await run('ffprobe', ['-version'])).code !== 0) {
    console.error('ffprobe is needed for the check: install ffmpeg');
    return 1;
  }
  let failures = 0;
  let films = 0;
  for (const mode of ['redirect', 'proxy']) {
    simulator.reset();
    const bridge = await startBridge({ ...env, PASSERELLE_DELIVERY: mode }, home);
    await bridge.waitFor((line) => line.msg === 'sync done');
    const { 'download/get_token': _tokens, ...listings } = simulator.counters.calls;
    const spent = (calls: Record<string, number>) =>
      Object.values(calls).reduce((sum, count) => sum + count, 0);
    console.log(`\n${mode}: index ready after ${spent(listings)} API calls`);
    for (const film of await strmFiles(libraryDir)) {
      const before = simulator.counters.tokens;
      const problem = await playOnce(simulator, film.url, film.fileId).catch((error: Error) => error.message);
      films++;
      if (problem) failures++;
      console.log(
        `${problem ? 'FAIL' : 'ok  '} ${film.path}  (${counted(simulator.counters.tokens - before, 'API call')})${problem ? `: ${problem}` : ''}`,
      );
    }
    console.log(
      `${mode}: ${simulator.counters.tokens} API calls for links, ${spent(simulator.counters.calls)} in all; ${simulator.counters.downloads} downloads`,
    );
    const code = await bridge.stop();
    if (code !== 0) {
      failures++;
      console.log(`FAIL the bridge ended with ${code}: ${bridge.errors()}`);
    }
  }
  if (films === 0) failures++;
  console.log(`\n${films} plays, ${failures} failures`);
  return failures === 0 ? 0 : 1;
}

/** Probe and jump, compared with the same file on disk. @returns what was wrong */
async function playOnce(simulator: Simulator, url: string, fileId: string): Promise<string | undefined> {
  const { content } = simulator.account.file(fileId);
  if (!('path' in content)) return 'the demo account holds a film that is no file';
  const [here, there] = [await probe(url), await probe(content.path)];
  if (Math.abs(here.durationSeconds - there.durationSeconds) > 0.01)
    return `lasts ${here.durationSeconds} s instead of ${there.durationSeconds} s`;
  if (here.codecs.join() !== there.codecs.join()) return `has ${here.codecs} instead of ${there.codecs}`;
  const middle = Math.floor(there.durationSeconds / 2);
  const [frame, right] = [await frameAfterJump(url, middle), await frameAfterJump(content.path, middle)];
  return frame === right
    ? undefined
    : `the jump to ${middle} s shows the picture of ${frame} s instead of ${right} s`;
}
