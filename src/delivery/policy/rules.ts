import type { NetworkZone } from './client.ts';
import { type Family, familiesThat } from './client-traits.ts';

/** What a request wants of the file: its beginning or its end (as a probe does), or a place in the middle. */
export type WantedPart = 'start' | 'end' | 'jump';

export const wantedParts: readonly WantedPart[] = ['start', 'end', 'jump'];

/** One line of the table. What is absent fits everything. */
export interface Rule {
  name: string;
  client?: readonly Family[];
  from?: readonly NetworkZone[];
  asks?: readonly WantedPart[];
  /** Fits while the host counts another location of the account. */
  whileLocked?: true;
  /** Fits while what is left of the link, as far as links were seen to live, is longer than a film. */
  ttlOutlivesFilm?: true;
  give: 'bytes' | 'redirect';
  why: string;
}

/** What is known of the file and its link, whoever asks. */
export interface Circumstances {
  asks: WantedPart;
  /** The host counts another location of the account. */
  isLocked: boolean;
  /** What is left of the link is longer than a film. */
  ttlOutlivesFilm: boolean;
}

/** What the rules are asked about. */
export interface Situation extends Circumstances {
  family: Family;
  zone: NetworkZone;
}

const returning = familiesThat(({ comesBack }) => comesBack);
/** Whoever is not known is expected not to follow on WebDAV alone. */
const notFollowing = familiesThat(({ followsOnDav }) => !followsOnDav);
const webdavClients = notFollowing.filter((family) => family !== 'unknown');

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
    client: webdavClients,
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
  return rules.map((rule) => (rule.client === webdavClients ? { ...rule, client: notFollowing } : rule));
}

/** The first line that fits. */
export function ruleFor(rules: readonly Rule[], situation: Situation): Rule {
  const rule = rules.find((one) => fits(one, situation));
  if (!rule) throw new Error('the last rule must fit everything');
  return rule;
}

function fits(rule: Rule, { family, zone, asks: asked, isLocked, ttlOutlivesFilm }: Situation): boolean {
  return (
    (!rule.client || rule.client.includes(family)) &&
    (!rule.from || rule.from.includes(zone)) &&
    (!rule.asks || rule.asks.includes(asked)) &&
    (!rule.whileLocked || isLocked) &&
    (!rule.ttlOutlivesFilm || ttlOutlivesFilm)
  );
}
