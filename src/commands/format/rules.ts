import { printable } from './printable.ts';
import { type Column, tableLines, usualWidth } from './table.ts';
import { wrapped } from './wrap.ts';

/** Which rule fires for whom. */
export interface ShownRule {
  client: string;
  from: string;
  asks: string;
  give: string;
  rule: string;
  why: string;
}

const columns: Column[] = [{ head: 'from' }, { head: 'asks' }, { head: 'gets' }, { head: 'by rule' }];
const indent = '  ';

/**
 * The rules of delivery as they fire: a table for each kind of player, with those that are treated alike in one, and
 * below them why each rule is there, in full.
 */
export function ruleLines(rules: readonly ShownRule[], width: number = usualWidth): string[] {
  const tables = new Map<string, { players: string[]; rows: string[][] }>();
  for (const [player, own] of Map.groupBy(rules, ({ client }) => client)) {
    const rows = rowsOf(own);
    const table = tables.get(JSON.stringify(rows));
    if (table) table.players.push(player);
    else tables.set(JSON.stringify(rows), { players: [player], rows });
  }
  const whys = new Map(rules.map(({ rule, why }) => [rule, why]));
  return [
    ...[...tables.values()].flatMap(({ players, rows }) => [
      ...wrapped(printable(players.join(', ')), width),
      ...tableLines(columns, rows, width - indent.length).map((line) => indent + line),
      '',
    ]),
    ...[...whys].flatMap(([rule, why]) =>
      wrapped(printable(`${rule}: ${why}`), width - indent.length).map((line, at) =>
        at === 0 ? line : indent + line,
      ),
    ),
  ];
}

/** The rows of one player: zones that are treated alike in one, and what is asked with the same end in one. */
function rowsOf(own: readonly ShownRule[]): string[][] {
  const zones = Map.groupBy(own, ({ from }) => from);
  const alike = Map.groupBy(zones, ([, rules]) =>
    JSON.stringify(rules.map(({ asks, give, rule }) => [asks, give, rule])),
  );
  return [...alike.values()].flatMap((same) => {
    const from = same.map(([zone]) => zone).join(', ');
    const ends = Map.groupBy(same[0]?.[1] ?? [], ({ give, rule }) => `${give} ${rule}`);
    return [...ends.values()].map((some) => [
      from,
      some.map(({ asks }) => asks).join(', '),
      some[0]?.give ?? '',
      some[0]?.rule ?? '',
    ]);
  });
}
