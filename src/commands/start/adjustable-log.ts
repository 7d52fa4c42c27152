import type { LiveSettings } from '../../../config/live-settings.ts';
import type { FileId } from '../../core/ids.ts';
import type { Log } from '../../core/log.ts';
import { createProcessLog } from './process-log.ts';

type LogParts = Parameters<typeof createProcessLog>;

/** The log of `serve`: how much it says can be changed while it runs. */
export interface AdjustableLog extends Log {
  /** How files are called from now on. */
  nameFiles(nameOf: (id: FileId) => string | undefined): void;
}

export function createAdjustableLog(
  { settings, onChange }: LiveSettings,
  stream: LogParts[1],
  destination: LogParts[2],
): AdjustableLog {
  let nameOf = (_id: FileId): string | undefined => undefined;
  const logNow = () => createProcessLog({ ...settings.log }, stream, destination, (id) => nameOf(id));
  let log = logNow();
  onChange(() => {
    log = logNow();
  });
  return {
    debug: (values, words) => log.debug(values, words),
    info: (values, words) => log.info(values, words),
    warn: (values, words) => log.warn(values, words),
    error: (values, words) => log.error(values, words),
    plain: (values, words) => log.plain(values, words),
    nameFiles(next) {
      nameOf = next;
    },
  };
}
