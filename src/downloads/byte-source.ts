import type { Readable } from 'node:stream';
import type { FileId } from '../core/ids.ts';

/** A file of the account as it is to be had now. */
export interface RemoteFile {
  id: FileId;
  sizeBytes: number;
  /** Its Whirlpool by the host's word, 128 hexadecimal digits; undefined where the host has not said. */
  checksum: string | undefined;
  /** Entity tag of its bytes. */
  etag: string;
}

/** Where the bytes come from. */
export interface ByteSource {
  facts(id: FileId): Promise<RemoteFile>;
  /**
   * The bytes from `from` on to the one before `to`, of the version with this entity tag and of no other.
   * @throws BridgeError BRIDGE_PRECONDITION or BRIDGE_UPSTREAM_CHANGED where the file has another version now
   */
  open(file: RemoteFile, from: number, to: number, signal: AbortSignal): Promise<Readable>;
}
