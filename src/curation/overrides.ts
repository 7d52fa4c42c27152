import { isDeepStrictEqual } from 'node:util';
import { pathNotFound } from '../catalog/account/near-paths.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Move, Spot } from '../catalog/curation/journal.ts';
import type { Former, Target } from '../catalog/curation/override-types.ts';
import { joinAccountPath } from '../core/account-path.ts';
import type { Clock } from '../core/clock.ts';
import { BridgeError } from '../core/errors.ts';
import { type FileId, type FolderId, toFileId, toFolderId } from '../core/ids.ts';
import type { SerialQueue } from '../core/serial-queue.ts';
import { type Override, readOverride } from '../library/override.ts';
import type { Publisher } from '../reconcile/publisher.ts';
import type { TreeTurns } from '../reconcile/tree-turns.ts';
import { filesOf } from './override-targets.ts';
import { previewFix } from './preview.ts';

export interface FixOptions {
  catalog: Catalog;
  clock: Clock;
  publisher: Publisher;
  turns: Pick<TreeTurns, 'isSynced'>;
  /** See TreeMovesOptions. */
  words: SerialQueue;
}

/** What a person speaks of: a path of the account may be that of several files. */
export type FixTarget = { path: string } | { fileId: FileId } | { folderId: FolderId };

/** An override as a person sees it. `path`: of the account, absent when what it stands on has gone. */
export interface Fix {
  target: Target;
  path?: string;
  override: Override;
  at: number;
}

/** What setting or clearing an override did. */
export interface Fixed {
  targets: Target[];
  /** Files that it touches. */
  files: number;
  moves: Move[];
}

/** A person's word on what a file or a folder is; it outranks everything that is read. */
export interface OverrideEditor {
  /** What a person wrote as an override, or what is wrong with it. */
  read(raw: unknown): Override | { wrong: string };
  /** Says what a file or a folder is. @throws BridgeError BRIDGE_NOT_FOUND, BRIDGE_DISK */
  set(what: FixTarget, override: Override, signal: AbortSignal): Promise<Fixed>;
  /** What `set` would move, without a word said. @throws BridgeError BRIDGE_NOT_FOUND */
  preview(what: FixTarget, override: Override): Promise<Fixed>;
  /** Takes it back. @throws BridgeError BRIDGE_NOT_FOUND when nothing was said */
  clear(what: FixTarget, signal: AbortSignal): Promise<Fixed>;
  /** Everything that was said. */
  list(): Promise<Fix[]>;
}

