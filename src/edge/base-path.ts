import { unescaped } from '../core/http/unescaped.ts';

/**
 * The path below which a reverse proxy shows the bridge, as in `https://example.org/passerelle`. Whether the proxy takes
 * it away again before it asks is its own affair: requests are understood with it and without it, and every address
 * that is written carries it.
 */
export interface BasePath {
  /**
   * The address of a request as the routes know it: without the path, without what stands before it in the absolute
   * form (RFC 9112 section 3.2.2), and with one slash in front, where a proxy made two of them.
   */
  strip(url: string): string;
}

const absoluteForm = /^https?:\/\/[^/?#]*\/*/i;

/** The path of a base URL, percent-encoded, without a slash at the end: `/passerelle`; empty where there is none. */
export function basePathOf(baseUrl: string): string {
  return new URL(baseUrl).pathname.replace(/(?<!\/)\/+$/, '');
}

/**
 * @param baseUrl an address that URL can parse
 * @param isDoor whether a first segment begins addresses of ours. What follows the path counts alone when it does: so
 * a path that is called as one of our own doors, `/dav`, leaves requests of a proxy that takes it away whole.
 */
export function createBasePath(baseUrl: string, isDoor: (segment: string) => boolean): BasePath {
  const wanted = segmentsOf(basePathOf(baseUrl));

  return {
    strip(url) {
      const local = url.startsWith('/') ? withOneSlash(url) : url.replace(absoluteForm, '/');
      if (wanted.length === 0 || !local.startsWith('/')) return local;
      const end = endOfSegments(local, wanted.length);
      if (end === undefined || !isSame(segmentsOf(local.slice(0, end)), wanted)) return local;
      const rest = local.slice(end);
      const below = withOneSlash(rest.startsWith('/') ? rest : `/${rest}`);
      const first = firstOf(below);
      const isMeant = first === '' ? !isDoor(firstOf(local)) : isDoor(first);
      return isMeant ? below : local;
    },
  };
}

function withOneSlash(url: string): string {
  return url.startsWith('//') ? url.replace(/^\/+/, '/') : url;
}

/** Where the first segments of a path end: before the slash or the question mark behind them. */
function endOfSegments(url: string, count: number): number | undefined {
  const query = url.search(/[?#]/);
  const pathEnd = query < 0 ? url.length : query;
  let end = 0;
  for (let segment = 0; segment < count; segment++) {
    if (url[end] !== '/' || end >= pathEnd) return undefined;
    const next = url.indexOf('/', end + 1);
    end = next < 0 || next > pathEnd ? pathEnd : next;
  }
  return end;
}

function firstOf(url: string): string {
  const segment = /^\/([^/?#]*)/.exec(url)?.[1] ?? '';
  return unescaped(segment) ?? segment;
}

/** Decoded each by itself: a proxy may send a name in another spelling than ours, and an escaped slash is none. */
function segmentsOf(path: string): (string | undefined)[] {
  return path.split('/').slice(1).map(unescaped);
}

function isSame(some: readonly (string | undefined)[], wanted: readonly (string | undefined)[]): boolean {
  return some.every((one, index) => one !== undefined && one === wanted[index]);
}
