import { join } from 'node:path';
import type { InboxRows } from '../catalog/inbox.ts';
import { whyUnreadable } from '../core/files/folder-check.ts';
import type { Log } from '../core/log.ts';
import { createYielder, ownTurn } from '../core/yield-often.ts';
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

/** With another size or time it is another file. */
const stampOf = ({ sizeBytes, modifiedAt }: Pick<FoundFile, 'sizeBytes' | 'modifiedAt'>) =>
  `${sizeBytes} ${modifiedAt}`;

const pageRows = 500;

export interface ObserverOptions {
  rows: InboxRows;
  waiting: WaitingFiles;
  told: OnceTold;
  log: Log;
}

/** Looks into an inbox, and notes what waits in it: what was kept there before does not. @throws the signal's reason */
export type ObserveInbox = (inbox: InboxSetting, signal: AbortSignal) => Promise<void>;

export function createObserveInbox({ rows, waiting, told, log }: ObserverOptions): ObserveInbox {
  const known = new Map<string, Map<string, string>>();

  /** Sizes and times of what was kept in an inbox, by paths; read once, in pages. */
  async function keptOf(dir: string, signal: AbortSignal): Promise<Map<string, string>> {
    const before = known.get(dir);
    if (before) return before;
    const kept = new Map<string, string>();
    for (let page = await rows.keptAfter(dir, '', pageRows); page.length > 0; ) {
      signal.throwIfAborted();
      for (const row of page) kept.set(row.path, stampOf(row));
      await ownTurn();
      page = await rows.keptAfter(dir, page.at(-1)?.path ?? '', pageRows);
    }
    known.set(dir, kept);
    return kept;
  }

  /** Whether a file is in the account and stays here. Of one that waits already nobody need be asked. */
  async function isDone(inbox: InboxSetting, file: FoundFile, kept: Map<string, string>): Promise<boolean> {
    const { path } = file;
    if (afterOf(inbox, path) !== 'keep') return false;
    if (kept.get(path) === stampOf(file)) return true;
    if (waiting.at(inbox.dir, path)?.file.version === file.version) return false;
    const row = await rows.at(inbox.dir, path);
    if (row?.became !== 'kept' || stampOf(row) !== stampOf(file)) return false;
    kept.set(path, stampOf(row));
    return true;
  }

  return async (inbox, signal) => {
    const { dir, ignore } = inbox;
    const { files, unreadable, isCut } = await scanInbox(dir, ignore, signal);
    const words = unreadable.map(({ path, error }) => `${join(dir, path)} ${whyUnreadable(error)}`);
    told.note(`unreadable ${dir}`, words.join('; ') || undefined, () =>
      log.warn({ folders: words.join('; ') }, 'an inbox cannot be read; it is looked at again'),
    );
    told.note(`cut ${dir}`, isCut ? 'cut' : undefined, () =>
      log.warn({ dir }, 'an inbox holds more, or deeper, than is looked at; the rest waits'),
    );
    const kept = await keptOf(dir, signal);
    const open: FoundFile[] = [];
    const yieldOften = createYielder();
    for (const file of files) {
      await yieldOften();
      // The host takes no empty file.
      if (file.sizeBytes > 0 && !(await isDone(inbox, file, kept))) open.push(file);
    }
    waiting.found(dir, open);
    // An empty folder is one whose disk is away: nothing is forgotten for that.
    if (files.length === 0 || unreadable.length > 0 || isCut) return;
    const there = new Set(files.map(({ path }) => path));
    const gone = [...kept.keys()].filter((path) => !there.has(path));
    for (const path of gone) kept.delete(path);
    await rows.forget(dir, gone);
  };
}
