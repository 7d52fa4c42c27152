import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Catalog } from '../catalog/catalog.ts';
import type { InboxFile } from '../catalog/inbox.ts';
import { joinAccountPath } from '../core/account-path.ts';
import type { Clock } from '../core/clock.ts';
import { BridgeError } from '../core/errors.ts';
import { diskError } from '../core/files/folder-check.ts';
import type { FileId } from '../core/ids.ts';
import { isVideo } from '../naming/text/file-kinds.ts';
import type { EnsureFolder } from '../uploads/folders.ts';
import type { Uploader } from '../uploads/uploader.ts';
import {
  hashOf,
  isInInbox,
  removeSame,
  standingAt,
  standingByHash,
  strmPathOf,
  writeStrm,
} from './beside.ts';
import { type FoundFile, factsOfFile } from './scan-inbox.ts';
import type { AfterSending, InboxSetting } from './setting.ts';

export interface SendFileOptions {
  uploader: Pick<Uploader, 'put'>;
  ensureFolder: EnsureFolder;
  catalog: Pick<Catalog, 'inbox'>;
  /** What a STRM file of this file holds. */
  strmOf: (fileId: FileId, name: string) => string;
  clock: Clock;
}

/**
 * What became of one file:
 *
 * - `kept`, `deleted`, `replaced`: the account has it, content and all
 * - `stored`: the host has it and lists it later; nothing is done here before it was seen
 * - `changed`: somebody wrote to it meanwhile, or put another one in its place: that one stays
 * - `gone`: it is not there any more
 */
export type InboxFate = InboxFile['became'] | 'stored' | 'changed' | 'gone';

/**
 * Sends one file, and does with it what the inbox says, in an order in which a kill between any two steps leaves the
 * account with the file and this machine with the file or with its STRM: sent and compared, looked at again, STRM file
 * written, file removed, noted. All of it can be done again.
 * @throws BridgeError those of the uploader and of the host, BRIDGE_INBOX_STRM, BRIDGE_DISK; the signal's reason
 */
export type SendFile = (
  inbox: InboxSetting,
  file: FoundFile,
  run: { signal: AbortSignal; onBytes?: (sent: number) => void },
) => Promise<InboxFate>;

/** What is done with a file of this name: only a video has a STRM file. */
export function afterOf({ after }: Pick<InboxSetting, 'after'>, path: string): AfterSending {
  return after === 'strm' && !isVideo(basename(path)) ? 'keep' : after;
}

export function createSendFile(options: SendFileOptions): SendFile {
  const { uploader, ensureFolder, catalog, strmOf, clock } = options;

  /** Whether the file is the one that was found, and no link leads elsewhere on the way to it. */
  async function compareAgain(dir: string, file: FoundFile): Promise<'same' | 'changed' | 'gone'> {
    const now = (await isInInbox(dir, file.path)) ? await factsOfFile(dir, file.path) : undefined;
    if (!now) return 'gone';
    return now.version === file.version ? 'same' : 'changed';
  }

  /** Whether what stands there was written by this inbox, for another file of that name. */
  async function isOwnStrm(dir: string, path: string): Promise<boolean> {
    for (const { strm } of await catalog.inbox.replaced(dir))
      if (strm?.path === path && (await standingByHash(dir, path, strm.hash)) === 'same') return true;
    return false;
  }

  /** @returns whether it was written just now */
  async function layStrm(dir: string, film: FoundFile, path: string, content: string): Promise<boolean> {
    try {
      const standing = await standingAt(dir, path, content);
      if (standing === 'same') return false;
      const replaces = standing === 'other' && (await isOwnStrm(dir, path));
      if (standing === 'other' && !replaces) throw taken(dir, path);
      await writeStrm(dir, path, content, { like: film.path, replaces });
      return true;
    } catch (error) {
      if (error instanceof BridgeError) throw error;
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw taken(dir, path);
      throw diskError(join(dir, path), error);
    }
  }

  function remove(dir: string, file: FoundFile): boolean {
    try {
      return removeSame(dir, file);
    } catch (error) {
      throw diskError(join(dir, file.path), error);
    }
  }

  return async (inbox, file, { signal, onBytes }) => {
    const { dir, to } = inbox;
    const { path } = file;
    const before = await compareAgain(dir, file);
    if (before !== 'same') return before;
    const folder = await ensureFolder(accountFolderOf(to, path), signal);
    const result = await uploader.put({
      source: join(dir, path),
      to: folder.path,
      signal,
      ...(onBytes && { onBytes }),
    });
    if (result.fate === 'stored' || !result.file) return 'stored';
    const { id: fileId, name } = result.file;
    const then = await compareAgain(dir, file);
    if (then !== 'same') return then;
    const note = (became: InboxFile['became'], strm?: InboxFile['strm']) =>
      catalog.inbox.put({
        dir,
        path,
        sizeBytes: file.sizeBytes,
        modifiedAt: file.modifiedAt,
        fileId,
        accountPath: joinAccountPath(result.path, name),
        became,
        strm,
        doneAt: clock.now(),
      });
    const after = afterOf(inbox, path);
    if (after === 'keep') {
      await note('kept');
      return 'kept';
    }
    if (after === 'delete') {
      if (!remove(dir, file)) return 'changed';
      await note('deleted');
      return 'deleted';
    }
    const content = strmOf(fileId, name);
    const strm = { path: strmPathOf(path), hash: hashOf(content) };
    const isNew = await layStrm(dir, file, strm.path, content);
    if (!remove(dir, file)) {
      // It leads to what was there before.
      if (isNew) await rm(join(dir, strm.path), { force: true });
      return 'changed';
    }
    await note('replaced', strm);
    return 'replaced';
  };
}

/** Folders of the inbox are folders of the account. */
function accountFolderOf(to: string, path: string): string {
  const below = dirname(path);
  return below === '.' ? to : joinAccountPath(to, below);
}

function taken(dir: string, path: string): BridgeError {
  return new BridgeError('BRIDGE_INBOX_STRM', { detail: join(dir, path) });
}
