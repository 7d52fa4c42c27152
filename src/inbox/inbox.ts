import { join, resolve } from 'node:path';
import type { Catalog } from '../catalog/catalog.ts';
import type { InboxFile } from '../catalog/inbox.ts';
import { type BackgroundLoop, createBackgroundLoop } from '../core/background-loop.ts';
import type { Clock } from '../core/clock.ts';
import { minuteMs } from '../core/durations.ts';
import { BridgeError, type ErrorCode, isBridgeError } from '../core/errors.ts';
import { diskError, whyUnreadable } from '../core/files/folder-check.ts';
import { toFileId } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import { createSerialQueue } from '../core/serial-queue.ts';
import { type AskedFile, createAskedFiles } from './asked-files.ts';
import { type FoundFile, scanInbox } from './scan-inbox.ts';
import { afterOf, createSendFile, type SendFileOptions } from './send-file.ts';
import type { InboxSetting } from './setting.ts';
import { createFollowAddresses } from './strm-addresses.ts';
import { createWaitingFiles, pauseAfter, type WaitingFile } from './waiting-files.ts';

export interface InboxOptions extends Omit<SendFileOptions, 'catalog'> {
  inboxes: readonly InboxSetting[];
  catalog: Catalog;
  clock: Clock;
  log: Log;
}

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
  /** The host wants nothing just now: why, and until when. */
  paused: { error: BridgeError; until: number } | undefined;
}

/** Folders of this machine whose finished files are sent into the account. */
export interface Inbox {
  /** Looks into them again and again, and sends what is finished. */
  start(): void;
  isRunning(): boolean;
  stop(): Promise<void>;
  /**
   * Files, or folders with all below them, are finished: whoever calls knows it. They are sent with the next pass.
   * @param options `wait`: the pass is waited for. @returns each file once
   * @throws BridgeError BRIDGE_INBOX_OUTSIDE, BRIDGE_UPLOAD_SOURCE; the signal's reason
   */
  add(paths: readonly string[], options: { wait: boolean; signal: AbortSignal }): Promise<AskedFile[]>;
  /** What waits and what was done, at most `limit` of each; looks into the folders anew. */
  list(limit: number, signal: AbortSignal): Promise<ShownInboxes>;
}

/** Faults of one file, or of its place: the others go on. All else is the host's, or of all. */
const ofFile: ReadonlySet<ErrorCode> = new Set([
  'BRIDGE_BAD_REQUEST',
  'BRIDGE_DISK',
  'BRIDGE_INBOX_STRM',
  'BRIDGE_NOT_FOUND',
  'BRIDGE_UPLOAD_DAMAGED',
  'BRIDGE_UPLOAD_EXISTS',
  'BRIDGE_UPLOAD_SOURCE',
  'BRIDGE_UPLOAD_UNSURE',
] satisfies ErrorCode[]);
const passMs = minuteMs;
const maxDeletedTold = 1000;

type Ends = Map<WaitingFile, AskedFile>;

