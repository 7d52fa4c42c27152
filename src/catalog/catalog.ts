import { sql } from 'kysely';
import { type Codec, keptAs, type OnDamage } from '../core/codec.ts';
import type { MediaFacts } from '../library/media-facts.ts';
import type { Override } from '../library/override.ts';
import type { Recognition } from '../naming/text/recognition.ts';
import { type AccountTrash, createAccountTrash } from './account/account-trash.ts';
import { type BegunCopies, createBegunCopies } from './account/begun-copies.ts';
import { type Crawls, createCrawls } from './account/crawls.ts';
import { createDirty, type Dirty } from './account/dirty.ts';
import { createFileDates, type FileDates } from './account/file-dates.ts';
import { createFiles, type Files } from './account/files.ts';
import { createFolderFacts, type FolderFactsStore } from './account/folder-facts.ts';
import { createFolderGaps, type FolderGaps } from './account/folder-gaps.ts';
import { createFolderListings, type FolderListings } from './account/folder-listings.ts';
import { type Listing, type ListingChange, recordListing } from './account/listing.ts';
import { createLocalFiles, type LocalFiles } from './account/local-files.ts';
import { createOwnChanges, type OwnChanges } from './account/own-changes.ts';
import { createOwnWord, type OwnWord } from './account/own-word.ts';
import { createPutAside, type PutAside } from './account/put-aside.ts';
import { createTwins, type Twins } from './account/twins.ts';
import { createJournal, type Journal } from './curation/journal.ts';
import { createOverrides, type Overrides } from './curation/overrides.ts';
import { createProposals, type Proposals } from './curation/proposals.ts';
import { createRemovals, type Removals } from './curation/removals.ts';
import { createKeyValues, type KeyValues } from './db/key-values.ts';
import { openDatabase } from './db/open.ts';
import { createHeldUploads, type HeldUploads } from './held-uploads.ts';
import { createInboxRows, type InboxRows } from './inbox.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import { type CachedRanges, createCachedRanges } from './playback/cached-ranges.ts';
import { createFileVersionRows, type FileVersionRows } from './playback/file-versions.ts';
import { createLeases, type Leases } from './playback/leases.ts';
import { createMedia, type MediaStore } from './playback/media.ts';
import { createKeptPlays, type KeptPlay, type KeptPlays } from './playback/plays.ts';
import { createRemoteJournal, type RemoteJournal } from './remote-journal.ts';
import { createToldFolders, type ToldFolders } from './told-folders.ts';
import { createPlacements, type Placements } from './tree/placements.ts';
import { createRecognitions, type Recognitions } from './tree/recognitions.ts';
import { createStandings, type Standings } from './tree/standings.ts';
import { createTrashRows, type TrashRows } from './tree/trash.ts';
import { createTreeChanges, type TreeChanges } from './tree/tree-changes.ts';
import { createTreeListings, type TreeListings } from './tree/tree-listings.ts';
import { createUploadJournal, type UploadJournal } from './uploads.ts';

/**
 * What the account holds and what was made of it. One file of SQLite, and one connection to it: each call is a round trip,
 * so lists of ids go in one. Times are milliseconds UTC where nothing else is said.
 */
export interface Catalog {
  /** What the account holds: files, and the folders that they lie in. */
  readonly files: Files;
  /** Crawls, and what their listings say. */
  readonly crawls: Crawls;
  /** What tells how soon a folder may have something new. */
  readonly folderFacts: FolderFactsStore;
  /** What listings lacked. */
  readonly folderGaps: FolderGaps;
  /** Files that did harm when they were read. */
  readonly putAside: PutAside;
  /** Files of one name. */
  readonly twins: Twins;
  /** How files leave the library. */
  readonly removals: Removals;
  /** Deletions that wait for a person's word, and those that were carried out. */
  readonly proposals: Proposals;
  /** What lies in the trash. */
  readonly trash: TrashRows;
  /** What media servers have not been told yet. */
  readonly outbox: Outbox;
  readonly toldFolders: ToldFolders;
  /** Uploads that were begun. */
  readonly uploads: UploadJournal;
  /** Those whose bodies come in pieces. */
  readonly heldUploads: HeldUploads;
  /** What we changed in the account by other means. */
  readonly ownChanges: OwnChanges;
  /** Copies that may have another name still than they are to have. */
  readonly begunCopies: BegunCopies;
  /** Whose word stands when a listing was asked for before a change of ours. */
  readonly ownWord: OwnWord;
  /** What the content of its files is dated to be. */
  readonly fileDates: FileDates;
  /** Small files in it that only we have. */
  readonly localFiles: LocalFiles;
  /** What was removed from it by hand and can be taken back. */
  readonly accountTrash: AccountTrash;
  /** What inboxes have sent. */
  readonly inbox: InboxRows;
  /** Addresses that the host was asked to fetch. */
  readonly remote: RemoteJournal;
  /** Direct links. */
  readonly leases: Leases;
  /** Beginnings and ends of files that lie on the disk. */
  readonly cachedRanges: CachedRanges;
  /** Of which version the bytes are that the host gives. */
  readonly fileVersions: FileVersionRows;
  /** What files were taken for. */
  readonly recognitions: Recognitions;
  /** What a person said of files and folders. */
  readonly overrides: Overrides;
  /** Places that were changed together, and can be changed back. */
  readonly journal: Journal;
  /** Files of which the tree is behind. */
  readonly dirty: Dirty;
  /** What the headers of videos say. */
  readonly media: MediaStore;
  /** Where the files of the account stand. */
  readonly standings: Standings;
  /** Small facts that outlive a restart. */
  readonly keyValues: KeyValues;
  /** Titles and manifest of the first tree. */
  readonly placements: Placements;
  /** Titles and manifest of the tree of this name. */
  placementsOf(tree: string): Placements;
  /** What lies where, for listings. */
  readonly listings: { ofTree(tree: string): TreeListings; readonly ofAccount: FolderListings };
  /** The last plays. `T`: a play as whoever writes it has it. */
  plays<T extends KeptPlay>(codec: Codec<T>): KeptPlays<T>;
  /** Notes folders on the way to a root, without their files. */
  recordFolders(listing: Omit<Listing, 'files' | 'complete' | 'gaps'>, now: number): Promise<void>;
  /** Files that went before this time and have nothing left in the trash leave their paths to others. */
  freePlaces(goneBefore: number): Promise<void>;
  /** What changed in the trees last. */
  readonly treeChanges: TreeChanges;
  /** Names of the trees of which something is written, or was about to be. */
  treeNames(): Promise<string[]>;
  /** Resolves when the database answers a query. */
  alive(): Promise<void>;
  close(): Promise<void>;
}

