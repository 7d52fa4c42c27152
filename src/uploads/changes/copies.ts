import { accountTrashName } from '../../catalog/account/account-trash.ts';
import type { CatalogFile, CatalogFolder } from '../../catalog/account/files.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { joinAccountPath } from '../../core/account-path.ts';
import type { Clock } from '../../core/clock.ts';
import { BridgeError, isBridgeError } from '../../core/errors.ts';
import type { FileId } from '../../core/ids.ts';
import type { CopiedFile, WritableHost } from '../../host/host-writes.ts';
import { mustFitLocal } from '../local-room.ts';
import type { ChangedEntry, ChangeWish, MadeFolder, Retire, RetiredFile } from './entries.ts';
import { listPlace } from './listed-place.ts';
import { type FoundEntry, isThereAlready, type TargetPlace } from './target.ts';
import { isRefusal, isUnsure } from './unsure.ts';

export interface CopierOptions {
  host: Pick<WritableHost, 'writes' | 'pageOf' | 'listFolder'>;
  catalog: Catalog;
  clock: Clock;
  retire: Retire;
  /** @param name as it is meant */
  makeFolder(parent: CatalogFolder, name: string, signal: AbortSignal): Promise<MadeFolder>;
  /** Others may have laid something into a folder that was there, since it was listed. */
  listIfDoubtful(folder: CatalogFolder, wish: CopyWish): Promise<void>;
}

export interface CopyWish extends ChangeWish {
  /** What a copy that was cut off has done may be in no listing yet: each folder that is there is listed. */
  isListedAnew?: boolean;
  /** Does one folder when it has its turn among the changes: one that holds thousands takes hours. Default: at once */
  inTurn?: <T>(work: () => Promise<T>) => Promise<T>;
}

/** Copies inside of the account. */
export interface Copier {
  /**
   * What has a namesake of its size where it goes to is taken for a copy that was made before: a copy of a folder that
   * was cut off goes on where it was. Beside another of its name nothing is laid: a folder of which that is known is not
   * begun, and one of which that is found out later ends there.
   * @returns what was copied, and the new files of the catalog
   */
  copy(
    found: FoundEntry,
    place: TargetPlace,
    wish: CopyWish,
  ): Promise<{ entries: ChangedEntry[]; arrived: FileId[] }>;
}

/** What is taken for one file, where two have its name. */
const sameness = ({ name, sizeBytes }: CatalogFile) => `${sizeBytes} ${name}`;

const filesAtOnce = 100;

