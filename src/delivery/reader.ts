import type { Readable } from 'node:stream';
import { BridgeError } from '../errors.ts';
import type { AcquireOptions } from '../links/broker.ts';
import { FileStream, type FileStreamOptions, type ReadableFile } from './file-stream.ts';
import type { ByteRange } from './range.ts';

export interface ReaderOptions extends FileStreamOptions {
  /** Transfers at one time, of all readers together. */
  connections: number;
}

/** Reads stretches of files through whatever the host does in between. */
export function createReader(options: ReaderOptions) {
  const open = new Set<FileStream>();
  return {
    /**
     * Opens a stretch of a file. @returns a stream once the host has answered in order, so that an error before that
     * can still be a reply. The stream ends after exactly the bytes asked for, or with a BridgeError.
     * @throws BridgeError BRIDGE_TOO_MANY_STREAMS, BRIDGE_LINK_DEAD, BRIDGE_UPSTREAM_CUT, BRIDGE_UPSTREAM_CHANGED,
     * BRIDGE_HOST_ERROR, or the broker's
     */
    async open(file: ReadableFile, range: ByteRange, { urgency, signal }: AcquireOptions): Promise<Readable> {
      signal?.throwIfAborted();
      if (open.size >= options.connections) {
        throw new BridgeError('BRIDGE_TOO_MANY_STREAMS', { retryAt: options.clock.now() + 5000 });
      }
      const stream = new FileStream(file, range, urgency, options);
      open.add(stream);
      stream.once('close', () => open.delete(stream));
      const stop = () => stream.destroy();
      signal?.addEventListener('abort', stop, { once: true });
      try {
        await stream.connect();
        return stream;
      } catch (error) {
        stream.destroy();
        throw error;
      } finally {
        signal?.removeEventListener('abort', stop);
      }
    },

    /** Streams that are open now. */
    running: (): number => open.size,
  };
}

export type Reader = ReturnType<typeof createReader>;
