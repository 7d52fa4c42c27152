import type { ErrorCode } from '../../src/core/errors.ts';
import type { BlockKind } from '../../src/host/fichier/refusals.ts';

export type HostWords = [
  words: string,
  status: number,
  code: ErrorCode,
  blocks: BlockKind,
  form?: 'html' | 'text',
];

/** Web pages of one meaning. */
const pages = (status: number, code: ErrorCode, blocks: BlockKind, texts: string[]): HostWords[] =>
  texts.map((words) => [words, status, code, blocks, 'html']);

/** The error catalogue of facts/1fichier-api 5, and the web texts below it; a KO in JSON unless it says otherwise. */
export const hostWords: HostWords[] = [
  ['Flood detected: IP Locked #374', 403, 'BRIDGE_HOST_FLOOD', 'flood'],
  ['Flood detected: IP Locked #38', 200, 'BRIDGE_HOST_FLOOD', 'flood'],
  ['Flood detected: User Locked #218', 403, 'BRIDGE_HOST_FLOOD', 'flood'],
  ['Flood detected: User APK Locked', 403, 'BRIDGE_HOST_FLOOD', 'flood'],
  ['User Locked #223', 403, 'BRIDGE_HOST_FLOOD', 'flood'],
  ['IP Locked #412', 403, 'BRIDGE_HOST_IP_LOCKED', 'ip'],
  ['IP Locked', 200, 'BRIDGE_HOST_IP_LOCKED', 'ip', 'text'],
  ['IP Locked - Will be unlocked within 1h', 403, 'BRIDGE_HOST_IP_LOCKED', 'ip', 'html'],
  ['Your requests are too fast', 403, 'BRIDGE_HOST_FLOOD', 'flood', 'html'],
  ['Not authenticated #29', 401, 'BRIDGE_HOST_KEY', 'account'],
  ['Not authenticated #29', 403, 'BRIDGE_HOST_KEY', 'account'],
  ['Bad token', 403, 'BRIDGE_HOST_KEY', 'account'],
  ['No such user #93', 403, 'BRIDGE_HOST_KEY', 'account'],
  ['No such user #142', 403, 'BRIDGE_HOST_KEY', 'account'],
  ['Must be a customer (Premium, Access) #200', 403, 'BRIDGE_HOST_NOT_PREMIUM', 'none'],
  ['Must be a customer (Premium, Access) #236', 403, 'BRIDGE_HOST_NOT_PREMIUM', 'none'],
  ['Owner locked #620', 403, 'BRIDGE_HOST_OWNER_LOCKED', 'none'],
  ['Owner locked #649', 200, 'BRIDGE_HOST_OWNER_LOCKED', 'none'],
  ['Resource not found #469', 404, 'BRIDGE_HOST_FILE_GONE', 'none'],
  ['Resource not allowed #631', 403, 'BRIDGE_HOST_FORBIDDEN', 'none'],
  ['Invalid password. Resource not allowed #631', 403, 'BRIDGE_HOST_PASSWORD', 'none'],
  ['Password not provided. Resource not allowed #631', 403, 'BRIDGE_HOST_PASSWORD', 'none'],
  ['Only 1 location allowed at a time #887', 403, 'BRIDGE_HOST_LOCATION', 'none'],
  ['Only 2 locations allowed at a time #887', 200, 'BRIDGE_HOST_LOCATION', 'none'],
  ['Your IP is professional equipment, must have CDN credits', 403, 'BRIDGE_HOST_VPN', 'none'],
  [
    'Premium status is only allowed to be used on residential private and dedicated',
    403,
    'BRIDGE_HOST_VPN',
    'none',
  ],
  ['Use CDN credits to download #913', 403, 'BRIDGE_HOST_VPN', 'none'],
  ['No file has been renamed #312', 200, 'BRIDGE_HOST_NOTHING_DONE', 'none'],
  ['#186', 403, 'BRIDGE_HOST_REFUSED', 'flood'],
  ['Not enough CDN credits #247', 403, 'BRIDGE_HOST_REFUSED', 'none'],
  ['Something never seen #187', 200, 'BRIDGE_HOST_REFUSED', 'none'],
  ['Come back next week', 200, 'BRIDGE_HOST_MAINTENANCE', 'maintenance', 'html'],
  ['Come back next week', 200, 'BRIDGE_HOST_ODD_ANSWER', 'none', 'text'],
  ['Come back next week', 404, 'BRIDGE_HOST_MAINTENANCE', 'maintenance', 'html'],
  ['', 404, 'BRIDGE_HOST_ODD_ANSWER', 'none', 'text'],
  ['', 404, 'BRIDGE_HOST_FILE_GONE', 'none'],
  ['', 401, 'BRIDGE_HOST_KEY', 'account', 'text'],
  ['', 403, 'BRIDGE_HOST_REFUSED', 'flood', 'text'],
  ['', 429, 'BRIDGE_HOST_FLOOD', 'flood', 'text'],
  ['', 500, 'BRIDGE_HOST_ERROR', 'maintenance', 'text'],
  ['', 503, 'BRIDGE_HOST_ERROR', 'maintenance'],
  ['', 509, 'BRIDGE_HOST_ERROR', 'maintenance'],
  ['Service Unavailable', 503, 'BRIDGE_HOST_MAINTENANCE', 'maintenance', 'html'],
  ['Resource not found', 500, 'BRIDGE_HOST_ERROR', 'maintenance'],
  ['', 200, 'BRIDGE_HOST_ODD_ANSWER', 'none', 'text'],
  ...pages(404, 'BRIDGE_HOST_FILE_GONE', 'none', [
    'File not found !',
    'The requested file has been deleted',
    'The requested file could not be found',
    'The file was removed following an abuse request',
  ]),
  ...pages(403, 'BRIDGE_HOST_FORBIDDEN', 'none', ['Access to this file is protected']),
  ...pages(403, 'BRIDGE_HOST_NOT_PREMIUM', 'none', [
    'The owner of this file has reserved access to the subscribers of our services',
  ]),
  ...pages(200, 'BRIDGE_HOST_NOT_PREMIUM', 'none', ['temporarily limited due to high demand']),
  ...pages(500, 'BRIDGE_HOST_ERROR', 'maintenance', ['Software error:']),
  ...pages(200, 'BRIDGE_HOST_MAINTENANCE', 'maintenance', ["Can't connect DB"]),
  ...pages(503, 'BRIDGE_HOST_MAINTENANCE', 'maintenance', [
    'Can&#39;t connect DB',
    'Our services are in maintenance. Please come back after 5',
  ]),
  ...pages(200, 'BRIDGE_HOST_NOT_READY', 'none', [
    'Please wait until the file has been scanned by our anti-virus',
  ]),
  ...pages(403, 'BRIDGE_HOST_VPN', 'none', [
    'VPN detected / Requires the use of CDN credits or Premium GOLD',
    'Acc&egrave;s restreint',
    'professional infrastructure detected',
  ]),
  ...pages(503, 'BRIDGE_TOO_MANY_STREAMS', 'none', [
    'Votre adresse IP ouvre trop de connexions vers le serveur',
  ]),
  ...pages(403, 'BRIDGE_HOST_LOCATION', 'none', [
    'You can use your account only for downloading from 1.2.3.4',
    'Our services are not compatible with massively shared internet access',
    'Be careful to not use simultaneously your IPv4 and IPv6 IP',
  ]),
];
