import { join, resolve } from 'node:path';
import type { InboxFile } from '../catalog/inbox.ts';
import { type BackgroundLoop, createBackgroundLoop } from '../core/background-loop.ts';
import { minuteMs, secondMs } from '../core/durations.ts';
import { BridgeError } from '../core/errors.ts';
import { createSerialQueue } from '../core/serial-queue.ts';
import { type AskedFile, createAskedFiles } from './asked-files.ts';
import { createPasses, type InboxPause, type PassesOptions } from './passes.ts';
import type { FoundFile } from './scan-inbox.ts';
import type { InboxSetting } from './setting.ts';
import { createWaitingFiles, type WaitingFile } from './waiting-files.ts';

export type InboxOptions = Omit<PassesOptions, 'waiting' | 'onEnd'>;

/** A file that waits, for a person. */
export interface ShownWaiting {
  /** Absolute. */
  path: string;
  sizeBytes: number;
  /** `young`: it may not be finished; `ready`: it is next; `stored`: the host lists it later; `later`: it did not go */
  state: 'young' | 'ready' | 'sending' | 'stored' | 'later';
  /** Of one that is being sent, bytes. */
  sent: number | undefined;
  error: BridgeError | undefined;
  /** Milliseconds UTC. */
  notBefore: number | undefined;
}

export interface ShownInboxes {
  inboxes: readonly InboxSetting[];
  waiting: ShownWaiting[];
  /** How many there are, also those that are not shown. */
  waitingCount: number;
  done: InboxFile[];
  /** The host wants nothing just now. */
  paused: InboxPause | undefined;
}

/** Folders of this machine whose finished files are sent into the account. */
export interface Inbox {
  /** Looks into them again and again, and sends what is finished. */
  start(): void;
  isRunning(): boolean;
  stop(): Promise<void>;
  /**
   * Files, or folders with all below them, are finished: whoever calls knows it. They are sent before the others.
   * @param options `wait`: until each was tried. @returns each file once
   * @throws BridgeError BRIDGE_INBOX_OUTSIDE, BRIDGE_UPLOAD_SOURCE; the signal's reason
   */
  add(paths: readonly string[], options: { wait: boolean; signal: AbortSignal }): Promise<AskedFile[]>;
  /** What waits and what was done, at most `limit` of each; looks into the folders anew unless that goes on anyway. */
  list(limit: number, signal: AbortSignal): Promise<ShownInboxes>;
}

const passMs = minuteMs;

/** Who waits for files that were asked for. */
interface Waiter {
  ended(end: AskedFile): void;
  /** A pass is over. */
  passed(): void;
}

