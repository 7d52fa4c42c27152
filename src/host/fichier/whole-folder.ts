import { dayMs } from '../../core/durations.ts';
import { isBridgeError } from '../../core/errors.ts';
import type { FolderId } from '../../core/ids.ts';
import type { Log } from '../../core/log.ts';
import type { FolderCallOptions, FolderListing, HostFile, ListingGap } from '../host.ts';
import type { FichierClient } from './client.ts';
import { firstSentAt, isOutside, middleOf, minWindowMs, overlapMs } from './date-windows.ts';

export interface WholeFolderOptions {
  client: Pick<FichierClient, 'listFolder' | 'listFiles'>;
  log: Log;
  now: () => number;
  /** The host cuts a listing at so many entries. */
  cap: number;
}

/**
 * Most calls by date for one folder, whatever the host says: a half of them find at least half a cap of files each, which
 * is a quarter of a million files at the host's cap.
 */
const maxWindows = 200;

/** These say something of this one call: what is known by then is kept. Others stop the crawl, which asks again. */
const passable = [
  'BRIDGE_HOST_FORBIDDEN',
  'BRIDGE_HOST_REFUSED',
  'BRIDGE_HOST_ODD_ANSWER',
  'BRIDGE_HOST_FILE_GONE',
] as const;

/** A search by dates under way. */
interface Search {
  folderId: FolderId;
  options: FolderCallOptions;
  files: Map<string, HostFile>;
  /** Entries that cannot be read, by what they say of themselves. */
  unread: Map<string, ListingGap>;
  callsLeft: number;
  /** Why it ends before it has everything. */
  over: string | undefined;
}

/**
 * Lists one folder, with as many calls as that takes. Its answer says whether it is complete, and what is missing where
 * that is known. @throws BridgeError as one call does; the signal's reason
 */
export type ListWholeFolder = (folderId: FolderId, options: FolderCallOptions) => Promise<FolderListing>;

/**
 * Lists one folder completely: one call, or, when the answer has exactly as many entries as the host gives at most,
 * further calls for files by date of upload, halving the time until every piece is below the cap. It ends, and the
 * folder counts as incomplete, when a full answer has nothing new or stands outside of the dates that were asked for
 * (then the host does not look at them), and after so many calls.
 */
export function createWholeFolder({ client, log, now, cap }: WholeFolderOptions): ListWholeFolder {
  /** @returns whether all of them are there now */
  async function search(one: Search, after: number, before: number): Promise<boolean> {
    if (one.over === undefined && one.callsLeft <= 0) one.over = 'so many calls';
    if (one.over !== undefined) return false;
    one.callsLeft--;
    const window = { sentAfter: after - overlapMs, sentBefore: before + overlapMs };
    const answer = await client.listFiles({ folderId: one.folderId, ...window }, one.options);
    const knownBefore = one.files.size;
    for (const file of answer.files) one.files.set(file.id, file);
    for (const gap of answer.gaps ?? [])
      if (gap.reason !== 'unlisted') one.unread.set(JSON.stringify(gap), gap);
    if (answer.files.some((file) => isOutside(file, window))) one.over = 'files of other dates';
    const isFull = answer.files.length + answer.skipped >= cap;
    if (!isFull) return one.over === undefined && answer.skipped === 0;
    if (one.files.size === knownBefore) one.over ??= 'nothing new';
    if (before - after <= minWindowMs || one.over !== undefined) return false;
    return inHalves(one, answer.files, after, before);
  }

  async function inHalves(
    one: Search,
    files: readonly HostFile[],
    after: number,
    before: number,
  ): Promise<boolean> {
    const middle = middleOf(files, after, before);
    const early = await search(one, after, middle);
    const late = await search(one, middle, before);
    return early && late;
  }

  return async (folderId, options) => {
    const { maxCalls = Number.POSITIVE_INFINITY } = options;
    const answer = await client.listFolder(folderId, options);
    const entries = answer.files.length + answer.folders.length + answer.skipped;
    if (entries < cap) return answer;
    log.info(
      { folderId, entries },
      'a listing as long as the host gives at most: asking for the rest by date',
    );
    const files = new Map<string, HostFile>(answer.files.map((file) => [file.id, file]));
    const callsLeft = Math.min(maxWindows, maxCalls - 1);
    const one: Search = { folderId, options, files, unread: new Map(), callsLeft, over: undefined };
    let hasFiles = false;
    try {
      hasFiles = await inHalves(one, answer.files, firstSentAt, now() + dayMs);
    } catch (error) {
      if (!passable.some((code) => isBridgeError(error, code))) throw error;
      one.over = 'a refusal';
    }
    // Sub-folders cannot be asked for by date: if they may have been cut, none is called missing.
    const hasFolders = answer.folders.length < cap && answer.files.length > 0;
    const { gaps = [] } = answer;
    const named = gaps.filter(({ reason }) => reason !== 'unlisted');
    const unlisted = gaps.reduce((sum, { reason, count }) => sum + (reason === 'unlisted' ? count : 0), 0);
    // The host may count more than the windows found: a file without a date stands in none of them.
    const lacking = answer.files.length + unlisted - files.size;
    const foldersAreSound = !named.some(({ kind }) => kind === 'folder');
    const complete = hasFiles && hasFolders && foldersAreSound && lacking <= 0;
    for (const gap of named) one.unread.set(JSON.stringify(gap), gap);
    const left = [...one.unread.values()];
    if (!complete && (left.length === 0 || lacking > 0 || one.over !== undefined)) {
      log.warn({ folderId, files: files.size, endedBy: one.over }, 'a folder could not be listed to its end');
      left.push({ reason: 'cut', kind: hasFolders ? 'file' : 'folder', count: Math.max(0, lacking) });
    }
    const { gaps: _, ...listing } = answer;
    return { ...listing, files: [...files.values()], complete, ...(left.length > 0 && { gaps: left }) };
  };
}
