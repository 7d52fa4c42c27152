import type { ShownEntry } from '../../api/files.ts';
import { accountTrashName } from '../../catalog/account/account-trash.ts';
import { joinAccountPath } from '../../core/account-path.ts';
import { BridgeError, isBridgeError } from '../../core/errors.ts';
import { fitsWildcards, hasWildcards, pathsThatFit } from '../../core/files/wildcards.ts';
import { type FileId, toFileId } from '../../core/ids.ts';
import type { ApiClient } from '../../owner/client.ts';
import { entriesIn, nothingFits, type WholeListing, wholeListing } from '../account/whole-listing.ts';

/** A file of the account that is to come here. */
export interface WantedFile {
  id: FileId;
  sizeBytes: number;
  /** Of the account. */
  path: string;
  /** Its names as the account has them, from the folder on that was asked for; at last its own. */
  names: readonly string[];
}

export interface WantedFiles {
  files: WantedFile[];
  /** One file was named, by its name: it may be given another one. */
  isOneName: boolean;
  /** Folders that were met, and are left out without -r. */
  foldersLeftOut: string[];
}

/** What was removed is not meant by whoever asks for everything. */
const isTrash = (folder: string, { name }: ShownEntry) => folder === '/' && name === accountTrashName;

type FolderEntry = Extract<ShownEntry, { kind: 'folder' }>;
type FileEntry = Extract<ShownEntry, { kind: 'file' }>;

/**
 * What the catalog has at a path of the account. A name that is there counts as it is written; only where there is none,
 * `*`, `?` and `[...]` are read. What the host has no more is left out.
 * @throws BridgeError BRIDGE_NOT_FOUND, BRIDGE_NOT_INDEXED; BRIDGE_BAD_REQUEST for a folder without `isRecursive`
 */
export async function wantedFiles(
  api: ApiClient,
  path: string,
  { isRecursive, signal }: { isRecursive: boolean; signal: AbortSignal },
): Promise<WantedFiles> {
  const files: WantedFile[] = [];
  const foldersLeftOut: string[] = [];
  const asked = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;

  function take(entry: FileEntry, folder: string, names: readonly string[]): void {
    if (entry.missingSince !== undefined) return;
    const { id, name, sizeBytes } = entry;
    files.push({ id: toFileId(id), sizeBytes, path: joinAccountPath(folder, name), names: [...names, name] });
  }

  async function takeFolder(folder: string, names: readonly string[]): Promise<void> {
    const { entries } = await wholeListing(api, folder, signal);
    for (const entry of entries) if (entry.kind === 'file') take(entry, folder, names);
    for (const entry of entries)
      if (entry.kind === 'folder' && entry.missingSince === undefined && !isTrash(folder, entry))
        await takeFolder(joinAccountPath(folder, entry.name), [...names, entry.name]);
  }

  async function takeFitting(): Promise<void> {
    const segments = asked.split('/').filter((segment) => segment !== '');
    const last = segments.pop() ?? '';
    const folders = await pathsThatFit('/', segments, {
      join: joinAccountPath,
      namesIn: async (path) => (await foldersOf(path)).map(({ name }) => name),
    });
    for (const folder of folders)
      for (const entry of (await entriesIn(api, folder, signal)).filter(({ name }) =>
        fitsWildcards(last, name),
      ))
        if (entry.kind === 'file') take(entry, folder, []);
        else if (isRecursive) await takeFolder(joinAccountPath(folder, entry.name), [entry.name]);
        else foldersLeftOut.push(joinAccountPath(folder, entry.name));
  }

  const foldersOf = async (folder: string) =>
    (await entriesIn(api, folder, signal)).filter((one): one is FolderEntry => one.kind === 'folder');

  let named: WholeListing | undefined;
  try {
    named = await wholeListing(api, asked, signal);
  } catch (error) {
    if (!isBridgeError(error, 'BRIDGE_NOT_FOUND') || !hasWildcards(asked)) throw error;
  }
  if (!named) {
    await takeFitting();
    if (files.length + foldersLeftOut.length === 0) throw nothingFits(asked);
    return { files, isOneName: false, foldersLeftOut };
  }
  if (!named.isFolder) {
    const folder = asked.slice(0, asked.lastIndexOf('/')) || '/';
    for (const entry of named.entries) if (entry.kind === 'file') take(entry, folder, []);
    if (files.length === 0) throw new BridgeError('BRIDGE_HOST_FILE_GONE', { detail: asked });
    return { files, isOneName: true, foldersLeftOut };
  }
  if (!isRecursive)
    throw new BridgeError('BRIDGE_BAD_REQUEST', {
      says: `${asked} is a folder`,
      remedy: 'With -r all that is in it is fetched',
    });
  const name = asked.slice(asked.lastIndexOf('/') + 1);
  await takeFolder(asked, name === '' ? [] : [name]);
  return { files, isOneName: false, foldersLeftOut };
}
