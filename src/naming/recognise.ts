import { atOnce } from '../core/yield-often.ts';
import { type Reading, readPath } from './file/reading.ts';
import { discAt, weighDisc } from './siblings/discs.ts';
import { freeLooseExtras } from './siblings/loose-extras.ts';
import { readNamingStyle } from './siblings/naming-style.ts';
import { tellApart } from './siblings/one-number.ts';
import { weighSamples } from './siblings/samples.ts';
import { readSiblings } from './siblings/siblings.ts';
import type { Recognition } from './text/recognition.ts';
import { agreeOnTitles, dropGuessedTitles } from './verdict/agreement.ts';
import { merge } from './verdict/merge.ts';
import { yieldToTwins } from './verdict/twins.ts';

export { isSubtitle, isVideo } from './text/file-kinds.ts';
export type { ProviderIds, Recognition, RecognitionKind } from './text/recognition.ts';
export { needsReview } from './verdict/needs-review.ts';

/**
 * What the file at this account path is: a film, an episode, an extra, or nothing for the tree. Pure, needs no network.
 * Follows the layers of facts/naming: clean, extras, folders, markers, library, merge.
 *
 * The same as `recogniseFolder([path])[0]`. A subtitle is read like the video it belongs to; the tree looks at `isVideo` and `isSubtitle` as well.
 */
export function recognise(path: string): Recognition {
  const [reading] = atOnce(freeLooseExtras([readPath(path)]));
  if (!reading) return ignored(path);
  const answer = merge(reading, {});
  weighDisc(folderOf(path), [reading], [answer]);
  return answer;
}

/**
 * The same for all files of one account folder together: siblings are the best evidence there is (facts/naming 7). Answers
 * stand in the order of the input and do not depend on it. Takes time in proportion to the number of files.
 *
 * @param paths account paths; those of several folders are taken folder by folder
 * @param sizesBytes sizes of the files in the order of `paths`, where they are known: a sample of several GB is the film
 */
export function recogniseFolder(
  paths: readonly string[],
  sizesBytes: readonly (number | undefined)[] = [],
): Recognition[] {
  return atOnce(recogniseInSteps(paths, sizesBytes));
}

/** The same in many short steps, for whoever has more to do meanwhile. */
export function* recogniseInSteps(
  paths: readonly string[],
  sizesBytes: readonly (number | undefined)[] = [],
): Generator<undefined, Recognition[]> {
  const answers: Recognition[] = paths.map(ignored);
  const places = Map.groupBy(paths.keys(), (at) => folderOf(paths[at] as string));
  for (const [folder, indexes] of places) {
    const alone: (Reading | undefined)[] = [];
    for (const at of indexes) {
      alone.push(readPath(paths[at] as string, sizesBytes[at]));
      yield;
    }
    const readings = yield* freeLooseExtras(yield* weighSamples(alone));
    // The numbers of a disc's clips count neither films nor episodes.
    const style = discAt(folder) && readNamingStyle(readings);
    const evidence = style ? readings.map(() => style) : yield* readSiblings(readings);
    const found: (Recognition | undefined)[] = [];
    for (const [i, reading] of readings.entries()) {
      found.push(reading && merge(reading, evidence[i] ?? {}));
      yield;
    }
    yieldToTwins(readings, found);
    weighDisc(folder, readings, found);
    // What two files cannot both be is read in another way that their names allow.
    for (const [i, show] of style ? [] : yield* tellApart(readings, found)) {
      const reading = readings[i];
      if (reading) found[i] = merge(reading, { ...evidence[i], show });
    }
    const videos = found.filter((one) => one !== undefined);
    const ownYears = readings.filter((one) => one !== undefined).map(({ year }) => year?.year);
    found.forEach((one, i) => {
      if (one) answers[indexes[i] as number] = one;
    });
    dropGuessedTitles(videos);
    yield* agreeOnTitles(videos, ownYears);
  }
  return answers;
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

function ignored(path: string): Recognition {
  const reasons = path === '' || path.endsWith('/') ? 'no name' : 'extension: no video';
  return { path, kind: 'ignored', confidence: 1, reasons: [reasons] };
}
