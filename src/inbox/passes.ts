import { join } from 'node:path';
import type { Catalog } from '../catalog/catalog.ts';
import type { Clock } from '../core/clock.ts';
import { minuteMs, secondMs } from '../core/durations.ts';
import { type BridgeError, type ErrorCode, isBridgeError } from '../core/errors.ts';
import { diskError } from '../core/files/folder-check.ts';
import { toFileId } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import type { AskedFile } from './asked-files.ts';
import { createObserveInbox, createOnceTold } from './observer.ts';
import { createSendFile, type SendFileOptions } from './send-file.ts';
import type { InboxSetting } from './setting.ts';
import { createFollowAddresses } from './strm-addresses.ts';
import { pauseAfter, type WaitingFile, type WaitingFiles } from './waiting-files.ts';

export interface PassesOptions extends Omit<SendFileOptions, 'catalog'> {
  /** Their folders absolute. */
  inboxes: readonly InboxSetting[];
  waiting: WaitingFiles;
  catalog: Catalog;
  clock: Clock;
  log: Log;
  /** Told what became of each file that was tried. */
  onEnd: (end: AskedFile) => void;
}

/** Why nothing can be sent just now, and until when, milliseconds UTC. */
export interface InboxPause {
  error: BridgeError;
  until: number;
}

/** Passes over all inboxes, of which one goes on at a time: that is for the caller to see to. */
export interface Passes {
  /**
   * Sends what is finished, one file after the other, those that were asked for first; what comes meanwhile too.
   * @param only nothing but these, by their absolute paths
   * @throws the signal's reason, and faults of this machine that no file is to blame for
   */
  run(signal: AbortSignal, only?: ReadonlySet<string>): Promise<void>;
  /** Looks into the inboxes, and sends nothing. */
  observe(signal: AbortSignal): Promise<void>;
  isFinished(inbox: InboxSetting, one: WaitingFile): boolean;
  /** While the host wants nothing. */
  pause(): InboxPause | undefined;
  /** What is being sent, and how much of it has gone out, bytes. */
  sending(): { one: WaitingFile; sent: number } | undefined;
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
/** In a pass that sends much, the folders are looked at again after this. */
const observedForMs = minuteMs;
const maxDeletedTold = 1000;
/** Until the first sync has begun; asking costs nothing. */
const notIndexedMs = 5 * secondMs;

export function createPasses(options: PassesOptions): Passes {
  const { inboxes, waiting, catalog, clock, log, strmOf, onEnd } = options;
  const told = createOnceTold();
  const sendFile = createSendFile(options);
  const followAddresses = createFollowAddresses(options);
  const observeOne = createObserveInbox({ rows: catalog.inbox, waiting, told, log });
  let paused: (InboxPause & { tries: number }) | undefined;
  let sending: { one: WaitingFile; sent: number } | undefined;
  let addressesOf: string | undefined;

  async function observe(signal: AbortSignal): Promise<void> {
    for (const inbox of inboxes) await observeOne(inbox, signal);
  }

  const isFinished = ({ minAgeMinutes }: InboxSetting, { isAsked, since }: WaitingFile) =>
    isAsked || clock.now() - since >= minAgeMinutes * minuteMs;

  /** The next file to send. */
  function next(only?: ReadonlySet<string>): { inbox: InboxSetting; one: WaitingFile } | undefined {
    const ready = inboxes.flatMap((inbox) =>
      waiting
        .of(inbox.dir)
        .filter((one) => isFinished(inbox, one) && one.notBefore <= clock.now())
        .map((one) => ({ inbox, one })),
    );
    const wanted = only ? ready.filter(({ one }) => only.has(pathOf(one))) : ready;
    return wanted.find(({ one }) => one.isAsked) ?? wanted[0];
  }

  const pause = () => (paused && paused.until > clock.now() ? paused : undefined);

  function noteFault(one: WaitingFile, error: BridgeError): void {
    const file = pathOf(one);
    if (ofFile.has(error.code)) {
      const words = 'a file of an inbox could not be sent; it stays, and is tried again';
      if (waiting.later(one, error)) log.warn({ err: error, file }, words);
      return;
    }
    // What may lie in this file alone, such as its size, holds up the others only once.
    if (error.code === 'BRIDGE_UPLOAD_REFUSED') waiting.later(one, error);
    // It goes on by itself, and is nobody's fault.
    const isQuiet = error.code === 'BRIDGE_NOT_INDEXED';
    const tries = isQuiet ? 0 : (paused?.tries ?? 0) + 1;
    const pauseMs = isQuiet ? notIndexedMs : pauseAfter(tries);
    const until = Math.max(error.retryAt ?? 0, clock.now() + pauseMs);
    paused = { error, until, tries };
    if (isQuiet) return;
    told.note('host', error.code, () =>
      log.warn(
        { err: error, file, notBefore: new Date(until).toISOString() },
        'what lies in the inbox waits: nothing can be sent now',
      ),
    );
  }

  async function sendOne(inbox: InboxSetting, one: WaitingFile, signal: AbortSignal): Promise<void> {
    const file = pathOf(one);
    const state = { one, sent: 0 };
    const onBytes = (sent: number) => {
      state.sent = sent;
    };
    sending = state;
    try {
      const fate = await sendFile(inbox, one.file, { signal, onBytes });
      if (fate === 'stored') waiting.later(one, 'stored');
      else waiting.done(one);
      if (fate === 'changed' || fate === 'gone')
        log.info({ file }, 'a file of an inbox changed or went while it was sent; what is there now stays');
      else if (fate !== 'stored') log.info({ file, became: fate }, 'a file of an inbox is in the account');
      paused = undefined;
      told.note('host', undefined, () => undefined);
      onEnd({ path: file, fate });
    } catch (error) {
      if (signal.aborted) throw error;
      const known = isBridgeError(error) ? error : diskError(file, error);
      if (!isBridgeError(error)) log.error({ err: error, file }, 'a file of an inbox could not be sent');
      noteFault(one, known);
      onEnd({ path: file, fate: 'later', error: known });
    } finally {
      sending = undefined;
    }
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

  return {
    async run(signal, only) {
      if (!only) await followNewAddresses(signal);
      let observedAt = Number.NEGATIVE_INFINITY;
      for (;;) {
        signal.throwIfAborted();
        if (!only && clock.now() - observedAt >= observedForMs) {
          await observe(signal);
          observedAt = clock.now();
        }
        const found = pause() ? undefined : next(only);
        if (!found) break;
        await sendOne(found.inbox, found.one, signal);
      }
      await catalog.inbox.forgetDeleted(maxDeletedTold);
    },
    observe,
    isFinished,
    pause,
    sending: () => sending,
  };
}

const pathOf = ({ dir, file }: WaitingFile) => join(dir, file.path);
