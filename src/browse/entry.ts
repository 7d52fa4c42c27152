import type { FileId, FolderId } from '../core/ids.ts';
import { ownTurn } from '../core/yield-often.ts';
import type { FileVersions } from '../delivery/file-versions.ts';

/** One entry of a listing, whatever it is shown as. */
export interface Entry {
  name: string;
  isFolder: boolean;
  /** Of a file. */
  sizeBytes?: number;
  /** Milliseconds UTC; absent when nobody named a date. */
  modifiedAt?: number;
  /** It is a date of a client's own, which tells no version from another. */
  isDated?: boolean;
  /** Of a file: strong entity tag, with its quotes. */
  etag?: string;
  mediaType?: string;
}

/** What views of the account and of the trees have in common. */
export interface ViewOptions {
  /** The entity tag of a file of the account: the same that its bytes come with. */
  etagOf: FileVersions['etagOf'];
  /** The date of a folder of which nobody knows another: the same each time, or clients would take it for changed. */
  undatedAt: number;
}

/** @param changedAt milliseconds UTC */
export function folderEntry(name: string, changedAt: number): Entry {
  return { name, isFolder: true, modifiedAt: changedAt };
}

/** What stands at a path: a folder, a file of the account, or a small file on our own disk. */
export type Located = LocatedFolder | LocatedVideo | LocatedSideFile | LocatedLocalFile;

export interface LocatedFolder {
  is: 'folder';
  entry: Entry;
  /**
   * What lies in it, in order, page by page. The first page is there when this resolves.
   * @throws BridgeError BRIDGE_NOT_INDEXED while nobody knows
   */
  pages(): Promise<AsyncGenerator<Entry[]>>;
}

export interface LocatedVideo {
  is: 'video';
  entry: Entry;
  fileId: FileId;
}

export interface LocatedSideFile {
  is: 'small';
  entry: Entry;
  /** Where it lies: the folder of the tree, and its path in there. */
  dir: string;
  path: string;
}

/** A small file in a folder of the account that only we have. */
export interface LocatedLocalFile {
  is: 'local';
  entry: Entry;
  folderId: FolderId;
}

/** One of the views. `segments` are decoded names from its top. */
export interface View {
  /** @throws BridgeError BRIDGE_NOT_INDEXED while nobody knows */
  find(segments: readonly string[]): Promise<Located | undefined>;
}

/** The first page is small, so that its bytes leave at once; the others are large, so that they are few. */
const firstPage = 100;
const laterPages = 500;

/**
 * Pages out of a query that goes on after the last row of the page before. The first is fetched before this resolves:
 * what is wrong with the folder is known before the answer begins.
 */
export async function pagesOf<Row>(
  query: (after: Row | undefined, limit: number) => Promise<Row[]>,
  show: (rows: Row[]) => Entry[] | Promise<Entry[]>,
): Promise<{ isEmpty: boolean; pages: AsyncGenerator<Entry[]> }> {
  const first = await query(undefined, firstPage);
  async function* pages() {
    let rows = first;
    let limit = firstPage;
    while (rows.length > 0) {
      yield await show(rows);
      if (rows.length < limit) return;
      limit = laterPages;
      // The database answers without a turn of the event loop: films must not wait for the whole folder.
      await ownTurn();
      rows = await query(rows.at(-1), limit);
    }
  }
  return { isEmpty: first.length === 0, pages: pages() };
}

export async function* joined(...parts: AsyncGenerator<Entry[]>[]): AsyncGenerator<Entry[]> {
  for (const part of parts) yield* part;
}
