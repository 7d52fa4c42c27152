import { hourMs, minuteMs } from '../../core/durations.ts';
import type { FolderId } from '../../core/ids.ts';
import { createCallPurse } from './call-purse.ts';
import { birthsOf, type FolderFacts, rateOf, tierOf, watchedRate } from './folder-rate.ts';
import { createOpened } from './opened.ts';
import type { Spent } from './spent.ts';

/** A file that the account has and the catalog has not. */
export interface UnindexedFile {
  id: string;
  /** Folders that it may well lie in, the likeliest first. */
  likely: readonly FolderId[];
}

export type DiscoveryStep =
  | { do: 'account'; at: number; why: string }
  | { do: 'folder'; at: number; folderId: FolderId; why: string }
  | { do: 'wait'; at: number };

export interface PlannerOptions {
  /** Calls a day, as the settings say now. */
  perDay: () => number;
  /** One folder is never listed sooner than this after its last listing. */
  floorMs: number;
  /** The whole account is never listed sooner than this after its last listing. */
  accountEveryMs: number;
  now: number;
  /** Nothing but what somebody asks for, and what is found there; as the settings say now. */
  onlyAsked?: () => boolean;
  /** A crawl is under way: it comes to every folder by itself, and only what somebody waits for comes before. */
  isCrawled?: () => boolean;
  /** What was spent today, before a restart. */
  spent?: Spent | undefined;
}

/** Without need a folder is not looked into again within this. */
const restMs = 5 * minuteMs;
const newFolder = 'new folder';
/** A file that was not found for so long lies outside the roots, or went again. */
const searchMs = 6 * hourMs;
/**
 * Which folder to look into next, so that new files are found soon with few calls. Pure: it is told the time and what
 * came of each step.
 *
 * The time until a file is found is least when each folder is listed in proportion to the square root of how many
 * files come to it: at every step the folder with the largest (age of its listing x root of its rate) is due. Where
 * the listing of the whole account tells that there are files somewhere, their likely folders come at once, then all
 * others, the busiest first, until they are found; calls for that are saved up.
 */
export interface Planner {
  /** What the catalog holds now. */
  load(facts: readonly FolderFacts[], now: number): void;
  /** What to do now, or how long to wait. */
  next(now: number): DiscoveryStep;
  /** A folder was listed: the files in it, and sub-folders that were not known before. */
  listed(
    folderId: FolderId,
    now: number,
    fileIds: Iterable<string>,
    newFolders: readonly FolderId[],
    calls?: number,
  ): void;
  /** It could not be listed. `forGood`: not before the catalog says something new of it. */
  failed(folderId: FolderId, now: number, forGood: boolean): void;
  /** When the whole account was listed last, before a restart. */
  resume(lastAt: number): void;
  /** What the listing of the whole account named that the catalog does not hold. */
  accountListed(now: number, found: readonly UnindexedFile[]): void;
  /** The account cannot be listed before this. */
  accountRefused(until: number, now: number, calls?: number): void;
  /** What was spent today; to be kept over a restart. */
  spent(): Spent;
  /** Somebody looks into this folder: it is listed soon, if there are calls for it. */
  opened(folderId: FolderId): void;
  /** Somebody says that this folder changed. @returns when it is listed at the earliest */
  hint(folderId: FolderId, now: number): number | undefined;
  /** How many folders are looked into how often. */
  tiers(): Record<string, number>;
}

