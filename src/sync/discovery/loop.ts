import { z } from 'zod';
import type { Catalog } from '../../catalog/catalog.ts';
import { createBackgroundLoop } from '../../core/background-loop.ts';
import type { Clock } from '../../core/clock.ts';
import { jsonOf } from '../../core/codec.ts';
import { dayMs, hourMs, minuteMs, secondMs } from '../../core/durations.ts';
import { type BridgeError, isBridgeError } from '../../core/errors.ts';
import type { FolderId } from '../../core/ids.ts';
import type { Log } from '../../core/log.ts';
import type { CallOptions, Host } from '../../host/host.ts';
import { knownFolders } from './known-folders.ts';
import { createPlanner, type Planner } from './planner.ts';
import type { ScanFolder } from './scan-folder.ts';
import { spentCodec } from './spent.ts';
import { unindexedFilesAmong } from './unindexed-files.ts';

export interface DiscoveryLoopOptions {
  catalog: Catalog;
  host: Pick<Host, 'limits' | 'listAccount'>;
  scanFolder: ScanFolder;
  clock: Clock;
  log: Log;
  /** Calls a day, as the settings say now; 0 = as many as the pace allows. */
  callsPerDay: () => number;
  /** Looks into nothing but what somebody asks for; as the settings say now. */
  onlyAsked: () => boolean;
  /** A sync of this process is under way. */
  isCrawled: () => boolean;
}

/** What was learned of the listing of the whole account. */
const accountKnowledge = z.object({
  at: z.number(),
  /** Whether its items name their folder; absent = no item was seen yet. */
  namesFolders: z.boolean().optional(),
});

/** The catalog is asked again what it holds: crawls and other processes change it. */
const reloadMs = 10 * minuteMs;
/** After a refusal that names no time. */
const refusedMs = 6 * hourMs;
const busyMs = 30 * secondMs;
const maxPauseMs = minuteMs;
/** The host's interval is not tried to the second. */
const marginMs = 30 * secondMs;

/** Looks for new files between crawls, step by step as the planner says. */
export interface DiscoveryLoop {
  start(): void;
  /** Resolves when no step is under way any more. */
  stop(): Promise<void>;
  /** The settings are others. */
  settingsChanged(): void;
  /** Somebody looks into this folder: it is listed soon, if there are calls for it. */
  opened(folderId: FolderId): void;
  /**
   * Somebody says that this folder changed: it is listed as soon as its interval allows.
   * @returns when that is at the earliest; undefined = it is none of the library's, or nobody looks for new files
   */
  hint(folderId: FolderId): number | undefined;
  /** What would be done from now to the end of the day if nothing new came. Asks the host nothing. */
  plan(): Promise<{
    steps: { at: number; folderId: FolderId | undefined; why: string }[];
    tiers: Record<string, number>;
  }>;
}

