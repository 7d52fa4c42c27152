import { createBackgroundLoop } from '../../core/background-loop.ts';
import type { Clock } from '../../core/clock.ts';
import { secondMs } from '../../core/durations.ts';
import type { Log } from '../../core/log.ts';
import { ServerFault } from '../servers/adapter.ts';
import type { Server } from '../servers/servers.ts';
import { changeBits } from './changes.ts';
import { checkPausesMs } from './check-schedule.ts';
import { debouncedAt, type Pending, retryPausesMs } from './debounce.ts';
import type { ArrivalCheck, Notice, OutboxStore, Result, ResultStore } from './notices.ts';
import type { Watch } from './watch.ts';

export interface QueueOptions {
  servers: readonly Server[];
  store: OutboxStore;
  results: ResultStore;
  clock: Clock;
  log: Log;
  /** Tells a server. @returns words for a person, and of how many folders @throws ServerFault */
  tell: (server: Server, notices: readonly Notice[]) => Promise<{ words: string; folders: number }>;
  /** Looks whether servers show what they were told of. */
  watch: (signal: AbortSignal, onEnd: () => void) => Watch;
  /** One process tells at a time. @returns what gives the right back, undefined = another one has it */
  lock: () => (() => void) | undefined;
}

/** What other processes wrote down is noticed within this. */
const pollMs = 10 * secondMs;

interface State {
  server: Server;
  result: Result | undefined;
  running: Promise<void> | undefined;
}

/**
 * Tells every server of what waits for it, when it is due: gathered for a while, again with growing pauses after a
 * failure, and each by itself, so that one that is down holds up nobody. Only Plex waits: for the rclone mounts that
 * are being told at the same time, since it reads through them.
 */
export interface OutboxQueue {
  /** Aborts when the queue stops. */
  readonly signal: AbortSignal;
  /** Tells whenever something is due, until it is stopped. */
  start(): void;
  /** Something was added: it may be due sooner than the next look. */
  added(): void;
  /** Tells now what waits, once, unless another process does it. Faults of servers are noted, not thrown. */
  flush(): Promise<void>;
  /** What is under way comes to its end. */
  stop(): Promise<void>;
}

