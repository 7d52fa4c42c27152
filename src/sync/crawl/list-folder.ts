import { accountTrashName } from '../../catalog/account/account-trash.ts';
import type { Listing } from '../../catalog/account/listing.ts';
import type { OwnWord } from '../../catalog/account/own-word.ts';
import type { Clock } from '../../core/clock.ts';
import { type FolderId, rootFolderId } from '../../core/ids.ts';
import type { Log } from '../../core/log.ts';
import type { Host } from '../../host/host.ts';

/** Lists one folder as the catalog takes it, in at most so many calls. @throws BridgeError of the host */
export type ListFolder = (folderId: FolderId, maxCalls?: number) => Promise<Listing>;

export interface ListFolderOptions {
  host: Pick<Host, 'listFolder' | 'limits'>;
  clock: Pick<Clock, 'now'>;
  /** Whose word stands for what we change meanwhile. */
  catalog: { ownWord: Pick<OwnWord, 'mark'> };
  log: Log;
  signal: AbortSignal;
  /** Longest wait for a turn: a lock that lasts longer stops the crawl, which goes on later. */
  deadlineMs: number;
  /** Called before each call to the host. */
  onCall: () => void;
}

/** Makes the function by which folders are listed for the library. */
export function createListFolder(options: ListFolderOptions): ListFolder {
  const { host, catalog, clock, log, signal, deadlineMs, onCall } = options;
  return async (folderId, maxCalls) => {
    const asked = catalog.ownWord.mark();
    const call = { urgency: 'index', signal, deadlineMs, onTurn: onCall } as const;
    const answer = await host.listFolder(folderId, {
      ...call,
      ...(maxCalls !== undefined && { maxCalls }),
    });
    const { name, files, skipped, complete, gaps } = answer;
    if (!complete)
      log.warn(
        { folderId, skipped },
        'a listing may lack entries: nothing in this folder is taken for missing',
      );
    const folders = answer.folders
      .filter((one) => folderId !== rootFolderId || one.name !== accountTrashName)
      .map(({ id, name, createdAt }) => ({ id, name, createdAt }));
    const lateSince = clock.now() - host.limits.listingLagMs;
    return { folderId, name, folders, files, complete, ...(gaps && { gaps }), asked, lateSince };
  };
}
