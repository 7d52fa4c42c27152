import type { RemovalShare, Removals, RetentionWindows } from '../../catalog/curation/removals.ts';
import type { Root } from '../crawl/roots.ts';
import type { LossSum } from './recent-removals.ts';

/** A share with the losses of the last day in it. `gone` = what would go now, without them. */
export interface LossyShare extends RemovalShare {
  gone: number;
}

/** How much of the library would go, of all of it and of its parts. */
export interface RemovalShares {
  whole: LossyShare;
  /** Each root, and each of several trees. `name` tells a tree from a root that is called alike. */
  parts: (LossyShare & { name: string; path: string })[];
}

/** Counts what would go. @param trees all that are written; the only one is the whole */
export async function countShares(
  removals: Pick<Removals, 'share' | 'shareBelow' | 'shareInTree'>,
  { roots, trees }: { roots: readonly Root[]; trees: readonly { name: string; dir: string }[] },
  windows: RetentionWindows,
  losses: LossSum,
): Promise<RemovalShares> {
  const parts: RemovalShares['parts'] = [];
  for (const { path, folderId } of roots) {
    const share = await removals.shareBelow(folderId, windows);
    parts.push({ name: path, path, ...withLosses(share, losses.in(path)) });
  }
  for (const { name: tree, dir } of trees.length > 1 ? trees : []) {
    const name = `tree ${dir}`;
    const share = await removals.shareInTree(tree, windows);
    parts.push({ name, path: dir, ...withLosses(share, losses.in(name)) });
  }
  return { whole: withLosses(await removals.share(windows), losses.files), parts };
}

/** Where nothing is missing nothing can go, and counting a large tree takes its time. */
export function noShares(roots: readonly Root[], losses: LossSum): RemovalShares {
  const nothing = { total: 0, candidates: 0 };
  return {
    whole: withLosses(nothing, losses.files),
    parts: roots.map(({ path }) => ({ name: path, path, ...withLosses(nothing, losses.in(path)) })),
  };
}

/** Many small losses in one bad night are one large loss. */
function withLosses({ total, candidates }: RemovalShare, losses: number): LossyShare {
  return {
    total: total + losses,
    candidates: candidates === 0 ? 0 : candidates + losses,
    gone: candidates,
  };
}
