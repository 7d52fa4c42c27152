import cliProgress from 'cli-progress';
import { systemClock } from '../../core/clock.ts';
import type { Context } from '../context.ts';
import { duration } from './time.ts';

/** How far a file is, on a terminal; elsewhere nothing is shown. */
export interface ByteBar {
  /** Begins with the first call. */
  update(done: number, total: number, name: string): void;
  /** Writes something that stays, above the bar. */
  aside(write: () => void): void;
  stop(): void;
}

export function createByteBar({ err }: Pick<Context, 'err'>): ByteBar {
  const bar = err.isTTY
    ? new cliProgress.SingleBar(
        {
          stream: err,
          format: '{bar} {percentage} % | {name} | {left} left',
          hideCursor: true,
          clearOnComplete: true,
        },
        cliProgress.Presets.shades_classic,
      )
    : undefined;
  let shown: { done: number; total: number; name: string } | undefined;
  let isShown = false;
  /** Of the bytes that came while somebody looked: those that were there before came at no known pace. */
  let began: { at: number; done: number } | undefined;

  /** The bar's own estimate begins anew whenever something is written above it. */
  function leftAt(done: number, total: number): string {
    began ??= { at: systemClock.now(), done };
    const perMs = (done - began.done) / (systemClock.now() - began.at);
    return perMs > 0 ? duration((total - done) / perMs) : '?';
  }

  function update(done: number, total: number, name: string): void {
    const payload = { name, left: leftAt(done, total) };
    if (!isShown || shown?.total !== total) bar?.start(total, done, payload);
    isShown = true;
    shown = { done, total, name };
    bar?.update(done, payload);
  }

  function stop(): void {
    if (isShown) bar?.stop();
    isShown = false;
  }

  return {
    update,
    aside(write) {
      const last = isShown ? shown : undefined;
      stop();
      write();
      if (last) update(last.done, last.total, last.name);
    },
    stop,
  };
}
