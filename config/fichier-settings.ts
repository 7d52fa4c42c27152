import { doubtOfApiUrl } from './addresses.ts';
import { readKey } from './credentials.ts';
import { address, integer, list, text } from './kinds.ts';
import { refused } from './read-value.ts';

/** A host, every host below one, or a host with a port. */
const hostName = (raw: string) =>
  /^(\*\.)?[a-z0-9.-]+(:\d{1,5})?$/i.test(raw)
    ? { value: raw.toLowerCase() }
    : refused('must be a host name such as *.1fichier.com or 127.0.0.1:8792');

/** The account, and how gently its host is asked (see `settings.ts`). */
export const fichierSettings = {
  apiKey: text({
    env: 'FICHIER_API_KEY',
    secret: true,
    help: 'The API key of the account, from https://1fichier.com/console/params.pl; without it `serve` shows the guide of a first start',
    check: readKey,
  }),
  apiUrl: address({
    env: 'FICHIER_API_URL',
    fallback: 'https://api.1fichier.com/v1',
    help: 'Where the API is',
    doubt: doubtOfApiUrl,
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
    item: hostName,
  }),
  uploadHosts: list({
    env: 'FICHIER_UPLOAD_HOSTS',
    fallback: ['*.1fichier.com'],
    help: 'Hosts that files may be sent to, comma separated; the API key goes to no other',
    right: 'host names such as *.1fichier.com or 127.0.0.1:8793, comma separated',
    item: hostName,
  }),
  siteUrl: address({
    env: 'FICHIER_SITE_URL',
    fallback: 'https://1fichier.com',
    help: 'Where shared folders are asked for, without the API key',
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
  backoffMinutes: list({
    env: 'FICHIER_BACKOFF_MINUTES',
    formerly: { path: 'fichier.pausesMinutes', env: 'FICHIER_PAUSES_MINUTES' },
    fallback: [5, 15, 60],
    help: 'How long all calls stop after the host says "flood", the first, second, third time in a row',
    right: 'whole minutes, comma separated, such as 5, 15, 60',
    item: (raw) =>
      /^\d{1,4}$/.test(raw) && Number(raw) > 0
        ? { value: Number(raw) }
        : refused('must be a whole number of minutes from 1 to 9999'),
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
} as const;