export function createCopier(options: CopierOptions): Copier {
  const { host, catalog, clock, retire, makeFolder, listIfDoubtful } = options;
  const { files, localFiles, ownChanges, begunCopies } = catalog;
  const { storedName, meantName } = host.writes;

  /** @param rename what the only one of these is to be called */
  async function copyFiles(
    some: readonly CatalogFile[],
    to: CatalogFolder,
    rename: string | undefined,
    signal: AbortSignal,
  ): Promise<FileId[]> {
    const arrived: FileId[] = [];
    for (let at = 0; at < some.length; at += filesAtOnce) {
      const part = some.slice(at, at + filesAtOnce);
      const ids = part.map(({ id }) => id);
      const [checksums, dates] = [await files.checksums(ids), await catalog.fileDates.of(ids)];
      const begun = await begunCopy(part, to, rename);
      const copied = await ask(part, to, checksums, signal).catch(async (error: unknown) => {
        if (begun !== undefined && isRefusal(error)) await begunCopies.left(begun);
        throw error;
      });
      const listed = [];
      for (const { from, to: url } of copied) {
        const page = host.pageOf(url);
        const original = part.find((one) => host.pageOf(one.url)?.id === host.pageOf(from)?.id);
        if (!page || !original) continue;
        const { sizeBytes } = original;
        const copy = { id: page.id, url: page.url, name: original.name, sizeBytes, folderId: to.id };
        const name =
          rename === undefined || storedName(rename) === original.name
            ? original.name
            : await renamed(copy, rename, begun, signal);
        listed.push({
          id: page.id,
          url: page.url,
          name,
          sizeBytes,
          sentAt: clock.now(),
          contentType: original.contentType,
          checksum: checksums.get(original.id),
          hasPassword: false,
          hasAccessRules: false,
          datedAt: dates.get(original.id),
        });
      }
      arrived.push(...(await catalog.crawls.arrived(to.id, listed, clock.now())).changed);
      // What was copied is known; the rest is copied when somebody asks again.
      if (listed.length < part.length) throw new BridgeError('BRIDGE_HOST_NOTHING_DONE');
    }
    return arrived;
  }

  /** Of the only one that is to have another name: whatever ends this process, the next one knows what was meant. */
  async function begunCopy(
    [original]: readonly CatalogFile[],
    { id: parentId }: CatalogFolder,
    rename: string | undefined,
  ): Promise<number | undefined> {
    if (!original || rename === undefined || storedName(rename) === original.name) return undefined;
    return begunCopies.begun({ fileId: original.id, parentId, name: storedName(rename) }, clock.now());
  }

  /** Where the answer is lost the host is asked what lies there now that nobody knew: nothing is copied a second time. */
  async function ask(
    part: readonly CatalogFile[],
    to: CatalogFolder,
    checksums: ReadonlyMap<FileId, string>,
    signal: AbortSignal,
  ): Promise<CopiedFile[]> {
    try {
      return await host.writes.copyFiles(
        part.map(({ url }) => url),
        to.id,
        { urgency: 'write', signal },
      );
    } catch (error) {
      if (!isBridgeError(error) || !isUnsure(error)) throw error;
      const listing = await listPlace(host, to.id, signal).catch(() => undefined);
      const known = new Set((await files.filesOfFolders([to.id])).map(({ id }) => id));
      const found = (listing?.files ?? []).filter(({ id }) => !known.has(id));
      const copied = part.flatMap(({ id, url, name, sizeBytes }) => {
        const at = found.findIndex(
          (one) => one.name === name && one.sizeBytes === sizeBytes && one.checksum === checksums.get(id),
        );
        return at < 0 ? [] : found.splice(at, 1).map((one) => ({ from: url, to: one.url }));
      });
      if (copied.length === 0) throw error;
      return copied;
    }
  }

  /** What cannot be called as it should is not left there by another name. */
  async function renamed(
    copy: RetiredFile,
    name: string,
    begun: number | undefined,
    signal: AbortSignal,
  ): Promise<string> {
    const move = { kind: 'file', hostId: copy.id, url: copy.url, parentId: copy.folderId } as const;
    await ownChanges.moveBegun({ ...move, name: storedName(name) }, clock.now());
    if (begun !== undefined) await begunCopies.left(begun);
    try {
      return storedName(await host.writes.renameFile(copy.url, name, { urgency: 'write', signal }));
    } catch (error) {
      await retire([copy], signal);
      throw error;
    } finally {
      await ownChanges.moveLeft({ ...move, name });
    }
  }

  async function isThere({ name, sizeBytes }: CatalogFile, folder: CatalogFolder): Promise<boolean> {
    const there = await files.filesOfFolders([folder.id]);
    return there.some((one) => one.name === name && one.sizeBytes === sizeBytes);
  }

  /** @throws BridgeError BRIDGE_UPLOAD_EXISTS where something else has its name */
  async function mustBeAlone({ name }: Pick<CatalogFile, 'name'>, { path }: CatalogFolder): Promise<void> {
    const there = await files.byPath(joinAccountPath(path, name));
    if (there.folder || there.files.some(({ missingSince }) => missingSince === undefined))
      throw isThereAlready(joinAccountPath(path, name));
  }

  /** What only we keep of a folder: without it a copy would lack every empty file. */
  async function copyLocal(from: CatalogFolder, to: CatalogFolder): Promise<void> {
    const [some, all] = [await localFiles.total(from.id), await localFiles.total()];
    if (some.count === 0) return;
    mustFitLocal({ count: all.count + some.count, sizeBytes: all.sizeBytes + some.sizeBytes });
    await localFiles.copyAll(from.id, to.id, clock.now());
  }

  /**
   * What would come beside something else of its name, in one folder.
   * @returns what is not there yet
   * @throws BridgeError BRIDGE_UPLOAD_EXISTS, as one file does
   */
  async function wantedOf(from: CatalogFolder, target: CatalogFolder): Promise<CatalogFile[]> {
    const [inside, there] = [await files.children(from), await files.children(target)];
    const isGone = ({ missingSince }: { missingSince?: number | undefined }) => missingSince !== undefined;
    const folderNames = new Set(inside.folders.map(({ name }) => name));
    const copies = new Set(inside.files.map(sameness));
    const folders = new Set(there.folders.filter((one) => !isGone(one)).map(({ name }) => name));
    for (const { name } of inside.files)
      if (folders.has(name)) throw isThereAlready(joinAccountPath(target.path, name));
    const fileNames = new Set(inside.files.map(({ name }) => name));
    for (const one of there.files)
      if (
        !isGone(one) &&
        (folderNames.has(one.name) || (fileNames.has(one.name) && !copies.has(sameness(one))))
      )
        throw isThereAlready(joinAccountPath(target.path, one.name));
    const made = new Set(there.files.filter((one) => !isGone(one)).map(sameness));
    return inside.files.filter((file) => !made.has(sameness(file)));
  }

  /** Before a byte is copied, as far as it is known: what could not be copied whole is not begun. */
  async function mustFitBeside(from: CatalogFolder, path: string): Promise<void> {
    const { folder: target } = await files.byPath(path);
    if (!target || target.missingSince !== undefined) return;
    await wantedOf(from, target);
    for (const folder of (await files.children(from)).folders)
      await mustFitBeside(folder, joinAccountPath(path, folder.name));
  }

  /** Whoever had a turn in between may have moved or removed it. */
  async function standing(folder: CatalogFolder): Promise<CatalogFolder> {
    const path = (await files.folderPaths([folder.id])).get(folder.id);
    if (path === undefined || path.startsWith(`/${accountTrashName}/`))
      throw new BridgeError('BRIDGE_NOT_FOUND', { detail: folder.path });
    return { ...folder, path };
  }

  /** @param name as it is meant @param check made in the same turn */
  async function copyFolder(
    from: CatalogFolder,
    parent: CatalogFolder,
    name: string,
    wish: CopyWish,
    check: () => Promise<void> = async () => undefined,
  ): Promise<FileId[]> {
    const { signal, inTurn = (work) => work() } = wish;
    const { target, folders, arrived } = await inTurn(async () => {
      signal.throwIfAborted();
      await check();
      const source = await standing(from);
      const made = await makeFolder(await standing(parent), name, signal);
      const { folder: target } = await files.byPath(made.path);
      if (!target) throw new BridgeError('BRIDGE_NOT_FOUND', { detail: made.path });
      if (!made.isNew) await listIfDoubtful(target, wish);
      const { folders } = await files.children(source);
      const wanted = await wantedOf(source, target);
      const arrived = await copyFiles(wanted, target, undefined, signal);
      await copyLocal(source, target);
      return { target, folders, arrived };
    });
    for (const folder of folders)
      arrived.push(...(await copyFolder(folder, target, meantName(folder.name), wish)));
    return arrived;
  }

  return {
    async copy(found, place, wish) {
      const { isDry = false, signal } = wish;
      if (found.kind === 'folder') {
        const { path } = found.folder;
        const name = place.name ?? meantName(found.folder.name);
        const to = joinAccountPath(place.folder.path, storedName(name));
        const check = async () => {
          const { files: twins } = await files.byPath(to);
          if (twins.some(({ missingSince }) => missingSince === undefined)) throw isThereAlready(to);
          await mustFitBeside(found.folder, to);
        };
        if (isDry) await check();
        const arrived = isDry ? [] : await copyFolder(found.folder, place.folder, name, wish, check);
        return { entries: [{ kind: 'folder', from: path, to }], arrived };
      }
      const paths = await files.folderPaths(found.files.map(({ folderId }) => folderId));
      const name = place.name === undefined ? undefined : storedName(place.name);
      const wanted: CatalogFile[] = [];
      for (const file of found.files) {
        const copy = { ...file, name: name ?? file.name };
        if (await isThere(copy, place.folder)) continue;
        await mustBeAlone(copy, place.folder);
        wanted.push(file);
      }
      const arrived = isDry ? [] : await copyFiles(wanted, place.folder, place.name, signal);
      const entries = wanted.map((file) => ({
        kind: 'file' as const,
        from: joinAccountPath(paths.get(file.folderId) ?? '/', file.name),
        to: joinAccountPath(place.folder.path, name ?? file.name),
      }));
      return { entries, arrived };
    },
  };
}
