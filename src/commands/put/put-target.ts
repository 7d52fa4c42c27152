import { makeFolder } from '../../api/changes.ts';
import { listFiles } from '../../api/files.ts';
import { BridgeError } from '../../core/errors.ts';
import type { ApiClient } from '../../owner/client.ts';
import { splitAccountPath } from '../../uploads/changes/target.ts';
import { standsAt } from '../account/whole-listing.ts';
import { asAccountPath } from '../api.ts';

/** Where files go. */
export interface PutTarget {
  /** A folder of the account. */
  folder: string;
  /** A new name in it, for the one thing that is sent. */
  name: string | undefined;
  /** The folder is not there, and is to be made with all that lead to it. */
  isMissing: boolean;
}

/**
 * As `cp` has it: a folder that is there, or a new name in one.
 * @param isOne one thing alone was named: it may be given another name
 * @param mayMake folders that are missing
 * @throws BridgeError BRIDGE_NOT_FOUND, BRIDGE_NOT_INDEXED
 */
export async function putTarget(
  api: ApiClient,
  to: string,
  { isOne, mayMake, signal }: { isOne: boolean; mayMake: boolean; signal: AbortSignal },
): Promise<PutTarget> {
  const given = asAccountPath(to);
  const path = given.replace(/(?<!\/)\/+$/, '') || '/';
  const standing = await standsAt(api, path, signal);
  if (standing === 'folder') return { folder: path, name: undefined, isMissing: false };
  const isFolder = !isOne || path !== given;
  if (isFolder && standing === 'file')
    throw new BridgeError('BRIDGE_BAD_REQUEST', {
      says: `${path} is a file`,
      remedy: 'Name at last a folder of the account',
    });
  if (isFolder && mayMake) return { folder: path, name: undefined, isMissing: true };
  // Asked for its refusal, which names what is near.
  if (isFolder) await api.call(listFiles, { query: { path, offset: 0, limit: 1 } }, signal);
  const { parent, name } = splitAccountPath(path);
  const isThere = (await standsAt(api, parent, signal)) === 'folder';
  if (!isThere && !mayMake)
    await api.call(listFiles, { query: { path: parent, offset: 0, limit: 1 } }, signal);
  return { folder: parent, name, isMissing: !isThere };
}

/** Makes the folder where it is missing. @returns the target with its path as the account has it */
export async function madeTarget(api: ApiClient, target: PutTarget, signal: AbortSignal): Promise<PutTarget> {
  if (!target.isMissing) return target;
  const { path } = await api.call(makeFolder, { body: { path: target.folder, parents: true } }, signal);
  return { ...target, folder: path, isMissing: false };
}
