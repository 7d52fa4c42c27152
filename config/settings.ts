import type { GatewaySetting } from '../src/gateway/setting.ts';
import type { InboxSetting } from '../src/inbox/setting.ts';
import type { TreeSetting } from '../src/library/profiles.ts';
import type { NotifySetting } from '../src/notify/people/recipient.ts';
import { doubtOfBaseUrl, whyNoListenHost } from './addresses.ts';
import { readPassword, readToken, readUser } from './credentials.ts';
import { deliverySettings } from './delivery-settings.ts';
import { fichierSettings } from './fichier-settings.ts';
import { readGateway } from './gateways.ts';
import { readInbox } from './inbox.ts';
import {
  address,
  checkedBy,
  choice,
  flag,
  integer,
  list,
  rows,
  type Setting,
  special,
  text,
} from './kinds.ts';
import { media } from './media.ts';
import { readNotify } from './notify.ts';
import { dataRight, fileRight, libraryRight, readRoot, whyNoFile, whyNoFolder } from './paths.ts';
import { syncSettings } from './sync-settings.ts';
import { readTree } from './trees.ts';
import { readTrustProxy, type TrustProxy } from './trust-proxy.ts';
import { uploadsSettings } from './uploads-settings.ts';
import { profileNames } from './values.ts';

/**
 * Every setting, once: the place in the YAML file is the place in this object. The table of docs/settings.md and
 * `passerelle.example.yaml` are held to it by a test.
 */
