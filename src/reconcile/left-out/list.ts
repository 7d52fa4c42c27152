import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { deepest } from '../../catalog/account/folder-bounds.ts';
import type { FolderGap } from '../../catalog/account/folder-gaps.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { Standing } from '../../catalog/tree/standings.ts';
import { joinAccountPath } from '../../core/account-path.ts';
import { type FileId, type FolderId, toFileId, toFolderId } from '../../core/ids.ts';
import { type MediaKind, mediaKindOf } from '../../library/media-kind.ts';
import type { Tree } from '../../library/trees.ts';
import {
  countWhereabouts,
  filesAtOnce,
  foldersAtOnce,
  isLostFile,
  keptWhereabouts,
  type Whereabouts,
} from './count.ts';
import { explainReason, type LeftOutReason } from './reasons.ts';
import { whyLeftOut } from './why.ts';

/** Something of the account that is in no tree. */
export interface LeftOut {
  kind: 'file' | 'folder';
  /** Absent where the catalog does not hold it. */
  fileId?: FileId;
  /** Account path; begins with `…` where only its end is known. */
  path: string;
  sizeBytes?: number;
  reason: LeftOutReason;
  why: string;
  remedy: string;
  /** Entries that it stands for, where that is known and not one. */
  count?: number;
}

export interface LeftOutPage {
  entries: LeftOut[];
  /** Where the next page begins; absent on the last one. */
  next?: string;
}

export interface LeftOutOptions {
  catalog: Catalog;
  trees: readonly Tree[];
  /** Folders of trees that are left out just now. */
  away: () => readonly { dir: string }[];
}

/** Folders that are told of a path whose beginning is not known. */
const namesTold = 4;

/** What of the account is in no tree. */
export interface LeftOutList {
  /** Where all media files of the account went, counted now, a handful at a time. @throws the signal's reason */
  count(signal: AbortSignal): Promise<Whereabouts>;
  /** The same as the last sync counted it. */
  lastCount(): Promise<Whereabouts | undefined>;
  /**
   * @param cursor `next` of the page before; from the beginning when it is empty
   * @param limit most of them
   * @throws the signal's reason
   */
  page(cursor: string, limit: number, signal: AbortSignal): Promise<LeftOutPage>;
}

