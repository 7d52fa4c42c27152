import { makeFolder } from '../../api/changes.ts';
import { listFiles } from '../../api/files.ts';
import { BridgeError, isBridgeError } from '../../core/errors.ts';
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
  if (isFolder) await mustBeThere(api, path, signal);
  const { parent, name } = splitAccountPath(path);
  const isThere = (await standsAt(api, parent, signal)) === 'folder';
  if (!isThere && !mayMake) await mustBeThere(api, parent, signal);
  return { folder: parent, name, isMissing: !isThere };
}

/** Asked for its refusal, which names what is near. @throws BridgeError BRIDGE_NOT_FOUND */
export async function mustBeThere(api: ApiClient, folder: string, signal: AbortSignal): Promise<void> {
  try {
    await api.call(listFiles, { query: { path: folder, offset: 0, limit: 1 } }, signal);
  } catch (error) {
    if (!isBridgeError(error, 'BRIDGE_NOT_FOUND')) throw error;
    throw new BridgeError('BRIDGE_NOT_FOUND', {
      says: error.message,
      remedy: 'Look at how it is written; -p makes it, with all that lead to it',
    });
  }
}

/** Makes the folder where it is missing. @returns the target with its path as the account has it */
export async function madeTarget(api: ApiClient, target: PutTarget, signal: AbortSignal): Promise<PutTarget> {
  if (!target.isMissing) return target;
  const { path } = await api.call(makeFolder, { body: { path: target.folder, parents: true } }, signal);
  return { ...target, folder: path, isMissing: false };
}
