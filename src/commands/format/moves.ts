import { counted } from '../../core/plural.ts';
import { printable } from './printable.ts';

/** A file that stands, or would stand, elsewhere. Paths without `.strm`. */
export interface ShownMove {
  from?: { stem?: string | undefined } | undefined;
  to?: { stem?: string | undefined } | undefined;
  why?: string;
}

/** Where a file stands, for a person. */
function shownPlace(place: { stem?: string | undefined } | undefined): string {
  return place?.stem === undefined ? '(not in the tree)' : printable(`${place.stem}.strm`);
}

/** Two lines a move: paths are long, and are to be compared. */
export function moveLines(moves: readonly ShownMove[]): string[] {
  return moves.flatMap(({ from, to, why }) => [
    shownPlace(from),
    `  -> ${shownPlace(to)}${why === undefined ? '' : `  (${printable(why)})`}`,
  ]);
}

/** What `tree plan` and `tree plan --apply` come to. */
export function moveTotal(count: number, isApplied: boolean): string {
  if (count === 0) return 'Every file stands where it would be put today.';
  return isApplied
    ? `${counted(count, 'file')} moved; passerelle tree undo brings ${count === 1 ? 'it' : 'them'} back`
    : `${counted(count, 'file')} would move: passerelle tree plan --apply`;
}

/** What `fix` comes to: the files that it is about, and those that stand elsewhere now. */
export function fixedTotal(files: number, moved: number): string {
  const undo = moved > 0 ? '; passerelle tree undo takes it back' : '';
  return `${counted(files, 'file')}, ${moved} moved${undo}`;
}