export function createInbox(options: InboxOptions): Inbox {
  const { catalog, clock, log, strmOf } = options;
  const inboxes = options.inboxes.map((one) => ({ ...one, dir: resolve(one.dir) }));
  const sendFile = createSendFile(options);
  const followAddresses = createFollowAddresses(options);
  const askedFiles = createAskedFiles(inboxes, catalog.inbox);
  const waiting = createWaitingFiles(clock);
  // A pass of the loop and one that somebody waits for would send the same file.
  const queue = createSerialQueue();
  const told = new Map<string, string>();
  let pause: { error: BridgeError; until: number; tries: number } | undefined;
  let sending: { one: WaitingFile; sent: number } | undefined;
  let addressesOf: string | undefined;

  /** Once, until it is another trouble or none. */
  function tellOnce(about: string, words: string | undefined, tell: () => void): void {
    if (told.get(about) === words) return;
    if (words === undefined) told.delete(about);
    else {
      told.set(about, words);
      tell();
    }
  }

  /** What lies in an inbox and was not kept there before. */
  async function observe({ dir, ignore, ...inbox }: InboxSetting, signal: AbortSignal): Promise<void> {
    const { files, unreadable, isCut } = await scanInbox(dir, ignore, signal);
    const words = unreadable
      .map(({ path, error }) => `${join(dir, path)} ${whyUnreadable(error)}`)
      .join('; ');
    tellOnce(`unreadable ${dir}`, words || undefined, () =>
      log.warn({ folders: words }, 'an inbox cannot be read; it is looked at again'),
    );
    tellOnce(`cut ${dir}`, isCut ? 'cut' : undefined, () =>
      log.warn({ dir }, 'an inbox holds more, or deeper, than is looked at; the rest waits'),
    );
    const kept = new Map((await catalog.inbox.kept(dir)).map((one) => [one.path, one]));
    const isDone = ({ path, sizeBytes, modifiedAt }: FoundFile) => {
      const row = kept.get(path);
      const isSame = row?.sizeBytes === sizeBytes && row.modifiedAt === modifiedAt;
      return isSame && afterOf(inbox, path) === 'keep';
    };
    waiting.found(
      dir,
      // The host takes no empty file.
      files.filter((file) => file.sizeBytes > 0 && !isDone(file)),
    );
    // An empty folder is one whose disk is away: nothing is forgotten for that.
    if (files.length === 0 || unreadable.length > 0 || isCut) return;
    const there = new Set(files.map(({ path }) => path));
    await catalog.inbox.forget(
      dir,
      [...kept.keys()].filter((path) => !there.has(path)),
    );
  }

  const isFinished = ({ minAgeMinutes }: InboxSetting, { isAsked, since }: WaitingFile) =>
    isAsked || clock.now() - since >= minAgeMinutes * minuteMs;

  /** @returns whether the others may go on */
  function noteFault(one: WaitingFile, error: BridgeError): boolean {
    const path = join(one.dir, one.file.path);
    // It goes on by itself, and is nobody's fault.
    const isQuiet = error.code === 'BRIDGE_NOT_INDEXED';
    if (ofFile.has(error.code)) {
      if (waiting.later(one, error))
        log.warn(
          { err: error, file: path },
          'a file of an inbox could not be sent; it stays, and is tried again',
        );
      return true;
    }
    // What may lie in this file alone, such as its size, holds up the others only once.
    if (error.code === 'BRIDGE_UPLOAD_REFUSED') waiting.later(one, error);
    const tries = (pause?.tries ?? 0) + 1;
    const until = Math.max(error.retryAt ?? 0, clock.now() + (isQuiet ? minuteMs : pauseAfter(tries)));
    if (!isQuiet)
      tellOnce('host', error.code, () =>
        log.warn(
          { err: error, file: path, notBefore: new Date(until).toISOString() },
          'what lies in the inbox waits: nothing can be sent now',
        ),
      );
    pause = { error, until, tries: isQuiet ? 0 : tries };
    return false;
  }

  /** @returns whether the others may go on */
  async function sendOne(
    inbox: InboxSetting,
    one: WaitingFile,
    signal: AbortSignal,
    ends: Ends,
  ): Promise<boolean> {
    const path = join(one.dir, one.file.path);
    const state = { one, sent: 0 };
    sending = state;
    try {
      const fate = await sendFile(inbox, one.file, {
        signal,
        onBytes: (sent) => {
          state.sent = sent;
        },
      });
      ends.set(one, { path, fate });
      if (fate === 'stored') waiting.later(one, 'stored');
      else waiting.done(one);
      if (fate === 'changed' || fate === 'gone')
        log.info(
          { file: path },
          'a file of an inbox changed or went while it was sent; what is there now stays',
        );
      else if (fate !== 'stored')
        log.info({ file: path, became: fate }, 'a file of an inbox is in the account');
      pause = undefined;
      tellOnce('host', undefined, () => undefined);
      return true;
    } catch (error) {
      if (signal.aborted) throw error;
      const known = isBridgeError(error) ? error : diskError(path, error);
      if (!isBridgeError(error))
        log.error({ err: error, file: path }, 'a file of an inbox could not be sent');
      ends.set(one, { path, fate: 'later', error: known });
      return noteFault(one, known);
    } finally {
      sending = undefined;
    }
  }

  /** Sends what is finished. @param only those that somebody waits for */
  async function pass(signal: AbortSignal, only?: ReadonlySet<string>): Promise<Ends> {
    const ends: Ends = new Map();
    if (!only) await followNewAddresses(signal);
    for (const inbox of inboxes) {
      if (!only) await observe(inbox, signal);
      for (const one of waiting.of(inbox.dir)) {
        signal.throwIfAborted();
        if (only && !only.has(join(one.dir, one.file.path))) continue;
        if (pause && pause.until > clock.now()) return ends;
        if (!isFinished(inbox, one) || one.notBefore > clock.now()) continue;
        if (!(await sendOne(inbox, one, signal, ends))) return ends;
      }
    }
    await catalog.inbox.forgetDeleted(maxDeletedTold);
    return ends;
  }

  async function followNewAddresses(signal: AbortSignal): Promise<void> {
    const now = strmOf(toFileId('any'), '');
    if (now === addressesOf) return;
    for (const { dir } of inboxes) {
      const written = await followAddresses(dir, signal);
      if (written > 0) log.info({ dir, files: written }, 'STRM files of an inbox have their new addresses');
    }
    addressesOf = now;
  }

  const loop: BackgroundLoop = createBackgroundLoop({
    clock,
    turn: async (signal) => {
      await queue.take(() => untilStopped(signal, pass));
      return passMs;
    },
    onError: (error) => {
      log.error({ err: error }, 'a look into the inbox failed');
      return passMs;
    },
  });

  return {
    start: () => {
      if (inboxes.length > 0) loop.start();
    },
    isRunning: loop.isRunning,
    stop: loop.stop,

    async add(paths, { wait, signal }) {
      const told: AskedFile[] = [];
      const asked = new Set<string>();
      for (const given of paths) {
        const found = await askedFiles(given, signal);
        if (!Array.isArray(found)) told.push(found);
        else
          for (const { dir, file } of found) {
            waiting.ask(dir, file);
            asked.add(join(dir, file.path));
          }
      }
      if (!wait) {
        loop.wake();
        return [...told, ...[...asked].map((path): AskedFile => ({ path, fate: 'noted' }))];
      }
      const ends = await queue.take(() => untilStopped(signal, (stopping) => pass(stopping, asked)));
      const byPath = new Map([...ends.values()].map((end) => [end.path, end]));
      const later = (path: string): AskedFile => ({ path, fate: 'later', error: pause?.error });
      return [...told, ...[...asked].map((path) => byPath.get(path) ?? later(path))];
    },

    async list(limit, signal) {
      // What is being sent is known already.
      if (!sending)
        await queue.take(async () => {
          for (const inbox of inboxes) await observe(inbox, signal);
        });
      const all = inboxes.flatMap((inbox) => waiting.of(inbox.dir).map((one) => shown(inbox, one)));
      return {
        inboxes,
        waiting: all.slice(0, limit),
        waitingCount: all.length,
        done: await catalog.inbox.last(limit),
        paused: pause && pause.until > clock.now() ? { error: pause.error, until: pause.until } : undefined,
      };
    },
  };

  function shown(inbox: InboxSetting, one: WaitingFile): ShownWaiting {
    const { file, problem, notBefore } = one;
    const state = () => {
      if (sending?.one === one) return 'sending';
      if (problem === 'stored') return 'stored';
      if (problem) return 'later';
      return isFinished(inbox, one) ? 'ready' : 'young';
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
