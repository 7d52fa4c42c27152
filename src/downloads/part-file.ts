import { constants } from 'node:fs';
import { type FileHandle, open, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../core/clock.ts';
import { secondMs } from '../core/durations.ts';
import { BridgeError } from '../core/errors.ts';
import { exists } from '../core/files/exists.ts';
import { diskError } from '../core/files/folder-check.ts';
import { type ByteSpans, createByteSpans } from './byte-spans.ts';
import { type PartJournal, readJournal, writeJournal } from './part-journal.ts';
import { lockPart } from './part-lock.ts';
import { mustHaveRoom, nameAs } from './part-room.ts';

/** Which version of which file a part is of. */
export interface PartVersion {
  fileId: string;
  sizeBytes: number;
  /** Entity tag of its bytes. */
  etag: string;
}

/** What a part is written through; the file system, unless a test has one that is full. */
export type PartHandle = Pick<FileHandle, 'writev' | 'truncate' | 'datasync' | 'close'>;

/** A file that is not whole yet: `NAME.part`, with a journal beside it. One process has it at a time. */
export interface PartFile {
  readonly path: string;
  /** Which bytes are there. */
  spans(): ByteSpans;
  /** Goes on with what is there of this version, or begins anew. @returns how many bytes are there */
  beginWith(version: PartVersion): Promise<number>;
  /** Writes pieces one behind the other. @throws BridgeError BRIDGE_DISK; what is there stays */
  write(pieces: readonly Buffer[], at: number): Promise<void>;
  /** Notes what is there on the disk, so that the next run goes on from it. */
  save(): Promise<void>;
  /**
   * Gives it its name, and takes the journal away. @param replaces whether what has that name goes
   * @throws BridgeError BRIDGE_DOWNLOAD_EXISTS where something came to have that name meanwhile
   */
  finish(replaces: boolean): Promise<void>;
  /** Takes all of it away. */
  remove(): Promise<void>;
  /** Leaves it as it is. May be called after the others. */
  close(): Promise<void>;
}

export interface PartFileOptions {
  clock: Pick<Clock, 'now'>;
  openHandle?: (path: string) => Promise<PartHandle>;
}

/** So often what is there is noted: a kill costs as much as came meanwhile. */
const saveEveryMs = 2 * secondMs;

const { O_RDWR, O_CREAT, O_NOFOLLOW } = constants;
const openHere = (path: string): Promise<PartHandle> =>
  open(path, O_RDWR | O_CREAT | (O_NOFOLLOW ?? 0), 0o666);

/**
 * The part of a file that is to have the name `target`.
 * @throws BridgeError BRIDGE_DOWNLOAD_BUSY while another process writes it, BRIDGE_DOWNLOAD_EXISTS where another
 * program's file has the name of the part, BRIDGE_DISK
 */
export async function openPart(
  target: string,
  { clock, openHandle = openHere }: PartFileOptions,
): Promise<PartFile> {
  const path = `${target}.part`;
  const journalPath = `${path}.ranges`;
  const unlock = lockPart(`${path}.lock`);
  let handle: PartHandle | undefined;
  let version: PartVersion | undefined;
  let spans = createByteSpans();
  let savedAt = clock.now();
  let saving: Promise<void> | undefined;

  const opened = () => handle as PartHandle;

  async function note(): Promise<void> {
    // Noted is what was there before the disk was told to keep it.
    const whole = spans.all().map(([from, to]) => [from, to] as [number, number]);
    await opened().datasync();
    if (version) await writeJournal(journalPath, { ...version, whole });
  }

  /** One at a time. A disk that cannot keep it leaves the last note, which is true still. */
  function save(): Promise<void> {
    savedAt = clock.now();
    saving = (saving ?? Promise.resolve()).then(note, note);
    return saving.catch((error: unknown) => {
      throw diskError(path, error);
    });
  }

  async function close(): Promise<void> {
    await saving?.catch(() => undefined);
    const closing = handle;
    handle = undefined;
    await closing?.close();
    unlock();
  }

  try {
    const journal = await readJournal(journalPath);
    if (!journal && (await exists(path)))
      throw new BridgeError('BRIDGE_DOWNLOAD_EXISTS', {
        says: `${path} is there, and is none of Passerelle`,
        remedy: 'Move it away, then run the command again',
      });
    return {
      path,
      spans: () => spans,

      async beginWith(wanted) {
        const isSame =
          handle === undefined &&
          journal?.fileId === wanted.fileId &&
          journal.etag === wanted.etag &&
          journal.sizeBytes === wanted.sizeBytes;
        version = wanted;
        try {
          spans = createByteSpans(isSame && (await holds(path, journal)) ? journal.whole : []);
          // The journal first: a part without one would be taken for another program's.
          if (!isSame) await writeJournal(journalPath, { ...wanted, whole: [] });
          handle ??= await openHandle(path);
          if (spans.bytes() === 0) await handle.truncate(0);
        } catch (error) {
          throw diskError(path, error);
        }
        await mustHaveRoom(dirname(path), wanted.sizeBytes - spans.bytes());
        return spans.bytes();
      },

      async write(pieces, at) {
        const bytes = pieces.reduce((sum, { length }) => sum + length, 0);
        try {
          for (let left = pieces, from = at; from < at + bytes; ) {
            const { bytesWritten } = await opened().writev(left, from);
            spans.add(from, from + bytesWritten);
            from += bytesWritten;
            left = behind(left, bytesWritten);
          }
        } catch (error) {
          throw diskError(path, error);
        }
        if (clock.now() - savedAt >= saveEveryMs) save().catch(() => undefined);
      },

      save,

      async finish(replaces) {
        try {
          await saving?.catch(() => undefined);
          await opened().datasync();
          await nameAs(path, target, replaces);
          await rm(journalPath, { force: true });
        } catch (error) {
          throw error instanceof BridgeError ? error : diskError(target, error);
        }
        await close();
      },

      async remove() {
        try {
          await saving?.catch(() => undefined);
          // The part first: without a journal it would be taken for another program's.
          await rm(path, { force: true });
          await rm(journalPath, { force: true });
        } catch (error) {
          throw diskError(path, error);
        } finally {
          await close();
        }
      },

      close,
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

/** Whether the part is there, and as long as its journal says: somebody may have taken it away, or cut it. */
async function holds(path: string, { whole }: PartJournal): Promise<boolean> {
  const { size } = await stat(path).catch(() => ({ size: -1 }));
  return whole.every(([, to]) => to <= size);
}

/** What is left to write when so many bytes were taken. */
function behind(pieces: readonly Buffer[], taken: number): Buffer[] {
  let left = taken;
  return pieces.flatMap((piece) => {
    const cut = Math.min(left, piece.length);
    left -= cut;
    return cut === piece.length ? [] : [piece.subarray(cut)];
  });
}
