import type { FileId } from '../core/ids.ts';
import type { Recognition } from '../naming/text/recognition.ts';

/** A file of a title, as it was recognised. */
export interface TitledFile {
  fileId: FileId;
  recognition: Recognition;
}

/**
 * Which of these files a person watches after `current`: the next episode, or the next part of a film. Of several
 * versions the one most like the present one. Undefined when there is none.
 */
export function nextAfter(current: TitledFile, others: readonly TitledFile[]): FileId | undefined {
  const here = orderOf(current.recognition, 'last');
  if (!here) return undefined;
  const after = others
    .map((one) => ({ ...one, place: orderOf(one.recognition, 'first') }))
    .filter(({ recognition, place }) => {
      // Specials are no part of the order of the seasons.
      const isOtherWorld = (recognition.season === 0) !== (current.recognition.season === 0);
      return place && !isOtherWorld && compare(place, here) > 0;
    })
    .sort(
      (a, b) =>
        compare(a.place as Order, b.place as Order) ||
        likeness(b.recognition, current.recognition) - likeness(a.recognition, current.recognition) ||
        a.fileId.localeCompare(b.fileId),
    );
  return after[0]?.fileId;
}

/** Kind, then numbers that count upwards. */
type Order = readonly [kind: string, ...numbers: number[]];

function orderOf(
  { kind, season, episodes, date, part }: Recognition,
  which: 'first' | 'last',
): Order | undefined {
  if (kind === 'movie') return part === undefined ? undefined : ['part', part];
  if (kind !== 'episode') return undefined;
  if (date) return ['date', Date.parse(date)];
  const number = which === 'first' ? episodes?.[0] : episodes?.at(-1);
  return number === undefined ? undefined : ['episode', season ?? 1, number];
}

/** Negative, 0, positive; places of different kinds have no order. */
function compare(a: Order, b: Order): number {
  if (a[0] !== b[0]) return Number.NEGATIVE_INFINITY;
  for (let i = 1; i < a.length; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}

function likeness(a: Recognition, b: Recognition): number {
  const same = (['resolution', 'source', 'group', 'edition'] as const).filter(
    (field) => a[field] === b[field],
  );
  return same.length + (a.languages?.join() === b.languages?.join() ? 1 : 0);
}
