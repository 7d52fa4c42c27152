import { type Kysely, sql } from 'kysely';
import { dayMs } from '../../core/durations.ts';
import type { FileId, FolderId } from '../../core/ids.ts';
import { inList } from '../db/in-list.ts';
import type { Schema } from '../db/schema.ts';

/** A folder of the library, and how many files came to it lately. Times in milliseconds UTC. */
export interface FolderFactsRow {
  id: FolderId;
  parentId: FolderId | undefined;
  /** undefined = never. */
  listedAt: number | undefined;
  /** Upload of its oldest file: about when the folder was made. */
  firstSentAt: number | undefined;
  /** Files that were uploaded in the last week, month and year. */
  week: number;
  month: number;
  year: number;
}

/** What tells how soon a folder may have something new. */
export interface FolderFactsStore {
  /** Of these folders and all below them that are not missing. */
  below(rootIds: readonly FolderId[], now: number): Promise<FolderFactsRow[]>;
  /** Which of these files the catalog does not know, present or taken out. */
  unknownOf(ids: readonly FileId[]): Promise<Set<string>>;
  /** Folders that hold a file whose name begins so, that with the newest first. */
  withNames(beginning: string, limit: number): Promise<FolderId[]>;
}

export function createFolderFacts(db: Kysely<Schema>): FolderFactsStore {
  return {
    async below(rootIds, now) {
      if (rootIds.length === 0) return [];
      const since = (days: number) => now - days * dayMs;
      const { rows } = await sql<{
        id: FolderId;
        parentId: FolderId | null;
        listedAt: number | null;
        firstSentAt: number | null;
        week: number | null;
        month: number | null;
        year: number | null;
      }>`
        with recursive below(id) as (
          select id from folders where id in (${sql.join(rootIds)}) and missing_since is null
          union
          select f.id from folders f join below on f.parent_id = below.id where f.missing_since is null
        )
        select f.id, f.parent_id as parentId, f.listed_at as listedAt, min(x.sent_at) as firstSentAt,
          sum(x.sent_at > ${since(7)}) as week, sum(x.sent_at > ${since(30)}) as month,
          sum(x.sent_at > ${since(365)}) as year
        from below join folders f on f.id = below.id
        left join files x on x.folder_id = f.id and x.gone_at is null
        group by f.id`.execute(db);
      return rows.map((row) => ({
        id: row.id,
        parentId: row.parentId ?? undefined,
        listedAt: row.listedAt ?? undefined,
        firstSentAt: row.firstSentAt ?? undefined,
        week: row.week ?? 0,
        month: row.month ?? 0,
        year: row.year ?? 0,
      }));
    },

    async unknownOf(ids) {
      const unknown = new Set(ids);
      const known = db.selectFrom('files').select('id').where('id', 'in', inList(ids));
      for (const { id } of await known.execute()) unknown.delete(id);
      return unknown;
    },

    async withNames(beginning, limit) {
      const pattern = `${beginning.replace(/[\\%_]/g, '\\$&')}%`;
      const { rows } = await sql<{ folder: FolderId }>`
        select folder_id as folder from files where name like ${pattern} escape '\\' and gone_at is null
        group by folder_id order by max(sent_at) desc limit ${limit}`.execute(db);
      return rows.map((row) => row.folder);
    },
  };
}
