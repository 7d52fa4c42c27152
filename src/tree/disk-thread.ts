import { parentPort } from 'node:worker_threads';
import type { DiskAnswer, DiskQuestion } from './disk.ts';
import { findTouched, statesAt, touchAll, writeAll } from './disk-work.ts';

/** The thread behind {@link createDiskThread}: one question after another. */
parentPort?.on('message', (question: DiskQuestion) => {
  let answer: DiskAnswer;
  try {
    answer = { results: resultsOf(question) };
  } catch (error) {
    answer = { fault: String(error) };
  }
  parentPort?.postMessage(answer);
});

function resultsOf({ work, dir, items }: DiskQuestion) {
  if (work === 'states') return statesAt(dir, items);
  if (work === 'touch') return touchAll(dir, items);
  return work === 'write' ? writeAll(dir, items) : findTouched(dir, items);
}
