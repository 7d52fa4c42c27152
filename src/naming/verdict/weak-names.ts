import type { Reading } from '../file/reading.ts';
import { foldAccents } from '../text/clean.ts';
import { isTechnical } from '../text/technical-words.ts';

const weakName =
  /^(?:|download|movie[ ._-]full|film(?:[ ._-]full)?(?:[ ._-]hd)?|copie de film|movie|film(?:[ ._-]complet)?|full[ ._-]movie|video|vid|title_?t?\d*|vts_\d\d_\d|\d{5}|0\d{1,2}|[0-9a-f]{8,}|sans titre|untitled|main|(?=[a-z0-9]*\d)(?=[a-z0-9]*[a-z])(?=[a-z0-9]*\d[a-z]+\d)[a-z0-9]{9,})$/i;

/** Whether a name says nothing of the film, so that its folder names it. @param stem the folded name without its part */
export function isWeakName(stem: string, reading: Reading): boolean {
  return weakName.test(stem) || isShort(stem, reading) || isAbbreviated(reading) || isObscure(stem, reading);
}

/** One word of letters and digits, of digits alone or of capitals alone; a sum of the file; the name of a copy. */
const obscure =
  /^(?:(?=[a-z0-9]*\d)[a-z0-9]{3,}|[a-z]{1,3}|\d[\d_]{3,}|[A-Z0-9]{12,}|(?:.*[._ -])?(?=[0-9a-f]*\d[0-9a-f]*[a-f])[0-9a-f]{10,}|backup[ ._-].*\d.*)$/;

/** Letters among digits, or many digits. */
const mixed = /^(?:(?=[a-z]*\d)(?=\d*[a-z])[a-z0-9]{5,}|\d{5,}|[0-9a-f]{8,})$/;

/**
 * `Harbor.2018.1080p-GRP/AHFMZXGHEWD660`: in the folder of one release, a name that shares no word with it and is none
 * that a person would give.
 */
function isObscure(stem: string, { ancestors, year, tagAt }: Reading): boolean {
  const { title } = ancestors;
  if (!title?.title || title.year === undefined || year || tagAt >= 0) return false;
  const own = stem.toLowerCase();
  // In a folder that a person has named a short word may be a title (`Up`, `300`).
  if (title.release === true ? !obscure.test(stem) && !obscure.test(own) : !mixed.test(own)) return false;
  return !foldAccents(title.title)
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .some((word) => word.length > 2 && own.includes(word));
}

const tagsAlone =
  /^(?:[([]?(?:vf|vo|vff|vfq|vfi|vf2|vof|vostfr|multi|french|truefrench|hd|4k|uhd|\d{3,4}p|dvdrip|bluray|web|[xh]26[45]|hevc|10bits?|ac3|aac|dts)[)\]]?(?:[ ._-]+|$))+$/i;

/** What programs and people call a file of which the folder says what it is. */
const placeholder =
  /^(?:(?:(?:le|the|der|il|el|o)[ ._](?=film|movie|video))?(?:new|neuer|neues|sequence|seq|main|principal|haupt|hauptfilm|longmetrage|unknown|ok|de|mp4|mkv|avi|finished|ripped|rip|captured?|record(?:ing)?|enregistrement|aufnahme|chapter|chapitre|kapitel|clip|track|concat|handbrake|mux(?:ed)?|unnamed|noname|unbenannt|compress(?:ed)?|edited|fixed|repaired|stream|test|asdf|qwerty|azerty|a{3,}|x{3,}|disc|disque|file|datei|archivo|tmp|temp|download|copie|copy|kopie|copia|vts|video_ts|playlist|vf|vo|vostfr|french|multi|nouveau|neu|nuovo|nuevo|novo|final|full|main|output|out|encoded?|export|merged?|joined|converted|untitled|sans[ ._]titre|ohne[ ._]titel|sin[ ._]titulo|senza[ ._]titolo|movie|film|video|dvd|feature|pelicula|filmato|filme|title|titre|titel|titulo|titolo|videoplayback|hd|full[ ._-]?hd|sd|1080|720)(?:$|[ ._-]+(?=\S))){1,4}(?:(?<=[ ._-])\(?\d{1,8}\)?)?$/i;
/** `title_t00`, `C1_t00`, `Title_00`, `HARBOR_t01`: what rippers of discs call its titles. */
const rippedTitle = /^(?:title|titre|titel|titulo|titolo)[ ._]?\d{2}$|(?:^|_)t\d{2}$/i;

/** `00800.mpls`, a UUID, a year alone. */
const nothingSaid =
  /^(?:\d{5}[ ._]mpls|0\d{3}|version[ ._]longue|director'?s[ ._]cut|extended|uncut|long[ ._]metrage|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[([]?(?:19|20)\d\d[)\]]?)$/i;

/** Whether a name is what programs and people call a file of which the folder says what it is: its number counts nothing. */
export function isPlaceholder(stem: string): boolean {
  return placeholder.test(stem) || rippedTitle.test(stem) || nothingSaid.test(stem);
}

/** In a film's own folder: nothing but tags, one letter or digit, the initials. */
function isShort(stem: string, { ancestors, year, tagAt }: Reading): boolean {
  const { title } = ancestors;
  if (!title?.title || title.year === undefined || year !== undefined) return false;
  const initials = title.title
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
    .map((word) => foldAccents(word[0] as string));
  const words = (tagAt > 0 ? stem.slice(0, tagAt) : stem).toLowerCase().replace(/[ ._-]+$/, '');
  return (
    stem.length === 1 ||
    tagsAlone.test(stem) ||
    isPlaceholder(stem) ||
    isPlaceholder(words) ||
    (isTechnical(stem) && /[a-z]/i.test(stem)) ||
    (words.length >= Math.min(3, Math.max(2, initials.length)) &&
      initials.join('').toLowerCase().startsWith(words))
  );
}

/** `Heat.1995.1080p-GRP/grp-ht.mkv`: the scene shortens the names of files and spells out the folder's. */
function isAbbreviated({ name, ancestors, year }: Reading): boolean {
  return (
    ancestors.title?.release === true &&
    year === undefined &&
    /^[a-z0-9]+(?:[-.][a-z0-9]+)*$/.test(name.folded) &&
    name.folded.includes('-')
  );
}
