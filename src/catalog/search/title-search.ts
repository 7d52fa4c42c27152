import { Worker } from 'node:worker_threads';
import type { Clock } from '../../core/clock.ts';
import { compileCacheEnv } from '../../core/compile-cache.ts';
import { minuteMs } from '../../core/durations.ts';
import type { TitleAnswer } from './search-thread.ts';
import type { TitlePage, TitleQuery } from './title-index.ts';

export type { FoundTitle } from './title-list.ts';

export interface TitleSearchOptions {
  /** The file of the catalog; it is there when the first question comes. */
  file: string;
  /** Name of the tree whose titles they are. */
  tree: string;
  clock: Pick<Clock, 'sleep'>;
}

/** Nobody has looked for anything for so long: its memory goes back. */
const idleMs = 10 * minuteMs;

interface PendingQuery {
  resolve(page: TitlePage): void;
  reject(fault: Error): void;
}

/**
 * The titles of the library as somebody who types looks for them, in a thread of its own: films go on while a hundred
 * thousand names are read. The thread starts with the first question and ends when nobody asks any more.
 */
export interface TitleSearch {
  /** @throws Error where the catalog cannot be read */
  find(query: TitleQuery): Promise<TitlePage>;
  close(): Promise<void>;
}

export function createTitleSearch({ file, tree, clock }: TitleSearchOptions): TitleSearch {
  let thread: { worker: Worker; waiting: PendingQuery[] } | undefined;
  let isClosed = false;
  let idle = new AbortController();

  function start() {
    const worker = new Worker(new URL('./search-thread.ts', import.meta.url), {
      env: compileCacheEnv(),
      execArgv: [],
      workerData: { file, tree },
    });
    const one = { worker, waiting: [] as PendingQuery[] };
    const failed = (fault: Error) => {
      if (thread === one) thread = undefined;
      for (const { reject } of one.waiting.splice(0)) reject(fault);
    };
    worker.on('message', (answer: TitleAnswer) => {
      const first = one.waiting.shift();
      if (one.waiting.length === 0) worker.unref();
      if ('fault' in answer) first?.reject(new Error(answer.fault));
      else first?.resolve(answer.page);
    });
    worker.on('error', failed);
    worker.on('exit', () => failed(new Error('the thread of the search has ended')));
    thread = one;
    return one;
  }

  async function end(): Promise<void> {
    const one = thread;
    thread = undefined;
    await one?.worker.terminate();
  }

  /** Ends the thread when nothing is asked for long. */
  function restLater(): void {
    idle.abort();
    idle = new AbortController();
    clock.sleep(idleMs, idle.signal).then(end, () => undefined);
  }

  return {
    find(query) {
      if (isClosed) return Promise.reject(new Error('the search is closed'));
      restLater();
      const { worker, waiting } = thread ?? start();
      return new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        worker.ref();
        worker.postMessage(query);
      });
    },

    async close() {
      isClosed = true;
      idle.abort();
      await end();
    },
  };
}
