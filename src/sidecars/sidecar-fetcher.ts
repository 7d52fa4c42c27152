import type { CatalogFile } from '../catalog/account/files.ts';
import type { Clock } from '../core/clock.ts';
import { isBridgeError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { TitlesByTree } from '../library/trees.ts';
import { isPicture } from '../naming/text/file-kinds.ts';
import type { SidecarCache } from './sidecar-cache.ts';

/** A side-car whose content is not at hand, and the title that waits for it. */
export interface WantedSidecar {
  file: CatalogFile;
  tree: string;
  titleKey: string;
}

export interface FetchRun {
  signal: AbortSignal;
  /** Goes on with the rest another time after so long: new films must not wait for thousands of small files. */
  forMs: number;
  /** Lays these titles out again. */
  publish: (titles: TitlesByTree) => Promise<void>;
}

/** A title is laid out again with what was fetched for it so long ago, or later where laying out takes long itself. */
const layOutAfterMs = 5_000;
/** So much longer is fetched than laid out: a film of 5,000 subtitles is not laid out 5,000 times. */
const fetchedForEach = 10;

/**
 * Fetches side-cars one by one, and lays out what they are for from time to time and at the end; what is left when the time is up, or the host locks, is kept for the next call.
 * @returns how long it took, in milliseconds. @throws the signal's reason
 */
export type SidecarFetcher = (wanted: readonly WantedSidecar[], run: FetchRun) => Promise<number>;

export function createSidecarFetcher(options: {
  sideCars: Pick<SidecarCache, 'fetch' | 'rest'>;
  clock: Clock;
  log: Log;
}): SidecarFetcher {
  const { sideCars, clock, log } = options;
  const waiting = new Map<string, { file: CatalogFile; titles: TitlesByTree }>();
  /** Files that somebody fetches just now; two may be at it, a sync and who has found something beside it. */
  const underWay = new Set<string>();
  let runs = 0;
  /** Titles of which something was fetched since they were laid out. */
  let behind: TitlesByTree = new Map();

  function add({ file, tree, titleKey }: WantedSidecar): void {
    const entry = waiting.get(file.id) ?? { file, titles: new Map() };
    entry.file = file;
    entry.titles.set(tree, (entry.titles.get(tree) ?? new Set()).add(titleKey));
    waiting.set(file.id, entry);
  }

  function noteBehind(titles: TitlesByTree): void {
    for (const [tree, keys] of titles) behind.set(tree, (behind.get(tree) ?? new Set()).union(keys));
  }

  async function layOut({ publish }: FetchRun): Promise<void> {
    if (behind.size === 0) return;
    const titles = behind;
    behind = new Map();
    try {
      await publish(titles);
    } catch (error) {
      noteBehind(titles);
      throw error;
    }
  }

  return async (wanted, run) => {
    const { signal, forMs } = run;
    wanted.forEach(add);
    const start = clock.now();
    let nextLayOutAt = start + layOutAfterMs;
    const own = new Set<string>(wanted.map(({ file }) => file.id));
    const isMine = ({ file }: { file: CatalogFile }) => runs === 0 || own.has(file.id);
    // A text is worth more to a viewer than a picture.
    const order = [...waiting.values()].filter(isMine).sort((a, b) => rank(a.file) - rank(b.file));
    runs++;
    try {
      for (const { file, titles } of order) {
        if (clock.now() - start >= forMs) break;
        if (underWay.has(file.id) || !waiting.has(file.id)) continue;
        underWay.add(file.id);
        const fetched = await sideCars.fetch(file, signal).finally(() => underWay.delete(file.id));
        if (fetched === 'fetched') noteBehind(titles);
        if (fetched !== 'failed') waiting.delete(file.id);
        if (clock.now() < nextLayOutAt) continue;
        const before = clock.now();
        await layOut(run);
        nextLayOutAt = clock.now() + Math.max(layOutAfterMs, fetchedForEach * (clock.now() - before));
      }
    } catch (error) {
      signal.throwIfAborted();
      if (!isBridgeError(error) || error.retryAt === undefined) throw error;
      // A lock: the others would fail too, and all of them come with a later sync.
      log.warn({ err: error, waiting: waiting.size }, 'subtitles and pictures wait for a later sync');
    } finally {
      if (--runs === 0) await sideCars.rest();
    }
    await layOut(run);
    return clock.now() - start;
  };
}

function rank({ name }: CatalogFile): number {
  return isPicture(name) ? 1 : 0;
}
