import { readFile } from 'node:fs/promises';
import type { Catalog } from '../../catalog/catalog.ts';
import type { Clock } from '../../core/clock.ts';
import { BridgeError } from '../../core/errors.ts';
import type { Host } from '../../host/host.ts';
import type { HostWrites } from '../../host/host-writes.ts';
import { mustFitAccount } from '../account-room.ts';
import type { AccountChanges } from '../changes/changes.ts';
import { mustBeDeep, mustNotHoldRoot } from '../changes/target.ts';
import { maxLocalBytesOf, mustFitLocal, prunedBefore } from '../local-room.ts';
import type { ShownNames } from '../shown-names.ts';
import type { Spool, SpooledFile } from '../spool.ts';
import type { Uploader } from '../uploader.ts';
import { allAt, createInPlace } from './in-place.ts';
import { isJunkFile, isJunkFolder } from './junk.ts';
import { createWriteTargets, type WriteTarget } from './write-targets.ts';

export interface DavWriterOptions {
  host: Pick<Host, 'account' | 'knownAccount'> & { writes: Pick<HostWrites, 'storedName' | 'meantName'> };
  shown: ShownNames;
  catalog: Catalog;
  uploader: Pick<Uploader, 'put'>;
  changes: Pick<AccountChanges, 'makeFolder' | 'move' | 'copy' | 'remove' | 'putBack' | 'letGo'>;
  spool: Spool;
  /** Paths of `library.roots`: nothing is written beside them. */
  roots: readonly string[];
  clock: Clock;
}

/** Where a whole body lies, absolute, and how long it is. */
export interface SpooledBody extends Pick<SpooledFile, 'path' | 'sizeBytes'> {
  /** What its content is dated to be, milliseconds UTC of whole seconds. */
  datedAt?: number | undefined;
}

/** A body that is about to come. */
export interface ComingBody {
  pieces: AsyncIterable<Uint8Array>;
  /** As it was announced. */
  sizeBytes: number | undefined;
  datedAt: number | undefined;
}

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
    body: ComingBody,
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
  /**
   * What the content of a file is dated to be from now on, milliseconds UTC of whole seconds.
   * @returns whether it can be: folders have no date of their own
   */
  date(target: WriteTarget, datedAt: number): Promise<boolean>;
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

