import { type Kysely, type Selectable, sql } from 'kysely';
import type { FileId } from '../core/ids.ts';
import type { Schema } from './db/schema.ts';
import type { HeldChunkTable, HeldUploadTable } from './db/schema-account.ts';

/**
 * By which address it comes:
 *
 * - `api`: tus, with the admin token
 * - `dav`: tus, on a folder of WebDAV
 * - `chunks`: as Nextcloud's clients send it
 */
export type HeldDoor = 'api' | 'dav' | 'chunks';

/**
 * How far it is:
 *
 * - `open`: more of it is to come
 * - `whole`: all of it is on our disk, and is sent to the host, or will be
 * - `done`: it is in the account
 * - `failed`: it cannot be brought there, and nothing of it is kept
 */
export type HeldState = 'open' | 'whole' | 'done' | 'failed';

/** An upload whose body comes in pieces. Times in milliseconds UTC. */
export interface HeldUpload {
  /** Nobody guesses it; also the name of its file in the spool. */
  id: string;
  door: HeldDoor;
  /** Where it is to lie in the account, with its name as it was given; empty where that is said at the end. */
  path: string;
  /** Undefined where it is not known yet. */
  sizeBytes: number | undefined;
  /** What the client said of it, as it was sent. */
  metadata: string;
  replaces: boolean;
  state: HeldState;
  /** Of one that is done: see `PutFate`. */
  fate: string | undefined;
  fileId: FileId | undefined;
  /** Why it failed, or was not sent yet. */
  errorCode: string | undefined;
  error: string | undefined;
  addedAt: number;
  /** When something of it came last. */
  touchedAt: number;
}

/** Bytes of a body that came in one piece, both of them in it. */
export interface HeldChunk {
  firstByte: number;
  lastByte: number;
  /** Of one that is numbered, as it was sent: where it lies is where there was room, and not where it belongs. */
  name?: string | undefined;
}

/** Uploads that a restart does not end: what stands here keeps its bytes in the spool. */
export interface HeldUploads {
  add(upload: HeldUpload): Promise<void>;
  byId(id: string): Promise<HeldUpload | undefined>;
  /** Those that are open or whole, the oldest first. */
  underWay(): Promise<HeldUpload[]>;
  /** Of all, the newest first. */
  newest(limit: number): Promise<HeldUpload[]>;
  /** Those that are over go: of which nothing came since then, and all but the last ones. */
  forgetOver(touchedBefore: number): Promise<void>;
  change(id: string, to: Partial<Omit<HeldUpload, 'id' | 'door' | 'addedAt'>>): Promise<void>;
  /** With its chunks. */
  remove(id: string): Promise<void>;
  /** Those that share a byte with this one. */
  chunksAt(id: string, chunk: HeldChunk): Promise<HeldChunk[]>;
  addChunk(id: string, chunk: HeldChunk): Promise<void>;
  removeChunk(id: string, firstByte: number): Promise<void>;
  /** The one of this number, however it is written. */
  removeNumber(id: string, number: number): Promise<void>;
  removeChunks(id: string): Promise<void>;
  chunkCount(id: string): Promise<number>;
  /** By where they begin. */
  chunks(id: string): Promise<HeldChunk[]>;
}

/** Of those that are over. */
const maxOver = 1000;

