import type { Readable } from 'node:stream';
import type { ByteRange } from '../policy/range.ts';
import { FileStream } from './file-stream.ts';
import type { FileStreamOptions, ReadableFile, ReadOptions } from './read-options.ts';

export type { ReadableFile } from './read-options.ts';

export interface ReaderOptions extends FileStreamOptions {
  /** Somebody reads this file until the returned function is called. */
  watch: (file: ReadableFile) => () => void;
}

export interface OpenOptions extends Omit<ReadOptions, 'viewer'> {
  /** Who reads; background readings need no name. */
  viewer?: string;
  signal?: AbortSignal;
}

/** Reads stretches of files through whatever the host does in between. */
export interface Reader {
  /**
   * Opens a stretch of a file, both ends included. @returns a stream once its beginning is at hand or the host has
   * answered in order, so that an error before that can still be a reply. The stream ends after exactly the bytes asked
   * for, or with a BridgeError.
   * @throws BridgeError BRIDGE_TOO_MANY_STREAMS, BRIDGE_LINK_DEAD, BRIDGE_UPSTREAM_CUT, BRIDGE_UPSTREAM_CHANGED,
   * BRIDGE_HOST_ERROR, or the broker's; the signal's reason when it aborts
   */
  open(file: ReadableFile, range: ByteRange, options: OpenOptions): Promise<Readable>;
  /** The entity tag that a file has now: for those who read several stretches of one file, to be handed to each `open`. */
  etagOf(file: ReadableFile): string;
  /** Streams that are open now. */
  running(): number;
}

export function createReader(options: ReaderOptions): Reader {
  const open = new Set<FileStream>();

  /** A jump: what the same viewer read of the same file before can let go of the host. */
  function letGo(stream: FileStream): void {
    for (const other of open)
      if (other !== stream && other.viewer === stream.viewer && other.file.id === stream.file.id)
        other.supersede();
  }

  return {
    async open(file, range, { signal, viewer = '', onFirstByte, ...reading }) {
      signal?.throwIfAborted();
      const stream: FileStream = new FileStream(
        file,
        range,
        {
          ...reading,
          viewer,
          onFirstByte() {
            if (!reading.isOneOfSeveral) letGo(stream);
            onFirstByte?.();
          },
        },
        options,
      );
      open.add(stream);
      // It may have to give way before anybody has it: that is told by what `open` throws.
      stream.on('error', () => undefined);
      const leave = reading.urgency === 'play' ? options.watch(file) : undefined;
      stream.once('close', () => {
        open.delete(stream);
        leave?.();
      });
      const stop = () => stream.destroy();
      signal?.addEventListener('abort', stop, { once: true });
      try {
        await stream.open();
        // Gone while the host answered: the stream has closed already, and says so to nobody.
        signal?.throwIfAborted();
        return stream;
      } catch (error) {
        stream.destroy();
        throw signal?.aborted ? signal.reason : (stream.errored ?? error);
      } finally {
        signal?.removeEventListener('abort', stop);
      }
    },

    etagOf: options.versions.etagOf,
    running: () => open.size,
  };
}
