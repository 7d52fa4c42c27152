import type { Recognition } from '../text/recognition.ts';
import { inFront } from './movie.ts';
import { titleBehind } from './show.ts';

const asianScript = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

/**
 * Why a person should look at this answer before it is believed, in one sentence; undefined when nobody needs to
 * (facts/naming 11 and 12). What a provider id settles never needs anyone, and what a person said no second look.
 */
export function needsReview(recognition: Recognition): string | undefined {
  const { kind, title, season, episodes, date, ids, reasons } = recognition;
  const says = (line: string) => reasons.some((one) => one.startsWith(line));
  if (kind === 'ignored' || kind === 'extra') return undefined;
  if (reasons.some((line) => line.includes('you said so'))) return undefined;
  if (says('episodes: fraction'))
    return 'The number of the episode has a fraction, and no season has such an episode.';
  if (kind === 'unknown') {
    return title === undefined
      ? 'Neither the name nor its folders give a title.'
      : 'It lies among series, but nothing in its name says which episode it is.';
  }
  if (kind === 'movie') {
    if (says(`year: ${inFront}`) && !ids)
      return 'The number in front of the name may be its year or a part of the title.';
    return title !== undefined && asianScript.test(title) && !recognition.year && !ids
      ? 'A name in Chinese, Japanese or Korean without a year: it may be an episode.'
      : undefined;
  }
  if (title === undefined) return 'An episode, but nothing names its show.';
  if (!episodes && !date) return 'It belongs to a season, but nothing says which episode it is.';
  if (ids) return undefined;
  if (says(titleBehind))
    return 'What stands behind the number may be the name of the show or of the episode.';
  if (!says('episodes: bare number')) return undefined;
  if (asianScript.test(title))
    return 'A name in Chinese, Japanese or Korean whose number may be something else.';
  return season === undefined
    ? 'The episode rests on a number in the name alone, without a season or siblings that count on.'
    : undefined;
}
