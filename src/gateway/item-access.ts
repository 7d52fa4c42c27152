import { createHash } from 'node:crypto';
import type { Dispatcher } from 'undici';
import type { Clock } from '../core/clock.ts';
import { minuteMs } from '../core/durations.ts';
import type { FileId } from '../core/ids.ts';
import { basePathOf } from '../edge/base-path.ts';
import type { Credentials } from './credentials.ts';
import { type ItemId, readItemId } from './item-id.ts';
import { keepNewest } from './keep-newest.ts';
import { isObject, type Json, parseLossless } from './lossless-json.ts';
import { ownSources } from './playback-info.ts';
import type { GatewaySetting } from './setting.ts';

/** The files of ours behind the media sources of an item, by the id of the source. */
export type FilesOfItem = ReadonlyMap<ItemId, FileId>;

/** An item as a server has shown it to somebody. */
interface SeenItem {
  files: FilesOfItem;
  /** JSON of its media sources; undefined = none of ours is among them, or they are more than is kept. */
  sources: string | undefined;
}

/**
 * Whether the bearer of a token may see an item just now: the media server is asked as that person, and with nobody
 * else's key. A yes is believed for a minute, a no is forgotten at once.
 */
export interface ItemAccess {
  /**
   * @returns undefined when the server does not show the item to this person, or cannot be asked
   * @throws the signal's reason
   */
  filesOf(itemId: ItemId, credentials: Credentials, signal: AbortSignal): Promise<FilesOfItem | undefined>;
  /**
   * The media sources that the server has shown, as an answer to PlaybackInfo has them; may be changed.
   * @param userId whom a key asks for, where it names somebody @param mayAsk false = what is remembered alone counts
   * @returns undefined as above @throws the signal's reason
   */
  sourcesOf(
    itemId: ItemId,
    credentials: Credentials,
    signal: AbortSignal,
    about: { userId: string | undefined; mayAsk: boolean },
  ): Promise<Json | undefined>;
  /**
   * Asks the server, whatever is remembered. A server that is away, slow or broken refuses nobody.
   * @param about the bearer of a token, and whom a key asks for
   */
  check(
    itemId: ItemId,
    about: { token: string; userId: string | undefined; signal: AbortSignal },
  ): Promise<'shown' | 'refused' | 'tokenRefused' | 'unknown'>;
  /** What was shown to the bearer of this token, or to anybody, counts no more. */
  forget(token?: string): void;
}

export interface ItemAccessOptions {
  setting: GatewaySetting;
  dispatcher: Dispatcher;
  clock: Clock;
  userAgent: string;
  fileOf: (address: string) => FileId | undefined;
}

interface Answer {
  status: number;
  /** Undefined where it is not 200, or too long. */
  body: Json | undefined;
}

const believedMs = minuteMs;
const maxKept = 2000;
/** Of the sources of one item, in characters: some ten versions. */
const maxSources = 16_384;
const timeLimitMs = 10_000;
/** An item with all its people and pictures has some 100 KB; 1 MB takes 40 ms to read. */
const maxAnswerBytes = 1024 * 1024;

