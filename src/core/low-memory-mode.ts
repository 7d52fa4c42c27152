import { executionAsyncResource } from 'node:async_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * By how many percent what lives may grow, in the heap and outside of it, until all of it is looked through again. V8 by
 * itself takes its measure from how fast it grew until then: after the collection of a start, and a sync, it looked up to
 * ten times a second where films are sent, whose bytes lie outside, and a film took twice the CPU.
 */
const growingPercent = 100;
const growingPercentAtWork = 30;

/**
 * Runs long work that makes much garbage with a heap that grows by a third at a time instead of twofold, and whose
 * young objects stay in the space they start with. V8 takes its measure from the machine's memory; a box at home has
 * better uses for it. Films alone keep another measure: it moves bytes faster.
 */
export async function inLowMemoryMode<T>(work: () => Promise<T>): Promise<T> {
  setFlagsFromString(`--heap-growing-percent=${growingPercentAtWork}`);
  setFlagsFromString('--semi-space-growth-factor=1');
  try {
    return await work();
  } finally {
    setFlagsFromString(`--heap-growing-percent=${growingPercent}`);
    setFlagsFromString('--semi-space-growth-factor=2');
  }
}

/** For a process that lives long and keeps much. To be called before anything is loaded. */
export function keepProcessSmall(): void {
  // Where a page of a listing happens to live through a collection or two, V8 puts all that follow among what lives long,
  // and 100,000 entries fill the heap with rows that nobody needs any more.
  setFlagsFromString('--no-allocation-site-pretenuring');
  // What the faster one of V8's compilers worked with is taken away when it is done. V8 leaves that to another thread, which
  // comes late: after a burst of requests it stands between what stays, and serve is 12 MB larger for as long as it lives.
  setFlagsFromString('--no-maglev-destroy-on-background');
  setFlagsFromString(`--heap-growing-percent=${growingPercent}`);
}

let tickInHand: object | undefined;

/**
 * Keeps `process.nextTick` as fast as it is at first: to be called before the first collection. A collection that saves
 * memory forgets the shape of objects that nobody holds, and a tick lives for a moment only. V8 then takes each of its
 * fields for one of many shapes, and never comes back from that: a tick costs 0.5 in the place of 0.1 us, an answer makes
 * six, and a redirect takes 15 % more CPU for as long as the process lives. So one tick is held for ever.
 */
export function keepTicksFast(): void {
  if (tickInHand) return;
  process.nextTick(() => {
    tickInHand = executionAsyncResource();
  });
}

/**
 * Gives back what a start leaves: some 20 MB are what reading and compiling the program has made, and V8 would keep them
 * for as long as little happens. Nothing else runs meanwhile (some 60 ms): to be called before anybody can connect.
 */
export function giveBackMemoryOfStart(): void {
  // Node shows it only to who asks for it; how Jest does it, too.
  setFlagsFromString('--expose-gc');
  const collect: NodeJS.GCFunction = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  collect({ type: 'major', flavor: 'last-resort' });
}
