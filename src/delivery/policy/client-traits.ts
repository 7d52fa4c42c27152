import { createBoundedCache } from '../../core/bounded-cache.ts';

/** What is known of one family of players and clients: all that delivery does otherwise for some than for others. */
export interface ClientTraits {
  family: string;
  /** The User-Agents of the family, ahead of those below it. Tests hold each to a real one. */
  agents: RegExp;
  /** After a redirect it asks the bridge again at every jump, so that a link that ends does it no harm. */
  comesBack: boolean;
  /** It may keep a redirect for its `max-age`, and asks again behind it. */
  keepsMaxAge: boolean;
  /** It follows a redirect on WebDAV. */
  followsOnDav: boolean;
  /** It looks into files without playing them: ffprobe, and scanners with or without a mount between. */
  probes: boolean;
}

type Trait = 'comesBack' | 'keepsMaxAge' | 'followsOnDav' | 'probes';

function row<F extends string>(family: F, agents: RegExp, ...traits: Trait[]): ClientTraits & { family: F } {
  const has = (trait: Trait) => traits.includes(trait);
  return {
    family,
    agents,
    comesBack: has('comesBack'),
    keepsMaxAge: has('keepsMaxAge'),
    followsOnDav: has('followsOnDav'),
    probes: has('probes'),
  };
}

/**
 * The table of client traits, first match wins: what comes back and keeps a `max-age` was measured
 * (facts/media-servers 8.3, 8.4), what does not follow on WebDAV for davfs2 and neon (6.1). A player that needs another
 * kind of delivery is a line here.
 */
export const clientTraits = [
  row('ffmpeg', /^Lavf\//, 'comesBack', 'keepsMaxAge', 'followsOnDav', 'probes'),
  row('mpv', /^(?:lib)?mpv\b/i, 'comesBack', 'keepsMaxAge', 'followsOnDav'),
  row('rclone', /^rclone\//i, 'comesBack', 'keepsMaxAge', 'followsOnDav', 'probes'),
  row('exoplayer', /ExoPlayer|AndroidXMedia3/i, 'comesBack', 'keepsMaxAge', 'followsOnDav'),
  row('kodi', /^(?:Kodi|XBMC)\b/i, 'followsOnDav'),
  row('vlc', /\bLibVLC\b|^VLC\//i, 'followsOnDav'),
  row('infuse', /^Infuse/i, 'followsOnDav', 'probes'),
  row('davfs2', /^davfs2\//i),
  row('neon', /\bneon\//i),
  row('finder', /^WebDAV(?:FS|Lib)\//i),
  row('windows', /^Microsoft-WebDAV|^DavClnt/i),
  row('gvfs', /^gvfs\//i),
  row('jellyfin', /^Jellyfin-Server\//i, 'followsOnDav'),
  row('plex', /^(?:Plex|Lavf.*Plex)/i, 'followsOnDav', 'probes'),
  row('apple', /^AppleCoreMedia\/|^(?:stagefright|QuickTime)/i, 'followsOnDav'),
  row('firefox', /\bFirefox\//, 'followsOnDav'),
  row('chromium', /\b(?:Chrome|Chromium)\//, 'followsOnDav'),
  row('safari', /\bSafari\//, 'followsOnDav'),
  // Nothing is expected of whoever is not known; most on WebDAV are file systems.
  row('unknown', /^/),
] as const;

/** The families of players and clients that the rules speak of. */
export type Family = (typeof clientTraits)[number]['family'];

/** One line of the table. */
export type FamilyTraits = ClientTraits & { family: Family };

export const familyNames: readonly Family[] = clientTraits.map(({ family }) => family);

/** The families of which this is true, in the order of the table. */
export function familiesThat(is: (traits: FamilyTraits) => boolean): readonly Family[] {
  return clientTraits.filter(is).map(({ family }) => family);
}

/** A household has a handful of players, and each asks often. */
const known = createBoundedCache<string, FamilyTraits>(500);

/** What is known of whoever sends this User-Agent. */
export function traitsOf(userAgent: string): FamilyTraits {
  let traits = known.get(userAgent);
  if (!traits) {
    traits = clientTraits.find(({ agents }) => agents.test(userAgent)) ?? unknown;
    known.set(userAgent, traits);
  }
  return traits;
}

const unknown = clientTraits.at(-1) as FamilyTraits;

/** Which family a User-Agent belongs to. */
export function familyOf(userAgent: string): Family {
  return traitsOf(userAgent).family;
}
