import { stat } from 'node:fs/promises';
import type { Clock } from '../core/clock.ts';
import { BridgeError, isBridgeError } from '../core/errors.ts';
import { exists } from '../core/files/exists.ts';
import { diskError } from '../core/files/folder-check.ts';
import { type FollowedWhirlpool, followWhirlpool, whirlpoolOfFile } from '../core/files/whirlpool.ts';
import type { FileId } from '../core/ids.ts';
import type { ByteSource, RemoteFile } from './byte-source.ts';
import { fetchRanges, type RangeFetching } from './fetch-ranges.ts';
import { openPart, type PartFile, type PartFileOptions } from './part-file.ts';

export interface DownloadOptions {
  source: ByteSource;
  clock: Clock;
  openHandle?: NonNullable<PartFileOptions['openHandle']>;
}

export interface DownloadWish extends RangeFetching {
  id: FileId;
  /** Path of this machine; its folder is there. */
  target: string;
  /** Whether another file of that name is replaced. */
  isForced: boolean;
}

export interface DownloadResult {
  /** `same`: it was there already, byte for byte. */
  fate: 'fetched' | 'same';
  sizeBytes: number;
  /** By its Whirlpool; false where the host has not said which it is. */
  isVerified: boolean;
  /** What an earlier run had left. */
  resumedBytes: number;
  /** Until the last byte was here, and from there until it was known to be right. */
  bytesMs: number;
  checkMs: number;
}

/** A file that is exchanged at the host again and again is not run after. */
const maxVersions = 3;

/**
 * Brings a file of the account to this machine, in parallel ranges that go on where an earlier run was ended, and gives
 * it its name when its size and its Whirlpool are right.
 * @throws BridgeError BRIDGE_DOWNLOAD_EXISTS, BRIDGE_DOWNLOAD_BUSY, BRIDGE_DOWNLOAD_DAMAGED (the part is gone then),
 * BRIDGE_DISK (it stays), those of the source; the signal's reason
 */
export async function download(wish: DownloadWish, options: DownloadOptions): Promise<DownloadResult> {
  const { target, isForced, signal } = wish;
  const { source, clock } = options;
  let file = await source.facts(wish.id);
  const isThere = await compare(target, file, signal);
  if (isThere === 'same') {
    await sweep(target, options);
    return {
      fate: 'same',
      sizeBytes: file.sizeBytes,
      isVerified: true,
      resumedBytes: 0,
      bytesMs: 0,
      checkMs: 0,
    };
  }
  if (isThere === 'other' && !isForced) throw new BridgeError('BRIDGE_DOWNLOAD_EXISTS', { detail: target });
  const part = await openPart(target, options);
  try {
    const began = clock.now();
    for (let versions = 1; ; versions++) {
      const resumedBytes = await part.beginWith({ ...file, fileId: file.id });
      const whirlpool = followWhirlpool(part.path);
      try {
        await fetchRanges(part, file, whirlpool, wish, options);
        const cameAt = clock.now();
        const [digest] = await Promise.all([digestOf(whirlpool, file, part, signal), part.save()]);
        if (file.checksum !== undefined && digest !== file.checksum) {
          await part.remove();
          throw new BridgeError('BRIDGE_DOWNLOAD_DAMAGED', { detail: target });
        }
        await part.finish(isForced);
        return {
          fate: 'fetched',
          sizeBytes: file.sizeBytes,
          isVerified: file.checksum !== undefined,
          resumedBytes,
          bytesMs: cameAt - began,
          checkMs: clock.now() - cameAt,
        };
      } catch (error) {
        const isOther =
          isBridgeError(error, 'BRIDGE_PRECONDITION') || isBridgeError(error, 'BRIDGE_UPSTREAM_CHANGED');
        if (!isOther || versions === maxVersions) throw error;
        const now = await source.facts(wish.id);
        if (now.etag === file.etag) throw error;
        file = now;
      } finally {
        whirlpool.close();
      }
    }
  } catch (error) {
    // A part without a byte is worth nothing to anybody.
    if (part.spans().bytes() === 0) await part.remove().catch(() => undefined);
    throw error;
  } finally {
    await part.close();
  }
}

/** A run that was killed behind the naming left its part, which nobody needs any more. What cannot be taken away stays. */
async function sweep(target: string, options: PartFileOptions): Promise<void> {
  if (!(await exists(`${target}.part.ranges`))) return;
  try {
    await (await openPart(target, options)).remove();
  } catch (error) {
    if (!isBridgeError(error)) throw error;
  }
}

/** @throws BridgeError BRIDGE_DISK; the signal's reason */
async function digestOf(
  whirlpool: FollowedWhirlpool,
  { sizeBytes }: RemoteFile,
  { path }: PartFile,
  signal: AbortSignal,
): Promise<string> {
  const stop = () => whirlpool.close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    signal.throwIfAborted();
    return await whirlpool.whole(sizeBytes);
  } catch (error) {
    throw signal.aborted ? signal.reason : diskError(path, error);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** What has the name already. @throws BridgeError BRIDGE_DISK, BRIDGE_DOWNLOAD_EXISTS for what is no file */
async function compare(
  target: string,
  { sizeBytes, checksum }: RemoteFile,
  signal: AbortSignal,
): Promise<'nothing' | 'same' | 'other'> {
  try {
    const found = await stat(target);
    if (!found.isFile())
      throw new BridgeError('BRIDGE_DOWNLOAD_EXISTS', {
        says: `${target} is there, and is no file`,
        remedy: 'Move it away, or name another folder',
      });
    if (found.size !== sizeBytes || checksum === undefined) return 'other';
    return (await whirlpoolOfFile(target, signal)) === checksum ? 'same' : 'other';
  } catch (error) {
    if (isBridgeError(error) || signal.aborted) throw error;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'nothing';
    throw diskError(target, error);
  }
}
