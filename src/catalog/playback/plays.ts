import type { Kysely } from 'kysely';
import type { KeptCodec } from '../../core/codec.ts';
import type { Schema } from '../db/schema.ts';

/** The part of a play that the catalog looks at; the rest is kept as it is. */
export interface KeptPlay {
  id: string;
  startedAt: number;
}

/** The last plays. `T`: a play as whoever writes it has it. */
export interface KeptPlays<T extends KeptPlay> {
  /** Writes these plays, and forgets all but the last `keep`. */
  put(plays: readonly T[], keep: number): Promise<void>;
  /** Newest first. */
  recent(limit: number): Promise<T[]>;
}

export function createKeptPlays<T extends KeptPlay>(db: Kysely<Schema>, codec: KeptCodec<T>): KeptPlays<T> {
  return {
    async put(plays, keep) {
      await db.transaction().execute(async (trx) => {
        for (const play of plays) {
          const record = codec.encode(play);
          await trx
            .insertInto('plays')
            .values({ id: play.id, started_at: play.startedAt, record })
            .onConflict((conflict) => conflict.column('id').doUpdateSet({ record }))
            .execute();
        }
        await trx
          .deleteFrom('plays')
          .where('id', 'not in', (last) =>
            last.selectFrom('plays').select('id').orderBy('started_at', 'desc').orderBy('id').limit(keep),
          )
          .execute();
      });
    },

    async recent(limit) {
      const rows = await db
        .selectFrom('plays')
        .select('record')
        .orderBy('started_at', 'desc')
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.flatMap((row) => codec.decode(row.record) ?? []);
    },
  };
}
