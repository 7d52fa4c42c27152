import { randomUUID } from 'node:crypto';
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import type { CatalogFile } from '../catalog/account/files.ts';
import type { KeyValues } from '../catalog/db/key-values.ts';
import type { Clock } from '../core/clock.ts';
import { dayMs } from '../core/durations.ts';
import type { FileId } from '../core/ids.ts';
import type { Signer } from '../delivery/signature.ts';
import { basePathOf } from '../edge/base-path.ts';
import { type AddressMask, createAddressMask } from './address-mask.ts';
import { viewOf } from './client-views.ts';
import type { Credentials } from './credentials.ts';
import type { Wish } from './device-profile.ts';
import { createItemAccess } from './item-access.ts';
import type { ItemId } from './item-id.ts';
import { jsonElements } from './json-elements.ts';
import { type KnownMediaParts, knownMedia } from './known-media.ts';
import { logInEnd } from './log-in-ends.ts';
import { type Json, type JsonObject, readLossless } from './lossless-json.ts';
import { withoutOldPrefix } from './old-prefix.ts';
import { fileOfAddress } from './own-address.ts';
import { chosen, type OwnSource, ownSources, showSources } from './playback-info.ts';
import { partsOf, type RequestKind, readSourceId, requestKind } from './request-kind.ts';
import type { GatewaySetting } from './setting.ts';
import { isUntold, tellMedia } from './tell-media.ts';
import { createTicketProofs } from './ticket-proofs.ts';
import { createTickets } from './tickets.ts';

/** What a gateway decides. It moves no byte and speaks to no app. */
export interface Gateway {
  setting: GatewaySetting;
  /** Takes our addresses out of everything else that the server says. */
  mask: AddressMask;
  /** The address of a request as the server knows it. */
  addressOf(url: string): string;
  /** What a request means. @param path without its query */
  kindOf(path: string): RequestKind;
  /**
   * The answer to PlaybackInfo with our sources shown as this app needs them, and a ticket for each.
   * @param text the server's own answer
   * @returns undefined where nothing of it is ours, or it cannot be read: then it is passed on as it came
   */
  showPlaybackInfo(text: string, asked: AskedPlaybackInfo): Promise<string | undefined>;
  /** The same for an answer of many megabytes: it is taken apart source by source, and others have their turns. */
  showLargePlaybackInfo(text: Buffer, asked: AskedPlaybackInfo): Promise<Buffer[] | undefined>;
  /**
   * An answer to PlaybackInfo of our own, for a server that takes too long: of what it shows of the item to this person
   * just now, or has shown within the last minute, and never without that.
   * @returns undefined where it has to be waited for: it does not show the item, the film is not ours, or the app does
   * not say that it plays it as it is
   * @param mayAsk false for a server that is away: then only what it has shown within the last minute counts
   * @throws the signal's reason
   */
  ownPlaybackInfo(
    asked: AskedPlaybackInfo,
    signal: AbortSignal,
    mayAsk: boolean,
  ): Promise<string | undefined>;
  /**
   * The file that a stream request may have: by its ticket, or because the server shows the item to its bearer.
   * @returns undefined: the request is passed on as it came
   */
  fileForStream(
    itemId: ItemId,
    query: URLSearchParams,
    credentials: Credentials,
    signal: AbortSignal,
  ): Promise<CatalogFile | undefined>;
  /** The file whose signed address this is. */
  fileOf(address: string): Promise<CatalogFile | undefined>;
  /** Hears of every answer of the server: by some of them people lose what they had, and their tickets with it. */
  heard(answer: HeardAnswer): void;
}

/** A request for PlaybackInfo. */
export interface AskedPlaybackInfo {
  itemId: ItemId;
  credentials: Credentials;
  /** The gateway as the app reaches it, with whatever stands before the address itself; no slash at its end. */
  gatewayUrl: string;
  wish: Wish;
}

