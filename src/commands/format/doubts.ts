import { counted } from '../../core/plural.ts';
import { cut } from './cut.ts';
import { printable } from './printable.ts';
import { size } from './size.ts';
import { usualWidth } from './table.ts';
import { localDay } from './time.ts';
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

/** Files of one name, each by what it is meant alone; nothing where there are none. */
export function twinLines(
  twins: readonly { files: readonly { path: string; sizeBytes: number; sentAt?: number | undefined }[] }[],
  { width = usualWidth }: { width?: number } = {},
): string[] {
  if (twins.length === 0) return [];
  return [
    ...twins.flatMap(({ files }) =>
      files.map(({ path, sizeBytes, sentAt }) => {
        const facts = [size(sizeBytes), ...(sentAt === undefined ? [] : [localDay(sentAt)])].join(', ');
        return `${cut(printable(path), width - facts.length - 2, 'middle')}  ${facts}`;
      }),
    ),
    '',
    `${counted(twins.length, 'name')} of several files: passerelle rm or mv "<path with its id>" takes one of them`,
    '',
  ];
}

function linesOf({ path, why }: { path: string; why: string }, width: number): string[] {
  return [
    cut(printable(path), width, 'middle'),
    ...wrapped(printable(why), width - 2).map((line) => `  ${line}`),
  ];
}
