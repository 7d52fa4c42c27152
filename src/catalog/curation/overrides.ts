import type { Kysely } from 'kysely';
import type { KeptCodec } from '../../core/codec.ts';
import type { Override } from '../../library/override.ts';
import { inList } from '../db/in-list.ts';
import type { Schema } from '../db/schema.ts';
import { handOnSaid } from './journal.ts';
import type { Former, Target } from './override-types.ts';

/** An override as it is kept. Times in milliseconds UTC. */
export interface OverrideRow {
  target: Target;
  value: Override;
  at: number;
}

/** What a person said about files and folders; outlives every index. */
export interface Overrides {
  /** Says something of a target, in the place of what was said before. */
  put(row: OverrideRow): Promise<void>;
  /** @returns whether there was one */
  remove(target: Target): Promise<boolean>;
  /** What was said of one file is said of another from now on, also where an undo would take it back. */
  handOn(from: string, to: string): Promise<void>;
  /** In the order in which it was said. */
  all(): Promise<OverrideRow[]>;
  /** What is said of these now. */
  of(targets: readonly Target[]): Promise<Former[]>;
}

export function createOverrides(db: Kysely<Schema>, codec: KeptCodec<Override>): Overrides {
  const toRows = ({ target, value: text, at }: Schema['overrides']): OverrideRow[] => {
    const value = codec.decode(text);
    return value ? [{ target: target as Target, value, at }] : [];
  };

  return {
    put: async ({ target, value: override, at }) => {
      const value = codec.encode(override);
      await db
        .insertInto('overrides')
        .values({ target, value, at })
        .onConflict((conflict) => conflict.column('target').doUpdateSet({ value, at }))
        .execute();
    },

    async remove(target) {
      const { numDeletedRows } = await db
        .deleteFrom('overrides')
        .where('target', '=', target)
        .executeTakeFirstOrThrow();
      return numDeletedRows > 0n;
    },

    handOn: (from, to) =>
      db.transaction().execute(async (trx) => {
        const [target, successor]: [Target, Target] = [`file:${from}`, `file:${to}`];
        await trx.updateTable('overrides').set({ target: successor }).where('target', '=', target).execute();
        await handOnSaid(trx, target, successor);
      }),

    async all() {
      return (await db.selectFrom('overrides').selectAll().orderBy('at').execute()).flatMap(toRows);
    },

    async of(targets) {
      const said = db.selectFrom('overrides').selectAll().where('target', 'in', inList(targets));
      const rows = (await said.execute()).flatMap(toRows);
      const found = new Map<string, Former>(rows.map((row) => [row.target, row]));
      return targets.map((target) => found.get(target) ?? { target });
    },
  };
}
