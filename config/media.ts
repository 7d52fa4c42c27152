import { flag, integer } from './kinds.ts';

/** Settings of reading headers of films (see `settings.ts`). */
export const media = {
  probe: flag({
    env: 'PASSERELLE_MEDIA_PROBE',
    fallback: true,
    help: 'Read headers of new videos while nothing plays, for NFO and probes: one API call and 4 MB each',
  }),
  intervalMs: integer({
    env: 'PASSERELLE_MEDIA_INTERVAL_MS',
    isLive: true,
    fallback: 10_000,
    min: 1000,
    max: 86_400_000,
    help: 'Pause between two headers; at least 10 s where files are under 50 MB (they lock the address)',
  }),
  callsPerDay: integer({
    env: 'PASSERELLE_MEDIA_CALLS_PER_DAY',
    isLive: true,
    fallback: 500,
    min: 1,
    max: 100_000,
    help: 'API calls that reading headers may take in a day (UTC); the rest waits for the next one',
  }),
  warm: flag({
    env: 'PASSERELLE_MEDIA_WARM',
    fallback: true,
    help: 'Have Jellyfin and Emby (of `notify`, or of `gateways` with a key) look into each new film once its header was read, while nothing plays: they then know how long it lasts before the first play',
  }),
} as const;
