import type { ShownProposal } from '../../api/proposals.ts';
import { counted } from '../../core/plural.ts';
import { cut } from './cut.ts';
import { printable } from './printable.ts';
import { usualWidth } from './table.ts';
import { localMinute } from './time.ts';
import { wrapped } from './wrap.ts';

const indent = '      ';

/** Each with its reason and some of its files, newest first. */
export function proposalLines(
  proposals: readonly ShownProposal[],
  { width = usualWidth, zone }: { width?: number; zone?: string } = {},
): string[] {
  if (proposals.length === 0) return ['Nothing was ever taken out, and nothing waits for your word.'];
  const isOpen = proposals.some(({ state }) => state === 'open');
  return [
    ...proposals.flatMap((one) => linesOf(one, width, zone)),
    ...(isOpen
      ? [
          '',
          'passerelle proposals accept ID takes the files out, refuse ID keeps them, undo ID takes either back.',
        ]
      : []),
  ];
}

function linesOf(proposal: ShownProposal, width: number, zone: string | undefined): string[] {
  const { id, at, state, kind, files, films, why, examples, decidedAt } = proposal;
  const decided =
    decidedAt === undefined || decidedAt === at ? '' : `, decided ${localMinute(decidedAt, zone)}`;
  const rest = files - examples.length;
  return [
    `${String(id).padEnd(4)}  ${state.padEnd(8)}  ${localMinute(at, zone)}  ${counted(files, 'file')}, ${counted(films, 'film or episode', 'films or episodes')}  (${kind}${decided})`,
    ...wrapped(printable(why), width - indent.length).map((line) => indent + line),
    ...examples.map((path) => indent + cut(printable(path), width - indent.length, 'middle')),
    ...(rest > 0 ? [`${indent}and ${rest} more`] : []),
  ];
}
