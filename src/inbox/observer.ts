import { join } from 'node:path';
import type { InboxRows } from '../catalog/inbox.ts';
import { whyUnreadable } from '../core/files/folder-check.ts';
import type { Log } from '../core/log.ts';
import { type FoundFile, scanInbox } from './scan-inbox.ts';
import { afterOf } from './send-file.ts';
import type { InboxSetting } from './setting.ts';
import type { WaitingFiles } from './waiting-files.ts';

/** Says something when it becomes so, and not again before it was otherwise. */
export interface OnceTold {
  /** @param words what it is now; undefined = nothing is the matter @param tell runs when that is news */
  note(about: string, words: string | undefined, tell: () => void): void;
}

export function createOnceTold(): OnceTold {
  const told = new Map<string, string>();
  return {
    note(about, words, tell) {
      if (told.get(about) === words) return;
      if (words === undefined) told.delete(about);
      else {
        told.set(about, words);
        tell();
      }
    },
  };
}

export interface ObserverOptions {
  rows: InboxRows;
  waiting: WaitingFiles;
  told: OnceTold;
  log: Log;
}

/** Looks into an inbox, and notes what waits in it: what was kept there before does not. @throws the signal's reason */
export type ObserveInbox = (inbox: InboxSetting, signal: AbortSignal) => Promise<void>;

export function createObserveInbox({ rows, waiting, told, log }: ObserverOptions): ObserveInbox {
  return async ({ dir, ignore, ...inbox }, signal) => {
    const { files, unreadable, isCut } = await scanInbox(dir, ignore, signal);
    const words = unreadable.map(({ path, error }) => `${join(dir, path)} ${whyUnreadable(error)}`);
    told.note(`unreadable ${dir}`, words.join('; ') || undefined, () =>
      log.warn({ folders: words.join('; ') }, 'an inbox cannot be read; it is looked at again'),
    );
    told.note(`cut ${dir}`, isCut ? 'cut' : undefined, () =>
      log.warn({ dir }, 'an inbox holds more, or deeper, than is looked at; the rest waits'),
    );
    const kept = new Map((await rows.kept(dir)).map((one) => [one.path, one]));
    const isDone = ({ path, sizeBytes, modifiedAt }: FoundFile) => {
      const row = kept.get(path);
      const isSame = row?.sizeBytes === sizeBytes && row.modifiedAt === modifiedAt;
      return isSame && afterOf(inbox, path) === 'keep';
    };
    // The host takes no empty file.
    const open = files.filter((file) => file.sizeBytes > 0 && !isDone(file));
    waiting.found(dir, open);
    // An empty folder is one whose disk is away: nothing is forgotten for that.
    if (files.length === 0 || unreadable.length > 0 || isCut) return;
    const there = new Set(files.map(({ path }) => path));
    const gone = [...kept.keys()].filter((path) => !there.has(path));
    await rows.forget(dir, gone);
  };
}
