import { cut, padded, widthOf } from './cut.ts';
import { printable } from './printable.ts';

/** How one column stands. */
export interface Column {
  /** Stands above the column; where no column has one there is no head. */
  head?: string;
  align?: 'left' | 'right';
  /** Where its texts are cut when the line is too long; absent = never cut. */
  cut?: 'middle' | 'end';
  /** A column that is cut keeps so many cells, 12 when absent. */
  atLeast?: number;
}

/** Columns of a table that nobody reads on a terminal. */
export const usualWidth = 100;

const gap = '  ';

/**
 * A table as lines without their ends: aligned, what is obeyed by terminals written out, nothing behind the last
 * letter, and no line wider than `width` cells as long as the columns that may be cut have something left.
 */
export function tableLines(
  all: readonly Column[],
  allRows: readonly (readonly string[])[],
  width = usualWidth,
): string[] {
  const { columns, rows } = withoutEmpty(all, allRows);
  const heads = columns.map(({ head = '' }) => head);
  const cells = rows.map((row) => columns.map((_, at) => printable(row[at] ?? '')));
  const shown = heads.some((head) => head !== '') && rows.length > 0 ? [heads, ...cells] : cells;
  const widths = fitted(
    columns,
    columns.map((_, at) => shown.reduce((width, row) => Math.max(width, widthOf(row[at] ?? '')), 0)),
    width - gap.length * (columns.length - 1),
  );
  return shown.map((row) =>
    columns
      .map(({ align, cut: position }, at) => {
        const columnWidth = widths[at] ?? 0;
        const text = row[at] ?? '';
        return padded(position ? cut(text, columnWidth, position) : text, columnWidth, align);
      })
      .join(gap)
      .trimEnd(),
  );
}

/** A column that is empty in every row only takes room. */
function withoutEmpty(columns: readonly Column[], rows: readonly (readonly string[])[]) {
  const filled = columns.flatMap((column, at) => (rows.some((row) => row[at]) ? [{ column, at }] : []));
  return {
    columns: filled.map(({ column }) => column),
    rows: rows.map((row) => filled.map(({ at }) => row[at] ?? '')),
  };
}

/** The widest of the columns that may be cut gives way first, until the line fits or all are at their least. */
function fitted(columns: readonly Column[], natural: readonly number[], room: number): number[] {
  const widths = [...natural];
  for (;;) {
    const over = widths.reduce((sum, one) => sum + one, 0) - room;
    if (over <= 0) return widths;
    const givers = columns
      .map((column, at) => ({ at, least: column.atLeast ?? 12, isCut: column.cut !== undefined }))
      .filter(({ at, least, isCut }) => isCut && (widths[at] ?? 0) > least)
      .sort((a, b) => (widths[b.at] ?? 0) - (widths[a.at] ?? 0));
    const [widest, next] = givers;
    if (!widest) return widths;
    const now = widths[widest.at] ?? 0;
    // Down to the next widest at once, then cell by cell side by side.
    const step = Math.max(1, now - (next ? (widths[next.at] ?? 0) : widest.least));
    widths[widest.at] = Math.max(widest.least, now - Math.min(over, step));
  }
}
