import { type FolderChild, type FolderListings, shownFile } from '../catalog/account/folder-listings.ts';
import { type LocalFile, type LocalFiles, maxLocalFiles } from '../catalog/account/local-files.ts';
import { joinAccountPath } from '../core/account-path.ts';
import { BridgeError } from '../core/errors.ts';
import { type FolderId, rootFolderId, toFileId, toFolderId } from '../core/ids.ts';
import {
  type Entry,
  folderEntry,
  joined,
  type Located,
  pagesOf,
  type View,
  type ViewOptions,
} from './entry.ts';
import { videoEntry } from './library-view.ts';
import { formsOf, nameWithId, readNameWithId, shownName } from './names.ts';

export interface AccountViewOptions extends ViewOptions {
  listings: FolderListings;
  /** When the root was listed, and when something in it changed. */
  root(): Promise<{ listedAt: number | undefined; changedAt: number | undefined }>;
  /** Account paths that are indexed. */
  roots: readonly string[];
  /** Small files that only we have. */
  localFiles: Pick<LocalFiles, 'of' | 'inFolder'>;
  /** How names are asked for and shown, where that is not as the host keeps them. */
  names?: { stored(name: string): string; meant(stored: string): string } | undefined;
  /** Told which folder somebody opens: a hint that it is worth a look. */
  onOpened: (folderId: FolderId) => void;
  /** Told which name somebody looks for in vain in a folder. */
  onMissed: (folderId: FolderId, name: string) => void;
}

interface Folder {
  id: FolderId;
  /** Path in the account, from `/`. */
  path: string;
  name: string;
  isListed: boolean;
  changedAt: number | undefined;
}

/** The folders as they are in the account. Of several entries of one name each but the first is shown with its id. */
export function createAccountView({
  listings,
  root,
  roots,
  localFiles,
  names,
  onOpened,
  onMissed,
  ...shared
}: AccountViewOptions): View {
  /** A folder that nobody will ever list, or that is gone with all that lay in it, is not shown. */
  async function isShown(child: FolderChild, parent: string): Promise<boolean> {
    if (!child.isFolder) return true;
    const path = joinAccountPath(parent, child.name);
    if (child.listedAt === undefined && !leadsToRoot(path, roots)) return false;
    return !child.isMissing || listings.hasFiles(toFolderId(child.id));
  }

  async function childOf(parent: Folder, name: string): Promise<FolderChild | undefined> {
    for (const form of formsOf(names?.stored(name) ?? name)) {
      const child = await childNamed(parent, form);
      if (child) return child;
    }
    return undefined;
  }

  async function childNamed(parent: Folder, name: string): Promise<FolderChild | undefined> {
    const byName = (await listings.named(parent.id, name)).find((child) => shownName(child) === name);
    if (byName) return byName;
    // What is shown with its id is found by its id.
    const id = readNameWithId(name);
    const plain = id === undefined ? undefined : await listings.nameOf(parent.id, id);
    if (id === undefined || plain === undefined || nameWithId(plain, id) !== name) return undefined;
    return (await listings.named(parent.id, plain)).find((child) => child.id === id);
  }

  async function pages({ id, path, isListed }: Folder): Promise<AsyncGenerator<Entry[]>> {
    if (!isListed) throw new BridgeError('BRIDGE_NOT_INDEXED');
    onOpened(id);
    const folders = await pagesOf<FolderChild>(
      (after, limit) => listings.folders(id, after, limit),
      async (rows) => {
        const shown = await Promise.all(rows.map((row) => isShown(row, path)));
        return rows.filter((_, index) => shown[index]).map((row) => entryOf(meant(row), shared));
      },
    );
    const files = await pagesOf<FolderChild>(
      (after, limit) => listings.files(id, after, limit),
      (rows) => rows.map((row) => entryOf(meant(row), shared)),
    );
    return joined(folders.pages, files.pages, locals(id));
  }

  const meant = (child: FolderChild): FolderChild =>
    names ? { ...child, name: names.meant(child.name) } : child;

  async function* locals(folderId: FolderId): AsyncGenerator<Entry[]> {
    const some = await localFiles.inFolder(folderId, maxLocalFiles);
    if (some.length > 0) yield some.map(localEntry);
  }

  return {
    async find(segments): Promise<Located | undefined> {
      const { listedAt, changedAt } = await root();
      let folder: Folder = {
        id: rootFolderId,
        path: '/',
        name: '',
        isListed: listedAt !== undefined,
        changedAt,
      };
      for (const [index, segment] of segments.entries()) {
        const child = await childOf(folder, segment);
        if (!child || !(await isShown(child, folder.path))) {
          const local = index === segments.length - 1 ? await localFiles.of(folder.id, segment) : undefined;
          if (local) return { is: 'local', entry: localEntry(local), folderId: local.folderId };
          if (!folder.isListed) throw new BridgeError('BRIDGE_NOT_INDEXED');
          if (index === segments.length - 1) onMissed(folder.id, segment);
          return undefined;
        }
        if (!child.isFolder)
          return index === segments.length - 1
            ? { is: 'video', entry: entryOf(meant(child), shared), fileId: toFileId(child.id) }
            : undefined;
        const path = joinAccountPath(folder.path, child.name);
        const { listedAt, changedAt } = child;
        folder = {
          id: toFolderId(child.id),
          path,
          name: segment,
          isListed: listedAt !== undefined,
          changedAt,
        };
      }
      const here = folder;
      return {
        is: 'folder',
        entry: folderEntry(here.name, here.changedAt ?? shared.undatedAt),
        pages: () => pages(here),
      };
    },
  };
}

function entryOf(child: FolderChild, { etagOf, undatedAt }: ViewOptions): Entry {
  const name = shownName(child);
  return child.isFolder
    ? folderEntry(name, child.changedAt ?? undatedAt)
    : videoEntry(name, shownFile(child), etagOf);
}

function localEntry({ name, sizeBytes, changedAt, datedAt }: LocalFile): Entry {
  return {
    name,
    isFolder: false,
    sizeBytes,
    modifiedAt: datedAt ?? changedAt,
    ...(datedAt === undefined ? {} : { isDated: true }),
    etag: `"local-${changedAt}-${sizeBytes}"`,
    mediaType: 'application/octet-stream',
  };
}

/** Whether a path lies on the way to one of the roots, or below one. */
export function leadsToRoot(path: string, roots: readonly string[]): boolean {
  return roots.some(
    (root) => root === '/' || root === path || path.startsWith(`${root}/`) || root.startsWith(`${path}/`),
  );
}
