import { basename, join } from 'node:path';
import type { Catalog } from '../catalog/catalog.ts';
import type { InboxFile } from '../catalog/inbox.ts';
import type { FileId } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import { hashOf, isInInbox, standingByHash, writeStrm } from './beside.ts';

export interface FollowAddressesOptions {
  catalog: Pick<Catalog, 'inbox'>;
  strmOf: (fileId: FileId, name: string) => string;
  log: Log;
}

/**
 * STRM files in inboxes follow a new base URL and new keys as those of the trees do: each that still holds what was
 * written is written anew. What a person changed, moved or deleted is left alone and forgotten.
 * @returns how many were written
 */
export type FollowAddresses = (dir: string, signal: AbortSignal) => Promise<number>;

export function createFollowAddresses({ catalog, strmOf, log }: FollowAddressesOptions): FollowAddresses {
  async function follow(file: InboxFile): Promise<boolean> {
    const { dir, fileId, accountPath, strm } = file;
    const content = strmOf(fileId, basename(accountPath));
    const hash = hashOf(content);
    if (!strm || strm.hash === hash) return false;
    const isOurs =
      (await isInInbox(dir, strm.path)) && (await standingByHash(dir, strm.path, strm.hash)) === 'same';
    if (!isOurs) {
      // A kill came between the writing and the note.
      if ((await standingByHash(dir, strm.path, hash)) !== 'same') {
        await catalog.inbox.forget(dir, [file.path]);
        return false;
      }
    } else await writeStrm(dir, strm.path, content, { replaces: true });
    await catalog.inbox.put({ ...file, strm: { path: strm.path, hash } });
    return isOurs;
  }

  return async (dir, signal) => {
    let written = 0;
    for (const file of await catalog.inbox.replaced(dir)) {
      signal.throwIfAborted();
      try {
        if (await follow(file)) written++;
      } catch (error) {
        log.warn({ err: error, file: join(dir, file.path) }, 'a STRM file of an inbox keeps its old address');
      }
    }
    return written;
  };
}
