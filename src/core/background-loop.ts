import type { Clock } from './clock.ts';

export interface BackgroundLoopOptions {
  clock: Clock;
  /**
   * One turn of the work. It must wait for something real: turns that pause for 0 follow each other at once.
   * @param signal aborts when the loop is stopped
   * @returns the pause after it in milliseconds; undefined = until somebody wakes it
   */
  turn: (signal: AbortSignal) => Promise<number | undefined>;
  /** Hears why a turn threw, unless the loop is being stopped. @returns the pause after it, as `turn` does */
  onError: (error: unknown) => number | undefined;
  /** Before the first turn. Default: 0 */
  firstPauseMs?: number;
  /** No pause is longer, whatever a turn says. Default: none */
  maxPauseMs?: number;
}

/** Work that goes on beside everything else, turn after turn, until it is stopped; no fault of a turn ends it. */
export interface BackgroundLoop {
  /** Aborts when the loop is stopped. */
  readonly signal: AbortSignal;
  /** Begins, once; a loop that was stopped does not begin again. */
  start(): void;
  /** Cuts the pause short. In mid-turn: the next one follows at once. */
  wake(): void;
  /** Whether it was started and not stopped. */
  isRunning(): boolean;
  /** Aborts the signal. Resolves when no turn runs any more. */
  stop(): Promise<void>;
}

export function createBackgroundLoop(options: BackgroundLoopOptions): BackgroundLoop {
  const { clock, turn, onError, firstPauseMs = 0, maxPauseMs = Number.POSITIVE_INFINITY } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  let pause = new AbortController();
  let ended: Promise<void> | undefined;

  async function rest(ms: number): Promise<void> {
    if (ms > 0 && !pause.signal.aborted) await clock.sleep(ms, pause.signal).catch(() => undefined);
  }

  async function run(): Promise<void> {
    await rest(firstPauseMs);
    while (!signal.aborted) {
      // Made before the turn: who wakes the loop in mid-turn is heard.
      pause = new AbortController();
      let ms: number | undefined;
      try {
        ms = await turn(signal);
      } catch (error) {
        if (signal.aborted) return;
        ms = onError(error);
      }
      if (signal.aborted) return;
      await rest(Math.min(ms ?? Number.POSITIVE_INFINITY, maxPauseMs));
    }
  }

  return {
    signal,
    start(): void {
      if (!signal.aborted) ended ??= run();
    },
    wake: () => pause.abort(new Error('woken')),
    isRunning: () => ended !== undefined && !signal.aborted,
    async stop(): Promise<void> {
      stopping.abort(new Error('stopping'));
      pause.abort(signal.reason);
      await ended;
    },
  };
}