export function createDiscoveryLoop(options: DiscoveryLoopOptions): DiscoveryLoop {
  const { catalog, host, scanFolder, clock, log } = options;
  const { accountListingIntervalMs, folderIntervalMs, listingLagMs, requestIntervalMs } = host.limits;
  const accountEveryMs = accountListingIntervalMs + marginMs;
  const keptAccount = catalog.keyValues.entry('accountListing', jsonOf(accountKnowledge));
  const keptSpent = catalog.keyValues.entry('discoveryCalls', spentCodec);
  const perDay = () =>
    options.callsPerDay() || Math.max(1, Math.floor(dayMs / Math.max(10 * secondMs, 4 * requestIntervalMs)));
  const loop = createBackgroundLoop({
    clock,
    maxPauseMs,
    turn: async () => (await step()) - clock.now(),
    onError(error) {
      const remedy = isBridgeError(error) ? { remedy: error.remedy } : {};
      log.error({ err: error, ...remedy }, 'looking for new files failed');
      return busyMs;
    },
  });
  const { signal } = loop;
  let planner: Planner | undefined;
  let loadedAt = Number.NEGATIVE_INFINITY;
  let wasCrawled = false;

  async function newPlanner(isCrawled?: () => boolean): Promise<Planner> {
    const spent = await keptSpent.get();
    const made = createPlanner({
      perDay,
      floorMs: folderIntervalMs,
      accountEveryMs,
      onlyAsked: options.onlyAsked,
      ...(isCrawled && { isCrawled }),
      now: clock.now(),
      spent,
    });
    const known = await keptAccount.get();
    if (known) made.resume(known.at);
    return made;
  }

  /** @returns false while there was no complete crawl: it comes first, and finds everything */
  async function load(into: Planner): Promise<boolean> {
    if (!(await catalog.crawls.everDone())) return false;
    const facts = await knownFolders(catalog, clock.now());
    into.load(facts, clock.now());
    return facts.length > 0;
  }

  async function askAccount(plan: Planner): Promise<void> {
    const known = await keptAccount.get();
    const now = clock.now();
    // Uploads are listed late: each listing looks back further than the last one.
    const sentAfter = Math.max((known?.at ?? 0) - listingLagMs, now - dayMs);
    try {
      const call: CallOptions = { urgency: 'background', signal, deadlineMs: busyMs };
      const { files } = await host.listAccount(sentAfter, call);
      const namesFolders =
        files.length > 0 ? files.every(({ folderId }) => folderId !== undefined) : known?.namesFolders;
      if (namesFolders !== undefined && namesFolders !== known?.namesFolders)
        log.info({ namesFolders }, 'the listing of the whole account was looked at');
      const unindexedFiles = await unindexedFilesAmong(catalog, files);
      plan.accountListed(clock.now(), unindexedFiles);
      await keptAccount.put({ at: now, namesFolders });
      if (unindexedFiles.length > 0)
        log.debug({ files: unindexedFiles.length }, 'the account has files that are not known yet');
    } catch (error) {
      signal.throwIfAborted();
      if (!isBridgeError(error)) throw error;
      const until = error.retryAt ?? clock.now() + (error.retryable ? accountEveryMs : refusedMs);
      plan.accountRefused(until, clock.now(), isOurs(error) ? 0 : 1);
      log.debug({ code: error.code }, 'the whole account cannot be listed now');
    }
  }

  async function listOne(plan: Planner, folderId: FolderId, why: string): Promise<void> {
    const { fileIds, newFolders, changed, calls } = await scanFolder(
      folderId,
      signal,
      Math.max(1, perDay() - plan.spent().calls),
    );
    plan.listed(folderId, clock.now(), fileIds, newFolders, calls);
    if (changed > 0 || newFolders.length > 0)
      log.info(
        { path: await pathOf(folderId), why, changed, newFolders: newFolders.length },
        'something new was found between crawls',
      );
  }

  async function pathOf(folderId: FolderId): Promise<string> {
    return (await catalog.files.folderPaths([folderId])).get(folderId) ?? `folder ${folderId}`;
  }

  /** One step. @returns when the next one makes sense */
  async function step(): Promise<number> {
    planner ??= await newPlanner(options.isCrawled);
    const isCrawled = options.isCrawled();
    if (wasCrawled && !isCrawled) loadedAt = Number.NEGATIVE_INFINITY;
    wasCrawled = isCrawled;
    if (clock.now() - loadedAt >= reloadMs) {
      if (!(await load(planner))) return clock.now() + busyMs;
      loadedAt = clock.now();
    }
    const next = planner.next(clock.now());
    if (next.do === 'wait') return next.at;
    try {
      if (next.do === 'account') await askAccount(planner);
      else await listOne(planner, next.folderId, next.why);
    } catch (error) {
      signal.throwIfAborted();
      if (!isBridgeError(error)) throw error;
      if (error.code === 'BRIDGE_CRAWL_RUNNING') loadedAt = Number.NEGATIVE_INFINITY;
      else if (next.do === 'folder' && !isOurs(error))
        planner.failed(next.folderId, clock.now(), isForGood(error));
      return Math.max(clock.now() + (isForGood(error) ? 0 : busyMs), error.retryAt ?? 0);
    }
    await keptSpent.put(planner.spent());
    return clock.now();
  }

  return {
    start: loop.start,

    stop: loop.stop,

    settingsChanged: loop.wake,

    opened(folderId) {
      if (!loop.isRunning() || !planner) return;
      planner.opened(folderId);
      loop.wake();
    },

    hint(folderId) {
      const at = loop.isRunning() ? planner?.hint(folderId, clock.now()) : undefined;
      if (at !== undefined) loop.wake();
      return at;
    },

    async plan() {
      const imagined = await newPlanner();
      const steps: { at: number; folderId: FolderId | undefined; why: string }[] = [];
      if (!(await load(imagined))) return { steps, tiers: imagined.tiers() };
      const tiers = imagined.tiers();
      const end = clock.now() + dayMs;
      for (let now = clock.now(); now < end; ) {
        const next = imagined.next(now);
        if (next.do === 'wait') {
          now = next.at;
          continue;
        }
        steps.push({ at: now, folderId: next.do === 'folder' ? next.folderId : undefined, why: next.why });
        if (next.do === 'folder') imagined.listed(next.folderId, now, [], []);
        else imagined.accountListed(now, []);
        now += Math.max(1, requestIntervalMs);
      }
      return { steps, tiers };
    },
  };
}

/** It says nothing of other folders, and will be so in an hour. */
function isForGood(error: BridgeError): boolean {
  return !error.retryable;
}

/** The host was not asked. */
function isOurs({ code }: BridgeError): boolean {
  return code === 'BRIDGE_GATE_CLOSED' || code === 'BRIDGE_GATE_BUSY';
}
