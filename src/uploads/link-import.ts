import { pathNotFound } from '../catalog/account/near-paths.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Clock } from '../core/clock.ts';
import { minuteMs, secondMs } from '../core/durations.ts';
import { BridgeError, isBridgeError } from '../core/errors.ts';
import type { FileId, FolderId } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
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
  signal: AbortSignal;
  /** Told once of each line, in order. */
  onLink: (link: ImportedLink) => void;
}

export interface LinkImportOptions {
  host: Pick<WritableHost, 'writes' | 'pageOf'>;
  catalog: Catalog;
  scanFolder: ScanFolder;
  clock: Clock;
  log: Log;
}

/** Copies files of others into the account, without a byte being moved. */
export interface LinkImporter {
  /**
   * One call for each link and one listing of the folder, so that the library has them at once.
   * @returns calls to the host, and what ended it early
   * @throws BridgeError BRIDGE_NOT_FOUND for a folder that is not known, BRIDGE_BAD_REQUEST for no link or too many; the
   * signal's reason
   */
  run(wish: LinkImport): Promise<{ calls: number; stoppedBy?: BridgeError }>;
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

export function createLinkImporter({
  host,
  catalog,
  scanFolder,
  clock,
  log,
}: LinkImportOptions): LinkImporter {
  /** A crawl that runs is waited for: it may be the first of a large account. */
  async function scan(folderId: FolderId, signal: AbortSignal): Promise<number> {
    for (;;)
      try {
        return (await scanFolder(folderId, signal, maxScanCalls)).calls;
      } catch (error) {
        if (!isBridgeError(error, 'BRIDGE_CRAWL_RUNNING')) throw error;
        await clock.sleep(busyMs, signal);
      }
  }

  async function fileIdOf(page: string): Promise<FileId | undefined> {
    const id = host.pageOf(page)?.id;
    return id && (await catalog.files.byId(id)) ? id : undefined;
  }

  return {
    async run({ links: given, text = '', to, password, signal, onLink }) {
      const links = [...given, ...linksIn(text, (one) => host.pageOf(one))];
      if (links.length === 0 || links.length > maxLinks)
        throw new BridgeError('BRIDGE_BAD_REQUEST', {
          detail: `${links.length} links where 1 to ${maxLinks} may be`,
        });
      const { folder } = await catalog.files.byPath(to);
      if (!folder) throw await pathNotFound(catalog.files, to);
      const copied: { line: ImportedLink; id: FileId }[] = [];
      const lines: ImportedLink[] = links.map((link) => ({ link, fate: 'waiting' }));
      const seen = new Set<string>();
      let calls = 0;
      let stoppedBy: BridgeError | undefined;
      let told = 0;
      const tell = (until: number) => {
        for (; told < until; told++) onLink(lines[told] as ImportedLink);
      };

      for (const [at, line] of lines.entries()) {
        signal.throwIfAborted();
        const page = host.pageOf(line.link);
        if (!page) line.fate = 'odd';
        else if (seen.has(page.id)) line.fate = 'again';
        else if (await fileIdOf(page.url)) line.fate = 'own';
        else
          try {
            calls++;
            const options = { urgency: 'write', signal, ...(password ? { password } : {}) } as const;
            const [copy] = await host.writes.copyFiles([page.url], folder.id, options);
            const id = copy && host.pageOf(copy.to)?.id;
            if (id) copied.push({ line, id });
            line.fate = id ? 'copied' : 'unsure';
          } catch (error) {
            if (signal.aborted || !isBridgeError(error)) throw error;
            line.fate = fates[error.code] ?? 'waiting';
            line.error = error;
            if (line.fate === 'waiting' || error.code === 'BRIDGE_HOST_UNREACHABLE') stoppedBy = error;
          }
        if (page) seen.add(page.id);
        if (copied.length === 0) tell(at + 1);
        if (stoppedBy) break;
      }
      // What was copied is named and laid out by one listing, whatever ended the rest.
      for (let scans = 0; copied.some(({ line }) => line.fate === 'copied') && scans < maxScans; scans++) {
        if (scans > 0) await clock.sleep(lateMs, signal);
        try {
          calls += await scan(folder.id, signal);
        } catch (error) {
          if (signal.aborted || !isBridgeError(error)) throw error;
          log.warn({ err: error }, 'what was copied into the account could not be listed yet');
          stoppedBy ??= error;
          break;
        }
        const known = await catalog.files.filesByIds(copied.map(({ id }) => id));
        for (const { id, name, sizeBytes } of known) {
          const line = copied.find((one) => one.id === id)?.line;
          if (line) Object.assign(line, { fate: 'added', file: { id, name, sizeBytes } });
        }
      }
      tell(lines.length);
      return { calls, ...(stoppedBy ? { stoppedBy } : {}) };
    },
  };
}
