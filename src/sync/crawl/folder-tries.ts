import type { Clock } from '../../core/clock.ts';
import { secondMs } from '../../core/durations.ts';
import { type BridgeError, isBridgeError } from '../../core/errors.ts';

/** Tries for one folder before the crawl stops for now. */
const triesPerFolder = 3;

export interface FolderTriesOptions {
  clock: Clock;
  signal: AbortSignal;
  /** One folder is never listed sooner than this after its last listing. */
  folderIntervalMs: number;
}

/** When one folder is asked for, and asked for again. */
export interface FolderTries {
  /**
   * The same folder never sooner than its interval, also after a restart, when the governor has forgotten.
   * @param listedAt milliseconds UTC @throws the signal's reason
   */
  waitForInterval(listedAt: number | undefined): Promise<void>;
  /** Again after a failure that may pass. @throws the last failure; a lock at once; the signal's reason */
  run<T>(attempt: () => Promise<T>): Promise<T>;
}

export function createFolderTries({ clock, signal, folderIntervalMs }: FolderTriesOptions): FolderTries {
  return {
    async waitForInterval(listedAt) {
      if (listedAt === undefined || listedAt > clock.now()) return;
      const waitMs = listedAt + folderIntervalMs - clock.now();
      if (waitMs > 0) await clock.sleep(waitMs, signal);
    },

    async run(attempt) {
      for (let failures = 1; ; failures++) {
        try {
          return await attempt();
        } catch (error) {
          const passes = isBridgeError(error) && error.retryable && !isLock(error);
          if (!passes || failures >= triesPerFolder) throw error;
          await clock.sleep(Math.max(0, (error.retryAt ?? 0) - clock.now(), secondMs * failures), signal);
        }
      }
    },
  };
}

/** The whole account has to wait: the crawl stops and goes on later. */
function isLock(error: BridgeError): boolean {
  return error.code !== 'BRIDGE_HOST_TIMEOUT' && error.code !== 'BRIDGE_HOST_ODD_ANSWER';
}

/** This one folder cannot be listed; that says nothing about the others. */
export function isFolderFault(error: unknown): error is BridgeError {
  const codes = [
    'BRIDGE_HOST_FILE_GONE',
    'BRIDGE_HOST_FORBIDDEN',
    'BRIDGE_HOST_PASSWORD',
    'BRIDGE_HOST_REFUSED',
    'BRIDGE_HOST_ODD_ANSWER',
  ];
  return isBridgeError(error) && codes.includes(error.code);
}
