import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

/** A server that somebody else wrote, while it is needed. */
export interface Foreign {
  /** Asks until there is an answer. @throws with `log` when there is none in time, or the process has ended */
  until<T>(
    what: string,
    limitMs: number,
    look: () => Promise<T | undefined>,
    log: () => Promise<string> | string,
  ): Promise<T>;
  stop(): Promise<void>;
}

/** Holds a process that was started. */
export function hold(child: ChildProcess): Foreign {
  let ended = false;
  const exit = once(child, 'exit').then(() => {
    ended = true;
  });
  const stop = async () => {
    if (!ended) child.kill('SIGTERM');
    await exit;
  };
  return {
    stop,
    async until(what, limitMs, look, log) {
      for (const begin = performance.now(); performance.now() - begin < limitMs && !ended; await delay(50)) {
        const found = await look();
        if (found !== undefined) return found;
      }
      await stop();
      throw new Error(`${what} did not start: ${await log()}`);
    },
  };
}
