import { type Kysely, sql } from 'kysely';
import type { FileId } from '../../core/ids.ts';
import { chunks } from '../db/chunks.ts';
import { inList } from '../db/in-list.ts';
import type { Schema } from '../db/schema.ts';

/** A tree file that lies in dataDir/trash. */
export interface TrashRow {
  /** Where, below dataDir/trash. */
  stored: string;
  /** The removal by which it came here. */
  proposalId: number;
  /** Name of the tree that it comes from ('' = the only one), and its path there. */
  tree: string;
  path: string;
  fileId: FileId | undefined;
  sha256: string;
  /** Steady time, milliseconds. */
  trashedAt: number;
}

/** What lies in the trash, and where it came from. */
export interface TrashRows {
  /** Notes that a file is about to lie there. */
  add(row: TrashRow): Promise<void>;
  /** What came from these paths of a tree, newest first. */
  at(tree: string, paths: readonly string[]): Promise<TrashRow[]>;
  /** What has lain there since this monotonic time, or longer. */
  before(trashedBefore: number): Promise<TrashRow[]>;
  /** What is stored under these names lies there no more. */
  forget(stored: readonly string[]): Promise<void>;
  /** How many files lie there. */
  count(): Promise<number>;
}

export function createTrashRows(db: Kysely<Schema>): TrashRows {
  return {
    async add(row) {
      const values = {
        stored: row.stored,
        proposal_id: row.proposalId,
        tree: row.tree,
        path: row.path,
        file_id: row.fileId ?? null,
        sha256: row.sha256,
        trashed_at: row.trashedAt,
      };
      await db
        .insertInto('trash')
        .values(values)
        .onConflict((conflict) => conflict.column('stored').doUpdateSet(values))
        .execute();
    },

    async at(tree, paths) {
      const rows = await db
        .selectFrom('trash')
        .selectAll()
        .where('tree', '=', tree)
        .where('path', 'in', inList(paths))
        .orderBy('trashed_at', 'desc')
        .execute();
      return rows.map(toRow);
    },

    async before(trashedBefore) {
      const rows = await db
        .selectFrom('trash')
        .selectAll()
        .where('trashed_at', '<=', trashedBefore)
        .execute();
      return rows.map(toRow);
    },

    async forget(stored) {
      for (const part of chunks(stored)) await db.deleteFrom('trash').where('stored', 'in', part).execute();
    },

    async count() {
      const { rows } = await sql<{ n: number }>`select count(*) as n from trash`.execute(db);
      return rows[0]?.n ?? 0;
    },
  };
}

function toRow(row: Schema['trash']): TrashRow {
  return {
    stored: row.stored,
    proposalId: row.proposal_id,
    tree: row.tree,
    path: row.path,
    fileId: row.file_id ?? undefined,
    sha256: row.sha256,
    trashedAt: row.trashed_at,
  };
}
