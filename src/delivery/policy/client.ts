import { BlockList, isIP } from 'node:net';
import { type HeaderValues, header } from '../../core/http/headers.ts';

export type { Family } from './client-traits.ts';

/** Who asks, as far as a request shows it. */
export interface Client {
  userAgent: string;
  /** IPv4 or IPv6 address, `::ffff:` forms included; empty when it cannot be known. */
  address: string;
}

/** Where a client is: on this machine, in a private network, or behind another public address. */
export type NetworkZone = 'loopback' | 'private' | 'elsewhere';

export const networkZones: readonly NetworkZone[] = ['loopback', 'private', 'elsewhere'];

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');

const privateNetworks = new BlockList();
privateNetworks.addSubnet('10.0.0.0', 8);
privateNetworks.addSubnet('172.16.0.0', 12);
privateNetworks.addSubnet('192.168.0.0', 16);
privateNetworks.addSubnet('169.254.0.0', 16);
privateNetworks.addSubnet('fc00::', 7, 'ipv6');
privateNetworks.addSubnet('fe80::', 10, 'ipv6');

/**
 * Who asks. A request that came through somebody else's proxy hides where its player is: unless that proxy is trusted
 * (then `address` is the player's already), it counts as far away, and gets bytes.
 */
export function clientOf(headers: HeaderValues, address: string, isProxyTrusted: boolean): Client {
  const isForwarded = (headers['x-forwarded-for'] ?? headers.forwarded ?? headers.via) !== undefined;
  return {
    userAgent: header(headers, 'user-agent') ?? '',
    address: isForwarded && !isProxyTrusted ? '' : address,
  };
}

/**
 * Where an address is. This machine and a private network leave for the host through the same public address as we
 * do; the host allows one location at a time (facts/1fichier-api 3.6).
 */
export function networkZoneOf(address: string): NetworkZone {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*/s, '');
  const family = isIP(plain);
  if (family === 0) return 'elsewhere';
  const kind = family === 4 ? 'ipv4' : 'ipv6';
  if (loopback.check(plain, kind)) return 'loopback';
  return privateNetworks.check(plain, kind) ? 'private' : 'elsewhere';
}
