import { readPropfind, readProppatch } from '../../plugins/support/dav/dav-body.ts';
import { createFilesAlias } from '../../plugins/support/dav/files-alias.ts';
import { ownHosts, readDestination } from '../../src/uploads/dav/destination.ts';
import { parseIf } from '../../src/uploads/dav/if-header.ts';
import { isJunkFile, isJunkFolder } from '../../src/uploads/dav/junk.ts';
import { readLockTimeout } from '../../src/uploads/dav/lock-timeout.ts';
import { readMetadataDate, readPropertyDate, readUnixDate } from '../../src/uploads/dav/said-date.ts';
import { readOcChecksum, readUploadChecksum } from '../../src/uploads/pieces/checksum.ts';
import { readChunkName } from '../../src/uploads/pieces/chunk-names.ts';
import { readMetadata } from '../../src/uploads/pieces/metadata.ts';
import { wantedPath } from '../../src/uploads/pieces/wanted-path.ts';
import { readLockInfo } from '../../src/views/lock-info.ts';
import { maxHeader, quietly, type TextReader } from './text-reader.ts';

const filesAlias = createFilesAlias('passerelle', '/base');

/** Those that read what comes over WebDAV. */
export const davReaders: readonly TextReader[] = [
  {
    name: 'a PROPFIND',
    of: ['plugins/support/dav/dav-body.ts'],
    read: quietly(readPropfind),
    maxChars: 65_536,
    after: ['<propfind xmlns="DAV:"><prop>'],
  },
  {
    name: 'a PROPPATCH',
    of: ['plugins/support/dav/dav-body.ts'],
    read: quietly(readProppatch),
    maxChars: 65_536,
  },
  {
    name: 'the body of a LOCK',
    of: ['src/views/lock-info.ts'],
    read: quietly(readLockInfo),
    maxChars: 16_384,
    after: ['<lockinfo xmlns="DAV:">', '<lockinfo xmlns="DAV:"><owner>'],
  },
  {
    name: 'a name that clients leave beside files',
    of: ['src/uploads/dav/junk.ts'],
    read: (text) => isJunkFile(text) || isJunkFolder(text),
    maxChars: 4096,
    after: ['._', '~$', '.~lock.'],
  },
  {
    name: 'a Destination',
    of: ['src/uploads/dav/destination.ts'],
    read: quietly((text) => readDestination(text, '/dav/account/')),
    maxChars: 8192,
    after: ['/dav/account/', 'http://x/dav/account/'],
  },
  {
    name: 'what proxies call this server',
    of: ['src/uploads/dav/destination.ts'],
    read: (text) => ownHosts({ 'x-forwarded-host': text }, 'http://x'),
    maxChars: maxHeader,
    after: ['a, ', 'a,', '[::1'],
  },
  {
    name: 'an If',
    of: ['src/uploads/dav/if-header.ts'],
    read: quietly(parseIf),
    maxChars: 8192,
    after: ['(', '(<a:b> ', '(["a"] ', '(Not ', '</a> (<a:b>) '],
  },
  {
    name: 'how long a lock is to be held',
    of: ['src/uploads/dav/lock-timeout.ts'],
    read: readLockTimeout,
    maxChars: maxHeader,
    after: ['Second-', 'Second-1, '],
  },
  {
    name: 'an Upload-Metadata',
    of: ['src/uploads/pieces/metadata.ts'],
    read: quietly(readMetadata),
    maxChars: maxHeader,
    after: ['filename ', 'filename eA==,'],
  },
  {
    name: 'where an upload is to lie',
    of: ['src/uploads/pieces/wanted-path.ts'],
    read: quietly((text) => wantedPath(new Map([['filename', 'x']]), text)),
    maxChars: 8192,
    after: ['/Films/'],
  },
  {
    name: 'a date of a client',
    of: ['src/uploads/dav/said-date.ts'],
    read: (text) => [
      readUnixDate(text),
      readPropertyDate(text),
      readMetadataDate(new Map([['lastModified', text]])),
    ],
    maxChars: maxHeader,
    after: ['1', '1.', ' '],
  },
  {
    name: 'a checksum of what is sent',
    of: ['src/uploads/pieces/checksum.ts'],
    read: (text) => [quietly(readUploadChecksum)(text), quietly(readOcChecksum)(text)],
    maxChars: maxHeader,
    after: ['sha1 ', 'SHA1:'],
  },
  {
    name: 'the name of a chunk',
    of: ['src/uploads/pieces/chunk-uploads.ts'],
    read: quietly(readChunkName),
    maxChars: 8192,
    after: ['0-', '000000000000000-'],
  },
  {
    name: 'an address as clients of Nextcloud know it',
    of: ['plugins/support/dav/files-alias.ts'],
    read: (text) => filesAlias.resolve({ headers: { destination: text } }, text),
    maxChars: maxHeader,
    after: ['/dav/files/', 'http://x/dav/files/', 'https://'],
  },
];
