import type { FolderId } from '../core/ids.ts';
import type { TitlesByTree, Tree, Trees } from '../library/trees.ts';
import { createMounts } from './mounts.ts';
import { recogniseFiles } from './placement/recognise-files.ts';
import { createReconcileFingerprint } from './reconcile-fingerprint.ts';
import { emptyResult, type PublishResult, type PublishRun } from './run.ts';
import { createTreeWriter, type TreeWriter, type TreeWriterOptions } from './tree-writer.ts';

export interface PublishOptions extends Omit<TreeWriterOptions, 'tree'> {
  trees: Trees;
}

/** Titles planned at one time: bounds the memory and the pause of everything else. */
const titlesAtOnce = 100;
const keysAtOnce = 1000;
const foldersAtOnce = 50;

/** Turns what the catalog holds into the STRM trees, title by title, so that a change costs what it touches. */
export function createPublisher(options: PublishOptions) {
  const { catalog, log, trees } = options;
  const { baseUrl, sign, lockData, maxSubtitleBytes, artwork } = options;
  const reconcileFingerprint = createReconcileFingerprint({
    catalog,
    trees,
    disk: options.disk,
    settings: [
      trees.map((tree) => [tree.name, tree.dir, tree.profile.name, tree.roots, [...(tree.kinds ?? [])]]),
      [baseUrl, sign('print'), lockData, maxSubtitleBytes, artwork],
    ],
  });
  const writers = trees.map((tree) => ({ tree, writer: createTreeWriter({ ...options, tree, log }) }));
  const mounts = createMounts({ catalog, log, trees });
  let saidWhatIsLeft = false;

  async function recognise(fileIds: readonly string[], { midCrawl, dryRun }: PublishRun) {
    const recognised = await recogniseFiles(catalog, trees, fileIds, midCrawl);
    if (!midCrawl && !dryRun)
      for (const [successor, from] of recognised.successors) await catalog.overrides.handOn(from, successor);
    return recognised;
  }

  async function publishTitles(
    titles: TitlesByTree,
    result: PublishResult,
    run: PublishRun,
    titlesTogether = titlesAtOnce,
  ): Promise<void> {
    for (const { tree, writer } of writers) {
      const keys = await catalog.placementsOf(tree.name).withMoving([...(titles.get(tree.name) ?? [])]);
      if (keys.length === 0) continue;
      const isDone = await mounts.write({ tree, dryRun: run.dryRun }, () =>
        publishKeys({ tree, writer }, keys, result, run, titlesTogether),
      );
      if (isDone) for (const key of keys) run.done?.titles.add(`${tree.name}\0${key}`);
    }
  }

  /** While some titles are written, those after them are planned: they share nothing. */
  async function publishKeys(
    { tree, writer }: (typeof writers)[number],
    keys: readonly string[],
    result: PublishResult,
    run: PublishRun,
    titlesTogether = titlesAtOnce,
  ): Promise<void> {
    let writing = Promise.resolve();
    try {
      for (let start = 0; start < keys.length; start += titlesTogether) {
        run.signal?.throwIfAborted();
        const write = await writer.prepare(keys.slice(start, start + titlesTogether), result, run);
        await writing;
        if (!run.dryRun) await mounts.requireSame(tree);
        writing = write();
        // Its fault is met at the next turn, or below.
        writing.catch(() => undefined);
      }
    } finally {
      await writing;
    }
  }

  /** Compares every title of a tree with the disk. */
  async function compareTree(tree: Tree, writer: TreeWriter, result: PublishResult, run: PublishRun) {
    const failedBefore = result.counts.failed;
    const isDone = await mounts.write({ tree, dryRun: run.dryRun }, async () => {
      for (let after = ''; ; ) {
        run.signal?.throwIfAborted();
        const keys = await catalog.placementsOf(tree.name).keysAfter(after, keysAtOnce);
        const last = keys.at(-1);
        if (last === undefined) break;
        const rest = keys.filter((key) => !run.done?.titles.has(`${tree.name}\0${key}`));
        await publishKeys({ tree, writer }, rest, result, run);
        after = last;
      }
    });
    if (isDone && !run.dryRun && result.counts.failed === failedBefore) await mounts.caughtUp(tree);
  }

  /** Everybody who writes comes by here first: what a kill left half done is known from here on. */
  async function look(takeAll: boolean): Promise<void> {
    for (const { name } of trees) await catalog.placementsOf(name).settleIntents();
    await mounts.find(takeAll);
  }

  /** What the settings named once is nobody's concern from now on; said once. */
  async function sayWhatIsLeft(): Promise<void> {
    if (saidWhatIsLeft) return;
    saidWhatIsLeft = true;
    const known = new Set(trees.map((tree) => tree.name));
    const left = (await catalog.treeNames()).filter((name) => !known.has(name));
    if (left.length > 0)
      log.warn(
        { trees: left.map((name) => name || 'library.dir') },
        'trees that the settings name no more are left as they are; delete them yourself',
      );
  }

  return {
    trees,
    reconcileFingerprint,

    /** After some work: gives back what it took. */
    rest: (): Promise<void> => options.disk.rest(),

    /** Brings these titles up to date, a handful at a time. */
    async each(titles: TitlesByTree, run: PublishRun = {}): Promise<PublishResult> {
      const result = emptyResult();
      await publishTitles(titles, result, run);
      return result;
    },

    /**
     * Looks again which trees are there, and leaves the others out until the next look. `takeAll`: also those that were
     * emptied on purpose.
     * @throws BridgeError BRIDGE_DISK when none is
     */
    async findTrees({ takeAll = false } = {}): Promise<void> {
      await look(takeAll);
      await sayWhatIsLeft();
    },

    /** Trees that are left out just now. */
    away: mounts.away,

    /** Whether all trees are there. @throws BridgeError BRIDGE_DISK */
    async checkMounted(): Promise<void> {
      await look(false);
      mounts.requireAll();
    },

    /** Compares what was left out before and is there again with the disk. */
    async catchUp(run: PublishRun = {}): Promise<PublishResult> {
      const result = emptyResult();
      const away = new Set(mounts.away().map(({ dir }) => dir));
      for (const { tree, writer } of writers)
        if (!away.has(tree.dir) && (await mounts.isBehind(tree)))
          await compareTree(tree, writer, result, run);
      return result;
    },

    /** Brings the trees up to date for files that changed, or that were taken out. */
    async files(fileIds: readonly string[], run: PublishRun = {}): Promise<PublishResult> {
      const result = emptyResult();
      if (fileIds.length === 0) return result;
      const { titles, open, fresh } = await recognise(fileIds, run);
      // Looked at when the crawl has ended, or by the next one.
      if (!run.dryRun && fresh.size > 0)
        await catalog.dirty.mark(await catalog.recognitions.extrasNear([...fresh]));
      await publishTitles(titles, result, run);
      // Also those of others: a version that was uploaded anew while the disk of a tree was away.
      if (!run.dryRun) await catalog.dirty.mark(result.waiting);
      const waiting = new Set(result.waiting);
      if (run.midCrawl || run.moreToCome) for (const id of open) waiting.add(id);
      if (!run.dryRun && result.counts.failed === 0)
        await catalog.dirty.clear(fileIds.filter((id) => !waiting.has(id)));
      if (run.done)
        for (const file of await catalog.files.filesByIds(fileIds)) run.done.folders.add(file.folderId);
      return result;
    },

    /** Brings these titles up to date, all of one tree in one step: deletes before writes. */
    async titles(titles: TitlesByTree, run: PublishRun = {}): Promise<PublishResult> {
      const result = emptyResult();
      await publishTitles(titles, result, run, Number.POSITIVE_INFINITY);
      return result;
    },

    /** Recognises everything anew and compares every file of the trees with the disk. */
    async everything(run: PublishRun = {}): Promise<PublishResult> {
      const result = emptyResult();
      if (!run.dryRun) await reconcileFingerprint.forget();
      for (let after: FolderId | undefined; ; ) {
        run.signal?.throwIfAborted();
        const folders = await catalog.files.folderIdsAfter(after, foldersAtOnce);
        const last = folders.at(-1);
        if (last === undefined) break;
        const rest = folders.filter((id) => !run.done?.folders.has(id));
        const files = await catalog.files.filesOfFolders(rest);
        const ids = files.map((file) => file.id);
        const { titles } = await recognise(ids, run);
        for (const [tree, keys] of titles) for (const key of keys) run.done?.titles.delete(`${tree}\0${key}`);
        after = last;
      }
      for (const { tree, writer } of writers) await compareTree(tree, writer, result, run);
      return result;
    },
  };
}

export type Publisher = ReturnType<typeof createPublisher>;
