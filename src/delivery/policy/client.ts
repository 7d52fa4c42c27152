import { BlockList, isIP } from 'node:net';
import { createBoundedCache } from '../../core/bounded-cache.ts';
import type { RequestHeaders } from './conditions.ts';

/** Who asks, as far as a request shows it. */
export interface Client {
  userAgent: string;
  /** IPv4 or IPv6 address, `::ffff:` forms included; empty when it cannot be known. */
  address: string;
}

/** User-Agents by family, first match wins (facts/media-servers 6.1 and 8; tests hold each to a real one). */
const families = [
  ['ffmpeg', /^Lavf\//],
  ['mpv', /^(?:lib)?mpv\b/i],
  ['rclone', /^rclone\//i],
  ['exoplayer', /ExoPlayer|AndroidXMedia3/i],
  ['kodi', /^(?:Kodi|XBMC)\b/i],
  ['vlc', /\bLibVLC\b|^VLC\//i],
  ['infuse', /^Infuse/i],
  ['davfs2', /^davfs2\//i],
  ['neon', /\bneon\//i],
  ['finder', /^WebDAV(?:FS|Lib)\//i],
  ['windows', /^Microsoft-WebDAV|^DavClnt/i],
  ['gvfs', /^gvfs\//i],
  ['jellyfin', /^Jellyfin-Server\//i],
  ['plex', /^(?:Plex|Lavf.*Plex)/i],
  ['apple', /^AppleCoreMedia\/|^(?:stagefright|QuickTime)/i],
  ['firefox', /\bFirefox\//],
  ['chromium', /\b(?:Chrome|Chromium)\//],
  ['safari', /\bSafari\//],
] as const;

/** The families of players and clients that the rules speak of. */
export type Family = (typeof families)[number][0] | 'unknown';

export const familyNames: readonly Family[] = [...families.map(([name]) => name), 'unknown'];

/** A household has a handful of players, and each asks often. */
const known = createBoundedCache<string, Family>(500);

/** Which family a User-Agent belongs to. */
export function familyOf(userAgent: string): Family {
  if (userAgent === '') return 'unknown';
  let family = known.get(userAgent);
  if (!family) {
    family = families.find(([, pattern]) => pattern.test(userAgent))?.[0] ?? 'unknown';
    known.set(userAgent, family);
  }
  return family;
}

/** Those that look into files without playing them: ffprobe, and scanners with or without a mount between. */
const probing: ReadonlySet<Family> = new Set<Family>(['ffmpeg', 'rclone', 'plex', 'infuse']);

/** Whether a reading of this client may be a probe. */
export function mayProbe(family: Family): boolean {
  return probing.has(family);
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
export function clientOf(headers: RequestHeaders, address: string, isProxyTrusted: boolean): Client {
  const isForwarded = (headers['x-forwarded-for'] ?? headers.forwarded ?? headers.via) !== undefined;
  const userAgent = headers['user-agent'];
  return {
    userAgent: typeof userAgent === 'string' ? userAgent : '',
    address: isForwarded && !isProxyTrusted ? '' : address,
  };
}

/**
 * Where an address is. This machine and a private network leave for the host through the same public address as we
 * do; the host allows one location at a time (facts/1fichier-api 3.6).
 */
export function networkZoneOf(address: string): NetworkZone {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  const family = isIP(plain);
  if (family === 0) return 'elsewhere';
  const kind = family === 4 ? 'ipv4' : 'ipv6';
  if (loopback.check(plain, kind)) return 'loopback';
  return privateNetworks.check(plain, kind) ? 'private' : 'elsewhere';
}
