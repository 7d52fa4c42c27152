import { isCameraTake } from '../episodes/camera-takes.ts';
import type { Reading } from '../file/reading.ts';
import type { FolderReading } from '../folders/folders.ts';
import { readPart } from '../siblings/parts.ts';
import type { Evidence } from '../siblings/siblings.ts';
import { latinHalf } from '../text/boxed-names.ts';
import { foldAccents } from '../text/clean.ts';
import type { Recognition } from '../text/recognition.ts';
import { opensWithTag } from '../text/release-tags.ts';
import { isSportEvent } from '../text/sports.ts';
import { technicalTailAt } from '../text/technical-words.ts';
import { cutTitle, firstStop, otherTitle, tidyTitle, withoutTail } from '../text/title-ends.ts';
import { findTitle, opensTitle, sameTitleKey } from '../text/titles.ts';
import { frontYear, listPositionEnd } from './list-position.ts';
import { isWeakName } from './weak-names.ts';

/** How a year was found that may as well be a part of the title (`2001 - L'Odyssée de l'espace`). */
export const inFront = 'name, in front';

/** Fills in a film (facts/naming 8): the file's title and year, or the folder's where the file's name is weak. */
export function fillMovie(result: Recognition, reading: Reading, evidence: Evidence): void {
  const { name, ancestors } = reading;
  const front = evidence.titleFrom === undefined && !evidence.frontless ? frontYear(reading) : undefined;
  const titleFrom = evidence.titleFrom ?? front?.end ?? listPositionEnd(reading);
  result.kind = 'movie';
  const part = readPart(reading, evidence);
  if (part) {
    result.part = part.number;
    result.reasons.push(part.how);
  }
  const stem = part?.stemEnd !== undefined ? name.folded.slice(0, part.stemEnd) : name.folded;
  const weak = isWeakName(stem.trim(), reading);
  const own = weak ? {} : ownTitle(reading, part?.at ?? -1, titleFrom);
  const folder =
    ancestors.season === undefined && !ancestors.title?.marker ? ownFolder(ancestors.title, own) : undefined;
  const isNamed = folder?.title !== undefined && folderNames(folder, own, weak, reading);
  const isAlone = !isNamed && folder?.title !== undefined && isAloneIn(folder, own, reading, evidence);
  if (folder?.title && (isNamed || isAlone)) {
    result.title = folder.title;
    const why = weak ? ', the name says nothing' : isAlone ? ', the only film in it' : '';
    result.reasons.push(`title: folder${why}`);
    setYear(result, own.year, 'name');
    setYear(result, folder.year, 'folder');
  } else if (own.title) {
    result.title = own.title;
    result.reasons.push('title: name');
    setYear(result, own.year, 'name');
  }
  setYear(result, evidence.year, 'siblings, in front');
  if (!weak) setYear(result, front?.year, inFront);
  if (!result.title) {
    result.kind = 'unknown';
    result.reasons.push('title: none');
  } else if (ancestors.category === 'tv' && result.year === undefined) {
    result.kind = 'unknown';
    result.reasons.push('among series, but without a number');
  }
  result.confidence = rate(result);
}

/** `2010 - Inception/Inception.mkv`: a name that leaves it out says that the number in front is a year. */
function ownFolder(folder: FolderReading | undefined, own: OwnTitle): FolderReading | undefined {
  const { front } = folder ?? {};
  const isYear = front && own.title && sameTitleKey(front.title) === sameTitleKey(own.title);
  return folder && isYear ? { ...folder, ...front } : folder;
}

/** Sets the year unless a better source has. */
export function setYear(result: Recognition, year: number | undefined, how: string): void {
  if (year === undefined || result.year !== undefined) return;
  result.year = year;
  result.reasons.push(`year: ${how}`);
}

/** Whether the folder above is this film's own and says it better. */
function folderNames(
  folder: FolderReading,
  own: OwnTitle,
  weak: boolean,
  { name, ancestors }: Reading,
): boolean {
  if (weak) return true;
  const outer = sameTitleKey(folder.title ?? '');
  const inner = sameTitleKey(own.title ?? '');
  if (!inner) return true;
  if (outer === inner) return own.year === undefined || folder.year === undefined || own.year === folder.year;
  if (own.year !== undefined && own.year === folder.year && outer.length > 3)
    return inner.length > outer.length && inner.includes(outer);
  if (own.year !== undefined || folder.year === undefined) return false;
  const wholeName = sameTitleKey(name.folded);
  const withoutBrackets = sameTitleKey(folder.title?.replace(/\([^()]*\)/g, '') ?? '');
  // `Le Prénom (2012)/prenom.mkv`
  return (
    outer.startsWith(inner) ||
    (inner.length > 3 &&
      (outer.endsWith(inner) || (!ancestors.saga && holdsWords(folder.title, own.title)))) ||
    [outer, withoutBrackets].some((key) => key.length > 3 && wholeName.includes(key))
  );
}

