import { sql } from 'kysely';
import { createCrawls } from './account/crawls.ts';
import { createDirty } from './account/dirty.ts';
import { createFiles } from './account/files.ts';
import { createFolderFacts } from './account/folder-facts.ts';
import { createFolderListings } from './account/folder-listings.ts';
import { type Listing, recordListing } from './account/listing.ts';
import { createJournal } from './curation/journal.ts';
import { createOverrides } from './curation/overrides.ts';
import { createProposals } from './curation/proposals.ts';
import { createRemovals } from './curation/removals.ts';
import { createKeyValues } from './db/key-values.ts';
import { openDatabase } from './db/open.ts';
import { createOutbox } from './outbox.ts';
import { createCachedRanges } from './playback/cached-ranges.ts';
import { createLeases } from './playback/leases.ts';
import { createMedia } from './playback/media.ts';
import { createPlayLog } from './playback/plays.ts';
import { createPlacements } from './tree/placements.ts';
import { createRecognitions } from './tree/recognitions.ts';
import { createTrashRows } from './tree/trash.ts';
import { createTreeListings } from './tree/tree-listings.ts';

/**
 * Opens what the account holds and what was made of it. `file` is the path of the database.
 * @throws BridgeError see {@link openDatabase}
 */
export async function openCatalog(file: string) {
  const db = await openDatabase(file);
  const files = createFiles(db);
  const crawls = createCrawls(db);
  const removals = createRemovals(db);
  const placements = createPlacements(db, '');
  return {
    files,
    crawls: {
      ...crawls,
      listed: async (...args: Parameters<typeof crawls.listed>) => {
        const change = await crawls.listed(...args);
        files.forget(change.changed);
        files.forget(change.missing);
        return change;
      },
      listedAlone: async (...args: Parameters<typeof crawls.listedAlone>) => {
        const change = await crawls.listedAlone(...args);
        files.forget(change.changed);
        files.forget(change.missing);
        return change;
      },
    },
    folderFacts: createFolderFacts(db),
    removals: {
      ...removals,
      remove: async (...args: Parameters<typeof removals.remove>) => {
        const gone = await removals.remove(...args);
        files.forget(gone);
        return gone;
      },
    },
    proposals: createProposals(db),
    trash: createTrashRows(db),
    outbox: createOutbox(db),
    /** Notes folders on the way to a root, without their files. */
    recordFolders: async (
      listing: Pick<Listing, 'folderId' | 'name' | 'folders'>,
      now: number,
    ): Promise<void> => {
      await db
        .transaction()
        .execute((trx) => recordListing(trx, { ...listing, files: [], complete: false }, now));
    },
    leases: createLeases(db),
    cachedRanges: createCachedRanges(db),
    /** `T`: a play as whoever writes it has it. */
    plays: <T extends { id: string; startedAt: number }>() => createPlayLog<T>(db),
    recognitions: createRecognitions(db),
    overrides: createOverrides(db),
    journal: createJournal(db),
    /** The first tree. */
    placements,
    /** Titles and manifest of the tree of this name. */
    placementsOf: (tree: string) => (tree === '' ? placements : createPlacements(db, tree)),
    /** What lies where, for listings. */
    listings: {
      ofTree: (tree: string) => createTreeListings(db, tree),
      ofAccount: createFolderListings(db),
    },
    /** Files that went before this time and have nothing left in the trash leave their paths to others. */
    freePlaces: async (goneBefore: number): Promise<void> => {
      await sql`delete from places where file_id in (select id from files where gone_at < ${goneBefore})
        and file_id not in (select file_id from trash where file_id is not null)`.execute(db);
    },
    /** Names of the trees of which something is written, or was about to be. */
    treeNames: async (): Promise<string[]> => {
      const intended = db.selectFrom('tree_intents').select('tree');
      const rows = await db.selectFrom('tree').select('tree').union(intended).execute();
      return rows.map((row) => row.tree);
    },
    dirty: createDirty(db),
    media: createMedia(db),
    keyValues: createKeyValues(db),
    /** Resolves when the database answers a query. */
    alive: async (): Promise<void> => void (await db.selectFrom('memory').select('name').limit(1).execute()),
    close: (): Promise<void> => db.destroy(),
  };
}

export type Catalog = Awaited<ReturnType<typeof openCatalog>>;
