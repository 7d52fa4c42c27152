import { BridgeError } from '../../core/errors.ts';
import { isLoopback } from '../../core/loopback.ts';

/** @throws BridgeError BRIDGE_LINK_ELSEWHERE, without the link in its text, for a link that is not allowed */
export type CheckLink = (link: string) => void;

/**
 * A check for direct links: the host stands on the list, no credentials, no surprising port, and https unless the
 * API itself is on loopback (facts/1fichier-api 3.2).
 * @param hosts names such as `*.1fichier.com`, `a-1.1fichier.com`, `127.0.0.1:8792`
 */
export function createLinkCheck(
  hosts: readonly string[],
  apiUrl: string,
  setting = 'fichier.downloadHosts',
): CheckLink {
  const plainAllowed = isLoopback(new URL(apiUrl).hostname);
  const exact = new Set(hosts.filter((host) => !host.startsWith('*.')));
  const suffixes = hosts.filter((host) => host.startsWith('*.')).map((host) => host.slice(1));

  return (link) => {
    const url = URL.canParse(link) ? new URL(link) : undefined;
    const refuse = (why: string) => {
      throw new BridgeError('BRIDGE_LINK_ELSEWHERE', { detail: url ? `${url.host} (${why})` : why });
    };
    if (!url) return refuse('not an address');
    if (url.username || url.password) return refuse('holds a user name');
    if (url.protocol !== 'https:' && !(plainAllowed && url.protocol === 'http:')) return refuse('not https');
    const listed =
      exact.has(url.host) ||
      (url.port === '' &&
        (exact.has(url.hostname) || suffixes.some((suffix) => url.hostname.endsWith(suffix))));
    if (!listed) refuse(`not in ${setting}`);
  };
}
