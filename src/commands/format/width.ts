import { usualWidth } from './table.ts';

/** Narrower than this, tables would be all dots. */
const minWidth = 60;

/** Cells that a line may take: those of the terminal, or as many as everybody has. */
export function widthOfStream({ isTTY, columns }: { isTTY?: boolean; columns?: number }): number {
  return isTTY && columns !== undefined ? Math.max(minWidth, columns) : usualWidth;
}
