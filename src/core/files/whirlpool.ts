import { Worker } from 'node:worker_threads';
import { compileCacheEnv } from '../compile-cache.ts';

/** The Whirlpool of a file that is still being written. It is read behind the writing, so that little is left at the end. */
export interface FollowedWhirlpool {
  /** The first so many bytes are there, and stay as they are. */
  upTo(bytes: number): void;
  /** All of it is there. @returns 128 hexadecimal digits @throws the fault of the disk */
  whole(sizeBytes: number): Promise<string>;
  /** Reads no more. May be called twice. */
  close(): void;
}

function startThread(path: string, follows: boolean): Worker {
  return new Worker(new URL('./whirlpool-thread.ts', import.meta.url), {
    workerData: { path, follows },
    env: compileCacheEnv(),
    execArgv: [],
  });
}

/**
 * The Whirlpool of a file of this machine, 128 hexadecimal digits. It takes ten seconds a gigabyte, in a thread of its
 * own: OpenSSL 3 offers that hash no longer.
 * @throws the fault of the disk; the signal's reason
 */
export function whirlpoolOfFile(path: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const worker = startThread(path, false);
    const end = (done: () => void) => {
      signal.removeEventListener('abort', stop);
      void worker.terminate();
      done();
    };
    const stop = () => end(() => reject(signal.reason));
    signal.addEventListener('abort', stop, { once: true });
    worker.once('message', (digest: string) => end(() => resolve(digest)));
    worker.once('error', (error) => end(() => reject(error)));
    worker.once('exit', () => end(() => reject(new Error('the thread ended before it had read the file'))));
  });
}

/** Follows a file that is there already, empty or not. */
export function followWhirlpool(path: string): FollowedWhirlpool {
  const worker = startThread(path, true);
  const digest = new Promise<string>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the thread ended before it had read the file')));
  });
  // Nobody waits for it until the whole is asked for.
  worker.unref();
  // Whoever has given up does not ask for it.
  digest.catch(() => undefined);
  return {
    upTo: (bytes) => worker.postMessage({ upTo: bytes, isAll: false }),
    whole(sizeBytes) {
      worker.ref();
      worker.postMessage({ upTo: sizeBytes, isAll: true });
      // Its end is not waited for: where films go first, it may take a while.
      return digest.finally(() => void worker.terminate());
    },
    close: () => void worker.terminate(),
  };
}
