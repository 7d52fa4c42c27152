import { counted, grouped } from '../../core/plural.ts';
import type { Whereabouts } from '../../reconcile/left-out/count.ts';
import { cut, widthOf } from './cut.ts';
import { printable } from './printable.ts';
import { size } from './size.ts';
import { usualWidth } from './table.ts';
import { wrapped } from './wrap.ts';

interface LeftOutEntry {
  path: string;
  sizeBytes?: number | undefined;
  why: string;
  remedy: string;
  count?: number | undefined;
}

/** What is in no tree, why, and what to do; then where everything went. */
export function leftOutLines(
  entries: readonly LeftOutEntry[],
  counts: Whereabouts | undefined,
  { width = usualWidth, isCut = false }: { width?: number; isCut?: boolean } = {},
): string[] {
  const told = entries.flatMap(({ path, sizeBytes, why, remedy, count }) => {
    const facts = [sizeBytes === undefined ? '' : size(sizeBytes), count ? counted(count, 'entry') : ''];
    const behind = facts.filter(Boolean).join(', ');
    return [
      `${cut(printable(path), width - (behind === '' ? 0 : behind.length + 2), 'middle')}${behind && `  ${behind}`}`,
      ...wrapped(printable(why), width - 2).map((line) => `  ${line}`),
      ...remedyLines(`to do: ${printable(remedy)}`, width - 2).map((line) => `  ${line}`),
    ];
  });
  const nothing = entries.length === 0 ? ['Nothing was left out.'] : [];
  const more = isCut ? ['', `These are the first ${grouped(entries.length)}; --limit says how many.`] : [];
  return [...told, ...nothing, ...more, ...(counts ? ['', whereaboutsLine(counts)] : [])];
}

/** A command stands on one line, however long it is: it is there to be copied. */
function remedyLines(remedy: string, width: number): string[] {
  const at = remedy.indexOf('passerelle ');
  if (at < 0 || widthOf(remedy) <= width) return wrapped(remedy, width);
  return [...wrapped(remedy.slice(0, at).trimEnd(), width), remedy.slice(at)];
}

/** Where the media files of the account went, in one line. */
export function whereaboutsLine({ files, placed, unsorted, leftOut, folders }: Whereabouts): string {
  const parts = [
    `${grouped(placed)} in the tree`,
    `${grouped(unsorted)} under Unsorted`,
    `${grouped(leftOut)} left out`,
  ];
  const unknown = folders === 0 ? '' : `; of ${counted(folders, 'folder')} something is not known`;
  return `${counted(files, 'media file')}: ${parts.join(', ')}${unknown}`;
}
