import { accountTrashName } from '../../catalog/account/account-trash.ts';
import type { CatalogFile, CatalogFolder, Files } from '../../catalog/account/files.ts';
import { folderNotFound, pathNotFound } from '../../catalog/account/near-paths.ts';
import { joinAccountPath } from '../../core/account-path.ts';
import { BridgeError } from '../../core/errors.ts';
import { rootFolderId } from '../../core/ids.ts';
import { fileByShownId, type ShownNames } from '../shown-names.ts';
import type { EntryName } from './entries.ts';

/** What a path of the account leads to: one folder, or every file of that name. */
export type FoundEntry = { kind: 'folder'; folder: CatalogFolder } | { kind: 'files'; files: CatalogFile[] };

/** Where something is to be: in this folder, by this name; undefined = by the name that it has. */
export interface TargetPlace {
  folder: CatalogFolder;
  name: string | undefined;
}

/** How one of several of a name is told from the others. */
export type ShownIds = Pick<ShownNames, 'nameWithId' | 'readNameWithId'>;

/** Names that the host refuses for folders are longer (facts/writes 1.4); of files nobody knows. */
const maxNameBytes = 250;

/** `/a/b/` -> `/a`, `b`. The root has no name. */
export function splitAccountPath(path: string): { parent: string; name: string } {
  const names = path.split('/').filter((name) => name !== '');
  const name = names.pop() ?? '';
  return { parent: `/${names.join('/')}`, name };
}

/**
 * What stands at a path; with a slash at its end it is a folder. One of several files of a name is meant by its id in the
 * name, as WebDAV lists it. @throws BridgeError BRIDGE_NOT_FOUND
 */
export async function findEntry(files: Files, shown: ShownIds, entry: EntryName): Promise<FoundEntry> {
  if (typeof entry === 'string') return findAt(files, shown, entry);
  const file = await files.byId(entry.fileId);
  if (!file) throw new BridgeError('BRIDGE_NOT_FOUND', { detail: 'no file has this id' });
  return { kind: 'files', files: [file] };
}

async function findAt(files: Files, shown: ShownIds, path: string): Promise<FoundEntry> {
  const found = await files.byPath(path);
  if (found.folder && (path.endsWith('/') || found.files.length === 0))
    return { kind: 'folder', folder: found.folder };
  if (found.files.length > 0 && !path.endsWith('/')) return { kind: 'files', files: found.files };
  const { parent, name } = splitAccountPath(path);
  const { folder } = path.endsWith('/') ? {} : await files.byPath(parent);
  const file = folder && (await fileByShownId(files, shown, folder.id, name));
  if (!file) throw await pathNotFound(files, path);
  return { kind: 'files', files: [file] };
}

/** The trash of the account is nobody's but ours. @throws BridgeError BRIDGE_BAD_REQUEST for what would lie there */
export function mustNotBeTrash(path: string): void {
  if (path === `/${accountTrashName}` || path.startsWith(`/${accountTrashName}/`))
    throw new BridgeError('BRIDGE_BAD_REQUEST', {
      says: `/${accountTrashName} is where Passerelle keeps what was removed`,
      remedy: 'Give another name',
    });
}

/**
 * As `cp` and `mv` have it: into a folder that is there, or a new name in one; with a slash at its end a folder alone.
 * @param isName the last part is a name, also where a folder is called so
 * @throws BridgeError BRIDGE_NOT_FOUND, BRIDGE_BAD_REQUEST
 */
export async function placeAt(files: Files, to: string, isName = false): Promise<TargetPlace> {
  mustNotBeTrash(to);
  const { folder, files: there = [] } = isName ? {} : await files.byPath(to);
  if (folder) return { folder, name: undefined };
  const { parent, name } = splitAccountPath(to);
  const { folder: outer } = await files.byPath(parent);
  if (to.endsWith('/') && there.length > 0)
    throw new BridgeError('BRIDGE_BAD_REQUEST', {
      says: `${joinAccountPath(parent, name)} is a file`,
      remedy: 'Name a folder of the account',
    });
  if (!outer || to.endsWith('/'))
    throw await folderNotFound(files, to.endsWith('/') ? joinAccountPath(parent, name) : parent);
  return { folder: outer, name: nameToGive(name) };
}

/** @throws BridgeError BRIDGE_BAD_REQUEST for what can be no name */
export function nameToGive(name: string): string {
  if (name === '' || name === '.' || name === '..' || name.includes('/'))
    throw new BridgeError('BRIDGE_BAD_REQUEST', {
      says: `“${name}” can be no name`,
      remedy: 'Give it another',
    });
  if (Buffer.byteLength(name) > maxNameBytes)
    throw new BridgeError('BRIDGE_BAD_REQUEST', {
      says: `A name of ${Buffer.byteLength(name)} bytes is too long`,
      remedy: `Give one of ${maxNameBytes} bytes at most`,
    });
  return name;
}

/**
 * Refuses what would take away what the library is made of.
 * @param roots paths of `library.roots`
 * @throws BridgeError BRIDGE_BAD_REQUEST
 */
export function mustNotHoldRoot({ id, path }: CatalogFolder, roots: readonly string[]): void {
  if (id === rootFolderId)
    throw new BridgeError('BRIDGE_BAD_REQUEST', {
      says: 'The account itself cannot be moved or removed',
      remedy: 'Name a folder in it',
    });
  const held = roots.find((root) => `${joinAccountPath(root, '')}`.startsWith(`${path}/`));
  if (held !== undefined)
    throw new BridgeError('BRIDGE_BAD_REQUEST', {
      says: `${path} holds ${held}, of which the library is made`,
      remedy: 'Take it out of library.roots first',
    });
}

/** @throws BridgeError BRIDGE_BAD_REQUEST for a folder that was not meant with all that is in it */
export function mustBeDeep(path: string, isDeep: boolean): void {
  if (!isDeep)
    throw new BridgeError('BRIDGE_BAD_REQUEST', {
      says: `${path} is a folder`,
      remedy: 'Say -r to mean it and all that is in it',
    });
}

/** What is in the way of something: a BRIDGE_UPLOAD_EXISTS. */
export function isThereAlready(path: string, how = 'is there already'): BridgeError {
  return new BridgeError('BRIDGE_UPLOAD_EXISTS', {
    says: `${path} ${how}`,
    remedy: 'Give another name, or remove what is there first; nothing is replaced',
  });
}
