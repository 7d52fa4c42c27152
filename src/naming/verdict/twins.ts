import type { Reading } from '../file/reading.ts';
import type { Recognition } from '../text/recognition.ts';
import { sameTitleKey } from '../text/titles.ts';

/**
 * Two files of one folder with one number, of which one is called like an extra (`S01E05`, `S01E05 - Making of`): that one
 * is an extra of the other. By itself it is the episode that its number says. Changes the list in place.
 *
 * @param found the answers to `readings`, in their order
 */
export function yieldToTwins(
  readings: readonly (Reading | undefined)[],
  found: (Recognition | undefined)[],
): void {
  if (!readings.some((reading) => reading?.extraWord !== undefined)) return;
  const episodes = new Set<string>();
  for (const [at, one] of found.entries())
    if (one && readings[at]?.extraWord === undefined) episodes.add(numberKey(one));
  for (const [at, one] of found.entries()) {
    const extra = readings[at]?.extraWord;
    if (!one?.episodes || extra === undefined || !episodes.has(numberKey(one))) continue;
    const how = `extra: name (${extra}), another file has its number`;
    found[at] = { path: one.path, kind: 'extra', extra, confidence: 0.9, reasons: [how] };
  }
}

function numberKey({ title = '', season, episodes }: Recognition): string {
  return `${sameTitleKey(title)} ${season ?? ''}x${episodes?.join() ?? ''}`;
}
