import type { Kysely } from 'kysely';
import type { FileId, FolderId } from '../../core/ids.ts';
import { inList } from '../db/in-list.ts';
import type { Schema } from '../db/schema.ts';

/** One of several files of a folder that have one name. */
export interface TwinFile {
  id: FileId;
  folderId: FolderId;
  name: string;
  sizeBytes: number;
  /** When it came to the account. */
  sentAt: number | undefined;
}

/** The host lets several files of a folder have one name. */
export interface Twins {
  /** All files of the library in these folders that share their name with another one there; those of one name together. */
  inFolders(folderIds: readonly FolderId[]): Promise<TwinFile[]>;
}

export function createTwins(db: Kysely<Schema>): Twins {
  return {
    async inFolders(folderIds) {
      const present = db
        .selectFrom('files')
        .where('folder_id', 'in', inList(folderIds))
        .where('gone_at', 'is', null)
        .where('missing_since', 'is', null);
      const shared = await present
        .select(['folder_id', 'name'])
        .groupBy(['folder_id', 'name'])
        .having((e) => e.fn.countAll(), '>', 1)
        .execute();
      if (shared.length === 0) return [];
      const keyOf = (one: { folder_id: FolderId; name: string }) => `${one.folder_id}/${one.name}`;
      const wanted = new Set(shared.map(keyOf));
      const rows = await db
        .selectFrom('files')
        .select(['id', 'folder_id', 'name', 'size_bytes', 'sent_at'])
        .where('folder_id', 'in', inList([...new Set(shared.map(({ folder_id }) => folder_id))]))
        .where('gone_at', 'is', null)
        .where('missing_since', 'is', null)
        .orderBy('folder_id')
        .orderBy('name')
        .orderBy('id')
        .execute();
      return rows
        .filter((row) => wanted.has(keyOf(row)))
        .map((row) => ({
          id: row.id,
          folderId: row.folder_id,
          name: row.name,
          sizeBytes: row.size_bytes,
          sentAt: row.sent_at ?? undefined,
        }));
    },
  };
}
