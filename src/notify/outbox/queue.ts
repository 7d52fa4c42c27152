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
  /** As they count now; the same list as long as nothing about them changes. */
  servers: () => readonly Server[];
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
  /** Other servers may count from now on. One that was taken out is told no more, and what waited for it is dropped. */
  settingsChanged(): void;
  /** Something was added: it may be due sooner than the next look. */
  added(): void;
  /** Tells now what waits, once, unless another process does it. Faults of servers are noted, not thrown. */
  flush(): Promise<void>;
  /** What is under way comes to its end. */
  stop(): Promise<void>;
}

export function createOutboxQueue(options: QueueOptions): OutboxQueue {
  const { servers, store, results, clock, log, tell, lock } = options;
  /** By the names of servers; one that was taken out stays until what it is being told of has ended. */
  const states = new Map<string, State>();
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
  /** Those that are taken over: what is known of them is read, and what waits for others dropped. */
  let taken: readonly Server[] | undefined;
  /** Something may wait for one that was taken out. */
  let isStale = false;
  let isStarted = false;

  const isNamed = ({ name }: Server) => servers().some((one) => one.name === name);

  /** One for each server that counts now. */
  function current(): State[] {
    return servers().map((server) => {
      const known = states.get(server.name);
      if (known?.server === server) return known;
      // What is under way to a server that is named otherwise now is still under way to it: nothing is told twice.
      const state: State = known ?? { server, result: undefined, running: undefined };
      state.server = server;
      if (state.result) delete state.result.retryAt;
      states.set(server.name, state);
      return state;
    });
  }

  async function takeOver(): Promise<void> {
    const wanted = servers();
    if (taken === wanted && !isStale) return;
    isStale = false;
    const isStart = taken === undefined;
    await drop(wanted.map(({ name }) => name));
    const before = new Set(taken?.map(({ name }) => name));
    for (const state of current()) {
      if (before.has(state.server.name)) continue;
      if (!state.running) state.result = await results.get(state.server.name);
      // The person may have put something right: a new start tries at once.
      if (state.result) delete state.result.retryAt;
    }
    for (const [name, { server, running }] of states) if (!running && !isNamed(server)) states.delete(name);
    // Others may have been entered meanwhile: the next turn takes those over.
    taken = wanted;
    if (isStart) return;
    for (const { name } of wanted)
      if (!before.has(name)) log.info({ server: name }, 'a media server is told of changes from now on');
  }

  async function drop(names: readonly string[]): Promise<void> {
    const waiting = await store.waiting();
    await store.keepOnly(names);
    for (const [server, { count: folders }] of waiting)
      if (!names.includes(server))
        log.info(
          { server, folders },
          'what a media server was to be told of is dropped: it is no longer named',
        );
  }

  function dueAt(state: State, pending: Pending | undefined): number {
    if (!pending) return Number.POSITIVE_INFINITY;
    return Math.max(debouncedAt(pending), state.result?.retryAt ?? 0);
  }

  /** Begins what is due. @returns when something else will be */
  async function begin(atOnce = false): Promise<number> {
    const waiting = await store.waiting();
    let next = Number.POSITIVE_INFINITY;
    for (const state of current()) {
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
      await Promise.all(
        current()
          .filter((one) => one.server.kind === 'rclone')
          .map((one) => one.running),
      );
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
      if (loop.signal.aborted || !isNamed(server)) return;
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
        // Told otherwise from now on, it may be there at once.
        ...(state.server === server && { retryAt }),
      });
      const line = { server: server.name, words, remedy, tryAgainAt: new Date(retryAt).toISOString() };
      if (failures === 0) log.warn(line, 'a media server could not be told of changes; it is tried again');
      else log.debug(line, 'a media server still cannot be told');
    } finally {
      state.running = undefined;
      if (!isNamed(server)) settingsChanged();
      loop.wake();
    }
  }

  async function again(notices: readonly Notice[]): Promise<void> {
    const plexes = servers()
      .filter(({ kind }) => kind === 'plex')
      .map(({ name }) => name);
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
    for (const state of current()) state.result = await results.get(state.server.name);
  }

  /** @returns the pause until something is due */
  async function takeTurn(): Promise<number> {
    await takeOver();
    release ??= lock();
    if (!release) return Number.POSITIVE_INFINITY;
    const next = Math.min(await begin(), await watch.begin());
    return next - clock.now();
  }

  /** What is under way comes to its end; then another process may tell. */
  async function letGo(): Promise<void> {
    taken = undefined;
    await Promise.all([...states.values()].map((state) => state.running));
    await watch.rest();
    release?.();
    release = undefined;
  }

  function settingsChanged(): void {
    isStale = true;
    if (isStarted && servers().length > 0) loop.start();
    loop.wake();
  }

  return {
    signal: loop.signal,

    start() {
      isStarted = true;
      if (servers().length > 0) loop.start();
    },

    settingsChanged,

    added: loop.wake,

    async flush() {
      const giveBack = servers().length === 0 || loop.isRunning() ? undefined : lock();
      if (!giveBack) return;
      try {
        await recall();
        await begin(true);
        await Promise.all([...states.values()].map((state) => state.running));
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
