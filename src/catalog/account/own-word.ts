import type { Transaction } from 'kysely';
import { type FileId, type FolderId, toFileId, toFolderId } from '../../core/ids.ts';
import { inList } from '../db/in-list.ts';
import type { Schema } from '../db/schema.ts';
import type { ListedFile, Listing, OwnMark } from './listing-types.ts';

/** Something of the account that we have put, moved, renamed or taken away ourselves, or have found between two crawls. */
export type OwnChange = ({ kind: 'file'; id: FileId } | { kind: 'folder'; id: FolderId }) & {
  /** The folder that it lies in now; none where it is removed for good. */
  to: FolderId | undefined;
};

/**
 * Our own changes since a listing was asked for: the host may have written the listing before it made the change, and of
 * what we did ourselves we know better. Kept in memory alone: no listing outlives the process that asked for it.
 */
export interface OwnWord {
  /** Before a folder is asked for. */
  mark(): OwnMark;
  /** In the transaction that writes the change, after it is written. */
  note(changes: readonly OwnChange[]): void;
  /**
   * A listing as it would be had the host been asked only now, as far as it is about what we changed since `listing.asked`.
   * Part of the caller's transaction.
   */
  amended(trx: Transaction<Schema>, listing: Listing): Promise<Listing>;
}

/** Changes that are remembered. What was asked for before the oldest of them says nothing. */
const maxKept = 20_000;

export function createOwnWord(): OwnWord {
  let [changes, begin]: [OwnChange[], number] = [[], 0];

  return {
    mark: () => (begin + changes.length) as OwnMark,

    note(more) {
      for (const change of more) changes.push(change);
      if (changes.length <= 2 * maxKept) return;
      begin += changes.length - maxKept;
      changes = changes.slice(-maxKept);
    },

    async amended(trx, listing) {
      const { asked } = listing;
      if (asked === undefined || asked === begin + changes.length) return listing;
      if (asked < begin) return { ...listing, files: [], folders: [], complete: false };
      const newest = new Map(changes.slice(asked - begin).map((one) => [`${one.kind}:${one.id}`, one]));
      const here = [...newest.values()].filter(({ to }) => to === listing.folderId);
      const idsOf = (kind: OwnChange['kind']) => here.flatMap((one) => (one.kind === kind ? [one.id] : []));
      const files = listing.files.filter(({ id }) => !newest.has(`file:${id}`));
      const folders = listing.folders.filter(({ id }) => !newest.has(`folder:${id}`));
      return {
        ...listing,
        files: [...files, ...(await filesAt(trx, listing.folderId, idsOf('file')))],
        folders: [...folders, ...(await foldersAt(trx, listing.folderId, idsOf('folder')))],
      };
    },
  };
}

/** Those of these files that lie in a folder, as a listing would name them. */
async function filesAt(
  trx: Transaction<Schema>,
  folderId: FolderId,
  ids: readonly string[],
): Promise<ListedFile[]> {
  if (ids.length === 0) return [];
  const rows = await trx
    .selectFrom('files')
    .select(['id', 'url', 'name', 'size_bytes', 'sent_at', 'content_type', 'checksum'])
    .select(['has_password', 'has_access_rules'])
    .where('id', 'in', inList(ids.map(toFileId)))
    .where('folder_id', '=', folderId)
    .where('gone_at', 'is', null)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    url: row.url,
    name: row.name,
    sizeBytes: row.size_bytes,
    sentAt: row.sent_at ?? undefined,
    contentType: row.content_type ?? undefined,
    checksum: row.checksum ?? undefined,
    hasPassword: row.has_password === 1,
    hasAccessRules: row.has_access_rules === 1,
  }));
}

async function foldersAt(
  trx: Transaction<Schema>,
  parentId: FolderId,
  ids: readonly string[],
): Promise<Listing['folders']> {
  if (ids.length === 0) return [];
  return trx
    .selectFrom('folders')
    .select(['id', 'name'])
    .where('id', 'in', inList(ids.map(toFolderId)))
    .where('parent_id', '=', parentId)
    .execute();
}
