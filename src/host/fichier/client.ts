import type { Dispatcher } from 'undici';
import type { Clock } from '../../core/clock.ts';
import { hourMs } from '../../core/durations.ts';
import { isBridgeError } from '../../core/errors.ts';
import type { FolderId } from '../../core/ids.ts';
import { rootFolderId } from '../../core/ids.ts';
import type { KeptFact } from '../../core/kept-fact.ts';
import type { Log } from '../../core/log.ts';
import { inTurns } from '../../core/yield-often.ts';
import type { AccountInfo, CallOptions, FileListing, FolderListing } from '../host.ts';
import { describeAccount, fingerprint, type RememberedAccount, readAccount } from './account.ts';
import { createCall } from './call.ts';
import type { Governor } from './pace/governor.ts';
import { folderNumber, pageUrlOf } from './page-url.ts';
import { utcToParis } from './paris-time.ts';
import {
  type FileInfo,
  fileListingInSteps,
  folderListingInSteps,
  readDirectLink,
  readFileInfo,
} from './wire.ts';
import type { Ask } from './writes/ask-api.ts';

export interface FichierClientOptions {
  /** Such as `https://api.1fichier.com/v1`. */
  apiUrl: string;
  apiKey: string;
  /** Such as `Passerelle/1.2.3`. */
  userAgent: string;
  dispatcher: Dispatcher;
  governor: Governor;
  clock: Clock;
  log: Log;
  /** Keeps the answer of user/info. */
  memory: KeptFact<RememberedAccount>;
  /** How long the answer of user/info is given again instead of asking; 6 hours if not given. */
  userInfoIntervalMs?: number;
  /** Longest time for one call from start to last byte; 30 seconds if not given. */
  timeLimitMs?: number;
}

/** Longest time for a call that somebody waits for in front of a screen. */
const playLimitMs = 10_000;

export interface FileListingRequest {
  /** `all` = every file of the account; the host allows that once an hour. Root if not given. */
  folderId?: FolderId | 'all';
  /** Milliseconds since the epoch. */
  sentAfter?: number;
  sentBefore?: number;
}

/**
 * The host's API. Every call waits for its turn at the governor and is made once: retrying is the caller's business.
 * All methods throw BridgeError: HostRefusal (its code from the table in `refusals`), BRIDGE_HOST_UNREACHABLE,
 * BRIDGE_HOST_TIMEOUT, BRIDGE_HOST_ODD_ANSWER, BRIDGE_GATE_CLOSED, BRIDGE_GATE_BUSY; or the reason of
 * `options.signal`. `retryAt` says when it makes sense to try again.
 */
export interface FichierClient {
  /** One call of a verb that changes something. */
  ask: Ask;
  /** The account, at most once in `userInfoIntervalMs` from the host; `askedAt` tells how old the answer is. */
  userInfo(options: CallOptions): Promise<AccountInfo>;
  /** The same as it was last heard, without a call. */
  knownAccount(): AccountInfo | undefined;
  /** Sub-folders and files of a folder in one call, cut where the host cuts it. A folder that is gone is BRIDGE_HOST_FILE_GONE. */
  listFolder(folderId: FolderId, options: CallOptions): Promise<FolderListing>;
  listFiles(request: FileListingRequest, options: CallOptions): Promise<FileListing>;
  /** One file by its page URL. Never in bulk: the host locks the address for it (facts/1fichier-api 2.3). */
  fileInfo(url: string, options: CallOptions): Promise<FileInfo>;
  /** A direct link, good for 5 minutes to start and 30 to resume (facts/1fichier-api 3.3). Treat it as a secret. */
  directLink(url: string, options: CallOptions & { password?: string }): Promise<string>;
}

/** See {@link FichierClient}. */
export function createFichierClient(options: FichierClientOptions): FichierClient {
  const { governor, memory, clock, userInfoIntervalMs = 6 * hourMs } = options;
  // Keys are pasted with line breaks in them (facts/1fichier-api 1).
  const apiKey = options.apiKey.replace(/\s+/g, '');
  const keyFingerprint = fingerprint(apiKey).slice(0, 12);
  const post = createCall({ ...options, apiKey });
  const { timeLimitMs = 30_000 } = options;

  // A player that waits is a player that is closed, and two hanging calls must not hold up every other film.
  const limitOf = ({ urgency }: CallOptions) =>
    urgency === 'play' ? Math.min(timeLimitMs, playLimitMs) : timeLimitMs;
  const run = <T>(
    verb: string,
    body: object,
    subject: CallSubject,
    read: (answer: unknown) => T | Promise<T>,
  ): Promise<T> =>
    governor.run({ ...subject.options, verb, ...(subject.key ? { key: subject.key } : {}) }, (signal) =>
      post(verb, body, signal, { folderId: subject.folderId, timeLimitMs: limitOf(subject.options) }, read),
    );

  function knownAccount(): AccountInfo | undefined {
    const remembered = memory.read();
    return remembered?.keyFingerprint === keyFingerprint ? describeAccount(remembered.info) : undefined;
  }

  return {
    ask: (verb, body, call, read) => run(verb, body, { options: call }, read),
    knownAccount,
    async userInfo(call) {
      const known = knownAccount();
      const ageMs = known ? clock.now() - known.askedAt : Number.POSITIVE_INFINITY;
      // An answer from the future was kept by a clock that was wrong; it tells nothing about its age.
      if (known && ageMs >= 0 && ageMs < userInfoIntervalMs) return known;
      try {
        const subject: CallSubject = { options: call, key: `user:${keyFingerprint}` };
        const info = await run('user/info', {}, subject, (answer) => readAccount(answer, clock.now()));
        memory.write({ keyFingerprint, info });
        return describeAccount(info);
      } catch (error) {
        if (known && isBridgeError(error, 'BRIDGE_GATE_BUSY')) return known;
        throw error;
      }
    },
    async listFolder(folderId, call) {
      const subject = { options: call, key: `folder:${folderId}`, folderId };
      return run('folder/ls', { folder_id: folderNumber(folderId), files: 1 }, subject, (answer) =>
        inTurns(folderListingInSteps(answer, folderId)),
      );
    },
    async listFiles({ folderId = rootFolderId, sentAfter, sentBefore }, call) {
      const body = {
        folder_id: folderId === 'all' ? -1 : folderNumber(folderId),
        ...(sentAfter === undefined ? {} : { sent_after: utcToParis(sentAfter) }),
        ...(sentBefore === undefined ? {} : { sent_before: utcToParis(sentBefore) }),
      };
      const subject = { options: call, key: `folder:${folderId}`, folderId };
      return run('file/ls', body, subject, (answer) => inTurns(fileListingInSteps(answer)));
    },
    async fileInfo(url, call) {
      return run('file/info', { url: pageUrlOf(url) }, { options: call }, readFileInfo);
    },
    async directLink(url, { password, ...call }) {
      // single:0 because a player opens a link many times; cdn:0 because credits cost money (facts/1fichier-api 3.1).
      const body = {
        url: pageUrlOf(url),
        inline: 0,
        cdn: 0,
        single: 0,
        ...(password ? { pass: password } : {}),
      };
      return run('download/get_token', body, { options: call }, readDirectLink);
    },
  };
}

/** What a call is about: how it is asked, and what it must not be asked again too soon for. */
interface CallSubject {
  options: CallOptions;
  key?: string;
  folderId?: FolderId | 'all';
}
