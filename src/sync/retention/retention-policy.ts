import type { CrawlNote } from '../../catalog/account/crawls.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import { createMonotonicClock } from '../../reconcile/monotonic-clock.ts';
import type { CrawlResult } from '../crawl/crawl.ts';
import { type AccountBehind, createAccountWatch } from './account-identity.ts';
import { type GuardQuestion, type Stop, whatSpoils, whatStops } from './guard.ts';
import { createOpenProposals, factsOf } from './open-proposals.ts';
import { createRecentRemovals } from './recent-removals.ts';

export interface RetentionPolicyOptions {
  catalog: Catalog;
  clock: Clock;
  log: Log;
  account: AccountBehind;
  /** All that are written. */
  trees: readonly { name: string; dir: string }[];
  removePercent: number;
  removeMost: number;
  confirmMs: number;
  graceMs: number;
}

export interface WeighRun {
  signal: AbortSignal;
  dryRun?: boolean;
  /** A person's word: what is stopped may go. */
  acceptRemovals?: boolean;
}

type DoneCrawl = Extract<CrawlResult, { outcome: 'done' }>;

/**
 * How a file leaves the library: missing, confirmed by a second whole crawl, given a time of grace, and only then taken
 * out. Times are steady (see createSteady), and each of the two first steps needs a crawl of its own, so that a clock
 * that jumps makes the ladder longer and never shorter. What the guard stops becomes a proposal.
 */
