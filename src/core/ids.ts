/**
 * Ids as the host gives them: opaque strings. Nobody but the host reads anything into one; to everybody else two ids
 * are the same or they are not. Each kind has a type of its own, so that one cannot stand where another belongs. They
 * are made where text comes in (answers of the host, rows of the catalog, addresses, commands) and nowhere else.
 */
declare const kind: unique symbol;
type Id<Kind extends string> = string & { readonly [kind]: Kind };

/** A file of the account. It is a part of addresses that players keep for years. */
export type FileId = Id<'file'>;

/** A folder of the account. */
export type FolderId = Id<'folder'>;

/** Whose account it is, told in a digest: two are compared, and nothing can be read from one. */
export type AccountId = Id<'account'>;

/**
 * The top of every account, the one folder that no other holds. Of all ids the only one that means something outside
 * of the host's room: a host that calls its top otherwise translates.
 */
export const rootFolderId = '0' as FolderId;

/** Takes a text for the id of a file. For text that is known to be one: an answer of the host, a row of the catalog. */
export function toFileId(text: string): FileId {
  return text as FileId;
}

/** The same of a folder. */
export function toFolderId(text: string): FolderId {
  return text as FolderId;
}

/** The same of an account. */
export function toAccountId(digest: string): AccountId {
  return digest as AccountId;
}

/** What can stand in an address, a file name and a log line without being escaped. */
const plain = /^[A-Za-z0-9_-]{1,128}$/;

/** The id of a folder that a person or a program wrote; some write it as a number. Undefined = it can be none. */
export function parseFolderId(value: unknown): FolderId | undefined {
  const text = typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? String(value) : value;
  return typeof text === 'string' && plain.test(text) ? toFolderId(text) : undefined;
}
