import type { Files } from '../../catalog/account/files.ts';
import type { Clock } from '../../core/clock.ts';
import { dayMs, hourMs, minuteMs } from '../../core/durations.ts';
import { type BridgeError, isBridgeError } from '../../core/errors.ts';
import type { FileId, FolderId } from '../../core/ids.ts';
import type { Log } from '../../core/log.ts';
import type { FileListing, Host, HostFile } from '../../host/host.ts';
import { listPlace } from './listed-place.ts';
import { isRefusal, isUnsure } from './unsure.ts';

export interface TrashPageOptions {
  host: Pick<Host, 'listFolder' | 'listAccount' | 'limits'>;
  catalog: { files: Files };
  /** Those of a listing that nobody has taken out of the trash. */
  stillThere(files: readonly HostFile[]): Promise<HostFile[]>;
  /** Told how many files were found that are to be removed. */
  onFound(files: number): void;
  /** Removes for good what was found in the trash. @returns those of these addresses that are gone */
  remove(urls: readonly string[], signal: AbortSignal): Promise<ReadonlySet<string>>;
  clock: Clock;
  log: Log;
}

/**
 * Files that lie in a folder now; undefined where only its listing tells. `anew`, once: the page has just come, and what
 * was known of the folders around this one is older than it. `nothing`: so it seems, and the host tells when it is to
 * remove the folder.
 * @throws BridgeError BRIDGE_GATE_BUSY where it makes sense to come back for it; those of the host
 */
export type FilesIn = (
  folderId: FolderId,
  signal: AbortSignal,
) => Promise<readonly HostFile[] | 'anew' | 'nothing' | undefined>;

/**
 * One page of the whole account in the place of a listing of each folder: it tells of every file in which folder it lies.
 * Whether a host names folders there, and whether such a page is fresh, nobody knows (facts/1fichier-api 2.2). So it is
 * believed when it shows what has just been done: of the files that listings found in the trash some are removed, and a
 * page that names one that was left where it lies, and none of those, is newer than that.
 */
export interface TrashPage {
  /**
   * For one purge of these folders, which asks for the page once where that saves calls.
   * @param isPatient the purge may come back within an hour, when the host gives the page again; else folders are listed
   * @throws BridgeError BRIDGE_GATE_BUSY where it makes sense to come back for it
   */
  over(folderIds: readonly FolderId[], isPatient: boolean): Promise<FilesIn>;
}

/** With fewer folders their listings cost no more. */
const worthFolders = 10;
const maxFolders = 20_000;
/** Folders that were emptied before are not looked into one by one. */
const maxEmptied = 2;
/** What is in the trash may be taken out at any time: a page is believed for no longer. */
const maxAgeMs = 5 * minuteMs;
/** How long a host that has given no page that helps is not asked for one. */
const unprovenMs = dayMs;
/** Others ask for pages too: nobody waits longer than this for one. */
const maxWaitMs = 4 * hourMs;

/** What the catalog knows of folders in the trash. */
interface Outline {
  /** Folders without folders in them, and the files that lay in each when it was removed. */
  leaves: ReadonlyMap<FolderId, ReadonlySet<FileId>>;
  /** The oldest file came to the account later than this. */
  sentAfter: number;
}

/** What a page must show, and what it must not. */
interface Witness {
  kept: { id: FileId; folderId: FolderId };
  removed: ReadonlySet<FileId>;
}

interface PageView {
  askedAt: number;
  complete: boolean;
  byFolder: ReadonlyMap<FolderId, readonly HostFile[]>;
}

