import type { Kysely } from 'kysely';
import { z } from 'zod';
import { type Codec, jsonOf, keptAs, type OnDamage } from '../../core/codec.ts';
import { type FileId, toFileId } from '../../core/ids.ts';
import type { Override } from '../../library/override.ts';
import type { Schema } from '../db/schema.ts';
import type { Former, Target } from './override-types.ts';

/** A place as the journal keeps it: see Placement. */
export interface Spot {
  titleKey: string;
  stem?: string | undefined;
  pinned?: string | undefined;
}

/** One file that was given another place in a tree. `undefined` = it had, or has, none. */
export interface Move {
  tree: string;
  fileId: FileId;
  from?: Spot | undefined;
  to?: Spot | undefined;
}

/** Moves that a person ordered together, and what had been said before where the order was a word. */
export interface Batch {
  id: number;
  at: number;
  why: string;
  moves: readonly Move[];
  said: readonly Former[];
}

const spot = z.object({
  titleKey: z.string(),
  stem: z.string().optional(),
  pinned: z.string().optional(),
});
const move = z.object({
  tree: z.string(),
  fileId: z.string().transform(toFileId),
  from: spot.optional(),
  to: spot.optional(),
});

/** How moves are kept. */
const movesJson: Codec<readonly Move[]> = jsonOf(z.array(move));

/** Batches that are kept for `tree undo`. */
const maxKept = 50;

/** The journal of changed places: what `tree undo` goes by. */
export interface Journal {
  /** Writes a batch down, and forgets those that are too old. @returns its id */
  add(batch: Omit<Batch, 'id'>): Promise<number>;
  /** The newest batch that was not undone. */
  last(): Promise<Batch | undefined>;
  /** What came of a batch that was noted before it was done. One that changed nothing is forgotten. */
  settle(id: number, moves: readonly Move[]): Promise<void>;
  /**
   * The moves of files whose paths others have taken over are those of the others: an undo moves what stands there.
   * @param successors by the ids of those that had the paths
   */
  handOn(tree: string, successors: ReadonlyMap<FileId, FileId>): Promise<void>;
  /** This batch is not undone again. @param now milliseconds UTC */
  undone(id: number, now: number): Promise<void>;
}

export function createJournal(db: Kysely<Schema>, codec: Codec<Override>, onDamage: OnDamage): Journal {
  const kept = keptAs(movesJson, 'moves in the tree', onDamage);
  const formers = keptAs(formersOf(codec), 'what a person said before', onDamage);

  return {
    add: (batch) =>
      db.transaction().execute(async (trx) => {
        const { at, why, moves, said } = batch;
        const values = {
          at,
          why,
          moves: kept.encode(moves),
          former: said.length > 0 ? formers.encode(said) : null,
          undone_at: null,
        };
        const { insertId } = await trx.insertInto('journal').values(values).executeTakeFirstOrThrow();
        const id = Number(insertId);
        await trx
          .deleteFrom('journal')
          .where('id', '<=', id - maxKept)
          .execute();
        return id;
      }),

    async last() {
      const row = await notUndone(db).orderBy('id', 'desc').limit(1).executeTakeFirst();
      if (!row) return undefined;
      const moves = kept.decode(row.moves);
      const said = row.former === null ? [] : formers.decode(row.former);
      // Half of a batch is not taken back, and none before it: what came after it may rest on that.
      return moves && said && { id: row.id, at: row.at, why: row.why, moves, said };
    },

    settle: async (id, moves) => {
      if (moves.length === 0)
        await db.deleteFrom('journal').where('id', '=', id).where('former', 'is', null).execute();
      await db
        .updateTable('journal')
        .set({ moves: kept.encode(moves) })
        .where('id', '=', id)
        .execute();
    },

    handOn: (tree, successors) =>
      db.transaction().execute(async (trx) => {
        for (const { id, moves } of await notUndone(trx).execute()) {
          if (![...successors.keys()].some((from) => moves.includes(JSON.stringify(from)))) continue;
          const renamed = kept.decode(moves)?.map((move) => ({
            ...move,
            fileId: (move.tree === tree && successors.get(move.fileId)) || move.fileId,
          }));
          if (!renamed) continue;
          await trx
            .updateTable('journal')
            .set({ moves: kept.encode(renamed) })
            .where('id', '=', id)
            .execute();
        }
      }),

    undone: async (id, now) => {
      await db.updateTable('journal').set({ undone_at: now }).where('id', '=', id).execute();
    },
  };
}

/** What had been said is kept with each override as a text of its own. */
const former = z.object({ target: z.string(), value: z.string().optional(), at: z.number().optional() });
const formerTexts = jsonOf(z.array(former));

function formersOf(codec: Codec<Override>): Codec<readonly Former[]> {
  return {
    encode: (said) =>
      JSON.stringify(
        said.map(({ value, ...rest }) => (value ? { ...rest, value: codec.encode(value) } : rest)),
      ),
    decode: (text) =>
      formerTexts.decode(text).map(({ target, value, at }) => ({
        target: target as Target,
        ...(value === undefined ? {} : { value: codec.decode(value) }),
        ...(at === undefined ? {} : { at }),
      })),
  };
}

/** What a person said of one target counts as said of another. Part of the caller's transaction. */
export async function handOnSaid(trx: Kysely<Schema>, from: Target, to: Target): Promise<void> {
  for (const { id, former: said } of await notUndone(trx).where('former', 'is not', null).execute()) {
    const before = keptAs(formerTexts, '', () => undefined).decode(said ?? '[]');
    if (!before?.some(({ target }) => target === from)) continue;
    const renamed = before.map((one) => (one.target === from ? { ...one, target: to } : one));
    await trx
      .updateTable('journal')
      .set({ former: JSON.stringify(renamed) })
      .where('id', '=', id)
      .execute();
  }
}

function notUndone(db: Kysely<Schema>) {
  return db.selectFrom('journal').selectAll().where('undone_at', 'is', null);
}
