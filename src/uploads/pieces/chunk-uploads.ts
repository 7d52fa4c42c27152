import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Catalog } from '../../catalog/catalog.ts';
import type { HeldChunk, HeldUpload } from '../../catalog/held-uploads.ts';
import type { Clock } from '../../core/clock.ts';
import { BridgeError } from '../../core/errors.ts';
import type { Spool } from '../spool.ts';
import { createPassingChecksum, type SaidChecksum } from './checksum.ts';
import type { HeldSender } from './held-sender.ts';
import { metadataPair } from './metadata.ts';
import { newHeldUpload } from './new-upload.ts';
import { maxUploadBytes } from './offset.ts';
import type { PieceUploads } from './piece-uploads.ts';
import type { SoleWriter } from './sole-writer.ts';

export interface ChunkUploadsOptions {
  catalog: Pick<Catalog, 'heldUploads'>;
  spool: Spool;
  sender: HeldSender;
  writer: SoleWriter;
  uploads: Pick<PieceUploads, 'mustBeFew' | 'mustFit' | 'forget'>;
  clock: Clock;
}

/** A chunk on its way. */
export interface ComingChunk {
  body: AsyncIterable<Uint8Array>;
  lengthBytes: number | undefined;
  /** Ends `body`. */
  giveUp: () => void;
}

/** What a client says of the whole at its end. */
export interface WholeOfChunks {
  /** Of the account, with its name. */
  path: string;
  sizeBytes: number | undefined;
  checksum: SaidChecksum | undefined;
  /** What its content is dated to be, milliseconds UTC of whole seconds. */
  datedAt: number | undefined;
}

/**
 * Uploads whose pieces come in any order, also at one time, each named by its first byte and its last, as rclone sends
 * them to a Nextcloud. All are written into one file: nothing is put together at the end, which would take the room twice.
 */
export interface ChunkUploads {
  /** @param dir as the client calls it. @throws BridgeError BRIDGE_METHOD where there is one of this name, BRIDGE_TOO_MANY_UPLOADS */
  make(dir: string): Promise<void>;
  /**
   * @param name `<first byte>-<last byte>`
   * @returns whether it had come before
   * @throws BridgeError BRIDGE_CONFLICT where there is no such folder, BRIDGE_BAD_REQUEST for another name, a wrong length,
   * or a chunk that shares bytes with another one; those of the spool
   */
  put(dir: string, name: string, chunk: ComingChunk): Promise<boolean>;
  /**
   * Sends the whole to the host, once, however often it is asked for: it is there when this resolves.
   * @throws BridgeError BRIDGE_NOT_FOUND, BRIDGE_BAD_REQUEST where bytes are missing, BRIDGE_UPLOAD_CHECKSUM,
   * BRIDGE_UPLOAD_BUSY while chunks come in; why it cannot be sent
   */
  assemble(dir: string, whole: WholeOfChunks): Promise<void>;
  /**
   * What is here of one: who comes back sends the rest. `touchedAt`: when something of it came last, milliseconds UTC.
   * @throws BridgeError BRIDGE_NOT_FOUND, also where all of it is on its way
   */
  list(dir: string): Promise<{ touchedAt: number; chunks: HeldChunk[] }>;
  /** @throws BridgeError BRIDGE_NOT_FOUND, BRIDGE_UPLOAD_BUSY while it is sent */
  remove(dir: string): Promise<void>;
}

/** 300 GB in the 10 MiB of rclone are 28,610. */
const maxChunks = 32_768;
const maxDirLength = 255;

