import { setFlagsFromString } from 'node:v8';

/**
 * Runs long work that makes much garbage with a heap that grows by a third at a time instead of fourfold, and whose
 * young objects stay in the space they start with. V8 takes its measure from the machine's memory; a box at home has
 * better uses for it. Films alone keep V8's own measure: it moves bytes faster.
 */
export async function inLowMemoryMode<T>(work: () => Promise<T>): Promise<T> {
  setFlagsFromString('--heap-growing-percent=30');
  setFlagsFromString('--semi-space-growth-factor=1');
  try {
    return await work();
  } finally {
    setFlagsFromString('--heap-growing-percent=0');
    setFlagsFromString('--semi-space-growth-factor=2');
  }
}
