import { z } from 'zod';
import { folderNotFound } from '../catalog/account/near-paths.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Clock } from '../core/clock.ts';
import { jsonOf } from '../core/codec.ts';
import { minuteMs, secondMs } from '../core/durations.ts';
import { BridgeError, isBridgeError } from '../core/errors.ts';
import { type FileId, type FolderId, toFileId } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import { createSerialQueue } from '../core/serial-queue.ts';
import type { HostPage } from '../host/host.ts';
import type { WritableHost } from '../host/host-writes.ts';
import type { ScanFolder } from '../sync/discovery/scan-folder.ts';
import { type ImportedLink, type LinkFate, linksIn } from './links.ts';

export interface LinkImport {
  links: readonly string[];
  /** Every address of a file that stands in it is one more. */
  text?: string;
  /** Path of a folder of the account that the catalog knows. */
  to: string;
  /** For those that have one. */
  password?: string | undefined;
  /**
   * Only tells what would be asked for. Of the host, shared folders alone are read: it takes it ill to be asked about
   * many files (facts/1fichier-api 2.3).
   */
  isDry?: boolean;
  signal: AbortSignal;
  /** Told once of each line, in order. */
  onLink: (link: ImportedLink) => void;
}

export interface LinkImportOptions {
  host: Pick<WritableHost, 'writes' | 'pageOf' | 'shares' | 'limits'>;
  catalog: Catalog;
  scanFolder: ScanFolder;
  clock: Clock;
  log: Log;
  /** Of what is in the account: the copy of each original, the newest last. */
  memory: { read(): ImportedPages | undefined; write(pages: ImportedPages): void };
}

/** Ids of originals and of their copies, and when they were made, so that the same link is not copied twice. */
export type ImportedPages = readonly (readonly [original: string, copy: string, at: number])[];

const importedPages: z.ZodType<ImportedPages> = z.array(z.tuple([z.string(), z.string(), z.number()]));
export const importedPagesCodec = jsonOf(importedPages);
/** Older ones are forgotten. */
const maxRemembered = 5000;

/** Copies files of others into the account, without a byte being moved. */
export interface LinkImporter {
  /**
   * One call for each link and for each shared folder, whose files stand in its place, and one listing of the folder, so
   * that the library has them at once.
   * @returns calls to the host, and what ended it early
   * @throws BridgeError BRIDGE_NOT_FOUND for a folder that is not known, BRIDGE_BAD_REQUEST for no link or too many; the
   * signal's reason
   */
  run(wish: LinkImport): Promise<ImportedAll>;
}

export interface ImportedAll {
  /** To the host. */
  calls: number;
  stoppedBy?: BridgeError;
}

/** What ends a line, and what it means for who sent the link. Whatever is not here ends the whole. */
const fates: Readonly<Record<string, LinkFate>> = {
  BRIDGE_HOST_FILE_GONE: 'gone',
  BRIDGE_HOST_PASSWORD: 'protected',
  BRIDGE_HOST_FORBIDDEN: 'refused',
  BRIDGE_HOST_OWNER_LOCKED: 'refused',
  BRIDGE_HOST_NOTHING_DONE: 'refused',
  BRIDGE_HOST_REFUSED: 'refused',
  BRIDGE_HOST_NOT_READY: 'refused',
  BRIDGE_HOST_ODD_ANSWER: 'unsure',
  BRIDGE_HOST_TIMEOUT: 'unsure',
  BRIDGE_HOST_UNREACHABLE: 'unsure',
};
/** Of one import. */
const maxLinks = 500;
/** A listing learns late of what is new: it is asked so often. */
const maxScans = 3;
const busyMs = 5 * secondMs;
const lateMs = minuteMs;
const maxScanCalls = 20;

/** An import under way. */
interface Run {
  wish: LinkImport;
  lines: ImportedLink[];
  copied: { line: ImportedLink; id: FileId }[];
  calls: number;
  stoppedBy?: BridgeError;
}

