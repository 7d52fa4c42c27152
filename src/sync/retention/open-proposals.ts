import type { Catalog } from '../../catalog/catalog.ts';
import type { Proposal, ProposalFacts } from '../../catalog/curation/proposals.ts';
import type { Log } from '../../core/log.ts';
import type { Cause, Stop } from './guard.ts';

/** Account paths shown with a proposal. */
const examplesShown = 5;
/** More than there are causes. */
export const maxOpen = 100;

/** What a person is told of these files. */
export async function factsOf(catalog: Catalog, fileIds: readonly string[]): Promise<ProposalFacts> {
  const shown = await catalog.files.filesByIds(fileIds.slice(0, examplesShown));
  const folders = await catalog.files.folderPaths([...new Set(shown.map((file) => file.folderId))]);
  const examples = shown.map(({ folderId, name }) => `${folders.get(folderId) ?? '…'}/${name}`);
  return {
    files: fileIds.length,
    films: await catalog.proposals.films(fileIds),
    examples: examples.map((path) => path.replace(/^\/\//, '/')),
  };
}

/** The proposals that wait for a word: at most one for each cause, kept up to date by every crawl. */
export function createOpenProposals(catalog: Catalog, log: Log) {
  const { proposals, removals } = catalog;
  const open = (): Promise<Proposal[]> => proposals.list(maxOpen, 'open');

  /** Files of an open one that have not come back. */
  const waiting = async ({ id }: Proposal): Promise<string[]> =>
    removals.stillMissing(await proposals.filesOf(id));

  return {
    open,
    waiting,

    /** Notes what was stopped; says so loudly the first time. @returns its id */
    async put({ cause, why }: Stop, fileIds: readonly string[], now: number): Promise<number> {
      const facts = await factsOf(catalog, fileIds);
      const before = (await open()).find(({ kind }) => kind === cause);
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

    /**
     * What came back leaves its proposal; one that is empty, or whose cause is over, is settled.
     * @param spoilt why this crawl could take nothing for missing
     * @param put the cause whose proposal is up to date already
     */
    async refresh(spoilt: Cause | undefined, put: Cause | undefined, now: number): Promise<void> {
      for (const proposal of await open()) {
        const { id, kind, why } = proposal;
        if (kind === put) continue;
        const left = await waiting(proposal);
        // A stop for the number of files waits for a person; the others end with what made them.
        const isOver = left.length === 0 || (kind !== 'many' && spoilt === undefined);
        if (isOver) {
          await proposals.decide(id, 'settled', now);
          log.info(
            { proposal: id, why },
            'a proposal is settled: its files are back, or what stopped it is over',
          );
        } else if (left.length !== proposal.files) {
          await proposals.update(id, why, await factsOf(catalog, left), left);
        }
      }
    },
  };
}

export type OpenProposals = ReturnType<typeof createOpenProposals>;
