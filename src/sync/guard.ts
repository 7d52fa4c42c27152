import type { RemovalShare } from '../catalog/removals.ts';

export interface GuardQuestion {
  /** Share of the whole library that would go. */
  whole: RemovalShare;
  /** The same for each root. */
  roots: readonly (RemovalShare & { path: string })[];
  /** Most that may go without a person's word, percent. */
  removePercent: number;
}

/**
 * Whether removals need a person's word: a half listing or a bad night at the host must never empty a library.
 * @returns why they are held back, or undefined when they may go
 */
export function whyHeld({ whole, roots, removePercent }: GuardQuestion): string | undefined {
  if (whole.candidates === 0) return undefined;
  const emptied = roots.find((root) => root.total > 0 && root.candidates === root.total);
  if (emptied) return `everything in ${emptied.path} would go (${emptied.total} files)`;
  const percent = (whole.candidates / whole.total) * 100;
  if (percent > removePercent) {
    return `${whole.candidates} of ${whole.total} files (${percent.toFixed(0)} %) would go, more than ${removePercent} %`;
  }
  return undefined;
}