export function createLinkImporter(options: LinkImportOptions): LinkImporter {
  const { host, catalog, scanFolder, clock, log, memory } = options;

  const callOf = ({ signal, password }: LinkImport) =>
    ({ urgency: 'write', signal, ...(password ? { password } : {}) }) as const;

  /** What an error means for a line; what is no word about this link alone ends the whole. */
  function note(run: Run, line: ImportedLink, error: unknown): void {
    if (run.wish.signal.aborted || !isBridgeError(error)) throw error;
    line.fate = fates[error.code] ?? 'waiting';
    line.error = error;
    if (line.fate === 'waiting' || error.code === 'BRIDGE_HOST_UNREACHABLE') run.stoppedBy = error;
  }

  /** Puts the files of shared folders in the place of these. */
  async function openShares(run: Run, links: readonly string[]): Promise<void> {
    for (const link of links) {
      const line: ImportedLink = { link, fate: 'waiting' };
      if (run.stoppedBy || !host.shares.isShare(link)) {
        run.lines.push(line);
        continue;
      }
      run.wish.signal.throwIfAborted();
      run.calls++;
      try {
        const pages = await host.shares.files(link, callOf(run.wish));
        for (const { url } of pages.slice(0, maxLinks)) run.lines.push({ link: url, fate: 'waiting' });
        if (pages.length === 0) run.lines.push({ ...line, fate: 'gone' });
      } catch (error) {
        // Nothing was asked to happen: there is nothing to be unsure of.
        note(run, line, error);
        if (line.fate === 'unsure') line.fate = 'waiting';
        run.lines.push(line);
      }
    }
  }

  /** Whether the account has it, as itself or as a copy. */
  async function isOwn(id: FileId): Promise<boolean> {
    if (await catalog.files.byId(id)) return true;
    const [, copy, at = 0] = memory.read()?.findLast(([original]) => original === id) ?? [];
    if (copy === undefined) return false;
    // Until listings must have named it, it is there although nobody has seen it.
    const isUnlisted = clock.now() - at < host.limits.listingLagMs;
    return isUnlisted || (await catalog.files.byId(toFileId(copy))) !== undefined;
  }

  async function copy(run: Run, line: ImportedLink, page: HostPage, folderId: FolderId): Promise<void> {
    run.calls++;
    try {
      const [done] = await host.writes.copyFiles([page.url], folderId, callOf(run.wish));
      const id = done && host.pageOf(done.to)?.id;
      line.fate = id ? 'copied' : 'unsure';
      if (!id) return;
      run.copied.push({ line, id });
      // Before anything else can go wrong.
      memory.write([...(memory.read() ?? []), [page.id, id, clock.now()] as const].slice(-maxRemembered));
    } catch (error) {
      note(run, line, error);
    }
  }

  /** Names and lays out what was copied: by one listing, and some more where the host lists it late. */
  async function name(run: Run, folderId: FolderId): Promise<void> {
    const { signal } = run.wish;
    for (let scans = 0; run.copied.some(({ line }) => line.fate === 'copied') && scans < maxScans; scans++) {
      if (scans > 0) await clock.sleep(lateMs, signal);
      try {
        run.calls += await scan(folderId, signal);
      } catch (error) {
        if (signal.aborted || !isBridgeError(error)) throw error;
        log.warn({ err: error }, 'what was copied into the account could not be listed yet');
        run.stoppedBy ??= error;
        return;
      }
      const known = await catalog.files.filesByIds(run.copied.map(({ id }) => id));
      for (const { id, name, sizeBytes } of known) {
        const line = run.copied.find((one) => one.id === id)?.line;
        if (line) Object.assign(line, { fate: 'added', file: { id, name, sizeBytes } });
      }
    }
  }

  /** A sync of another process is waited for. */
  async function scan(folderId: FolderId, signal: AbortSignal): Promise<number> {
    for (;;)
      try {
        return (await scanFolder(folderId, signal, maxScanCalls)).calls;
      } catch (error) {
        if (!isBridgeError(error, 'BRIDGE_CRAWL_RUNNING')) throw error;
        await clock.sleep(busyMs, signal);
      }
  }

  // Two who bring the same link at one time would copy it twice. What was copied is remembered, and named beside others.
  const queue = createSerialQueue();

  return {
    async run(wish) {
      const { run, told, folderId } = await queue.take(() => copyAll(wish));
      await name(run, folderId);
      for (const line of run.lines.slice(told)) wish.onLink(line);
      return { calls: run.calls, ...(run.stoppedBy ? { stoppedBy: run.stoppedBy } : {}) };
    },
  };

  /** @returns how many lines were told: those before the first that was copied */
  async function copyAll(wish: LinkImport): Promise<{ run: Run; told: number; folderId: FolderId }> {
    const links = [...wish.links, ...linksIn(wish.text ?? '', host)];
    if (links.length === 0)
      throw new BridgeError('BRIDGE_BAD_REQUEST', {
        says: 'There is no address of a file in what was given',
        remedy: 'Give addresses as the pages of the host show them',
      });
    if (links.length > maxLinks)
      throw new BridgeError('BRIDGE_BAD_REQUEST', {
        says: `${links.length} links are too many at once`,
        remedy: `Give ${maxLinks} at most; the rest after them`,
      });
    const { folder } = await catalog.files.byPath(wish.to);
    if (!folder) throw await folderNotFound(catalog.files, wish.to);
    const run: Run = { wish, lines: [], copied: [], calls: 0 };
    await openShares(run, links);
    const seen = new Set<FileId>();
    let told = 0;
    for (const [at, line] of run.lines.entries()) {
      if (line.error || line.fate !== 'waiting') continue;
      if (run.stoppedBy) break;
      wish.signal.throwIfAborted();
      const page = host.pageOf(line.link);
      if (!page) line.fate = 'odd';
      else if (seen.has(page.id)) line.fate = 'again';
      else if (await isOwn(page.id)) line.fate = 'own';
      else if (wish.isDry) line.fate = 'new';
      else await copy(run, line, page, folder.id);
      if (page) seen.add(page.id);
      // What was copied has its name only when it was listed.
      if (run.copied.length === 0) for (; told <= at; told++) wish.onLink(run.lines[told] as ImportedLink);
    }
    return { run, told, folderId: folder.id };
  }
}