export function createTrashPage(options: TrashPageOptions): TrashPage {
  const { host, catalog, stillThere, onFound, remove, clock, log } = options;
  const { files } = catalog;
  /** Others have had the page, and it is not given again before a time. */
  let busy: BridgeError | undefined;
  let notBefore = Number.NEGATIVE_INFINITY;
  let waiting: { since: number; last: number } | undefined;

  async function outlineOf(folderIds: readonly FolderId[]): Promise<Outline> {
    const seen = new Set(folderIds);
    const withFolders = new Set<FolderId>();
    for (let level = [...folderIds]; level.length > 0 && seen.size < maxFolders; ) {
      const inside = await files.subFolders(level);
      for (const { parentId } of inside) withFolders.add(parentId);
      level = inside.flatMap(({ id }) => (seen.has(id) ? [] : [id]));
      for (const id of level) seen.add(id);
    }
    const leaves = new Map<FolderId, Set<FileId>>();
    for (const id of seen) if (!withFolders.has(id)) leaves.set(id, new Set());
    const inTrash = await files.leftOf([...seen]);
    for (const { id, folderId } of inTrash) leaves.get(folderId)?.add(id);
    let sentAfter = clock.now();
    for (const { sentAt = 0 } of await files.goneByIds(inTrash.map(({ id }) => id)))
      sentAfter = Math.min(sentAfter, sentAt);
    return { leaves, sentAfter: Math.max(0, sentAfter - dayMs) };
  }

  /** @throws BridgeError the same, to who is patient; not for ever, where others are always first */
  function comeBack(error: BridgeError, isPatient: boolean): undefined {
    busy = error;
    const now = clock.now();
    const since = waiting && now - waiting.last < maxWaitMs ? waiting.since : now;
    waiting = { since, last: now };
    if (isPatient && now - since < maxWaitMs) throw error;
  }

  /** @returns undefined where it does not help */
  async function askFor(
    seen: Witness,
    sentAfter: number,
    isPatient: boolean,
    signal: AbortSignal,
  ): Promise<PageView | undefined> {
    const askedAt = clock.now();
    let page: FileListing;
    try {
      page = await host.listAccount(sentAfter, { urgency: 'write', signal });
    } catch (error) {
      if (!isBridgeError(error)) throw error;
      if (error.code === 'BRIDGE_GATE_BUSY') return comeBack(error, isPatient);
      if (!isRefusal(error) && !isUnsure(error)) throw error;
      notBefore = askedAt + unprovenMs;
      return undefined;
    }
    waiting = undefined;
    if (!isProven(page, seen)) {
      notBefore = askedAt + unprovenMs;
      log.info(
        { namesFolders: page.files.some(({ folderId }) => folderId !== undefined) },
        'the page of the whole account does not tell what lies in the trash: each folder is listed',
      );
      return undefined;
    }
    const byFolder = new Map<FolderId, HostFile[]>();
    for (const file of page.files) {
      if (file.folderId === undefined) continue;
      const there = byFolder.get(file.folderId);
      if (there) there.push(file);
      else byFolder.set(file.folderId, [file]);
    }
    return { askedAt, complete: page.complete, byFolder };
  }

  return {
    async over(folderIds, isPatient) {
      const nothing: FilesIn = async () => undefined;
      if (folderIds.length === 0 || clock.now() < notBefore) return nothing;
      const { leaves, sentAfter } = await outlineOf(folderIds);
      if (leaves.size < worthFolders) return nothing;
      if (busy?.retryAt !== undefined && clock.now() < busy.retryAt) {
        comeBack(busy, isPatient);
        return nothing;
      }
      /** Of folders with one file: all of it is to be removed. */
      const singles: HostFile[] = [];
      let view: PageView | undefined;
      let witness: Witness | undefined;
      let emptied = 0;
      let isOver = false;

      /** What a listing has found is removed but for one, for the page to show. @returns what is left of it */
      async function testify(folderId: FolderId, signal: AbortSignal): Promise<HostFile[]> {
        const { files: listed } = await listPlace(host, folderId, signal);
        const own = await stillThere(listed);
        const [kept, ...others] = own;
        const doomed = [...others, ...singles];
        if (!kept && leaves.get(folderId)?.size) emptied++;
        if (!kept || doomed.length === 0) {
          singles.push(...own);
          return own;
        }
        onFound(others.length);
        const gone = await remove(
          doomed.map(({ url }) => url),
          signal,
        );
        const removed = new Set(doomed.filter(({ url }) => gone.has(url)).map(({ id }) => id));
        if (removed.size === 0) isOver = true;
        else witness = { kept: { id: kept.id, folderId }, removed };
        return own.filter(({ url }) => !gone.has(url));
      }

      return async (folderId, signal) => {
        const known = leaves.get(folderId);
        if (isOver || !known) return undefined;
        // What nobody has looked into may hold folders.
        if ((await files.listedAt(folderId)) === undefined) return undefined;
        if (!view) {
          // What was cut off goes on.
          if (emptied >= maxEmptied) return 'nothing';
          const left = await testify(folderId, signal);
          if (!witness) return left;
          // Answers may be made from what was known a moment ago.
          await clock.sleep(host.limits.folderIntervalMs, signal);
          view = await askFor(witness, sentAfter, isPatient, signal);
          if (view) return 'anew';
          isOver = true;
          return left;
        }
        const ageMs = clock.now() - view.askedAt;
        if (ageMs < 0 || ageMs > maxAgeMs) return undefined;
        // The page and what was known before must say the same: others are looked for in a listing.
        const named = (view.byFolder.get(folderId) ?? []).filter(({ id }) => known.has(id));
        return named.length < known.size && !view.complete ? undefined : named;
      };
    },
  };
}

function isProven({ files }: FileListing, { kept, removed }: Witness): boolean {
  const left = files.find(({ id }) => id === kept.id);
  return left?.folderId === kept.folderId && !files.some(({ id }) => removed.has(id));
}
