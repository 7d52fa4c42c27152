import { familyNames, networkZones } from '../src/delivery/policy/client.ts';
import { asks, type Rule, readRule } from '../src/delivery/policy/rules.ts';
import { profileNames, type TreeSetting, treeKinds } from '../src/library/profiles.ts';
import { type ServerSetting, serverKinds } from '../src/notify/servers/adapter.ts';
import { address, choice, flag, integer, list, rows, type Setting, text } from './kinds.ts';
import { media } from './media.ts';
import { readServer } from './notify.ts';
import { syncSettings } from './sync-settings.ts';
import { readTree } from './trees.ts';

/**
 * Every setting, once: the place in the YAML file is the place in this object. The table of docs/settings.md and
 * `passerelle.example.yaml` are held to it by a test.
 */
export const declarations = {
  fichier: {
    apiKey: text({
      env: 'FICHIER_API_KEY',
      secret: true,
      help: 'The API key of the account, from https://1fichier.com/console/params.pl; `serve` needs it',
    }),
    apiUrl: address({
      env: 'FICHIER_API_URL',
      fallback: 'https://api.1fichier.com/v1',
      help: 'Where the API is',
    }),
    downloadHosts: list({
      env: 'FICHIER_DOWNLOAD_HOSTS',
      // The alias domains of the host's own table; a direct link to any other host is refused.
      fallback: [
        '*.1fichier.com',
        '*.alterupload.com',
        '*.cjoint.net',
        '*.desfichiers.com',
        '*.desfichiers.net',
        '*.dfichiers.com',
        '*.megadl.fr',
        '*.mesfichiers.org',
        '*.piecejointe.net',
        '*.pjointe.com',
        '*.tenvoi.com',
        '*.dl4free.com',
      ],
      shown: '`*.1fichier.com` and the alias domains',
      help: 'Hosts that may serve direct links, comma separated; a link to any other is refused',
      right: 'host names such as *.1fichier.com or 127.0.0.1:8792, comma separated',
      item: (raw) => (/^(\*\.)?[a-z0-9.-]+(:\d{1,5})?$/i.test(raw) ? raw.toLowerCase() : undefined),
    }),
    requestIntervalMs: integer({
      env: 'FICHIER_REQUEST_INTERVAL_MS',
      fallback: 2500,
      min: 0,
      max: 600_000,
      help: 'Sustained pace: one API call in so many milliseconds',
    }),
    folderIntervalMs: integer({
      env: 'FICHIER_FOLDER_INTERVAL_MS',
      fallback: 30_000,
      min: 0,
      max: 86_400_000,
      help: 'One folder is never listed sooner than this after its last listing',
    }),
    userInfoIntervalMs: integer({
      env: 'FICHIER_USER_INFO_INTERVAL_MS',
      fallback: 21_600_000,
      min: 0,
      max: 604_800_000,
      help: 'The account itself is never asked about sooner than this; the last answer is kept',
    }),
    playBurst: integer({
      env: 'FICHIER_PLAY_BURST',
      fallback: 2,
      min: 1,
      max: 10,
      help: 'Calls kept ready for playback beside the sustained pace',
    }),
    pausesMinutes: list({
      env: 'FICHIER_PAUSES_MINUTES',
      fallback: [5, 15, 60],
      help: 'How long all calls stop after the host says "flood", the first, second, third time in a row',
      right: 'whole minutes, comma separated, such as 5, 15, 60',
      item: (raw) => (/^\d{1,4}$/.test(raw) && Number(raw) > 0 ? Number(raw) : undefined),
    }),
    listingCap: integer({
      env: 'FICHIER_LISTING_CAP',
      fallback: 5000,
      min: 10,
      max: 1_000_000,
      help: 'A listing with exactly so many entries is taken for cut off and completed by dates',
    }),
    timeLimitMs: integer({
      env: 'FICHIER_TIME_LIMIT_MS',
      fallback: 30_000,
      min: 100,
      max: 600_000,
      help: 'Longest wait for one API answer, and for the first byte of a file',
    }),
    connections: integer({
      env: 'FICHIER_CONNECTIONS',
      fallback: 20,
      min: 1,
      max: 30,
      help: 'Connections to download servers at one time (the host allows 30)',
    }),
  },
  links: {
    startWindowMs: integer({
      env: 'PASSERELLE_LINK_START_WINDOW_MS',
      fallback: 240_000,
      min: 1000,
      max: 86_400_000,
      help: 'A direct link that was never used is good for so long',
    }),
    resumeWindowMs: integer({
      env: 'PASSERELLE_LINK_RESUME_WINDOW_MS',
      fallback: 1_500_000,
      min: 1000,
      max: 86_400_000,
      help: 'A direct link that was used is good for so long after it was made',
    }),
    shortestMs: integer({
      env: 'PASSERELLE_LINK_SHORTEST_MS',
      fallback: 30_000,
      min: 500,
      max: 86_400_000,
      help: 'How long links live is learned from the host; never less than this',
    }),
    longestMs: integer({
      env: 'PASSERELLE_LINK_LONGEST_MS',
      fallback: 21_600_000,
      min: 1000,
      max: 604_800_000,
      help: 'How long links live is learned from the host; never more than this',
    }),
  },
  server: {
    host: text({ env: 'PASSERELLE_HOST', fallback: '0.0.0.0', help: 'Address to listen on' }),
    port: integer({ env: 'PASSERELLE_PORT', fallback: 8790, min: 0, max: 65_535, help: 'Port to listen on' }),
    baseUrl: address({
      env: 'PASSERELLE_BASE_URL',
      shown: 'none: `http://<host>:<port>`',
      help: 'The address that STRM files carry: the media server AND every player must reach it',
    }),
    trustProxy: flag({
      env: 'PASSERELLE_TRUST_PROXY',
      fallback: false,
      help: 'Believe the last address in X-Forwarded-For; only behind a reverse proxy of your own',
    }),
    stopGraceMs: integer({
      env: 'PASSERELLE_STOP_GRACE_MS',
      fallback: 10_000,
      min: 0,
      max: 600_000,
      help: 'How long running films go on after the order to stop',
    }),
  },
  dataDir: text({ env: 'PASSERELLE_DATA_DIR', fallback: './data', help: 'Catalog, keys, cache' }),
  library: {
    dir: text({ env: 'PASSERELLE_LIBRARY_DIR', fallback: './library', help: 'The STRM tree' }),
    profile: choice({
      env: 'PASSERELLE_PROFILE',
      values: profileNames,
      fallback: 'jellyfin',
      help: 'Whose forms of names the tree has',
    }),
    trees: rows<TreeSetting>({
      env: 'PASSERELLE_TREES',
      help: 'Several trees instead of the one in `library.dir`: each with a folder, and if wanted a profile, roots and kinds',
      right: `lines such as {dir: /library/kodi, profile: kodi, roots: [/Films], kinds: [movie]}; profile: ${profileNames.join(', ')}; kinds: ${treeKinds.join(', ')}`,
      row: readTree,
    }),
    roots: list({
      env: 'PASSERELLE_ROOTS',
      fallback: ['/'],
      help: '1fichier folders to index, comma separated',
      right: 'folder paths that begin with /, comma separated',
      item: (raw) => (raw.startsWith('/') ? raw.replace(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '') : undefined),
    }),
    lockdata: flag({
      env: 'PASSERELLE_LOCKDATA',
      fallback: false,
      help: 'Write lockdata into .nfo files: the media server then fetches no posters or texts for them',
    }),
    subtitleMaxBytes: integer({
      env: 'PASSERELLE_SUBTITLE_MAX_BYTES',
      fallback: 5_000_000,
      min: 0,
      max: 50_000_000,
      help: 'Larger subtitle files are left out',
    }),
    artwork: flag({
      env: 'PASSERELLE_ARTWORK',
      fallback: false,
      help: 'Also bring the pictures beside films and shows (poster.jpg, fanart.jpg ...), at most 5 MB each',
    }),
  },
  sync: syncSettings,
  notify: rows<ServerSetting>({
    env: 'PASSERELLE_NOTIFY',
    secret: true,
    help: 'Media servers that are told what changed: kind, url, and as needed token or tokenFile, pathMap, fs, clean',
    right: `lines such as {kind: jellyfin, url: "http://192.168.1.10:8096", tokenFile: /run/secrets/jellyfin, pathMap: {/library: /media/passerelle}}; kind: ${serverKinds.join(', ')}; token or tokenFile (one that can be read), not both`,
    row: readServer,
  }),
  delivery: {
    mode: choice({
      env: 'PASSERELLE_DELIVERY',
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
      right: `lines such as {client: [vlc], from: [private], asks: [jump], give: redirect}; client: ${familyNames.join(', ')}; from: ${networkZones.join(', ')}; asks: ${asks.join(', ')}; give: bytes or redirect`,
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
  },
  cache: {
    totalMiB: integer({
      env: 'PASSERELLE_CACHE_MIB',
      fallback: 2048,
      min: 0,
      max: 1_048_576,
      help: 'Beginnings and ends of films kept in dataDir/cache, so that probes cost the host nothing; 0 = none',
    }),
    fileMiB: integer({
      env: 'PASSERELLE_CACHE_FILE_MIB',
      fallback: 16,
      min: 1,
      max: 1024,
      help: 'Most of one file in there: five eighths its beginning, the rest its end',
    }),
  },
  media,
  auth: {
    adminToken: text({
      env: 'PASSERELLE_ADMIN_TOKEN',
      secret: true,
      shown: 'made at first start',
      help: 'For the API; kept in dataDir with mode 0600, shown by `doctor`',
    }),
    user: text({ env: 'PASSERELLE_USER', fallback: 'passerelle', help: 'User name for browsing' }),
    password: text({
      env: 'PASSERELLE_PASSWORD',
      secret: true,
      shown: 'made at first start',
      help: 'Password for browsing; kept in dataDir with mode 0600, shown by `doctor`',
    }),
  },
  log: {
    level: choice({
      env: 'PASSERELLE_LOG_LEVEL',
      values: ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
      fallback: 'info',
      help: 'How much is logged',
    }),
    format: choice({
      env: 'PASSERELLE_LOG_FORMAT',
      values: ['auto', 'pretty', 'json'],
      fallback: 'auto',
      help: 'How lines are written: `pretty` for people, `json` for programs; auto = pretty on a terminal, else json',
    }),
  },
} as const;

type ValueOf<D> = D extends Setting<infer T> ? T : { readonly [K in keyof D]: ValueOf<D[K]> };

/** All settings with their values, frozen. */
export type Settings = ValueOf<typeof declarations>;

/** A setting with its YAML path, such as `fichier.apiKey`. */
export interface NamedSetting extends Setting<unknown> {
  readonly path: string;
}

/** The declarations as a flat list, in the order of the file. */
export const settingList: readonly NamedSetting[] = flatten(declarations, '');

function flatten(node: object, prefix: string): NamedSetting[] {
  return Object.entries(node).flatMap(([key, value]) =>
    'read' in value
      ? [{ ...(value as Setting<unknown>), path: prefix + key }]
      : flatten(value, `${prefix}${key}.`),
  );
}
