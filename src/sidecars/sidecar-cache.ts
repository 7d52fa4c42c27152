import { mkdir, open as openFile, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { CatalogFile } from '../catalog/account/files.ts';
import type { PutAside } from '../catalog/account/put-aside.ts';
import type { Clock } from '../core/clock.ts';
import { isBridgeError } from '../core/errors.ts';
import { diskError } from '../core/files/folder-check.ts';
import { maxOwnBytes, readOwnFile } from '../core/files/own-file.ts';
import { type FileId, toFileId } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import type { SideCarContent } from '../library/sidecars/sidecar-content.ts';
import { readSubtitleTags } from '../library/sidecars/subtitle-tags.ts';
import { type SidecarReader, TookReaderDown } from './sidecar-reader.ts';

export interface SideCarOptions {
  dir: string;
  clock: Clock;
  log: Log;
  /** Opens a whole file at the host. */
  open: (file: CatalogFile, signal: AbortSignal) => Promise<Readable>;
  reader: SidecarReader;
  /** Where files that took the reader down are noted. */
  putAside: Pick<PutAside, 'has' | 'begin' | 'done' | 'put'>;
  /** Pause between two downloads: many small ones in a row lock the address (facts/1fichier-api 3.5). */
  intervalMs: number;
}

/** `failed` may be tried again; `given up` waits for the next start of the process, is put aside, or is no side-car at all. */
export type Fetched = 'fetched' | 'failed' | 'given up';

/** What is at hand of a side-car: `sizeBytes` is that of its copy, which may be converted. */
export interface SidecarCopy {
  form: SideCarContent['form'];
  language?: string;
  sizeBytes: number;
}

const maxFailures = 3;
/** A file that turned out to be no side-car leaves this in place of a copy, so that it is not fetched again. */
const refusedMark = 'refused';
const unfinished = '.tmp';

/**
 * Small files that lie beside a video: fetched once, converted once, kept in dataDir, there also when the host is gone.
 * A copy's name says all that is known of it, `<file id>.<size at the host>.<form>.<language or ->`, so that one look at the
 * directory serves a whole sync. `<file id>.<size>` alone is a copy of an older version, as the host has it.
 */
export interface SidecarCache {
  /** What is at hand of this file. */
  find(file: CatalogFile): Promise<SidecarCopy | undefined>;
  /** The content for the tree. @throws Error of the system when there is none */
  read(file: CatalogFile): Promise<Buffer>;
  /** Fetches one file. @throws BridgeError of a lock, or BRIDGE_DISK: the others would fail too */
  fetch(file: CatalogFile, signal: AbortSignal): Promise<Fetched>;
  /** Gives memory back until something is fetched again. */
  rest(): Promise<void>;
  /**
   * Removes the copies of files that left the library for good, or that are there with another size now.
   * @param sizesOf sizes of those of these files that are in the library
   */
  sweep(sizesOf: (ids: readonly FileId[]) => Promise<ReadonlyMap<FileId, number>>): Promise<void>;
}

export function createSidecarCache(options: SideCarOptions): SidecarCache {
  const { dir, clock, log, open, reader, putAside, intervalMs } = options;
  /** Failures since the start of the process: a file that fails three times waits for the next start. */
  const failures = new Map<string, number>();
  /** Names of copies by `<file id>.<size>`, and the time of the directory when it was read. */
  let names = new Map<string, string>();
  let readAt: number | undefined;
  /** Copies that were looked at: they never change, and a flat folder asks for thousands with every title. */
  const copies = new Map<string, SidecarCopy>();
  let nextAt = 0;
  const keyOf = (file: CatalogFile) => `${file.id}.${file.sizeBytes}`;

  /** Another process may have put copies there: the directory's own time tells. */
  async function nameOf(file: CatalogFile): Promise<string | undefined> {
    const known = names.get(keyOf(file));
    if (known !== undefined) return known;
    const { mtimeMs } = (await stat(dir).catch(() => undefined)) ?? {};
    if (mtimeMs !== undefined && mtimeMs !== readAt) {
      // Longer names last: a converted copy counts more than an old one.
      const all = (await readdir(dir)).filter((name) => !name.endsWith(unfinished)).sort();
      names = new Map(all.map((name) => [name.split('.', 2).join('.'), name]));
      readAt = mtimeMs;
    }
    return names.get(keyOf(file));
  }

  async function find(file: CatalogFile): Promise<SidecarCopy | undefined> {
    const known = copies.get(keyOf(file));
    if (known) return known;
    const name = await nameOf(file);
    const [, , form, language] = name?.split('.') ?? [];
    if (name === undefined || form === undefined || form === refusedMark) return undefined;
    const size = (await stat(join(dir, name)).catch(() => undefined))?.size;
    if (size === undefined) {
      forget(keyOf(file));
      return undefined;
    }
    const copy: SidecarCopy = { form: form as SidecarCopy['form'], sizeBytes: size };
    if (language !== undefined && language !== '-') copy.language = language;
    copies.set(keyOf(file), copy);
    return copy;
  }

  function forget(key: string): void {
    names.delete(key);
    copies.delete(key);
  }

  /** Writes a copy that survives a power cut, and forgets the one that it replaces. */
  async function keep(file: CatalogFile, rest: string, bytes: Uint8Array): Promise<void> {
    const name = `${keyOf(file)}.${rest}`;
    const before = names.get(keyOf(file));
    const temporary = join(dir, name + unfinished);
    try {
      await mkdir(dir, { recursive: true });
      const handle = await openFile(temporary, 'w');
      try {
        await handle.writeFile(bytes);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temporary, join(dir, name));
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw diskError(join(dir, name), error);
    }
    names.set(keyOf(file), name);
    if (before !== undefined && before !== name) await rm(join(dir, before), { force: true });
  }

  /** The bytes as the host has them: of an older version's copy, else by a download at the pace of small files. */
  async function bytesOf(file: CatalogFile, signal: AbortSignal): Promise<Buffer> {
    if ((await nameOf(file)) === keyOf(file)) {
      const old = await readOwnFile(dir, keyOf(file), file.sizeBytes).catch(() => undefined);
      if (old?.bytes.length === file.sizeBytes) return old.bytes;
    }
    const waitMs = Math.min(nextAt - clock.now(), intervalMs);
    if (waitMs > 0) await clock.sleep(waitMs, signal);
    nextAt = clock.now() + intervalMs;
    const chunks: Buffer[] = [];
    for await (const chunk of await open(file, signal)) {
      signal.throwIfAborted();
      chunks.push(chunk as Buffer);
    }
    return Buffer.concat(chunks);
  }

  /**
   * Reads the bytes where they can do no harm. The file is noted before it is read: one that takes the whole process down
   * is known by the next one. @returns `put aside` for one that is, or is from now on
   */
  async function readApart(
    file: CatalogFile,
    bytes: Buffer,
    signal: AbortSignal,
  ): Promise<SideCarContent | 'put aside' | undefined> {
    await putAside.begin(file, clock.now());
    try {
      const content = await reader.read(file.name, bytes, hintOf(file.name), signal);
      await putAside.done(file);
      return content;
    } catch (error) {
      if (!(error instanceof TookReaderDown)) {
        await putAside.done(file);
        throw error;
      }
      await putAside.put(file, error.message, clock.now());
      log.warn(
        { fileId: file.id, name: file.name, why: error.message },
        'a side-car did harm to what read it, and is put aside',
      );
      return 'put aside';
    }
  }

  return {
    find,

    async read(file) {
      try {
        return (await readOwnFile(dir, (await nameOf(file)) ?? keyOf(file), file.sizeBytes * 4 + maxOwnBytes))
          .bytes;
      } catch (error) {
        forget(keyOf(file));
        throw error;
      }
    },

    async fetch(file, signal) {
      if ((failures.get(file.id) ?? 0) >= maxFailures || file.sizeBytes === 0) return 'given up';
      if ((await nameOf(file))?.endsWith(`.${refusedMark}`)) return 'given up';
      try {
        if (await putAside.has(file, clock.now())) return 'given up';
        const content = await readApart(file, await bytesOf(file, signal), signal);
        if (content === 'put aside') return 'given up';
        if (content) {
          await keep(file, `${content.form}.${content.language ?? '-'}`, content.bytes);
          return 'fetched';
        }
        await keep(file, refusedMark, Buffer.alloc(0));
        log.warn(
          { fileId: file.id, name: file.name },
          'a side-car is not what its name says, and is left out',
        );
        return 'given up';
      } catch (error) {
        signal.throwIfAborted();
        // A lock, or a disk that takes no more: the others would fail too.
        if (isBridgeError(error) && (error.retryAt !== undefined || error.code === 'BRIDGE_DISK'))
          throw error;
        failures.set(file.id, (failures.get(file.id) ?? 0) + 1);
        log.warn({ fileId: file.id, name: file.name, err: error }, 'a side-car could not be fetched');
        return (failures.get(file.id) ?? 0) >= maxFailures ? 'given up' : 'failed';
      }
    },

    rest: reader.rest,

    async sweep(sizesOf) {
      const all = (await readdir(dir).catch(() => [])).map((name) => ({ name, parts: name.split('.') }));
      const sizes = await sizesOf([...new Set(all.map(({ parts }) => toFileId(parts[0] as string)))]);
      for (const { name, parts } of all) {
        if (sizes.get(toFileId(parts[0] as string)) === Number(parts[1]) && !name.endsWith(unfinished))
          continue;
        await rm(join(dir, name), { force: true }).catch(() => undefined);
        forget(parts.slice(0, 2).join('.'));
      }
    },
  };
}

/** The last words of a name: a language there helps to read a short text in an old encoding. */
function hintOf(name: string): string | undefined {
  return readSubtitleTags(name.split('.').slice(-4, -1).join('.')).language;
}
