/**
 * What a request that shows the cookie of a log-in must have besides: a header that no form and no picture of another
 * page can send, and of which a browser asks first, which is granted to nobody.
 */
const pageHeader = 'passerelle-page';

/** Of a request, as Node has them. */
export type ShownHeaders = Readonly<Record<string, string | string[] | undefined>>;

export const sessionCookie = 'passerelle-session';

/** Longer ones are none of ours: 32 bytes as base64url. */
const shape = /^[\w-]{43}$/;

/** What the browser shows of its log-in; undefined where it shows nothing that could be one. */
export function shownSession({ cookie }: ShownHeaders): string | undefined {
  if (typeof cookie !== 'string' || cookie.length > 8192) return undefined;
  for (const part of cookie.split(';')) {
    const [name, value = ''] = part.trim().split('=', 2);
    if (name === sessionCookie && shape.test(value)) return value;
  }
  return undefined;
}

/**
 * Whether our own page asks, and not another one in the same browser.
 * @param ownHosts hosts under which the page is reached, besides the one that is asked
 */
export function isAskedByPage(headers: ShownHeaders, ownHosts: readonly string[] = []): boolean {
  if (headers[pageHeader] !== '1') return false;
  const site = headers['sec-fetch-site'];
  // Browsers say it over https and on this machine; elsewhere the origin says it, for all that changes something.
  if (site !== undefined) return site === 'same-origin';
  const { origin, host } = headers;
  if (origin === undefined) return true;
  if (typeof origin !== 'string' || !URL.canParse(origin)) return false;
  const asked = new URL(origin).host;
  return asked !== '' && [host, ...ownHosts].includes(asked);
}
