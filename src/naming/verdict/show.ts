import { readEpisodeTitle } from '../episodes/episode-title.ts';
import { groupEnd } from '../episodes/numbers.ts';
import { looseSeasonWord, rankEnd, rankedSeasonWord, seasonWord } from '../episodes/seasons.ts';
import type { Reading, ShowReading } from '../file/reading.ts';
import type { FolderReading } from '../folders/folders.ts';
import { findHanSeason, latinHalf, latinTitle } from '../text/boxed-names.ts';
import { foldAccents } from '../text/clean.ts';
import { countInWords, readCount } from '../text/ordinals.ts';
import type { Recognition } from '../text/recognition.ts';
import { isTechnical } from '../text/technical-words.ts';
import { cutTitle, firstStop, tidyTitle, withoutTail } from '../text/title-ends.ts';
import { sameTitleKey } from '../text/titles.ts';
import { setYear } from './movie.ts';

/**
 * Fills in an episode (facts/naming 6): the marker beats the folder for season and episode; the show is named by the
 * folder above a season folder, else by the file, else by the nearest folder that is no category.
 */
export function fillShow(result: Recognition, reading: Reading, show: ShowReading): void {
  result.kind = 'episode';
  const { ancestors } = reading;
  const { marker } = show;
  if (marker?.decimal) {
    // 13.5 must never overwrite 13.
    result.kind = 'unknown';
    result.reasons.push('episodes: fraction, left for a person');
  } else if (isDayWithoutYear(reading, show)) {
    result.kind = 'unknown';
    result.reasons.push('date: a day without a year, left for a person');
  } else if (marker && marker.episodes.length > 0) {
    result.episodes = marker.episodes;
    result.reasons.push(`episodes: ${show.how}`);
  }
  if (show.date) {
    result.date = show.date.date;
    result.reasons.push('date: name');
  }
  // The parts of an anime go on counting; those of a series begin anew.
  const section = result.episodes && ancestors.category !== 'anime' ? ancestors.section : undefined;
  const season =
    marker?.season ?? reading.hanSeason ?? ancestors.season ?? ancestors.title?.marker?.season ?? section;
  if (season !== undefined) {
    result.season = season;
    const inName = marker?.season ?? reading.hanSeason;
    result.reasons.push(inName !== undefined ? `season: ${show.seasonOf ?? show.how}` : 'season: folder');
  } else if (result.episodes) {
    result.absolute = result.episodes[0] as number;
    result.reasons.push('absolute: no season anywhere');
  }
  nameShow(result, reading, show);
  const own = result.reasons.includes(titleBehind) ? undefined : readEpisodeTitle(reading, show);
  if (own !== undefined && sameTitleKey(own) !== sameTitleKey(result.title ?? '')) {
    result.episodeTitle = own;
    result.reasons.push('episodeTitle: name');
  }
  result.confidence = rate(result, show);
}

/** `Show/Novembre/12.mkv`: no number of an episode, which December would have once more. */
function isDayWithoutYear({ ancestors }: Reading, { marker, date }: ShowReading): boolean {
  const { days } = ancestors;
  const isInMonth = days?.month !== undefined && days.year === undefined;
  return isInMonth && marker?.bare === true && date === undefined;
}

function nameShow(result: Recognition, reading: Reading, show: ShowReading): void {
  const { ancestors } = reading;
  const own = show.how === 'folder marker' ? undefined : ownName(reading, show);
  const nearest = isArc(reading, show) && !own?.title ? ancestors.outer : ancestors.title;
  const folder = pickFolder(nearest, ancestors.seasonTitle, own?.title);
  const folderFirst =
    (ancestors.season !== undefined && !folder?.weak) ||
    show.how === 'folder marker' ||
    folder?.marker !== undefined ||
    !own?.title;
  if (folder?.title && (folderFirst || sameTitleKey(folder.title) === sameTitleKey(own?.title ?? ''))) {
    result.title = folder.title;
    result.reasons.push('title: folder');
    setYear(result, folder.year, 'folder');
    if (sameTitleKey(own?.title ?? '') === sameTitleKey(folder.title)) setYear(result, own?.year, 'name');
  } else if (own?.title) {
    result.title = own.title;
    result.reasons.push('title: name');
    setYear(result, own.year, 'name');
  } else if (ancestors.lastResort) {
    result.title = ancestors.lastResort;
    result.reasons.push('title: folder, called like a category');
  } else nameFromBehind(result, reading, show);
}

