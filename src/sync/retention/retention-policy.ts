import type { CrawlNote } from '../../catalog/account/crawls.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { Clock } from '../../core/clock.ts';
import type { FileId } from '../../core/ids.ts';
import type { Log } from '../../core/log.ts';
import { createMonotonicClock } from '../../reconcile/monotonic-clock.ts';
import type { CrawlResult } from '../crawl/crawl.ts';
import { createAccountIdentity, type ListingAccount } from './account-identity.ts';
import { type CrawlFacts, type Stop, whatStops } from './guard.ts';
import { createOpenProposals } from './open-proposals.ts';
import { createRecentRemovals } from './recent-removals.ts';
import { countShares, noShares } from './removal-shares.ts';
import { judgeRemovals, trustIn } from './removal-verdict.ts';

export interface RetentionPolicyOptions {
  catalog: Catalog;
  clock: Clock;
  log: Log;
  account: ListingAccount;
  /** All that are written. */
  trees: readonly { name: string; dir: string }[];
  /** As the settings say now. */
  limits: () => RetentionLimits;
}

/** How much may go by itself, and how soon. */
export interface RetentionLimits {
  removePercent: number;
  removeMax: number;
  confirmMs: number;
  graceMs: number;
}

export interface WeighRun {
  signal: AbortSignal;
  dryRun?: boolean;
  /** A person's word: what is stopped may go. */
  acceptRemovals?: boolean;
}

export type DoneCrawl = Extract<CrawlResult, { outcome: 'done' }>;

/** What came of what a crawl missed. */
export interface Weighed {
  /** Ids of the files that went, or would go in a dry run. */
  gone: FileId[];
  note: CrawlNote;
}

/**
 * How a file leaves the library: missing, confirmed by a second whole crawl, given a time of grace, and only then taken
 * out. Times are monotonic, and each of the two first steps needs a crawl of its own, so that a clock that jumps makes
 * the way longer and never shorter. What the guard stops becomes a proposal.
 */
export interface RetentionPolicy {
  /** Weighs what a whole crawl missed, and takes out what may go. A dry run only tells. @throws the signal's reason */
  weigh(done: DoneCrawl, run: WeighRun): Promise<Weighed>;
  /** A person says that the account of today is the one whose files the catalog holds. */
  adoptAccount(signal: AbortSignal): Promise<void>;
  /** A person said that the removals of the last day were right: they count no more. */
  forgetLosses(): Promise<void>;
}

export function createRetentionPolicy(options: RetentionPolicyOptions): RetentionPolicy {
  const { catalog, clock, log } = options;
  const { removals } = catalog;
  const monotonicClock = createMonotonicClock(catalog.keyValues, clock);
  const recent = createRecentRemovals(catalog.keyValues);
  const account = createAccountIdentity(catalog.keyValues, options.account);
  const proposals = createOpenProposals(catalog, log);

  async function weigh(done: DoneCrawl, run: WeighRun): Promise<Weighed> {
    const { dryRun = false, acceptRemovals = false, signal } = run;
    const { removePercent, removeMax, confirmMs, graceMs } = options.limits();
    const now = clock.now();
    const monotonicMs = dryRun ? await monotonicClock.now() : await monotonicClock.advance();
    const windows = { monotonicMs, confirmMs, graceMs };
    const isLost = (await removals.missing()).length > 0;
    const crawl = await factsOf(done, isLost, run);
    const open = await proposals.all();
    const trust = trustIn(crawl, { acceptRemovals, open: open.map(({ kind }) => kind) });
    if (trust.maySayMissing)
      await removals.missOutside(
        done.roots.map((root) => root.folderId),
        now,
      );
    // Both with what this crawl would confirm.
    const due = await removals.due(windows);
    const losses = await recent.sum(monotonicMs);
    const { whole, parts } = isLost
      ? await countShares(removals, { roots: done.roots, trees: options.trees }, windows, losses)
      : noShares(done.roots, losses);
    if (trust.isSure && !dryRun) await removals.advance(windows);
    if (trust.hasWord) return dryRun ? { gone: due, note: done.note } : letGo(done, due, signal);

    const stop = whatStops({ whole, roots: parts, removePercent, removeMax, crawl });
    const waiting = new Set<FileId>();
    for (const one of open)
      if (one.kind === 'many') for (const id of await proposals.filesLeft(one)) waiting.add(id);
    const lost = await lostBy(stop, now - confirmMs - graceMs);
    const { going, held } = judgeRemovals(stop, { due, waiting, lost });
    const note: CrawlNote = { ...done.note };
    if (stop && held.length > 0) note.held = { files: held.length, why: stop.why };
    if (dryRun) return { gone: going, note };

    if (stop && note.held) note.held.proposal = await proposals.put(stop, held, now);
    await proposals.refresh(trust.spoilt?.cause, note.held ? stop?.cause : undefined, now);
    // Noted before it happens: killed in between, the next crawl is too careful and not too bold.
    if (going.length > 0) {
      const roots = Object.fromEntries(parts.map((part) => [part.name, part.gone]));
      await recent.add({ at: monotonicMs, files: whole.gone, roots });
    }
    const gone = await takeOut(going, now);
    if (gone.length > 0) note.removed = gone.length;
    await catalog.crawls.end(done.crawlId, 'done', note, now);
    return { gone, note };
  }

  async function factsOf(done: DoneCrawl, isLost: boolean, run: WeighRun): Promise<CrawlFacts> {
    const counts = await catalog.files.counts();
    return {
      ...done.note,
      isEmpty: isLost && counts.files === counts.missing,
      otherAccount: await account.doubt(run.dryRun ?? false, run.signal),
    };
  }

  /** What this stop is about besides what is due. */
  async function lostBy(stop: Stop | undefined, longSince: number): Promise<FileId[]> {
    if (!stop || stop.cause === 'many') return [];
    return removals.missing(stop.cause === 'failed' ? longSince : undefined);
  }

  async function takeOut(ids: readonly FileId[], now: number): Promise<FileId[]> {
    if (ids.length === 0) return [];
    const why = 'missing from two crawls, and the time of grace is over';
    const facts = await catalog.proposals.factsOf(ids);
    return removals.remove(ids, now, { kind: 'retention', why, facts });
  }

  /** A person's word: what is due and what waits in proposals goes. */
  async function letGo(done: DoneCrawl, due: readonly FileId[], signal: AbortSignal): Promise<Weighed> {
    const now = clock.now();
    const gone = new Set<FileId>();
    for (const proposal of await proposals.all()) {
      if (proposal.kind === 'account') await account.adopt(signal);
      const ids = await proposals.filesLeft(proposal);
      for (const id of await removals.remove(ids, now, { proposalId: proposal.id })) gone.add(id);
    }
    const rest = due.filter((id) => !gone.has(id));
    for (const id of await takeOut(rest, now)) gone.add(id);
    await recent.clear();
    const note: CrawlNote = gone.size > 0 ? { ...done.note, removed: gone.size } : done.note;
    await catalog.crawls.end(done.crawlId, 'done', note, now);
    return { gone: [...gone], note };
  }

  return { weigh, adoptAccount: account.adopt, forgetLosses: recent.clear };
}
