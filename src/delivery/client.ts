import { BlockList, isIP } from 'node:net';
import type { RequestHeaders } from './conditions.ts';

/** Who asks, as far as a request shows it. */
export interface Client {
  userAgent: string;
  /** IPv4 or IPv6 address, `::ffff:` forms included; empty when it cannot be known. */
  address: string;
}

/**
 * Players that come back to the bridge after a redirect, at every seek, so that a link which ends does them no harm
 * (facts/media-servers 8.4, measured). All others hold on to the redirect's target and would stop playing.
 */
const returning = /^(?:Lavf\/|libmpv\b|mpv\b|rclone\/)|ExoPlayer|AndroidXMedia3/i;

/** Whether this User-Agent asks the bridge again at each seek. */
export function comesBack(userAgent: string): boolean {
  return returning.test(userAgent);
}

const near = new BlockList();
near.addSubnet('127.0.0.0', 8);
near.addSubnet('10.0.0.0', 8);
near.addSubnet('172.16.0.0', 12);
near.addSubnet('192.168.0.0', 16);
near.addSubnet('169.254.0.0', 16);
near.addAddress('::1', 'ipv6');
near.addSubnet('fc00::', 7, 'ipv6');
near.addSubnet('fe80::', 10, 'ipv6');

/**
 * Who asks. A request that came through somebody else's proxy hides where its player is: unless that proxy is trusted
 * (then `address` is the player's already), it counts as far away, and gets bytes.
 */
export function clientOf(headers: RequestHeaders, address: string, isProxyTrusted: boolean): Client {
  const isForwarded = (headers['x-forwarded-for'] ?? headers.forwarded ?? headers.via) !== undefined;
  const userAgent = headers['user-agent'];
  return {
    userAgent: typeof userAgent === 'string' ? userAgent : '',
    address: isForwarded && !isProxyTrusted ? '' : address,
  };
}

/**
 * Whether the client sits on this machine or in a private network, and so leaves for the host through the same public
 * address as we do. The host allows one location at a time (facts/1fichier-api 3.6).
 */
export function isNear(address: string): boolean {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  const family = isIP(plain);
  return family !== 0 && near.check(plain, family === 4 ? 'ipv4' : 'ipv6');
}
