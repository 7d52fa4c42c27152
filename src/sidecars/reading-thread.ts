import { parentPort } from 'node:worker_threads';
import { readSideCar } from '../library/sidecars/sidecar-content.ts';
import type { ThreadAnswer, ThreadQuestion } from './sidecar-reader.ts';

/** The thread behind `createSidecarReader`: one file after another. */
parentPort?.on('message', ({ name, bytes, language }: ThreadQuestion) => {
  const { buffer, byteOffset, byteLength } = bytes;
  const content = readSideCar(name, Buffer.from(buffer, byteOffset, byteLength), language);
  const answer: ThreadAnswer = content ?? 'no side-car';
  parentPort?.postMessage(answer);
});
