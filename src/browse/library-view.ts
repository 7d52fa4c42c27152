import type { TreeChild, TreeFile, TreeListings } from '../catalog/tree/tree-listings.ts';
import { BridgeError } from '../core/errors.ts';
import type { FileId } from '../core/ids.ts';
import { extensionOf } from '../core/name-parts.ts';
import { mediaType } from '../delivery/media-type.ts';
import { isVideo } from '../naming/text/file-kinds.ts';
import { type Entry, folderEntry, type Located, pagesOf, type View, type ViewOptions } from './entry.ts';
import { formsOf } from './names.ts';

export interface LibraryViewOptions extends ViewOptions {
  listings: TreeListings;
  /** Where the tree lies on disk; absolute. */
  dir: string;
  /** Whether all that the account holds has its place in the trees. */
  isComplete(): Promise<boolean>;
}

const strm = '.strm';

/** A STRM tree as it would be if its films lay in it: each `.strm` is the file that it stands for. */
export function createLibraryView({ listings, dir, isComplete, ...shared }: LibraryViewOptions): View {
  async function pages(path: string) {
    const { isEmpty, pages } = await pagesOf<TreeChild>(
      (after, limit) => listings.page(path, after, limit),
      (rows) => rows.flatMap((row) => entryOf(row, shared)),
    );
    if (isEmpty && !(await isComplete())) throw new BridgeError('BRIDGE_NOT_INDEXED');
    return pages;
  }

  async function findAt(path: string): Promise<Located | undefined> {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const stem = path.slice(0, path.length - extensionOf(name).length - 1);
    const files = path === '' ? [] : await listings.filesAt([path, `${path}${strm}`, `${stem}${strm}`]);
    for (const row of files) {
      const [entry] = entryOf({ isFolder: false, ...row }, shared);
      if (entry?.name !== name) continue;
      return row.kind === 'strm' && row.file
        ? { is: 'video', entry, fileId: row.file.id }
        : { is: 'small', entry, dir, path: row.path };
    }
    return path === '' || (await listings.hasFolder(path))
      ? {
          is: 'folder',
          entry: folderEntry(name, (await listings.changedAt(path)) ?? shared.undatedAt),
          pages: () => pages(path),
        }
      : undefined;
  }

  return {
    async find(segments): Promise<Located | undefined> {
      for (const path of formsOf(segments.join('/'))) {
        const found = await findAt(path);
        if (found) return found;
      }
      if (!(await isComplete())) throw new BridgeError('BRIDGE_NOT_INDEXED');
      return undefined;
    },
  };
}

/** What a row is shown as: nothing when its film was taken out of the library. */
function entryOf(child: TreeChild, { etagOf, undatedAt }: ViewOptions): [] | [Entry] {
  const name = child.path.slice(child.path.lastIndexOf('/') + 1);
  if (child.isFolder) return [folderEntry(name, child.changedAt ?? undatedAt)];
  if (child.kind !== 'strm') return [smallEntry(name, child)];
  if (!child.file) return [];
  return [videoEntry(videoName(name, child), child.file, etagOf)];
}

/** The name of a film in the tree: that of its STRM with the extension that it really has. */
function videoName(name: string, { file }: TreeFile): string {
  const stem = name.slice(0, -strm.length);
  return file && isVideo(file.name) ? `${stem}.${extensionOf(file.name)}` : stem;
}

function smallEntry(name: string, { sizeBytes, mtimeMs, sha256 }: TreeFile): Entry {
  return {
    name,
    isFolder: false,
    sizeBytes,
    ...(mtimeMs > 0 ? { modifiedAt: mtimeMs } : {}),
    etag: `"${sha256.slice(0, 32)}"`,
    mediaType: mediaType(name),
  };
}

/** A file of the account under a name. */
export function videoEntry(
  name: string,
  file: { id: FileId; sizeBytes: number; sentAt: number | undefined; datedAt?: number | undefined },
  etagOf: ViewOptions['etagOf'],
): Entry {
  const modifiedAt = file.datedAt ?? file.sentAt;
  return {
    name,
    isFolder: false,
    sizeBytes: file.sizeBytes,
    ...(modifiedAt === undefined ? {} : { modifiedAt }),
    ...(file.datedAt === undefined ? {} : { isDated: true }),
    etag: etagOf(file),
    mediaType: mediaType(name),
  };
}
