import { posix } from 'node:path';

/** Ends of names that programs give to what they have not finished. */
const unfinishedEnds: ReadonlySet<string> = new Set([
  '!qb',
  '!ut',
  'aria2',
  'bc!',
  'crdownload',
  'download',
  'filepart',
  'lftp-pget-status',
  'opdownload',
  'part',
  'partial',
  'ranges',
  'temp',
  'tmp',
]);

/** Folders in which programs work on what is not finished. In lower case. */
const unfinishedFolders: ReadonlySet<string> = new Set(['_unpack_', '_unpack', '_failed_', '@eadir']);

/** Why a file of an inbox is never sent, whatever its size and times. */
export type LeftAlone = 'hidden' | 'unfinished' | 'strm' | 'ignored';

/**
 * Whether a file is left alone because of its name. A STRM file leads to a film and is none.
 * @param path in the inbox, with `/`
 * @param ignore globs; one without `/` counts for the last name, wherever it lies
 */
export function whyLeftAlone(path: string, ignore: readonly string[]): LeftAlone | undefined {
  const names = path.split('/');
  const name = names.at(-1) ?? '';
  if (names.some((one) => one.startsWith('.'))) return 'hidden';
  const end = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  if (name.includes('~') && (name.endsWith('~') || name.startsWith('~'))) return 'unfinished';
  if (name.includes('.') && unfinishedEnds.has(end)) return 'unfinished';
  if (names.slice(0, -1).some((one) => isUnfinishedFolder(one))) return 'unfinished';
  if (end === 'strm') return 'strm';
  return ignore.some((glob) => fits(path, name, glob)) ? 'ignored' : undefined;
}

/** Whether nothing in a folder is sent, so that nobody need look into it. @param path in the inbox, with `/` */
export function isFolderLeftAlone(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return name.startsWith('.') || isUnfinishedFolder(name);
}

function isUnfinishedFolder(name: string): boolean {
  const lower = name.toLowerCase();
  return unfinishedFolders.has(lower) || lower.startsWith('_unpack_') || lower.startsWith('_failed_');
}

/** No file system has longer ones; of a glob with several `*` the time grows with more than the length. */
const maxNameChars = 255;

/** Node's own globs: `*`, `?`, `**`, `[ab]`, `{a,b}`. */
function fits(path: string, name: string, glob: string): boolean {
  if (path.split('/').some((one) => one.length > maxNameChars)) return false;
  return posix.matchesGlob(glob.includes('/') ? path : name, glob.replace(/^\//, ''));
}