export function createHeldUploads(db: Kysely<Schema>): HeldUploads {
  const chunks = (id: string) =>
    db
      .selectFrom('held_chunks')
      .select(['first_byte', 'last_byte', 'name'])
      .where('upload_id', '=', id)
      .orderBy('first_byte');

  const removeChunks = async (id: string) =>
    void (await db.deleteFrom('held_chunks').where('upload_id', '=', id).execute());

  return {
    removeChunks,
    async add({ sizeBytes, fileId, errorCode, replaces, addedAt, touchedAt, fate, error, ...same }) {
      await db
        .insertInto('held_uploads')
        .values({
          ...same,
          size_bytes: sizeBytes ?? null,
          replaces: Number(replaces),
          fate: fate ?? null,
          file_id: fileId ?? null,
          error_code: errorCode ?? null,
          error: error ?? null,
          added_at: addedAt,
          touched_at: touchedAt,
        })
        .execute();
    },
    async byId(id) {
      const row = await db.selectFrom('held_uploads').selectAll().where('id', '=', id).executeTakeFirst();
      return row && toHeldUpload(row);
    },
    async underWay() {
      const rows = await db
        .selectFrom('held_uploads')
        .selectAll()
        .where('state', 'in', ['open', 'whole'])
        .orderBy('added_at')
        .orderBy('id')
        .execute();
      return rows.map(toHeldUpload);
    },
    async newest(limit) {
      const rows = await db
        .selectFrom('held_uploads')
        .selectAll()
        .orderBy('added_at', 'desc')
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map(toHeldUpload);
    },
    async forgetOver(touchedBefore) {
      const over = db.selectFrom('held_uploads').select('id').where('state', 'in', ['done', 'failed']);
      const old = over.where('touched_at', '<=', touchedBefore);
      const many = over.orderBy('touched_at', 'desc').limit(-1).offset(maxOver);
      for (const ids of [old, many]) await db.deleteFrom('held_uploads').where('id', 'in', ids).execute();
    },
    async change(id, to) {
      const set = {
        ...('path' in to && { path: to.path }),
        ...('metadata' in to && { metadata: to.metadata }),
        ...('state' in to && { state: to.state }),
        ...('sizeBytes' in to && { size_bytes: to.sizeBytes ?? null }),
        ...('replaces' in to && { replaces: Number(to.replaces) }),
        ...('fate' in to && { fate: to.fate ?? null }),
        ...('fileId' in to && { file_id: to.fileId ?? null }),
        ...('errorCode' in to && { error_code: to.errorCode ?? null }),
        ...('error' in to && { error: to.error ?? null }),
        ...('touchedAt' in to && { touched_at: to.touchedAt }),
      };
      await db.updateTable('held_uploads').set(set).where('id', '=', id).execute();
    },
    async remove(id) {
      await removeChunks(id);
      await db.deleteFrom('held_uploads').where('id', '=', id).execute();
    },
    async chunksAt(id, { firstByte, lastByte }) {
      const at = chunks(id).where('first_byte', '<=', lastByte).where('last_byte', '>=', firstByte);
      return (await at.execute()).map(toChunk);
    },
    async addChunk(id, { firstByte, lastByte, name = null }) {
      const row = { last_byte: lastByte, name };
      await db
        .insertInto('held_chunks')
        .values({ upload_id: id, first_byte: firstByte, ...row })
        .onConflict((conflict) => conflict.columns(['upload_id', 'first_byte']).doUpdateSet(row))
        .execute();
    },
    async removeChunk(id, firstByte) {
      await db
        .deleteFrom('held_chunks')
        .where('upload_id', '=', id)
        .where('first_byte', '=', firstByte)
        .execute();
    },
    async removeNumber(id, number) {
      await db
        .deleteFrom('held_chunks')
        .where('upload_id', '=', id)
        .where(sql<number>`cast(name as integer)`, '=', number)
        .execute();
    },
    async chunkCount(id) {
      const { count } = await db
        .selectFrom('held_chunks')
        .select((query) => query.fn.countAll<number>().as('count'))
        .where('upload_id', '=', id)
        .executeTakeFirstOrThrow();
      return Number(count);
    },
    chunks: async (id) => (await chunks(id).execute()).map(toChunk),
  };
}

function toChunk(row: Omit<Selectable<HeldChunkTable>, 'upload_id'>): HeldChunk {
  const chunk = { firstByte: row.first_byte, lastByte: row.last_byte };
  return row.name === null ? chunk : { ...chunk, name: row.name };
}

function toHeldUpload(row: Selectable<HeldUploadTable>): HeldUpload {
  return {
    id: row.id,
    door: row.door as HeldDoor,
    path: row.path,
    sizeBytes: row.size_bytes ?? undefined,
    metadata: row.metadata,
    replaces: row.replaces === 1,
    state: row.state as HeldState,
    fate: row.fate ?? undefined,
    fileId: row.file_id ?? undefined,
    errorCode: row.error_code ?? undefined,
    error: row.error ?? undefined,
    addedAt: row.added_at,
    touchedAt: row.touched_at,
  };
}
