import { readFile } from 'node:fs/promises';
import { accountTrashName } from '../../catalog/account/account-trash.ts';
import type { CatalogFile, CatalogFolder } from '../../catalog/account/files.ts';
import { type LocalFile, maxLocalFiles } from '../../catalog/account/local-files.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { joinAccountPath } from '../../core/account-path.ts';
import type { Clock } from '../../core/clock.ts';
import { BridgeError } from '../../core/errors.ts';
import type { Host } from '../../host/host.ts';
import type { HostWrites } from '../../host/host-writes.ts';
import type { AccountChanges } from '../changes/changes.ts';
import { mustNotHoldRoot } from '../changes/target.ts';
import type { Spool, SpooledFile } from '../spool.ts';
import type { Uploader } from '../uploader.ts';
import { isJunkFile, isJunkFolder } from './junk.ts';

export interface DavWriterOptions {
  host: Pick<Host, 'knownAccount'> & { writes: Pick<HostWrites, 'storedName'> };
  catalog: Catalog;
  uploader: Pick<Uploader, 'put'>;
  changes: Pick<AccountChanges, 'makeFolder' | 'move' | 'copy' | 'remove' | 'restore' | 'letGo'>;
  spool: Spool;
  /** Paths of `library.roots`: nothing is written beside them. */
  roots: readonly string[];
  clock: Clock;
}

/** What stands at a path of the account as WebDAV sees it. */
export type DavStanding =
  | { is: 'nothing' }
  | { is: 'folder'; folder: CatalogFolder }
  | { is: 'file'; file: CatalogFile }
  | { is: 'local'; local: LocalFile };

/** Where a request leads: the folder that it lies in, its name there, and what there is. */
export interface WriteTarget {
  /** As the catalog has it, with names as the host keeps them. */
  path: string;
  /** The same with the last name as it was asked for. */
  wanted: string;
  parent: CatalogFolder;
  name: string;
  there: DavStanding;
}

/** Where a whole body lies, absolute, and how long it is. */
export type SpooledBody = Pick<SpooledFile, 'path' | 'sizeBytes'>;

/** Whether something came to be where there was nothing. */
export type DavOutcome = 'created' | 'replaced';

/** What WebDAV may do to the account: by the names that clients use, with one file for each name. */
export interface DavWriter {
  /**
   * By decoded names from the top of the account.
   * @throws BridgeError BRIDGE_CONFLICT where there is no folder for it, BRIDGE_READ_ONLY outside of the library's roots
   */
  target(names: readonly string[]): Promise<WriteTarget>;
  /** Before the body comes. @throws BridgeError BRIDGE_UPLOAD_FULL */
  mustFit(target: WriteTarget, sizeBytes: number | undefined): Promise<void>;
  /**
   * Takes the body, and sends it to the host: it is there when this resolves. What was there is given until then, and
   * lies in the trash afterwards.
   * @throws BridgeError those of the spool and of the uploader
   */
  put(
    target: WriteTarget,
    body: AsyncIterable<Uint8Array>,
    expectedBytes: number | undefined,
    /** Asked once more when the body is here, which may have taken hours. @throws BridgeError what it may not be for */
    mayStill: () => Promise<WriteTarget>,
    signal: AbortSignal,
  ): Promise<DavOutcome>;
  /**
   * Sends what lies on our disk. It is left there.
   * @throws BridgeError those of the uploader
   */
  putSpooled(to: WriteTarget, spooled: SpooledBody, signal: AbortSignal): Promise<DavOutcome>;
  /** An empty file where nothing is. @throws BridgeError BRIDGE_UPLOAD_FULL */
  makeEmpty(target: WriteTarget): Promise<void>;
  /** @throws BridgeError BRIDGE_METHOD where something is there, BRIDGE_READ_ONLY for what nobody wants at the host */
  makeFolder(target: WriteTarget, signal: AbortSignal): Promise<void>;
  remove(target: WriteTarget, signal: AbortSignal): Promise<void>;
  /** @throws BridgeError BRIDGE_PRECONDITION where something is there that may not be replaced */
  move(from: WriteTarget, to: WriteTarget, mayReplace: boolean, signal: AbortSignal): Promise<DavOutcome>;
  /** @param isDeep of a folder, all that is in it */
  copy(
    from: WriteTarget,
    to: WriteTarget,
    mayReplace: boolean,
    isDeep: boolean,
    signal: AbortSignal,
  ): Promise<DavOutcome>;
}

