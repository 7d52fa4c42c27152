import { parentPort, workerData } from 'node:worker_threads';
import {
  asksForTrait,
  createTitleIndex,
  type TitleIndex,
  type TitlePage,
  type TitleQuery,
} from './title-index.ts';

export type TitleAnswer = { page: TitlePage } | { fault: string };

/** The thread behind `createTitleSearch`: one question after another. */
const { file, tree } = workerData as { file: string; tree: string };
let index: TitleIndex | undefined;
let before = Promise.resolve();

parentPort?.on('message', (query: TitleQuery) => {
  before = before.then(async () => {
    parentPort?.postMessage(await answerTo(query));
    // Behind the answer, so that the next one knows what came meanwhile.
    try {
      index?.refresh();
    } catch {
      // The next question says why.
    }
  });
});

async function answerTo(query: TitleQuery): Promise<TitleAnswer> {
  try {
    index ??= createTitleIndex(file, tree, () => performance.now());
    // What reads names is loaded for those who repair.
    const traits = asksForTrait(query) ? await import('./title-traits.ts') : undefined;
    return { page: index.find(query, traits?.readTraits) };
  } catch (error) {
    return { fault: String(error) };
  }
}
