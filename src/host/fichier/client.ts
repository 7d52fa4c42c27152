import { createHash } from 'node:crypto';
import type { Dispatcher } from 'undici';
import type { Clock } from '../../core/clock.ts';
import { BridgeError, isBridgeError } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import { type AccountInfo, type AccountMemory, readAccount } from './account.ts';
import { createCall } from './call.ts';
import type { CallOptions, Governor, GovernorStatus } from './governor.ts';
import { readPageUrl } from './page-url.ts';
import { utcToParis } from './paris-time.ts';
import {
  type FileInfo,
  type FileListing,
  type FolderListing,
  readDirectLink,
  readFileInfo,
  readFileListing,
  readFolderListing,
} from './wire.ts';

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
  memory: AccountMemory;
  /** How long the answer of user/info is given again instead of asking; 6 hours if not given. */
  userInfoIntervalMs?: number;
  /** Longest time for one call from start to last byte; 30 seconds if not given. */
  timeLimitMs?: number;
}

/** Longest time for a call that somebody waits for in front of a screen. */
const playLimitMs = 10_000;

export interface FileListingRequest {
  /** `all` = every file of the account; the host allows that once an hour. Root if not given. */
  folderId?: number | 'all';
  /** Milliseconds since the epoch. */
  sentAfter?: number;
  sentBefore?: number;
}

/**
 * The host's API. Every call waits for its turn at the governor and is made once: retrying is the caller's business.
 * All methods throw BridgeError: HostRefusal (its code from the table in `faults`), BRIDGE_HOST_UNREACHABLE,
 * BRIDGE_HOST_TIMEOUT, BRIDGE_HOST_ODD_ANSWER, BRIDGE_GATE_CLOSED, BRIDGE_GATE_BUSY; or the reason of
 * `options.signal`. `retryAt` says when it makes sense to try again.
 */
export interface FichierClient {
  /** The account, at most once in `userInfoIntervalMs` from the host; `askedAt` tells how old the answer is. */
  userInfo(options: CallOptions): Promise<AccountInfo>;
  /** The same as it was last heard, without a call. */
  knownAccount(): AccountInfo | undefined;
  /** Sub-folders and files of a folder in one call; 0 is the root. A folder that is gone is BRIDGE_HOST_FILE_GONE. */
  listFolder(folderId: number, options: CallOptions): Promise<FolderListing>;
  listFiles(request: FileListingRequest, options: CallOptions): Promise<FileListing>;
  /** One file by its page URL. Never in bulk: the host locks the address for it (facts/1fichier-api 2.3). */
  fileInfo(url: string, options: CallOptions): Promise<FileInfo>;
  /** A direct link, good for 5 minutes to start and 30 to resume (facts/1fichier-api 3.3). Treat it as a secret. */
  directLink(url: string, options: CallOptions & { password?: string }): Promise<string>;
  governorState(): GovernorStatus;
}

/** See {@link FichierClient}. */
export function createFichierClient(options: FichierClientOptions): FichierClient {
  const { governor, memory, clock, userInfoIntervalMs = 6 * 3_600_000 } = options;
  // Keys are pasted with line breaks in them (facts/1fichier-api 1).
  const apiKey = options.apiKey.replace(/\s+/g, '');
  const keyPrint = createHash('sha256').update(apiKey).digest('hex').slice(0, 12);
  const post = createCall({ ...options, apiKey });
  const { timeLimitMs = 30_000 } = options;

  // A player that waits is a player that is closed, and two hanging calls must not hold up every other film.
  const limitOf = ({ urgency }: CallOptions) =>
    urgency === 'play' ? Math.min(timeLimitMs, playLimitMs) : timeLimitMs;
  const run = <T>(verb: string, body: object, call: Asked, read: (answer: unknown) => T): Promise<T> =>
    governor.run({ ...call.options, verb, ...(call.key ? { key: call.key } : {}) }, (signal) =>
      post(verb, body, signal, { folderId: call.folderId, timeLimitMs: limitOf(call.options) }, read),
    );

  function knownAccount(): AccountInfo | undefined {
    const remembered = memory.read();
    return remembered?.keyPrint === keyPrint ? remembered.info : undefined;
  }

  return {
    knownAccount,
    async userInfo(call) {
      const known = knownAccount();
      const ageMs = known ? clock.now() - known.askedAt : Number.POSITIVE_INFINITY;
      // An answer from the future was kept by a clock that was wrong; it tells nothing about its age.
      if (known && ageMs >= 0 && ageMs < userInfoIntervalMs) return known;
      try {
        const asked: Asked = { options: call, key: `user:${keyPrint}` };
        const info = await run('user/info', {}, asked, (answer) => readAccount(answer, clock.now()));
        memory.write({ keyPrint, info });
        return info;
      } catch (error) {
        if (known && isBridgeError(error, 'BRIDGE_GATE_BUSY')) return known;
        throw error;
      }
    },
    listFolder(folderId, call) {
      const asked = { options: call, key: `folder:${folderId}`, folderId };
      return run('folder/ls', { folder_id: folderId, files: 1 }, asked, (answer) =>
        readFolderListing(answer, folderId),
      );
    },
    listFiles({ folderId = 0, sentAfter, sentBefore }, call) {
      const body = {
        folder_id: folderId === 'all' ? -1 : folderId,
        ...(sentAfter === undefined ? {} : { sent_after: utcToParis(sentAfter) }),
        ...(sentBefore === undefined ? {} : { sent_before: utcToParis(sentBefore) }),
      };
      const asked = { options: call, key: `folder:${folderId}`, folderId: body.folder_id };
      return run('file/ls', body, asked, readFileListing);
    },
    async fileInfo(url, call) {
      return run('file/info', { url: pageUrl(url) }, { options: call }, readFileInfo);
    },
    async directLink(url, { password, ...call }) {
      // single:0 because a player opens a link many times; cdn:0 because credits cost money (facts/1fichier-api 3.1).
      const body = {
        url: pageUrl(url),
        inline: 0,
        cdn: 0,
        single: 0,
        ...(password ? { pass: password } : {}),
      };
      return run('download/get_token', body, { options: call }, readDirectLink);
    },
    governorState: () => governor.state(),
  };
}

interface Asked {
  options: CallOptions;
  key?: string;
  folderId?: number;
}

function pageUrl(url: string): string {
  const page = readPageUrl(url);
  if (!page) throw new BridgeError('BRIDGE_BAD_REQUEST', { detail: 'not the page URL of a file' });
  return page.url;
}