export function createOutboxQueue(options: QueueOptions): OutboxQueue {
  const { servers, store, results, clock, log, tell, lock } = options;
  const states: State[] = servers.map((server) => ({ server, result: undefined, running: undefined }));
  const loop = createBackgroundLoop({
    clock,
    maxPauseMs: pollMs,
    async turn() {
      try {
        return await takeTurn();
      } catch (error) {
        await letGo();
        throw error;
      }
    },
    onError(error) {
      log.error({ err: error }, 'media servers cannot be told for now');
      return pollMs;
    },
  });
  const watch = options.watch(loop.signal, loop.wake);
  /** What gives back the right to tell. */
  let release: (() => void) | undefined;
  let isReady = false;

  function dueAt(state: State, pending: Pending | undefined): number {
    if (!pending) return Number.POSITIVE_INFINITY;
    return Math.max(debouncedAt(pending), state.result?.retryAt ?? 0);
  }

  /** Begins what is due. @returns when something else will be */
  async function begin(atOnce = false): Promise<number> {
    const waiting = await store.waiting();
    let next = Number.POSITIVE_INFINITY;
    for (const state of states) {
      if (state.running) continue;
      const pending = waiting.get(state.server.name);
      const at = atOnce && pending ? (state.result?.retryAt ?? 0) : dueAt(state, pending);
      if (at > clock.now()) next = Math.min(next, at);
      else state.running = deliver(state);
    }
    return next;
  }

  async function deliver(state: State): Promise<void> {
    const { server } = state;
    if (server.kind === 'plex')
      await Promise.all(states.filter((one) => one.server.kind === 'rclone').map((one) => one.running));
    const failures = state.result?.failures ?? 0;
    let notices: readonly Notice[] = [];
    try {
      notices = await store.of(server.name);
      const { words, folders } = await tell(server, notices);
      await store.done(server.name, notices, toArrivalCheck(server, notices, clock.now()));
      await note(state, { at: clock.now(), ok: true, words, folders, failures: 0 });
      // While the mount was out of date Plex has looked in vain.
      if (server.kind === 'rclone' && failures > 0) await again(notices);
      log.info({ server: server.name, folders, words }, 'a media server was told of changes');
    } catch (error) {
      if (loop.signal.aborted) return;
      if (!(error instanceof ServerFault))
        log.error(
          { err: error, server: server.name },
          'telling a media server failed in a way that we do not know',
        );
      const words = error instanceof ServerFault ? error.message : 'could not be told; the log says more';
      const remedy = error instanceof ServerFault ? error.remedy : undefined;
      const pauseMs = retryPausesMs[Math.min(failures, retryPausesMs.length - 1)] as number;
      const retryAt = clock.now() + pauseMs;
      await note(state, {
        at: clock.now(),
        ok: false,
        words,
        ...(remedy === undefined ? {} : { remedy }),
        folders: notices.length,
        failures: failures + 1,
        retryAt,
      });
      const line = { server: server.name, words, remedy, tryAgainAt: new Date(retryAt).toISOString() };
      if (failures === 0) log.warn(line, 'a media server could not be told of changes; it is tried again');
      else log.debug(line, 'a media server still cannot be told');
    } finally {
      state.running = undefined;
      loop.wake();
    }
  }

  async function again(notices: readonly Notice[]): Promise<void> {
    const plexes = servers.filter(({ kind }) => kind === 'plex').map(({ name }) => name);
    if (plexes.length > 0) await store.add(plexes, notices, clock.now());
  }

  async function note(state: State, result: Result): Promise<void> {
    state.result = result;
    // A disk that is full is no reason to end: what is noted here is for people alone.
    await results
      .put(state.server.name, result)
      .catch((error: unknown) =>
        log.error({ err: error, server: state.server.name }, 'how telling went cannot be noted'),
      );
  }

  async function recall(): Promise<void> {
    for (const state of states) state.result = await results.get(state.server.name);
  }

  /** @returns the pause until something is due */
  async function takeTurn(): Promise<number> {
    if (!isReady) {
      await store.keepOnly(servers.map(({ name }) => name));
      await recall();
      // The person may have put something right: a new start tries at once.
      for (const { result } of states) if (result) delete result.retryAt;
      isReady = true;
    }
    release ??= lock();
    if (!release) return Number.POSITIVE_INFINITY;
    const next = Math.min(await begin(), await watch.begin());
    return next - clock.now();
  }

  /** What is under way comes to its end; then another process may tell. */
  async function letGo(): Promise<void> {
    isReady = false;
    await Promise.all(states.map((state) => state.running));
    await watch.rest();
    release?.();
    release = undefined;
  }

  return {
    signal: loop.signal,

    start() {
      if (servers.length > 0) loop.start();
    },

    added: loop.wake,

    async flush() {
      const giveBack = servers.length === 0 || loop.isRunning() ? undefined : lock();
      if (!giveBack) return;
      try {
        await recall();
        await begin(true);
        await Promise.all(states.map((state) => state.running));
      } finally {
        giveBack();
      }
    },

    async stop() {
      await loop.stop();
      await letGo();
    },
  };
}

/** Folders into which a film or an episode came, for a server that can be asked for them. */
function toArrivalCheck(
  { adapter }: Server,
  notices: readonly Notice[],
  now: number,
): ArrivalCheck | undefined {
  const folders = notices.filter(({ changes, major }) => major && (changes & changeBits.created) !== 0);
  if (!adapter.shown || folders.length === 0) return undefined;
  return { folders, toldAt: now, dueAt: now + (checkPausesMs[0] as number) };
}
