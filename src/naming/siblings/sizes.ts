import type { Reading } from '../file/reading.ts';

/*
 * What sizes say where names leave it open. A size that is not known says nothing.
 */

const mb = 1024 ** 2;
const gb = 1024 ** 3;
/** The longest samples, a minute or two of a 4K disc, have some 700 MB. */
const largestSampleBytes = gb;
/** From here on a sample needs a film beside it that is far larger: an old film of one CD has 700 MB. */
const doubtfulSampleBytes = 300 * mb;
const leastFilmPerSample = 4;
/** A video as small beside one that much larger is a sample where its name says so anywhere. */
const smallSampleBytes = 150 * mb;
const plainFilmPerSample = 20;
/** Hardly an episode is larger, in 4K and below. */
const largestEpisodeBytes = { uhd: 10 * gb, other: 2.5 * gb };
/** Two episodes on one file may be twice as large; that two such files stand among few is rare. */
const smallestFilmBytes = 600 * mb;
const filmSpread = 1.5;

/**
 * Whether a file that its name calls a sample is the film itself: larger than any sample, or large and without a much larger
 * video beside it. In a folder of samples the film lies elsewhere, so only the first counts.
 */
export function isTooLargeForSample(
  sizeBytes: number | undefined,
  largestBesideBytes: number,
  isInFolder: boolean,
): boolean {
  if (sizeBytes === undefined) return false;
  if (sizeBytes >= largestSampleBytes) return true;
  return (
    !isInFolder && sizeBytes >= doubtfulSampleBytes && largestBesideBytes < leastFilmPerSample * sizeBytes
  );
}

/** Whether a file with the word in its name, titled like a film (`Sample (2010)`), is small enough to be a sample after all. */
export function isSampleBySize(sizeBytes: number | undefined, largestBesideBytes: number): boolean {
  return (
    sizeBytes !== undefined &&
    sizeBytes > 0 &&
    sizeBytes < smallSampleBytes &&
    largestBesideBytes >= plainFilmPerSample * sizeBytes
  );
}

/** Whether all of these are too large for episodes, or of sizes too different. */
export function weighLikeFilms(readings: readonly Reading[]): boolean {
  const sizes = readings.map(({ sizeBytes }) => sizeBytes ?? 0).toSorted((a, b) => a - b);
  const smallest = sizes[0] ?? 0;
  const areHuge = readings.every(
    ({ sizeBytes = 0, release }) =>
      sizeBytes >= (release.resolution === '2160p' ? largestEpisodeBytes.uhd : largestEpisodeBytes.other),
  );
  return areHuge || (smallest >= smallestFilmBytes && (sizes.at(-2) ?? 0) >= filmSpread * smallest);
}
