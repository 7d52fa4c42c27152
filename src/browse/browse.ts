import { basename } from 'node:path';
import type { Catalog } from '../catalog/catalog.ts';
import { BridgeError } from '../core/errors.ts';
import type { FolderId } from '../core/ids.ts';
import { type AccountViewOptions, createAccountView } from './account-view.ts';
import { type Entry, folderEntry, type Located, type View, type ViewOptions } from './entry.ts';
import { createLibraryView } from './library-view.ts';

export interface BrowseOptions extends ViewOptions {
  catalog: Pick<Catalog, 'files' | 'listings' | 'crawls' | 'dirty' | 'localFiles'>;
  /** The first one is the library. */
  trees: readonly { name: string; dir: string }[];
  /** Account paths that are indexed. */
  roots: readonly string[];
  names?: AccountViewOptions['names'];
  /** Told which folder of the account somebody opens, or looks for something in. */
  onOpened?: (folderId: FolderId) => void;
}

/**
 * What programs ask for beside every folder and file (facts/media-servers 6.1): Finder, Windows, Nautilus, Spotlight.
 * They are answered like any other name, but never told to come back.
 */
const probe =
  /^(?:\._.*|\.ds_store|\.hidden|\.localized|\.spotlight-v100|\.metadata_never_index(?:_unless_rootfs)?|\.trashe?s?(?:-\d+)?|\.fseventsd|mach_kernel|backups\.backupdb|desktop\.ini|thumbs\.db|autorun\.inf|\.git|head)$/i;

/** One lookup and one ordering for WebDAV and for listings: `library/`, `account/`, and `trees/` where there are several. */
export interface Browse {
  /**
   * What stands at a path below `/dav/` or `/browse/`, by its decoded names. Asks nobody but the catalog.
   * @throws BridgeError BRIDGE_NOT_FOUND, BRIDGE_NOT_INDEXED while nobody knows yet
   */
  find(segments: readonly string[]): Promise<Located>;
}

export function createBrowse({
  catalog,
  trees,
  roots,
  etagOf,
  undatedAt,
  names,
  onOpened = () => undefined,
}: BrowseOptions): Browse {
  let isKnownWhole = false;

  /** Whether a crawl has gone through and the trees are up to date with it: only then nothing there is nothing. */
  async function isComplete(): Promise<boolean> {
    isKnownWhole ||= (await catalog.crawls.everDone()) && (await catalog.dirty.isEmpty());
    return isKnownWhole;
  }

  const treeViews = trees.map(({ name, dir }) =>
    createLibraryView({ listings: catalog.listings.ofTree(name), dir, isComplete, etagOf, undatedAt }),
  );
  const views = new Map<string, View>([
    [
      'account',
      createAccountView({
        listings: catalog.listings.ofAccount,
        root: () => catalog.listings.ofAccount.root(),
        roots,
        localFiles: catalog.localFiles,
        names,
        etagOf,
        undatedAt,
        onOpened,
        // What is not there yet is found by a look into the folder that it would lie in.
        onMissed: (folderId, name) => (probe.test(name) ? undefined : onOpened(folderId)),
      }),
    ],
    ['library', treeViews[0] as View],
  ]);
  if (treeViews.length > 1) {
    const names = uniqueNames(trees.map(({ dir }) => basename(dir)));
    views.set(
      'trees',
      fixed(new Map(names.map((name, index) => [name, treeViews[index] as View])), undatedAt),
    );
  }
  const top = fixed(views, undatedAt);

  return {
    async find(segments) {
      try {
        const found = await top.find(segments);
        if (found) return found;
      } catch (error) {
        if (!probe.test(segments.at(-1) ?? '')) throw error;
      }
      throw new BridgeError('BRIDGE_NOT_FOUND');
    },
  };
}

/** A folder of views. It has the date of what changed in them last. */
function fixed(views: ReadonlyMap<string, View>, undatedAt: number): View {
  /** With the dates of the views, which no listing of its own is behind. */
  const entries = (): Promise<Entry[]> =>
    Promise.all(
      [...views].map(async ([name, view]) => ({
        ...((await view.find([]).catch(() => undefined))?.entry ?? folderEntry(name, undatedAt)),
        name,
      })),
    );
  return {
    async find([first, ...rest]) {
      if (first === undefined) {
        const inside = await entries();
        const changedAt = Math.max(...inside.map(({ modifiedAt = undatedAt }) => modifiedAt));
        return { is: 'folder', entry: folderEntry('', changedAt), pages: async () => once(inside) };
      }
      const found = await views.get(first)?.find(rest);
      return found && rest.length === 0 ? { ...found, entry: { ...found.entry, name: first } } : found;
    },
  };
}

async function* once(entries: Entry[]): AsyncGenerator<Entry[]> {
  yield entries;
}

/** `library`, `library-2`. */
function uniqueNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let unique = name;
    for (let count = 2; taken.has(unique.toLowerCase()); count++) unique = `${name}-${count}`;
    taken.add(unique.toLowerCase());
    return unique;
  });
}
