import type { Reading } from '../file/reading.ts';
import { sameTitleKey } from '../text/titles.ts';
import { isTooLargeForSample } from './sizes.ts';

/**
 * A name that ends with a word for an extra, joined by a space alone, is a title of its own (`The Long, Long Trailer`) where
 * neither its folder nor a sibling is called by what stands in front of the word. Undefined readings stay as they are.
 */
export function* freeLooseExtras(
  readings: readonly (Reading | undefined)[],
): Generator<undefined, (Reading | undefined)[]> {
  if (!readings.some((one) => one?.isLooseExtra && one.extra)) return [...readings];
  const titles = new Set<string>();
  for (const one of readings) {
    yield;
    if (one && one.extra === undefined) titles.add(titleKeyOf(one));
  }
  return readings.map((one) => {
    if (!one?.isLooseExtra || !one.extra || isSmall(one)) return one;
    return isOwned(one, titles) ? one : { ...one, extra: undefined };
  });
}

/** Of a film that is no sample. */
function isSmall({ extra, sizeBytes }: Reading): boolean {
  return extra === 'sample' && sizeBytes !== undefined && !isTooLargeForSample(sizeBytes, 0, false);
}

/** `Official Trailer` in the folder of a film. */
const ofTrailers = /^(?:official|final|main|international|theatrical|original)$/;

function isOwned({ name, ancestors }: Reading, titles: ReadonlySet<string>): boolean {
  const own = sameTitleKey(name.folded.replace(/ [^ ]+$/, ''));
  const folder = sameTitleKey(ancestors.title?.title ?? '');
  if (ancestors.title?.year !== undefined && ofTrailers.test(own)) return true;
  if (folder !== '' && (own.startsWith(folder) || folder.startsWith(own))) return true;
  return titles.has(own);
}

/** The title as far as a year, a number or a tag. */
function titleKeyOf({ name, year, marker, tagAt }: Reading): string {
  const ends = [year?.at ?? -1, marker?.start ?? -1, tagAt].filter((at) => at > 0);
  return sameTitleKey(name.folded.slice(0, Math.min(name.folded.length, ...ends)));
}
