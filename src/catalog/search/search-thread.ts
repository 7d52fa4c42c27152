import { parentPort, workerData } from 'node:worker_threads';
import { createTitleIndex, type TitleIndex, type TitlePage, type TitleQuery } from './title-index.ts';

export type TitleAnswer = { page: TitlePage } | { fault: string };

/** The thread behind `createTitleSearch`: one question after another. */
const { file, tree } = workerData as { file: string; tree: string };
let index: TitleIndex | undefined;

parentPort?.on('message', (query: TitleQuery) => {
  parentPort?.postMessage(answerTo(query));
  // Behind the answer, so that the next one knows what came meanwhile.
  try {
    index?.refresh();
  } catch {
    // The next question says why.
  }
});

function answerTo(query: TitleQuery): TitleAnswer {
  try {
    index ??= createTitleIndex(file, tree, () => performance.now());
    return { page: index.find(query) };
  } catch (error) {
    return { fault: String(error) };
  }
}
