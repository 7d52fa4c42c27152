import { createReadStream } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { createWhirlpool } from 'hash-wasm';

/** The program of the thread of `digest.ts`: it is told a path, says the Whirlpool of what lies there, and ends. */
const { path } = workerData as { path: string };
const hash = (await createWhirlpool()).init();
for await (const piece of createReadStream(path, { highWaterMark: 1024 * 1024 }))
  hash.update(piece as Buffer);
parentPort?.postMessage(hash.digest('hex'));