/** What only we keep is small. */
const maxLocalBytes = 256 * 1024;
const maxLocalTotalBytes = 64 * 1024 * 1024;

export function createDavWriter(options: DavWriterOptions): DavWriter {
  const { host, catalog, uploader, changes, spool, roots, clock } = options;
  const { files, localFiles } = catalog;
  const stored = (name: string) => host.writes.storedName(name);

  const isInLibrary = (path: string) =>
    roots.some((root) => root === '/' || path === root || path.startsWith(`${root}/`));

  async function target(names: readonly string[]): Promise<WriteTarget> {
    const own = names.map(stored);
    const parentPath = `/${own.slice(0, -1).join('/')}`;
    const name = names.at(-1);
    if (name === undefined || !isInLibrary(parentPath) || own[0] === accountTrashName)
      throw new BridgeError('BRIDGE_READ_ONLY');
    const { folder: parent } = await files.byPath(parentPath);
    if (!parent) throw new BridgeError('BRIDGE_CONFLICT');
    const path = joinAccountPath(parent.path, stored(name));
    return {
      path,
      wanted: joinAccountPath(parent.path, name),
      parent,
      name,
      there: await standingAt(parent, path, name),
    };
  }

  async function standingAt(parent: CatalogFolder, path: string, name: string): Promise<DavStanding> {
    const found = await files.byPath(path);
    if (found.folder) return { is: 'folder', folder: found.folder };
    const [file] = found.files;
    if (file) return { is: 'file', file };
    const local = await localFiles.of(parent.id, name);
    return local ? { is: 'local', local } : { is: 'nothing' };
  }

  const replacing = ({ there }: WriteTarget): DavOutcome => (there.is === 'nothing' ? 'created' : 'replaced');

  async function keepLocal(
    { parent, name, there }: WriteTarget,
    content: Uint8Array,
    signal: AbortSignal,
  ): Promise<void> {
    const { count, sizeBytes } = await localFiles.total();
    if (count >= maxLocalFiles || sizeBytes + content.length > maxLocalTotalBytes)
      throw new BridgeError('BRIDGE_UPLOAD_FULL', { detail: 'too many files that the host does not take' });
    if (there.is === 'file') await changes.remove({ path: { fileId: there.file.id }, isDeep: false, signal });
    await localFiles.put(parent.id, name, content, clock.now());
  }

  async function mustFit({ name }: WriteTarget, sizeBytes: number | undefined): Promise<void> {
    if (isJunkFile(name) && (sizeBytes ?? 0) > maxLocalBytes)
      throw new BridgeError('BRIDGE_UPLOAD_FULL', { detail: 'a file of this kind is not sent to the host' });
    const room = host.knownAccount()?.availableStorageBytes;
    if (room !== undefined && (sizeBytes ?? 0) > room)
      throw new BridgeError('BRIDGE_UPLOAD_FULL', { detail: 'the account is full' });
    await spool.mustFit(sizeBytes ?? 0);
  }

  /**
   * Does something to a place where something may be that makes room for it, and comes back where it cannot be done.
   * @throws BridgeError BRIDGE_PRECONDITION where it may not be replaced
   */
  async function inPlaceOf(
    { parent, name, there, path }: WriteTarget,
    mayReplace: boolean,
    signal: AbortSignal,
    work: () => Promise<unknown>,
  ): Promise<void> {
    if (there.is !== 'nothing' && !mayReplace)
      throw new BridgeError('BRIDGE_PRECONDITION', { detail: `${path} is there` });
    const removed =
      there.is === 'folder' || there.is === 'file'
        ? await changes.remove({
            path: there.is === 'folder' ? `${path}/` : { fileId: there.file.id },
            isDeep: true,
            isKept: true,
            signal,
          })
        : [];
    try {
      await work();
    } catch (error) {
      // Where half of the work stands in its way it stays in the trash, and the first error is the one that is told.
      for (const { trashId } of removed)
        if (trashId !== undefined) await changes.restore(trashId, signal).catch(() => undefined);
      throw error;
    }
    if (there.is === 'local' && (await files.byPath(path)).files.length > 0)
      await localFiles.remove(parent.id, name);
    const own = removed.flatMap(({ trashId }) => trashId ?? []);
    if (own.length > 0) await changes.letGo(own, signal);
  }

  async function remove(there: DavStanding, path: string, signal: AbortSignal): Promise<void> {
    if (there.is === 'folder') await changes.remove({ path: `${path}/`, isDeep: true, signal });
    if (there.is === 'file') await changes.remove({ path: { fileId: there.file.id }, isDeep: false, signal });
  }

  /** RFC 4918 sections 9.8.5 and 9.9.4: nothing is put on itself, into itself, or in the place of what holds it. */
  function mustBeApart({ path: from }: WriteTarget, { path: to }: WriteTarget): void {
    if (from === to || to.startsWith(`${from}/`) || from.startsWith(`${to}/`))
      throw new BridgeError('BRIDGE_READ_ONLY', { detail: 'one of them lies in the other' });
  }

  const found = ({ there }: WriteTarget): void => {
    if (there.is === 'nothing') throw new BridgeError('BRIDGE_NOT_FOUND');
  };

  const nameOf = ({ there, path }: WriteTarget) =>
    there.is === 'file' ? { fileId: there.file.id } : `${path}/`;

  async function putSpooled(to: WriteTarget, { path, sizeBytes }: SpooledBody, signal: AbortSignal) {
    if (sizeBytes === 0 || isJunkFile(to.name)) {
      if (sizeBytes > maxLocalBytes) await mustFit(to, sizeBytes);
      await keepLocal(to, sizeBytes === 0 ? new Uint8Array() : await readFile(path), signal);
      return replacing(to);
    }
    await uploader.put({ source: path, to: to.wanted, isName: true, replaces: true, signal });
    await localFiles.remove(to.parent.id, to.name);
    return replacing(to);
  }

  return {
    target,
    mustFit,
    putSpooled,

    async put(before, body, expectedBytes, mayStill, signal) {
      await mustFit(before, expectedBytes);
      const spooled = await spool.take(body, expectedBytes);
      let isSent = false;
      try {
        const outcome = await putSpooled(await mayStill(), spooled, signal);
        isSent = true;
        return outcome;
      } finally {
        // What stands in the journal is what a next process would send.
        if (isSent || !(await catalog.uploads.all()).some(({ source }) => source === spooled.path))
          await spooled.discard();
        else spooled.leave();
      }
    },

    makeEmpty: (target) => keepLocal(target, new Uint8Array(), new AbortController().signal),

    async makeFolder({ name, wanted, there }, signal) {
      if (there.is !== 'nothing') throw new BridgeError('BRIDGE_METHOD');
      if (isJunkFolder(name)) throw new BridgeError('BRIDGE_READ_ONLY');
      await changes.makeFolder(wanted, false, signal);
    },

    async remove(what, signal) {
      found(what);
      if (what.there.is === 'local') await localFiles.remove(what.parent.id, what.name);
      else await remove(what.there, what.path, signal);
    },

    async move(from, to, mayReplace, signal) {
      found(from);
      mustBeApart(from, to);
      if (from.there.is === 'folder') mustNotHoldRoot(from.there.folder, roots);
      await inPlaceOf(to, mayReplace, signal, async () => {
        if (from.there.is === 'local') {
          await localFiles.remove(to.parent.id, to.name);
          await localFiles.move(
            { folderId: from.parent.id, name: from.name },
            { folderId: to.parent.id, name: to.name },
          );
        } else await changes.move({ from: nameOf(from), to: to.wanted, isName: true, signal });
      });
      return replacing(to);
    },

    async copy(from, to, mayReplace, isDeep, signal) {
      found(from);
      mustBeApart(from, to);
      await inPlaceOf(to, mayReplace, signal, async () => {
        if (from.there.is === 'local') {
          const content = await localFiles.content(from.parent.id, from.name);
          await keepLocal({ ...to, there: { is: 'nothing' } }, content ?? new Uint8Array(), signal);
        } else if (from.there.is === 'folder' && !isDeep) await changes.makeFolder(to.wanted, false, signal);
        else await changes.copy({ from: nameOf(from), to: to.wanted, isName: true, isDeep, signal });
      });
      return replacing(to);
    },
  };
}
