/** Whose rights a request may have ended, once the server has said yes to it. */
export type LogInEnd =
  /** Who asked has logged out. */
  | { of: 'asker' }
  /** An API key was deleted. */
  | { of: 'token'; token: string }
  /** A password, a policy, a device, a person or a library is another one, or gone. */
  | { of: 'anybody' };

const ofUser = new Set(['policy', 'password', 'easypassword', 'delete']);

/**
 * Reads the requests by which people lose what they had, in the forms of Jellyfin and Emby.
 * @param method of a request that changes something
 * @param parts of the address, in lower case, from behind all prefixes
 */
export function logInEnd(method: string, parts: readonly string[]): LogInEnd | undefined {
  const [root = '', second = '', third = ''] = parts;
  if (root === 'sessions' && second === 'logout') return { of: 'asker' };
  if (root === 'auth' && second === 'keys')
    return method === 'DELETE' && third !== '' ? { of: 'token', token: third } : { of: 'anybody' };
  const isOfUser =
    root === 'users' &&
    (ofUser.has(second) || ofUser.has(third) || (parts.length === 2 && method === 'DELETE'));
  const isOfAll = root === 'devices' || (root === 'library' && second === 'virtualfolders');
  return isOfUser || isOfAll ? { of: 'anybody' } : undefined;
}
