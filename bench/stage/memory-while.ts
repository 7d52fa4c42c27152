import { setTimeout as delay } from 'node:timers/promises';
import { memoryOf } from './process-memory.ts';

const sampleMs = 500;

export interface MemoryWhile<T> {
  answer: T;
  idleMb: number;
  /** The most that was seen; also of the first third of the time and of the last, which tell what is flat. */
  maxMb: number;
  firstMb: number;
  lastMb: number;
}

/** Resident memory of a process before and during some work. */
export async function memoryWhile<T>(pid: number, work: () => Promise<T>): Promise<MemoryWhile<T>> {
  const idleMb = (await memoryOf(pid)).nowMb;
  const samples: number[] = [];
  let isOver = false;
  const running = work().finally(() => {
    isOver = true;
  });
  while (!isOver) {
    samples.push((await memoryOf(pid)).nowMb);
    await Promise.race([delay(sampleMs), running.catch(() => undefined)]);
  }
  const third = Math.ceil(samples.length / 3);
  return {
    answer: await running,
    idleMb,
    maxMb: Math.max(...samples),
    firstMb: Math.max(...samples.slice(0, third)),
    lastMb: Math.max(...samples.slice(-third)),
  };
}
