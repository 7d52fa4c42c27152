import cliProgress from 'cli-progress';
import type { Context } from '../context.ts';

/** How far a file is, on a terminal; elsewhere nothing is shown. */
export interface ByteBar {
  /** Begins with the first call. */
  update(done: number, total: number, name: string): void;
  stop(): void;
}

export function createByteBar({ err }: Pick<Context, 'err'>): ByteBar {
  const bar = err.isTTY
    ? new cliProgress.SingleBar(
        { stream: err, format: '{bar} {percentage} % | {name} | {eta_formatted} left', hideCursor: true },
        cliProgress.Presets.shades_classic,
      )
    : undefined;
  let isShown = false;
  return {
    update(done, total, name) {
      if (!isShown) bar?.start(total, done, { name });
      isShown = true;
      bar?.update(done, { name });
    },
    stop() {
      if (isShown) bar?.stop();
    },
  };
}
