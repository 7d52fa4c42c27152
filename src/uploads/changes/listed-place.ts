import { isBridgeError } from '../../core/errors.ts';
import type { FolderId } from '../../core/ids.ts';
import type { FolderListing, Host } from '../../host/host.ts';

/** What the host says lies in a folder now; nothing at all, and surely so, in one that is gone. */
export type ListedPlace = Pick<FolderListing, 'files' | 'folders' | 'complete'>;

/** Something of the account, whatever it is called. */
export interface HostEntry {
  kind: 'file' | 'folder';
  hostId: string;
}

/** Asks the host what lies in a folder. @throws BridgeError of the host; the signal's reason */
export async function listPlace(
  host: Pick<Host, 'listFolder'>,
  folderId: FolderId,
  signal: AbortSignal,
): Promise<ListedPlace> {
  try {
    return await host.listFolder(folderId, { urgency: 'write', signal });
  } catch (error) {
    if (!isBridgeError(error, 'BRIDGE_HOST_FILE_GONE')) throw error;
    return { files: [], folders: [], complete: true };
  }
}

/** The one of this id in a listing. */
export function namedIn(listing: ListedPlace, { kind, hostId }: HostEntry): { name: string } | undefined {
  const entries: readonly { id: string; name: string }[] = kind === 'file' ? listing.files : listing.folders;
  return entries.find(({ id }) => id === hostId);
}

/** Whether the host names it in a folder; false too where it cannot be asked. */
export async function isListedIn(
  host: Pick<Host, 'listFolder'>,
  folderId: FolderId,
  what: HostEntry,
  signal: AbortSignal,
): Promise<boolean> {
  const listing = await listPlace(host, folderId, signal).catch(() => undefined);
  return listing !== undefined && namedIn(listing, what) !== undefined;
}

/**
 * Whether a folder lacks something for certain. A host may answer with an empty listing once: it is asked again.
 * @param listing what it has answered just now
 */
export async function isSurelyOut(
  host: Pick<Host, 'listFolder'>,
  folderId: FolderId,
  listing: ListedPlace,
  what: HostEntry,
  signal: AbortSignal,
): Promise<boolean> {
  if (!listing.complete || namedIn(listing, what)) return false;
  const again = await listPlace(host, folderId, signal);
  return again.complete && namedIn(again, what) === undefined;
}
