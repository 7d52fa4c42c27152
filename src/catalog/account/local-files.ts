import { type Kysely, sql } from 'kysely';
import { type FolderId, rootFolderId } from '../../core/ids.ts';
import type { Schema } from '../db/schema.ts';

/** Of one folder, and of the whole account. */
export const maxLocalFiles = 10_000;

/** A small file in a folder of the account that the host does not have. */
export interface LocalFile {
  folderId: FolderId;
  name: string;
  sizeBytes: number;
  /** When it was written, milliseconds UTC. */
  changedAt: number;
  /** What its content is dated to be, milliseconds UTC. */
  datedAt: number | undefined;
}

/** The host takes no empty file, and nobody wants what Finder and Windows leave beside each: both stay here. */
export interface LocalFiles {
  put(file: Omit<LocalFile, 'sizeBytes'>, content: Uint8Array): Promise<void>;
  /** @param datedAt undefined: it has none any more */
  date(folderId: FolderId, name: string, datedAt: number | undefined): Promise<void>;
  /** @returns whether it was there */
  remove(folderId: FolderId, name: string): Promise<boolean>;
  move(from: Pick<LocalFile, 'folderId' | 'name'>, to: Pick<LocalFile, 'folderId' | 'name'>): Promise<void>;
  of(folderId: FolderId, name: string): Promise<LocalFile | undefined>;
  /** By name, at most so many. */
  inFolder(folderId: FolderId, limit: number): Promise<LocalFile[]>;
  content(folderId: FolderId, name: string): Promise<Uint8Array | undefined>;
  /** How many there are in one folder, or everywhere, and what they come to. */
  total(folderId?: FolderId): Promise<{ count: number; sizeBytes: number }>;
  /** Gives a folder what another one has, but for names that it has itself. */
  copyAll(from: FolderId, to: FolderId, now: number): Promise<void>;
  /**
   * Those of folders that are no more go with them: of folders that were removed for good, and of those that listings
   * have lacked for long. What lies in the trash of the account keeps its own.
   * @param missingBefore folders that are missing since before are no more; milliseconds UTC
   * @returns how many
   */
  prune(missingBefore: number): Promise<number>;
}

export function createLocalFiles(db: Kysely<Schema>): LocalFiles {
  const rows = () =>
    db
      .selectFrom('local_files')
      .select(['folder_id', 'name', 'changed_at', 'dated_at', sql<number>`length(content)`.as('size_bytes')]);
  const shown = (row: {
    folder_id: FolderId;
    name: string;
    changed_at: number;
    dated_at: number | null;
    size_bytes: number;
  }): LocalFile => ({
    folderId: row.folder_id,
    name: row.name,
    sizeBytes: row.size_bytes,
    changedAt: row.changed_at,
    datedAt: row.dated_at ?? undefined,
  });

  return {
    async put({ folderId, name, changedAt, datedAt }, content) {
      const row = { content, changed_at: changedAt, dated_at: datedAt ?? null };
      await db
        .insertInto('local_files')
        .values({ folder_id: folderId, name, ...row })
        .onConflict((conflict) => conflict.columns(['folder_id', 'name']).doUpdateSet(row))
        .execute();
    },
    async date(folderId, name, datedAt) {
      await db
        .updateTable('local_files')
        .set({ dated_at: datedAt ?? null })
        .where('folder_id', '=', folderId)
        .where('name', '=', name)
        .execute();
    },
    async remove(folderId, name) {
      const { numDeletedRows } = await db
        .deleteFrom('local_files')
        .where('folder_id', '=', folderId)
        .where('name', '=', name)
        .executeTakeFirst();
      return numDeletedRows > 0n;
    },
    async move(from, to) {
      await db
        .updateTable('local_files')
        .set({ folder_id: to.folderId, name: to.name })
        .where('folder_id', '=', from.folderId)
        .where('name', '=', from.name)
        .execute();
    },
    async of(folderId, name) {
      const row = await rows().where('folder_id', '=', folderId).where('name', '=', name).executeTakeFirst();
      return row && shown(row);
    },
    async inFolder(folderId, limit) {
      return (await rows().where('folder_id', '=', folderId).orderBy('name').limit(limit).execute()).map(
        shown,
      );
    },
    async content(folderId, name) {
      const row = await db
        .selectFrom('local_files')
        .select('content')
        .where('folder_id', '=', folderId)
        .where('name', '=', name)
        .executeTakeFirst();
      return row?.content;
    },
    async total(folderId) {
      const row = await db
        .selectFrom('local_files')
        .select([
          sql<number>`count(*)`.as('count'),
          sql<number>`coalesce(sum(length(content)), 0)`.as('size_bytes'),
        ])
        .$if(folderId !== undefined, (query) => query.where('folder_id', '=', folderId as FolderId))
        .executeTakeFirstOrThrow();
      return { count: row.count, sizeBytes: row.size_bytes };
    },
    async copyAll(from, to, now) {
      await sql`insert or ignore into local_files (folder_id, name, content, changed_at, dated_at)
        select ${to}, name, content, ${now}, dated_at from local_files where folder_id = ${from}`.execute(db);
    },
    async prune(missingBefore) {
      const { numAffectedRows = 0n } = await sql`
        with recursive living(id) as (
          select id from folders where id = ${rootFolderId}
          union select host_id from account_trash where kind = 'folder'
          union select d.id from folders d join living on d.parent_id = living.id
            where d.missing_since is null or d.missing_since > ${missingBefore}
        )
        delete from local_files where folder_id not in (select id from living)
          and exists (select 1 from folders where id = ${rootFolderId})`.execute(db);
      return Number(numAffectedRows);
    },
  };
}
