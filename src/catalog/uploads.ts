import type { Kysely } from 'kysely';
import type { FolderId } from '../core/ids.ts';
import type { Schema } from './db/schema.ts';

/** A file of this machine on its way into the account. */
export interface BegunUpload {
  id: number;
  /** Where it lies. */
  source: string;
  sizeBytes: number;
  /** When it was changed last, milliseconds UTC: another time is another file. */
  modifiedAt: number;
  folderId: FolderId;
  name: string;
  /** What the host can be asked by for what became of it; undefined before it was sent anything. */
  receipt: string | undefined;
  /** Takes the place of what has its name. */
  replaces: boolean;
  begunAt: number;
  /** What its content is dated to be, milliseconds UTC. */
  datedAt?: number | undefined;
  /** The host said that it has it. */
  isStored: boolean;
}

/** Uploads that were begun: what stands here after a kill may be at the host or not, and is looked for before anything is sent again. */
export interface UploadJournal {
  /** @returns its id */
  begin(upload: Omit<BegunUpload, 'id' | 'receipt' | 'isStored'>): Promise<number>;
  /** Before the first byte goes out. */
  sending(id: number, receipt: string): Promise<void>;
  /** The host has it, and has not told where. */
  stored(id: number): Promise<void>;
  /** It is in the catalog, or it is known that nothing is at the host. */
  end(id: number): Promise<void>;
  all(): Promise<BegunUpload[]>;
}

export function createUploadJournal(db: Kysely<Schema>): UploadJournal {
  return {
    async begin({ source, sizeBytes, modifiedAt, folderId, name, replaces, begunAt, datedAt }) {
      const { insertId } = await db
        .insertInto('uploads')
        .values({
          source,
          size_bytes: sizeBytes,
          modified_at: modifiedAt,
          folder_id: folderId,
          name,
          receipt: null,
          is_stored: 0,
          replaces: Number(replaces),
          begun_at: begunAt,
          dated_at: datedAt ?? null,
        })
        .executeTakeFirstOrThrow();
      return Number(insertId);
    },
    async sending(id, receipt) {
      await db.updateTable('uploads').set({ receipt }).where('id', '=', id).execute();
    },
    async stored(id) {
      await db.updateTable('uploads').set({ is_stored: 1 }).where('id', '=', id).execute();
    },
    async end(id) {
      await db.deleteFrom('uploads').where('id', '=', id).execute();
    },
    async all() {
      const rows = await db.selectFrom('uploads').selectAll().orderBy('id').execute();
      return rows.map((row) => ({
        id: row.id,
        source: row.source,
        sizeBytes: row.size_bytes,
        modifiedAt: row.modified_at,
        folderId: row.folder_id,
        name: row.name,
        receipt: row.receipt ?? undefined,
        begunAt: row.begun_at,
        isStored: row.is_stored === 1,
        replaces: row.replaces === 1,
        datedAt: row.dated_at ?? undefined,
      }));
    },
  };
}
