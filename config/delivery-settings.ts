import type { Rule } from '../src/delivery/policy/rules.ts';
import { choice, flag, integer, rows } from './kinds.ts';
import { readRule } from './rules.ts';

/** How players get the bytes (see `settings.ts`). */
export const deliverySettings = {
  mode: choice({
    env: 'PASSERELLE_DELIVERY',
    isLive: true,
    values: ['auto', 'redirect', 'proxy'],
    fallback: 'auto',
    help: 'How players get the bytes: sent on to the host, through Passerelle, or as fits the player',
  }),
  stallMs: integer({
    env: 'PASSERELLE_STALL_MS',
    fallback: 15_000,
    min: 50,
    max: 600_000,
    help: 'A host that sends nothing for so long in mid-film is asked again',
  }),
  tries: integer({
    env: 'PASSERELLE_DELIVERY_TRIES',
    fallback: 6,
    min: 1,
    max: 100,
    help: 'Tries before the first byte of a film, then the player is told',
  }),
  resumeForMs: integer({
    env: 'PASSERELLE_RESUME_FOR_MS',
    fallback: 90_000,
    min: 0,
    max: 600_000,
    help: 'A film that has begun is held on to for so long without one byte of progress',
  }),
  rules: rows<Rule>({
    env: 'PASSERELLE_DELIVERY_RULES',
    help: 'Lines put before the table of `auto`: which client, from where, asking what, is given what',
    example: '[{"client": ["vlc"], "from": ["private"], "asks": ["jump"], "give": "redirect"}]',
    row: readRule,
  }),
  viewerConnections: integer({
    env: 'PASSERELLE_VIEWER_CONNECTIONS',
    fallback: 6,
    min: 1,
    max: 30,
    help: 'Connections to download servers at one time for one viewer',
  }),
  slotWaitMs: integer({
    env: 'PASSERELLE_SLOT_WAIT_MS',
    fallback: 4000,
    min: 0,
    max: 60_000,
    help: 'How long a player waits for a free connection before it is told to come back',
  }),
  locationLockMinutes: integer({
    env: 'PASSERELLE_LOCATION_LOCK_MINUTES',
    fallback: 5,
    min: 0,
    max: 1440,
    help: 'After the host says "only 1 location" every player gets its bytes through Passerelle for so long',
  }),
  filmMinutes: integer({
    env: 'PASSERELLE_FILM_MINUTES',
    fallback: 240,
    min: 1,
    max: 1440,
    help: 'A player that never comes back is redirected only where links are known to live this long',
  }),
  nextEpisode: flag({
    env: 'PASSERELLE_NEXT_EPISODE',
    fallback: true,
    help: 'Make the next episode ready while the last part of one plays (one API call)',
  }),
} as const;