/** What of the account is in no tree and why, page by page: the files by id, then the folders by id. */
export function createLeftOut({ catalog, trees, away }: LeftOutOptions): LeftOutList {
  const names = trees.map(({ name }) => name);

  async function explain(some: readonly { row: Standing; kind: MediaKind }[]): Promise<LeftOut[]> {
    if (some.length === 0) return [];
    const ids = some.map(({ row }) => row.id);
    const folderIds = [...new Set(some.map(({ row }) => row.folderId))];
    const paths = await catalog.files.folderPaths(folderIds);
    const ends = await endsOf(folderIds.filter((id) => !paths.has(id)));
    const readings = await catalog.recognitions.ofFiles(ids);
    const gone = new Set(away().map(({ dir }) => dir));
    const places = await Promise.all(
      trees.map(async (tree) => ({
        tree,
        isAway: gone.has(tree.dir),
        places: await catalog.placementsOf(tree.name).placesOf(ids),
      })),
    );
    return some.map(({ row, kind }) => {
      const folder = paths.get(row.folderId);
      const path = folder === undefined ? undefined : joinAccountPath(folder, row.name);
      const end = ends.get(row.folderId);
      const reason = whyLeftOut({
        file: row,
        kind,
        path,
        isDeep: end?.isDeep ?? false,
        recognition: readings.get(row.id),
        trees: places.map(({ tree, isAway, places }) => ({ tree, isAway, place: places.get(row.id) })),
      });
      const told = path ?? joinAccountPath(end?.text ?? '…', row.name);
      return {
        kind: 'file',
        fileId: row.id,
        path: told,
        sizeBytes: row.sizeBytes,
        reason,
        ...explainReason(reason, told),
      };
    });
  }

  /** The last names of paths of which the beginning is not known. */
  async function endsOf(folderIds: readonly FolderId[]) {
    if (folderIds.length === 0) return new Map<FolderId, { text: string; isDeep: boolean }>();
    const ancestors = await catalog.standings.ancestorNames(folderIds, deepest + 2);
    return new Map(
      [...ancestors].map(([id, all]) => [
        id,
        { text: ['…', ...all.slice(-namesTold)].join('/'), isDeep: all.length > deepest + 1 },
      ]),
    );
  }

  async function filesAfter(after: FileId | undefined, limit: number, signal: AbortSignal) {
    const found: LeftOut[] = [];
    for (let last = after; ; ) {
      signal.throwIfAborted();
      await yieldToEventLoop();
      const rows = await catalog.standings.after(last, filesAtOnce, names);
      if (rows.length === 0) return { found, last: undefined };
      const some = rows.flatMap((row) => {
        const kind = mediaKindOf(row.name, row.sizeBytes, row.contentType);
        return row.path === undefined && kind !== undefined ? [{ row, kind }] : [];
      });
      const here = some.slice(0, limit - found.length);
      found.push(...(await explain(here)));
      last = here.length < some.length || found.length === limit ? here.at(-1)?.row.id : rows.at(-1)?.id;
      if (found.length === limit) return { found, last };
    }
  }

  async function foldersAfter(after: FolderId | undefined, skip: number, limit: number, signal: AbortSignal) {
    const found: LeftOut[] = [];
    let toSkip = skip;
    for (let last = after; ; ) {
      signal.throwIfAborted();
      const rows = await catalog.folderGaps.after(last, foldersAtOnce);
      if (rows.length === 0) return { found, next: undefined };
      const ids = rows.map(({ folderId }) => folderId);
      const paths = await catalog.files.folderPaths(ids);
      const ends = await endsOf(ids.filter((id) => !paths.has(id)));
      for (const { folderId, gaps } of rows) {
        const path = paths.get(folderId) ?? ends.get(folderId)?.text ?? '…';
        const told = gaps.filter((gap) => isTold(gap)).map((gap) => gapOf(gap, path));
        const room = limit - found.length;
        found.push(...told.slice(toSkip, toSkip + room));
        if (toSkip + room < told.length) return { found, next: `${toSkip + room}:${last ?? ''}` };
        toSkip = 0;
        last = folderId;
        if (found.length === limit) return { found, next: `0:${last}` };
      }
    }
  }

  return {
    count: (signal) => countWhereabouts(catalog, trees, signal),

    lastCount: () => keptWhereabouts(catalog).get(),

    async page(cursor, limit, signal) {
      const [, part, skip, id = ''] = /^(?:(file|folder):)?(?:(\d{1,6}):)?([\w-]{0,40})$/.exec(cursor) ?? [];
      const entries: LeftOut[] = [];
      if (part !== 'folder') {
        const { found, last } = await filesAfter(id === '' ? undefined : toFileId(id), limit, signal);
        entries.push(...found);
        if (last !== undefined) return { entries, next: `file:${last}` };
        if (entries.length === limit) return { entries, next: 'folder:0:' };
      }
      const after = part === 'folder' && id !== '' ? toFolderId(id) : undefined;
      const from = part === 'folder' ? Number(skip ?? 0) : 0;
      const { found, next } = await foldersAfter(after, from, limit - entries.length, signal);
      entries.push(...found);
      return { entries, ...(next !== undefined && { next: `folder:${next}` }) };
    },
  };
}

/** What is no media file by its name is nobody's loss. */
function isTold(gap: FolderGap): boolean {
  const isEntry = gap.kind === 'file' && (gap.reason === 'address' || gap.reason === 'entry');
  return !isEntry || isLostFile(gap);
}

function gapOf({ reason, kind, name, count, sizeBytes, code }: FolderGap, folder: string): LeftOut {
  const word = reason === 'deep' ? 'tooDeep' : reason === 'many' ? 'tooMany' : reason;
  const path = name === undefined ? folder : joinAccountPath(folder, name);
  const { why, remedy } = explainReason(word, path);
  const isEntry = name !== undefined || ((reason === 'address' || reason === 'entry') && kind === 'file');
  return {
    kind: isEntry ? kind : 'folder',
    path,
    ...(sizeBytes !== undefined && { sizeBytes }),
    reason: word,
    why: code === undefined ? why : `${why} (${code})`,
    remedy,
    ...(count > 1 && { count }),
  };
}
