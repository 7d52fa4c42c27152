import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Catalog } from '../../catalog/catalog.ts';
import type { HeldChunk, HeldUpload } from '../../catalog/held-uploads.ts';
import type { Clock } from '../../core/clock.ts';
import { BridgeError } from '../../core/errors.ts';
import type { Spool } from '../spool.ts';
import { createPassingChecksum, type SaidChecksum } from './checksum.ts';
import { badChunk, bytesOf, chunkNameOf, inOrder, maxChunks, readChunkName } from './chunk-names.ts';
import { createChunkPlaces } from './chunk-places.ts';
import type { HeldSender } from './held-sender.ts';
import { metadataPair } from './metadata.ts';
import { newHeldUpload } from './new-upload.ts';
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
 * them to a Nextcloud, or by a number. All are written into one file: nothing is put together at the end, which would take
 * the room twice; only numbered ones that did not come in their order are put into it then.
 */
export interface ChunkUploads {
  /** @param dir as the client calls it. @throws BridgeError BRIDGE_METHOD where there is one of this name, BRIDGE_TOO_MANY_UPLOADS */
  make(dir: string): Promise<void>;
  /**
   * @param name see {@link readChunkName}
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
  list(dir: string): Promise<{ touchedAt: number; chunks: { name: string; sizeBytes: number }[] }>;
  /** @throws BridgeError BRIDGE_NOT_FOUND, BRIDGE_UPLOAD_BUSY while it is sent */
  remove(dir: string): Promise<void>;
}

const maxDirLength = 255;

export function createChunkUploads(options: ChunkUploadsOptions): ChunkUploads {
  const { catalog, spool, sender, writer, uploads, clock } = options;
  const { heldUploads } = catalog;
  const { held } = spool;
  /** Chunks that come in now, and the whole where it is put together. */
  const coming = new Map<string, Set<HeldChunk>>();
  const assembling = new Set<string>();
  const places = createChunkPlaces(heldUploads);

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
    places.forget(idOf(dir));
    const wish = { door: 'chunks', path: '', sizeBytes: undefined, metadata: '', replaces: true } as const;
    await heldUploads.add(newHeldUpload({ ...wish, id: idOf(dir) }, clock.now()));
  }

  async function put(
    dir: string,
    name: string,
    { body, lengthBytes, giveUp }: ComingChunk,
  ): Promise<boolean> {
    const named = readChunkName(name);
    if ('number' in named) {
      if (!lengthBytes) throw badChunk('one that is numbered has to say how long it is, and not be empty');
    } else if (lengthBytes !== undefined && lengthBytes !== bytesOf(named))
      throw badChunk(`${lengthBytes} bytes come, and its name says ${bytesOf(named)}`);
    const upload = await byDir(dir).catch(() => {
      throw new BridgeError('BRIDGE_CONFLICT');
    });
    const { id } = upload;
    if (upload.state !== 'open' || assembling.has(id)) throw new BridgeError('BRIDGE_UPLOAD_BUSY');
    const sole = 'number' in named ? `${id}/#${named.number}` : `${id}/${named.firstByte}`;
    return writer.take(sole, giveUp, async (came) => {
      // Whoever was at it before was waited for: it may have been put together meanwhile, and is being sent.
      const isOpen = (await heldUploads.byId(id))?.state === 'open';
      if (!isOpen || assembling.has(id)) throw new BridgeError('BRIDGE_UPLOAD_BUSY');
      const chunk: HeldChunk = 'number' in named ? await places.of(id, name, lengthBytes ?? 0) : named;
      const sizeBytes = bytesOf(chunk);
      const others = coming.get(id) ?? new Set();
      if ([...others].some((other) => isOverlap(other, chunk)))
        throw badChunk('it shares bytes with another one');
      coming.set(id, others.add(chunk));
      try {
        const there = await heldUploads.chunksAt(id, chunk);
        const isAgain = there.length === 1 && isSameChunk(there[0] as HeldChunk, chunk);
        if (there.length > 0 && !isAgain) throw badChunk('it shares bytes with another one');
        if (!isAgain && (await heldUploads.chunkCount(id)) >= maxChunks) throw badChunk('there are too many');
        await spool.mustFit(sizeBytes, id);
        // Until all of it is here again nobody knows which bytes are.
        if (isAgain) await heldUploads.removeChunk(id, chunk.firstByte);
        const written = await held.write(id, chunk.firstByte, told(body, came), sizeBytes);
        if (written.error !== undefined) throw written.error;
        if (written.sizeBytes !== sizeBytes)
          throw badChunk(`${written.sizeBytes} bytes came of ${sizeBytes}`);
        if (chunk.name !== undefined) await heldUploads.removeNumber(id, Number(chunk.name));
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
    const chunks = await heldUploads.chunks(id);
    const isNumbered = chunks.some(({ name }) => name !== undefined);
    const next = isNumbered ? inOrder(chunks).reduce((sum, one) => sum + bytesOf(one), 0) : ranged(chunks);
    if (next === 0) throw badChunk('none came');
    if (expected !== undefined && next !== expected)
      throw badChunk(`${next} bytes came of ${expected} that were announced`);
    return next;
  }

  /** Those that are numbered lie as they came. What a kill may leave in either order nobody takes for whole. */
  async function arrange(id: string, sizeBytes: number): Promise<void> {
    const chunks = await heldUploads.chunks(id);
    if (chunks.every(({ name }) => name === undefined)) return;
    const ordered = inOrder(chunks);
    let next = 0;
    const isThere = ({ firstByte, lastByte }: HeldChunk) => {
      const isNext = firstByte === next;
      next = lastByte + 1;
      return isNext;
    };
    if (!ordered.every(isThere)) {
      await held.arrange(id, ordered, () => heldUploads.removeChunks(id));
      await heldUploads.addChunk(id, { firstByte: 0, lastByte: sizeBytes - 1, name: '1' });
    }
    places.forget(id);
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
      await arrange(id, size);
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
      const chunks = (await heldUploads.chunks(id)).map((one) => ({
        name: chunkNameOf(one),
        sizeBytes: bytesOf(one),
      }));
      return { touchedAt, chunks };
    },
    async remove(dir) {
      const upload = await byDir(dir);
      const { id } = upload;
      if (sender.isSending(id) || assembling.has(id) || coming.has(id))
        throw new BridgeError('BRIDGE_UPLOAD_BUSY');
      places.forget(id);
      await uploads.forget(upload);
    },
  };
}

/** @returns how long it is. @throws BridgeError BRIDGE_BAD_REQUEST where bytes are missing */
function ranged(chunks: readonly HeldChunk[]): number {
  let next = 0;
  for (const { firstByte, lastByte } of chunks) {
    if (firstByte !== next) throw badChunk(`bytes ${next} to ${firstByte - 1} did not come`);
    next = lastByte + 1;
  }
  return next;
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
