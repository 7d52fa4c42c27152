import { type FileId, type FolderId, toFileId } from '../core/ids.ts';
import { createSerialQueue } from '../core/serial-queue.ts';
import type { TitlesByTree, Trees } from '../library/trees.ts';
import { type Away, createMounts } from './mounts.ts';
import { type Recognised, recogniseFiles } from './placement/recognise-files.ts';
import { createReconcileFingerprint, type ReconcileFingerprint } from './reconcile-fingerprint.ts';
import { emptyResult, type PublishResult, type PublishRun } from './run.ts';
import { createTreePublisher } from './tree-publisher.ts';
import { createTreeWriter, type TreeWriterOptions } from './tree-writer.ts';

export interface PublisherOptions extends Omit<TreeWriterOptions, 'tree'> {
  trees: Trees;
}

const foldersAtOnce = 50;

/**
 * Turns what the catalog holds into the STRM trees, title by title, so that a change costs what it touches. Everybody who
 * writes calls `findTrees` or `checkMounted` first: what a kill left half done is known from there on. Of several who
 * ask at one time, one writes after the other.
 *
 * What writes throws BridgeError BRIDGE_DISK when no tree can be written, and the reason of the run's signal; a file that
 * could not be written is counted and logged.
 */
export interface Publisher {
  readonly trees: Trees;
  /** Whether the trees are as the last look at everything left them. */
  readonly fingerprint: ReconcileFingerprint;
  /**
   * Looks again which trees are there, and leaves the others out until the next look.
   * @param options `takeAll`: also those that were emptied on purpose
   * @throws BridgeError BRIDGE_DISK when none is
   */
  findTrees(options?: { takeAll?: boolean }): Promise<void>;
  /** Trees that are left out just now. */
  away(): Away[];
  /** Whether all trees are there. @throws BridgeError BRIDGE_DISK */
  checkMounted(): Promise<void>;
  /** Brings the trees up to date for files that changed, or that were taken out. */
  files(fileIds: readonly FileId[], run?: PublishRun): Promise<PublishResult>;
  /** Brings these titles up to date, all of one tree in one step: deletes before writes. */
  titles(titles: TitlesByTree, run?: PublishRun): Promise<PublishResult>;
  /** Brings these titles up to date, a handful at a time. */
  each(titles: TitlesByTree, run?: PublishRun): Promise<PublishResult>;
  /** Compares what was left out before and is there again with the disk. */
  catchUp(run?: PublishRun): Promise<PublishResult>;
  /** Recognises everything anew and compares every file of the trees with the disk. */
  everything(run?: PublishRun): Promise<PublishResult>;
  /** After some work: gives back what it took. */
  rest(): Promise<void>;
}

