import type { Reading } from '../file/reading.ts';
import { sameTitleKey } from '../text/titles.ts';
import { dvdPieceOf } from './dvd-pieces.ts';
import type { NamingStyle } from './naming-style.ts';

/** Which part of a film a file holds. */
export interface Part {
  number: number;
  /** Where the word for it stands in the name, absent where the folder or the DVD's own name says it. */
  at?: number;
  /** What stands before it is the whole name of the film. */
  stemEnd?: number;
  /** In words, for the answer. */
  how: string;
}

/** `DVD5` and `DVD9` say how much fits on a disc. */
const partShape =
  /(?:^|(?<![ ._([-])[ ._([-]+)(?:cd|dvd(?!(?:5|9|10|18)(?!\d))|dis[ck]|disque)[ ._-]?(\d{1,2}|[a-d])(?:(?<=\d)[ ._]?(?:of|sur)[ ._]?\d{1,2})?[)\]]?(?=$|[ ._([-])/i;
/** `Part 2` is a title's word (Dune Part Two) unless it ends the name behind the year (facts/naming 8). */
const latePart =
  /(?<![a-z0-9])(?:19|20)\d\d[)\]]?.*?(?<![ ._([-])[ ._([-]+(?:part(?:ie|e)?|pt|teil|deel)[ ._-]?(\d{1,2}|[a-d])[)\]]?$/i;
/** `Title (1997)[part1][FRENCH]`: right behind the year, in brackets of its own. */
const boxedPart =
  /(?<=(?:19|20)\d\d[)\]]?[ ._-]*)[([](?:part(?:ie|e)?|pt|teil|deel)[ ._-]?(\d{1,2}|[a-d])[)\]]/i;
/** `Title (1997) - Disco 1`: words that are a title's as well, behind the year or a dash. */
const lateDisc =
  /(?<=(?:19|20)\d\d[)\]]?[ ._-]{1,3}[([]?|[ ._]-[ ._])(?:disco|schijf|platte|scheibe)[ ._-]?(\d)[)\]]?(?=$|[ ._([-])/i;
const lastPart = /(?<![ ._([-])[ ._([-]+(?:part(?:ie|e)?|pt|teil|deel)[ ._-]?(\d{1,2}|[a-d])[)\]]?$/i;

/** The part that the name or the folder of a disc says; undefined for a whole film. */
export function readPart(reading: Reading, namingStyle: NamingStyle): Part | undefined {
  const { name, ancestors } = reading;
  const disc = partShape.exec(name.folded);
  const found =
    disc ??
    latePart.exec(name.folded) ??
    lateDisc.exec(name.folded) ??
    boxedPart.exec(name.folded) ??
    partOfFolder(reading);
  if (found) {
    const which = found[1] as string;
    return {
      number: /\d/.test(which) ? Number(which) : which.toLowerCase().charCodeAt(0) - 96,
      at: found.index,
      ...(disc && { stemEnd: disc.index }),
      how: `part: name (${found[0].replace(/[^a-z0-9]/gi, '')})`,
    };
  }
  const piece = dvdPieceOf(name.folded);
  const { disc: inDisc } = ancestors;
  if (!piece || (inDisc !== undefined && !namingStyle.pieces))
    return inDisc === undefined ? undefined : { number: inDisc, how: 'part: folder' };
  // The pieces of the second disc go on from those of the first, which has nine at most.
  return { number: ((inDisc ?? 1) - 1) * 10 + piece, how: 'part: name' };
}

/** `Dune (2021)/Dune - part2`: behind the whole title of the film's own folder it is no word of it. */
function partOfFolder({ name, ancestors }: Reading): RegExpExecArray | null {
  const { title, year } = ancestors.title ?? {};
  const part = year === undefined ? null : lastPart.exec(name.folded);
  return part && sameTitleKey(name.text.slice(0, part.index)) === sameTitleKey(title ?? '') ? part : null;
}
