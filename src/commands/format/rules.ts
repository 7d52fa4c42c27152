import { type Column, tableLines } from './table.ts';

/** Which rule fires for whom. */
export interface ShownRule {
  client: string;
  from: string;
  asks: string;
  give: string;
  rule: string;
  why: string;
}

const columns: Column[] = [
  { head: 'player' },
  { head: 'from' },
  { head: 'asks' },
  { head: 'gets' },
  { head: 'by rule' },
  { head: 'why', cut: 'end', atLeast: 20 },
];

/** The rules of delivery as they fire, a row for each kind of request. */
export function ruleLines(rules: readonly ShownRule[], width?: number): string[] {
  const rows = rules.map(({ client, from, asks, give, rule, why }) => [client, from, asks, give, rule, why]);
  return tableLines(columns, rows, width);
}
