import type { Kysely } from 'kysely';
import type { FileId } from '../core/ids.ts';
import type { Schema } from './db/schema.ts';
import type { InboxFileTable } from './db/schema-account.ts';

/** A file of this machine that is in the account, and what became of it here. */
export interface InboxFile {
  /** The inbox. Absolute. */
  dir: string;
  /** In it, with `/`. */
  path: string;
  sizeBytes: number;
  /** Milliseconds UTC, whole: with another time or size it is another file. */
  modifiedAt: number;
  fileId: FileId;
  accountPath: string;
  became: 'kept' | 'deleted' | 'replaced';
  /** Of one that was replaced: where its STRM file lies in `dir`, and the SHA-256 of what was written, hex. */
  strm: { path: string; hash: string } | undefined;
  doneAt: number;
}

/** What inboxes have done: so that nothing is sent twice, and STRM files follow their addresses. */
export interface InboxRows {
  /** Takes the place of what was known of that path. */
  put(file: InboxFile): Promise<void>;
  at(dir: string, path: string): Promise<InboxFile | undefined>;
  /** Those of one inbox that stayed as they were, by their paths, at most `limit` behind one. */
  keptAfter(dir: string, path: string, limit: number): Promise<InboxFile[]>;
  /** Those of one inbox that have a STRM file. */
  replaced(dir: string): Promise<InboxFile[]>;
  /** The last ones, newest first. */
  last(limit: number): Promise<InboxFile[]>;
  forget(dir: string, paths: readonly string[]): Promise<void>;
  /** Of those that are deleted here only so many are told. */
  forgetDeleted(keep: number): Promise<void>;
}

export function createInboxRows(db: Kysely<Schema>): InboxRows {
  return {
    async put(file) {
      await db.replaceInto('inbox_files').values(toRow(file)).execute();
    },
    async at(dir, path) {
      const rows = db.selectFrom('inbox_files').selectAll().where('dir', '=', dir);
      const row = await rows.where('path', '=', path).executeTakeFirst();
      return row && fromRow(row);
    },
    async keptAfter(dir, path, limit) {
      const rows = db.selectFrom('inbox_files').selectAll().where('dir', '=', dir).where('path', '>', path);
      const kept = rows.where('became', '=', 'kept').orderBy('path').limit(limit);
      return (await kept.execute()).map(fromRow);
    },
    async replaced(dir) {
      const rows = db.selectFrom('inbox_files').selectAll().where('dir', '=', dir);
      return (await rows.where('became', '=', 'replaced').execute()).map(fromRow);
    },
    async last(limit) {
      const rows = db.selectFrom('inbox_files').selectAll();
      return (await rows.orderBy('done_at', 'desc').orderBy('path').limit(limit).execute()).map(fromRow);
    },
    async forget(dir, paths) {
      for (const path of paths)
        await db.deleteFrom('inbox_files').where('dir', '=', dir).where('path', '=', path).execute();
    },
    async forgetDeleted(keep) {
      const oldest = await db
        .selectFrom('inbox_files')
        .select('done_at')
        .where('became', '=', 'deleted')
        .orderBy('done_at', 'desc')
        .offset(keep)
        .limit(1)
        .executeTakeFirst();
      if (oldest)
        await db
          .deleteFrom('inbox_files')
          .where('became', '=', 'deleted')
          .where('done_at', '<=', oldest.done_at)
          .execute();
    },
  };
}

const toRow = ({ strm, ...file }: InboxFile): InboxFileTable => ({
  dir: file.dir,
  path: file.path,
  size_bytes: file.sizeBytes,
  modified_at: file.modifiedAt,
  file_id: file.fileId,
  account_path: file.accountPath,
  became: file.became,
  strm: strm?.path ?? null,
  strm_hash: strm?.hash ?? null,
  done_at: file.doneAt,
});

const fromRow = (row: InboxFileTable): InboxFile => ({
  dir: row.dir,
  path: row.path,
  sizeBytes: row.size_bytes,
  modifiedAt: row.modified_at,
  fileId: row.file_id,
  accountPath: row.account_path,
  became: row.became as InboxFile['became'],
  strm: row.strm !== null && row.strm_hash !== null ? { path: row.strm, hash: row.strm_hash } : undefined,
  doneAt: row.done_at,
});