export function createPlanner(options: PlannerOptions): Planner {
  const { perDay, floorMs, accountEveryMs, now: startedAt, spent: before } = options;
  const { onlyAsked = () => false, isCrawled = () => false } = options;
  const purse = createCallPurse(perDay, startedAt, before);
  const folders = new Map<FolderId, FolderFacts & { rate: number; listedMs: number }>();
  const urgent = new Map<FolderId, string>();
  const opened = createOpened();
  const unindexedFiles = new Map<string, { since: number }>();
  /** Files that were searched for in vain. */
  const elsewhere = new Set<string>();
  let accountAt = startedAt;
  let accountWorks = false;

  /** The one with the largest worth among those that may be listed. */
  function best(
    now: number,
    worth: (folder: { rate: number; listedMs: number }) => number,
  ): FolderId | undefined {
    let found: FolderId | undefined;
    let largest = 0;
    for (const [id, folder] of folders) {
      if (now - folder.listedMs < Math.max(floorMs, restMs)) continue;
      const value = worth(folder);
      if (value > largest) {
        largest = value;
        found = id;
      }
    }
    return found;
  }

  function due(now: number): { folderId: FolderId; why: string } | undefined {
    const isCrawl = isCrawled();
    for (const [folderId, why] of urgent)
      if (mayListAt(folderId) <= now && !(isCrawl && why === newFolder)) return { folderId, why };
    if (onlyAsked()) return undefined;
    const open = opened.find((id) => folders.has(id) && mayListAt(id) <= now);
    if (isCrawl) return open && purse.hasPart(0.5) ? { folderId: open.id, why: 'opened' } : undefined;
    const missing = [...unindexedFiles.values()].reduce((latest, { since }) => Math.max(latest, since), 0);
    if (missing > 0) {
      const folderId = best(now, ({ rate, listedMs }) => (listedMs < missing ? rate : 0));
      if (folderId !== undefined) return { folderId, why: 'search for a new file' };
    }
    // What was saved is for searches; without the listing of the account there is nothing to save for.
    if (!(accountWorks ? purse.hasPart(open ? 0.5 : 0.8) : purse.hasOne())) return undefined;
    const folderId = best(now, ({ rate, listedMs }) => (now - listedMs) * Math.sqrt(rate));
    if (open && (open.isTurn || folderId === undefined)) return { folderId: open.id, why: 'opened' };
    return folderId === undefined ? undefined : { folderId, why: tierOf(folders.get(folderId)?.rate ?? 0) };
  }

  function mayListAt(folderId: FolderId): number {
    return (folders.get(folderId)?.listedMs ?? Number.NEGATIVE_INFINITY) + floorMs;
  }

  return {
    load(facts, now) {
      folders.clear();
      const born = birthsOf(facts, now);
      for (const one of facts) {
        const rate = rateOf(one, born.get(one.id), now);
        folders.set(one.id, { ...one, rate, listedMs: one.listedAt ?? 0 });
        if (one.listedAt === undefined && !urgent.has(one.id)) urgent.set(one.id, newFolder);
      }
      for (const id of urgent.keys()) if (!folders.has(id)) urgent.delete(id);
    },

    next(now) {
      purse.fill(now);
      const spentUntil = purse.spentUntil(now);
      if (spentUntil !== undefined) return { do: 'wait', at: spentUntil };
      for (const [id, { since }] of unindexedFiles)
        if (now - since > searchMs) {
          unindexedFiles.delete(id);
          elsewhere.add(id);
        }
      const nextAccountAt = onlyAsked() ? Number.POSITIVE_INFINITY : accountAt;
      if (now >= nextAccountAt && purse.hasOne())
        return { do: 'account', at: now, why: 'what is new in the whole account' };
      const step = purse.hasOne() ? due(now) : undefined;
      if (step) return { do: 'folder', at: now, ...step };
      const callAt = purse.nextAt(now);
      return { do: 'wait', at: purse.hasOne() ? Math.min(nextAccountAt, callAt) : callAt };
    },

    listed(folderId, now, fileIds, newFolders, calls = 1) {
      purse.spend(calls, now);
      urgent.delete(folderId);
      opened.listed(folderId);
      const folder = folders.get(folderId);
      if (folder) folder.listedMs = now;
      if (unindexedFiles.size > 0) for (const id of fileIds) unindexedFiles.delete(id);
      for (const id of newFolders) {
        folders.set(id, { ...unknownFolder, id, parentId: folderId, rate: watchedRate, listedMs: 0 });
        urgent.set(id, newFolder);
      }
    },

    failed(folderId, now, forGood) {
      purse.spend(1, now);
      urgent.delete(folderId);
      opened.delete(folderId);
      const folder = folders.get(folderId);
      if (forGood) folders.delete(folderId);
      else if (folder) folder.listedMs = now;
    },

    resume(lastAt) {
      accountAt = Math.max(accountAt, lastAt + accountEveryMs);
      accountWorks = true;
    },

    accountListed(now, found) {
      purse.spend(1, now);
      accountWorks = true;
      accountAt = now + accountEveryMs;
      for (const { id, likely } of found) {
        if (elsewhere.has(id)) continue;
        if (!unindexedFiles.has(id)) unindexedFiles.set(id, { since: now });
        for (const folderId of likely)
          if (folders.has(folderId)) urgent.set(folderId, 'a new file is said to be there');
      }
    },

    accountRefused(until, now, calls = 1) {
      purse.spend(calls, now);
      accountAt = until;
    },

    spent: purse.spent,

    opened(folderId) {
      if (!onlyAsked() && folders.has(folderId)) opened.add(folderId);
    },

    hint(folderId, now) {
      if (!folders.has(folderId)) return undefined;
      if (!urgent.has(folderId)) urgent.set(folderId, 'asked for');
      return Math.max(now, mayListAt(folderId));
    },

    tiers() {
      const counts: Record<string, number> = { hot: 0, warm: 0, cold: 0 };
      for (const { rate } of folders.values()) counts[tierOf(rate)] = (counts[tierOf(rate)] ?? 0) + 1;
      return counts;
    },
  };
}

const unknownFolder = {
  listedAt: undefined,
  firstSentAt: undefined,
  week: 0,
  month: 0,
  year: 0,
  watchedAt: undefined,
};
