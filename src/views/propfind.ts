import type { ListingEntry } from './autoindex.ts';
import { httpDate, isoDate } from './dates.ts';
import { lockDiscovery, type ShownLock, supportedLocks } from './dav-locks.ts';
import { hrefSegment, xmlText } from './xml.ts';

/** A property by its namespace and name. */
export interface PropertyName {
  namespace: string;
  name: string;
}

/** What a PROPFIND asks for (RFC 4918 section 9.1). */
export type PropertyRequest =
  | { kind: 'allprop'; include: readonly PropertyName[] }
  | { kind: 'propname' }
  | { kind: 'prop'; names: readonly PropertyName[] };

/** What is known of the account's room; a number that is not known is absent. */
export interface Quota {
  usedBytes?: number;
  availableBytes?: number;
}

/** What a listing can say of an entry. */
export interface DavEntry extends ListingEntry {
  etag?: string;
  mediaType?: string;
  /** The locks that cover it; absent in a view that cannot be written. */
  locks?: readonly ShownLock[];
}

type Property = (entry: DavEntry, quota: Quota) => string | undefined;

const writeLock =
  '<D:lockentry><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockentry>';

/** Properties of the namespace DAV: (RFC 4918 section 15, RFC 4331); undefined = this entry has none. */
const properties: Readonly<Record<string, Property>> = {
  resourcetype: ({ isFolder }) => (isFolder ? '<D:collection/>' : ''),
  // Never empty: older Kodis read it unchecked (facts/media-servers 6.1).
  displayname: ({ name }) => xmlText(name === '' ? '/' : name),
  // Not String(): V8 keeps the text of each number that it has shown, among what lives long.
  getcontentlength: ({ sizeBytes }) => sizeBytes?.toFixed(0),
  getcontenttype: ({ isFolder, mediaType }) => (isFolder ? 'httpd/unix-directory' : mediaType),
  getlastmodified: ({ modifiedAt }) => (modifiedAt === undefined ? undefined : httpDate(modifiedAt)),
  creationdate: ({ modifiedAt }) => (modifiedAt === undefined ? undefined : isoDate(modifiedAt)),
  getetag: ({ etag }) => etag && xmlText(etag),
  supportedlock: ({ locks }) => (locks ? supportedLocks : writeLock),
  lockdiscovery: ({ locks = [] }) => lockDiscovery(locks),
  'quota-available-bytes': ({ isFolder }, { availableBytes }) =>
    isFolder && availableBytes !== undefined ? String(availableBytes) : undefined,
  'quota-used-bytes': ({ isFolder }, { usedBytes }) =>
    isFolder && usedBytes !== undefined ? String(usedBytes) : undefined,
};

/** RFC 4331 section 3: quotas cost other servers much, so `allprop` goes without them. */
const allOfThem = Object.keys(properties).filter((name) => !name.startsWith('quota-'));

/** How a multistatus begins and ends (RFC 4918 section 13). */
export const multistatusHead = '<?xml version="1.0" encoding="utf-8"?>\n<D:multistatus xmlns:D="DAV:">\n';
export const multistatusTail = '</D:multistatus>\n';

/**
 * One entry as a `<response>`.
 * @param base the address of its folder, with a slash at the end
 * @param href the entry's own address, where it does not stand below `base`
 */
export type ShowEntry = (base: string, entry: DavEntry, href?: string) => string;

