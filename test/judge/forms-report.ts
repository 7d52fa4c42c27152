import type { Reader } from '../fixtures/score.ts';
import type { LanguageCode } from './made/language.ts';
import { languages } from './made/languages.ts';
import { forms, type MadeName, makeNames, wrongIn } from './made/made.ts';
import { percent, printTable, type Table } from './tables.ts';

const codes = languages.map(({ code }) => code);

/** A made name and what is wrong with how it is read. */
export interface Judged {
  made: MadeName;
  fault: string | undefined;
}

export function judgeForms(reader: Reader, perCell: number, only: readonly string[]): Judged[] {
  return makeNames(perCell)
    .filter(
      ({ form }) => only.length === 0 || only.some((word) => form.name.includes(word) || form.style === word),
    )
    .map((made) => ({ made, fault: wrongIn(made, reader) }));
}

/** Forms by languages, each style, and all of them. */
export function tableOfForms(judged: readonly Judged[]): Table {
  const styles = [...new Set(forms.map(({ style }) => style))];
  const rows = [
    ...forms.map((form) => [form.name, form.style, judged.filter(({ made }) => made.form === form)] as const),
    ...styles.map(
      (style) => [`all ${style}`, style, judged.filter(({ made }) => made.form.style === style)] as const,
    ),
    ['all forms', '', judged] as const,
  ];
  return {
    head: ['form', 'style', ...codes, 'right', '%'],
    rows: rows.filter(([, , own]) => own.length > 0).map(([name, style, own]) => rowOf(name, style, own)),
  };
}

export function printForms(judged: readonly Judged[], wrong: boolean): void {
  printTable(tableOfForms(judged));
  const shares = [...Map.groupBy(judged, ({ made }) => made.form).values()].map(
    (own) => own.filter(({ fault }) => fault === undefined).length / own.length,
  );
  const whole = shares.filter((share) => share === 1).length;
  const poor = shares.filter((share) => share < 0.5).length;
  printPieces(judged);
  console.log(`\n${shares.length} forms: ${whole} right as a whole, ${poor} mostly wrong, the rest in part`);
  if (!wrong) return;
  for (const { made, fault } of judged)
    if (fault !== undefined) console.log(`  ${made.form.name} (${made.language}): ${fault}`);
}

/** The pieces of mixed names: each with its share over all that stood beside it; those that are always right are counted. */
function printPieces(judged: readonly Judged[]): void {
  const all = judged.flatMap((one) =>
    one.made.files.flatMap(({ pieces = [] }) =>
      pieces.map((piece) => ({ name: `${one.made.form.name}, ${piece}`, one })),
    ),
  );
  const groups = [...Map.groupBy(all, ({ name }) => name)].sort(([a], [b]) => (a < b ? -1 : 1));
  const partly = groups.filter(([, own]) => own.some(({ one }) => one.fault !== undefined));
  if (groups.length === 0) return;
  const ofGroup = ([name, own]: (typeof groups)[number]) => {
    const those = own.map(({ one }) => one);
    return rowOf(name, 'mix', those);
  };
  console.log(
    `\n${groups.length} pieces of mixed names, ${groups.length - partly.length} of them never in a wrong one`,
  );
  printTable({ head: ['piece', 'style', ...codes, 'right', '%'], rows: partly.map(ofGroup) });
}

function rowOf(name: string, style: string, judged: readonly Judged[]): string[] {
  const right = (of: readonly Judged[]) => of.filter(({ fault }) => fault === undefined).length;
  const cell = (code: LanguageCode) => {
    const own = judged.filter(({ made }) => made.language === code);
    return own.length === 0 ? '' : percent(right(own), own.length).replace(/\.0$/, '');
  };
  return [
    name,
    style,
    ...codes.map(cell),
    `${right(judged)} of ${judged.length}`,
    percent(right(judged), judged.length),
  ];
}
