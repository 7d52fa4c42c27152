import cliProgress from 'cli-progress';
import type { PurgeAnswer } from '../../api/changes.ts';
import { fromErrorBody } from '../../api/words/errors.ts';
import { systemClock } from '../../core/clock.ts';
import { secondMs } from '../../core/durations.ts';
import { BridgeError } from '../../core/errors.ts';
import { counted, grouped } from '../../core/plural.ts';
import type { Context } from '../context.ts';

type Told<T> =
  | { event: 'progress'; data: PurgeAnswer }
  | { event: 'result'; data: T }
  | { event: 'error'; data: Parameters<typeof fromErrorBody>[0] };

/** Elsewhere than on a terminal, so that a log stays readable. */
const everyMs = 10 * secondMs;

/**
 * What is removed for good, to its end: a folder of many files takes minutes of calls. A bar on a terminal, and a line
 * from time to time elsewhere.
 * @throws BridgeError what the other side refused for
 */
export async function withPurgeView<T>(
  { err }: Pick<Context, 'err'>,
  events: AsyncIterable<Told<T>>,
): Promise<T> {
  const bar = err.isTTY
    ? new cliProgress.SingleBar(
        {
          stream: err,
          format: '{bar} {value}/{total} files removed for good | {folders}',
          hideCursor: true,
          clearOnComplete: true,
        },
        cliProgress.Presets.shades_classic,
      )
    : undefined;
  let toldAt = systemClock.now();
  let isShown = false;
  try {
    for await (const one of events) {
      if (one.event === 'error') throw fromErrorBody(one.data);
      if (one.event === 'result') return one.data;
      const { files, removedFiles } = one.data;
      const folders = foldersOf(one.data);
      if (bar && !isShown) bar.start(files, removedFiles, { folders });
      isShown = true;
      bar?.setTotal(files);
      bar?.update(removedFiles, { folders });
      if (bar || systemClock.now() - toldAt < everyMs) continue;
      toldAt = systemClock.now();
      err.write(`${grouped(removedFiles)} of ${counted(files, 'file')} removed for good; ${folders}\n`);
    }
  } finally {
    if (isShown) bar?.stop();
  }
  throw new BridgeError('BRIDGE_OWNER_GONE', { detail: 'what it removes goes on there' });
}

const foldersOf = ({ listed, removedFolders }: PurgeAnswer) =>
  `${counted(listed, 'folder')} looked into, ${grouped(removedFolders)} removed`;
