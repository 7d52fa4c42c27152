import { randomUUID } from 'node:crypto';
import { folderNotFound } from '../../catalog/account/near-paths.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { HeldDoor, HeldUpload } from '../../catalog/held-uploads.ts';
import type { Clock } from '../../core/clock.ts';
import { hourMs } from '../../core/durations.ts';
import { BridgeError } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import type { Host } from '../../host/host.ts';
import { mustFitAccount } from '../account-room.ts';
import { splitAccountPath } from '../changes/target.ts';
import type { Spool } from '../spool.ts';
import { createPassingChecksum, type SaidChecksum } from './checksum.ts';
import type { HeldSender } from './held-sender.ts';
import { newHeldUpload } from './new-upload.ts';
import { maxUploadBytes, OffsetError } from './offset.ts';
import type { SoleWriter } from './sole-writer.ts';

export interface PieceUploadsOptions {
  host: Pick<Host, 'account' | 'knownAccount'>;
  catalog: Catalog;
  spool: Spool;
  sender: HeldSender;
  writer: SoleWriter;
  /** An upload of which nothing came for so long is forgotten. */
  keepMs: () => number;
  clock: Clock;
  log: Log;
}

/** An upload that somebody wants to begin. */
export interface BegunPieces {
  door: Exclude<HeldDoor, 'chunks'>;
  /** Of the account, with its name. */
  path: string;
  /** Undefined where the client tells later. */
  sizeBytes: number | undefined;
  metadata: string;
  replaces: boolean;
}

/** The next bytes of an upload. */
export interface NextPiece {
  offset: number;
  body: AsyncIterable<Uint8Array>;
  /** Of this piece, where it is known. */
  lengthBytes: number | undefined;
  /** Of the whole, from a client that did not know it before. */
  sizeBytes?: number | undefined;
  checksum?: SaidChecksum | undefined;
  /** Ends `body`: its client has come back. */
  giveUp: () => void;
}

/** An upload as it stands. */
export interface StandingUpload extends HeldUpload {
  /** Bytes that are here. */
  offset: number;
  /** When it is forgotten unless something comes. */
  expiresAt: number;
}

/**
 * Uploads that go on where they broke, also after this process was killed: what is here lies in the spool and stands in
 * the catalog until it is at the host, or nothing came of it for long.
 */
export interface PieceUploads {
  /**
   * @throws BridgeError BRIDGE_TOO_LARGE, BRIDGE_UPLOAD_FULL, BRIDGE_TOO_MANY_UPLOADS, BRIDGE_NOT_FOUND for a folder that
   * is not known, BRIDGE_UPLOAD_EXISTS where another file has the name
   */
  begin(wish: BegunPieces): Promise<StandingUpload>;
  /** @param door by which it must have come. @throws BridgeError BRIDGE_NOT_FOUND */
  find(id: string, door?: HeldDoor): Promise<StandingUpload>;
  /** The newest first. */
  newest(limit: number): Promise<StandingUpload[]>;
  /**
   * Takes a piece. What came of it is kept also when the rest did not, unless it has a checksum. When it was the last one
   * the upload is sent to the host, which nobody waits for here: see `sent`.
   * @throws OffsetError; BridgeError BRIDGE_UPLOAD_BUSY, BRIDGE_UPLOAD_CHECKSUM, BRIDGE_TOO_LARGE, those of the spool; what `body` throws
   */
  append(id: string, door: HeldDoor, piece: NextPiece): Promise<StandingUpload>;
  /** Resolves when a whole upload is in the account. @throws BridgeError why it cannot be, or is not yet */
  sent(id: string): Promise<void>;
  /**
   * Forgets an upload, and what came of it; one that is on its way to the host is not sent any more.
   * @throws BridgeError BRIDGE_NOT_FOUND, BRIDGE_UPLOAD_BUSY while a piece comes in
   */
  remove(id: string, door: HeldDoor): Promise<void>;
  /** Forgets what is over. @throws BridgeError BRIDGE_TOO_MANY_UPLOADS */
  mustBeFew(): Promise<void>;
  /** @param id whose room is its own. @throws BridgeError BRIDGE_TOO_LARGE, BRIDGE_UPLOAD_FULL */
  mustFit(sizeBytes: number, id?: string): Promise<void>;
  /** Whoever calls has it to himself. */
  forget(upload: HeldUpload): Promise<void>;
  /** Goes on with what an earlier process left, and forgets what nobody came back to. */
  settle(): Promise<void>;
  stop(): Promise<void>;
}

