import cliProgress from 'cli-progress';
import { counted, grouped } from '../core/plural.ts';
import type { CrawlProgress } from '../sync/crawl/crawl.ts';
import type { Context } from './context.ts';
import { duration } from './format/time.ts';

export { duration };

/** How far a sync is, told to a person. */
export interface ProgressView {
  show(progress: CrawlProgress): void;
  /** Nothing is shown from now on. */
  end(): void;
}

/** A bar on a terminal; elsewhere one line per step, at most one a second so that a log stays readable. */
export function createProgress({ err }: Pick<Context, 'err'>, now: () => number): ProgressView {
  if (!err.isTTY) {
    let shownAt = 0;
    return {
      show({ foldersDone, foldersWaiting, files, calls, estimatedEndAt }) {
        if (foldersWaiting > 0 && now() - shownAt < 1000) return;
        shownAt = now();
        const left = duration(estimatedEndAt - now());
        err.write(
          `folders ${grouped(foldersDone)} done, ${grouped(foldersWaiting)} waiting; files ${grouped(files)}; calls ${grouped(calls)}; about ${left} left\n`,
        );
      },
      end() {},
    };
  }
  const bar = new cliProgress.SingleBar(
    {
      stream: err,
      format: '{bar} {value}/{total} folders | {files} | {calls} | {left} left',
      hideCursor: true,
    },
    cliProgress.Presets.shades_classic,
  );
  bar.start(1, 0, { files: counted(0, 'file'), calls: counted(0, 'call'), left: '?' });
  return {
    show({ foldersDone, foldersWaiting, files, calls, estimatedEndAt }) {
      const left = duration(estimatedEndAt - now());
      bar.setTotal(foldersDone + foldersWaiting);
      bar.update(foldersDone, { files: counted(files, 'file'), calls: counted(calls, 'call'), left });
    },
    end: () => bar.stop(),
  };
}