/** How the catalog keeps what other rooms make: it looks into none of it but by what SQL needs to find. */
export interface CatalogCodecs {
  recognition: Codec<Recognition>;
  override: Codec<Override>;
  mediaFacts: Codec<MediaFacts>;
}

/**
 * Opens the catalog in this file; makes it where there is none.
 * @param onDamage is told once of each kind of thing that cannot be read any more and counts as not kept
 * @throws BridgeError see {@link openDatabase}
 */
export async function openCatalog(
  file: string,
  codecs: CatalogCodecs,
  onDamage: OnDamage = () => {},
): Promise<Catalog> {
  const db = await openDatabase(file);
  const files = createFiles(db);
  const told = new Set<string>();
  const damaged: OnDamage = (what) => {
    if (told.has(what)) return;
    told.add(what);
    onDamage(what);
  };
  const recognition = keptAs(codecs.recognition, 'what a name says', damaged);
  const override = keptAs(codecs.override, 'what a person said', damaged);
  const mediaFacts = keptAs(codecs.mediaFacts, 'what the header of a film says', damaged);
  const placements = createPlacements(db, '', recognition);
  const ownWord = createOwnWord();
  return {
    files,
    crawls: forgetting(createCrawls(db, ownWord, damaged), files),
    folderFacts: createFolderFacts(db),
    folderGaps: createFolderGaps(db, damaged),
    putAside: createPutAside(db, files.folderPaths),
    twins: createTwins(db),
    removals: alsoForgetting(createRemovals(db), files),
    proposals: createProposals(db, damaged),
    trash: createTrashRows(db),
    outbox: createOutbox(db),
    toldFolders: createToldFolders(db),
    uploads: createUploadJournal(db),
    ownChanges: createOwnChanges(db, ownWord),
    begunCopies: createBegunCopies(db),
    ownWord,
    accountTrash: createAccountTrash(db, ownWord),
    heldUploads: createHeldUploads(db),
    inbox: createInboxRows(db),
    remote: createRemoteJournal(db),
    fileDates: createFileDates(db),
    localFiles: createLocalFiles(db),
    leases: createLeases(db),
    cachedRanges: createCachedRanges(db),
    fileVersions: createFileVersionRows(db),
    recognitions: createRecognitions(db, recognition),
    overrides: createOverrides(db, override),
    journal: createJournal(db, codecs.override, damaged),
    dirty: createDirty(db),
    media: createMedia(db, mediaFacts),
    standings: createStandings(db),
    keyValues: createKeyValues(db, damaged),
    placements,
    placementsOf: (tree) => (tree === '' ? placements : createPlacements(db, tree, recognition)),
    listings: { ofTree: (tree) => createTreeListings(db, tree), ofAccount: createFolderListings(db) },
    plays: (codec) => createKeptPlays(db, keptAs(codec, 'a play', damaged)),
    recordFolders: async (listing, now) => {
      await db.transaction().execute(async (trx) => {
        const named: Listing = { ...listing, files: [], complete: false };
        const { folders } = await ownWord.amended(trx, named);
        await recordListing(trx, { ...named, folders }, now);
      });
    },
    freePlaces: async (goneBefore) => {
      await sql`delete from placements where file_id in (select id from files where gone_at < ${goneBefore})
        and file_id not in (select file_id from trash where file_id is not null)`.execute(db);
    },
    treeChanges: createTreeChanges(db),
    treeNames: async () => {
      const intended = db.selectFrom('tree_intents').select('tree');
      const rows = await db.selectFrom('tree').select('tree').union(intended).execute();
      return rows.map((row) => row.tree);
    },
    alive: async () => void (await db.selectFrom('key_values').select('name').limit(1).execute()),
    close: () => db.destroy(),
  };
}

/** Files that a listing changes are no longer at hand as they were. */
function forgetting(crawls: Crawls, files: Files): Crawls {
  const told = <T extends ListingChange>(change: T): T => {
    files.forget(change.changed);
    files.forget(change.missing);
    return change;
  };
  return {
    ...crawls,
    listed: async (...args) => told(await crawls.listed(...args)),
    listedAlone: async (...args) => told(await crawls.listedAlone(...args)),
    arrived: async (...args) => told(await crawls.arrived(...args)),
  };
}

/** Nor are those that leave the library. */
function alsoForgetting(removals: Removals, files: Files): Removals {
  return {
    ...removals,
    async remove(...args) {
      const gone = await removals.remove(...args);
      files.forget(gone);
      return gone;
    },
  };
}
