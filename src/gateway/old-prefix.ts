import type { GatewaySetting } from './setting.ts';

const prefix = /^\/+(?:emby|mediabrowser)(?=[/?#]|$)/i;

/**
 * Apps of old times ask below `/emby` or `/mediabrowser`. Jellyfin took that away by itself up to 10.11, and 12 does so
 * no more (facts/gateway 1.1): taken away here, those apps live on. Emby knows its own prefix.
 * @param serverPath as of the server's own address: `/jf`, or empty
 * @returns the address as the server knows it
 */
export function withoutOldPrefix(
  url: string,
  { kind, serverPath }: { kind: GatewaySetting['kind']; serverPath: string },
): string {
  if (kind !== 'jellyfin') return url;
  const isBelow = serverPath !== '' && url.toLowerCase().startsWith(`${serverPath.toLowerCase()}/`);
  const base = isBelow ? url.slice(0, serverPath.length) : '';
  const local = url.slice(base.length);
  if (!prefix.test(local)) return url;
  const rest = local.replace(prefix, '');
  return base + (rest.startsWith('/') ? rest : `/${rest}`);
}
