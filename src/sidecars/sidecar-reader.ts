import { Worker } from 'node:worker_threads';
import type { Clock } from '../core/clock.ts';
import { compileCacheEnv } from '../core/compile-cache.ts';
import { secondMs } from '../core/durations.ts';
import type { SideCarContent } from '../library/sidecars/sidecar-content.ts';

/** Makes of a side-car's bytes what media servers read, where no file can hold anybody up. */
export interface SidecarReader {
  /**
   * @param language what the name says, if anything
   * @returns undefined when the file is nothing of the kind
   * @throws TookReaderDown; the signal's reason
   */
  read(
    name: string,
    bytes: Buffer,
    language: string | undefined,
    signal: AbortSignal,
  ): Promise<SideCarContent | undefined>;
  /** Gives its memory back until it is asked again. */
  rest(): Promise<void>;
}

/** A file that took too long, too much memory, or ended the thread that read it. The message says which. */
export class TookReaderDown extends Error {
  override readonly name = 'TookReaderDown';
}

export interface SidecarReaderOptions {
  /** The machine's own: the limit is one of work, whatever time of day somebody says it is. */
  clock: Clock;
  /** Of work: on a busy machine a good file may wait for long. An ordinary one takes some milliseconds. */
  workLimitMs?: number;
  maxHeapMb?: number;
  /** What runs in the thread. */
  program?: URL;
}

export interface ThreadQuestion {
  name: string;
  bytes: Uint8Array;
  language: string | undefined;
}

export type ThreadAnswer = (Omit<SideCarContent, 'bytes'> & { bytes: Uint8Array }) | 'no side-car';

/** A thread that starts when it is asked for the first time, and anew after a file that took it down. */
export function createSidecarReader(options: SidecarReaderOptions): SidecarReader {
  const { clock, workLimitMs = 5 * secondMs, maxHeapMb = 128 } = options;
  const { program = new URL('./reading-thread.ts', import.meta.url) } = options;
  let thread: Worker | undefined;
  let before: Promise<unknown> = Promise.resolve();

  function start(): Worker {
    const worker = new Worker(program, {
      env: compileCacheEnv(),
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: maxHeapMb, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 },
    });
    worker.on('exit', () => {
      if (thread === worker) thread = undefined;
    });
    // Heard here too, so that one between two files ends nothing.
    worker.on('error', () => undefined);
    return worker;
  }

  async function ask(question: ThreadQuestion, signal: AbortSignal): Promise<ThreadAnswer> {
    signal.throwIfAborted();
    thread ??= start();
    const worker = thread;
    const over = new AbortController();
    let hasAnswered = false;
    worker.ref();
    try {
      const answer = await new Promise<ThreadAnswer>((resolve, reject) => {
        const { signal: end } = over;
        const failed = (error: Error) => reject(new TookReaderDown(wordsOf(error)));
        const ended = () => reject(new TookReaderDown('it ended the thread that read it'));
        worker.on('message', resolve).on('error', failed).on('exit', ended);
        const forget = () => worker.off('message', resolve).off('error', failed).off('exit', ended);
        end.addEventListener('abort', forget, { once: true });
        signal.addEventListener('abort', () => reject(signal.reason), { once: true, signal: end });
        watch(worker, end).then(
          () => reject(new TookReaderDown(`it was not read with ${workLimitMs / secondMs} s of work`)),
          () => undefined,
        );
        worker.postMessage(question);
      });
      hasAnswered = true;
      return answer;
    } finally {
      over.abort();
      worker.unref();
      if (!hasAnswered) await end(worker);
    }
  }

  /** Resolves when the thread has worked too long, or has been waited for ten times as long. */
  async function watch(worker: Worker, over: AbortSignal): Promise<void> {
    const before = await workMs(worker);
    for (let tries = 0; tries < 20; tries++) {
      await clock.sleep(workLimitMs / 2, over);
      if ((await workMs(worker)) - before >= workLimitMs) return;
    }
  }

  async function end(worker: Worker): Promise<void> {
    if (thread === worker) thread = undefined;
    await worker.terminate();
  }

  return {
    read(name, bytes, language, signal) {
      const reading = before.then(async () => {
        const answer = await ask({ name, bytes, language }, signal);
        if (answer === 'no side-car') return undefined;
        const { buffer, byteOffset, byteLength } = answer.bytes;
        return { ...answer, bytes: Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength) };
      });
      before = reading.catch(() => undefined);
      return reading;
    },

    async rest() {
      await before;
      if (thread) await end(thread);
    },
  };
}

/** Of the processor, so far; none by a thread that is not there yet, or no more. */
async function workMs(worker: Worker): Promise<number> {
  const { user, system } = await worker.cpuUsage().catch(() => ({ user: 0, system: 0 }));
  return (user + system) / 1000;
}

function wordsOf(error: Error): string {
  const isOfMemory = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
  return isOfMemory ? 'it took too much memory' : `it failed the thread that read it (${error.name})`;
}
