import type { FileId } from '../core/ids.ts';
import { isFileId, streamPrefix } from '../delivery/address.ts';
import type { Signer } from '../delivery/signature.ts';

/**
 * The file behind a signed stream address, as a media server read it from a `.strm`. Its signature alone decides: the
 * address may be from before a move to another machine, and nothing is ever asked of it.
 * @returns undefined for everything that is not ours
 */
export function fileOfAddress(address: string, signer: Pick<Signer, 'verify'>): FileId | undefined {
  if (address.length > 4096) return undefined;
  const at = address.indexOf(`${streamPrefix}/`);
  if (at === -1 || !/^https?:\/\//i.test(address)) return undefined;
  const [fileId = '', signature = '', name] = address.slice(at + streamPrefix.length + 1).split('/');
  const isOurs = name !== undefined && isFileId(fileId) && signer.verify(fileId, signature);
  return isOurs ? fileId : undefined;
}
