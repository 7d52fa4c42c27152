import cliProgress from 'cli-progress';
import type { CrawlProgress } from '../sync/crawl.ts';
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
        const left = Math.max(0, Math.round((estimatedEndAt - now()) / 1000));
        err.write(
          `folders ${foldersDone} done, ${foldersWaiting} waiting; files ${files}; calls ${calls}; about ${left} s left\n`,
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
      const left = cliProgress.Format.TimeFormat(
        Math.max(0, Math.round((estimatedEndAt - now()) / 1000)),
        { autopadding: false } as never,
        1,
      );
      bar.setTotal(foldersDone + foldersWaiting);
      bar.update(foldersDone, { files, calls, left });
    },
    end: () => bar.stop(),
  };
}
