import type { FileId } from '../../core/ids.ts';

/** What came of work that was begun before and is taken up again. */
export interface Settled {
  /** Files whose place is another, or that left the library. */
  changed: FileId[];
  /** How many are not known to be done yet: it makes sense to ask again soon. */
  open: number;
  /** The first of what went wrong; the others were seen to all the same. */
  fault: unknown;
}
