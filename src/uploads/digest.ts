import { Worker } from 'node:worker_threads';

/**
 * The Whirlpool of a file of this machine, 128 hexadecimal digits. It takes ten seconds a gigabyte, in a thread of its
 * own: OpenSSL 3 offers that hash no longer.
 * @throws the fault of the disk; the signal's reason
 */
export function whirlpoolOfFile(path: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const worker = new Worker(new URL('./digest-thread.ts', import.meta.url), { workerData: { path } });
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
