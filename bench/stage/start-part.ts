import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { cleanEnv, serveArguments, serveEnv } from '../../test/fixtures/bridge-process.ts';
import type { FromPart, Shape } from './part.ts';

/** A process of the bench that runs. */
export interface Part<S extends Shape> {
  facts: S['facts'];
  pid: number;
  ask(question: S['question']): Promise<S['answer']>;
  stop(): Promise<void>;
}

/** How `npm start` has Node run: with its settings, and out of the cache of what was compiled before. */
const servedArguments = [
  ...serveArguments.filter((word) => word.startsWith('--')),
  `--import=${new URL('../../src/compile-cache.js', import.meta.url)}`,
];

/** @param asServed as `npm start` has Node run */
export async function startPart<S extends Shape>(
  name: string,
  options: S['options'],
  asServed = false,
): Promise<Part<S>> {
  const file = fileURLToPath(new URL(`../parts/${name}.ts`, import.meta.url));
  const child = fork(file, [], {
    env: asServed ? { ...cleanEnv(), ...serveEnv } : cleanEnv(),
    execArgv: asServed ? servedArguments : [],
  });
  const waiting = new Map<number, { resolve: (answer: S['answer']) => void; reject: (why: Error) => void }>();
  let lastId = 0;
  let ended = false;
  const exit = once(child, 'exit').then(([code]) => {
    ended = true;
    for (const one of waiting.values()) one.reject(new Error(`${name} ended with ${code}`));
  });
  const facts = new Promise<S['facts']>((resolve, reject) => {
    void exit.then(() => reject(new Error(`${name} ended before it was ready`)));
    child.on('message', (message: FromPart) => {
      if ('facts' in message) return resolve(message.facts);
      const one = waiting.get(message.id);
      waiting.delete(message.id);
      if ('answer' in message) one?.resolve(message.answer);
      else one?.reject(new Error(`${name}: ${'failed' in message ? message.failed : 'no answer'}`));
    });
  });
  child.send({ options });
  return {
    facts: await facts,
    pid: child.pid as number,
    ask: (question) =>
      new Promise((resolve, reject) => {
        const id = ++lastId;
        waiting.set(id, { resolve, reject });
        child.send({ id, question });
      }),
    async stop() {
      if (!ended) child.disconnect();
      await exit;
    },
  };
}