/** How a title was found that may as well be an episode's. */
export const titleBehind = 'title: name, behind the number';

/** `S02E05 - Fargo.mkv`, and no folder names a show: the words behind the marker or the date are the only ones. */
function nameFromBehind(result: Recognition, { name, tagAt }: Reading, show: ShowReading): void {
  const at = show.marker ?? show.date;
  if (!at) return;
  const before = name.folded.slice(0, at.start);
  // `[Monk] S03E05 - Titre`: no group stands alone in front of a number.
  const rest = name.text.slice(at.end, tagAt > at.end ? tagAt : undefined);
  const title = tidyTitle(
    rest
      .replace(/^[ ._\])-]+/, '')
      .replace(timeInFront, '')
      .split(/ - |[[(]/)[0] as string,
  );
  const isLast = show.how !== 'bare number' || title === '';
  const box = isLast ? /^\[([^\]]+)\][ ._-]*$/.exec(before) : null;
  if (box && !/raws|subs|team/i.test(box[1] as string)) {
    result.title = tidyTitle(name.text.slice(1, before.lastIndexOf(']')));
    result.reasons.push('title: name, in brackets');
    return;
  }
  if (before.replace(/^\[[^\]]*\]/, '').search(/[a-z0-9]/i) >= 0) return;
  if (!title) return;
  result.title = title;
  result.reasons.push(titleBehind);
}

/** `2021-05-02 20.15 Show`: when it was taken. */
const timeInFront = /^(?:[01]?\d|2[0-3])[.:h]?[0-5]\d[ ._-]+(?=\p{L})/u;

/** From here on a number alone, and the lowest of several, lies in the middle of a show. */
const middle = { alone: 100, lowest: 30 };

/** `One Piece/Wano/1001`: a folder whose episodes begin that late is a stretch of the show around it. */
function isArc({ ancestors }: Reading, { marker, lowest }: ShowReading): boolean {
  const { outer, title, season, category } = ancestors;
  if (!outer?.title || season !== undefined || category !== 'anime') return false;
  if (sameTitleKey(title?.title ?? '').startsWith(sameTitleKey(outer.title))) return false;
  return lowest === undefined ? (marker?.episodes[0] ?? 0) > middle.alone : lowest > middle.lowest;
}

/**
 * The folder above a season folder, unless it is only a place where several shows lie (its name is another one); the
 * file's own name tells `Game of Thrones/GOT - Saison 8` from that.
 */
function pickFolder(
  title: FolderReading | undefined,
  seasonTitle: FolderReading | undefined,
  own: string | undefined,
): FolderReading | undefined {
  if (!seasonTitle?.title) return title;
  if (!title?.title) return seasonTitle;
  const inner = sameTitleKey(seasonTitle.title);
  const outer = sameTitleKey(title.title);
  const isNamed = own !== undefined && sameTitleKey(own) === outer;
  return isNamed || inner.startsWith(outer) || outer.startsWith(inner) ? title : seasonTitle;
}

