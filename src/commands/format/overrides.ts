import { counted } from '../../core/plural.ts';
import { type Column, tableLines } from './table.ts';
import { localDay } from './time.ts';

/** What a person said of a file or a folder. */
export interface ShownOverride {
  target: string;
  /** Absent when what it stands on has gone. */
  path?: string | undefined;
  override: Readonly<Record<string, unknown>>;
  /** Milliseconds UTC. */
  at: number;
}

const columns: Column[] = [
  { head: 'said' },
  { head: 'of', cut: 'middle', atLeast: 24 },
  { head: 'what it is', cut: 'end', atLeast: 24 },
];

/** Everything that was said. */
export function overrideLines(
  overrides: readonly ShownOverride[],
  { width, zone }: { width?: number; zone?: string } = {},
): string[] {
  if (overrides.length === 0) return ['Nothing was said so far.'];
  const rows = overrides.map(({ path, target, override, at }) => [
    localDay(at, zone),
    path ?? `${target} (gone)`,
    saidOf(override),
  ]);
  return [
    ...tableLines(columns, rows, width),
    '',
    `${counted(overrides.length, 'override')}; passerelle fix PATH --clear takes one back`,
  ];
}

/** `title Alien, year 1979`. */
function saidOf(override: Readonly<Record<string, unknown>>): string {
  return Object.entries(override)
    .map(([name, value]) => `${name} ${shownValue(value)}`)
    .join(', ');
}

function shownValue(value: unknown): string {
  if (Array.isArray(value)) return value.join('+');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([provider, id]) => `${provider}-${id}`)
    .join(' ');
}
