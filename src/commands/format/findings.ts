import type { ShownFinding } from '../../api/doctor.ts';
import { padded } from './cut.ts';
import { printable } from './printable.ts';
import { withLocalTimes } from './time.ts';
import { wrapped } from './wrap.ts';

/** Cells before the words: state, what was looked at, and the gaps. */
const indent = 23;
const arrow = '-> ';

/**
 * A finding with its remedy below it, both in their column.
 * @param width broken there; without one each is a line, for whoever searches them
 */
export function findingLines(
  what: string,
  { state, words, remedy }: Pick<ShownFinding, 'state' | 'words' | 'remedy'>,
  width = Number.POSITIVE_INFINITY,
): string[] {
  const [first = '', ...rest] = wrapped(withLocalTimes(printable(words)), width - indent);
  const remedyLines = remedy === undefined ? [] : wrapped(printable(remedy), width - indent - arrow.length);
  return [
    `${padded(state, 4)}  ${padded(what, 15)}  ${first}`,
    ...rest.map((line) => ' '.repeat(indent) + line),
    ...remedyLines.map((line, at) => ' '.repeat(indent) + (at === 0 ? arrow : '   ') + line),
  ];
}
