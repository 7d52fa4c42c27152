import type { FileId } from '../../core/ids.ts';
import { type CrawlFacts, type Stop, whatSpoils } from './guard.ts';

/** How far a crawl is believed. */
export interface Trust {
  /** Why it says nothing of what is gone. */
  spoilt: Stop | undefined;
  /** A person said that what is stopped may go. */
  hasWord: boolean;
  /** What is missing may go one step further. */
  isSure: boolean;
  /** What lies outside of the roots counts as missing. */
  maySayMissing: boolean;
}

/** @param open kinds of the proposals that wait for a word */
export function trustIn(
  crawl: CrawlFacts,
  { acceptRemovals, open }: { acceptRemovals: boolean; open: readonly string[] },
): Trust {
  const spoilt = whatSpoils(crawl, []);
  // A word about an account, or about an empty one, is a word about a proposal that the person has seen.
  const isHeard = !spoilt || spoilt.cause === 'failed' || open.includes(spoilt.cause);
  const hasWord = acceptRemovals && isHeard;
  const isSure = !spoilt || hasWord;
  return {
    spoilt,
    hasWord,
    isSure,
    // To be missing is the lowest step: a whole listing says that much, whoever it belongs to.
    maySayMissing: !crawl.missingRoots && (isSure || spoilt?.cause !== 'failed'),
  };
}

/** What is missing when removals are weighed, as ids of files. */
export interface MissingFiles {
  /** Those whose time has come. */
  due: readonly FileId[];
  /** Those that wait for a person because they were too many: they go by no other way, also when they are few by now. */
  waiting: ReadonlySet<FileId>;
  /** Where no crawl can confirm: those that have been missing for so long that a good one would; else all. */
  lost: readonly FileId[];
}

/** What goes now, and what is held back for a person's word. */
export interface RemovalVerdict {
  going: FileId[];
  held: FileId[];
}

export function judgeRemovals(stop: Stop | undefined, { due, waiting, lost }: MissingFiles): RemovalVerdict {
  if (!stop) return { going: due.filter((id) => !waiting.has(id)), held: [] };
  if (stop.cause === 'many') return { going: [], held: [...new Set([...due, ...waiting])] };
  return { going: [], held: stop.cause === 'failed' ? [...new Set([...due, ...lost])] : [...lost] };
}
