import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { Clock } from '../core/clock.ts';
import { BridgeError, isBridgeError } from '../core/errors.ts';
import { exists } from '../core/files/exists.ts';
import { diskError } from '../core/files/folder-check.ts';
import { type FollowedWhirlpool, followWhirlpool, whirlpoolOfFile } from '../core/files/whirlpool.ts';
import type { FileId } from '../core/ids.ts';
import { createByteSpans } from './byte-spans.ts';
import { openPart, type PartFile, type PartFileOptions } from './part-file.ts';
import { createRetries } from './retries.ts';

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

export interface DownloadOptions {
  source: ByteSource;
  clock: Clock;
  openHandle?: NonNullable<PartFileOptions['openHandle']>;
}

export interface DownloadWish {
  id: FileId;
  /** Path of this machine; its folder is there. */
  target: string;
  /** Whether another file of that name is replaced. */
  isForced: boolean;
  /** Ranges that are asked for at one time. */
  connections: number;
  signal: AbortSignal;
  onBytes?: (done: number, total: number) => void;
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

/** A range is so long; near the end they get shorter, so that all connections end together. */
const [minRangeBytes, maxRangeBytes] = [1024 * 1024, 64 * 1024 * 1024];
/** The disk gets so much at once. */
const writeBytes = 512 * 1024;
const followBytes = 4 * 1024 * 1024;
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
        const [digest] = await Promise.all([digestOf(whirlpool, file, signal), part.save()]);
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

/** @throws the fault of the disk; the signal's reason */
async function digestOf(
  whirlpool: FollowedWhirlpool,
  { sizeBytes }: RemoteFile,
  signal: AbortSignal,
): Promise<string> {
  const stop = () => whirlpool.close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    signal.throwIfAborted();
    return await whirlpool.whole(sizeBytes);
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
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

/** Fetches what is missing. What came is noted on every way out. */
async function fetchRanges(
  part: PartFile,
  file: RemoteFile,
  whirlpool: FollowedWhirlpool,
  { connections, signal, onBytes }: DownloadWish,
  { source, clock }: DownloadOptions,
): Promise<void> {
  const spans = part.spans();
  /** What is there, and what somebody fetches. */
  const taken = createByteSpans(spans.all());
  const retries = createRetries(clock);
  const stop = new AbortController();
  const ending = AbortSignal.any([signal, stop.signal]);
  let told = 0;

  function nextRange(): { from: number; to: number } | undefined {
    const gap = taken.gap(file.sizeBytes);
    if (!gap) return undefined;
    const share = Math.ceil((file.sizeBytes - taken.bytes()) / (connections * 2));
    const length = Math.min(maxRangeBytes, Math.max(minRangeBytes, share));
    const [from] = gap;
    const to = Math.min(gap[1], from + length);
    taken.add(from, to);
    return { from, to };
  }

  function passed(): void {
    retries.progress();
    onBytes?.(spans.bytes(), file.sizeBytes);
    const whole = spans.prefix();
    if (whole - told < followBytes) return;
    told = whole;
    whirlpool.upTo(whole);
  }

  async function readRange(from: number, to: number): Promise<void> {
    let at = from;
    while (at < to)
      try {
        const body = await source.open(file, at, to, ending);
        for await (const pieces of gathered(body)) {
          await part.write(pieces, at);
          at += pieces.reduce((sum, { length }) => sum + length, 0);
          passed();
        }
        if (at < to) throw new Error('the answer ended early');
      } catch (error) {
        await retries.after(error, ending);
      }
  }

  async function fetchOn(): Promise<void> {
    for (let range = nextRange(); range; range = nextRange()) await readRange(range.from, range.to);
  }

  onBytes?.(spans.bytes(), file.sizeBytes);
  let fault: { error: unknown } | undefined;
  const work = Array.from({ length: connections }, () =>
    fetchOn().catch((error: unknown) => {
      fault ??= { error };
      stop.abort(error);
    }),
  );
  await Promise.all(work);
  if (!fault) return;
  // A disk that is full may take no note either: the last one holds.
  await part.save().catch(() => undefined);
  throw signal.aborted ? signal.reason : fault.error;
}

/** What comes, in pieces that are worth a write. */
async function* gathered(body: Readable): AsyncGenerator<Buffer[]> {
  let pieces: Buffer[] = [];
  let bytes = 0;
  let fault: { error: unknown } | undefined;
  try {
    for await (const piece of body) {
      pieces.push(piece as Buffer);
      bytes += (piece as Buffer).length;
      if (bytes < writeBytes) continue;
      yield pieces;
      pieces = [];
      bytes = 0;
    }
  } catch (error) {
    fault = { error };
  }
  // What came before a break is kept too, or a host that breaks off early would never be done with.
  if (bytes > 0) yield pieces;
  if (fault) throw fault.error;
}