export function createRetentionPolicy(options: RetentionPolicyOptions) {
  const { catalog, clock, log, confirmMs, graceMs } = options;
  const { removals } = catalog;
  const monotonicClock = createMonotonicClock(catalog.keyValues, clock);
  const recent = createRecentRemovals(catalog.keyValues);
  const account = createAccountWatch(catalog.keyValues, options.account);
  const proposals = createOpenProposals(catalog, log);

  /** Weighs what disappeared. @returns what goes now (or would go, in a dry run), and the note of the crawl */
  async function weigh(done: DoneCrawl, run: WeighRun): Promise<{ gone: string[]; note: CrawlNote }> {
    const { dryRun = false, acceptRemovals = false, signal } = run;
    const now = clock.now();
    const windows = {
      monotonicMs: dryRun ? await monotonicClock.now() : await monotonicClock.advance(),
      confirmMs,
      graceMs,
    };
    const lost = await removals.missing();
    const counts = await catalog.files.counts();
    const crawl = {
      ...done.note,
      isEmpty: lost.length > 0 && counts.files === counts.missing,
      otherAccount: await account.look(dryRun, signal),
    };
    const spoilt = whatSpoils(crawl, []);
    const open = await proposals.open();
    // A word about an account, or about an empty one, is a word about a proposal that the person has seen.
    const hasWord =
      acceptRemovals &&
      (!spoilt || spoilt.cause === 'failed' || open.some(({ kind }) => kind === spoilt.cause));
    const isSure = !spoilt || hasWord;
    // To be missing is the lowest step: a whole listing says that much, whoever it belongs to.
    if (!done.note.missingRoots && (isSure || spoilt?.cause !== 'failed'))
      await removals.missOutside(
        done.roots.map((root) => root.folderId),
        now,
      );
    const due = await removals.due(windows);
    const question = await ask(done, windows, crawl, lost.length > 0);
    const stop = whatStops(question);
    if (isSure && !dryRun) await removals.advance(windows);

    if (hasWord) return dryRun ? { gone: due, note: done.note } : letGo(done, due, signal);
    // What waits for a person goes by no other way, also when the library has grown and it would be few now.
    const waiting = new Set<string>();
    for (const one of open)
      if (one.kind === 'many') for (const id of await proposals.waiting(one)) waiting.add(id);
    const held = stop ? await stoppedBy(stop, due, waiting, now) : [];
    const going = stop ? [] : due.filter((id) => !waiting.has(id));
    const note: CrawlNote = { ...done.note };
    if (stop && held.length > 0) note.held = { files: held.length, why: stop.why };
    if (dryRun) return { gone: going, note };

    if (stop && note.held) note.held.proposal = await proposals.put(stop, held, now);
    await proposals.refresh(spoilt?.cause, note.held ? stop?.cause : undefined, now);
    if (going.length > 0) {
      // Noted before it happens: killed in between, the next crawl is too careful and not too bold.
      const roots = Object.fromEntries(question.roots.map((root) => [root.name, root.gone]));
      await recent.add({ at: windows.monotonicMs, files: question.whole.gone, roots });
    }
    const gone = await takeOut(going, now);
    if (gone.length > 0) note.removed = gone.length;
    await catalog.crawls.end(done.crawlId, 'done', note, now);
    return { gone, note };
  }

  /** What the guard is asked. `gone` = what would go now, without the losses of the last day. */
  async function ask(
    done: DoneCrawl,
    windows: Parameters<typeof removals.due>[0],
    crawl: GuardQuestion['crawl'],
    isLost: boolean,
  ) {
    // Counting a large tree takes its time, and where nothing is missing nothing can go.
    const nothing = { total: 0, candidates: 0 };
    const share = async () => (isLost ? removals.share(windows) : nothing);
    const shareBelow = async (id: number) => (isLost ? removals.shareBelow(id, windows) : nothing);
    const lately = await recent.sum(windows.monotonicMs);
    // Many small losses in one bad night are one large loss.
    const withLosses = ({ total, candidates }: { total: number; candidates: number }, losses: number) => ({
      total: total + losses,
      candidates: candidates === 0 ? 0 : candidates + losses,
      gone: candidates,
    });
    const roots = [];
    for (const { path, folderId } of done.roots)
      roots.push({ name: path, path, ...withLosses(await shareBelow(folderId), lately.in(path)) });
    // The only tree is the whole.
    if (options.trees.length > 1 && isLost)
      for (const { name: tree, dir } of options.trees) {
        // Its folder may be called like a root.
        const name = `tree ${dir}`;
        const share = await removals.shareInTree(tree, windows);
        roots.push({ name, path: dir, ...withLosses(share, lately.in(name)) });
      }
    return {
      whole: withLosses(await share(), lately.files),
      roots,
      removePercent: options.removePercent,
      removeMost: options.removeMost,
      ...(crawl ? { crawl } : {}),
    };
  }

  /** The deletions that this stops: what would go, and where no crawl can confirm, what has been missing for long. */
  async function stoppedBy(
    { cause }: Stop,
    due: readonly string[],
    waiting: ReadonlySet<string>,
    now: number,
  ): Promise<string[]> {
    if (cause === 'many') return [...new Set([...due, ...waiting])];
    if (cause !== 'failed') return removals.missing();
    return [...new Set([...due, ...(await removals.missing(now - confirmMs - graceMs))])];
  }

  async function takeOut(ids: readonly string[], now: number): Promise<string[]> {
    if (ids.length === 0) return [];
    const why = 'missing from two crawls, and the time of grace is over';
    return removals.remove(ids, now, { kind: 'ladder', why, facts: await factsOf(catalog, ids) });
  }

  /** A person's word: what is due and what waits in proposals goes. */
  async function letGo(done: DoneCrawl, due: readonly string[], signal: AbortSignal) {
    const now = clock.now();
    const gone = new Set<string>();
    for (const proposal of await proposals.open()) {
      if (proposal.kind === 'account') await account.adopt(signal);
      const ids = await proposals.waiting(proposal);
      const { id: proposalId, kind, why } = proposal;
      for (const id of await removals.remove(ids, now, { proposalId, kind, why, facts: {} })) gone.add(id);
    }
    const rest = due.filter((id) => !gone.has(id));
    for (const id of await takeOut(rest, now)) gone.add(id);
    await recent.clear();
    const note: CrawlNote = gone.size > 0 ? { ...done.note, removed: gone.size } : done.note;
    await catalog.crawls.end(done.crawlId, 'done', note, now);
    return { gone: [...gone], note };
  }

  return { weigh, recent, account };
}

export type RetentionPolicy = ReturnType<typeof createRetentionPolicy>;
