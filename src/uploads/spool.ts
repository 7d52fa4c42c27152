import { randomUUID } from 'node:crypto';
import {
  constants,
  type FileHandle,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  stat,
  truncate,
} from 'node:fs/promises';
import { join } from 'node:path';
import { BridgeError } from '../core/errors.ts';
import type { HeldBodies, WrittenPiece } from './held-bodies.ts';
import {
  freeOnDisk,
  inWordsOfSpool,
  type PieceOfBody,
  readPieces,
  spoolFull,
  unlessDiscarded,
} from './spool-disk.ts';

/** A body that lies on our disk, whole. */
export interface SpooledFile {
  /** Absolute. */
  path: string;
  sizeBytes: number;
  /** The file is needed no more. */
  discard(): Promise<void>;
  /** It stands in the journal of uploads, and goes when it stands there no more. */
  leave(): void;
}

/**
 * Bodies that can be read once alone lie here until the host has them: an upload that breaks is sent again from its
 * beginning. What is here after a kill is either in the journal of uploads, or half a body that nobody was promised.
 */
export interface Spool {
  /**
   * Whether so many bytes may come.
   * @param held of a body that comes in pieces: what is set aside for it is its own
   * @throws BridgeError BRIDGE_UPLOAD_FULL
   */
  mustFit(sizeBytes: number, held?: string): Promise<void>;
  /**
   * Takes a body; it is on the disk when this resolves. What was announced has its room; what was not may meet the end of
   * it, and nothing is left of it then.
   * @param expectedBytes what was announced; undefined where nothing was
   * @throws BridgeError BRIDGE_UPLOAD_FULL, BRIDGE_DISK, BRIDGE_BAD_REQUEST for a body of another length; what `body` throws
   */
  take(
    body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    expectedBytes: number | undefined,
  ): Promise<SpooledFile>;
  /** Bodies that come in pieces. */
  readonly held: HeldBodies;
  /** Removes what lies here and is not among these, which are asked for when it is known what lies here. @returns how many */
  clean(keep: () => Promise<ReadonlySet<string>>): Promise<number>;
}

/** So much of the disk is left for everything else. */
const marginBytes = 64 * 1024 * 1024;
/** Somebody else may fill the disk while bodies come: it is looked at again whenever so much has come. */
const recheckBytes = 8 * 1024 * 1024;

/**
 * @param maxBytes that lie here together, as the settings say now
 * @param freeBytes what is free on the disk of a folder
 */
