import { createHash } from 'node:crypto';
import type { Dispatcher } from 'undici';
import type { CatalogFile } from '../catalog/account/files.ts';
import type { Clock } from '../core/clock.ts';
import type { FileId } from '../core/ids.ts';
import type { Signer } from '../delivery/signature.ts';
import { basePathOf } from '../edge/base-path.ts';
import { type AddressMask, createAddressMask } from './address-mask.ts';
import { viewOf } from './client-views.ts';
import type { Credentials } from './credentials.ts';
import { createItemAccess } from './item-access.ts';
import type { ItemId } from './item-id.ts';
import { type Json, parseLossless } from './lossless-json.ts';
import { fileOfAddress } from './own-address.ts';
import { ownSources, showSources } from './playback-info.ts';
import { type RequestKind, readSourceId, requestKind } from './request-kind.ts';
import type { GatewaySetting } from './setting.ts';
import { createTickets } from './tickets.ts';

/** What a gateway decides. It moves no byte and speaks to no app. */
export interface Gateway {
  setting: GatewaySetting;
  /** Takes our addresses out of everything else that the server says. */
  mask: AddressMask;
  /** What a request means. @param path without its query */
  kindOf(path: string): RequestKind;
  /**
   * The answer to PlaybackInfo with our sources shown as this app needs them, and a ticket for each.
   * @param text the server's own answer @param gatewayUrl the gateway as the app reaches it
   * @returns undefined where nothing of it is ours, or it cannot be read: then it is passed on as it came
   */
  showPlaybackInfo(
    text: string,
    asked: { itemId: ItemId; credentials: Credentials; gatewayUrl: string },
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
}

export interface GatewayParts {
  setting: GatewaySetting;
  dispatcher: Dispatcher;
  clock: Clock;
  userAgent: string;
  signer: Signer;
  files: { byId(id: FileId): Promise<CatalogFile | undefined> };
}

/** Long enough for an evening with a pause in it. */
const ticketMs = 24 * 3_600_000;

export function createGateway({
  setting,
  dispatcher,
  clock,
  userAgent,
  signer,
  files,
}: GatewayParts): Gateway {
  const serverPath = basePathOf(setting.url);
  const fileIdOf = (address: string) => fileOfAddress(address, signer);
  const tickets = createTickets(signer);
  const access = createItemAccess({ setting, dispatcher, clock, userAgent, fileOf: fileIdOf });

  return {
    setting,
    mask: createAddressMask(signer),
    kindOf: (path) => requestKind(path, { kind: setting.kind, serverPath }),

    async showPlaybackInfo(text, { itemId, credentials, gatewayUrl }) {
      let answer: Json;
      try {
        answer = parseLossless(text);
      } catch {
        return undefined;
      }
      const sources = ownSources(answer, itemId, setting.kind, fileIdOf);
      if (sources.length === 0) return undefined;
      const names = new Map<FileId, string>();
      for (const { fileId } of sources) {
        const file = await files.byId(fileId);
        if (file) names.set(fileId, file.name);
      }
      const user = createHash('sha256').update(credentials.token).digest('hex').slice(0, 8);
      const endsAt = clock.now() + ticketMs;
      showSources(sources, {
        view: viewOf(credentials.client),
        kind: setting.kind,
        gatewayUrl,
        // What is not in the catalog any more cannot be delivered: the server's own way stays.
        ticketFor: (one) =>
          names.has(one.fileId)
            ? tickets.issue({ itemId: one.itemId, fileId: one.fileId, user, endsAt })
            : undefined,
        nameOf: (fileId) => names.get(fileId),
      });
      return JSON.stringify(answer);
    },

    async fileForStream(itemId, query, credentials, signal) {
      const asked = readSourceId(query, setting.kind) ?? itemId;
      for (const [name, value] of query) {
        if (name.toLowerCase() !== 'tag') continue;
        const ticket = tickets.read(value, asked, clock.now());
        if (ticket) return files.byId(ticket.fileId);
      }
      if (credentials.token === '') return undefined;
      const visible = await access.filesOf(itemId, credentials, signal);
      const fileId = visible?.get(asked);
      return fileId === undefined ? undefined : files.byId(fileId);
    },

    async fileOf(address) {
      const fileId = fileIdOf(address);
      return fileId === undefined ? undefined : files.byId(fileId);
    },
  };
}
