import { listFiles, maxEntries, type ShownEntry } from '../api/files.ts';
import type { ApiClient } from '../owner/client.ts';
import { asAccountPath, withApi } from './api.ts';
import { type Context, type ExitCode, exitCodes, say, sayAll } from './context.ts';
import { listingLines } from './format/listing.ts';
import { widthOfStream } from './format/width.ts';

/** What the catalog holds at an account path. Asks the host nothing. */
export async function ls(
  context: Context,
  path: string,
  { json = false }: { json?: boolean },
): Promise<ExitCode> {
  return withApi(context, { command: 'ls' }, async (api) => {
    const entries = await allEntries(api, asAccountPath(path), context.signal);
    if (json) {
      for (const { missingSince, ...entry } of entries)
        say(context, JSON.stringify({ ...entry, missing: missingSince !== undefined }));
      return exitCodes.done;
    }
    const folders = entries.flatMap((one) => (one.kind === 'folder' ? [shown(one)] : []));
    const files = entries.flatMap((one) =>
      one.kind === 'file' ? [{ ...shown(one), sizeBytes: one.sizeBytes, sentAt: timeOf(one.date) }] : [],
    );
    sayAll(context, listingLines({ folders, files }, { width: widthOfStream(context.out) }));
    return exitCodes.done;
  });
}

/** A folder may hold more than one answer does. */
async function allEntries(api: ApiClient, path: string, signal: AbortSignal): Promise<ShownEntry[]> {
  const all: ShownEntry[] = [];
  for (;;) {
    const query = { path, offset: all.length, limit: maxEntries };
    const { entries, total } = await api.call(listFiles, { query }, signal);
    all.push(...entries);
    if (all.length >= total || entries.length === 0) return all;
  }
}

const timeOf = (date: string | undefined) => (date === undefined ? undefined : Date.parse(date));

const shown = ({ name, missingSince }: ShownEntry) => ({ name, missingSince: timeOf(missingSince) });
