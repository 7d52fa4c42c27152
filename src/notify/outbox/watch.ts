import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import { counted } from '../../core/plural.ts';
import type { Arrival } from '../arrival-check.ts';
import { ServerFault } from '../servers/adapter.ts';
import type { Server } from '../servers/servers.ts';
import { checkPausesMs, lateAfterChecks, stepAfter } from './check-schedule.ts';
import { retryPausesMs } from './debounce.ts';
import type { Sight, SightStore, ToldStore, UnseenFolder } from './notices.ts';

export interface WatchOptions {
  /** Those that can be asked what they show, as they count now. */
  servers: () => readonly Server[];
  store: ToldStore;
  sights: SightStore;
  clock: Clock;
  log: Log;
  /** Aborts when everything stops. */
  signal: AbortSignal;
  /** Looks for folders in a server. @throws ServerFault */
  check: (server: Server, folders: readonly UnseenFolder[]) => Promise<Arrival>;
  /** Has a server look at folders again. @throws ServerFault */
  urge: (server: Server, folders: readonly UnseenFolder[]) => Promise<void>;
  /** A check has ended: what is due may have changed. */
  onEnd: () => void;
  /** A server shows what it was told of. */
  onSeen?: ((server: string) => void) | undefined;
}

/** Folders for one check: their files are read on the disk. */
const foldersAtOnce = 1000;
const maxNamed = 5;

const remedy =
  'is there a library for this folder, and does the server see the files in it? Scan that library once; passerelle doctor says more';

/**
 * Looks whether servers show what they were told of, and has them told again: a media server may lose what it is told,
 * and says nothing of it. Each server by itself; one that is down is looked at later.
 */
export interface Watch {
  /** Begins the checks that are due. @returns when another one will be */
  begin(): Promise<number>;
  /** What is under way comes to its end. */
  rest(): Promise<void>;
}

interface State {
  server: Server;
  running: Promise<void> | undefined;
  failures: number;
  retryAt: number;
}

export function createWatch({ store, sights, clock, log, signal, ...options }: WatchOptions): Watch {
  /** By the names of servers; one that was taken out stays until its check has ended. */
  const states = new Map<string, State>();

  function current(): State[] {
    const servers = options.servers();
    const names = new Set(servers.map(({ name }) => name));
    for (const [name, { running }] of states) if (!running && !names.has(name)) states.delete(name);
    return servers.map((server) => {
      const known = states.get(server.name);
      if (known?.server === server) return known;
      const fresh = { server, failures: 0, retryAt: 0 };
      const state: State = known ? Object.assign(known, fresh) : { ...fresh, running: undefined };
      states.set(server.name, state);
      return state;
    });
  }

  async function run(state: State): Promise<void> {
    const { server } = state;
    try {
      await once(server);
      state.failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ServerFault))
        log.error({ err: error, server: server.name }, 'a check of a media server failed in an unknown way');
      const pauseMs = retryPausesMs[Math.min(state.failures, retryPausesMs.length - 1)] as number;
      // Told otherwise from now on, it may be there at once.
      if (state.server === server) {
        state.failures++;
        state.retryAt = clock.now() + pauseMs;
      }
      const words =
        error instanceof ServerFault ? error.message : 'could not be looked at; the log says more';
      const why = error instanceof ServerFault ? error.remedy : undefined;
      await note(server, {
        at: clock.now(),
        ok: false,
        words,
        ...(why === undefined ? {} : { remedy: why }),
        ...none,
      });
    } finally {
      state.running = undefined;
      options.onEnd();
    }
  }

  async function once(server: Server): Promise<void> {
    const folders = await store.due(server.name, clock.now(), foldersAtOnce);
    const { settled, seen, outside, missing } = await options.check(server, folders);
    await store.settle(server.name, settled);
    if (seen > 0) options.onSeen?.(server.name);
    const byNext = Map.groupBy(missing, ({ checks }) => stepAfter(checks + 1) === 'give up');
    const [lost, again] = [byNext.get(true) ?? [], byNext.get(false) ?? []];
    if (again.length > 0) {
      await options.urge(server, again);
      log.info(
        { server: server.name, folders: again.length },
        'a media server was told again of what it does not show',
      );
    }
    for (const [checks, own] of Map.groupBy(again, (folder) => folder.checks))
      await store.postpone(server.name, own, clock.now() + (checkPausesMs[checks + 1] as number));
    await store.settle(server.name, lost);
    const dirs = missing.map(({ dir }) => dir);
    if (lost.length > 0)
      log.warn(
        {
          server: server.name,
          folders: dirs.slice(0, maxNamed),
          more: Math.max(0, dirs.length - maxNamed),
          remedy,
        },
        'a media server does not show what it was told of for a week; it is not told again',
      );
    await note(server, {
      at: clock.now(),
      ...verdictOf({ missing, seen, outside }),
      seen,
      missing: missing.length,
      folders: dirs.slice(0, maxNamed),
    });
  }

  async function note(server: Server, sight: Sight): Promise<void> {
    await sights
      .put(server.name, sight)
      .catch((error: unknown) =>
        log.error({ err: error, server: server.name }, 'what a check found cannot be noted'),
      );
  }

  return {
    async begin() {
      const own = current();
      if (own.length === 0) return Number.POSITIVE_INFINITY;
      const unseen = await store.unseen();
      let next = Number.POSITIVE_INFINITY;
      for (const state of own) {
        const waiting = unseen.get(state.server.name);
        if (!waiting || state.running) continue;
        const at = Math.max(waiting.dueAt, state.retryAt);
        if (at > clock.now()) next = Math.min(next, at);
        else state.running = run(state);
      }
      return next;
    },

    async rest() {
      await Promise.all([...states.values()].map((state) => state.running));
    },
  };
}

const none = { seen: 0, missing: 0, folders: [] };

function verdictOf({
  missing,
  seen,
  outside,
}: Pick<Arrival, 'missing' | 'seen' | 'outside'>): Pick<Sight, 'ok' | 'words' | 'remedy'> {
  const words = [
    ...(seen > 0 ? [`shows ${counted(seen, 'folder')} that it was told of`] : []),
    ...(outside > 0 ? [`${counted(outside, 'folder')} in no library of it`] : []),
    ...(missing.length > 0 ? [`does not show ${counted(missing.length, 'folder')} yet; told again`] : []),
  ].join(', ');
  const isLate = missing.some(({ checks }) => checks + 1 >= lateAfterChecks);
  return { ok: !isLate, words: words || 'nothing is left to look for', ...(isLate ? { remedy } : {}) };
}