/** That have begun and not ended. */
const maxOpen = 100;
/** One of which nothing came for so long keeps no room for what is still to come. */
const asideMs = hourMs;

export function createPieceUploads(options: PieceUploadsOptions): PieceUploads {
  const { host, catalog, spool, sender, writer, keepMs, clock, log } = options;
  const { heldUploads, files } = catalog;
  const { held } = spool;

  const expiryOf = ({ touchedAt }: HeldUpload) => touchedAt + keepMs();

  async function standing(upload: HeldUpload): Promise<StandingUpload> {
    const isHere = upload.state === 'open' || upload.state === 'whole';
    const offset = isHere ? await held.sizeOf(upload.id) : (upload.sizeBytes ?? 0);
    return { ...upload, offset, expiresAt: expiryOf(upload) };
  }

  async function forget({ id }: HeldUpload): Promise<void> {
    await heldUploads.remove(id);
    await held.remove(id);
  }

  /** Forgets what is over, and gives back the room of what nobody comes to. @returns what is under way */
  async function tidy(): Promise<HeldUpload[]> {
    await heldUploads.forgetOver(clock.now() - keepMs());
    const kept: HeldUpload[] = [];
    for (const upload of await heldUploads.underWay()) {
      const isLeft = upload.state === 'open' && !writer.has(upload.id);
      if (isLeft && expiryOf(upload) <= clock.now()) {
        await forget(upload);
        log.info({ file: upload.path }, 'an upload of which nothing came for long is forgotten');
        continue;
      }
      if (isLeft && upload.touchedAt + asideMs <= clock.now()) held.setAside(upload.id, 0);
      kept.push(upload);
    }
    return kept;
  }

  async function mustBeFew(): Promise<void> {
    const underWay = await tidy();
    if (underWay.length < maxOpen) return;
    throw new BridgeError('BRIDGE_TOO_MANY_UPLOADS', { retryAt: Math.min(...underWay.map(expiryOf)) });
  }

  async function mustFit(sizeBytes: number, id?: string): Promise<void> {
    if (sizeBytes > maxUploadBytes)
      throw new BridgeError('BRIDGE_TOO_LARGE', {
        says: 'The host takes no file of more than 300 GB',
        remedy: 'Send it in parts of their own',
      });
    await mustFitAccount(host, sizeBytes);
    // What is here has its room.
    await spool.mustFit(id === undefined ? sizeBytes : 0, id);
  }

  /** What can be known before anything came. */
  async function mustBeWelcome({ path, sizeBytes, replaces }: BegunPieces): Promise<void> {
    const { parent } = splitAccountPath(path);
    const { folder } = await files.byPath(parent);
    if (!folder) throw await folderNotFound(files, parent);
    const there = await files.byPath(path);
    // One of the same size may be the same file.
    const isOther = there.files.some((file) => sizeBytes !== undefined && file.sizeBytes !== sizeBytes);
    if (there.folder || (isOther && !replaces))
      throw new BridgeError('BRIDGE_UPLOAD_EXISTS', { detail: path });
  }

  async function open(id: string, door?: HeldDoor): Promise<HeldUpload> {
    const upload = await heldUploads.byId(id);
    const isOver = upload?.state === 'open' && !writer.has(id) && expiryOf(upload) <= clock.now();
    if (!upload || (door !== undefined && upload.door !== door) || isOver)
      throw new BridgeError('BRIDGE_NOT_FOUND', { detail: 'there is no such upload, or it was forgotten' });
    return upload;
  }

  async function begin(wish: BegunPieces): Promise<StandingUpload> {
    if (wish.door === 'api') {
      await mustBeWelcome(wish);
      if (wish.sizeBytes === 0)
        throw new BridgeError('BRIDGE_BAD_REQUEST', { detail: 'the host takes no empty file' });
    }
    await mustBeFew();
    await mustFit(wish.sizeBytes ?? 0);
    const upload = newHeldUpload({ ...wish, id: randomUUID() }, clock.now());
    held.setAside(upload.id, wish.sizeBytes ?? 0);
    await heldUploads.add(upload);
    if (wish.sizeBytes === 0) await complete(upload);
    return standing(upload);
  }

  /** All of it is here: from now on it is ours to bring it to the host. */
  async function complete(upload: HeldUpload): Promise<void> {
    await heldUploads.change(upload.id, { state: 'whole' });
    sender.begin({ ...upload, state: 'whole' });
  }

  /**
   * Of one whose last byte came just before its process was killed, or its connection broke, clients are told that all of it
   * is here, and never come back to it.
   */
  async function completeIfWhole(upload: HeldUpload): Promise<HeldUpload> {
    const { id, sizeBytes } = upload;
    const isWhole = async (one: HeldUpload) => one.state === 'open' && (await held.sizeOf(id)) === sizeBytes;
    if (writer.has(id) || !(await isWhole(upload)) || writer.has(id)) return upload;
    return writer.take(
      id,
      () => undefined,
      async () => {
        const now = await open(id);
        if (!(await isWhole(now))) return now;
        await complete(now);
        return { ...now, state: 'whole' };
      },
    );
  }

  async function append(id: string, door: HeldDoor, piece: NextPiece): Promise<StandingUpload> {
    await open(id, door);
    return writer.take(id, piece.giveUp, async (came) => {
      const upload = await open(id, door);
      const { offset: at } = await standing(upload);
      if (piece.offset !== at) throw new OffsetError(at);
      const sizeBytes = upload.sizeBytes ?? piece.sizeBytes;
      if (piece.sizeBytes !== undefined && sizeBytes !== piece.sizeBytes)
        throw new BridgeError('BRIDGE_BAD_REQUEST', { detail: 'Upload-Length was another one before' });
      if (upload.state !== 'open') return standing(upload);
      if (upload.sizeBytes === undefined && sizeBytes !== undefined) {
        if (sizeBytes < at)
          throw new BridgeError('BRIDGE_BAD_REQUEST', {
            detail: `Upload-Length: ${at} bytes are here already`,
          });
        await mustFit(sizeBytes - at);
        await heldUploads.change(id, { sizeBytes });
      }
      const left = (sizeBytes ?? maxUploadBytes) - at;
      if (piece.lengthBytes !== undefined && piece.lengthBytes > left)
        throw new BridgeError('BRIDGE_TOO_LARGE', {
          says: `More was to come than the ${left} bytes that are missing`,
          remedy: 'Send as many bytes as Upload-Length said',
        });
      await spool.mustFit(piece.lengthBytes ?? 0, id);
      if (sizeBytes !== undefined) held.setAside(id, left);
      await take(id, at, left, piece, came);
      const now = { ...upload, sizeBytes, touchedAt: clock.now() };
      await heldUploads.change(id, { touchedAt: now.touchedAt });
      const after = await standing(now);
      if (after.offset !== sizeBytes) return after;
      await complete(now);
      return { ...after, state: 'whole' };
    });
  }

  async function take(
    id: string,
    at: number,
    left: number,
    { body, checksum, lengthBytes }: NextPiece,
    came: () => void,
  ): Promise<void> {
    const passing = checksum && createPassingChecksum(checksum);
    const told = telling(body, came);
    const { sizeBytes, error } = await held.write(id, at, passing ? passing.pass(told) : told, left);
    const isShort = lengthBytes !== undefined && sizeBytes < lengthBytes;
    const isWrong = passing !== undefined && (error !== undefined || isShort || !passing.isRight());
    // Nobody knows which byte of it is wrong.
    if (isWrong || (error as BridgeError | undefined)?.code === 'BRIDGE_TOO_LARGE') await held.cut(id, at);
    if (sizeBytes > 0) await heldUploads.change(id, { touchedAt: clock.now() });
    if (error !== undefined) throw error;
    if (isWrong) throw new BridgeError('BRIDGE_UPLOAD_CHECKSUM');
  }

  return {
    begin,
    append,
    mustBeFew,
    mustFit,
    forget,
    find: async (id, door) => standing(await completeIfWhole(await open(id, door))),
    async newest(limit) {
      return Promise.all((await heldUploads.newest(limit)).map(standing));
    },
    sent: (id) => sender.sent(id),
    async remove(id, door) {
      const upload = await open(id, door);
      // What the host has taken already stays there.
      await sender.cancel(id);
      await writer.take(
        id,
        () => undefined,
        () => forget(upload),
      );
    },
    async settle() {
      for (const left of await tidy()) {
        const upload = left.door === 'chunks' ? left : await completeIfWhole(left);
        if (upload.state === 'whole') sender.begin(upload);
        else if (upload.sizeBytes !== undefined && upload.touchedAt + asideMs > clock.now())
          held.setAside(upload.id, upload.sizeBytes - (await held.sizeOf(upload.id)));
      }
    },
    async stop() {
      await Promise.all([writer.stop(), sender.stop()]);
    },
  };
}

async function* telling(body: AsyncIterable<Uint8Array>, came: () => void): AsyncGenerator<Uint8Array> {
  for await (const piece of body) {
    came();
    yield piece;
  }
}
