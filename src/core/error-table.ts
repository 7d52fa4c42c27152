import { type ErrorRow, row } from './error-row.ts';
import { hostErrorRows } from './host-error-rows.ts';

/**
 * The one table of errors: what the person sees (`message`), what to do about it (`remedy`), the HTTP status when it
 * happens inside a request, and whether the same thing may work later without anybody changing anything.
 * The table of docs/errors.md is held to this one by a test.
 */
export const errorTable = {
  ...hostErrorRows,
  // Links and bytes.
  BRIDGE_LINK_ELSEWHERE: row(
    502,
    false,
    'The host named a download server that is not on the list',
    "If it is really the host's, add it to fichier.downloadHosts",
  ),
  BRIDGE_UPLOAD_NODE: row(
    503,
    true,
    'A server of the host that takes uploads failed',
    'Try again: another one is asked for. Nothing was stored',
  ),
  BRIDGE_UPLOAD_REFUSED: row(
    502,
    false,
    'The host does not take this file',
    'Look at its size and at what is free in the account; empty files are taken by no account',
  ),
  BRIDGE_UPLOAD_SOURCE: row(
    409,
    false,
    'The file changed while it was sent',
    'Send it again when nothing writes to it any more',
  ),
  BRIDGE_UPLOAD_EXISTS: row(
    409,
    false,
    'There is another file of this name',
    'Give it a name of its own: passerelle put FILE /Folder/Name; nothing is replaced',
  ),
  BRIDGE_UPLOAD_FULL: row(
    507,
    false,
    'There is no room for this file',
    'Look at what is free in the account, on the disk of dataDir, and at uploads.spoolMiB',
  ),
  BRIDGE_UPLOAD_OFFSET: row(
    409,
    false,
    'The upload goes on at another byte',
    'Ask with HEAD where it goes on, and send from there',
  ),
  BRIDGE_UPLOAD_BUSY: row(
    423,
    true,
    'Another request is sending this upload',
    'Wait for it, then ask with HEAD where the upload goes on',
  ),
  BRIDGE_UPLOAD_CHECKSUM: row(
    460,
    true,
    'What came is not what its checksum says',
    'Send it again: nothing of this piece was kept',
  ),
  BRIDGE_UPLOAD_VERSION: row(
    412,
    false,
    'This version of tus is not spoken here',
    'Send Tus-Resumable: 1.0.0',
  ),
  BRIDGE_UPLOAD_GONE: row(
    410,
    false,
    'This upload could not be brought into the account, and is over',
    'Ask with GET why, and begin it anew',
  ),
  BRIDGE_TOO_MANY_UPLOADS: row(
    503,
    true,
    'Too many uploads have begun and not ended',
    'End or delete some of them; one of which nothing comes for uploads.resumeHours is forgotten',
  ),
  BRIDGE_CONFLICT: row(409, false, 'There is no folder for it', 'Make the folder that it is to lie in first'),
  BRIDGE_UPLOAD_DAMAGED: row(
    502,
    true,
    'What the host had was not what was sent, three times',
    'Look at this machine and its memory; nothing of it was left at the host',
  ),
  BRIDGE_UPLOAD_UNSURE: row(
    503,
    true,
    'The connection ended when the whole file had been sent',
    'Look whether it is there before it is sent again',
  ),
  BRIDGE_DOWNLOAD_EXISTS: row(
    409,
    false,
    'There is another file of this name on this machine',
    'Give it a name of its own: passerelle get PATH NAME; --force replaces what is there',
  ),
  BRIDGE_DOWNLOAD_BUSY: row(
    409,
    true,
    'Another passerelle get is fetching into this file',
    'Wait for it, or give it a name of its own: passerelle get PATH NAME',
  ),
  BRIDGE_DOWNLOAD_DAMAGED: row(
    502,
    true,
    'What came is not what the host says that it has; it was taken away',
    'Get it again; if it stays so, run passerelle sync: the file may be another one now, or damaged at the host',
  ),
  BRIDGE_INBOX_OUTSIDE: row(
    400,
    false,
    'This file is in no inbox',
    'Name a file below a folder that the setting inbox names, by the path that Passerelle sees',
  ),
  BRIDGE_INBOX_STRM: row(
    409,
    false,
    'Another file stands where the STRM file of an inbox belongs',
    'Move it away; the film is in the account, and its file stays here until then',
  ),
  BRIDGE_LINK_DEAD: row(
    503,
    true,
    'The host refuses the links that it has just made',
    'Try again in a minute',
  ),
  BRIDGE_UPSTREAM_CUT: row(
    502,
    true,
    'The host stopped sending the file again and again',
    'Try again; look at the internet connection',
  ),
  BRIDGE_UPSTREAM_CHANGED: row(
    502,
    true,
    'The file at the host is not the one in the catalog',
    'Run passerelle sync',
  ),
  BRIDGE_TOO_MANY_STREAMS: row(
    503,
    true,
    'All connections to the host are in use',
    'Stop another film, or raise fichier.connections',
  ),
  // What a client asked.
  BRIDGE_BAD_REQUEST: row(400, false, 'This request cannot be read', 'Look at the address'),
  BRIDGE_UNAUTHORIZED: row(
    401,
    false,
    'User name and password, or the token, are needed',
    'passerelle doctor shows them',
  ),
  BRIDGE_NOT_FOUND: row(
    404,
    false,
    'There is nothing at this address',
    'Look at how it is written, or run passerelle sync',
  ),
  BRIDGE_METHOD: row(405, false, 'This address does not take this method', 'Use GET or HEAD'),
  BRIDGE_READ_ONLY: row(403, false, 'This view is read-only', 'Change the files at the host'),
  BRIDGE_PRECONDITION: row(412, false, 'The file is not the version that was asked for', 'Open it again'),
  BRIDGE_LOCKED: row(
    423,
    true,
    'Another program has locked this file or folder over WebDAV',
    'Close it there, or wait: a lock that is not renewed ends within an hour',
  ),
  BRIDGE_TOO_MANY_LOCKS: row(
    503,
    true,
    'Too many files are locked over WebDAV',
    'Close some of them, or wait: a lock that is not renewed ends within an hour',
  ),
  BRIDGE_TOO_MANY_BODIES: row(
    503,
    true,
    'Too many files come in at one time',
    'Send fewer at once, or wait until some of them are at the host',
  ),
  BRIDGE_DESTINATION_ELSEWHERE: row(
    502,
    false,
    'The destination is another server',
    'Copy it through the machine that asks: nothing is sent from here to others',
  ),
  BRIDGE_SLOW_REQUEST: row(408, true, 'The request did not come in time', 'Send it again'),
  BRIDGE_TOO_LARGE: row(413, false, 'The request is too large', 'Send no body'),
  BRIDGE_URI_TOO_LONG: row(414, false, 'The address is too long', 'Look at the address'),
  BRIDGE_MEDIA_TYPE: row(415, false, 'A body of this kind is not taken here', 'Send no body'),
  BRIDGE_RANGE: row(416, false, 'The range lies outside the file', 'Open it again'),
  BRIDGE_TOO_MANY_TRIES: row(
    429,
    true,
    'Too many wrong passwords or tokens came from this address',
    'Wait for as long as Retry-After says; passerelle doctor shows the right ones',
  ),
  BRIDGE_TOO_MANY_REQUESTS: row(
    429,
    true,
    'Too many answers wait to be read at this address',
    'Read them first, or ask for fewer at once',
  ),
  BRIDGE_HEADERS_TOO_LARGE: row(431, false, 'The headers of the request are too large', 'Send fewer headers'),
  BRIDGE_NOT_INDEXED: row(
    503,
    true,
    'This folder has not been listed yet',
    'Wait for the first crawl; passerelle sync shows how far it is',
  ),
  BRIDGE_NOT_READY: row(
    503,
    true,
    'Passerelle is not ready: the host has not accepted the API key yet',
    'Wait for the first call to the host; if it refuses the key, make a new one',
  ),
  BRIDGE_ORIGIN_DOWN: row(
    502,
    true,
    'The media server behind the gateway does not answer',
    'See whether it runs, and whether gateways names its address',
  ),
  BRIDGE_ORIGIN_TIMEOUT: row(
    504,
    true,
    'The media server behind the gateway did not answer in time',
    'See how busy it is, and try again',
  ),
  BRIDGE_STOPPING: row(503, true, 'Passerelle is stopping', 'Try again in a moment'),
  // Our own started.
  BRIDGE_SETTINGS: row(500, false, 'The settings have faults', 'Mend what is listed, then start again'),
  BRIDGE_LISTEN: row(
    500,
    false,
    'Passerelle cannot listen on its address',
    'If it is in use, another Passerelle may be running; else look at server.host and server.port',
  ),
  BRIDGE_CATALOG_DAMAGED: row(
    500,
    false,
    'The catalog is damaged and was not touched',
    'Move catalog.db out of dataDir (keep it), then start again: one crawl makes a new one',
  ),
  BRIDGE_CATALOG_NEWER: row(
    500,
    false,
    'The catalog was made by a newer Passerelle and was not touched',
    'Start the newer version, or move catalog.db out of dataDir',
  ),
  BRIDGE_CATALOG_IN_USE: row(
    503,
    true,
    'Another Passerelle is writing to this catalog',
    'Stop the other one, or wait for it',
  ),
  BRIDGE_OWNER_GONE: row(
    503,
    true,
    'The Passerelle that did the work has ended in the middle of it',
    'What it had done stays done; run the command again',
  ),
  BRIDGE_OWNER_OTHER: row(
    502,
    false,
    'The Passerelle that runs answers what this one does not understand',
    'They are of two versions: restart passerelle serve',
  ),
  BRIDGE_CRAWL_RUNNING: row(409, true, 'A crawl is already running', 'Wait for it'),
  BRIDGE_BUDGET: row(
    503,
    true,
    'The calls of the day are used up',
    'It goes on by itself tomorrow; raise sync.callsPerDay if the host bears it',
  ),
  BRIDGE_ROOT_NOT_FOUND: row(
    404,
    false,
    'A folder of library.roots does not exist in the account',
    'Look at library.roots; nothing was removed',
  ),
  BRIDGE_PROPOSAL_UNKNOWN: row(404, false, 'There is no such proposal', 'passerelle proposals lists them'),
  BRIDGE_PROPOSAL_DECIDED: row(
    409,
    false,
    'This proposal is not in a state for that',
    'passerelle proposals shows its state; accept and refuse decide, undo takes a decision back',
  ),
  BRIDGE_DISK: row(
    500,
    true,
    'The disk is full or cannot be written',
    'Make room, or look at the rights of dataDir and library.dir',
  ),
  BRIDGE_INTERNAL: row(500, false, 'Something went wrong inside Passerelle', 'Look at the log and report it'),
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof errorTable;
