import { BridgeError } from '../../core/errors.ts';

const maxLength = 8192;

/**
 * Where a Destination leads (RFC 4918 section 10.3), as decoded names below `door`. The host in it is not compared: behind
 * a proxy it is called otherwise.
 * @param door path that it must begin with, with a slash at its end
 * @throws BridgeError BRIDGE_BAD_REQUEST, BRIDGE_READ_ONLY for what lies elsewhere
 */
export function readDestination(value: unknown, door: string): string[] {
  if (typeof value !== 'string' || value.length > maxLength) throw bad();
  const path = pathOf(value.trim());
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
