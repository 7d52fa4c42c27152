import { listFiles, maxEntries, type ShownEntry } from '../../api/files.ts';
import { joinAccountPath } from '../../core/account-path.ts';
import { BridgeError, isBridgeError } from '../../core/errors.ts';
import { hasWildcards, pathsThatFit } from '../../core/files/wildcards.ts';
import type { ApiClient } from '../../owner/client.ts';
import { asAccountPath } from '../api.ts';

/** What stands at a path of the account: all that a folder holds, or the files of this name. */
export interface WholeListing {
  isFolder: boolean;
  entries: ShownEntry[];
}

/** Out of the catalog, page by page. @throws BridgeError BRIDGE_NOT_FOUND, BRIDGE_NOT_INDEXED; the signal's reason */
export async function wholeListing(api: ApiClient, path: string, signal: AbortSignal): Promise<WholeListing> {
  const entries: ShownEntry[] = [];
  for (;;) {
    const query = { path, offset: entries.length, limit: maxEntries };
    const page = await api.call(listFiles, { query }, signal);
    entries.push(...page.entries);
    if (entries.length >= page.total || page.entries.length === 0)
      return { isFolder: page.isFolder, entries };
  }
}

/** What a folder holds; nothing for what is none, or is not there: it may not be in each of those that fit. */
export async function entriesIn(api: ApiClient, folder: string, signal: AbortSignal): Promise<ShownEntry[]> {
  try {
    const { isFolder, entries } = await wholeListing(api, folder, signal);
    return isFolder ? entries : [];
  } catch (error) {
    if (isBridgeError(error, 'BRIDGE_NOT_FOUND')) return [];
    throw error;
  }
}

/**
 * The paths of the account that a word means. A name that is there counts as it is written; only where there is none,
 * `*`, `?` and `[...]` are read. What the host has no more fits nothing.
 * @throws BridgeError BRIDGE_NOT_FOUND where nothing fits; BRIDGE_NOT_INDEXED
 */
export async function accountPathsFor(api: ApiClient, word: string, signal: AbortSignal): Promise<string[]> {
  const path = asAccountPath(word);
  if (!hasWildcards(path) || (await standsAt(api, path, signal))) return [word];
  const segments = path.split('/').filter((segment) => segment !== '');
  const fitting = await pathsThatFit('/', segments, {
    join: joinAccountPath,
    namesIn: async (folder) =>
      (await entriesIn(api, folder, signal))
        .filter(({ missingSince }) => missingSince === undefined)
        .map(({ name }) => name),
  });
  // What follows the last wildcard was taken as it is written.
  const found: string[] = [];
  for (const one of fitting)
    if (hasWildcards(segments.at(-1) ?? '') || (await standsAt(api, one, signal))) found.push(one);
  if (found.length === 0) throw nothingFits(path);
  return found;
}

/** What is told where a pattern means nothing. */
export function nothingFits(pattern: string): BridgeError {
  return new BridgeError('BRIDGE_NOT_FOUND', {
    says: `Nothing that is known fits ${pattern}`,
    remedy: 'Put quotes around it, so that the shell leaves it alone; passerelle ls shows what is there',
  });
}

/** What stands at a path by the word of the catalog; undefined where nothing does. @throws BridgeError BRIDGE_NOT_INDEXED */
export async function standsAt(
  api: ApiClient,
  path: string,
  signal: AbortSignal,
): Promise<'folder' | 'file' | undefined> {
  try {
    const { isFolder } = await api.call(listFiles, { query: { path, offset: 0, limit: 1 } }, signal);
    return isFolder ? 'folder' : 'file';
  } catch (error) {
    if (!isBridgeError(error, 'BRIDGE_NOT_FOUND')) throw error;
    return undefined;
  }
}
