import type { ListedFile, Listing } from '../../catalog/account/listing.ts';
import type { Log } from '../../core/log.ts';
import type { CallOptions } from '../../host/fichier/governor.ts';
import type { FileListing, FolderListing } from '../../host/fichier/wire.ts';

/** What a crawl asks of the host. */
export interface HostListings {
  listFolder(folderId: number, options: CallOptions): Promise<FolderListing>;
  listFiles(
    request: { folderId: number; sentAfter?: number; sentBefore?: number },
    options: CallOptions,
  ): Promise<FileListing>;
}

export type ListFolder = (folderId: number) => Promise<Listing>;

export interface ListFolderOptions {
  host: HostListings;
  log: Log;
  now: () => number;
  /** The host cuts a listing at so many entries. */
  cap: number;
  signal: AbortSignal;
  /** Longest wait for a turn: a gate that stays closed for longer stops the crawl, which goes on later. */
  patienceMs: number;
  /** Called before each call to the host. */
  onCall: () => void;
}

/** The host's service began in 2009: nothing was sent before. */
const firstSentAt = Date.UTC(2009, 0, 1);
const dayMs = 24 * 3_600_000;
/** Whether the host's bounds include their second is unknown: windows overlap by this much on both sides. */
const overlapMs = 1000;
/** A window this small cannot be halved any more. */
const smallestWindowMs = 4 * overlapMs;

/**
 * Lists one folder completely: one call, or, when the answer has exactly as many entries as the host gives at most,
 * further calls for files by date of upload, halving the time until every piece is below the cap.
 */
export function createListFolder(options: ListFolderOptions): ListFolder {
  const { host, log, now, cap, signal, onCall } = options;
  const call: CallOptions = { urgency: 'index', signal, deadlineMs: options.patienceMs };

  async function filesBetween(
    folderId: number,
    after: number,
    before: number,
    into: Map<string, ListedFile>,
  ): Promise<boolean> {
    onCall();
    const answer = await host.listFiles(
      { folderId, sentAfter: after - overlapMs, sentBefore: before + overlapMs },
      call,
    );
    for (const file of answer.files) into.set(file.id, file);
    if (answer.files.length + answer.skipped < cap) return answer.skipped === 0;
    if (before - after <= smallestWindowMs) return false;
    const middle = middleOf(answer.files, after, before);
    const early = await filesBetween(folderId, after, middle, into);
    const late = await filesBetween(folderId, middle, before, into);
    return early && late;
  }

  return async (folderId) => {
    onCall();
    const answer = await host.listFolder(folderId, call);
    const files = new Map<string, ListedFile>(answer.files.map((file) => [file.id, file]));
    const entries = answer.files.length + answer.folders.length + answer.skipped;
    let complete = answer.complete;
    if (entries >= cap) {
      log.info(
        { folderId, entries },
        'a listing as long as the host gives at most: asking for the rest by date',
      );
      const middle = middleOf(answer.files, firstSentAt, now() + dayMs);
      const early = await filesBetween(folderId, firstSentAt, middle, files);
      const late = await filesBetween(folderId, middle, now() + dayMs, files);
      // Sub-folders cannot be asked for by date: if they may have been cut, none is called missing.
      complete = early && late && answer.folders.length < cap && answer.files.length > 0;
      // The host may count more than the windows found: a file without a date stands in none of them.
      complete &&= files.size >= answer.files.length + answer.skipped;
    }
    if (!complete)
      log.warn(
        { folderId, skipped: answer.skipped },
        'a listing may lack entries: nothing in this folder is taken for missing',
      );
    const folders = answer.folders.map(({ id, name, createdAt }) => ({ id, name, createdAt }));
    return { folderId, name: answer.name, folders, files: [...files.values()], complete };
  };
}

/** The moment that halves these files, strictly inside the window. */
function middleOf(files: readonly ListedFile[], after: number, before: number): number {
  const times = files
    .map((file) => file.sentAt)
    .filter((time): time is number => time !== undefined && time > after && time < before)
    .sort((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)] ?? Math.floor((after + before) / 2);
  const margin = Math.min(smallestWindowMs / 2, (before - after) / 4);
  return Math.min(Math.max(median, after + margin), before - margin);
}
