import type { Catalog } from '../catalog/catalog.ts';
import type { Proposal, ProposalState } from '../catalog/curation/proposals.ts';
import type { Clock } from '../core/clock.ts';
import { BridgeError } from '../core/errors.ts';
import type { FileId } from '../core/ids.ts';
import type { Publisher } from '../reconcile/publisher.ts';
import type { TreeTurns } from '../reconcile/tree-turns.ts';

export interface DecisionOptions {
  catalog: Catalog;
  clock: Clock;
  retention: {
    /** A person says that the account of today is the right one. */
    adoptAccount(signal: AbortSignal): Promise<void>;
    /** A person said that the removals of the last day were right. */
    forgetLosses(): Promise<void>;
  };
  publisher: Pick<Publisher, 'findTrees' | 'files'>;
  turns: TreeTurns;
}

/** What a person's word did. */
export interface Decided {
  proposal: Proposal;
  /** Files that went, stay, or are there again. */
  files: number;
  /** `later`: a sync runs just now and brings the tree up to date when it ends. */
  tree: 'written' | 'later';
}

/**
 * Accepts, refuses and undoes proposals.
 * @throws BridgeError BRIDGE_PROPOSAL_UNKNOWN, BRIDGE_PROPOSAL_DECIDED, BRIDGE_DISK
 */
export interface Decisions {
  /** Newest first: those that wait, or the last of all. */
  list(limit: number, state?: ProposalState): Promise<Proposal[]>;
  /** Its files go now, unless they came back; also what was refused or undone before. */
  accept(id: number, signal: AbortSignal): Promise<Decided>;
  /** Its files stay until they come back, or somebody says otherwise. */
  refuse(id: number): Promise<Decided>;
  /**
   * What was accepted, or went by itself, is there again and stays; what was refused waits for a word again.
   * @param id the last removal if not given
   */
  undo(id?: number): Promise<Decided>;
  /** The three by name. @param id needed by all but undo */
  decide(
    decision: 'accept' | 'refuse' | 'undo',
    id: number | undefined,
    signal: AbortSignal,
  ): Promise<Decided>;
}

export function createDecisions({ catalog, clock, retention, publisher, turns }: DecisionOptions): Decisions {
  const { proposals, removals } = catalog;

  async function find(id: number, ...states: ProposalState[]): Promise<Proposal> {
    const found = Number.isSafeInteger(id) ? await proposals.byId(id) : undefined;
    if (!found) throw new BridgeError('BRIDGE_PROPOSAL_UNKNOWN', { detail: String(id) });
    if (!states.includes(found.state))
      throw new BridgeError('BRIDGE_PROPOSAL_DECIDED', { detail: `${id} is ${found.state}` });
    return found;
  }

  async function decided(id: number, files: number, tree: Decided['tree'] = 'written'): Promise<Decided> {
    return { proposal: await find(id, 'open', 'accepted', 'refused', 'undone', 'settled'), files, tree };
  }

  /** One proposal waits for each cause: files of a second one join it. @returns the one that waits now */
  async function reopen({ id, kind }: Proposal, ids: readonly FileId[]): Promise<number> {
    const other = (await proposals.open()).find((open) => open.kind === kind);
    await proposals.decide(id, other ? 'undone' : 'open', other ? clock.now() : undefined);
    if (!other) return id;
    const all = [...new Set([...(await proposals.filesOf(other.id)), ...ids])];
    await proposals.update(other.id, other.why, await proposals.factsOf(all), all);
    return other.id;
  }

  /** Brings the tree up to date for these files now; a sync that runs does it when it ends, they are noted as dirty. */
  async function write(ids: readonly FileId[]): Promise<Decided['tree']> {
    if (ids.length === 0) return 'written';
    const written = await turns.briefUnlessSynced(async () => {
      await publisher.findTrees();
      await publisher.files(ids);
    });
    return written ? 'written' : 'later';
  }

  /** What is there again is waited for, and a crawl may take hours; what goes may still be found by it. */
  async function writeBack(ids: readonly FileId[]): Promise<Decided['tree']> {
    const written = await write(ids);
    if (written === 'written' || !turns.isSynced()) return written;
    const { counts } = await publisher.files(ids, { midCrawl: true });
    return counts.failed === 0 ? 'written' : 'later';
  }

  const decisions: Omit<Decisions, 'decide'> = {
    list: (limit, state) => proposals.list(limit, state),

    async accept(id, signal) {
      const { kind } = await find(id, 'open', 'refused', 'undone');
      if (kind === 'account') await retention.adoptAccount(signal);
      const ids = await proposals.filesOf(id);
      const gone = await removals.remove(ids, clock.now(), { proposalId: id, alsoKept: true });
      await retention.forgetLosses();
      return decided(id, gone.length, await write(gone));
    },

    async refuse(id) {
      await find(id, 'open');
      const ids = await removals.stillMissing(await proposals.filesOf(id));
      await removals.keep(ids, clock.now());
      await proposals.decide(id, 'refused', clock.now());
      return decided(id, ids.length);
    },

    async undo(id) {
      const last = id ?? (await proposals.lastRemoval());
      if (last === undefined)
        throw new BridgeError('BRIDGE_PROPOSAL_UNKNOWN', {
          says: 'There is nothing to bring back',
          remedy: 'passerelle proposals lists what was taken out, and what was brought back',
        });
      const found = await find(last, 'accepted', 'refused');
      const ids = await proposals.filesOf(last);
      if (found.state === 'refused') {
        await removals.unkeep(ids);
        return decided(await reopen(found, ids), ids.length);
      }
      const by = await proposals.batchesOf(ids);
      const back = await removals.keep(
        ids.filter((one) => by.get(one) === last),
        clock.now(),
      );
      await proposals.decide(last, 'undone', clock.now());
      return decided(last, back.length, await writeBack(back));
    },
  };

  return {
    ...decisions,

    async decide(decision, id, signal) {
      if (decision === 'undo') return decisions.undo(id);
      if (id === undefined) throw new BridgeError('BRIDGE_PROPOSAL_UNKNOWN', { detail: 'no number' });
      return decision === 'accept' ? decisions.accept(id, signal) : decisions.refuse(id);
    },
  };
}