export function createItemAccess(options: ItemAccessOptions): ItemAccess {
  const { setting, dispatcher, clock, userAgent, fileOf } = options;
  const kept = new Map<string, { seen: SeenItem; until: number }>();
  /** Whose tokens anything is remembered for. */
  const bearers = new Map<string, true>();
  const keys = new Map<string, { isKey: boolean; until: number }>();
  const origin = new URL(setting.url);

  /** The server's last word on an item. */
  async function ask(
    itemId: ItemId,
    token: string,
    userId: string | undefined,
    signal: AbortSignal,
  ): Promise<Answer> {
    const byIds = `/Items?Ids=${itemId}&Fields=Path,MediaSources&Limit=1`;
    if (setting.kind === 'emby') return answerTo(byIds, token, signal);
    const whose = userId === undefined ? '' : `?userId=${userId}`;
    const answer = await answerTo(`/Items/${itemId}${whose}`, token, signal);
    // Where nobody asks: 400 by Jellyfin 12, 404 as its source reads.
    const mayBeKey = userId === undefined && (answer.status === 400 || answer.status === 404);
    if (!mayBeKey || !(await isKey(token, signal))) return answer;
    return answerTo(byIds, token, signal);
  }

  /**
   * Jellyfin shows items one by one to users alone, and what it lists it lists to everybody, so that a list counts only
   * for a token that is no user's: an API key may do all. Nobody's `Users/Me` is a bad request (facts/gateway 10.3).
   */
  async function isKey(token: string, signal: AbortSignal): Promise<boolean> {
    const hash = hashOf(token);
    const known = keys.get(hash);
    if (known && isFresh(known.until)) return known.isKey;
    const { status } = await answerTo('/Users/Me', token, signal);
    keepNewest(keys, hash, { isKey: status === 400, until: clock.now() + believedMs }, maxKept);
    return status === 400;
  }

  async function answerTo(path: string, token: string, signal: AbortSignal): Promise<Answer> {
    const { statusCode, body } = await dispatcher.request({
      origin: origin.origin,
      path: basePathOf(setting.url) + path,
      method: 'GET',
      headers: {
        ...(setting.kind === 'jellyfin'
          ? { authorization: `MediaBrowser Token="${encodeURIComponent(token)}"` }
          : { 'x-emby-token': token }),
        'user-agent': userAgent,
        accept: 'application/json',
        'accept-encoding': 'identity',
      },
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeLimitMs)]),
    });
    if (statusCode !== 200) {
      await body.dump();
      return { status: statusCode, body: undefined };
    }
    const text = await readText(body, maxAnswerBytes);
    return { status: statusCode, body: text === undefined ? undefined : parseLossless(text) };
  }

  /** @param until never further away than it can be, whatever the clock says */
  function isFresh(until: number): boolean {
    return clock.now() < until && until - clock.now() <= believedMs;
  }

  function seenIn({ body: answer }: Answer, itemId: ItemId): SeenItem | undefined {
    const item = isObject(answer) && Array.isArray(answer.Items) ? answer.Items[0] : answer;
    if (!isObject(item) || typeof item.Id !== 'string') return undefined;
    // `?ids=` shows more than this person may see: only the item that was asked for counts.
    if (readItemId(item.Id, setting.kind) !== itemId) return undefined;
    const files = new Map(
      ownSources(item, itemId, setting.kind, fileOf).map((own) => [own.itemId, own.fileId]),
    );
    const sources = JSON.stringify(item.MediaSources ?? []);
    return { files, sources: files.size > 0 && sources.length <= maxSources ? sources : undefined };
  }

  async function see(
    itemId: ItemId,
    { token }: Credentials,
    signal: AbortSignal,
    { userId, mayAsk }: { userId?: string | undefined; mayAsk: boolean },
  ): Promise<SeenItem | undefined> {
    if (!isHeaderValue(token)) return undefined;
    const key = keyOf(token, itemId, userId);
    const known = kept.get(key);
    if (known && isFresh(known.until)) return known.seen;
    kept.delete(key);
    if (!mayAsk) return undefined;
    try {
      return remembered(key, seenIn(await ask(itemId, token, userId, signal), itemId));
    } catch {
      signal.throwIfAborted();
      return undefined;
    }
  }

  function remembered(key: string, seen: SeenItem | undefined): SeenItem | undefined {
    if (seen) {
      keepNewest(kept, key, { seen, until: clock.now() + believedMs }, maxKept);
      keepNewest(bearers, key.slice(0, key.indexOf(' ')), true, maxKept);
    } else kept.delete(key);
    return seen;
  }

  return {
    filesOf: async (itemId, credentials, signal) =>
      (await see(itemId, credentials, signal, { mayAsk: true }))?.files,

    async sourcesOf(itemId, credentials, signal, { userId: told, mayAsk }) {
      const userId = told === undefined ? undefined : readUserId(told);
      // Somebody of whom nothing can be asked sees nothing.
      if (told !== undefined && userId === undefined) return undefined;
      const seen = await see(itemId, credentials, signal, { userId, mayAsk });
      return seen?.sources === undefined ? undefined : parseLossless(seen.sources);
    },

    async check(itemId, { token, userId: told, signal }) {
      const userId = told === undefined ? undefined : readUserId(told);
      const isUnreadable = setting.kind === 'jellyfin' && told !== undefined && userId === undefined;
      if (!isHeaderValue(token) || isUnreadable) return 'unknown';
      try {
        const answer = await ask(itemId, token, userId, signal);
        const seen = remembered(keyOf(token, itemId, userId), seenIn(answer, itemId));
        if (seen) return 'shown';
        if (answer.status === 401) return 'tokenRefused';
        // What Emby lists of an item that a person may not see is not known.
        const isUnlisted = setting.kind === 'jellyfin' && answer.body !== undefined;
        return isUnlisted || answer.status === 403 || answer.status === 404 ? 'refused' : 'unknown';
      } catch {
        return 'unknown';
      }
    },

    forget(token) {
      if (token === undefined) return kept.clear();
      const hash = hashOf(token);
      keys.delete(hash);
      if (!bearers.delete(hash)) return;
      for (const key of kept.keys()) if (key.startsWith(`${hash} `)) kept.delete(key);
    },
  };
}

/** Whether it can go into a header. */
function isHeaderValue(token: string): boolean {
  return /^[\x21-\x7e]{1,512}$/.test(token);
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

function keyOf(token: string, itemId: ItemId, userId: string | undefined): string {
  return `${hashOf(token)} ${itemId} ${userId ?? ''}`;
}

function readUserId(text: string): string | undefined {
  const plain = text.toLowerCase().replaceAll('-', '');
  return /^[0-9a-f]{32}$/.test(plain) ? plain : undefined;
}

async function readText(body: AsyncIterable<Buffer>, maxBytes: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