export function createChunkUploads(options: ChunkUploadsOptions): ChunkUploads {
  const { catalog, spool, sender, writer, uploads, clock } = options;
  const { heldUploads } = catalog;
  const { held } = spool;
  /** Chunks that come in now, and the whole where it is put together. */
  const coming = new Map<string, Set<HeldChunk>>();
  const assembling = new Set<string>();

  const idOf = (dir: string) => `chunks-${createHash('sha256').update(dir).digest('hex')}`;

  async function byDir(dir: string): Promise<HeldUpload> {
    const upload = await heldUploads.byId(idOf(dir));
    if (!upload) throw new BridgeError('BRIDGE_NOT_FOUND');
    return upload;
  }

  async function make(dir: string): Promise<void> {
    if (dir === '' || dir.length > maxDirLength)
      throw new BridgeError('BRIDGE_BAD_REQUEST', { detail: 'the name of the folder is too long' });
    await uploads.mustBeFew();
    const before = await heldUploads.byId(idOf(dir));
    if (before && before.state !== 'done' && before.state !== 'failed')
      throw new BridgeError('BRIDGE_METHOD');
    if (before) await uploads.forget(before);
    const wish = { door: 'chunks', path: '', sizeBytes: undefined, metadata: '', replaces: true } as const;
    await heldUploads.add(newHeldUpload({ ...wish, id: idOf(dir) }, clock.now()));
  }

  async function put(
    dir: string,
    name: string,
    { body, lengthBytes, giveUp }: ComingChunk,
  ): Promise<boolean> {
    const chunk = readChunkName(name);
    const sizeBytes = chunk.lastByte - chunk.firstByte + 1;
    if (lengthBytes !== undefined && lengthBytes !== sizeBytes)
      throw bad(`${lengthBytes} bytes come, and its name says ${sizeBytes}`);
    const upload = await byDir(dir).catch(() => {
      throw new BridgeError('BRIDGE_CONFLICT');
    });
    const { id } = upload;
    if (upload.state !== 'open' || assembling.has(id)) throw new BridgeError('BRIDGE_UPLOAD_BUSY');
    return writer.take(`${id}/${chunk.firstByte}`, giveUp, async (came) => {
      // Whoever was at it before was waited for: it may have been put together meanwhile, and is being sent.
      const isOpen = (await heldUploads.byId(id))?.state === 'open';
      if (!isOpen || assembling.has(id)) throw new BridgeError('BRIDGE_UPLOAD_BUSY');
      const others = coming.get(id) ?? new Set();
      if ([...others].some((other) => isOverlap(other, chunk))) throw bad('it shares bytes with another one');
      coming.set(id, others.add(chunk));
      try {
        const there = await heldUploads.chunksAt(id, chunk);
        const isAgain = there.length === 1 && isSameChunk(there[0] as HeldChunk, chunk);
        if (there.length > 0 && !isAgain) throw bad('it shares bytes with another one');
        if (!isAgain && (await heldUploads.chunkCount(id)) >= maxChunks) throw bad('there are too many');
        await spool.mustFit(sizeBytes, id);
        // Until all of it is here again nobody knows which bytes are.
        if (isAgain) await heldUploads.removeChunk(id, chunk.firstByte);
        const written = await held.write(id, chunk.firstByte, told(body, came), sizeBytes);
        if (written.error !== undefined) throw written.error;
        if (written.sizeBytes !== sizeBytes) throw bad(`${written.sizeBytes} bytes came of ${sizeBytes}`);
        await heldUploads.addChunk(id, chunk);
        await heldUploads.change(id, { touchedAt: clock.now() });
        return isAgain;
      } finally {
        others.delete(chunk);
        if (others.size === 0) coming.delete(id);
      }
    });
  }

  /** @returns how long it is. @throws BridgeError BRIDGE_BAD_REQUEST where bytes are missing */
  async function wholeSize(id: string, expected: number | undefined): Promise<number> {
    let next = 0;
    for (const { firstByte, lastByte } of await heldUploads.chunks(id)) {
      if (firstByte !== next) throw bad(`bytes ${next} to ${firstByte - 1} did not come`);
      next = lastByte + 1;
    }
    if (next === 0) throw bad('none came');
    if (expected !== undefined && next !== expected)
      throw bad(`${next} bytes came of ${expected} that were announced`);
    return next;
  }

  async function isRight(id: string, checksum: SaidChecksum | undefined): Promise<boolean> {
    if (!checksum) return true;
    const passing = createPassingChecksum(checksum);
    for await (const _piece of passing.pass(createReadStream(held.pathOf(id))));
    return passing.isRight();
  }

  async function assemble(dir: string, { path, sizeBytes, checksum, datedAt }: WholeOfChunks): Promise<void> {
    const upload = await byDir(dir);
    const { id } = upload;
    // A client that did not wait for the answer asks again.
    if (upload.state === 'whole' && upload.path === path) {
      sender.begin(upload);
      return sender.sent(id);
    }
    if (upload.state === 'done' && upload.path === path) return;
    if (upload.state !== 'open') throw new BridgeError('BRIDGE_NOT_FOUND');
    if (assembling.has(id) || coming.has(id)) throw new BridgeError('BRIDGE_UPLOAD_BUSY');
    assembling.add(id);
    try {
      const size = await wholeSize(id, sizeBytes);
      await held.cut(id, size);
      if (!(await isRight(id, checksum))) throw new BridgeError('BRIDGE_UPLOAD_CHECKSUM');
      await uploads.mustFit(size, id);
      const metadata = datedAt === undefined ? '' : metadataPair('mtime', String(datedAt / 1000));
      const whole = { path, sizeBytes: size, metadata, state: 'whole', touchedAt: clock.now() } as const;
      await heldUploads.change(id, whole);
      sender.begin({ ...upload, ...whole });
    } finally {
      assembling.delete(id);
    }
    return sender.sent(id);
  }

  return {
    make,
    put,
    assemble,
    async list(dir) {
      const { id, state, touchedAt } = await byDir(dir);
      if (state !== 'open') throw new BridgeError('BRIDGE_NOT_FOUND');
      return { touchedAt, chunks: await heldUploads.chunks(id) };
    },
    async remove(dir) {
      const upload = await byDir(dir);
      const { id } = upload;
      if (sender.isSending(id) || assembling.has(id) || coming.has(id))
        throw new BridgeError('BRIDGE_UPLOAD_BUSY');
      await uploads.forget(upload);
    },
  };
}

/** @throws BridgeError BRIDGE_BAD_REQUEST */
export function readChunkName(name: string): HeldChunk {
  const [, first = '', last = ''] = /^(\d{1,15})-(\d{1,15})$/.exec(name) ?? [];
  const [firstByte, lastByte] = [Number(first), Number(last)];
  if (first === '' || firstByte > lastByte) throw bad('its name is <first byte>-<last byte>');
  if (lastByte >= maxUploadBytes)
    throw new BridgeError('BRIDGE_TOO_LARGE', {
      says: 'The host takes no file of more than 300 GB',
      remedy: 'Send it in parts of their own',
    });
  return { firstByte, lastByte };
}

function isOverlap(one: HeldChunk, other: HeldChunk): boolean {
  return one.firstByte <= other.lastByte && other.firstByte <= one.lastByte;
}

function isSameChunk(one: HeldChunk, other: HeldChunk): boolean {
  return one.firstByte === other.firstByte && one.lastByte === other.lastByte;
}

async function* told(body: AsyncIterable<Uint8Array>, came: () => void): AsyncGenerator<Uint8Array> {
  for await (const piece of body) {
    came();
    yield piece;
  }
}

function bad(detail: string): BridgeError {
  return new BridgeError('BRIDGE_BAD_REQUEST', { detail: `the chunk: ${detail}` });
}
