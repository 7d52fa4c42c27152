import { joinAccountPath } from '../../core/account-path.ts';
import { BridgeError } from '../../core/errors.ts';
import type { UploadMetadata } from './metadata.ts';

const maxNames = 64;
const maxPathLength = 4096;

/**
 * Where an upload is to lie, as its metadata say: `filename` (or `name`) in the folder `folder` (or `path`). A folder that
 * does not begin with a slash is one of the top.
 * @param folder where that was said otherwise
 * @returns a path of the account
 * @throws BridgeError BRIDGE_BAD_REQUEST
 */
export function wantedPath(metadata: UploadMetadata, folder?: string): string {
  const name = metadata.get('filename') ?? metadata.get('name') ?? '';
  if (!isName(name)) throw bad('filename must be the name of a file');
  const inside = folder ?? metadata.get('folder') ?? metadata.get('path') ?? '/';
  const names = inside.split('/').filter((one) => one !== '');
  if (names.length > maxNames || !names.every(isName)) throw bad('folder must be a path of the account');
  const path = joinAccountPath(`/${names.join('/')}`, name);
  if (path.length > maxPathLength) throw bad('the path is too long');
  return path;
}

/** What would lead elsewhere, or is no sign. */
const noNames = ['', '.', '..'];
const deleteSign = 0x7f;

function isName(name: string): boolean {
  const isOdd = (sign: string) => sign === '/' || sign < ' ' || sign.charCodeAt(0) === deleteSign;
  return !noNames.includes(name) && name.length <= 255 && ![...name].some(isOdd);
}

function bad(detail: string): BridgeError {
  return new BridgeError('BRIDGE_BAD_REQUEST', { detail: `Upload-Metadata: ${detail}` });
}
