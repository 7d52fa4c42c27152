import cliProgress from 'cli-progress';
import type { CrawlProgress } from '../sync/crawl/crawl.ts';
import type { Context } from './context.ts';

export interface ProgressView {
  show(progress: CrawlProgress): void;
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
          `folders ${foldersDone} done, ${foldersWaiting} waiting; files ${files}; calls ${calls}; about ${left} left\n`,
        );
      },
      end() {},
    };
  }
  const bar = new cliProgress.SingleBar(
    {
      stream: err,
      format: '{bar} {value}/{total} folders | {files} files | {calls} calls | {left} left',
      hideCursor: true,
    },
    cliProgress.Presets.shades_classic,
  );
  bar.start(1, 0, { files: 0, calls: 0, left: '?' });
  return {
    show({ foldersDone, foldersWaiting, files, calls, estimatedEndAt }) {
      const left = duration(estimatedEndAt - now());
      bar.setTotal(foldersDone + foldersWaiting);
      bar.update(foldersDone, { files, calls, left });
    },
    end: () => bar.stop(),
  };
}

/** A time for a person: `40 s`, `12 min`, `3 h 05 min`. @param ms milliseconds */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}
