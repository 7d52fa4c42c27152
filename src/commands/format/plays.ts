import type { ShownPlay } from '../../api/plays.ts';
import { counted } from '../../core/plural.ts';
import { clientName } from './client-name.ts';
import { size } from './size.ts';
import { type Column, tableLines } from './table.ts';
import { localMinute, zoneName } from './time.ts';

const columns: Column[] = [
  { head: 'started' },
  { head: 'file', cut: 'middle', atLeast: 16 },
  { head: 'player', cut: 'end', atLeast: 7 },
  { head: 'given' },
  { head: 'calls', align: 'right' },
  { head: 'wait', align: 'right' },
  { head: 'bytes', align: 'right' },
  { head: 'end', cut: 'end', atLeast: 12 },
];

/** The last plays, as they are kept: newest first. */
export function playsLines(
  plays: readonly ShownPlay[],
  { width, zone }: { width?: number; zone?: string } = {},
): string[] {
  if (plays.length === 0) return ['Nothing was played yet.'];
  const rows = plays.map((play) => [
    localMinute(play.startedAt, zone),
    play.name,
    clientName(play.client).replace(/ \(.*\)$/, ''),
    play.give,
    String(play.apiCalls),
    play.firstByteMs === undefined ? '' : `${play.firstByteMs} ms`,
    play.bytes === 0 ? '' : size(play.bytes),
    play.ended,
  ]);
  const calls = plays.reduce((sum, { apiCalls }) => sum + apiCalls, 0);
  const bytes = plays.reduce((sum, play) => sum + play.bytes, 0);
  const cached = plays.reduce((sum, play) => sum + play.cachedBytes, 0);
  return [
    ...tableLines(columns, rows, width),
    '',
    `${counted(plays.length, 'play')}, ${counted(calls, 'call')} to the host; ${size(bytes)} through Passerelle, ${size(cached)} of them from the cache.`,
    `Times are local (${zoneName(zone)}); --json says also by which rule, and why.`,
  ];
}
