import { isBridgeError } from '../core/errors.ts';
import { lockFile, whileLocked } from '../core/files/file-lock.ts';
import { createSerialQueue } from '../core/serial-queue.ts';

/**
 * Who may write down listings and bring the trees up to date: one sync, which takes long, or one short piece of work after
 * the other. Between processes a lock tells; within this one, short work waits for short work.
 */
export interface TreeTurns {
  /** A sync. Short work that was begun is waited for. @throws BridgeError BRIDGE_CRAWL_RUNNING while another one runs */
  sync<T>(work: () => Promise<T>): Promise<T>;
  /** Short work, which must not ask for a turn itself. @throws BridgeError BRIDGE_CRAWL_RUNNING while a sync runs */
  brief<T>(work: () => Promise<T>): Promise<T>;
  /** The same. @returns undefined while a sync runs: then nothing was done */
  briefUnlessSynced<T>(work: () => Promise<T>): Promise<{ done: T } | undefined>;
  /**
   * Short work that can be done in the middle of a sync of this process, too: a crawl may take hours. A sync that is asked
   * for meanwhile waits for it.
   * @param work is told whether a sync has the turn
   * @throws BridgeError BRIDGE_CRAWL_RUNNING while another process syncs
   */
  alsoBesideSync<T>(work: (isBeside: boolean) => Promise<T>): Promise<T>;
  /** Whether a sync of this process has its turn. */
  isSynced(): boolean;
}

/** @param lockPath the lock of syncs, across processes */
export function createTreeTurns(lockPath: string): TreeTurns {
  const queue = createSerialQueue();
  const code = 'BRIDGE_CRAWL_RUNNING';
  let isSynced = false;

  const brief: TreeTurns['brief'] = (work) => queue.take(() => whileLocked(lockPath, code, work));

  return {
    isSynced: () => isSynced,
    brief,

    async briefUnlessSynced(work) {
      let hasBegun = false;
      try {
        const done = await brief(() => {
          hasBegun = true;
          return work();
        });
        return { done };
      } catch (error) {
        if (!hasBegun && isBridgeError(error, code)) return undefined;
        throw error;
      }
    },

    alsoBesideSync: (work) =>
      queue.take(async () => {
        const unlock = isSynced ? undefined : lockFile(lockPath, code);
        try {
          return await work(unlock === undefined);
        } finally {
          unlock?.();
        }
      }),

    async sync(work) {
      const release = await queue.take(async () => {
        const unlock = lockFile(lockPath, code);
        isSynced = true;
        return () => {
          isSynced = false;
          unlock();
        };
      });
      try {
        return await work();
      } finally {
        release();
      }
    },
  };
}
