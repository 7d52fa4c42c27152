import type { TrashedEntry } from '../../catalog/account/account-trash.ts';
import type { Files } from '../../catalog/account/files.ts';
import { BridgeError } from '../../core/errors.ts';
import type { FolderId } from '../../core/ids.ts';
import type { Host, HostFile } from '../../host/host.ts';
import { listPlace } from './listed-place.ts';
import type { FilesIn } from './trash-page.ts';

export interface TrashTreesOptions {
  host: Pick<Host, 'listFolder'>;
  catalog: { files: Files };
  /** Told of folders that were looked into, and how many files in them are to be removed; less where they are read anew. */
  onRead(folders: number, files: number): void;
}

/** What a folder of the trash and all in it hold. */
export interface TrashTree {
  /** Addresses of files. */
  urls: string[];
  /** From the inside out; the folder itself is the last. */
  folders: FolderId[];
  /** Nothing is in it but this, as far as listings say. */
  isWhole: boolean;
  /** Some folders were taken for empty without having been looked into. */
  isGuess: boolean;
}

/** Reads what lies in the trash now: nothing that somebody has taken out of it. */
export interface TrashTrees {
  /**
   * @param filesIn tells of some folders without a listing; undefined = each one is listed
   * @throws BridgeError of the host; BRIDGE_HOST_ODD_ANSWER where there is no end to it
   */
  read(folderId: FolderId, filesIn: FilesIn | undefined, signal: AbortSignal): Promise<TrashTree>;
  /** Those that are not in the library again: a late listing names what somebody has taken out. */
  stillThere(files: readonly HostFile[]): Promise<HostFile[]>;
  isTakenOut(entry: TrashedEntry): Promise<boolean>;
}

const maxDepth = 200;
/** A host that lies may name folders without end. */
const maxFolders = 20_000;

export function createTrashTrees({ host, catalog, onRead }: TrashTreesOptions): TrashTrees {
  const { files } = catalog;

  async function stillThere<T extends Pick<HostFile, 'id'>>(some: readonly T[]): Promise<T[]> {
    const there = await files.filesByIds(some.map(({ id }) => id));
    const paths = await files.folderPaths(there.map(({ folderId }) => folderId));
    const outside = new Set(there.filter(({ folderId }) => paths.has(folderId)).map(({ id }) => id));
    return some.filter(({ id }) => !outside.has(id));
  }

  /** Whether nothing says that a folder lies elsewhere by now. */
  async function isIn(folderId: FolderId, parentId: FolderId): Promise<boolean> {
    const [folder] = await files.parentsOf([folderId]);
    return folder === undefined || folder.parentId === parentId;
  }

  return {
    stillThere,

    async isTakenOut(entry) {
      if (entry.kind === 'file') return (await stillThere([{ id: entry.hostId }])).length === 0;
      return !(await isIn(entry.hostId, entry.dayId));
    },

    async read(folderId, filesIn, signal) {
      for (;;) {
        const tree = await readOnce(folderId, filesIn, signal);
        if (tree) return tree;
      }
    },
  };

  /** @returns undefined where it is to be read anew */
  async function readOnce(
    folderId: FolderId,
    filesIn: FilesIn | undefined,
    signal: AbortSignal,
  ): Promise<TrashTree | undefined> {
    const tree: TrashTree = { urls: [], folders: [], isWhole: true, isGuess: false };
    const seen = new Set([folderId]);
    let looked = 0;

    async function take(listed: readonly HostFile[]): Promise<void> {
      const own = await stillThere(listed);
      for (const { url } of own) tree.urls.push(url);
      looked++;
      onRead(1, own.length);
    }

    /** @returns whether it is to be read anew */
    async function readOne(id: FolderId, depth: number): Promise<boolean> {
      if (tree.folders.length + depth > maxFolders)
        throw new BridgeError('BRIDGE_HOST_ODD_ANSWER', {
          detail: 'there is no end to a folder of the trash',
        });
      const told = await filesIn?.(id, signal);
      if (told === 'anew') return true;
      if (told === 'nothing') {
        tree.isWhole = false;
        tree.isGuess = true;
        await take([]);
      } else if (told) {
        // What nobody has seen may lie in it besides: the host does not remove a folder that holds something.
        tree.isWhole = false;
        await take(told);
      } else {
        const listing = await listPlace(host, id, signal);
        if (!listing.complete) tree.isWhole = false;
        await take(listing.files);
        for (const inner of listing.folders.toReversed()) {
          if (depth >= maxDepth || seen.has(inner.id) || !(await isIn(inner.id, id))) continue;
          seen.add(inner.id);
          if (await readOne(inner.id, depth + 1)) return true;
        }
      }
      tree.folders.push(id);
      return false;
    }

    // Read from the end and removed from the beginning: where a removal was cut off, what is read first is there still.
    if (!(await readOne(folderId, 0))) return { ...tree, urls: tree.urls.toReversed() };
    onRead(-looked, -tree.urls.length);
    return undefined;
  }
}
