import type { Readable } from 'node:stream';
import type { RangeCache } from '../delivery/cache/range-cache.ts';
import type { OpenOptions, ReadableFile, Reader } from '../delivery/stream/reader.ts';
import { headBytes, type ReadAt } from './inspect.ts';

export interface HeaderOptions {
  reader: Pick<Reader, 'open' | 'etagOf'>;
  rangeCache: Pick<RangeCache, 'covers'>;
  /** Whether what is read is kept for the first probe. */
  keeps: boolean;
  signal: AbortSignal;
  onSource?: OpenOptions['onSource'];
}

/** A beginning of which so much is kept is not read on: that would cost a call for little. */
const enoughBytes = 512 * 1024;

/** A file as an analysis reads it: its beginning once and whole, other places as they are asked for. */
export interface Header {
  /** How much of the beginning there is to read. */
  headBytes: number;
  readAt: ReadAt;
  close(): void;
}

/**
 * Reads a file through the range cache and the reader in urgency `background`. Its beginning is one reading, so that it is
 * kept as one stretch and serves the probe that comes with the first play.
 */
export function openHeader(file: ReadableFile, options: HeaderOptions): Header {
  const { reader, rangeCache, keeps, signal, onSource } = options;
  const kept = rangeCache.covers(file, 0);
  const length = Math.min(file.sizeBytes, kept >= enoughBytes ? Math.min(kept, headBytes) : headBytes);
  // All of its places are read of one version of the file.
  const etag = reader.etagOf(file);
  let head: Promise<Uint8Array> | undefined;
  let reading: { stream: Readable; position: number } | undefined;

  const open = (start: number, end: number) =>
    reader.open(
      file,
      { start, end },
      { urgency: 'background', keeps, mayBeProbe: true, etag, signal, ...(onSource ? { onSource } : {}) },
    );

  async function wholeHead(): Promise<Uint8Array> {
    const stream = await open(0, length - 1);
    const stop = () => stream.destroy();
    signal.addEventListener('abort', stop, { once: true });
    try {
      const parts: Buffer[] = [];
      for await (const part of stream) parts.push(part as Buffer);
      signal.throwIfAborted();
      return Buffer.concat(parts);
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  function close(): void {
    reading?.stream.destroy();
    reading = undefined;
  }

  /** Goes on in the open reading, or begins another one there. */
  async function elsewhere(position: number, wanted: number): Promise<Uint8Array> {
    if (reading?.position !== position) {
      close();
      reading = { stream: await open(position, file.sizeBytes - 1), position };
    }
    const bytes = await take(reading.stream, wanted, signal);
    reading.position += bytes.length;
    return bytes;
  }

  return {
    headBytes: length,
    close,
    async readAt(position, wanted) {
      if (position >= length) return elsewhere(position, wanted);
      head ??= wholeHead();
      return (await head).subarray(position, position + wanted);
    },
  };
}

/** At least one byte and at most `wanted`; none at the end. @throws the stream's error; the signal's reason */
async function take(stream: Readable, wanted: number, signal: AbortSignal): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let left = wanted;
  while (left > 0 && !stream.readableEnded && !stream.destroyed) {
    const part = stream.read(Math.min(left, stream.readableLength || left)) as Buffer | null;
    if (part) {
      parts.push(part);
      left -= part.length;
    } else if (!stream.readableEnded) await moved(stream, signal);
  }
  if (stream.errored) throw stream.errored;
  signal.throwIfAborted();
  return Buffer.concat(parts);
}

/** Resolves when there is more to read, or when nothing more will come. */
function moved(stream: Readable, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const events = ['readable', 'end', 'close', 'error'] as const;
    const done = () => {
      for (const event of events) stream.off(event, done);
      signal.removeEventListener('abort', gone);
      resolve();
    };
    const gone = () => {
      stream.destroy();
      done();
    };
    for (const event of events) stream.on(event, done);
    signal.addEventListener('abort', gone, { once: true });
    if (signal.aborted) gone();
  });
}
