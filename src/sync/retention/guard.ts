import type { RemovalShare } from '../../catalog/curation/removals.ts';

export interface GuardQuestion {
  /** Share of the whole library that would go. */
  whole: RemovalShare;
  /** The same for each root, and for each of several trees. */
  roots: readonly (RemovalShare & { path: string })[];
  /** Most that may go without a person's word: percent of the whole or of one root, and films at once. */
  removePercent: number;
  removeMax?: number;
  /** What the crawl was like; a whole listing of the same account when nothing is given. */
  crawl?: CrawlFacts;
}

export interface CrawlFacts {
  /** Folders that could not be listed, and roots that are not in the account. */
  failedFolders?: number | undefined;
  missingRoots?: readonly string[] | undefined;
  /** No listing named any file. */
  isEmpty?: boolean;
  /** Why it may be another account than before. */
  otherAccount?: string | undefined;
}

/** What stops a deletion: `many` = more than may go without a word. */
export type Cause = 'account' | 'empty' | 'failed' | 'many';

export interface Stop {
  cause: Cause;
  why: string;
}

/**
 * Whether a crawl may confirm that files are missing, and take them out: a listing that failed or named nothing, or
 * that of another account, says nothing about what is gone.
 */
export function whatSpoils(crawl: CrawlFacts, roots: GuardQuestion['roots']): Stop | undefined {
  const { failedFolders = 0, missingRoots = [], isEmpty, otherAccount } = crawl;
  if (otherAccount) return { cause: 'account', why: otherAccount };
  if (isEmpty) {
    const what = roots.map(({ path, total }) => `everything in ${path} would go (${total} films)`);
    return { cause: 'empty', why: ['the listing of the account is empty', ...what].join('; ') };
  }
  if (missingRoots.length > 0)
    return { cause: 'failed', why: `not in the account: ${missingRoots.join(', ')}` };
  if (failedFolders > 0) return { cause: 'failed', why: `${failedFolders} folders could not be listed` };
  return undefined;
}

/**
 * Whether removals need a person's word: a half listing or a bad night at the host must never empty a library.
 * @returns what stops them, or undefined when they may go
 */
export function whatStops(question: GuardQuestion): Stop | undefined {
  const { whole, roots, removePercent, removeMax = Number.POSITIVE_INFINITY, crawl = {} } = question;
  const spoilt = whatSpoils(crawl, roots);
  if (spoilt) return spoilt;
  if (whole.candidates === 0) return undefined;
  const many = (why: string): Stop => ({ cause: 'many', why });
  const emptied = roots.find((root) => root.total > 0 && root.candidates === root.total);
  if (emptied) return many(`everything in ${emptied.path} would go (${emptied.total} files)`);
  for (const { path, total, candidates } of [{ path: undefined, ...whole }, ...roots]) {
    const percent = (candidates / total) * 100;
    if (candidates === 0 || percent <= removePercent) continue;
    const where = path === undefined ? '' : ` in ${path}`;
    return many(
      `${candidates} of ${total} files${where} (${percent.toFixed(0)} %) would go, more than ${removePercent} %`,
    );
  }
  if (whole.candidates > removeMax)
    return many(`${whole.candidates} files would go, more than ${removeMax} at once`);
  return undefined;
}
