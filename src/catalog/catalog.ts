import { createContent } from './content.ts';
import { createCrawls } from './crawls.ts';
import { createDirty } from './dirty.ts';
import { createKept } from './kept.ts';
import { createLeases } from './leases.ts';
import { type Listing, recordListing } from './listing.ts';
import { createMedia } from './media.ts';
import { createMemory } from './memory.ts';
import { openDatabase } from './open.ts';
import { createPlayLog } from './plays.ts';
import { createRemovals } from './removals.ts';
import { createTitles } from './titles.ts';

/**
 * Opens what the account holds and what was made of it. `file` is the path of the database.
 * @throws BridgeError see {@link openDatabase}
 */
export async function openCatalog(file: string) {
  const db = await openDatabase(file);
  const content = createContent(db);
  const crawls = createCrawls(db);
  const removals = createRemovals(db);
  return {
    content,
    crawls: {
      ...crawls,
      listed: async (...args: Parameters<typeof crawls.listed>) => {
        const change = await crawls.listed(...args);
        content.forget(change.changed);
        content.forget(change.missing);
        return change;
      },
    },
    removals: {
      ...removals,
      remove: async (ids: readonly string[], now: number) => {
        await removals.remove(ids, now);
        content.forget(ids);
      },
    },
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
    kept: createKept(db),
    /** `T`: a play as whoever writes it has it. */
    plays: <T extends { id: string; startedAt: number }>() => createPlayLog<T>(db),
    titles: createTitles(db),
    dirty: createDirty(db),
    media: createMedia(db),
    memory: createMemory(db),
    /** Resolves when the database answers a query. */
    alive: async (): Promise<void> => void (await db.selectFrom('memory').select('name').limit(1).execute()),
    close: (): Promise<void> => db.destroy(),
  };
}

export type Catalog = Awaited<ReturnType<typeof openCatalog>>;
