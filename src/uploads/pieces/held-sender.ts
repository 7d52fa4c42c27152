import type { Catalog } from '../../catalog/catalog.ts';
import type { HeldUpload } from '../../catalog/held-uploads.ts';
import type { Clock } from '../../core/clock.ts';
import { minuteMs } from '../../core/durations.ts';
import { BridgeError, type ErrorCode, errorTable, isBridgeError } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import { readMetadataDate } from '../dav/said-date.ts';
import type { DavWriter } from '../dav/writer.ts';
import type { Spool } from '../spool.ts';
import type { Uploader } from '../uploader.ts';
import { readMetadata } from './metadata.ts';

export interface HeldSenderOptions {
  catalog: Pick<Catalog, 'heldUploads' | 'uploads' | 'files'>;
  spool: Pick<Spool, 'held'>;
  uploader: Pick<Uploader, 'put'>;
  davWriter: Pick<DavWriter, 'target' | 'putSpooled'>;
  /** Told when something came into the account. */
  onSent: () => Promise<void>;
  /** What cannot be sent now is tried for so long. */
  keepMs: () => number;
  clock: Clock;
  log: Log;
}

/** Brings uploads that are whole to the host, whether anybody waits for that or not. */
export interface HeldSender {
  /** Begins with it, once. */
  begin(upload: HeldUpload): void;
  isSending(id: string): boolean;
  /** Resolves when it is in the account. @throws BridgeError why it cannot be, or is not yet */
  sent(id: string): Promise<void>;
  /** Leaves one off; resolves when nobody is at it. */
  cancel(id: string): Promise<void>;
  /** What is not sent then is for the next process. */
  stop(): Promise<void>;
}

const firstPauseMs = minuteMs;
const maxPauseMs = 30 * minuteMs;

export function createHeldSender(options: HeldSenderOptions): HeldSender {
  const { catalog, spool, uploader, davWriter, onSent, keepMs, clock, log } = options;
  const { heldUploads } = catalog;
  const stopping = new AbortController();
  /** What is under way, how its first try ends, and what ends it. */
  const running = new Map<string, { all: Promise<void>; first: Promise<void>; leaving: AbortController }>();

  async function deliver(
    { id, door, path, sizeBytes = 0, replaces, metadata }: HeldUpload,
    signal: AbortSignal,
  ): Promise<void> {
    const source = spool.held.pathOf(id);
    const datedAt = readMetadataDate(readMetadata(metadata));
    if (door === 'api') {
      const wish = { source, to: path, isName: true, replaces, datedAt, signal };
      const { fate, file } = await uploader.put(wish);
      await heldUploads.change(id, { fate, fileId: file?.id });
      return;
    }
    const target = await davWriter.target(path.split('/').filter(Boolean));
    await davWriter.putSpooled(target, { path: source, sizeBytes, datedAt }, signal);
    const [file] = (await catalog.files.byPath(target.path)).files;
    await heldUploads.change(id, { fate: file ? 'sent' : 'stored', fileId: file?.id });
  }

  async function isInJournal(id: string): Promise<boolean> {
    const source = spool.held.pathOf(id);
    return (await catalog.uploads.all()).some((one) => one.source === source);
  }

  /** @returns whether it is to be tried again */
  async function tryOnce(
    upload: HeldUpload,
    signal: AbortSignal,
  ): Promise<{ error?: unknown; isOver: boolean }> {
    const { id, path, door } = upload;
    try {
      await deliver(upload, signal);
    } catch (error) {
      if (signal.aborted) return { error: signal.reason, isOver: true };
      const isLate = upload.touchedAt + keepMs() <= clock.now();
      // Who waits at WebDAV is told, and sends it again; what may be at the host is looked for all the same.
      const isTried = isBridgeError(error) && error.retryable && door === 'api' && !isLate;
      const isOver = !isTried && !(await isInJournal(id));
      const known = isBridgeError(error) ? error : new BridgeError('BRIDGE_INTERNAL');
      log.warn({ err: error, file: path }, 'an upload that is whole could not be brought to the host');
      await heldUploads.change(id, {
        errorCode: known.code,
        error: known.message,
        ...(isOver && { state: 'failed', touchedAt: clock.now() }),
      });
      if (isOver) await letGo(id);
      return { error, isOver };
    }
    await heldUploads.change(id, {
      state: 'done',
      errorCode: undefined,
      error: undefined,
      touchedAt: clock.now(),
    });
    await letGo(id);
    await onSent();
    return { isOver: true };
  }

  /** Only what became of it is told from now on. */
  async function letGo(id: string): Promise<void> {
    await heldUploads.removeChunks(id);
    await spool.held.remove(id);
  }

  async function goOn(upload: HeldUpload, signal: AbortSignal): Promise<void> {
    for (let pauseMs = firstPauseMs; !signal.aborted; pauseMs = Math.min(2 * pauseMs, maxPauseMs)) {
      await clock.sleep(pauseMs, signal);
      if ((await tryOnce(upload, signal)).isOver) return;
    }
  }

  return {
    isSending: (id) => running.has(id),
    begin(upload) {
      const { id } = upload;
      if (running.has(id) || stopping.signal.aborted) return;
      const leaving = new AbortController();
      const signal = AbortSignal.any([leaving.signal, stopping.signal]);
      const trying = tryOnce(upload, signal);
      const first = trying.then(({ error }) => {
        if (error !== undefined) throw error;
      });
      const all = trying
        .then(({ isOver }) => (isOver ? undefined : goOn(upload, signal)))
        .catch((error: unknown) => {
          if (!signal.aborted)
            log.error({ err: error, file: upload.path }, 'an upload that is whole was left');
        })
        .finally(() => running.delete(id));
      first.catch(() => undefined);
      running.set(id, { all, first, leaving });
    },
    async sent(id) {
      await running.get(id)?.first;
      const upload = await heldUploads.byId(id);
      if (upload?.state === 'done') return;
      const code = upload?.errorCode;
      const isKnown = code !== undefined && code in errorTable;
      throw new BridgeError(isKnown ? (code as ErrorCode) : 'BRIDGE_UPLOAD_UNSURE');
    },
    async cancel(id) {
      const one = running.get(id);
      one?.leaving.abort(new BridgeError('BRIDGE_UPLOAD_GONE'));
      await one?.all;
    },
    async stop() {
      stopping.abort(new BridgeError('BRIDGE_STOPPING'));
      while (running.size > 0) await Promise.all([...running.values()].map(({ all }) => all));
    },
  };
}
