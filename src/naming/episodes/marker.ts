/** An explicit episode marker in a name. Indexes are into the folded text. */
export interface Marker {
  start: number;
  end: number;
  season?: number;
  /** Empty for a whole season (`S08.COMPLETE`). */
  episodes: number[];
  /** The marker says episode but no season (`E1050`, `Episode 5`). */
  bare: boolean;
  decimal?: boolean;
}
