import { readPropertyDate } from './said-date.ts';

/** A property that a client wants changed; without a value it is to be removed. */
interface PatchedProperty {
  namespace: string;
  name: string;
  value: string | undefined;
}

/** What is to become of it, were it alone. */
export type DateFate = 'done' | 'refused' | 'conflict';

const microsoft = 'urn:schemas-microsoft-com:';

/** Properties by which clients set the date of a file: gvfs and Cyberduck, rclone and ownCloud, Windows. */
const dates = ['DAV: getlastmodified', 'DAV: lastmodified', `${microsoft} Win32LastModifiedTime`];

/**
 * What Windows sends beside the date each time. It is nothing that is kept here, and in one request all or nothing is done
 * (RFC 4918 section 9.2): were it refused, no file that Windows copies would have a date.
 */
const forgotten = ['Win32CreationTime', 'Win32LastAccessTime', 'Win32FileAttributes'].map(
  (name) => `${microsoft} ${name}`,
);

/** Reads what a PROPPATCH of a file asks for. @returns the last date of it, where all of it can be done */
export function readDateChanges<T extends PatchedProperty>(
  changes: readonly T[],
): { changes: (T & { fate: DateFate })[]; datedAt: number | undefined } {
  let datedAt: number | undefined;
  const fates = changes.map((one) => {
    const { namespace, name, value } = one;
    const property = `${namespace} ${name}`;
    if (value === undefined) return { ...one, fate: 'refused' as const };
    if (forgotten.includes(property)) return { ...one, fate: 'done' as const };
    if (!dates.includes(property)) return { ...one, fate: 'refused' as const };
    const said = readPropertyDate(value);
    datedAt = said ?? datedAt;
    return { ...one, fate: said === undefined ? ('conflict' as const) : ('done' as const) };
  });
  const isWhole = fates.every(({ fate }) => fate === 'done');
  return { changes: fates, datedAt: isWhole ? datedAt : undefined };
}
