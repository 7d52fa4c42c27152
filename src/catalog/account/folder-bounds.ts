import type { Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { depthOf } from './folder-gaps.ts';
import type { Listing } from './listing-types.ts';

/** Deeper than any account: a chain of parents that is longer leads in a circle. */
export const deepest = 200;

/**
 * What of a listing may be believed of its sub-folders: none that lies deeper than any path of the library, and no more
 * than there is room for. A host that makes up folders would be listed without end. What is left out is a gap, and the
 * listing a part: nothing that it lacks is missing.
 * @param room folders that may still be told
 */
export async function withinBounds(
  trx: Transaction<Schema>,
  listing: Listing,
  room: number,
): Promise<Listing> {
  const { folders, gaps = [] } = listing;
  if (folders.length === 0) return listing;
  const isDeepest = (await depthOf(trx, listing.folderId, deepest)) >= deepest;
  const max = isDeepest ? 0 : Math.max(0, room);
  if (folders.length <= max) return listing;
  const reason = isDeepest ? 'deep' : 'many';
  const left = folders.slice(max);
  return {
    ...listing,
    folders: folders.slice(0, max),
    complete: false,
    gaps: [...gaps, ...left.map(({ name }) => ({ reason, kind: 'folder', count: 1, name }) as const)],
  };
}
