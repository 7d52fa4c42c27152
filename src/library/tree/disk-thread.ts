import { parentPort } from 'node:worker_threads';
import type { DiskAnswer, DiskQuestion } from './disk.ts';
import { lookAt, writeAll } from './disk-work.ts';

/** The thread behind {@link createDiskThread}: one question after another. */
parentPort?.on('message', ({ work, dir, items }: DiskQuestion) => {
  let answer: DiskAnswer;
  try {
    answer = { results: work === 'look' ? lookAt(dir, items) : writeAll(dir, items) };
  } catch (error) {
    answer = { fault: String(error) };
  }
  parentPort?.postMessage(answer);
});
