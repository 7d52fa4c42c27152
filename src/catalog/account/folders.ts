import { type Kysely, sql } from 'kysely';
import { type FolderId, rootFolderId } from '../../core/ids.ts';
import { inList } from '../db/in-list.ts';
import type { Schema } from '../db/schema.ts';
import { deepest } from './folder-bounds.ts';

/** Looked at for each title that is laid out. */
const maxTwins = 200;

/** How the folders of the account lie in each other. */
export interface Folders {
  /** Account paths of these folders, each beginning with `/`; a folder whose place is not known is left out. */
  folderPaths(ids: readonly FolderId[]): Promise<Map<FolderId, string>>;
  /**
   * Other folders with the account path of one of these: the host lets two of one name stand in one folder, and whoever
   * looks at paths sees one. Where there are more than any account has by mistake, some of them.
   */
  twinsOf(ids: readonly FolderId[]): Promise<FolderId[]>;
  /** Sub-folders of these folders. */
  subFolders(ids: readonly FolderId[]): Promise<{ id: FolderId; parentId: FolderId; name: string }[]>;
  /** These folders with their parents; the root is not among them. */
  parentsOf(ids: readonly FolderId[]): Promise<{ id: FolderId; parentId: FolderId; name: string }[]>;
  /** This folder and those above it, from the inside out; the root of the account is the last. */
  withAncestors(id: FolderId): Promise<FolderId[]>;
  /** When this folder was last listed. */
  listedAt(folderId: FolderId): Promise<number | undefined>;
}

export function createFolders(db: Kysely<Schema>): Folders {
  const links = () => db.selectFrom('folders').select(['id', 'parent_id', 'name']);

  return {
    async folderPaths(ids) {
      const { rows } = await sql<{ start: FolderId; path: string }>`
        with recursive up(start, id, parent_id, path, depth) as (
          select id, id, parent_id, case when id = ${rootFolderId} then '' else '/' || name end, 0 from folders where id in ${inList(ids)}
          union all
          select up.start, f.id, f.parent_id, case when f.id = ${rootFolderId} then '' else '/' || f.name end || up.path, up.depth + 1
          from up join folders f on f.id = up.parent_id where up.depth < ${deepest}
        )
        select start, path from up where id = ${rootFolderId}`.execute(db);
      return new Map(rows.map((row) => [row.start, row.path || '/']));
    },

    async twinsOf(ids) {
      const { rows } = await sql<{ id: FolderId }>`
        with recursive up(start, id, parent_id, name, depth) as (
          select id, id, parent_id, name, 0 from folders where id in ${inList(ids)}
          union all
          select up.start, f.id, f.parent_id, f.name, up.depth + 1
          from up join folders f on f.id = up.parent_id where up.depth < ${deepest}
        ), twin(start, depth, id) as (
          select up.start, up.depth, f.id
          from up join folders f on f.parent_id = up.parent_id and f.name = up.name and f.id <> up.id
          union
          select up.start, up.depth, f.id
          from twin join up on up.start = twin.start and up.depth = twin.depth - 1
            join folders f on f.parent_id = twin.id and f.name = up.name
        )
        select distinct id from twin where depth = 0 limit ${maxTwins}`.execute(db);
      return rows.map(({ id }) => id);
    },

    async subFolders(ids) {
      const rows = await links().where('parent_id', 'in', inList(ids)).execute();
      return rows.map((row) => ({ id: row.id, parentId: row.parent_id ?? rootFolderId, name: row.name }));
    },

    async parentsOf(ids) {
      const rows = await links().where('id', 'in', inList(ids)).execute();
      return rows.flatMap(({ id, parent_id, name }) =>
        parent_id === null ? [] : [{ id, parentId: parent_id, name }],
      );
    },

    async withAncestors(id) {
      const { rows } = await sql<{ id: FolderId }>`
        with recursive up(id, depth) as (
          select ${id}, 0
          union all
          select f.parent_id, up.depth + 1 from up join folders f on f.id = up.id
          where f.parent_id is not null and up.depth < ${deepest}
        ) select id from up order by depth`.execute(db);
      return rows.map((row) => row.id);
    },

    async listedAt(folderId) {
      const row = await db
        .selectFrom('folders')
        .select('listed_at')
        .where('id', '=', folderId)
        .executeTakeFirst();
      return row?.listed_at ?? undefined;
    },
  };
}
