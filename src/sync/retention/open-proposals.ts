import type { Catalog } from '../../catalog/catalog.ts';
import type { Proposal } from '../../catalog/curation/proposals.ts';
import type { FileId } from '../../core/ids.ts';
import type { Log } from '../../core/log.ts';
import type { Cause, Stop } from './guard.ts';

/** The proposals that wait for a word: at most one for each cause, kept up to date by every crawl. */
export interface OpenProposals {
  /** Newest first. */
  all(): Promise<Proposal[]>;
  /** Ids of the files of an open one that have not come back. */
  filesLeft(proposal: Proposal): Promise<FileId[]>;
  /** Notes what was stopped; says so loudly the first time. @returns its id */
  put(stop: Stop, fileIds: readonly FileId[], now: number): Promise<number>;
  /**
   * What came back leaves its proposal; one that is empty, or whose cause is over, is settled.
   * @param spoilt why this crawl could take nothing for missing
   * @param put the cause whose proposal is up to date already
   */
  refresh(spoilt: Cause | undefined, put: Cause | undefined, now: number): Promise<void>;
}

export function createOpenProposals(catalog: Catalog, log: Log): OpenProposals {
  const { proposals, removals } = catalog;

  const filesLeft = async ({ id }: Proposal) => removals.stillMissing(await proposals.filesOf(id));

  return {
    all: () => proposals.open(),
    filesLeft,

    async put({ cause, why }, fileIds, now) {
      const facts = await proposals.factsOf(fileIds);
      const before = (await proposals.open()).find(({ kind }) => kind === cause);
      if (before) {
        await proposals.update(before.id, why, facts, fileIds);
        return before.id;
      }
      const id = await proposals.add({ at: now, kind: cause, why, facts, state: 'open' }, fileIds);
      log.error(
        { proposal: id, ...facts, why },
        `NOTHING WAS REMOVED. If it is right: passerelle proposals accept ${id}; if not: passerelle proposals refuse ${id}`,
      );
      return id;
    },

    async refresh(spoilt, put, now) {
      for (const proposal of await proposals.open()) {
        const { id, kind, why } = proposal;
        if (kind === put) continue;
        const left = await filesLeft(proposal);
        // A stop for the number of files waits for a person; the others end with what made them.
        const isOver = left.length === 0 || (kind !== 'many' && spoilt === undefined);
        if (isOver) {
          await proposals.decide(id, 'settled', now);
          log.info(
            { proposal: id, why },
            'a proposal is settled: its files are back, or what stopped it is over',
          );
        } else if (left.length !== proposal.files) {
          await proposals.update(id, why, await proposals.factsOf(left), left);
        }
      }
    },
  };
}
