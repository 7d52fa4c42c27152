import { flag, integer } from './kinds.ts';

/** How often the account is listed, and how carefully what disappears is taken out. */
export const syncSettings = {
  intervalMinutes: integer({
    env: 'PASSERELLE_SYNC_INTERVAL_MINUTES',
    fallback: 30,
    min: 0,
    max: 44_640,
    help: 'Pause between two crawls, longer where `callsPerDay` wants it; `serve` always syncs once at start; 0 = after that only when asked',
  }),
  callsPerDay: integer({
    env: 'PASSERELLE_SYNC_CALLS_PER_DAY',
    fallback: 10_000,
    min: 0,
    max: 1_000_000,
    help: 'Calls a day for crawls and for finding new files; the first crawl is not counted; 0 = no limit',
  }),
  maxFolders: integer({
    env: 'PASSERELLE_SYNC_MAX_FOLDERS',
    fallback: 100_000,
    min: 1,
    max: 10_000_000,
    help: 'Folders that one crawl lists at most; where the account names more, the rest is told by `review --left-out` and nothing is removed',
  }),
  discovery: flag({
    env: 'PASSERELLE_SYNC_DISCOVERY',
    fallback: true,
    help: 'Look for new files between crawls: busy folders often, quiet ones seldom',
  }),
  removePercent: integer({
    env: 'PASSERELLE_SYNC_REMOVE_PERCENT',
    fallback: 20,
    min: 0,
    max: 100,
    help: 'A crawl that would remove more of the tree, or of one root, than this removes nothing and proposes it',
  }),
  removeMax: integer({
    env: 'PASSERELLE_SYNC_REMOVE_MAX',
    formerly: { path: 'sync.removeMost', env: 'PASSERELLE_SYNC_REMOVE_MOST' },
    fallback: 500,
    min: 0,
    max: 1_000_000,
    help: 'A crawl that would remove more films and episodes than this removes nothing and proposes it',
  }),
  confirmMinutes: integer({
    env: 'PASSERELLE_SYNC_CONFIRM_MINUTES',
    fallback: 60,
    min: 0,
    max: 44_640,
    help: 'Two crawls at least this far apart must miss a file before its time of grace begins',
  }),
  graceHours: integer({
    env: 'PASSERELLE_SYNC_GRACE_HOURS',
    fallback: 24,
    min: 0,
    max: 8784,
    help: 'A file that two crawls have missed keeps its STRM for so long; 0 = it goes with the second crawl',
  }),
  trashDays: integer({
    env: 'PASSERELLE_SYNC_TRASH_DAYS',
    fallback: 30,
    min: 0,
    max: 3660,
    help: 'STRM files that were taken out lie in dataDir/trash for so long before they are deleted for good',
  }),
  smallFileIntervalMs: integer({
    env: 'PASSERELLE_SMALL_FILE_INTERVAL_MS',
    fallback: 10_000,
    min: 0,
    max: 3_600_000,
    help: 'Pause between downloads of subtitles and pictures (many small downloads lock the address)',
  }),
} as const;