const seasonEnd = new RegExp(
  `(?<![ ._-])[ ._-]+\\(?(?:${seasonWord}[ ._]?|${looseSeasonWord}[ ._])(\\d{1,2}|${countInWords})(?:[ ._,-]+ep(?:isode)?[ ._]*\\d{1,4})?\\)?[ ._[(-]*$|(?<=[\\p{L}\\p{N}!?)])[ ._]+s(\\d{1,2})[ ._[(-]*$|[ ._]+(?:-[ ._]+)?(\\d{1,2})${rankEnd}[ ._]?${rankedSeasonWord}[ ._[(-]*$`,
  'iu',
);
/** `Totally Spies - 031 (S02E05)`, `Totally Spies - 031 - S02E05`: the number that counts through. */
const numberBeforeMarker =
  /(?<![ ._])[ ._]+(?:-[ ._]+\d{1,4}(?:\.5)?(?:-\d{2,4})?[ ._]*(?:[([]|-[ ._]*[([]?)|\d{3}-\d{3}[ ._]*)$/;
/** `[Group] Show 214 10x14` */
const countBeforeMarker = /[ ._]+[1-9]\d\d[ ._]+$/;
const completeBeforeMarker =
  /(?<![ ._-])[ ._-]+(?:the[ ._])?\(?(?:complete|integrale)(?:[ ._](?:series|seasons?|saisons?))?[ ._([-]*$/i;
/** `Naruto HD [1080p]` */
const heightWord = /(?<=[a-z0-9])[ ._]+(?:[UF]?HD|SD)[ ._[(]*$/;
/** `Skins Season S01`: the word says it again. */
const wordBeforeMarker = /(?<![ ._-])[ ._-]+(?:seasons?|saisons?|staffel)[ ._([-]*$/i;
/** `Show - Temporada 2 [HDTV][Cap.408]`, `Show Ep 2x03`: the word belongs to the marker. */
const partOfMarker = /(?<![ ._-])[ ._-]+(?:tem(?:p|porada)?[ ._]?\d{1,2}|ep|cap(?:itulo)?)[ ._([-]*$/i;
const tails = [numberBeforeMarker, completeBeforeMarker, partOfMarker, heightWord];
/** `Quotidien du 12-03-2024`: the word belongs to the date. */
const dateJoint = /[ ._](?:du|des?|of|vom|del|dal|do|van|am)[ ._-]*$/i;

/** `Derrick 012 - S01E12`, `Derrick - Folge 12 (S01E12)`, `Derrick #12 S01E12`: the count through all seasons. */
const countInWordsBeforeMarker =
  /(?<=\S)[ ._]+(?:-[ ._]+)?(?:(?:ep(?:isod[eio]*)?|folge|aflevering|afl\.?|(?<=-[ ._]+)nr\.?|puntata|capitulo|e|n°)[ ._]*(?:n[o°][ ._]?)?\d{1,4}|#\d{1,4}|\(0\d{1,2}\)|(?!007(?!\d))0\d{2,3}|0\d(?=[ ._]*[([]))[ ._]*(?:-[ ._]*)?[([]?[ ._]*$/i;
/** `01 - Columbo S01E01`, `(05) Rex S02E05`: a number that puts the files in order. */
const orderInFront =
  /^(?:#?\d{1,3}[ ._]+-[ ._]+|#\d{1,3}[ ._]+|\d{1,3}\.[ ]+|\(\d{1,3}\)[ ._]+|(?!007)0\d{1,2}[ ._]+)(?=[^\s\d(-])/;

/** `221208 Show ep34`, `HD 720p: Show S03E16`: a day or what the picture is, in front. */
const inFront =
  /^(?:\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[ _]|(?:(?:hd|sd|uhd|4k|\d{3,4}p)[ ._]?){1,3}(?::|[ ._]-)[ ._]+)(?=\S)/i;

/** `Show 1993-2004`: the years of all its seasons. */
const yearSpan = /(?<=\S)[ ._([*]+((?:19|20)\d\d)-(?:19|20)\d\d[)\]* ._-]*$/;

const joinsYear = /(?<![a-z])(?:of|in|the|since|anno|del|dell'|von)$/i;
/** `Show (2013) `: behind a title, with what joins it to what follows. */
const lastYear = /(?<=[ ._([-])(19\d\d|20[0-3]\d)[)\]]?[ ._-]*$/;

/** Title and year in front of the marker or the date. */
function ownName(reading: Reading, show: ShowReading): { title?: string; year?: number } {
  const { name, release, tagAt, boxed } = reading;
  const { text, folded } = name;
  const { marker } = show;
  if (boxed && marker && boxed.start >= marker.start && boxed.start < marker.end) {
    const whole = tidyTitle(latinTitle(boxed.titles.map(withoutSeason)).title);
    const title = whole.slice(
      0,
      seasonAt(foldAccents(whole), 0, whole.length, marker.season ?? reading.hanSeason),
    );
    return { ...(title && { title }), ...(boxed.year !== undefined && { year: boxed.year }) };
  }
  const stop = show.titleAt?.end ?? show.marker?.start ?? show.date?.start;
  if (stop === undefined) return release.title ? { title: release.title } : {};
  const front = show.titleAt?.start ?? (inFront.exec(folded)?.[0].length || groupEnd(folded));
  if (stop <= front) return {};
  const isMarked = show.how === 'marker' && marker?.season !== undefined;
  const group = front + ((isMarked && orderInFront.exec(folded.slice(front, stop))?.[0].length) || 0);
  // `Show.FRENCH.S01E01`, `Naruto VF 012`: a tag ends the title here as well.
  const at = firstStop(folded, group, [stop, tagAt < group ? -1 : tagAt]);
  let end = at;
  const own: { title?: string; year?: number } = {};
  const span = yearSpan.exec(folded.slice(group, at));
  if (span) {
    own.year = Number(span[1]);
    end = group + span.index;
  }
  const year = span ? null : lastYear.exec(folded.slice(group, at));
  const wordsBefore = folded.slice(group, group + (year?.index ?? 0) - 1).trim();
  // `Class of 2007`: a word that joins goes on with the title.
  if (year && wordsBefore !== '' && !joinsYear.test(wordsBefore)) {
    own.year = Number(year[1]);
    end = group + year.index;
  }
  if (isMarked) end = withoutTail(folded, group, end, countInWordsBeforeMarker);
  const isShort = /^s\d/i.test(folded.slice(stop));
  const allTails = [...tails];
  if (isShort) allTails.push(wordBeforeMarker);
  if (folded.startsWith('[') && /^\d+x/i.test(folded.slice(stop))) allTails.push(countBeforeMarker);
  for (const tail of show.date ? [...allTails, dateJoint] : allTails)
    end = withoutTail(folded, group, end, tail);
  // `Vinland Saga (Season 2) - S02E05` says it twice.
  end = seasonAt(folded, group, end, show.marker?.season);
  // `[Group][Title][S02E05]`
  const box = folded[group] === '[' ? titleBox.exec(text.slice(group, end)) : null;
  const whole = box?.[1] ?? cutTitle(folded.startsWith('[') ? closeBoxes(text) : text, group, end);
  const half = behindSlash(text.slice(marker?.end ?? text.length), whole) ?? latinHalf(whole);
  const title = folded.startsWith('[') ? tidyTitle(latinTitle([withoutSeason(half)]).title) : half;
  if (title) own.title = openBoxes(title);
  // `Гавань / Harbor / Сезон: 1 [2024]`
  if (own.year === undefined && text.includes(' / ') && reading.year) own.year = reading.year.year;
  return own;
}

const titleBox = /^\[([^\][]{2,100})\][ ._-]*\[?$/;
const wordsInBox = /(?<=[\p{L}\p{N}!?.'] )\[(\p{L}[\p{L}' -]{3,30})\](?= (?:-|\p{L}))/gu;
const [openBox, closeBox] = ['\ue001', '\ue002'];

/** `[Group] Title [Word] - 05`: behind a group in a box another box of words is of the title. */
function closeBoxes(text: string): string {
  return text.replace(wordsInBox, (box, words: string) =>
    isTechnical(foldAccents(words)) ? box : `${openBox}${words}${closeBox}`,
  );
}

function openBoxes(title: string): string {
  return title.replaceAll(openBox, '[').replaceAll(closeBox, ']');
}

const latinBehind = /^[)\]]* \/ ([^()[\]/]*\p{Script=Latin}{3}[^()[\]/]*)/u;

/** `Гавань (S2E1) / Harbor (S2E1)`: the same title in Latin letters behind the marker. */
function behindSlash(rest: string, title: string): string | undefined {
  return /\p{Script=Latin}/u.test(title) ? undefined : latinBehind.exec(rest)?.[1]?.trim();
}

/** The end in front of a season that the marker says again. */
function seasonAt(folded: string, start: number, end: number, season: number | undefined): number {
  const again = seasonEnd.exec(folded.slice(start, end));
  const said = again?.[1] ?? again?.[2] ?? again?.[3];
  return again && said !== undefined && readCount(said) === season ? start + again.index : end;
}

/** Without `第四季`, which is a season. */
function withoutSeason(title: string): string {
  const han = findHanSeason(title);
  return han ? title.slice(0, han.at) + title.slice(han.end) : title;
}

/** Siblings that count on are nearly as good as a marker; a number alone is a guess. */
const bases: Record<ShowReading['how'], number> = {
  marker: 0.8,
  date: 0.8,
  siblings: 0.7,
  'folder marker': 0.7,
  library: 0.6,
  'bare number': 0.5,
  season: 0.3,
};

function rate(result: Recognition, show: ShowReading): number {
  if (result.kind === 'unknown' || !result.title) return 0.2;
  if (result.reasons.includes(titleBehind)) return 0.3;
  if (!result.episodes && !result.date) return 0.3;
  const base = bases[show.how];
  const extra = (result.year ? 0.1 : 0) + (result.season !== undefined ? 0.05 : 0) + (result.ids ? 0.3 : 0);
  return Math.min(1, Math.round((base + extra) * 100) / 100);
}
