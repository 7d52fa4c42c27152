import { type Figure, isMet, type Measure } from './figure.ts';

/** The measures of one figure as lines for people. */
export function describe(figure: Figure, measures: readonly Measure[]): string {
  const rows = measures.map((measure) => [
    measure.what,
    amount(measure.value, measure.unit),
    measure.baseline ? `${measure.baseline.what} ${amount(measure.baseline.value, measure.unit)}` : '',
    measure.ratio === undefined ? '' : `x ${rounded(measure.ratio)}`,
    barOf(measure),
    verdict(measure),
  ]);
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = rows.flatMap((row, index) => {
    const cells = row.map((cell, column) =>
      column === 1 || column === 3 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
    );
    const note = measures[index]?.note;
    return [`  ${cells.join('  ')}`.trimEnd(), ...(note ? [`    ${note}`] : [])];
  });
  return [`${figure.name}: ${figure.about}`, ...lines, ''].join('\n');
}

/** The same for machines. */
export function toJson(measure: Measure) {
  const ok = isMet(measure);
  return ok === undefined ? measure : { ...measure, ok };
}

function barOf({ bar }: Measure): string {
  return bar ? `bar ${bar.of === 'ratio' ? 'x ' : ''}${bar.is} ${bar.limit}` : '';
}

function verdict(measure: Measure): string {
  const ok = isMet(measure);
  return ok === undefined ? '' : ok ? 'ok' : 'MISSED';
}

function amount(value: number, unit: string): string {
  return `${rounded(value)} ${unit}`;
}

/** Three digits are more than a shared machine can promise. */
function rounded(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return value.toPrecision(3);
}
