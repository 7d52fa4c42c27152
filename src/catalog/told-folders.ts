import { type Kysely, sql } from 'kysely';
import type { Schema } from './db/schema.ts';

/** A folder that a media server was told of. Times in milliseconds UTC. */
export interface ToldFolder {
  tree: string;
  dir: string;
  toldAt: number;
  /** How often it was looked for since. */
  checks: number;
}

/** What of one server was told and not seen yet. */
export interface UnseenFolders {
  /** When the next check is due. */
  dueAt: number;
  count: number;
}

/** Folders that media servers were told of, until they are seen there. */
export interface ToldFolders {
  /** By server: when to check, and for how much. */
  unseen(): Promise<Map<string, UnseenFolders>>;
  /** Those of a server whose check is due, the oldest first. */
  due(server: string, now: number, limit: number): Promise<ToldFolder[]>;
  /** These need no more checks, but for those that were told again meanwhile. */
  settle(server: string, folders: readonly ToldFolder[]): Promise<void>;
  /** These were looked for in vain: the next check is due then. */
  postpone(server: string, folders: readonly ToldFolder[], dueAt: number): Promise<void>;
}

export function createToldFolders(db: Kysely<Schema>): ToldFolders {
  return {
    async unseen() {
      const rows = await db
        .selectFrom('told_folders')
        .select(({ fn }) => ['server', fn.min('due_at').as('dueAt'), fn.countAll<number>().as('count')])
        .groupBy('server')
        .execute();
      return new Map(rows.map(({ server, dueAt, count }) => [server, { dueAt, count }]));
    },

    due: (server, now, limit) =>
      db
        .selectFrom('told_folders')
        .select(['tree', 'dir', 'told_at as toldAt', 'checks'])
        .where('server', '=', server)
        .where('due_at', '<=', now)
        .orderBy('due_at')
        .orderBy('tree')
        .orderBy('dir')
        .limit(limit)
        .execute(),

    settle: (server, folders) =>
      db.transaction().execute(async (trx) => {
        for (const { tree, dir, toldAt } of folders)
          await trx
            .deleteFrom('told_folders')
            .where((e) => e.and({ server, tree, dir, told_at: toldAt }))
            .execute();
      }),

    postpone: (server, folders, dueAt) =>
      db.transaction().execute(async (trx) => {
        for (const { tree, dir, toldAt } of folders)
          await trx
            .updateTable('told_folders')
            .set({ due_at: dueAt, checks: sql<number>`checks + 1` })
            .where((e) => e.and({ server, tree, dir, told_at: toldAt }))
            .execute();
      }),
  };
}
