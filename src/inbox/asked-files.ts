import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { InboxRows } from '../catalog/inbox.ts';
import { BridgeError } from '../core/errors.ts';
import { whyUnreadable } from '../core/files/folder-check.ts';
import { whyLeftAlone } from './left-alone.ts';
import { type FoundFile, factsOfFile, scanInbox } from './scan-inbox.ts';
import { afterOf, type InboxFate } from './send-file.ts';
import type { InboxSetting } from './setting.ts';

/** What is said of one file that was asked for: noted for the next pass, what became of it, or that it is left alone. */
export interface AskedFile {
  path: string;
  fate: InboxFate | 'noted' | 'later' | 'left';
  error?: BridgeError | undefined;
}

/**
 * The files that a path of this machine names: itself, or all below it. Instead of them what is said of one that is
 * done with, or that no inbox ever sends.
 * @throws BridgeError BRIDGE_INBOX_OUTSIDE, BRIDGE_UPLOAD_SOURCE; the signal's reason
 */
export type AskedFiles = (
  given: string,
  signal: AbortSignal,
) => Promise<{ dir: string; file: FoundFile }[] | AskedFile>;

export function createAskedFiles(inboxes: readonly InboxSetting[], rows: Pick<InboxRows, 'at'>): AskedFiles {
  /** Which inbox a path lies in, and where in it. Links on the way to the folder are followed, in it none. */
  async function whereIs(path: string): Promise<{ inbox: InboxSetting; path: string } | undefined> {
    const whole = resolve(await realpath(dirname(path)).catch(() => dirname(path)), basename(path));
    for (const inbox of inboxes) {
      const top = await realpath(inbox.dir).catch(() => inbox.dir);
      if (whole === top || path === inbox.dir) return { inbox, path: '' };
      if (whole.startsWith(`${top}/`)) return { inbox, path: relative(top, whole) };
    }
    return undefined;
  }

  return async (given, signal) => {
    const place = await whereIs(resolve(given));
    if (!place) throw new BridgeError('BRIDGE_INBOX_OUTSIDE', { detail: given });
    const { inbox, path } = place;
    const { dir, ignore } = inbox;
    const whole = join(dir, path);
    const row = await rows.at(dir, path);
    const stats = await lstat(whole).catch((error: NodeJS.ErrnoException) => error);
    if (stats instanceof Error) {
      if (row && row.became !== 'kept') return { path: whole, fate: row.became };
      throw new BridgeError('BRIDGE_UPLOAD_SOURCE', {
        says: `${given} ${whyUnreadable(stats)}`,
        remedy: 'Name a file of an inbox, by the path that Passerelle sees',
        cause: stats,
      });
    }
    if (stats.isDirectory()) {
      const { files } = await scanInbox(dir, ignore, signal);
      return files
        .filter((file) => file.sizeBytes > 0 && (path === '' || file.path.startsWith(`${path}/`)))
        .map((file) => ({ dir, file }));
    }
    const file = await factsOfFile(dir, path);
    if (!file || file.sizeBytes === 0 || whyLeftAlone(path, ignore)) return { path: whole, fate: 'left' };
    const isKept =
      row?.became === 'kept' && row.sizeBytes === file.sizeBytes && row.modifiedAt === file.modifiedAt;
    return isKept && afterOf(inbox, path) === 'keep' ? { path: whole, fate: 'kept' } : [{ dir, file }];
  };
}
