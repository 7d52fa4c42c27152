import type { Kysely } from 'kysely';
import { type FileId, type FolderId, toFileId, toFolderId } from '../../core/ids.ts';
import type { Schema } from '../db/schema.ts';

/** A copy of a file under another name: the host gives a copy the name of what it is made of, and another one later. */
export interface BegunCopy {
  /** What is copied. */
  fileId: FileId;
  /** Where the copy belongs, and its name there as the host keeps it. */
  parentId: FolderId;
  name: string;
}

/** Copies that were begun: what stands here after a kill may lie at the host under its first name. */
export interface BegunCopies {
  /** Before the host is asked. @returns its number @param now milliseconds UTC */
  begun(copy: BegunCopy, now: number): Promise<number>;
  /** It has its name, a begun move says so in its place, or there is none. */
  left(id: number): Promise<void>;
  all(): Promise<(BegunCopy & { id: number; begunAt: number })[]>;
}

export function createBegunCopies(db: Kysely<Schema>): BegunCopies {
  return {
    async begun({ fileId, parentId, name }, now) {
      const { id } = await db
        .insertInto('begun_copies')
        .values({ file_id: fileId, parent_id: parentId, name, begun_at: now })
        .returning('id')
        .executeTakeFirstOrThrow();
      return id;
    },
    async left(id) {
      await db.deleteFrom('begun_copies').where('id', '=', id).execute();
    },
    async all() {
      const rows = await db.selectFrom('begun_copies').selectAll().orderBy('id').execute();
      return rows.map(({ id, file_id, parent_id, name, begun_at }) => ({
        id,
        fileId: toFileId(file_id),
        parentId: toFolderId(parent_id),
        name,
        begunAt: begun_at,
      }));
    },
  };
}
