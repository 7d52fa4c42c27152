import { createBackgroundLoop } from '../../core/background-loop.ts';
import type { Clock } from '../../core/clock.ts';
import { dayMs, hourMs, minuteMs, secondMs } from '../../core/durations.ts';
import type { KeptFact } from '../../core/kept-fact.ts';
import type { Log } from '../../core/log.ts';
import { retryPausesMs } from '../outbox/debounce.ts';
import { type Connection, ServerFault, type UnprobedItem } from '../servers/adapter.ts';
import type { Server } from '../servers/servers.ts';
import { createLedger, type WarmingRecord } from './ledger.ts';
import { createToWarm, type HeaderState } from './to-warm.ts';

export interface WarmerOptions {
  server: Server;
  connect: (server: Server, signal: AbortSignal) => Connection;
  /** How the film behind an address is at hand. */
  headerState: (address: string) => Promise<HeaderState>;
  /** Nothing plays, and the host may be asked. What was caused here does not count. */
  isQuiet: () => boolean;
  /** Hears what a server is about to read, and when it is over. */
  onProbe: (addresses: readonly string[]) => () => void;
  clock: Clock;
  log: Log;
  memory: KeptFact<WarmingRecord>;
}

/** What is shown of one server. */
export interface WarmerState {
  server: string;
  /** Items whose run time it learned this way, ever. */
  done: number;
  /** Items that wait for their turn. */
  ready: number;
  /** Items that wait for their header to be read. */
  unread: number;
  /** Items that it could not look into. */
  givenUp: number;
  /** Milliseconds UTC. */
  lastAt: number | undefined;
  /** Why it cannot be asked just now. */
  fault: { words: string; remedy?: string } | undefined;
}

/** Between the end of one probe and the next, and after one that reads at length. */
const pauseMs = secondMs;
const costlyPauseMs = 30 * secondMs;
const pagePauseMs = secondMs / 2;
/** While something plays. */
const busyPauseMs = 5 * secondMs;
/** The first syncs and looks of a process come before. */
const firstPauseMs = minuteMs;
/** Between two looks at what has come, and at everything. */
const newsEveryMs = 15 * minuteMs;
const wholeEveryMs = dayMs;
/** Clocks of two machines are this far apart at most. */
const clockToleranceMs = hourMs;
/** A page that cannot be had so often is passed over; no library has so many of them. */
const maxTriesOfPage = 3;
const maxPages = 1000;
const unreadEveryMs = 30 * secondMs;
const unreadAtOnce = 50;

/** One server's films looked into ahead of their first play, one after the other. Never throws. */
export interface Warmer {
  start(): void;
  /** It shows something that is new. */
  news(): void;
  stop(): Promise<void>;
  state(): WarmerState;
}

export function createWarmer(options: WarmerOptions): Warmer {
  const { server, clock, log, isQuiet } = options;
  const { name, adapter } = server;
  const ledger = createLedger(options);
  const toWarm = createToWarm(options.headerState);
  const loop = createBackgroundLoop({ clock, firstPauseMs, turn, onError });
  let walk: { page: number; since: number | undefined } | undefined;
  let wholeAt: number | undefined;
  let walkedAt = 0;
  let hasNews = false;
  let failures = 0;
  let fault: WarmerState['fault'];

  /** One step of the work. @returns the pause after it */
  async function turn(signal: AbortSignal): Promise<number> {
    if (!isQuiet()) return busyPauseMs;
    const connection = options.connect(server, signal);
    const item = toWarm.take();
    if (item) {
      await probe(item, connection);
      return pauseMs;
    }
    walk ??= nextWalk();
    if (walk) {
      const { page, since } = walk;
      const found = await adapter.unprobed?.(page, since, connection);
      answered();
      for (const one of found?.items ?? []) if (ledger.mayTry(one.id)) await toWarm.add(one);
      walk = !found || found.isLast ? undefined : after({ page, since });
      return pagePauseMs;
    }
    await toWarm.retry(unreadAtOnce);
    // Those that have become ready go first.
    if (toWarm.hasReady()) return pagePauseMs;
    const costly = toWarm.takeCostly();
    if (!costly) return toWarm.counts().unread > 0 ? unreadEveryMs : newsEveryMs;
    await probe(costly, connection);
    return costlyPauseMs;
  }

  /** What has come since the last look; once a day, everything. */
  function nextWalk(): typeof walk {
    const now = clock.now();
    const isWhole = wholeAt === undefined || now - wholeAt >= wholeEveryMs || now < wholeAt;
    if (!isWhole && !hasNews && now - walkedAt < newsEveryMs && now >= walkedAt) return undefined;
    hasNews = false;
    const since = isWhole ? undefined : walkedAt - clockToleranceMs;
    walkedAt = now;
    if (isWhole) wholeAt = now;
    return { page: 0, since };
  }

  function after({ page, since }: NonNullable<typeof walk>): typeof walk {
    return page + 1 < maxPages ? { page: page + 1, since } : undefined;
  }

  async function probe(item: UnprobedItem, connection: Connection): Promise<void> {
    const isOver = options.onProbe(item.addresses);
    try {
      const isKnown = await adapter.probe?.(item, connection);
      answered();
      if (isKnown) ledger.done(item.id);
      else ledger.failed(item.id);
      log.debug({ server: name, itemId: item.id, isKnown }, 'a media server looked into a film');
    } catch (error) {
      if (!(error instanceof ServerFault) || error.of === 'server') {
        await toWarm.add(item);
        throw error;
      }
      ledger.failed(item.id);
      log.info(
        { server: name, itemId: item.id, words: error.message },
        'a media server could not look into a film',
      );
    } finally {
      isOver();
    }
  }

  function answered(): void {
    failures = 0;
    fault = undefined;
  }

  function onError(error: unknown): number {
    const { message, remedy } =
      error instanceof ServerFault
        ? error
        : { message: 'could not be asked; the log says more', remedy: undefined };
    if (!(error instanceof ServerFault))
      log.error({ err: error, server: name }, 'looking for films to warm failed in an unknown way');
    else if (failures === 0)
      log.info({ server: name, words: message }, 'a media server cannot look into new films for now');
    const isOfPage = walk !== undefined && error instanceof ServerFault && error.of !== 'server';
    if (walk && isOfPage && failures + 1 >= maxTriesOfPage) walk = after(walk);
    fault = { words: message, ...(remedy !== undefined && { remedy }) };
    return retryPausesMs[Math.min(failures++, retryPausesMs.length - 1)] as number;
  }

  return {
    start: loop.start,

    news() {
      hasNews = true;
      // A server that is down is asked again when its pause is over.
      if (fault === undefined) loop.wake();
    },

    stop: loop.stop,
    state: () => ({ server: name, ...ledger.counts(), ...toWarm.counts(), fault }),
  };
}