/**
 * `Films/Lola (1981)/hauptfilm`: the only film in the folder of one, with a year, is that film where its file has a name in small
 * letters alone; a title (`The Lamp`, `300`) is believed.
 */
function isAloneIn(folder: FolderReading, own: OwnTitle, reading: Reading, evidence: Evidence): boolean {
  const { ancestors, name, tagAt, isSubtitle } = reading;
  const { category, saga, title, outer } = ancestors;
  if (category !== 'movies' || saga || title !== folder || outer !== undefined || isSubtitle) return false;
  const isPlain = smallLetters.test(name.text);
  return isPlain && folder.year !== undefined && own.year === undefined && tagAt < 0 && !evidence.isBeside;
}
const smallLetters = /^[a-z\d_.-]*[a-z][a-z\d_.-]*$/;

/** `Le Fabuleux Destin d'Amélie Poulain (2001)/amelie.mkv`: whole words of the folder's title. */
function holdsWords(outer: string | undefined, inner: string | undefined): boolean {
  const words = (title = '') =>
    ` ${foldAccents(title)
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu)
      ?.join(' ')} `;
  return words(outer).includes(words(inner));
}

/** `Super Express 109 AKA Bullet Train`: the first name is enough. */
const otherName = /(?<=[a-z0-9!?)])[ ._]+(?:\((?:AKA|aka)|AKA|a\.k\.a\.)(?=[ ._]+\S)/;
/** `Les Gendarmes - L'intégrale` */
const allOfIt = /(?<=[a-z0-9!?)])[ ._-]+(?:l[' ._])?integrale[ ._([-]*$/i;

/** `Title - Copy`: what systems call the second file of a name. */
const ownCopy = /(?<=\S) - (?:copie|copy|kopie|copia)(?: \(\d{1,2}\))?$/i;

/** `Title (Spanish) 2012` */
const languageInBrackets =
  /(?<=\S[ ._]+)[([](?:english|french|german|spanish|italian|portuguese|dutch|castellano|latino|vf|vo|vostfr|francais)[)\]][ ._([-]*$/i;

/** `[Group] Title v2 (1080p)` */
const ownVersion = /(?<=[a-z0-9!?)])[ ._]+v\d[ ._([-]*$/i;

/** `[Group] Title - Vol.1`: a disc of it. */
const volume = /[ ._]-[ ._]+vol(?:ume)?[ ._]?\d/i;

/** `(Имя / Name)`: who made it, in two scripts. */
const madeBy = / \([^()]{0,80}\p{Script=Cyrillic}[^()]{0,80}\)/u;

interface OwnTitle {
  title?: string;
  year?: number;
}

/**
 * The library's title and year, mended: it cuts French titles at short words (`se`, `ai`) and accents, and leaves
 * editions in. The end is ours (the year, or the first tag); the start is the library's.
 */
function ownTitle(
  { name, release, tagAt, year: yearAt, marker }: Reading,
  partAt: number,
  titleFrom: number,
): OwnTitle {
  const { text, folded } = name;
  if (isCameraTake(folded)) return { title: tidyTitle(text) };
  const own: OwnTitle = {};
  if (yearAt) own.year = yearAt.year;
  const found = release.title ? findTitle(folded, release.title) : undefined;
  // [REC] (2007), [REC] 2 (2009): what stands in brackets is all the title there is.
  const bracketed = /^\[([^\]]+)\][ ._]*(\d(?![\dp])|[²³])?[ ._]*(?=$|[([]?(?:19|20)\d\d)/.exec(folded);
  if (bracketed) {
    const inner = text.slice(1, 1 + (bracketed[1] as string).length);
    return { ...own, title: tidyTitle(bracketed[2] ? `${inner} ${bracketed[2]}` : inner) };
  }
  // `Гавань / Harbor (Имя)`: which half is asked for is told by their letters.
  const isHalf = folded.slice(0, found?.start).endsWith(' / ') && madeBy.test(folded.slice(found?.start));
  const start = titleFrom || openingStart(folded, isHalf ? 0 : found?.start);
  const yearStop = yearAt && !isSportEvent(folded, yearAt.at + 4, tagAt) ? yearAt.at : -1;
  const volumeAt = folded.startsWith('[') ? folded.search(volume) : -1;
  // `Ghost *1984-2021*`, but not `1982-1992.2017`.
  const spanAt = !/\d-(?:19|20)/.test(folded)
    ? -1
    : folded.search(/(?<=\S)[ ._([*]+(?:19|20)\d\d-(?:19|20)\d\d(?!\d)(?!.*(?:19|20)\d\d)/);
  const stop = firstStop(folded, start, [
    spanAt,
    yearStop,
    tagAt,
    partAt,
    volumeAt,
    folded.search(otherName),
  ]);
  let end = withoutTail(folded, start, stop, allOfIt);
  if (folded.startsWith('[')) end = withoutTail(folded, start, end, ownVersion);
  // The library ends a title at `Episode 4`; that this is a film has been settled before.
  const isCut =
    found &&
    found.end < end &&
    !marker &&
    !opensTitle(folded.slice(start, found.end)) &&
    // Nor does a title end within a word.
    !/^[a-z]{2}/i.test(folded.slice(found.end - 1, found.end + 1)) &&
    !cutAtWord(folded.slice(found.end, end)) &&
    // `Nozaki-kun`: among words with spaces a small one behind a hyphen is no release group.
    !(
      folded.slice(0, found.end).includes(' ') && /^-[a-z]+(?=[ ._]*(?:[[(]|$))/.test(folded.slice(found.end))
    );
  if (!yearAt && isCut) end = found.end;
  end = withoutTail(folded, start, end, languageInBrackets);
  end = withoutTail(folded, start, end, ownCopy);
  if (stop < folded.length) end = withoutTail(folded, start, end, otherTitle);
  if (stop === tagAt || stop === folded.length)
    end = start + technicalTailAt(folded.slice(start, end).replace(/[ ._([-]+$/, ''), stop === tagAt);
  const title = latinHalf(cutTitle(text, start, end)) || release.title;
  if (title) own.title = title;
  return own;
}

/** Whether the library stopped at a word that it takes for a language or a tag and that is plain French. */
function cutAtWord(rest: string): boolean {
  return (
    /^[ ._'-]*(?:se|ai|del?|mar|mandarin|hors|saison|es|no|la|el|it|en|me|te|a|i|o|lat|dan|fin|pol|tel|cam|ts|tc|scr)(?![a-z0-9])/i.test(
      rest,
    ) ||
    // `Kill Bill Vol 2`, `Blade Runner 2049`, `Apollo 13`, `WALL-E`: numbers and letters of a title.
    /^(?:[ ._-]*(?:vol(?:ume)?[ ._]*\d|\d{1,4}(?![\dpix]))|-[a-z](?![a-z0-9]))/i.test(rest) ||
    /^[^\x20-\x7e]/.test(rest)
  );
}

const quotesAlone = /^["'`\u00ab\u00bb\u2018-\u201f\u2039\u203a\u3008-\u300f\u00a1\u00bf]+ ?$/;

/** Where the title begins: where the library says, or behind a release group in brackets; `(500) jours` keeps its bracket. */
function openingStart(folded: string, found: number | undefined): number {
  // `HD 1080p - Diva (1981)`
  const tags = /^(?:(?:hd|sd|uhd|4k|\d{3,4}p|vf|vo|vostfr|multi)[ ._]+)+-[ ._]+(?=\S)/i.exec(folded);
  if (tags) return tags[0].length;
  if (found === undefined || found >= folded.length / 2) {
    return /^(?:(?:\[[^\]]*\]|\{[^}]*\})[ ._-]*)+(?=\S)/.exec(folded)?.[0].length ?? 0;
  }
  // A word is no tag because the library takes it for one (`Proper Binge`, `HD and the Sea`).
  if (found === 1 && folded.startsWith('(')) return 0;
  // Nor are the marks that quote its first words.
  if (quotesAlone.test(folded.slice(0, found))) return 0;
  // Nor does a title begin within a number (`2012 1`).
  if (/^\w\w$/.test(folded.slice(found - 1, found + 1))) return 0;
  return /^[\p{L}\p{N}_]+,?[ ._-]+$/u.test(folded.slice(0, found)) && !opensWithTag(folded) ? 0 : found;
}

function rate(result: Recognition): number {
  if (result.kind === 'unknown') return 0.1;
  if (result.ids) return 1;
  return result.year && !result.reasons.includes(`year: ${inFront}`) ? 0.9 : 0.5;
}
