import { changesIn, count, type Earlier, joinResults, type Result } from './results.ts';
import { percent, type Table } from './tables.ts';
import { describeWrong, isRight } from './verdicts.ts';

export function tableOfCorpora(results: readonly Result[], earlier: Earlier | undefined): Table {
  const shared = results.filter(({ from }) => from === 'shared');
  const own = results.filter(({ from }) => from === 'own');
  const rows = [
    ...shared.map((one) => rowOf(one, [one], earlier)),
    ...(shared.length > 1 ? [rowOf(joinResults('all beside the checkout', shared), shared, earlier)] : []),
    ...own.map((one) => rowOf(one, [one], earlier)),
    ...(own.length > 1 ? [rowOf(joinResults('all of test/names', own), own, earlier)] : []),
  ];
  const head = ['corpus', 'rows', 'right', '%', 'fit %', 'held %', 'library %', 'lost', 'excepted', 'change'];
  return { head, rows };
}

function rowOf(result: Result, parts: readonly Result[], earlier: Earlier | undefined): string[] {
  const { rows, right, alone, lost, excepted, held } = count(result);
  const changes = earlier ? parts.flatMap((part) => changesIn(part, earlier)) : [];
  const better = changes.filter(isRight).length;
  const worse = changes.length - better;
  return [
    result.corpus,
    String(rows),
    String(right),
    percent(right, rows),
    percent(right - held.right, rows - held.rows),
    percent(held.right, held.rows),
    percent(alone, rows),
    String(lost),
    String(excepted || ''),
    [better > 0 && `+${better}`, worse > 0 && `-${worse}`].filter(Boolean).join(' '),
  ];
}

export function printWrong(results: readonly Result[]): void {
  for (const { corpus, verdicts, alone, excepted } of results) {
    const wrong = verdicts
      .map((verdict, at) => ({ verdict, other: alone[at] }))
      .filter(({ verdict }) => !isRight(verdict) && !excepted.has(verdict.id));
    if (wrong.length === 0) continue;
    console.log(`\n${corpus}: ${wrong.length} wrong`);
    for (const { verdict, other } of wrong)
      console.log(`  ${other && isRight(other) ? 'LOST' : '    '} ${describeWrong(verdict)}`);
  }
}

export function printChanges(results: readonly Result[], earlier: Earlier, base: string): void {
  const changes = results.flatMap((result) =>
    changesIn(result, earlier).map((verdict) => ({ corpus: result.corpus, verdict })),
  );
  const right = changes.filter(({ verdict }) => isRight(verdict));
  const wrong = changes.filter(({ verdict }) => !isRight(verdict));
  console.log(`\nSince ${base}: ${right.length} became right, ${wrong.length} became wrong`);
  for (const { corpus, verdict } of right) console.log(`  + ${corpus}: ${verdict.path}`);
  for (const { corpus, verdict } of wrong) console.log(`  - ${corpus}: ${describeWrong(verdict)}`);
}