export function createPublisher(options: PublisherOptions): Publisher {
  const { catalog, trees } = options;
  const fingerprint = createReconcileFingerprint({ ...options, settings: settingsOf(options) });
  const mounts = createMounts(options);
  const publishers = trees.map((tree) =>
    createTreePublisher({ catalog, tree, mounts, writer: createTreeWriter({ ...options, tree }) }),
  );
  const sayWhatIsLeft = createReminder(options);
  // A sync, a word of a person and new keys may come at one time: what one has planned, another must not write.
  const queue = createSerialQueue();

  async function recognise(fileIds: readonly FileId[], { midCrawl, moreToCome, dryRun }: PublishRun) {
    const recognised = await recogniseFiles(catalog, trees, fileIds, midCrawl, !midCrawl && !moreToCome);
    if (!midCrawl && !dryRun)
      for (const [successor, from] of recognised.successors) await catalog.overrides.handOn(from, successor);
    return recognised;
  }

  async function recogniseEverything(run: PublishRun): Promise<void> {
    for (let after: FolderId | undefined; ; ) {
      run.signal?.throwIfAborted();
      const folders = await catalog.files.folderIdsAfter(after, foldersAtOnce);
      after = folders.at(-1);
      if (after === undefined) return;
      const rest = folders.filter((id) => !run.done?.folders.has(id));
      const files = await catalog.files.filesOfFolders(rest);
      const ids = files.map((file) => file.id);
      const { titles } = await queue.take(() => recognise(ids, run));
      for (const [tree, keys] of titles) for (const key of keys) run.done?.titles.delete(`${tree}\0${key}`);
    }
  }

  async function publish(
    titles: TitlesByTree,
    run: PublishRun,
    together?: 'together',
  ): Promise<PublishResult> {
    const result = emptyResult();
    for (const one of publishers) await one.publish(titles.get(one.tree.name) ?? [], result, run, together);
    return result;
  }

  /** What of these files is done with: it need not be looked at again. */
  async function settle(
    fileIds: readonly FileId[],
    { counts, waiting }: PublishResult,
    { open, folders }: Pick<Recognised, 'open' | 'folders'>,
    run: PublishRun,
  ): Promise<void> {
    if (!run.dryRun) {
      // Also those of others: a version that was uploaded anew while the disk of a tree was away.
      await catalog.dirty.mark(waiting);
      const later = new Set<FileId>(waiting);
      if (run.midCrawl || run.moreToCome) for (const id of open) later.add(id);
      if (counts.failed === 0) await catalog.dirty.clear(fileIds.filter((id) => !later.has(id)));
    }
    if (run.done) for (const id of folders) run.done.folders.add(id);
  }

  async function publishFiles(fileIds: readonly FileId[], run: PublishRun): Promise<PublishResult> {
    await run.first?.();
    if (fileIds.length === 0) return emptyResult();
    const recognised = await recognise(fileIds, run);
    const { titles, fresh } = recognised;
    // Looked at when the crawl has ended, or by the next one.
    if (!run.dryRun && fresh.size > 0)
      await catalog.dirty.mark(await catalog.recognitions.extrasNear([...fresh]));
    const result = await publish(titles, run);
    await settle(fileIds, result, recognised, run);
    return result;
  }

  async function find(takeAll: boolean): Promise<void> {
    // What somebody is writing just now is no rest of a kill.
    await queue.take(async () => {
      for (const { name } of trees) await catalog.placementsOf(name).settleIntents();
    });
    await mounts.find(takeAll);
  }

  return {
    trees,
    fingerprint,
    away: mounts.away,
    rest: () => options.disk.rest(),

    async findTrees({ takeAll = false } = {}) {
      await find(takeAll);
      await sayWhatIsLeft();
    },

    async checkMounted() {
      await find(false);
      mounts.requireAll();
    },

    files: async (fileIds, run = {}) =>
      fileIds.length === 0 && !run.first ? emptyResult() : queue.take(() => publishFiles(fileIds, run)),
    titles: (titles, run = {}) => queue.take(() => publish(titles, run, 'together')),
    each: (titles, run = {}) => queue.take(() => publish(titles, run)),

    async catchUp(run = {}) {
      const result = emptyResult();
      const away = new Set(mounts.away().map(({ dir }) => dir));
      for (const one of publishers)
        if (!away.has(one.tree.dir) && (await mounts.isBehind(one.tree)))
          await one.compare(result, run, queue.take);
      return result;
    },

    async everything(run = {}) {
      const result = emptyResult();
      if (!run.dryRun) await fingerprint.forget();
      await recogniseEverything(run);
      for (const one of publishers) await one.compare(result, run, queue.take);
      return result;
    },
  };
}

/** Everything but the account that the trees depend on. */
function settingsOf({
  trees,
  baseUrl,
  sign,
  lockData,
  language,
  episodeTitles,
  maxSubtitleBytes,
  artwork,
}: PublisherOptions): unknown {
  return [
    trees.map((tree) => [tree.name, tree.dir, tree.profile.name, tree.roots, [...(tree.kinds ?? [])]]),
    [baseUrl, sign(toFileId('print')), lockData, language, episodeTitles, maxSubtitleBytes, artwork],
  ];
}

/** Trees that the settings named once are nobody's concern from now on; said once. */
function createReminder({ catalog, log, trees }: PublisherOptions): () => Promise<void> {
  let hasSaid = false;
  return async () => {
    if (hasSaid) return;
    hasSaid = true;
    const known = new Set(trees.map((tree) => tree.name));
    const left = (await catalog.treeNames()).filter((name) => !known.has(name));
    if (left.length > 0)
      log.warn(
        { trees: left.map((name) => name || 'library.dir') },
        'trees that the settings name no more are left as they are; delete them yourself',
      );
  };
}