export function createInbox(options: InboxOptions): Inbox {
  const { catalog, clock, log } = options;
  const inboxes = options.inboxes.map((one) => ({ ...one, dir: resolve(one.dir) }));
  const waiting = createWaitingFiles(clock);
  const askedFiles = createAskedFiles(inboxes, catalog.inbox);
  const waiters = new Set<Waiter>();
  const passes = createPasses({
    ...options,
    inboxes,
    waiting,
    onEnd: (end) => {
      for (const waiter of waiters) waiter.ended(end);
    },
  });
  // A pass of the loop and one that somebody waits for would send the same file.
  const queue = createSerialQueue();
  let isPassing = false;

  const pass = (signal: AbortSignal, only?: ReadonlySet<string>) =>
    queue.take(async () => {
      isPassing = true;
      try {
        await untilStopped(signal, (stopping) => passes.run(stopping, only));
      } finally {
        isPassing = false;
        for (const waiter of waiters) waiter.passed();
      }
    });

  const loop: BackgroundLoop = createBackgroundLoop({
    clock,
    turn: async (signal) => {
      await pass(signal);
      const pausedMs = (passes.pause()?.until ?? Number.POSITIVE_INFINITY) - clock.now();
      return Math.max(secondMs, Math.min(passMs, pausedMs));
    },
    onError: (error) => {
      log.error({ err: error }, 'a look into the inbox failed');
      return passMs;
    },
  });

  /** Whether the next pass tries a file that was asked for. */
  function isNext({ dir, file }: Asked): boolean {
    const one = waiting.at(dir, file.path);
    return one !== undefined && one.notBefore <= clock.now() && !passes.pause();
  }

  /** What becomes of each of these, with what `work` does or with the loop. */
  function endsOf(
    asked: ReadonlyMap<string, Asked>,
    signal: AbortSignal,
    work: () => Promise<void>,
  ): Promise<AskedFile[]> {
    return new Promise((resolve, reject) => {
      const ends = new Map<string, AskedFile>();
      const leave = (then: () => void) => {
        waiters.delete(waiter);
        signal.removeEventListener('abort', stop);
        then();
      };
      const stop = () => leave(() => reject(signal.reason));
      const settle = () => {
        if (ends.size === asked.size) leave(() => resolve([...ends.values()]));
      };
      const waiter: Waiter = {
        ended(end) {
          if (asked.has(end.path)) ends.set(end.path, end);
          settle();
        },
        passed() {
          for (const [path, one] of asked)
            if (!ends.has(path) && !isNext(one))
              ends.set(path, { path, fate: 'later', error: passes.pause()?.error });
          settle();
        },
      };
      if (signal.aborted) return stop();
      signal.addEventListener('abort', stop, { once: true });
      waiters.add(waiter);
      settle();
      work().catch((error: unknown) => leave(() => reject(error)));
    });
  }

  return {
    start: () => {
      if (inboxes.length > 0) loop.start();
    },
    isRunning: loop.isRunning,
    stop: loop.stop,

    async add(paths, { wait, signal }) {
      const told: AskedFile[] = [];
      const asked = new Map<string, Asked>();
      for (const given of paths) {
        const found = await askedFiles(given, signal);
        if (!Array.isArray(found)) told.push(found);
        else for (const one of found) asked.set(join(one.dir, one.file.path), one);
      }
      for (const { dir, file } of asked.values()) waiting.ask(dir, file);
      if (!wait) {
        loop.wake();
        return [...told, ...[...asked.keys()].map((path): AskedFile => ({ path, fate: 'noted' }))];
      }
      const work = loop.isRunning() ? async () => loop.wake() : () => pass(signal, new Set(asked.keys()));
      return [...told, ...(await endsOf(asked, signal, work))];
    },

    async list(limit, signal) {
      if (!isPassing) await queue.take(() => passes.observe(signal));
      const all = inboxes.flatMap((inbox) => waiting.of(inbox.dir).map((one) => shown(inbox, one)));
      return {
        inboxes,
        waiting: all.slice(0, limit),
        waitingCount: all.length,
        done: await catalog.inbox.last(limit),
        paused: passes.pause(),
      };
    },
  };

  function shown(inbox: InboxSetting, one: WaitingFile): ShownWaiting {
    const { file, problem, notBefore } = one;
    const sending = passes.sending();
    const state = () => {
      if (sending?.one === one) return 'sending';
      if (problem === 'stored') return 'stored';
      if (problem) return 'later';
      return passes.isFinished(inbox, one) ? 'ready' : 'young';
    };
    return {
      path: join(one.dir, file.path),
      sizeBytes: file.sizeBytes,
      state: state(),
      sent: sending?.one === one ? sending.sent : undefined,
      error: problem === 'stored' ? undefined : problem,
      notBefore: notBefore > clock.now() ? notBefore : undefined,
    };
  }
}

interface Asked {
  dir: string;
  file: FoundFile;
}

/** Stops as this process stops: what is being sent is then gone on with by the next one. */
async function untilStopped<T>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stopping = new AbortController();
  const stop = () => stopping.abort(new BridgeError('BRIDGE_STOPPING'));
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  try {
    return await work(stopping.signal);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
