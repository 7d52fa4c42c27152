import type { FileId } from '../core/ids.ts';
import type { ClientView } from './client-views.ts';
import { type ItemId, readItemId } from './item-id.ts';
import { isObject, type Json, type JsonObject } from './lossless-json.ts';
import type { GatewaySetting } from './setting.ts';

/** A media source that is a STRM of ours. */
export interface OwnSource {
  itemId: ItemId;
  fileId: FileId;
  source: JsonObject;
}

export interface PlaybackView {
  view: ClientView;
  kind: GatewaySetting['kind'];
  /** The gateway as the app reaches it, base path included, without a slash at its end. */
  gatewayUrl: string;
  /** A ticket for this source; undefined = none can be made, and the source stays as it is. */
  ticketFor(source: OwnSource): string | undefined;
  /** A file in the catalog. */
  fileOf(fileId: FileId): { name: string; sizeBytes: number } | undefined;
}

/**
 * The media sources of an answer to PlaybackInfo that are ours. A source has an id of its own where an item has several
 * versions, and that is the item whose bytes are asked for.
 */
export function ownSources(
  answer: Json,
  asked: ItemId,
  kind: GatewaySetting['kind'],
  fileOf: (address: string) => FileId | undefined,
): OwnSource[] {
  if (!isObject(answer) || !Array.isArray(answer.MediaSources)) return [];
  return answer.MediaSources.flatMap((source) => {
    if (!isObject(source) || typeof source.Path !== 'string') return [];
    const fileId = fileOf(source.Path);
    if (fileId === undefined) return [];
    const own = typeof source.Id === 'string' ? readItemId(source.Id, kind) : undefined;
    return [{ itemId: own ?? asked, fileId, source }];
  });
}

/** The sources that an app asks for: the one of this id, or all. */
export function chosen(
  sources: Json | undefined,
  id: string | undefined,
  kind: GatewaySetting['kind'],
): JsonObject[] {
  if (!Array.isArray(sources)) return [];
  const wanted = id === undefined ? undefined : readItemId(id, kind);
  if (id !== undefined && wanted === undefined) return [];
  return sources
    .filter(isObject)
    .filter(({ Id }) => wanted === undefined || (typeof Id === 'string' && readItemId(Id, kind) === wanted));
}

/**
 * Shows our sources as this app needs them, in place: only what leads it to the bytes is changed, and nothing is taken
 * out that apps insist on (facts/gateway 2.1, 6). Whether the app can play the film stays the server's word: what it
 * refused keeps its transcode.
 */
export function showSources(sources: readonly OwnSource[], view: PlaybackView): void {
  for (const one of sources) {
    const ticket = view.ticketFor(one);
    if (ticket !== undefined) show(one, ticket, view);
  }
}

function show(
  { itemId, fileId, source }: OwnSource,
  ticket: string,
  { view, kind, gatewayUrl, fileOf }: PlaybackView,
): void {
  const file = fileOf(fileId);
  const name = file?.name ?? 'film';
  const address = streamAddress(pathId(itemId, source, kind), source, ticket, name);
  // The server parses it, uses it for nothing, and gets it back as `Tag`.
  source.ETag = ticket;
  // Of the film: the server tells that of the `.strm`, and apps tell how long a download takes by it.
  if (file) source.Size = file.sizeBytes;
  if (view.shownAs === 'http') {
    source.Protocol = 'Http';
    source.IsRemote = true;
    source.Path = gatewayUrl + address;
  } else {
    source.Protocol = 'File';
    source.IsRemote = false;
    source.Path = `/${name}`;
  }
  if (kind === 'emby') {
    source.DirectStreamUrl = address;
    source.AddApiKeyToDirectStreamUrl = false;
  }
  const playsItself = source.SupportsDirectPlay === true || source.SupportsDirectStream === true;
  if (view.prefersTranscode && playsItself) {
    delete source.TranscodingUrl;
    delete source.TranscodingContainer;
  }
}

/** The item in the address of a stream. A source of Emby is no item of its own, and its id is none before 4.9. */
function pathId(itemId: ItemId, { ItemId: told }: JsonObject, kind: GatewaySetting['kind']): ItemId {
  const own = kind === 'emby' && typeof told === 'string' ? readItemId(told, kind) : undefined;
  return own ?? itemId;
}

function streamAddress(itemId: ItemId, source: JsonObject, ticket: string, name: string): string {
  const extension = /\.([a-z0-9]{1,10})$/i.exec(name)?.[1]?.toLowerCase();
  const query = new URLSearchParams({ Static: 'true' });
  if (typeof source.Id === 'string') query.set('MediaSourceId', source.Id);
  query.set('Tag', ticket);
  return `/Videos/${itemId}/stream${extension === undefined ? '' : `.${extension}`}?${query}`;
}
