import type { CatalogFile, CatalogFolder } from '../catalog/account/files.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { BegunUpload } from '../catalog/uploads.ts';
import type { Clock } from '../core/clock.ts';
import { dayMs } from '../core/durations.ts';
import { BridgeError, isBridgeError } from '../core/errors.ts';
import type { FollowedWhirlpool } from '../core/files/whirlpool.ts';
import { createKeyedTurns } from '../core/keyed-turns.ts';
import type { Log } from '../core/log.ts';
import type { SentFile, WritableHost } from '../host/host-writes.ts';
import type { ScanFolder } from '../sync/discovery/scan-folder.ts';
import { mustFitAccount } from './account-room.ts';
import type { AccountChanges } from './changes/changes.ts';
import type { Retire } from './changes/entries.ts';
import type { LayOut } from './lay-out.ts';
import { createPutPlaces, mustNotStandThere, type PutPlace } from './put-places.ts';
import type { PlannedPut, PutFate, PutResult, PutWish } from './put-wish.ts';
import { createSender, maxScans } from './sender.ts';
import { createSentDigest } from './sent-digest.ts';
import { isSourceAsItWas, sourceFacts } from './source-facts.ts';
import { createUploadFinder } from './upload-finder.ts';

export interface UploaderOptions {
  host: Pick<WritableHost, 'writes' | 'limits' | 'account' | 'knownAccount'>;
  catalog: Catalog;
  layOut: LayOut;
  scanFolder: ScanFolder;
  /** Takes away what was replaced, or is damaged. */
  retire: Retire;
  /** For folders on the way to a file. */
  makeFolder: AccountChanges['makeFolder'];
  /** Files that are sent at a time, as the settings say now. */
  parallel: () => number;
  /** Whirlpool of a file of this machine. */
  digest: (path: string, signal: AbortSignal) => Promise<string>;
  /** The same of one that is being sent. */
  follow: (path: string) => FollowedWhirlpool;
  clock: Clock;
  log: Log;
  /** The host has something that nobody has found yet: `settle` looks for it. */
  onOpen(): void;
}

/**
 * Sends files of this machine into the account, some at a time. Each is read again as often as it takes, sent to a fresh
 * node each time, compared with what the host says that it has, and in the library without a listing. Whatever happens
 * in between, also to this process, it is at the host once in the end.
 */
export interface Uploader {
  /**
   * @throws BridgeError BRIDGE_NOT_FOUND for a folder that is not known, BRIDGE_UPLOAD_EXISTS, BRIDGE_UPLOAD_SOURCE,
   * BRIDGE_UPLOAD_DAMAGED, those of the host; the signal's reason
   */
  put(wish: PutWish): Promise<PutResult>;
  /** What `put` would do, without a call to the host or a folder made. Throws as that does. */
  plan(wish: PutWish): Promise<PlannedPut>;
  /** Sees to what an earlier process had begun. @returns how many are done with */
  settle(signal: AbortSignal): Promise<number>;
  /** The settings are others. */
  settingsChanged(): void;
}

/** How one is sent. */
interface Sending extends Pick<PutWish, 'signal'> {
  onBytes?: PutWish['onBytes'] | undefined;
  /** Nobody waits for it here: when this process ends, the next one goes on. */
  isGoneOnWith?: boolean;
}

/** A fresh node each. */
const maxTries = 3;
/** Nobody has seen it for so long: the host has lost it. */
const lookedForMs = dayMs;

