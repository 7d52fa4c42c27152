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
    ...doubts.flatMap(({ path, why }) => [
      cut(printable(path), width, 'middle'),
      ...wrapped(printable(why), width - 2).map((line) => `  ${line}`),
    ]),
    '',
    `${counted(doubts.length, 'file')}; passerelle fix "<path>" --title ... says what one is`,
  ];
}
