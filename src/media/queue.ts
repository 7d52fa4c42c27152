import type { PutAside } from '../catalog/account/put-aside.ts';
import type { MediaStore, UnreadVideo } from '../catalog/playback/media.ts';
import { createBackgroundLoop } from '../core/background-loop.ts';
import type { Clock } from '../core/clock.ts';
import { hourMs, minuteMs, secondMs } from '../core/durations.ts';
import { type ErrorCode, isBridgeError } from '../core/errors.ts';
import type { FileId } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import type { RangeCache } from '../delivery/cache/range-cache.ts';
import type { Reader } from '../delivery/stream/reader.ts';
import { type ArrivalsOptions, createArrivals } from './arrivals.ts';
import { type CallBudgetOptions, createCallBudget } from './call-budget.ts';
import { openHeader } from './header.ts';
import { type inspect, TookParserDown } from './inspect.ts';

export interface MediaQueueOptions {
  store: Pick<MediaStore, 'next' | 'unreadOf' | 'put' | 'failed'>;
  /** Where files that took the parser down are noted. */
  putAside: Pick<PutAside, 'put'>;
  reader: Pick<Reader, 'open' | 'etagOf'>;
  rangeCache: Pick<RangeCache, 'covers' | 'state'>;
  inspect: typeof inspect;
  clock: Clock;
  log: Log;
  /** Nothing plays, the host may be asked, and a connection is free. */
  isQuiet: () => boolean;
  /** What people are likely to play next: they go before everything else. */
  nextEpisodes: () => Promise<readonly FileId[]>;
  /** Pause between the starts of two readings; this and the calls of a day as the settings say now. */
  intervalMs: () => number;
  callsPerDay: () => number;
  /** Where the calls of the day outlive a restart. */
  memory: CallBudgetOptions['memory'];
  onFacts: ArrivalsOptions['onFacts'];
}

/** Many small downloads in a row lock the address (facts/1fichier-api 3.5). */
const smallBytes = 50_000_000;
const smallPauseMs = 10 * secondMs;
/** The first sync of a process has the first word. */
const firstPauseMs = 30 * secondMs;
/** While something plays. */
const busyPauseMs = 5 * secondMs;
/** While there is nothing to read: a look at 100,000 files is a second of work. */
const idleMs = 5 * minuteMs;
/** After trouble at the host that names no time. */
const restMs = 5 * minuteMs;
const maxRestMs = hourMs;
/** A file that failed is not tried again sooner. */
const againMs = hourMs;
/** What is read costs nothing and is only analysed. */
const keptPauseMs = secondMs;
const namesAtOnce = 50;

/** What no file is to blame for: another one would fare no better. */
const everybodys: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'BRIDGE_HOST_FLOOD',
  'BRIDGE_HOST_IP_LOCKED',
  'BRIDGE_HOST_KEY',
  'BRIDGE_HOST_NOT_PREMIUM',
  'BRIDGE_HOST_LOCATION',
  'BRIDGE_HOST_VPN',
  'BRIDGE_HOST_MAINTENANCE',
  'BRIDGE_HOST_UNREACHABLE',
  'BRIDGE_GATE_CLOSED',
  'BRIDGE_GATE_BUSY',
  'BRIDGE_TOO_MANY_STREAMS',
]);

/**
 * Reads the headers of new videos one after the other, while nothing plays: the next episodes of what was played
 * lately, then the newest, then the rest. A media server that probes one of them while the host refuses us gets it
 * from the disk: without a length it would take the first seconds for the whole film. Never throws.
 */
export interface MediaQueue {
  start(): void;
  /** A play begins: what is being read lets go of the line. */
  interrupt(): void;
  /** The settings are others. */
  settingsChanged(): void;
  /** Stops at once; resolves when nothing is read any more. */
  stop(): Promise<void>;
  state(): { isRunning: boolean; isReading: boolean; callsToday: number; callsPerDay: number };
}

