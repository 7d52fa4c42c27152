import { descendantFiles, type OnDisk, rowsOf } from './disk.ts';
import { hourMs, type World, type WorldTree } from './world.ts';

/** What one step was allowed to do. */
export interface Allowed {
  /** Files that a person's order may have moved; `all` = any. */
  moved?: ReadonlySet<string> | 'all';
  /** A person said that what waits may go. */
  removals?: boolean;
  /** The process was killed: what was being written may be missing until the next whole crawl. */
  killed?: boolean;
}

interface Known {
  path: string;
  /** Since when it is not in the tree. */
  absentSince?: number;
}

const confirmMs = hourMs;
const graceMs = 24 * hourMs;
const trashMs = 7 * 24 * hourMs;

/** Keeps what has been seen, and tells what must never be seen. */
export function createModel(world: World) {
  const known = new Map<string, Map<string, Known>>(world.trees.map(({ name }) => [name, new Map()]));
  /** Files that the account has listed at some time, also such as a person keeps out of the tree. */
  const everListed = new Set<string>();
  /** Since when it has not listed them any more. */
  const lostSince = new Map<string, number>();

  /** Trees that were away since the last whole crawl. */
  const behind = new Set<string>();

  function standing(tree: WorldTree): Map<string, string> {
    const found = new Map<string, string>();
    for (const [path, { fileId }] of descendantFiles(tree.dir)) {
      if (fileId === undefined) continue;
      if (found.has(fileId)) throw new Error(`${fileId} stands twice: ${found.get(fileId)} and ${path}`);
      found.set(fileId, path);
    }
    return found;
  }

  /** Files of the account that belong into this tree. */
  function belonging(tree: WorldTree): Map<string, string> {
    const all = world.files().map((file) => [file.id, world.account.pathOf(file)] as const);
    return new Map(all.filter(([, path]) => tree.root === '/' || path.startsWith(`${tree.root}/`)));
  }

  function slots(): Map<string, string> {
    const rows = rowsOf<{ id: string; slot: string }>(
      world.home,
      "select id, folder_id || '/' || name as slot from files",
    );
    return new Map(rows.map((row) => [row.id, row.slot]));
  }

  /** The folder in which a file lies by what the catalog has heard so far. */
  function catalogPaths(): (id: string) => string {
    const folders = new Map(
      rowsOf<{ id: number; parent_id: number | null; name: string }>(
        world.home,
        'select id, parent_id, name from folders',
      ).map((row) => [row.id, row]),
    );
    const files = new Map(
      rowsOf<{ id: string; folder_id: number }>(world.home, 'select id, folder_id from files').map((row) => [
        row.id,
        row.folder_id,
      ]),
    );
    return (id) => {
      const names: string[] = [];
      for (let at = folders.get(files.get(id) ?? 0); at && at.id !== 0; at = folders.get(at.parent_id ?? 0))
        names.unshift(at.name);
      return `/${names.join('/')}/`;
    };
  }

  /** Looks at the trees after a step. @throws Error that says what must not be */
  function look({ moved = new Set(), removals = false, killed = false }: Allowed): void {
    const now = world.clock.now();
    const listed = new Set<string>(world.files().map((file) => file.id));
    for (const id of listed) {
      everListed.add(id);
      lostSince.delete(id);
    }
    // Also what came and went between two looks.
    for (const memory of known.values()) for (const id of memory.keys()) everListed.add(id);
    for (const id of everListed) if (!listed.has(id)) lostSince.set(id, lostSince.get(id) ?? now);
    const mayMove = (id: string) => moved === 'all' || moved.has(id);
    const slotOf = slots();
    const pathOf = catalogPaths();
    for (const tree of world.trees) {
      const memory = known.get(tree.name) as Map<string, Known>;
      if (tree.isAway) {
        behind.add(tree.name);
        // What goes meanwhile is gone when the disk is back, and what it had is free from then on.
        for (const [id, one] of memory) {
          const since = one.absentSince ?? lostSince.get(id);
          if (since !== undefined) one.absentSince = since;
        }
        if (descendantFiles(tree.dir).size > 0) throw new Error(`written where ${tree.dir} belongs`);
        continue;
      }
      const here = standing(tree);
      const belongs = belonging(tree);
      const holder = new Map([...here].map(([id, path]) => [path, id]));
      const lefts = Map.groupBy(
        [...memory.keys()].filter((id) => lostSince.has(id) || memory.get(id)?.absentSince !== undefined),
        (id) => memory.get(id)?.path ?? '',
      );
      let went = 0;
      let before = 0;
      for (const [id, one] of memory) {
        const { path, absentSince } = one;
        const successor = holder.get(path);
        const isSuccessor =
          successor !== undefined && successor !== id && slotOf.get(successor) === slotOf.get(id);
        // Where it had left, the best of the other versions has its path by now; it comes back under a label.
        const lostMs = now - (lostSince.get(id) ?? now);
        const hasLeft = absentSince !== undefined || removals || lostMs >= confirmMs + graceMs;
        const isHandedOn = successor !== undefined && successor !== id && hasLeft;
        const isOutside = tree.root !== '/' && !pathOf(id).startsWith(`${tree.root}/`);
        const isFree = absentSince !== undefined && now - absentSince >= trashMs;
        if (absentSince === undefined) before++;
        const at = here.get(id);
        if (at !== undefined) {
          // It took over the path of a version that has left for good.
          const isHeir = (lefts.get(at) ?? []).some((other) => other !== id);
          if (at !== path && !isFree && !isSuccessor && !isHandedOn && !isHeir && !mayMove(id))
            throw new Error(`moved by itself in ${tree.name}: ${path} -> ${at}`);
          continue;
        }
        if (
          successor !== undefined &&
          !isSuccessor &&
          !isFree &&
          !isHandedOn &&
          moved !== 'all' &&
          moved.size === 0
        )
          throw new Error(`the place of ${id} was taken by ${successor}: ${path}`);
        if (successor !== undefined) {
          memory.delete(id);
          continue;
        }
        if (absentSince !== undefined) {
          // An order moves also the place of what may come back.
          if (mayMove(id)) memory.delete(id);
          continue;
        }
        if (!killed && !mayMove(id)) {
          if (belongs.has(id) && !isOutside && !isExtra(path) && !removals)
            throw new Error(`gone although it exists: ${path}`);
          if (!isOutside && !isExtra(path) && !removals) {
            went++;
            if (lostMs < confirmMs + graceMs)
              throw new Error(`gone after ${lostMs / hourMs} hours without a word: ${path}`);
            if (world.isAway()) throw new Error(`gone while the account is empty: ${path}`);
          }
        }
        one.absentSince = now;
        // Outside of what the tree shows it has no place that could be kept.
        if (mayMove(id) || isOutside) memory.delete(id);
      }
      // What went little by little while its disk was away goes at once.
      if (!behind.has(tree.name) && went > 0 && went / before > 0.4 && went === before)
        throw new Error(`${went} of ${before} went without a word`);
      for (const [id, path] of here) memory.set(id, { path });
    }
  }

  return {
    look,

    /** After a whole crawl of an account in good health: everything is there, and known. @throws Error */
    whole(): void {
      behind.clear();
      const ignored = new Set(
        rowsOf<{ id: string }>(
          world.home,
          "select file_id as id from recognitions where recognition ->> 'kind' in ('ignored', 'extra')",
        ).map((row) => row.id),
      );
      for (const tree of world.trees) {
        const here = standing(tree);
        for (const [id, path] of belonging(tree))
          if (/\.(?:mkv|mp4|avi)$/.test(path) && !ignored.has(id) && !here.has(id))
            throw new Error(`not in ${tree.name || 'the first tree'}: ${path} (${id})`);
        const disk = descendantFiles(tree.dir);
        const rows = manifest(tree);
        for (const [path, { sha256, sizeBytes }] of disk) {
          const row = rows.get(path);
          if (!row) throw new Error(`on the disk of ${tree.name} and not in the manifest: ${path}`);
          if (row.sha256 !== sha256 || row.sizeBytes !== sizeBytes)
            throw new Error(`other than the manifest says: ${path}`);
        }
        for (const path of rows.keys())
          if (!disk.has(path))
            throw new Error(`in the manifest of ${tree.name} and not on the disk: ${path}`);
      }
      const stored = new Set(
        rowsOf<{ stored: string }>(world.home, 'select stored from trash').map((row) => row.stored),
      );
      for (const path of descendantFiles(`${world.home}/data/trash`).keys())
        if (!stored.has(path)) throw new Error(`in the trash, and nobody knows: ${path}`);
    },

    /** Everything on the disk of the trees, to be compared. */
    picture: (): string =>
      JSON.stringify(
        world.trees.map(({ dir }) => [...descendantFiles(dir)].sort(([a], [b]) => (a < b ? -1 : 1))),
      ),
  };

  function manifest({ name }: WorldTree): Map<string, Pick<OnDisk, 'sha256' | 'sizeBytes'>> {
    const rows = rowsOf<{ path: string; sha256: string; size_bytes: number }>(
      world.home,
      'select path, sha256, size_bytes from tree where tree = ?',
      name,
    );
    return new Map(rows.map((row) => [row.path, { sha256: row.sha256, sizeBytes: row.size_bytes }]));
  }
}

export type Model = ReturnType<typeof createModel>;

/** An extra comes and goes with its film. */
function isExtra(path: string): boolean {
  return /trailer|extras/i.test(path);
}