/** Makes the function that shows one entry. What is asked is read once, not once for every entry. */
export function createResponse(asked: PropertyRequest, quota: Quota): ShowEntry {
  const isNameOnly = asked.kind === 'propname';
  const names =
    asked.kind === 'prop'
      ? asked.names
      : (isNameOnly ? Object.keys(properties) : allOfThem)
          .map((name): PropertyName => ({ namespace: 'DAV:', name }))
          .concat(
            asked.kind === 'allprop' ? asked.include.filter(({ name }) => !allOfThem.includes(name)) : [],
          );
  const known = names.filter((one) => one.namespace === 'DAV:' && Object.hasOwn(properties, one.name));
  const readers = known.map(({ name }) => ({
    read: properties[name] as Property,
    open: `<D:${name}>`,
    close: `</D:${name}>`,
    empty: `<D:${name}/>`,
  }));
  const unknown = names
    .filter((one) => !known.includes(one))
    .map(emptyElement)
    .join('');

  return (base, entry, href = entryHref(base, entry)) => {
    let found = '';
    let missing = unknown;
    for (const { read, open, close, empty } of readers) {
      const value = read(entry, quota);
      if (value !== undefined) found += value === '' || isNameOnly ? empty : open + value + close;
      else if (asked.kind === 'prop') missing += empty;
    }
    // The words of the status are as Kodi compares them (facts/media-servers 6.1).
    const first =
      found === '' && missing !== ''
        ? ''
        : `<D:propstat><D:prop>${found}</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat>`;
    const second =
      missing === ''
        ? ''
        : `<D:propstat><D:prop>${missing}</D:prop><D:status>HTTP/1.1 404 Not Found</D:status></D:propstat>`;
    return `<D:response><D:href>${href}</D:href>${first}${second}</D:response>\n`;
  };
}

function entryHref(base: string, { name, isFolder }: DavEntry): string {
  return `${base}${hrefSegment(name)}${isFolder ? '/' : ''}`;
}

function emptyElement({ namespace, name }: PropertyName): string {
  if (namespace === 'DAV:') return `<D:${name}/>`;
  return namespace === '' ? `<${name} xmlns=""/>` : `<x:${name} xmlns:x="${xmlText(namespace)}"/>`;
}

/**
 * What becomes of a property that a PROPPATCH is about (RFC 4918 section 9.2.1): `conflict` where its value cannot be,
 * `dependency` where it could be and another one could not.
 */
export type PatchFate = 'done' | 'refused' | 'conflict' | 'dependency';

const patchStatus: Readonly<Record<PatchFate, string>> = {
  done: '200 OK',
  refused: '403 Forbidden',
  conflict: '409 Conflict',
  dependency: '424 Failed Dependency',
};
const isProtected = '<D:error><D:cannot-modify-protected-property/></D:error>';

/** The answer to a PROPPATCH. @param why for people, where something was refused */
export function patchAnswer(
  href: string,
  properties: readonly (PropertyName & { fate: PatchFate })[],
  why: string,
): string {
  const parts = (Object.keys(patchStatus) as PatchFate[]).map((fate) => {
    const prop = properties.filter((one) => one.fate === fate).map(emptyElement);
    if (prop.length === 0 && (fate !== 'done' || properties.length > 0)) return '';
    const error = fate === 'refused' ? isProtected : '';
    const words = fate === 'refused' || fate === 'conflict' ? description(why) : '';
    return `<D:propstat><D:prop>${prop.join('')}</D:prop><D:status>HTTP/1.1 ${patchStatus[fate]}</D:status>${error}${words}</D:propstat>`;
  });
  return `${multistatusHead}<D:response><D:href>${href}</D:href>${parts.join('')}</D:response>\n${multistatusTail}`;
}

const description = (words: string) => `<D:responsedescription>${words}</D:responsedescription>`;

/** The answer to a LOCK (RFC 4918 section 9.10.1). */
export function lockAnswer(href: string, token: string, isFolder: boolean, seconds: number): string {
  return (
    '<?xml version="1.0" encoding="utf-8"?>\n<D:prop xmlns:D="DAV:"><D:lockdiscovery><D:activelock>' +
    '<D:locktype><D:write/></D:locktype><D:lockscope><D:exclusive/></D:lockscope>' +
    `<D:depth>${isFolder ? 'infinity' : '0'}</D:depth><D:timeout>Second-${seconds}</D:timeout>` +
    `<D:locktoken><D:href>${xmlText(token)}</D:href></D:locktoken><D:lockroot><D:href>${href}</D:href></D:lockroot>` +
    '</D:activelock></D:lockdiscovery></D:prop>\n'
  );
}

/** The body that says why a PROPFIND of everything is refused (RFC 4918 section 9.1.1). */
export const finiteDepth =
  '<?xml version="1.0" encoding="utf-8"?>\n<D:error xmlns:D="DAV:"><D:propfind-finite-depth/></D:error>\n';
