import type { Reading, ShowReading } from '../file/reading.ts';
import { foldAccents } from '../text/clean.ts';
import { quotedEdition } from '../text/editions.ts';
import { findTag } from '../text/release-tags.ts';
import { isTechnical, technicalTailAt } from '../text/technical-words.ts';
import { cutTitle, firstStop } from '../text/title-ends.ts';

const episodeWord =
  '(?:[ée]pisodes?|ep|folge|aflevering|epis[oó]dio|episodio|puntata|cap[ií]tulo|chapitre|chapter)';
/** `Épisode n°1`: a number and no title, in the words of its name. */
const numbered = new RegExp(`^(${episodeWord})s?[ ._]*(?:n[°ºo.]?[ ._]*)?0*(\\d{1,4})$`, 'iu');
/** What stands right behind the number and belongs to it: its version, and how many there are. */
const numberTail = /^(?:v\d+|[ ._]*[([]?(?:of|sur|de|\/)[ ._]?\d{1,3}[)\]]?)(?=$|[^\p{L}\p{N}])/iu;
/** Words of a release, or of its place in a series, that are no title where they stand alone. */
const noTitle =
  /^(?:final|fin|end|finale?|repack|proper|real|rerip|internal|uncut|unrated|complet|complete|integral|extrait|sample|hd|sd|tv|web|rip|x26[45]|h ?26[45]|vf\d?|vo|st|fr|french|vostfr|multi)$/i;

/**
 * The title of an episode, which stands behind its number: `S01E01.Rose`, `- 12 - Les Alchimistes`. A number in words is
 * given as people write it (`Épisode 1`). Undefined where nothing is left but tags, a group, or what reads like one.
 */
export function readEpisodeTitle(
  { name, tagAt, year }: Reading,
  show: Pick<ShowReading, 'marker' | 'date' | 'how' | 'titleAt'>,
): string | undefined {
  const at = show.marker ?? show.date;
  // The words behind the number are the show's, or the number stands in a folder's name.
  if (
    !at ||
    show.how === 'folder marker' ||
    show.how === 'library' ||
    (show.titleAt && show.titleAt.start >= at.end)
  )
    return undefined;
  const { text, folded } = name;
  const tail = numberTail.exec(text.slice(at.end))?.[0].length ?? 0;
  const start = at.end + tail;
  // The first of the name may stand in front of the number (`Show "Uncut" S01E02 1080p`).
  const firstTag =
    tagAt >= 0 && tagAt < start ? findTag(folded, quotedEdition(name, start)?.at, start) : tagAt;
  const stop = firstStop(folded, start, [firstTag, year?.at ?? -1]);
  // `S01E01-LOL`: what a dash joins without a space is a group.
  const isGroup = /^-[^\s.-]+$/.test(text.slice(start, stop));
  const whole = isGroup ? '' : cutTitle(text, start, firstTag === start ? start : stop);
  const title = whole.slice(0, technicalTailAt(whole, stop < text.length));
  if (/\p{L}/u.test(title) && !noTitle.test(title) && !isTechnical(foldAccents(title))) return spoken(title);
  return show.marker && spokenNumber(text.slice(at.start, at.end).replace(/^[ ._-]+/, ''));
}

/** A title, or the number that stands for one; what only says the number again is none. */
function spoken(title: string): string | undefined {
  if (/^\d{1,3} (?:of|sur|de) \d{1,3}$/i.test(title)) return undefined;
  return numbered.test(title) ? spokenNumber(title) : title;
}

/** `Épisode n°1` -> `Épisode 1`. An abbreviation, and what is called so everywhere, is left to the library's language. */
function spokenNumber(text: string): string | undefined {
  const found = numbered.exec(text);
  if (!found || /^ep(?:isode)?$/.test((found[1] as string).toLowerCase())) return undefined;
  const word = (found[1] as string).toLowerCase();
  return `${word[0]?.toUpperCase()}${word.slice(1)} ${found[2]}`;
}