export function createOverrideEditor({
  catalog,
  clock,
  publisher,
  turns,
  words,
}: FixOptions): OverrideEditor {
  const { files, overrides, journal } = catalog;

  /** @throws BridgeError BRIDGE_NOT_FOUND */
  async function targetsOf(what: FixTarget, mayBeGone = false): Promise<Target[]> {
    if ('folderId' in what) {
      if (!mayBeGone && !(await files.folderPaths([what.folderId])).has(what.folderId))
        throw new BridgeError('BRIDGE_NOT_FOUND', { detail: `no folder ${what.folderId}` });
      return [`folder:${what.folderId}`];
    }
    if ('fileId' in what) {
      if (!mayBeGone && !(await files.byId(what.fileId)))
        throw new BridgeError('BRIDGE_NOT_FOUND', { detail: `no file ${what.fileId}` });
      return [`file:${what.fileId}`];
    }
    const found = await files.byPath(what.path);
    if (found.folder) return [`folder:${found.folder.id}`];
    if (found.files.length > 0) return found.files.map((file): Target => `file:${file.id}`);
    throw await pathNotFound(files, what.path);
  }

  async function placesOf(fileIds: readonly FileId[]): Promise<Map<string, Spot>> {
    const places = new Map<string, Spot>();
    for (const { name } of publisher.trees)
      for (const [id, { titleKey, stem, pinned }] of await catalog.placementsOf(name).placesOf(fileIds))
        places.set(`${name}\0${id}`, { titleKey, stem, pinned });
    return places;
  }

  /**
   * Says something else of these than before. Their paths are free from now on, and the tree is brought up to date.
   * @param say writes the word down @param former what was said of them, where that is something else
   */
  async function layOutAgain(
    targets: Target[],
    why: string,
    former: readonly Former[],
    say: () => Promise<void>,
    signal: AbortSignal,
  ): Promise<Fixed> {
    const fileIds = await withExtras(await filesOf(catalog, targets));
    const before = await placesOf(fileIds);
    // Noted first: whoever is killed here, or is crossed by a sync, has the rest done by the next one.
    await catalog.dirty.mark(fileIds);
    const batch = await journal.add({
      at: clock.now(),
      why,
      moves: movesOf(before, new Map()),
      said: former,
    });
    const first = async () => {
      await say();
      for (const { name } of publisher.trees) await catalog.placementsOf(name).place(fileIds, []);
    };
    // With what a kill left undone: a file that had lost its place and had no other yet would stand nowhere.
    const all = new Set([...fileIds, ...(await catalog.dirty.all())]);
    // In the middle of a crawl, what has moved may be known by one end alone.
    await publisher.files([...all], { signal, first, midCrawl: turns.isSynced() });
    await catalog.dirty.mark(fileIds);
    const moves = movesOf(before, await placesOf(fileIds));
    await journal.settle(batch, moves);
    return { targets, files: fileIds.length, moves };
  }

  /** The extras of their titles go where the titles go. */
  async function withExtras(fileIds: readonly FileId[]): Promise<FileId[]> {
    const ids = new Set(fileIds);
    for (const { name } of publisher.trees) {
      const titles = catalog.placementsOf(name);
      const keys = new Set([...(await titles.placesOf(fileIds)).values()].map((place) => place.titleKey));
      for (const { fileId, recognition } of await titles.ofKeys([...keys]))
        if (recognition.kind === 'extra' && (await files.byId(fileId))) ids.add(fileId);
    }
    return [...ids];
  }

  async function set(what: FixTarget, override: Override, signal: AbortSignal): Promise<Fixed> {
    await publisher.checkMounted();
    const targets = await targetsOf(what);
    const former = (await overrides.of(targets)).filter((one) => !isDeepStrictEqual(one.value, override));
    const say = async () => {
      for (const target of targets) await overrides.put({ target, value: override, at: clock.now() });
    };
    return layOutAgain(targets, 'fix', former, say, signal);
  }

  async function clear(what: FixTarget, signal: AbortSignal): Promise<Fixed> {
    await publisher.checkMounted();
    const said = await overrides.of(await targetsOf(what, true));
    const former = said.filter(({ value }) => value !== undefined);
    if (former.length === 0)
      throw new BridgeError('BRIDGE_NOT_FOUND', {
        says: 'Nothing was said of it',
        remedy: 'passerelle fix --list shows of what something was said',
      });
    const targets = former.map(({ target }) => target);
    const say = async () => {
      for (const target of targets) await overrides.remove(target);
    };
    return layOutAgain(targets, 'fix --clear', former, say, signal);
  }

  return {
    read: readOverride,
    set: (what, override, signal) => words.take(() => set(what, override, signal)),
    clear: (what, signal) => words.take(() => clear(what, signal)),

    async preview(what, override) {
      const targets = await targetsOf(what);
      const fileIds = await filesOf(catalog, targets);
      const moves = await previewFix(catalog, publisher.trees, { targets, override, fileIds });
      return { targets, files: fileIds.length, moves };
    },

    async list() {
      const overrideEditor: Fix[] = [];
      for (const { target, value, at } of await overrides.all()) {
        const path = await pathOf(target);
        overrideEditor.push({
          target,
          ...(path !== undefined && { path }),
          override: value,
          at,
        });
      }
      return overrideEditor;
    },
  };

  async function pathOf(target: Target): Promise<string | undefined> {
    const id = target.slice(target.indexOf(':') + 1);
    if (target.startsWith('folder:')) return (await files.folderPaths([toFolderId(id)])).get(toFolderId(id));
    const file = await files.byId(toFileId(id));
    const folder = file && (await files.folderPaths([file.folderId])).get(file.folderId);
    return file && folder !== undefined ? joinAccountPath(folder, file.name) : undefined;
  }
}

/** Where each file stood and stands, by tree and id. */
function movesOf(before: ReadonlyMap<string, Spot>, after: ReadonlyMap<string, Spot>): Move[] {
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((key): Move[] => {
    const [tree = '', fileId = ''] = key.split('\0');
    const [from, to] = [before.get(key), after.get(key)];
    return from?.stem === to?.stem ? [] : [{ tree, fileId: toFileId(fileId), from, to }];
  });
}
