import { type Kysely, sql } from 'kysely';
import type { FileId, FolderId } from '../../core/ids.ts';
import type { Schema } from '../db/schema.ts';

/** A file in the library, and whether it stands in a tree. */
export interface Standing {
  id: FileId;
  folderId: FolderId;
  name: string;
  sizeBytes: number;
  contentType: string | undefined;
  isMissing: boolean;
  /** The tree is behind for it. */
  isDirty: boolean;
  /** Its path in one of the trees; undefined = it stands in none. One in which it is sorted comes first. */
  path: string | undefined;
}

/** Where the files of the account stand, and where a folder lies whose path is not known. */
export interface Standings {
  /** Files in the library after `after`, in the order of their ids. @param trees names of those that count */
  after(after: FileId | undefined, limit: number, trees: readonly string[]): Promise<Standing[]>;
  /** Names of the folders above each, with its own, from the outside in; at most `max` of them. */
  ancestorNames(folderIds: readonly FolderId[], max: number): Promise<Map<FolderId, string[]>>;
}

export function createStandings(db: Kysely<Schema>): Standings {
  return {
    async after(after, limit, trees) {
      // A row of which only the intent is known is not on the disk.
      const { rows } = await sql<{
        id: FileId;
        folder_id: FolderId;
        name: string;
        size_bytes: number;
        content_type: string | null;
        missing: number;
        dirty: number;
        path: string | null;
      }>`
        select f.id, f.folder_id, f.name, f.size_bytes, f.content_type, f.missing_since is not null as missing,
          exists (select 1 from dirty where file_id = f.id) as dirty,
          (select t.path from tree t where t.file_id = f.id and t.kind = 'strm' and t.mtime_ms > 0
            and t.tree in (select value from json_each(${JSON.stringify(trees)}))
            order by t.path like 'Unsorted/%' limit 1) as path
        from files f where f.id > ${after ?? ''} and f.gone_at is null order by f.id limit ${limit}`.execute(
        db,
      );
      return rows.map((row) => ({
        id: row.id,
        folderId: row.folder_id,
        name: row.name,
        sizeBytes: row.size_bytes,
        contentType: row.content_type ?? undefined,
        isMissing: row.missing === 1,
        isDirty: row.dirty === 1,
        path: row.path ?? undefined,
      }));
    },

    async ancestorNames(folderIds, max) {
      const { rows } = await sql<{ start: FolderId; name: string }>`
        with recursive up(start, id, parent_id, name, depth) as (
          select id, id, parent_id, name, 1 from folders
            where id in (select value from json_each(${JSON.stringify(folderIds)}))
          union all
          select up.start, f.id, f.parent_id, f.name, up.depth + 1
          from up join folders f on f.id = up.parent_id where up.depth < ${max}
        ) select start, name from up order by start, depth desc`.execute(db);
      return new Map(
        [...Map.groupBy(rows, ({ start }) => start)].map(([id, some]) => [id, some.map(({ name }) => name)]),
      );
    },
  };
}