/** An answer of the server, and what it was to. */
export interface HeardAnswer {
  method: string;
  /** Without its query. */
  path: string;
  status: number;
  /** Who asked. */
  credentials(): Credentials;
}

export interface GatewayParts {
  setting: GatewaySetting;
  dispatcher: Dispatcher;
  clock: Clock;
  userAgent: string;
  signer: Signer;
  files: { byId(id: FileId): Promise<CatalogFile | undefined> };
  known: KnownMediaParts;
  keyValues: KeyValues;
  /** Is told of what could not be kept. */
  onFault(error: unknown): void;
}

/** More versions than any film has. */
const maxLargeSources = 5000;
/** A source with thousands of tracks; 1 MB takes 40 ms to read. */
const maxSourceBytes = 1024 * 1024;
/** Long enough for an evening with a pause in it. */
const ticketMs = dayMs;

export function createGateway({
  setting,
  dispatcher,
  clock,
  userAgent,
  signer,
  files,
  known,
  keyValues,
  onFault,
}: GatewayParts): Gateway {
  const serverPath = basePathOf(setting.url);
  const fileIdOf = (address: string) => fileOfAddress(address, signer);
  const tickets = createTickets(signer);
  const access = createItemAccess({ setting, dispatcher, clock, userAgent, fileOf: fileIdOf });
  const { check } = access;
  const proofs = createTicketProofs({ clock, ticketMs, check, keyValues, name: setting.url, onFault });

  /** Makes the sources of an answer lead to us, in place. @param own of an answer of our own @returns those that do */
  async function show(
    answer: Json,
    { itemId, credentials, gatewayUrl, wish }: AskedPlaybackInfo,
    own?: { signal: AbortSignal },
  ): Promise<OwnSource[]> {
    const sources = ownSources(answer, itemId, setting.kind, fileIdOf);
    const found = new Map<FileId, CatalogFile>();
    for (const { fileId } of sources) {
      const file = await files.byId(fileId);
      if (file) found.set(fileId, file);
    }
    // What is not in the catalog any more cannot be delivered: the server's own way stays.
    const ours = sources.filter(({ fileId }) => found.has(fileId));
    if (ours.length === 0) return [];
    const untold = ours.filter(({ source }) => isUntold(source)).map(({ fileId }) => fileId);
    const asked = [...found.values()].filter(({ id }) => untold.includes(id));
    const media = asked.length === 0 ? new Map<FileId, never>() : await knownMedia(asked, known);
    own?.signal.throwIfAborted();
    const view = viewOf(credentials.client);
    for (const one of ours) tellMedia(one.source, media.get(one.fileId), wish, view);
    const { token } = credentials;
    const proof = { token, userId: wish.userId, askedId: itemId, isServersWord: own === undefined };
    const endsAt = clock.now() + ticketMs;
    showSources(ours, {
      view,
      kind: setting.kind,
      gatewayUrl,
      ticketFor: (one) => {
        const user = proofs.note(one.itemId, proof);
        return tickets.issue({ itemId: one.itemId, fileId: one.fileId, user, endsAt });
      },
      fileOf: (fileId) => found.get(fileId),
    });
    return ours;
  }

  return {
    setting,
    mask: createAddressMask(signer),
    addressOf: (url) => withoutOldPrefix(url, { kind: setting.kind, serverPath }),
    kindOf: (path) => requestKind(path, { kind: setting.kind, serverPath }),

    async showPlaybackInfo(text, asked) {
      const answer = readLossless(text);
      if (answer === undefined) return undefined;
      const shown = await show(answer, asked);
      return shown.length === 0 ? undefined : JSON.stringify(answer);
    },

    async showLargePlaybackInfo(text, asked) {
      const sources = await jsonElements(text, 'MediaSources', maxLargeSources);
      if (sources === undefined) return undefined;
      const pieces: Buffer[] = [];
      let from = 0;
      for (const { start, end } of sources) {
        await yieldToEventLoop();
        const isTooLarge = end - start > maxSourceBytes;
        const shown = isTooLarge ? undefined : await showSource(text.toString('utf8', start, end), asked);
        if (shown === undefined) continue;
        pieces.push(text.subarray(from, start), Buffer.from(shown));
        from = end;
      }
      if (from === 0) return undefined;
      return [...pieces, text.subarray(from)];
    },

    async ownPlaybackInfo(asked, signal, mayAsk) {
      const { itemId, credentials, wish } = asked;
      if (!wish.wantsDirectPlay || !mayBeAskedAbout(itemId, credentials)) return undefined;
      const sources = await access.sourcesOf(itemId, credentials, signal, { userId: wish.userId, mayAsk });
      const wanted = chosen(sources, wish.mediaSourceId, setting.kind);
      if (wanted.length === 0 || wanted.some((one) => isTooMuch(one, wish))) return undefined;
      const answer = { MediaSources: wanted, PlaySessionId: randomUUID().replaceAll('-', '') };
      const shown = await show(answer, asked, { signal });
      // A source that is another one's, or that this app cannot play as it is, only the server can answer for.
      const isOurs = shown.length === wanted.length && wanted.every((one) => one.SupportsDirectPlay === true);
      return isOurs ? JSON.stringify(answer) : undefined;
    },

    async fileForStream(itemId, query, credentials, signal) {
      const named = readSourceId(query, setting.kind);
      const asked = named ?? itemId;
      for (const [name, value] of query) {
        if (name.toLowerCase() !== 'tag') continue;
        const ticket = tickets.read(value, asked, clock.now());
        if (ticket && (await proofs.holds(ticket))) return files.byId(ticket.fileId);
      }
      if (credentials.token === '' || !mayBeAskedAbout(itemId, credentials)) return undefined;
      const visible = await access.filesOf(itemId, credentials, signal);
      // Where none is named Emby gives the first, whose id is not that of the item.
      const first = named === undefined ? visible?.values().next().value : undefined;
      const fileId = visible?.get(asked) ?? first;
      return fileId === undefined ? undefined : files.byId(fileId);
    },

    async fileOf(address) {
      const fileId = fileIdOf(address);
      return fileId === undefined ? undefined : files.byId(fileId);
    },

    heard({ method, path, status, credentials }) {
      if (status === 401) return doubt(credentials().token);
      if (status >= 300 || method === 'GET' || method === 'HEAD') return;
      const end = logInEnd(method, partsOf(path, serverPath) ?? []);
      if (end?.of === 'anybody') doubt();
      else if (end) lose(end.of === 'token' ? end.token : credentials().token);
    },
  };

  /**
   * What Emby lists it may list to everybody, as Jellyfin does, and there is no other question that is known to tell
   * people apart: there its answer to PlaybackInfo alone counts, and whoever had one is asked about again.
   */
  function mayBeAskedAbout(itemId: ItemId, { token }: Credentials): boolean {
    return setting.kind === 'jellyfin' || proofs.hasShown(token, itemId);
  }

  /** Of a chosen bitrate Emby alone makes something: Jellyfin plays what is remote as it is (facts/gateway 10.3). */
  function isTooMuch({ Bitrate }: JsonObject, { maxBitrate = Number.POSITIVE_INFINITY }: Wish): boolean {
    return setting.kind === 'emby' && typeof Bitrate === 'number' && Bitrate > maxBitrate;
  }

  /** One source of a large answer. @returns undefined where it is not ours, or cannot be read */
  async function showSource(text: string, asked: AskedPlaybackInfo): Promise<string | undefined> {
    const source = readLossless(text);
    if (source === undefined) return undefined;
    const shown = await show({ MediaSources: [source] }, asked);
    return shown.length === 0 ? undefined : JSON.stringify(source);
  }

  function doubt(token?: string): void {
    if (token === '') return;
    access.forget(token);
    proofs.doubt(token);
  }

  function lose(token: string): void {
    if (token === '') return;
    access.forget(token);
    proofs.end(token);
  }
}
