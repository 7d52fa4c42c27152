import { type Reading, readPath } from '../file/reading.ts';
import { isSampleBySize, isTooLargeForSample } from './sizes.ts';

/** The word, with what keeps it apart, anywhere in a name. */
const word = /(?:^|[-._ ([]+)sample(?=$|[-._ )\]])[)\]]?/i;

/**
 * Lets sizes correct what a name alone says of samples, among the videos of one folder: one that is too large is the film,
 * read as if its path did not say sample; a tiny one is none. Undefined readings stay as they are.
 */
export function* weighSamples(
  readings: readonly (Reading | undefined)[],
): Generator<undefined, (Reading | undefined)[]> {
  const suspects = new Set(
    readings.filter((one) => one && !one.isSubtitle && one.sizeBytes && isSuspect(one)),
  );
  if (suspects.size === 0) return [...readings];
  const sizes = readings
    .map((one) => (one && !one.isSubtitle ? (one.sizeBytes ?? 0) : 0))
    .toSorted((a, b) => b - a);
  const weighed = [...readings];
  for (const [at, one] of readings.entries()) {
    if (!one || !suspects.has(one)) continue;
    weighed[at] = weigh(one, (one.sizeBytes === sizes[0] ? sizes[1] : sizes[0]) ?? 0);
    yield;
  }
  return weighed;
}

function weigh(one: Reading, besideBytes: number): Reading {
  if (one.extra === undefined)
    return isSampleBySize(one.sizeBytes, besideBytes) ? { ...one, extra: 'sample' } : one;
  const isInFolder = one.ancestors.extra === 'sample';
  return isTooLargeForSample(one.sizeBytes, besideBytes, isInFolder) ? asFilm(one) : one;
}

function isSuspect({ extra, name }: Reading): boolean {
  return extra === undefined ? word.test(name.folded) : extra === 'sample';
}

/** Reads it anew without the word; a name that is nothing but the word is left to the folder, or keeps it where there is none. */
function asFilm(reading: Reading): Reading {
  const { path, ancestors, name, sizeBytes } = reading;
  const folders = path.split('/').slice(0, ancestors.extra ? -2 : -1);
  const stem = name.text.replace(word, '') || (folders.some(Boolean) ? 'movie' : name.text);
  const again = readPath(
    [...folders, name.extension ? `${stem}.${name.extension}` : stem].join('/'),
    sizeBytes,
  );
  return again ? { ...again, path, extra: undefined, name: { ...again.name, ids: name.ids } } : reading;
}
