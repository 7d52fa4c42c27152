import type { FolderId } from '../../core/ids.ts';
import type { Log } from '../../core/log.ts';
import type { CallOptions, FolderListing, HostFile } from '../host.ts';
import type { FichierClient } from './client.ts';

export interface WholeFolderOptions {
  client: Pick<FichierClient, 'listFolder' | 'listFiles'>;
  log: Log;
  now: () => number;
  /** The host cuts a listing at so many entries. */
  cap: number;
}

/** The host's service began in 2009: nothing was sent before. */
const firstSentAt = Date.UTC(2009, 0, 1);
const dayMs = 24 * 3_600_000;
/** Whether the host's bounds include their second is unknown: windows overlap by this much on both sides. */
const overlapMs = 1000;
/** A window this small cannot be halved any more. */
const minWindowMs = 4 * overlapMs;

/**
 * Lists one folder completely: one call, or, when the answer has exactly as many entries as the host gives at most,
 * further calls for files by date of upload, halving the time until every piece is below the cap.
 */
export function createWholeFolder({ client, log, now, cap }: WholeFolderOptions) {
  /** @returns whether `into` has all of them now */
  async function filesBetween(
    folderId: FolderId,
    after: number,
    before: number,
    into: Map<string, HostFile>,
    options: CallOptions,
  ): Promise<boolean> {
    const request = { folderId, sentAfter: after - overlapMs, sentBefore: before + overlapMs };
    const answer = await client.listFiles(request, options);
    for (const file of answer.files) into.set(file.id, file);
    if (answer.files.length + answer.skipped < cap) return answer.skipped === 0;
    if (before - after <= minWindowMs) return false;
    const middle = middleOf(answer.files, after, before);
    const early = await filesBetween(folderId, after, middle, into, options);
    const late = await filesBetween(folderId, middle, before, into, options);
    return early && late;
  }

  return async (folderId: FolderId, options: CallOptions): Promise<FolderListing> => {
    const answer = await client.listFolder(folderId, options);
    const entries = answer.files.length + answer.folders.length + answer.skipped;
    if (entries < cap) return answer;
    log.info(
      { folderId, entries },
      'a listing as long as the host gives at most: asking for the rest by date',
    );
    const files = new Map<string, HostFile>(answer.files.map((file) => [file.id, file]));
    const end = now() + dayMs;
    const middle = middleOf(answer.files, firstSentAt, end);
    const early = await filesBetween(folderId, firstSentAt, middle, files, options);
    const late = await filesBetween(folderId, middle, end, files, options);
    // Sub-folders cannot be asked for by date: if they may have been cut, none is called missing.
    const hasAll = early && late && answer.folders.length < cap && answer.files.length > 0;
    // The host may count more than the windows found: a file without a date stands in none of them.
    const complete = hasAll && files.size >= answer.files.length + answer.skipped;
    return { ...answer, files: [...files.values()], complete };
  };
}

/** The moment that halves these files, strictly inside the window. */
function middleOf(files: readonly HostFile[], after: number, before: number): number {
  const times = files
    .map((file) => file.sentAt)
    .filter((time): time is number => time !== undefined && time > after && time < before)
    .sort((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)] ?? Math.floor((after + before) / 2);
  const margin = Math.min(minWindowMs / 2, (before - after) / 4);
  return Math.min(Math.max(median, after + margin), before - margin);
}
