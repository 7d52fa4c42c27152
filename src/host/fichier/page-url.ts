import { BridgeError } from '../../core/errors.ts';
import { type FolderId, toFileId } from '../../core/ids.ts';
import type { HostPage } from '../host.ts';

/** A file's page at the host: what identifies it. `url` is the clean form, with the file's own domain. */
export interface PageUrl {
  id: string;
  url: string;
}

/** The domains of the host (facts/1fichier-api 6). A file put on one of them is unknown under the others. */
const hostDomains: readonly string[] = [
  '1fichier.com',
  'alterupload.com',
  'cjoint.net',
  'desfichiers.com',
  'desfichiers.net',
  'dfichiers.com',
  'megadl.fr',
  'mesfichiers.org',
  'piecejointe.net',
  'pjointe.com',
  'tenvoi.com',
  'dl4free.com',
];

/** `/?<id>` with an optional language before it and anything after `&`. Ids are lower case; the host minds. */
const pagePath = /^\/(?:[a-z]{2}\/)?\?([a-z0-9]{5,20})(?:&|$)/;
const oldHost = /^([a-z0-9]{5,20})\.1fichier\.com$/;

/**
 * Reads the page URL of a file: `https://<domain>/?<id>` or the old `https://<id>.1fichier.com/`; `&af=..` is cut off
 * and the domain stays (facts/1fichier-api 6). Undefined for anything else.
 */
export function readPageUrl(text: string): PageUrl | undefined {
  const match = /^\s*https?:\/\/([a-z0-9.-]+)(\/\S*)?\s*$/i.exec(text.slice(0, 2000));
  if (!match) return undefined;
  const host = (match[1] as string).toLowerCase().replace(/^www\./, '');
  const path = match[2] ?? '/';
  if (hostDomains.includes(host)) {
    const id = pagePath.exec(path)?.[1];
    return id ? { id, url: `https://${host}/?${id}` } : undefined;
  }
  // The case of a host name means nothing to the network, but an id in capitals is not an id.
  const old = path === '/' || /^\/[?&]/.test(path) ? oldHost.exec(match[1] as string)?.[1] : undefined;
  return old ? { id: old, url: `https://${old}.1fichier.com/` } : undefined;
}

/** The same as the rest of the program knows it. */
export function toHostPage({ id, url }: PageUrl): HostPage {
  return { id: toFileId(id), url };
}

/** The clean address of a page. Throws BRIDGE_BAD_REQUEST for anything else. */
export function pageUrlOf(url: string): string {
  const page = readPageUrl(url);
  if (!page) throw new BridgeError('BRIDGE_BAD_REQUEST', { detail: 'not the page URL of a file' });
  return page.url;
}

/** Folders have numbers here. What is none, this host has never named. */
export function folderNumber(folderId: FolderId): number {
  if (!/^\d{1,15}$/.test(folderId)) throw new BridgeError('BRIDGE_HOST_FILE_GONE');
  return Number(folderId);
}
