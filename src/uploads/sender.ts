import type { BegunUpload, UploadJournal } from '../catalog/uploads.ts';
import { isBridgeError } from '../core/errors.ts';
import { filePieces } from '../core/files/file-pieces.ts';
import type { Log } from '../core/log.ts';
import type { SentFile, WritableHost } from '../host/host-writes.ts';
import type { Retire } from './changes/entries.ts';
import type { PutWish } from './put-wish.ts';
import type { SentDigest } from './sent-digest.ts';
import type { UploadFinder } from './upload-finder.ts';

export interface SenderOptions {
  host: Pick<WritableHost, 'writes'>;
  catalog: { uploads: Pick<UploadJournal, 'sending'> };
  find: UploadFinder['find'];
  retire: Retire;
  log: Log;
}

/** One of the times that a file is sent. */
export interface SendingTurn extends Pick<PutWish, 'signal'> {
  onBytes: PutWish['onBytes'] | undefined;
  /** What the source comes to. */
  digest: SentDigest;
  isLast: boolean;
  /** Told here: the host has been given every byte, and may have the file whatever happens now. */
  progress: { isAllSent: boolean };
}

/** Sends a file that stands in the journal, once. */
export interface Sender {
  /**
   * @returns what is at the host, undefined where it is there and not told of, `again` where nothing is
   * @throws BridgeError as `HostWrites.upload` does
   */
  send(begun: BegunUpload, turn: SendingTurn): Promise<SentFile | undefined | 'again'>;
  /** What is damaged is in the library at no time, whatever the host says to its removal. */
  discard(begun: BegunUpload, found: SentFile, signal: AbortSignal): Promise<void>;
}

/** Listings that are asked for what an answer does not tell. */
export const maxScans = 3;

export function createSender({ host, catalog, find, retire, log }: SenderOptions): Sender {
  /** A connection that ended behind the last byte says nothing: the host is asked by the receipt, then its listings are. */
  async function findLost(
    begun: BegunUpload,
    receipt: string,
    digest: string,
    signal: AbortSignal,
  ): Promise<SentFile | undefined> {
    const told = await host.writes.sentBy(receipt, signal);
    if (typeof told === 'object') return told;
    const found = await find(begun, maxScans, signal, digest);
    if (found) return found;
    // It may have taken the host a while to lay it down.
    const late = await host.writes.sentBy(receipt, signal);
    return typeof late === 'object' ? late : undefined;
  }

  return {
    async send(begun, { signal, onBytes, digest, isLast, progress }) {
      const { id, source, sizeBytes, folderId, name } = begun;
      let receipt = '';
      progress.isAllSent = false;
      try {
        const open = () => filePieces(source);
        return await host.writes.upload(
          { folderId, name, sizeBytes, open },
          {
            urgency: 'write',
            signal,
            async onReceipt(given) {
              receipt = given;
              await catalog.uploads.sending(id, given);
            },
            onBytes(sent) {
              progress.isAllSent = sent >= sizeBytes;
              digest.sent(sent);
              onBytes?.(sent, sizeBytes);
            },
          },
        );
      } catch (error) {
        if (isBridgeError(error, 'BRIDGE_UPLOAD_UNSURE')) {
          const found = await findLost(begun, receipt, await digest.whole(), signal);
          if (found) return found;
          if (!isLast) return 'again';
        }
        if (isBridgeError(error, 'BRIDGE_UPLOAD_NODE') && !isLast) return 'again';
        throw error;
      }
    },

    async discard({ folderId }, found, signal) {
      const removed = await host.writes
        .removeFiles([found.url], { urgency: 'write', signal })
        .catch((error: unknown) => {
          log.warn({ err: error, name: found.name }, 'what is damaged at the host is moved into the trash');
          return [];
        });
      if (removed.length === 0) await retire([{ ...found, folderId }], signal);
    },
  };
}
