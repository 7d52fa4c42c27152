import { unescaped } from '../core/http/unescaped.ts';
import { type ItemId, readItemId } from './item-id.ts';
import type { GatewaySetting } from './setting.ts';

/** What a request to a media server means to the gateway. Everything that is not named here is passed on. */
export type RequestKind =
  | { is: 'playbackInfo'; itemId: ItemId }
  /** Bytes of a film. `isOriginal`: whatever its query says, it is the file as it is. */
  | { is: 'stream'; itemId: ItemId; isOriginal: boolean }
  /** The file to keep: whether it may be had, and which it is, the server's own answer says. */
  | { is: 'download' }
  /** What an app tells of a play. `itemId`: undefined where its body names it. */
  | { is: 'playReport'; itemId: ItemId | undefined; isProgress: boolean }
  /** What the server says of itself, its address too. */
  | { is: 'systemInfo' }
  /** An answer of the API that may hold addresses of ours. */
  | { is: 'api' }
  /** `isWeb`: a file of the server's own pages. */
  | { is: 'other'; isWeb: boolean };

/** Longer addresses are not taken apart. */
const maxPath = 2048;

/** Prefixes of old apps, in front of any address. */
const oldPrefixes = ['emby', 'mediabrowser'];

/** Where the API gives JSON in which items may stand. */
const apiRoots = new Set([
  'albums',
  'artists',
  'channels',
  'collections',
  'genres',
  'items',
  'library',
  'livetv',
  'movies',
  'musicgenres',
  'persons',
  'playlists',
  'search',
  'sessions',
  'shows',
  'studios',
  'syncplay',
  'trailers',
  'useritems',
  'users',
  'userviews',
  'videos',
]);

/** What is asked for beside a film: subtitles, playlists, pictures, data. */
const besideFilm = /\.(?:m3u8?|mpd|srt|ass|ssa|vtt|sub|sup|ttml|js|json|xml|jpe?g|png|webp|gif|bif)$/;

/** Names below `/Videos/{id}/` at which Emby serves something else than the file. */
const embyOwn =
  /^(?:master|main|live|stream|index)\b.*\.(?:m3u8|mpd)$|^(?:subtitles|attachments|trickplay|additionalparts|alternatesources|mergeversions|deleteactiveencodings|index\.bif)$/;

/**
 * Reads the address of a request, in any case, behind the old prefixes and behind the base path of the server
 * (facts/gateway 1.1, 1.2).
 * @param serverPath as of the server's own address: `/jf`, or empty
 */
export function requestKind(
  path: string,
  { kind, serverPath }: { kind: GatewaySetting['kind']; serverPath: string },
): RequestKind {
  const parts = partsOf(path, serverPath);
  if (parts === undefined) return { is: 'other', isWeb: false };
  const [root = '', id = '', ...rest] = parts;
  // Emby's apps fetch what they keep for later by the number of a job.
  if (root === 'sync' && id === 'jobitems' && rest.length === 2 && rest[1] === 'file')
    return { is: 'download' };
  if (
    root === 'system' &&
    id === 'info' &&
    (rest.length === 0 || (rest.length === 1 && rest[0] === 'public'))
  )
    return { is: 'systemInfo' };
  const report = playReport(parts, kind);
  if (report) return report;
  const itemId = readItemId(id, kind);
  if (itemId !== undefined && rest.length === 1) {
    const [name = ''] = rest;
    if (root === 'items' && name === 'playbackinfo') return { is: 'playbackInfo', itemId };
    if (root === 'items' && (name === 'download' || name === 'file')) return { is: 'download' };
    if ((root === 'videos' || root === 'audio') && !besideFilm.test(name)) {
      if (/^stream(?:\.[a-z0-9]{1,10})?$/.test(name)) return { is: 'stream', itemId, isOriginal: false };
      if (/^original\.[a-z0-9]{1,10}$/.test(name)) return { is: 'stream', itemId, isOriginal: true };
      if (kind === 'emby' && root === 'videos' && name.includes('.') && !embyOwn.test(name))
        return { is: 'stream', itemId, isOriginal: true };
    }
  }
  return apiRoots.has(root) ? { is: 'api' } : { is: 'other', isWeb: root === 'web' };
}

/** `/Sessions/Playing` and its steps, and the older forms with the item in their path. */
function playReport(
  parts: readonly string[],
  kind: GatewaySetting['kind'],
): (RequestKind & { is: 'playReport' }) | undefined {
  const [root, second = '', step] = parts;
  if (root === 'sessions' && second === 'playing' && parts.length <= 3)
    return step === undefined || step === 'progress' || step === 'stopped'
      ? { is: 'playReport', itemId: undefined, isProgress: step === 'progress' }
      : undefined;
  const rest = root === 'users' ? parts.slice(2) : parts;
  const [name, id = '', progress] = rest;
  if (name !== 'playingitems' || rest.length > 3 || (rest.length === 3 && progress !== 'progress'))
    return undefined;
  const itemId = readItemId(id, kind);
  return itemId && { is: 'playReport', itemId, isProgress: rest.length === 3 };
}

/** Which of an item's versions is asked for; undefined = the item itself. */
export function readSourceId(query: URLSearchParams, kind: GatewaySetting['kind']): ItemId | undefined {
  for (const [name, value] of query)
    if (name.toLowerCase() === 'mediasourceid' && value !== '') return readItemId(value, kind);
  return undefined;
}

/** Whether the file as it is was asked for, and not a transcode of it. */
export function isStatic(query: URLSearchParams): boolean {
  for (const [name, value] of query)
    if (name.toLowerCase() === 'static') return value.toLowerCase() === 'true';
  return false;
}

/** The parts of a path in lower case, without what stands before the address itself; undefined = it cannot be read. */
export function partsOf(path: string, serverPath: string): string[] | undefined {
  if (path.length > maxPath) return undefined;
  let plain = unescaped(path)?.toLowerCase();
  if (plain === undefined) return undefined;
  const base = serverPath.toLowerCase();
  if (base !== '' && plain.startsWith(`${base}/`)) plain = plain.slice(base.length);
  // As addresses are read on the way to the server: `\` is `/`, and `.` is nothing.
  const parts = plain.split(/[/\\]/).filter((part) => part !== '' && part !== '.');
  return oldPrefixes.includes(parts[0] ?? '') ? parts.slice(1) : parts;
}
