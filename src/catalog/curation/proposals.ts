import type { Kysely, Selectable, Transaction } from 'kysely';
import type { OnDamage } from '../../core/codec.ts';
import type { FileId } from '../../core/ids.ts';
import { chunks } from '../db/chunks.ts';
import { inList } from '../db/in-list.ts';
import type { Schema } from '../db/schema.ts';
import { factsOf, type ProposalFacts, proposalFacts, readFacts } from './proposal-facts.ts';

export type ProposalState = 'open' | 'accepted' | 'refused' | 'undone' | 'settled';

/** A deletion that was stopped, or one that went through (kind `retention`). Times in milliseconds UTC. */
export interface Proposal extends ProposalFacts {
  id: number;
  at: number;
  kind: string;
  why: string;
  /** `settled`: its files came back before anybody decided. `undone`: what was accepted is there again. */
  state: ProposalState;
  decidedAt: number | undefined;
}

/** Deletions that wait for a person's word, and those that were carried out. */
export interface Proposals {
  /** Newest first. */
  list(limit: number, state?: ProposalState): Promise<Proposal[]>;
  /** Those that wait for a word, newest first: at most one for each cause. */
  open(): Promise<Proposal[]>;
  /** What a person is told of these files. */
  factsOf(fileIds: readonly FileId[]): Promise<ProposalFacts>;
  /** The proposal with this number. */
  byId(id: number): Promise<Proposal | undefined>;
  /** Ids of its files, in order. */
  filesOf(id: number): Promise<FileId[]>;
  /** Writes a new one down. @returns its number */
  add(proposal: NewProposal, fileIds: readonly FileId[]): Promise<number>;
  /** An open one is about these files now. */
  update(id: number, why: string, facts: ProposalFacts, fileIds: readonly FileId[]): Promise<void>;
  /** @param now milliseconds UTC; without it the proposal waits for a decision again */
  decide(id: number, state: ProposalState, now: number | undefined): Promise<void>;
  /** The newest removal that has not been undone, among those of which something is gone still. */
  lastRemoval(): Promise<number | undefined>;
  /** The batch by which each of these files went; what is still in the library is not among them. */
  batchesOf(fileIds: readonly FileId[]): Promise<Map<string, number>>;
}

export function createProposals(db: Kysely<Schema>, onDamage: OnDamage): Proposals {
  const toProposal = ({ facts, ...row }: Selectable<Schema['proposals']>): Proposal => ({
    id: row.id,
    at: row.at,
    kind: row.kind,
    why: row.why,
    state: row.state as ProposalState,
    decidedAt: row.decided_at ?? undefined,
    ...readFacts(facts, onDamage),
  });

  return {
    async list(limit, state) {
      let query = db.selectFrom('proposals').selectAll().orderBy('id', 'desc').limit(limit);
      if (state) query = query.where('state', '=', state);
      return (await query.execute()).map(toProposal);
    },

    async open() {
      const rows = db.selectFrom('proposals').selectAll().where('state', '=', 'open').orderBy('id', 'desc');
      return (await rows.execute()).map(toProposal);
    },

    factsOf: (fileIds) => factsOf(db, fileIds),

    async byId(id) {
      const row = await db.selectFrom('proposals').selectAll().where('id', '=', id).executeTakeFirst();
      return row && toProposal(row);
    },

    async filesOf(id) {
      const rows = await db
        .selectFrom('proposal_files')
        .select('file_id')
        .where('proposal_id', '=', id)
        .orderBy('file_id')
        .execute();
      return rows.map((row) => row.file_id);
    },

    add: (proposal, fileIds) => db.transaction().execute((trx) => insertProposal(trx, proposal, fileIds)),

    update: (id, why, facts, fileIds) =>
      db.transaction().execute(async (trx) => {
        await trx
          .updateTable('proposals')
          .set({ why, facts: proposalFacts.encode(facts) })
          .where('id', '=', id)
          .execute();
        await trx.deleteFrom('proposal_files').where('proposal_id', '=', id).execute();
        await insertFiles(trx, id, fileIds);
      }),

    async decide(id, state, now) {
      await db
        .updateTable('proposals')
        .set({ state, decided_at: now ?? null })
        .where('id', '=', id)
        .execute();
    },

    async lastRemoval() {
      const row = await db
        .selectFrom('proposals as p')
        .select('p.id')
        .where('p.state', '=', 'accepted')
        .where((e) =>
          e.exists(
            e
              .selectFrom('proposal_files as pf')
              .innerJoin('files as f', 'f.id', 'pf.file_id')
              .select('pf.file_id')
              .whereRef('pf.proposal_id', '=', 'p.id')
              .where('f.gone_at', 'is not', null),
          ),
        )
        .orderBy('p.decided_at', 'desc')
        .orderBy('p.id', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row?.id;
    },

    async batchesOf(fileIds) {
      const rows = await db
        .selectFrom('proposal_files as pf')
        .innerJoin('proposals as p', 'p.id', 'pf.proposal_id')
        .innerJoin('files as f', 'f.id', 'pf.file_id')
        .select(['pf.file_id', 'p.id'])
        .where('pf.file_id', 'in', inList(fileIds))
        .where('p.state', '=', 'accepted')
        .where('f.gone_at', 'is not', null)
        .orderBy('p.decided_at')
        .orderBy('p.id')
        .execute();
      return new Map(rows.map((row) => [row.file_id, row.id]));
    },
  };
}

export interface NewProposal {
  at: number;
  kind: string;
  why: string;
  state: ProposalState;
  decidedAt?: number;
  facts: ProposalFacts;
}

/** Part of the caller's transaction. @returns its id */
export async function insertProposal(
  trx: Transaction<Schema>,
  { at, kind, why, state, decidedAt, facts }: NewProposal,
  fileIds: readonly FileId[],
): Promise<number> {
  const row = { at, kind, why, state, decided_at: decidedAt ?? null, facts: proposalFacts.encode(facts) };
  const { insertId } = await trx.insertInto('proposals').values(row).executeTakeFirstOrThrow();
  await insertFiles(trx, Number(insertId), fileIds);
  return Number(insertId);
}

async function insertFiles(trx: Transaction<Schema>, id: number, fileIds: readonly FileId[]): Promise<void> {
  for (const part of chunks(fileIds)) {
    const rows = part.map((file_id) => ({ proposal_id: id, file_id }));
    await trx.insertInto('proposal_files').values(rows).execute();
  }
}
