import { counted } from '../../core/plural.ts';
import { cut } from './cut.ts';
import { printable } from './printable.ts';
import { usualWidth } from './table.ts';
import { wrapped } from './wrap.ts';

/** Files that a person should look at, and why. */
export function doubtLines(
  doubts: readonly { path: string; why: string }[],
  { width = usualWidth }: { width?: number } = {},
): string[] {
  if (doubts.length === 0) return ['Nothing needs a look.'];
  return [
    ...doubts.flatMap((one) => linesOf(one, width)),
    '',
    `${counted(doubts.length, 'file')}; passerelle fix "<path>" --title ... says what one is`,
  ];
}

/** Files that are left alone because reading them did harm; nothing where there are none. */
export function asideLines(
  files: readonly { path: string; why: string }[],
  { width = usualWidth }: { width?: number } = {},
): string[] {
  if (files.length === 0) return [];
  return [
    ...files.flatMap((one) => linesOf(one, width)),
    '',
    `${counted(files.length, 'file')} put aside until changed: upload a good copy, or leave it`,
    '',
  ];
}

function linesOf({ path, why }: { path: string; why: string }, width: number): string[] {
  return [
    cut(printable(path), width, 'middle'),
    ...wrapped(printable(why), width - 2).map((line) => `  ${line}`),
  ];
}
