import { Worker } from 'node:worker_threads';
import { compileCacheEnv } from '../core/compile-cache.ts';
import {
  findTouched,
  type Noted,
  type PathState,
  statesAt,
  type ToTouch,
  type ToWrite,
  touchAll,
  type Wrote,
  writeAll,
} from './disk-work.ts';

/** Looks and writes below a folder, many files in one go. */
export interface Disk {
  /** What stands at these paths, in their order. */
  states(dir: string, paths: readonly string[]): Promise<PathState[]>;
  /** Writes these files in order, up to a fault of the disk as a whole. @returns as many as were tried */
  write(dir: string, files: readonly ToWrite[]): Promise<Wrote[]>;
  /** Gives these files another time, where they are as they were `seen`. */
  touch(dir: string, files: readonly ToTouch[]): Promise<Wrote[]>;
  /** Places in the list of those that are missing, or have another size or time than was noted. */
  touched(dir: string, files: Noted): Promise<number[]>;
  /** Gives its memory back until it is asked again. */
  rest(): Promise<void>;
}

/** In the caller's thread. */
export const disk: Disk = {
  states: async (dir, paths) => statesAt(dir, paths),
  write: async (dir, files) => writeAll(dir, files),
  touch: async (dir, files) => touchAll(dir, files),
  touched: async (dir, files) => findTouched(dir, files),
  rest: async () => undefined,
};

export type DiskQuestion =
  | { work: 'states'; dir: string; items: readonly string[] }
  | { work: 'write'; dir: string; items: readonly ToWrite[] }
  | { work: 'touch'; dir: string; items: readonly ToTouch[] }
  | { work: 'touched'; dir: string; items: Noted };

export type DiskAnswer = { results: PathState[] | Wrote[] | number[] } | { fault: string };

interface PendingQuestion {
  resolve(results: never): void;
  reject(fault: Error): void;
}

/**
 * A disk behind a thread of its own. A film must not wait for a slow network share, and a promise for each step of
 * 200,000 files costs four times what the steps do. The thread starts when it is asked for the first time.
 */
export function createDiskThread(): Disk {
  let thread: Thread | undefined;

  function start(): Thread {
    const worker = new Worker(new URL('./disk-thread.ts', import.meta.url), {
      env: compileCacheEnv(),
      execArgv: [],
      resourceLimits: { maxYoungGenerationSizeMb: 2 },
    });
    const waiting: PendingQuestion[] = [];
    const one = { worker, waiting };
    const failed = (fault: Error) => {
      if (thread === one) thread = undefined;
      for (const { reject } of waiting.splice(0)) reject(fault);
    };
    worker.on('message', (answer: DiskAnswer) => {
      const first = waiting.shift();
      if (waiting.length === 0) worker.unref();
      if ('fault' in answer) first?.reject(new Error(answer.fault));
      else first?.resolve(answer.results as never);
    });
    worker.on('error', failed);
    worker.on('exit', () => failed(new Error('the thread of the disk has ended')));
    thread = one;
    return one;
  }

  const ask = <T>(question: DiskQuestion): Promise<T> =>
    new Promise((resolve, reject) => {
      const { worker, waiting } = thread ?? start();
      worker.postMessage(question);
      worker.ref();
      waiting.push({ resolve, reject });
    });

  return {
    states: (dir, items) => ask({ work: 'states', dir, items }),
    write: (dir, items) => ask({ work: 'write', dir, items }),
    touch: (dir, items) => ask({ work: 'touch', dir, items }),
    touched: (dir, items) => ask({ work: 'touched', dir, items }),
    async rest() {
      const one = thread;
      if (!one || one.waiting.length > 0) return;
      thread = undefined;
      await one.worker.terminate();
    },
  };
}

/** One that ends late fails its own questions alone: a next one may have been started by then. */
interface Thread {
  worker: Worker;
  /** Answers come in the order of the questions. */
  waiting: PendingQuestion[];
}