export function createUploader(options: UploaderOptions): Uploader {
  const { host, catalog, clock, log } = options;
  const turns = createKeyedTurns(options.parallel);
  const { find, scanOne } = createUploadFinder(options);
  const places = createPutPlaces(options);
  const sender = createSender({ ...options, find });

  /** What is to lie where: of two at one time one waits. */
  const keyOf = ({ folderId, name }: Pick<BegunUpload, 'folderId' | 'name'>) =>
    `${folderId}/${host.writes.storedName(name)}`;

  const resultOf = (folder: CatalogFolder, fate: PutFate, file?: PutResult['file']): PutResult => ({
    fate,
    path: folder.path,
    ...(file && { file: { id: file.id, name: file.name, sizeBytes: file.sizeBytes } }),
  });

  async function put(wish: PutWish, place: PutPlace): Promise<PutResult> {
    const { source, replaces = false, believesListingsForMs = 0, datedAt, signal, onBytes } = wish;
    const { folder, name, stored } = place;
    const { sizeBytes, modifiedAt } = await sourceFacts(source);
    let twins = await places.twins(place);
    if (twins.length > 0) {
      let same = await places.sameOf(twins, source, sizeBytes, signal);
      if (same && clock.now() - (folder.listedAt ?? 0) >= believesListingsForMs) {
        // Somebody may have removed it since.
        await scanOne(folder.id, signal);
        twins = await places.twins(place);
        same = twins.find(({ id }) => id === same?.id);
      }
      if (same) {
        const others = replaces ? twins.filter(({ id }) => id !== same.id) : [];
        if (others.length > 0) await options.layOut(await options.retire(others, signal), signal);
        if (replaces || datedAt !== undefined) await catalog.fileDates.put(same.id, datedAt);
        return resultOf(folder, 'same', same);
      }
      if (!replaces && twins.length > 0) mustNotStandThere(place);
    }
    const open = (await catalog.uploads.all()).find(
      (one) => one.folderId === folder.id && host.writes.storedName(one.name) === stored,
    );
    // Settling has not found it yet, and has not given it up.
    const isSame = open?.source === source && open.sizeBytes === sizeBytes && open.modifiedAt === modifiedAt;
    if (open?.isStored && isSame) return resultOf(folder, 'stored');
    if (open) throw new BridgeError('BRIDGE_UPLOAD_UNSURE', { detail: `${folder.path} may have ${name}` });
    await mustFitAccount(host, sizeBytes, signal);
    const begun = {
      source,
      sizeBytes,
      modifiedAt,
      folderId: folder.id,
      name,
      replaces,
      begunAt: clock.now(),
      datedAt,
    };
    const id = await catalog.uploads.begin(begun);
    return sendBegun({ ...begun, id, receipt: undefined, isStored: false }, folder, { signal, onBytes });
  }

  async function sendBegun(
    begun: BegunUpload,
    folder: CatalogFolder,
    { signal, onBytes, isGoneOnWith = false }: Sending,
  ): Promise<PutResult> {
    const { id, source, sizeBytes, name } = begun;
    // Behind the sending: the disk gives both what they read.
    const digest = createSentDigest(options.follow(source), sizeBytes, signal);
    const progress = { isAllSent: false };
    try {
      for (let tries = 1; ; tries++) {
        const sent = await sender.send(begun, {
          signal,
          onBytes,
          digest,
          isLast: tries === maxTries,
          progress,
        });
        if (sent === 'again') continue;
        const found = sent ?? (await find(begun, maxScans, signal, await digest.whole()));
        if (!found) {
          // It is there, and nobody has seen it: it is looked for until somebody has, and never sent again.
          await catalog.uploads.stored(id);
          options.onOpen();
          return resultOf(folder, 'stored');
        }
        const whole = await digest.whole();
        if (found.sizeBytes === sizeBytes && (found.checksum ?? whole) === whole) {
          await arrive(begun, found, signal);
          return resultOf(folder, 'sent', found);
        }
        log.error(
          { name, folder: folder.path },
          'what the host has is not what was sent; it is removed, and sent again',
        );
        await sender.discard(begun, found, signal);
        if (tries === maxTries) throw new BridgeError('BRIDGE_UPLOAD_DAMAGED', { detail: name });
      }
    } catch (error) {
      // Where it may be at the host, or this process ends, the next one goes on with it.
      const isLeft = isBridgeError(error, 'BRIDGE_UPLOAD_UNSURE') || isBridgeError(error, 'BRIDGE_STOPPING');
      // So it is where whoever went away did so when the host had been given all of it.
      const isKept = isLeft || (signal.aborted && (isGoneOnWith || progress.isAllSent));
      if (isKept) options.onOpen();
      else await catalog.uploads.end(id);
      throw error;
    } finally {
      digest.end();
    }
  }

  async function digestOf(begun: BegunUpload, signal: AbortSignal): Promise<string | undefined> {
    return (await isSourceAsItWas(begun)) ? options.digest(begun.source, signal) : undefined;
  }

  /** It is in the catalog and in the tree, by the host's own word and without a listing. */
  async function arrive(
    { id, folderId, replaces, datedAt }: BegunUpload,
    sent: SentFile,
    signal: AbortSignal,
  ): Promise<void> {
    const isGone = !(await catalog.files.folderPaths([folderId])).has(folderId);
    const { changed } = await catalog.crawls.arrived(
      folderId,
      [
        {
          ...sent,
          sentAt: clock.now(),
          contentType: undefined,
          hasPassword: false,
          hasAccessRules: false,
          datedAt,
        },
      ],
      clock.now(),
    );
    const gone = replaces ? await options.retire(await olderThan(sent, folderId), signal) : [];
    await catalog.uploads.end(id);
    await options.layOut([...changed, ...gone], signal);
    if (isGone)
      throw new BridgeError('BRIDGE_CONFLICT', {
        says: 'The folder was removed while the file was sent into it',
        remedy: 'Take the folder back with passerelle trash, or send it again elsewhere',
      });
  }

  async function olderThan(sent: SentFile, folderId: BegunUpload['folderId']): Promise<CatalogFile[]> {
    const there = await catalog.files.filesOfFolders([folderId]);
    return there.filter(
      ({ id, name, missingSince }) => name === sent.name && id !== sent.id && missingSince === undefined,
    );
  }

  /** @param own of this alone, which the caller has to itself; else of all that nobody is at */
  async function settle(signal: AbortSignal, own?: string): Promise<number> {
    let done = 0;
    for (const row of await catalog.uploads.all()) {
      signal.throwIfAborted();
      // What others left is nothing to wait for.
      if (own !== undefined && keyOf(row) !== own) continue;
      const { id } = row;
      // Somebody else may have ended it meanwhile.
      const begun = (await catalog.uploads.all()).find((one) => one.id === id);
      if (!begun) continue;
      const release = keyOf(begun) === own ? () => undefined : turns.hold(keyOf(begun));
      if (!release) continue;
      try {
        if (await settleOne(begun, signal)) done++;
      } finally {
        release();
      }
    }
    return done;
  }

  /** @returns whether it is done with */
  async function settleOne(begun: BegunUpload, signal: AbortSignal): Promise<boolean> {
    const { folder } = await folderOf(begun);
    const told = begun.receipt ? await host.writes.sentBy(begun.receipt, signal) : 'nothing';
    const found =
      typeof told === 'object'
        ? told
        : begun.receipt && folder
          ? await find(begun, 1, signal, await digestOf(begun, signal))
          : undefined;
    if (found) await arrive(begun, found, signal);
    else if (folder && !begun.isStored && told === 'nothing' && (await isSourceAsItWas(begun)))
      await sendBegun(begun, folder, { signal, isGoneOnWith: true });
    else if (folder && (begun.isStored || told === undefined) && clock.now() - begun.begunAt < lookedForMs)
      return false;
    else {
      log.warn(
        { name: begun.name },
        'an upload that had begun cannot be ended: look whether it is in the account',
      );
      await catalog.uploads.end(begun.id);
    }
    return true;
  }

  async function folderOf({ folderId }: BegunUpload): Promise<{ folder?: CatalogFolder }> {
    const path = (await catalog.files.folderPaths([folderId])).get(folderId);
    return path === undefined ? {} : await catalog.files.byPath(path);
  }

  return {
    async put(wish) {
      const place = await places.of(wish);
      const key = keyOf({ folderId: place.folder.id, name: place.name });
      return turns.take(key, async () => {
        // What stands in the journal was left by somebody, and may be the same file.
        await settle(wish.signal, key);
        return put(wish, await places.of(wish));
      });
    },
    plan: places.plan,
    settle: (signal) => settle(signal),
    settingsChanged: turns.widen,
  };
}
