import { rankInWords, readCount } from '../text/ordinals.ts';

/*
 * Places where a number without a marker counts although words follow it at once.
 */

/** A number of a name; `start` may be that of a word for it. */
export interface NumberPlace {
  start: number;
  end: number;
  digits: string;
}

/** `Neverwhere.05.Down.Street` */
const numbered = /^[ ._-]+(0\d{1,2}|[1-9]\d{1,2})[ ._]+(?=[a-z])/i;
/** `Nana-12`, `Nana12 VF` */
const glued =
  /^[ ._-]*(?!(?:19|20)\d\d(?!\d))(\d{2,4})(?=$|[ ._]*[[(]|[ ._]+(?:vf|vostfr|multi|french)(?![a-z]))/i;
/** `Shoah - Partie 2`, `Napoléon - 1ère partie`, `Napoléon 2 sur 4` */
const counted = new RegExp(
  `^[ ._-]+(?:(?:part(?:ie)?|chapitre|chapter|volet)[ ._]?(\\d{1,2})|(\\d{1,2})(?:e|re|ere|nde?|eme)?[ ._]partie|(${rankInWords})[ ._]partie|(\\d{1,2})[ ._](?:of|sur)[ ._]\\d{1,2})(?=$|[ ._]*[-[(]|[ ._]+[a-z])`,
  'i',
);

/** The number right behind the title of a series, whose folder has that name. @param from end of the title */
export function findBehindTitle(
  folded: string,
  from: number,
  season: number | undefined,
): NumberPlace | undefined {
  const rest = folded.slice(from);
  const part = season === undefined ? counted.exec(rest) : null;
  const count = part?.slice(1).find(Boolean);
  if (part && count) return { start: from, end: from + part[0].length, digits: String(readCount(count)) };
  const number = glued.exec(rest) ?? numbered.exec(rest);
  if (!number) return undefined;
  return { start: from + rest.search(/\d/), end: from + number[0].length, digits: number[1] as string };
}

const padded = /[ ._](0\d{1,2})[ ._]+(?=[a-z])/i;

/** `[ACX]Hack_Sign_01_Role_Play`: who pads a number in the middle of words counts with it, fansubs and files among series. */
export function findInGroupWords(folded: string, series: boolean): NumberPlace | undefined {
  const found = series || folded.startsWith('[') ? padded.exec(folded) : null;
  if (!found) return undefined;
  return { start: found.index + 1, end: found.index + found[0].length, digits: found[1] as string };
}

/** How the scene shortens the names of files in the folder of a season. */
const sceneFile = /^[a-z0-9]+(?:[-.][a-z0-9]+)*$/;

/** `sev-208`, `grp-sev208-720p`: the season of the folder with an episode of two digits. */
export function findGlued(folded: string, season: number): NumberPlace | undefined {
  if (!sceneFile.test(folded)) return undefined;
  const shape = new RegExp(`(?<![\\dxh])(?!264|265|480|576|720)${season}(?!00)\\d\\d(?![\\da-z])`);
  const found = shape.exec(folded);
  if (!found) return undefined;
  return { start: found.index, end: found.index + found[0].length, digits: found[0] };
}
