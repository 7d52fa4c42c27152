import { accountTrashName } from '../../catalog/account/account-trash.ts';
import type { CatalogFile, CatalogFolder } from '../../catalog/account/files.ts';
import type { FolderChild } from '../../catalog/account/folder-listings.ts';
import type { LocalFile } from '../../catalog/account/local-files.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { joinAccountPath } from '../../core/account-path.ts';
import { BridgeError } from '../../core/errors.ts';
import { toFileId, toFolderId } from '../../core/ids.ts';
import type { HostWrites } from '../../host/host-writes.ts';
import { fileByShownId, type ShownNames } from '../shown-names.ts';

/**
 * What stands at a path of the account as WebDAV sees it. The host lets several files have one name: the one that is
 * read by it comes first, and `others` are those beside it, which listings show with their ids.
 */
export type DavStanding =
  | { is: 'nothing' }
  | { is: 'folder'; folder: CatalogFolder; others: readonly CatalogFile[] }
  | { is: 'file'; file: CatalogFile; others: readonly CatalogFile[] }
  | { is: 'local'; local: LocalFile };

/** Where a request leads: the folder that it lies in, its name there, and what there is. */
export interface WriteTarget {
  /** As the catalog has it, with names as the host keeps them. */
  path: string;
  /** The same with the last name as it is meant. */
  wanted: string;
  parent: CatalogFolder;
  /** As it is meant. */
  name: string;
  there: DavStanding;
}

export interface WriteTargetsOptions {
  names: Pick<HostWrites, 'storedName' | 'meantName'>;
  shown: ShownNames;
  catalog: Pick<Catalog, 'files' | 'listings' | 'localFiles'>;
  /** Paths of `library.roots`: nothing is written beside them. */
  roots: readonly string[];
}

/** Finds where requests lead. */
export interface WriteTargets {
  /**
   * By decoded names from the top of the account.
   * @throws BridgeError BRIDGE_CONFLICT where there is no folder for it, BRIDGE_READ_ONLY outside of the library's roots
   */
  target(names: readonly string[]): Promise<WriteTarget>;
}

export function createWriteTargets({
  names: host,
  shown,
  catalog,
  roots,
}: WriteTargetsOptions): WriteTargets {
  const { files, localFiles } = catalog;
  const listings = catalog.listings.ofAccount;

  const isInLibrary = (path: string) =>
    roots.some((root) => root === '/' || path === root || path.startsWith(`${root}/`));

  /** Everything that is called so in one of its forms, in the order of listings; a folder that is gone is not there. */
  async function namesakes(parent: CatalogFolder, name: string): Promise<FolderChild[]> {
    for (const form of shown.formsOf(host.storedName(name))) {
      const there: FolderChild[] = [];
      for (const child of await listings.named(parent.id, form))
        if (!child.isFolder || !child.isMissing || (await listings.hasFiles(toFolderId(child.id))))
          there.push(child);
      if (there.length > 0) return there;
    }
    return [];
  }

  /** Macs ask in one form of Unicode for what was listed to them in the other. */
  async function folderAt(names: readonly string[]): Promise<CatalogFolder | undefined> {
    const { folder } = await files.byPath(`/${names.map(host.storedName).join('/')}`);
    if (folder) return folder;
    let at = (await files.byPath('/')).folder;
    for (const name of names) {
      const child = at && (await namesakes(at, name)).find(({ isFolder }) => isFolder);
      at = at && child && (await files.byPath(joinAccountPath(at.path, child.name))).folder;
    }
    return at;
  }

  async function localAt({ id }: CatalogFolder, name: string): Promise<LocalFile | undefined> {
    for (const form of shown.formsOf(name)) {
      const local = await localFiles.of(id, form);
      if (local) return local;
    }
    return undefined;
  }

  async function target(names: readonly string[]): Promise<WriteTarget> {
    const asked = names.at(-1);
    const parentPath = `/${names.slice(0, -1).map(host.storedName).join('/')}`;
    if (asked === undefined || names[0] === accountTrashName) throw new BridgeError('BRIDGE_READ_ONLY');
    const parent = await folderAt(names.slice(0, -1));
    if (!isInLibrary(parent?.path ?? parentPath)) throw new BridgeError('BRIDGE_READ_ONLY');
    if (!parent) throw new BridgeError('BRIDGE_CONFLICT');
    const at = (name: string, there: DavStanding): WriteTarget => ({
      path: joinAccountPath(parent.path, host.storedName(name)),
      wanted: joinAccountPath(parent.path, name),
      parent,
      name,
      there,
    });

    const [first, ...others] = await namesakes(parent, asked);
    if (!first) {
      const file = await fileByShownId(files, shown, parent.id, host.storedName(asked));
      if (file) return at(asked, { is: 'file', file, others: [] });
      const local = await localAt(parent, asked);
      return local ? at(local.name, { is: 'local', local }) : at(asked, { is: 'nothing' });
    }
    // What the host has no more need not make room.
    const rest = (await filesOf(others)).filter(({ missingSince }) => missingSince === undefined);
    if (!first.isFolder) {
      const [file] = await filesOf([first]);
      return file
        ? at(host.meantName(first.name), { is: 'file', file, others: rest })
        : at(asked, { is: 'nothing' });
    }
    const { folder } = await files.byPath(joinAccountPath(parent.path, first.name));
    return folder
      ? at(host.meantName(first.name), { is: 'folder', folder, others: rest })
      : at(asked, { is: 'nothing' });
  }

  async function filesOf(children: readonly FolderChild[]): Promise<CatalogFile[]> {
    const ids = children.flatMap(({ isFolder, id }) => (isFolder ? [] : [toFileId(id)]));
    return ids.length === 0 ? [] : files.filesByIds(ids);
  }

  return { target };
}
