import { BridgeError } from '../../core/errors.ts';
import { type HeaderValues, header } from '../../core/http/headers.ts';

const maxLength = 8192;

/** Proxies in a row, each with its own name for us. */
const maxHosts = 20;

/**
 * Where a Destination leads (RFC 4918 section 10.3), as decoded names below `door`.
 * @param door path that it must begin with, with a slash at its end
 * @param hosts what this server is called, see {@link ownHosts}; without it, its host is not compared
 * @throws BridgeError BRIDGE_BAD_REQUEST, BRIDGE_READ_ONLY for what is no place of the account,
 * BRIDGE_DESTINATION_ELSEWHERE for another server
 */
export function readDestination(value: unknown, door: string, hosts?: readonly string[]): string[] {
  if (typeof value !== 'string' || value.length > maxLength) throw bad();
  const address = value.trim();
  const path = pathOf(address);
  if (hosts && !address.startsWith('/') && !hosts.includes(new URL(address).hostname))
    throw new BridgeError('BRIDGE_DESTINATION_ELSEWHERE');
  // The prefix of a proxy may have been taken off or not.
  const at = path.indexOf(door);
  const prefix = at < 0 ? path.indexOf(door.slice(door.indexOf('/dav/'))) : at;
  if (prefix < 0) throw new BridgeError('BRIDGE_READ_ONLY', { detail: 'Destination lies elsewhere' });
  const rest = path.slice(path.indexOf('/account/', prefix) + '/account/'.length);
  try {
    const names = rest
      .split('/')
      .filter((name) => name !== '')
      .map(decodeURIComponent);
    if (names.length === 0 || names.some((name) => name === '.' || name === '..' || name.includes('/')))
      throw bad();
    return names;
  } catch (error) {
    throw error instanceof URIError ? bad() : error;
  }
}

/**
 * What this server is called: by whoever asks it, by the proxies between, and by the settings. Ports are left out, since
 * proxies leave them out; and a name that is made up leads to no other server than this one.
 * @param headers of the request
 */
export function ownHosts(headers: HeaderValues, baseUrl: string): string[] {
  const told = [
    header(headers, 'host') ?? '',
    ...(header(headers, 'x-forwarded-host') ?? '').split(',', maxHosts),
  ];
  const names = told.map((host) => `http://${host.trim()}/`).filter((url) => URL.canParse(url));
  return [baseUrl, ...names].map((url) => new URL(url).hostname);
}

function pathOf(value: string): string {
  if (value.startsWith('/')) return value.split(/[?#]/, 1)[0] as string;
  if (!/^https?:\/\//i.test(value) || !URL.canParse(value)) throw bad();
  // Not `pathname` of a URL: that one takes `..` away.
  const path = value.slice(value.indexOf('/', value.indexOf('//') + 2));
  return path.split(/[?#]/, 1)[0] as string;
}

function bad(): BridgeError {
  return new BridgeError('BRIDGE_BAD_REQUEST', { detail: 'Destination is no address' });
}
