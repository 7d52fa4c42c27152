import { readFileSync, writeFileSync } from 'node:fs';
import { tableLines } from '../../src/commands/format/table.ts';

/** The first column to the left, the others to the right. */
export interface Table {
  head: readonly string[];
  rows: readonly (readonly string[])[];
}

export function printTable(table: Table): void {
  console.log(textOf(table));
}

function textOf({ head, rows }: Table): string {
  const columns = head.map((one, at) => ({
    head: one,
    align: at === 0 ? ('left' as const) : ('right' as const),
  }));
  return tableLines(columns, rows, 400)
    .map((line) => line.trimEnd())
    .join('\n');
}

/** Puts a table in the place of the one that stands in a document between `<!-- name -->` and `<!-- /name -->`. */
export function writeTable(file: string, name: string, whole: Table): void {
  const text = readFileSync(file, 'utf8');
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(open), text.indexOf(close)];
  if (from < 0 || to < from) throw new Error(`${file} has no place for the table "${name}"`);
  // As text: so many columns would be cut off on a narrow page.
  const table = ['```text', textOf(withoutEmptyColumns(whole)), '```'].join('\n');
  writeFileSync(file, `${text.slice(0, from + open.length)}\n\n${table}\n\n${text.slice(to)}`);
}

function withoutEmptyColumns({ head, rows }: Table): Table {
  const isFilled = head.map((_, at) => rows.some((row) => row[at]));
  const kept = (row: readonly string[]) => row.filter((_, at) => isFilled[at]);
  return { head: kept(head), rows: rows.map(kept) };
}

/** `98.4`, in hundredths. */
export function percent(part: number, whole: number): string {
  return whole === 0 ? '' : ((part / whole) * 100).toFixed(1);
}
