import { tableLines } from '../../src/commands/format/table.ts';

/** Columns set under each other: the first to the left, the others to the right. */
export function setTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const columns = head.map((one, at) => ({
    head: one,
    align: at === 0 ? ('left' as const) : ('right' as const),
  }));
  return tableLines(columns, rows, 400).join('\n');
}

/** `98.4`, in hundredths. */
export function percent(part: number, whole: number): string {
  return whole === 0 ? '' : ((part / whole) * 100).toFixed(1);
}
