import { type Kysely, sql } from 'kysely';
import { chunks } from './db/chunks.ts';
import type { Schema } from './db/schema.ts';

/** A folder of a tree of which a media server has not been told. `rev` changes when something is added to it. */
export interface OutboxRow {
  tree: string;
  dir: string;
  /** Bits of what happened there. */
  changes: number;
  major: boolean;
  rev: number;
}

/** What waits for one server. Times in milliseconds UTC. */
export interface WaitingNotices {
  /** Of films and episodes that came or went. */
  firstMajorAt: number | undefined;
  lastMajorAt: number | undefined;
  /** Of texts and subtitles alone. */
  firstMinorAt: number | undefined;
  /** Folders. */
  count: number;
}

/** Folders to look for in a server. Times in milliseconds UTC. */
export interface ExpectedFolders {
  folders: readonly { tree: string; dir: string }[];
  toldAt: number;
  dueAt: number;
}

/** What waits for media servers, folder by folder. */
export interface Outbox {
  /** Notes what happened, for each of these servers: what is added to a folder counts as of now. */
  add(servers: readonly string[], notices: readonly Omit<OutboxRow, 'rev'>[], now: number): Promise<void>;
  /** By server: since when what waits, and how much. */
  waiting(): Promise<Map<string, WaitingNotices>>;
  /** All that waits for this server. */
  of(server: string): Promise<OutboxRow[]>;
  /**
   * These have been told; what came to them since stays. @param expected of them, the folders that are to be looked
   * for in the server, from when on
   */
  done(server: string, notices: readonly OutboxRow[], expected?: ExpectedFolders): Promise<void>;
  /** What waits for servers that the settings no longer name is forgotten. */
  keepOnly(servers: readonly string[]): Promise<void>;
}

export function createOutbox(db: Kysely<Schema>): Outbox {
  return {
    add: (servers, notices, now) =>
      db.transaction().execute(async (trx) => {
        for (const server of servers)
          for (const part of chunks(notices)) {
            const rows = part.map(({ tree, dir, changes, major }) => {
              const times = { first_at: now, at: now, rev: 0 };
              return { server, tree, dir, changes, major: Number(major), ...times };
            });
            await trx
              .insertInto('outbox')
              .values(rows)
              .onConflict((conflict) =>
                conflict.columns(['server', 'tree', 'dir']).doUpdateSet({
                  changes: sql<number>`outbox.changes | excluded.changes`,
                  // What becomes large only now has waited since now.
                  first_at: sql<number>`case when excluded.major > outbox.major then excluded.at else outbox.first_at end`,
                  at: sql<number>`case when excluded.major >= outbox.major then excluded.at else outbox.at end`,
                  major: sql<number>`max(outbox.major, excluded.major)`,
                  rev: sql<number>`outbox.rev + 1`,
                }),
              )
              .execute();
          }
      }),

    async waiting() {
      const { rows } = await sql<{
        server: string;
        firstMajorAt: number | null;
        lastMajorAt: number | null;
        firstMinorAt: number | null;
        count: number;
      }>`select server, min(case when major = 1 then first_at end) as firstMajorAt,
          max(case when major = 1 then at end) as lastMajorAt,
          min(case when major = 0 then first_at end) as firstMinorAt, count(*) as count
        from outbox group by server`.execute(db);
      return new Map(
        rows.map(({ server, firstMajorAt, lastMajorAt, firstMinorAt, count }) => [
          server,
          {
            firstMajorAt: firstMajorAt ?? undefined,
            lastMajorAt: lastMajorAt ?? undefined,
            firstMinorAt: firstMinorAt ?? undefined,
            count,
          },
        ]),
      );
    },

    async of(server) {
      const rows = await db
        .selectFrom('outbox')
        .select(['tree', 'dir', 'changes', 'major', 'rev'])
        .where('server', '=', server)
        .execute();
      return rows.map((row) => ({ ...row, major: row.major === 1 }));
    },

    done: (server, notices, expected) =>
      db.transaction().execute(async (trx) => {
        for (const { tree, dir, rev } of notices)
          await trx
            .deleteFrom('outbox')
            .where((e) => e.and({ server, tree, dir, rev }))
            .execute();
        for (const part of chunks(expected?.folders ?? [])) {
          const times = { told_at: expected?.toldAt ?? 0, checks: 0, due_at: expected?.dueAt ?? 0 };
          await trx
            .insertInto('told_folders')
            .values(part.map(({ tree, dir }) => ({ server, tree, dir, ...times })))
            .onConflict((conflict) => conflict.columns(['server', 'tree', 'dir']).doUpdateSet(times))
            .execute();
        }
      }),

    keepOnly: async (servers) => {
      await db.deleteFrom('outbox').where('server', 'not in', servers).execute();
      await db.deleteFrom('told_folders').where('server', 'not in', servers).execute();
    },
  };
}