const declarations = {
  fichier: fichierSettings,
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
    minTtlMs: integer({
      env: 'PASSERELLE_LINK_MIN_TTL_MS',
      formerly: { path: 'links.shortestMs', env: 'PASSERELLE_LINK_SHORTEST_MS' },
      fallback: 30_000,
      min: 500,
      max: 86_400_000,
      help: 'How long links live is learned from the host; never less than this',
    }),
    maxTtlMs: integer({
      env: 'PASSERELLE_LINK_MAX_TTL_MS',
      formerly: { path: 'links.longestMs', env: 'PASSERELLE_LINK_LONGEST_MS' },
      fallback: 21_600_000,
      min: 1000,
      max: 604_800_000,
      help: 'How long links live is learned from the host; never more than this',
    }),
  },
  server: {
    host: text({
      env: 'PASSERELLE_HOST',
      fallback: '0.0.0.0',
      help: 'Address to listen on',
      check: checkedBy(whyNoListenHost, 'a name or an internet address alone, such as 0.0.0.0'),
    }),
    port: integer({ env: 'PASSERELLE_PORT', fallback: 8790, min: 0, max: 65_535, help: 'Port to listen on' }),
    baseUrl: address({
      env: 'PASSERELLE_BASE_URL',
      shown: 'none: `http://localhost:<port>`',
      doubt: doubtOfBaseUrl,
      help: 'The address that STRM files carry: the media server AND every player must reach it',
    }),
    tlsCert: text({
      env: 'PASSERELLE_TLS_CERT',
      help: 'File with the certificate in PEM, for https without a proxy; taken anew when it changes',
      check: checkedBy(whyNoFile, fileRight),
    }),
    tlsKey: text({
      env: 'PASSERELLE_TLS_KEY',
      help: 'File with its private key in PEM; both files or none',
      check: checkedBy(whyNoFile, fileRight),
    }),
    trustProxy: special<TrustProxy>({
      env: 'PASSERELLE_TRUST_PROXY',
      fallback: false,
      help: 'Proxies of your own whose X-Forwarded-For is believed: true = in private networks, a number = so many in a row, or addresses and networks',
      read: readTrustProxy,
    }),
    stopGraceMs: integer({
      env: 'PASSERELLE_STOP_GRACE_MS',
      fallback: 10_000,
      min: 0,
      max: 600_000,
      help: 'How long running films go on after the order to stop',
    }),
  },
  dataDir: text({
    env: 'PASSERELLE_DATA_DIR',
    fallback: './data',
    help: 'Catalog, keys, cache',
    check: checkedBy(whyNoFolder, dataRight),
  }),
  library: {
    dir: text({
      env: 'PASSERELLE_LIBRARY_DIR',
      fallback: './library',
      help: 'The STRM tree',
      check: checkedBy(whyNoFolder, libraryRight),
    }),
    profile: choice({
      env: 'PASSERELLE_PROFILE',
      values: profileNames,
      fallback: 'jellyfin',
      help: 'Whose forms of names the tree has',
    }),
    trees: rows<TreeSetting>({
      env: 'PASSERELLE_TREES',
      help: 'Several trees instead of the one in `library.dir`: each with a folder, and if wanted a profile, roots and kinds',
      example: '[{"dir": "/library/kodi", "profile": "kodi", "roots": ["/Films"], "kinds": ["movie"]}]',
      row: readTree,
    }),
    roots: list({
      env: 'PASSERELLE_ROOTS',
      fallback: ['/'],
      help: '1fichier folders to index, comma separated',
      right: 'folder paths that begin with /, comma separated',
      item: readRoot,
    }),
    lockdata: flag({
      env: 'PASSERELLE_LOCKDATA',
      fallback: false,
      help: 'Write lockdata into .nfo files: the media server then fetches no posters or texts for them',
    }),
    episodeTitles: choice({
      env: 'PASSERELLE_EPISODE_TITLES',
      values: ['all', 'named', 'none'],
      fallback: 'all',
      help: 'Titles of episodes in .nfo files: `all`, also `Episode 1` where the name has none; `named`, only those that names have; `none` leaves them to the media server. What stands there wins over what the server finds',
    }),
    language: choice({
      env: 'PASSERELLE_LANGUAGE',
      values: ['en', 'fr', 'de', 'es', 'it', 'nl', 'pt'],
      fallback: 'en',
      help: 'Language in which an episode without a title is numbered in its .nfo file',
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
  dav: {
    write: choice({
      env: 'PASSERELLE_DAV_WRITE',
      values: ['off', 'account'],
      fallback: 'off',
      help: '`account`: whoever may browse may also write to the account at `/dav/account/`',
    }),
  },
  uploads: uploadsSettings,
  notify: rows<NotifySetting>({
    env: 'PASSERELLE_NOTIFY',
    isLive: true,
    secret: true,
    help: 'Media servers that are told what changed, and people who are told what needs somebody: kind, url, and as needed token or tokenFile, pathMap, fs, clean, to, from',
    example:
      '[{"kind": "jellyfin", "url": "http://192.168.1.10:8096", "tokenFile": "/run/secrets/jellyfin"}]',
    row: readNotify,
  }),
  gateways: rows<GatewaySetting>({
    env: 'PASSERELLE_GATEWAYS',
    secret: true,
    help: 'Media servers whose apps play straight from Passerelle: kind, url, port, and as needed host, apiKey or apiKeyFile, knownProxy',
    example: '[{"kind": "jellyfin", "url": "http://192.168.1.10:8096", "port": 8097}]',
    row: readGateway,
  }),
  inbox: rows<InboxSetting>({
    env: 'PASSERELLE_INBOX',
    help: 'Folders of this machine whose finished files are sent into the account: dir, to, and as wanted after (keep, delete, strm), minAgeMinutes, ignore',
    example: '[{"dir": "/downloads/done", "to": "/Films", "after": "strm"}]',
    row: readInbox,
  }),
  delivery: deliverySettings,
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
      check: readToken,
    }),
    user: text({
      env: 'PASSERELLE_USER',
      fallback: 'passerelle',
      help: 'User name for browsing',
      check: readUser,
    }),
    password: text({
      env: 'PASSERELLE_PASSWORD',
      secret: true,
      shown: 'made at first start',
      help: 'Password for browsing; kept in dataDir with mode 0600, shown by `doctor`',
      check: readPassword,
    }),
  },
  metrics: {
    open: flag({
      env: 'PASSERELLE_METRICS_OPEN',
      isLive: true,
      fallback: false,
      help: 'Whether everybody may read `/metrics`; else it needs the admin token',
    }),
  },
  log: {
    level: choice({
      env: 'PASSERELLE_LOG_LEVEL',
      isLive: true,
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