export function createDavWriter(options: DavWriterOptions): DavWriter {
  const { host, shown, catalog, uploader, changes, spool, roots, clock } = options;
  const { localFiles, fileDates } = catalog;
  const { target } = createWriteTargets({ names: host.writes, shown, catalog, roots });

  const inPlaceOf = createInPlace({ catalog, changes });

  const replacing = ({ there }: WriteTarget): DavOutcome => (there.is === 'nothing' ? 'created' : 'replaced');

  async function removeAll(target: WriteTarget, signal: AbortSignal): Promise<void> {
    for (const path of allAt(target)) await changes.remove({ path, isDeep: true, signal });
    // It was hidden behind the others.
    await localFiles.remove(target.parent.id, target.name);
  }

  async function keepLocal(
    to: WriteTarget,
    content: Uint8Array,
    datedAt: number | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const total = async () => {
      const { count, sizeBytes } = await localFiles.total();
      return { count: count + 1, sizeBytes: sizeBytes + content.length };
    };
    try {
      mustFitLocal(await total());
    } catch {
      await localFiles.prune(prunedBefore(clock));
      mustFitLocal(await total());
    }
    if (to.there.is === 'folder') mustBeDeep(to.path, false);
    await inPlaceOf(to, true, signal, () =>
      localFiles.put({ folderId: to.parent.id, name: to.name, changedAt: clock.now(), datedAt }, content),
    );
  }

  async function mustFit({ name }: WriteTarget, sizeBytes: number | undefined): Promise<void> {
    if (isJunkFile(name) && (sizeBytes ?? 0) > maxLocalBytesOf(name)) throw tooLargeToKeep();
    if (!isJunkFile(name)) await mustFitAccount(host, sizeBytes ?? 1);
    await spool.mustFit(sizeBytes ?? 0);
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

  /** What lies on our disk becomes a file of the account; until it is there, what was there before is given. */
  async function putSpooled(to: WriteTarget, { path, sizeBytes, datedAt }: SpooledBody, signal: AbortSignal) {
    if (sizeBytes === 0 || isJunkFile(to.name)) {
      if (sizeBytes > maxLocalBytesOf(to.name)) await mustFit(to, sizeBytes);
      await keepLocal(to, sizeBytes === 0 ? new Uint8Array() : await readFile(path), datedAt, signal);
      return replacing(to);
    }
    await uploader.put({ source: path, to: to.wanted, isName: true, replaces: true, datedAt, signal });
    // One that was asked for by its id has another name at the host than what took its place.
    const { there } = to;
    if (there.is === 'file' && there.file.name !== host.writes.storedName(to.name))
      await changes.remove({ path: { fileId: there.file.id }, isDeep: false, signal });
    await localFiles.remove(to.parent.id, to.name);
    return replacing(to);
  }

  /** Does something with what lies on our disk, which lies there no longer than it must. */
  async function using<T>(spooled: SpooledFile, work: () => Promise<T>): Promise<T> {
    let isDone = false;
    try {
      const result = await work();
      isDone = true;
      return result;
    } finally {
      // What stands in the journal is what a next process would send.
      if (isDone || !(await catalog.uploads.all()).some(({ source }) => source === spooled.path))
        await spooled.discard();
      else spooled.leave();
    }
  }

  /**
   * What only we keep goes to another name. What is not for the host is that by its name alone: under a name of its own
   * it is sent, since office programs write beside a file and then take its name.
   */
  async function placeLocal(
    { content, datedAt }: LocalContent,
    to: WriteTarget,
    mayReplace: boolean,
    signal: AbortSignal,
    keep: () => Promise<unknown>,
  ): Promise<void> {
    if (content.length === 0 || isJunkFile(to.name)) return inPlaceOf(to, mayReplace, signal, keep);
    const sendIt = async () => {
      const spooled = await spool.take([content], content.length);
      await using(spooled, () => putSpooled(to, { ...spooled, datedAt }, signal));
    };
    if (to.there.is === 'folder' || !mayReplace) await inPlaceOf(to, mayReplace, signal, sendIt);
    else await sendIt();
  }

  const contentOf = async ({ parent, name, there }: WriteTarget): Promise<LocalContent> => ({
    content: (await localFiles.content(parent.id, name)) ?? new Uint8Array(),
    datedAt: there.is === 'local' ? there.local.datedAt : undefined,
  });

  return {
    target,
    mustFit,
    putSpooled,

    async put(before, { pieces, sizeBytes, datedAt }, mayStill, signal) {
      await mustFit(before, sizeBytes);
      const spooled = await spool.take(
        isJunkFile(before.name) ? noMoreThan(maxLocalBytesOf(before.name), pieces) : pieces,
        sizeBytes,
      );
      return using(spooled, async () => putSpooled(await mayStill(), { ...spooled, datedAt }, signal));
    },

    makeEmpty: (target) => keepLocal(target, new Uint8Array(), undefined, new AbortController().signal),

    async date({ there, parent, name }, datedAt) {
      if (there.is === 'file') await fileDates.put(there.file.id, datedAt);
      else if (there.is === 'local') await localFiles.date(parent.id, name, datedAt);
      return there.is === 'file' || there.is === 'local';
    },

    async makeFolder({ name, wanted, there }, signal) {
      if (there.is !== 'nothing') throw new BridgeError('BRIDGE_METHOD');
      if (isJunkFolder(name)) throw new BridgeError('BRIDGE_READ_ONLY');
      await changes.makeFolder(wanted, false, signal);
    },

    async remove(what, signal) {
      found(what);
      await removeAll(what, signal);
    },

    async move(from, to, mayReplace, signal) {
      found(from);
      mustBeApart(from, to);
      const { there } = from;
      if (there.is === 'folder') mustNotHoldRoot(there.folder, roots);
      if (there.is !== 'local') {
        const moved = there.is === 'file' ? there.file : undefined;
        const work = () => changes.move({ from: nameOf(from), to: to.wanted, isName: true, signal });
        await inPlaceOf(to, mayReplace, signal, work, { moved });
        return replacing(to);
      }
      await placeLocal(await contentOf(from), to, mayReplace, signal, async () => {
        await localFiles.remove(to.parent.id, to.name);
        await localFiles.move(
          { folderId: from.parent.id, name: from.name },
          { folderId: to.parent.id, name: to.name },
        );
      });
      await localFiles.remove(from.parent.id, from.name);
      return replacing(to);
    },

    async copy(from, to, mayReplace, isDeep, signal) {
      found(from);
      mustBeApart(from, to);
      const { there } = from;
      if (there.is === 'local') {
        const local = await contentOf(from);
        await placeLocal(local, to, mayReplace, signal, () =>
          keepLocal({ ...to, there: { is: 'nothing' } }, local.content, local.datedAt, signal),
        );
      } else
        await inPlaceOf(
          to,
          mayReplace,
          signal,
          () =>
            there.is === 'folder' && !isDeep
              ? changes.makeFolder(to.wanted, false, signal)
              : changes.copy({ from: nameOf(from), to: to.wanted, isName: true, isDeep, signal }),
          {
            copyOf: there.is === 'folder' && isDeep ? there.folder.id : undefined,
          },
        );
      return replacing(to);
    },
  };
}

/** What only we have of a file. */
interface LocalContent {
  content: Uint8Array;
  datedAt: number | undefined;
}

function tooLargeToKeep(): BridgeError {
  return new BridgeError('BRIDGE_UPLOAD_FULL', { detail: 'a file of this kind is not sent to the host' });
}

/** Of a body that has not said how long it is. */
async function* noMoreThan(maxBytes: number, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let came = 0;
  for await (const piece of body) {
    came += piece.length;
    if (came > maxBytes) throw tooLargeToKeep();
    yield piece;
  }
}
