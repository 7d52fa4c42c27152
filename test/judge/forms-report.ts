import type { Reader } from '../fixtures/score.ts';
import type { LanguageCode } from './made/language.ts';
import { languages } from './made/languages.ts';
import { forms, type MadeName, makeNames, wrongIn } from './made/made.ts';
import { percent, setTable } from './tables.ts';

const codes = languages.map(({ code }) => code);

/** Forms by languages, and with `wrong` the names that are read as something else. */
export function printForms(
  reader: Reader,
  { perCell, only, wrong }: { perCell: number; only: readonly string[]; wrong: boolean },
): void {
  const chosen = makeNames(perCell).filter(
    ({ form }) => only.length === 0 || only.some((word) => form.name.includes(word) || form.style === word),
  );
  const judged = chosen.map((made) => ({ made, fault: wrongIn(made, reader) }));
  const rows = forms.flatMap((form) => {
    const own = judged.filter(({ made }) => made.form === form);
    return own.length === 0 ? [] : [rowOf(form.name, form.style, own)];
  });
  const styles = [...new Set(forms.map(({ style }) => style))].flatMap((style) => {
    const own = judged.filter(({ made }) => made.form.style === style);
    return own.length === 0 ? [] : [rowOf(`all ${style}`, style, own)];
  });
  console.log(
    setTable(['form', 'style', ...codes, 'right', '%'], [...rows, ...styles, rowOf('all forms', '', judged)]),
  );
  const whole = rows.filter((row) => row.at(-1) === '100.0').length;
  const none = rows.filter((row) => Number(row.at(-1)) < 50).length;
  console.log(`\n${rows.length} forms: ${whole} right as a whole, ${none} mostly wrong, the rest in part`);
  if (!wrong) return;
  for (const { made, fault } of judged)
    if (fault !== undefined) console.log(`  ${made.form.name} (${made.language}): ${fault}`);
}

interface Judged {
  made: MadeName;
  fault: string | undefined;
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
