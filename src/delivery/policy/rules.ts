import type { Family, NetworkZone } from './client.ts';

/** What a request wants of the file: its beginning or its end (as a probe does), or a place in the middle. */
export type Ask = 'start' | 'end' | 'jump';

export const asks: readonly Ask[] = ['start', 'end', 'jump'];

/** One line of the table. What is absent fits everything. */
export interface Rule {
  name: string;
  client?: readonly Family[];
  from?: readonly NetworkZone[];
  asks?: readonly Ask[];
  /** Fits while the host counts another location of the account. */
  whileLocked?: true;
  /** Fits while what is left of the link, as far as links were seen to live, is longer than a film. */
  ttlOutlivesFilm?: true;
  give: 'bytes' | 'redirect';
  why: string;
}

/** What the rules are asked about. */
export interface Situation {
  family: Family;
  place: NetworkZone;
  asks: Ask;
  isLocked: boolean;
  ttlOutlivesFilm: boolean;
}

/** Clients that come back to the bridge at every jump, so that a link that ends does them no harm (facts/media-servers 8.4). */
const returning: readonly Family[] = ['ffmpeg', 'mpv', 'rclone', 'exoplayer'];

/** Clients that do not follow a redirect on WebDAV: measured for davfs2 and neon (facts/media-servers 6.1). */
const notFollowing: readonly Family[] = ['neon', 'davfs2', 'finder', 'windows', 'gvfs'];

/** The table for `auto`, first match wins; the settings put their own lines before it. */
export const builtInRules: readonly Rule[] = [
  {
    name: 'location-lock',
    whileLocked: true,
    give: 'bytes',
    why: 'the host says that the account is in use from another location',
  },
  {
    name: 'elsewhere',
    from: ['elsewhere'],
    give: 'bytes',
    why: 'the host allows one public address at a time, and this client has another',
  },
  {
    name: 'webdav-clients',
    client: notFollowing,
    give: 'bytes',
    why: 'WebDAV clients do not follow a redirect',
  },
  {
    name: 'probe',
    client: returning,
    asks: ['start', 'end'],
    give: 'bytes',
    why: 'beginnings and ends are kept here, and cost the host nothing the second time',
  },
  {
    name: 'returning',
    client: returning,
    give: 'redirect',
    why: 'this player comes back at every jump',
  },
  {
    name: 'long-life',
    ttlOutlivesFilm: true,
    give: 'redirect',
    why: 'links were seen to live longer than a film',
  },
  {
    name: 'sticky',
    give: 'bytes',
    why: 'this player never comes back after a redirect, and stops when the link ends',
  },
];

/** On WebDAV whoever is not known gets bytes too: most of its clients are file systems, and those cannot follow. */
export function davRules(rules: readonly Rule[]): readonly Rule[] {
  return rules.map((rule) =>
    rule.client === notFollowing ? { ...rule, client: [...notFollowing, 'unknown'] } : rule,
  );
}

/** Whether a client is known to follow a redirect on WebDAV. */
export function followsOnDav(family: Family): boolean {
  return family !== 'unknown' && !notFollowing.includes(family);
}

/** The first line that fits. */
export function ruleFor(rules: readonly Rule[], situation: Situation): Rule {
  const rule = rules.find((one) => fits(one, situation));
  if (!rule) throw new Error('the last rule must fit everything');
  return rule;
}

function fits(rule: Rule, { family, place, asks: asked, isLocked, ttlOutlivesFilm }: Situation): boolean {
  return (
    (!rule.client || rule.client.includes(family)) &&
    (!rule.from || rule.from.includes(place)) &&
    (!rule.asks || rule.asks.includes(asked)) &&
    (!rule.whileLocked || isLocked) &&
    (!rule.ttlOutlivesFilm || ttlOutlivesFilm)
  );
}