export function createMediaQueue(options: MediaQueueOptions): MediaQueue {
  const { store, reader, rangeCache, clock, log, isQuiet } = options;
  const budget = createCallBudget({ clock, perDay: options.callsPerDay, memory: options.memory });
  const arrivals = createArrivals(options);
  const loop = createBackgroundLoop({
    clock,
    firstPauseMs,
    turn,
    onError(error) {
      log.warn({ err: error }, 'media information could not be kept');
      return restMs;
    },
  });
  let reading: AbortController | undefined;
  /** The last reading that asked the host. */
  let last: { at: number; isSmall: boolean } | undefined;
  let names: UnreadVideo[] = [];
  let areMany = false;
  /** Of them, what is likely to be played next. */
  let likely: ReadonlySet<FileId> = new Set();

  async function nextFile(): Promise<UnreadVideo | undefined> {
    if (names.length === 0) {
      const failedBefore = clock.now() - againMs;
      const soon = await store.unreadOf(await options.nextEpisodes(), failedBefore);
      const others = await store.next(namesAtOnce, failedBefore);
      areMany = others.length === namesAtOnce;
      const first = new Set(soon.map(({ id }) => id));
      names = [...soon, ...others.filter(({ id }) => !first.has(id))];
      likely = first;
    }
    return names[0];
  }

  /** How long this file has to wait for its turn; never longer than its whole pause, whatever the clock says. */
  function waitMs({ sizeBytes }: UnreadVideo): number {
    if (!last) return 0;
    const pauseMs = Math.max(options.intervalMs(), last.isSmall || sizeBytes < smallBytes ? smallPauseMs : 0);
    return Math.min(pauseMs, Math.max(0, last.at + pauseMs - clock.now()));
  }

  /** Keeps what it reads while there is room for it: a first index must not push out what plays need. */
  function keeps(file: UnreadVideo): boolean {
    const { bytes, totalBytes } = rangeCache.state();
    return !areMany || likely.has(file.id) || bytes < totalBytes / 2;
  }

  /** @returns how long to wait afterwards */
  async function read(file: UnreadVideo): Promise<number> {
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, loop.signal]);
    reading = stop;
    let hasAsked = false;
    const header = openHeader(file, {
      reader,
      rangeCache,
      keeps: keeps(file),
      signal,
      onSource(source) {
        hasAsked = true;
        last = { at: clock.now(), isSmall: file.sizeBytes < smallBytes };
        if (source === 'new') budget.spend();
      },
    });
    const { sizeBytes } = file;
    try {
      const { headBytes, readAt } = header;
      // The call has its turn when the crawl leaves one: the parser and its time begin afterwards.
      await readAt(0, 1);
      const facts = await options.inspect(readAt, { sizeBytes, headBytes, clock, signal });
      await store.put(file, facts, clock.now());
      arrivals.add(file.id);
      log.debug({ fileId: file.id, name: file.name }, 'the header of a video was read');
      names.shift();
      return hasAsked ? 0 : keptPauseMs;
    } catch (error) {
      // Somebody wants to see a film, or the process ends: the file has its turn later.
      if (signal.aborted) return busyPauseMs;
      // A refusal of the host was a call too.
      if (!hasAsked && isBridgeError(error) && error.code.startsWith('BRIDGE_HOST_')) budget.spend();
      return await applyVerdict(file, error);
    } finally {
      header.close();
      reading = undefined;
    }
  }

  async function applyVerdict(file: UnreadVideo, error: unknown): Promise<number> {
    const now = clock.now();
    last = { at: now, isSmall: file.sizeBytes < smallBytes };
    const isHosts = isBridgeError(error) && everybodys.has(error.code);
    const pauseMs = isBridgeError(error) && error.retryable ? restMs : 0;
    if (isHosts) {
      log.info({ err: error }, 'media information waits for the host');
      return Math.min(maxRestMs, Math.max(restMs, (error.retryAt ?? now) - now));
    }
    log.info({ err: error, fileId: file.id, name: file.name }, 'the header of a video could not be read');
    names.shift();
    const isHarm = error instanceof TookParserDown;
    if (isHarm) await options.putAside.put(file, error.message, now);
    await store.failed(file, now, isHarm);
    return pauseMs;
  }

  /** One look at what is to be done. @returns how long to wait before the next one */
  async function turn(): Promise<number> {
    if (arrivals.dueInMs() === 0) await arrivals.handOn(loop.signal);
    const dueMs = arrivals.dueInMs() ?? Number.POSITIVE_INFINITY;
    if (!isQuiet()) return Math.min(dueMs, busyPauseMs);
    const file = budget.isSpent() ? undefined : await nextFile();
    if (!file) return Math.min(dueMs, idleMs);
    const pauseMs = waitMs(file);
    // Somebody may have begun to play meanwhile.
    return pauseMs > 0 || !isQuiet() ? Math.min(dueMs, pauseMs || busyPauseMs) : read(file);
  }

  return {
    start: loop.start,

    interrupt() {
      reading?.abort(new Error('a film needs the line'));
      // What comes next may be another episode now.
      names = [];
    },

    settingsChanged: loop.wake,

    stop: loop.stop,

    state: () => ({
      isRunning: loop.isRunning(),
      isReading: reading !== undefined,
      callsToday: budget.today(),
      callsPerDay: budget.perDay(),
    }),
  };
}
