import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { cleanEnv, nodeWith } from '../../test/fixtures/bridge-process.ts';

/** An upload by `passerelle put`. */
export interface PutTimes {
  /** From the question to the last byte. */
  bytesMs: number;
  /** From there until the host's word and the checksum were there. */
  checkMs: number;
}

/** A command that runs. */
export interface RunningPut {
  pid: number;
  done: Promise<PutTimes[]>;
  stop(): Promise<void>;
}

const start = join(import.meta.dirname, '../../src/start.js');

/** `passerelle put --json <words>` beside a `serve` on the same dataDir. */
export function startPut(words: readonly string[], home: string, env: Record<string, string>): RunningPut {
  const [program, args] = nodeWith([start, 'put', '--json', ...words]);
  const child = spawn(program, args, {
    env: { ...cleanEnv(), ...env },
    cwd: home,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exit = once(child, 'exit');
  const told = Promise.all([text(child.stdout), text(child.stderr), exit]);
  const done = told.then(([out, err, [code]]) => {
    if (code !== 0) throw new Error(`put ended with ${code}: ${err}`);
    return out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
      .filter(({ fate }) => fate === 'sent') as PutTimes[];
  });
  done.catch(() => undefined);
  return {
    pid: child.pid as number,
    done,
    async stop() {
      if (child.exitCode === null) child.kill('SIGTERM');
      await exit;
    },
  };
}