export function createSpool(dir: string, maxBytes: () => number, freeBytes = freeOnDisk): Spool {
  const makeDir = () =>
    mkdir(dir, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
      throw inWordsOfSpool(error);
    });
  const free = () =>
    freeBytes(dir).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      // Somebody took the folder away while nothing lay in it.
      await makeDir();
      return freeBytes(dir);
    });
  /** Of what lies here or has come of what comes in. */
  let usedBytes = 0;
  /** What was announced and has not come yet: it is promised, and nobody else may have it. */
  let promisedBytes = 0;
  let sinceCheckBytes = 0;
  let known: Promise<void> | undefined;
  /** What this process takes or has taken. */
  const own = new Set<string>();
  /** Of what lies here, by its name. */
  const counted = new Map<string, number>();
  /** For what is still to come of bodies in pieces. */
  const aside = new Map<string, number>();

  const asideBytes = (besides?: string) =>
    [...aside].reduce((sum, [name, sizeBytes]) => (name === besides ? sum : sum + sizeBytes), 0);

  /** What an earlier process left counts too. */
  function measured(): Promise<void> {
    known ??= (async () => {
      await makeDir();
      for (const name of await readdir(dir)) {
        const facts = await stat(join(dir, name)).catch(unlessDiscarded);
        if (!facts) continue;
        // Of one whose pieces come in any order the size says nothing.
        const { size, blocks } = facts;
        counted.set(name, Math.min(size, blocks * 512));
        usedBytes += counted.get(name) ?? 0;
      }
    })();
    // What could not be measured is measured anew.
    known.catch(() => {
      known = undefined;
      usedBytes = 0;
      counted.clear();
    });
    return known;
  }

  /** At once, so that of two who ask at one time the second sees what the first was promised. */
  function check(sizeBytes: number, freeNow: number, held?: string): void {
    const comingBytes = promisedBytes + asideBytes(held) + sizeBytes;
    if (usedBytes + comingBytes > maxBytes()) throw spoolFull('uploads.spoolMiB does not allow more');
    if (comingBytes + marginBytes > freeNow) throw spoolFull('the disk of dataDir is full');
  }

  async function mustFit(sizeBytes: number, held?: string): Promise<void> {
    await measured();
    check(sizeBytes, await free(), held);
  }

  /** While it comes: what was promised to others is kept for them, and the disk may have other users. */
  async function mustStillFit(isPromised: boolean): Promise<void> {
    const claimedBytes = promisedBytes + asideBytes();
    if (usedBytes + claimedBytes > maxBytes()) throw spoolFull('uploads.spoolMiB does not allow more');
    if (sinceCheckBytes < recheckBytes) return;
    sinceCheckBytes = 0;
    if (marginBytes + (isPromised ? 0 : claimedBytes) > (await free()))
      throw spoolFull('the disk of dataDir is full');
  }

  async function write(
    file: FileHandle,
    body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    onBytes: (count: number) => Promise<void>,
  ) {
    for await (const piece of body) {
      await onBytes(piece.length);
      for (let at = 0; at < piece.length; ) at += (await file.write(piece, at)).bytesWritten;
    }
    // It is promised to whoever sent it from here on.
    await file.sync();
  }

  const spool: Spool = {
    mustFit,

    async take(body, expectedBytes) {
      await measured();
      check(expectedBytes ?? 0, await free());
      const path = join(dir, randomUUID());
      let sizeBytes = 0;
      let comingBytes = expectedBytes ?? 0;
      promisedBytes += comingBytes;
      const came = (count: number) => {
        const awaited = Math.min(count, comingBytes);
        comingBytes -= awaited;
        promisedBytes -= awaited;
      };
      const discard = async () => {
        await rm(path, { force: true });
        own.delete(path);
        usedBytes -= sizeBytes;
        sizeBytes = 0;
      };
      own.add(path);
      try {
        const file = await open(path, 'wx', 0o600);
        try {
          await write(file, body, async (count) => {
            sizeBytes += count;
            usedBytes += count;
            sinceCheckBytes += count;
            came(count);
            if (expectedBytes !== undefined && sizeBytes > expectedBytes)
              throw new BridgeError('BRIDGE_BAD_REQUEST', {
                detail: `more came than the ${expectedBytes} bytes that were announced`,
              });
            await mustStillFit(expectedBytes !== undefined);
          });
        } finally {
          await file.close();
        }
        if (expectedBytes !== undefined && sizeBytes !== expectedBytes)
          throw new BridgeError('BRIDGE_BAD_REQUEST', {
            detail: `${sizeBytes} bytes came of ${expectedBytes} that were announced`,
          });
        const whole = sizeBytes;
        return { path, sizeBytes: whole, discard, leave: () => void own.delete(path) };
      } catch (error) {
        came(comingBytes);
        await discard().catch(() => undefined);
        throw inWordsOfSpool(error);
      }
    },

    held: { pathOf, sizeOf, setAside, write: writePiece, arrange, cut, remove },

    async clean(keep) {
      await measured();
      let removed = 0;
      const names = await readdir(dir);
      const kept = await keep();
      for (const name of names) {
        const path = join(dir, name);
        if (kept.has(path) || own.has(path)) continue;
        const found = await stat(path).catch(unlessDiscarded);
        if (!found) continue;
        await rm(path, { force: true });
        usedBytes -= counted.get(name) ?? found.size;
        counted.delete(name);
        removed++;
      }
      return removed;
    },
  };
  return spool;

  function pathOf(name: string): string {
    return join(dir, name);
  }

  async function sizeOf(name: string): Promise<number> {
    const facts = await stat(pathOf(name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw inWordsOfSpool(error);
    });
    return facts?.size ?? 0;
  }

  function setAside(name: string, sizeBytes: number): void {
    if (sizeBytes > 0) aside.set(name, sizeBytes);
    else aside.delete(name);
  }

  /** Every byte that comes counts until all of it goes, also one that comes again. */
  function count(name: string, sizeBytes: number): void {
    const own = Math.max(0, (aside.get(name) ?? 0) - sizeBytes);
    if (usedBytes + sizeBytes + promisedBytes + asideBytes(name) + own > maxBytes())
      throw spoolFull('uploads.spoolMiB does not allow more');
    usedBytes += sizeBytes;
    sinceCheckBytes += sizeBytes;
    counted.set(name, (counted.get(name) ?? 0) + sizeBytes);
    setAside(name, own);
  }

  async function writePiece(
    name: string,
    at: number,
    body: AsyncIterable<Uint8Array>,
    maxPieceBytes: number,
  ): Promise<WrittenPiece> {
    let sizeBytes = 0;
    try {
      await measured();
      const { O_RDWR, O_CREAT } = constants;
      const file = await open(pathOf(name), O_RDWR | O_CREAT, 0o600);
      try {
        for await (const piece of body) {
          if (sizeBytes + piece.length > maxPieceBytes)
            throw new BridgeError('BRIDGE_TOO_LARGE', {
              says: 'More came than was announced',
              remedy: 'Send as many bytes as Upload-Length said',
            });
          count(name, piece.length);
          await mustStillFit(true);
          for (let from = 0; from < piece.length; ) {
            const { bytesWritten } = await file.write(piece, from, piece.length - from, at + sizeBytes);
            from += bytesWritten;
            sizeBytes += bytesWritten;
          }
        }
      } finally {
        // What came is what the client is told of, also when the rest did not come.
        if (sizeBytes > 0) await file.datasync();
        await file.close();
      }
      return { sizeBytes };
    } catch (error) {
      return { sizeBytes, error: inWordsOfSpool(error) };
    }
  }

  async function arrange(
    name: string,
    pieces: readonly PieceOfBody[],
    beforeSwap: () => Promise<void>,
  ): Promise<void> {
    const totalBytes = pieces.reduce((sum, { firstByte, lastByte }) => sum + lastByte - firstByte + 1, 0);
    const whole = await spool.take(readPieces(pathOf(name), pieces), totalBytes);
    try {
      await beforeSwap();
      await rename(whole.path, pathOf(name));
    } catch (error) {
      await whole.discard();
      throw inWordsOfSpool(error);
    }
    whole.leave();
    usedBytes -= counted.get(name) ?? 0;
    counted.set(name, totalBytes);
  }

  async function cut(name: string, sizeBytes: number): Promise<void> {
    const before = await sizeOf(name);
    if (before <= sizeBytes) return;
    await truncate(pathOf(name), sizeBytes);
    const gone = Math.min(before - sizeBytes, counted.get(name) ?? 0);
    usedBytes -= gone;
    counted.set(name, (counted.get(name) ?? 0) - gone);
  }

  async function remove(name: string): Promise<void> {
    await rm(pathOf(name), { force: true });
    usedBytes -= counted.get(name) ?? 0;
    counted.delete(name);
    aside.delete(name);
  }
}
