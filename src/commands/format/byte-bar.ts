import cliProgress from 'cli-progress';
import type { Context } from '../context.ts';

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
          format: '{bar} {percentage} % | {name} | {eta_formatted} left',
          hideCursor: true,
          clearOnComplete: true,
        },
        cliProgress.Presets.shades_classic,
      )
    : undefined;
  let shown: { done: number; total: number; name: string } | undefined;
  let isShown = false;

  function update(done: number, total: number, name: string): void {
    if (!isShown || shown?.total !== total) bar?.start(total, done, { name });
    isShown = true;
    shown = { done, total, name };
    bar?.update(done, { name });
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
