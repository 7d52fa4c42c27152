import { counted, grouped } from '../../core/plural.ts';
import { type Column, tableLines } from './table.ts';
import { localMinute, zoneName } from './time.ts';

/** One call that is planned. `at`: ISO 8601. */
export interface ShownStep {
  at: string;
  path: string;
  why: string;
}

export interface SyncPlanOptions {
  /** How many folders are looked into how often. */
  tiers: Readonly<Record<string, number>>;
  sync: { callsPerDay: number; discovery: boolean; intervalMinutes: number };
  width?: number;
  zone?: string;
}

/** Lines shown to a person; `--json` has all. */
const maxShown = 40;

const columns: Column[] = [
  { head: 'when' },
  { head: 'why', cut: 'end' },
  { head: 'where', cut: 'middle', atLeast: 20 },
];

/** How often something comes into a folder, in the words of a person. */
const tierWords: Readonly<Record<string, string>> = { hot: 'busy', warm: 'in between', cold: 'quiet' };

/** What would be looked into during the next day. */
export function planLines(
  steps: readonly ShownStep[],
  { tiers, sync, width, zone }: SyncPlanOptions,
): string[] {
  const rows = steps
    .slice(0, maxShown)
    .map(({ at, path, why }) => [localMinute(Date.parse(at), zone), tierWords[why] ?? why, path]);
  const { hot = 0, warm = 0, cold = 0 } = tiers;
  if (!sync.discovery || sync.intervalMinutes === 0)
    return ['sync.discovery is off, or sync.intervalMinutes is 0: only what is asked for is looked into.'];
  if (steps.length === 0) return ['Nothing is planned: the first complete sync comes first.'];
  return [
    `${counted(steps.length, 'call')} in the next 24 hours; ${grouped(hot)} busy, ${grouped(warm)} in between, ${grouped(cold)} quiet folders`,
    ...tableLines(columns, rows, width),
    ...(steps.length > maxShown
      ? [`... and ${grouped(steps.length - maxShown)} more; --json shows all`]
      : []),
    ...(isForAll(steps, tiers)
      ? ['There are calls enough for all: quiet folders are looked into as often as busy ones.']
      : []),
    `Times are local (${zoneName(zone)}).`,
    ...(sync.callsPerDay > 0
      ? [`Complete crawls come beside that; together at most ${counted(sync.callsPerDay, 'call')} a day.`]
      : []),
  ];
}

/** How much more often a busy folder is looked into than a quiet one is seen in the plan itself. */
function isForAll(steps: readonly ShownStep[], tiers: SyncPlanOptions['tiers']): boolean {
  const timesOf = (tier: string) => steps.filter(({ why }) => why === tier).length / (tiers[tier] || 1);
  const [quiet, busy] = [timesOf('cold'), Math.max(timesOf('hot'), timesOf('warm'))];
  return busy > 0 && quiet >= asOften * busy;
}

/** Times at which a day ends make small differences. */
const asOften = 0.9;
