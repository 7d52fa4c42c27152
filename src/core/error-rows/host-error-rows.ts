import { type ErrorRow, row } from './error-row.ts';

/** The rows of the table of errors for what the host and the governor in front of it say. */
export const hostErrorRows = {
  // The host refused or failed.
  BRIDGE_HOST_FLOOD: row(
    503,
    true,
    'The host says we asked too often and has locked us out for a while',
    'Wait; nothing is lost. If it comes back, raise fichier.requestIntervalMs',
  ),
  BRIDGE_HOST_IP_LOCKED: row(
    503,
    true,
    'The host has locked this internet address',
    'Wait up to an hour; check that no other program uses the account',
  ),
  BRIDGE_HOST_KEY: row(
    502,
    false,
    'The host does not accept the API key',
    'Make a new key at https://1fichier.com/console/params.pl; if the site asks for a new password, set it first',
  ),
  BRIDGE_HOST_NOT_PREMIUM: row(
    502,
    false,
    'The host gives no direct links to this account',
    'Renew the account, then play again',
  ),
  BRIDGE_HOST_OWNER_LOCKED: row(
    502,
    false,
    'The host has locked the owner of this file',
    'Copy the file into your own account from a living source; if it is your own, ask the host',
  ),
  BRIDGE_HOST_FILE_GONE: row(
    404,
    false,
    'The host no longer has this file',
    'The next crawl takes it out of the library; upload it again if you have it',
  ),
  BRIDGE_HOST_FORBIDDEN: row(
    502,
    false,
    'The host does not allow access to this file',
    'Look at the access rules of the file (country, address, account) on the site',
  ),
  BRIDGE_HOST_PASSWORD: row(
    502,
    false,
    'This file is protected by a password',
    'Take the password off the file on the site',
  ),
  BRIDGE_HOST_LOCATION: row(
    503,
    true,
    'The account is in use from another internet address',
    'Let every player go through Passerelle (delivery.mode: proxy); do not mix IPv4 and IPv6 or two homes',
  ),
  BRIDGE_HOST_VPN: row(
    502,
    false,
    'The host takes this connection for a VPN or a data centre',
    'Let Passerelle leave through the home connection',
  ),
  BRIDGE_HOST_NOTHING_DONE: row(502, false, 'The host had nothing to change', 'Nothing to do'),
  BRIDGE_HOST_NOT_READY: row(
    503,
    true,
    'The host is still preparing this file',
    'Wait half a minute after an upload, then play again',
  ),
  BRIDGE_HOST_REFUSED: row(
    502,
    false,
    'The host refused for a reason that we do not know',
    'Look at the log for its words',
  ),
  BRIDGE_HOST_MAINTENANCE: row(
    503,
    true,
    'The host answers with a web page instead of data (maintenance)',
    'Wait; the library stays as it is',
  ),
  BRIDGE_HOST_ERROR: row(503, true, 'The host has an error of its own', 'Wait; the library stays as it is'),
  BRIDGE_HOST_UNREACHABLE: row(
    503,
    true,
    'The host cannot be reached',
    'Look at the internet connection and at fichier.apiUrl',
  ),
  BRIDGE_HOST_TIMEOUT: row(504, true, 'The host did not answer in time', 'Wait and try again'),
  BRIDGE_HOST_ODD_ANSWER: row(
    502,
    true,
    'The host answered something that we cannot read',
    'Look at the log; report it if it stays',
  ),
  // The governor in front of the host.
  BRIDGE_GATE_CLOSED: row(
    503,
    true,
    'No calls to the host for now',
    'Wait for the time in Retry-After; what has a living link still plays',
  ),
  BRIDGE_GATE_BUSY: row(
    503,
    true,
    'The call did not get its turn in time',
    'Try again; a crawl may be running',
  ),
} as const satisfies Record<string, ErrorRow>;
