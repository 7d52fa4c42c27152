import { foldAccents } from '../text/clean.ts';
import { findTitle } from '../text/titles.ts';
import type { Marker } from './marker.ts';

const loneSpecial =
  /(?<=\S[ ._-]+)(?:ova|oav|oad|(?-i:ONA))(?=$|[ ._]+v\d(?!\d)|[ ._-]*[[(]|[ ._]+(?:vf|vff|vostfr|vosta|multi|french|\d{3,4}p)(?![a-z]))/i;
const groupedSpecial = /(?<=^\[.*\S[ ._]+-[ ._]+)specials?(?=$|[ ._]*[[(])/i;

/** `[Group] Title OVA`: a special, but which one nothing says. */
export function findSpecial(folded: string): Marker | undefined {
  const match = loneSpecial.exec(folded) ?? groupedSpecial.exec(folded);
  if (!match) return undefined;
  return { start: match.index, end: match.index + match[0].length, season: 0, episodes: [], bare: false };
}

const namedSpecial =
  /(?<=\S[ ._]+(?:-[ ._]+)?)(?:(?:christmas|xmas|halloween|thanksgiving|new[ ._]year'?s?|easter)|\d{2,3}th[ ._]anniversary)[ ._]special(?![a-z])|(?<=\S[ ._]+-[ ._]+)(?:episode|folge|episodio|capitulo)[ ._](?:special|especial|speciale)(?![a-z])|(?<=\S[ ._]+-[ ._]+)(?:speciale?|especial|spezial)[ ._](?:de[ ._])?(?:noel|natale|navidad|natal|weihnachten|kerst|halloween|nouvel[ ._]an|christmas)(?![a-z])/i;

/** `Show.2014.Christmas.Special.HDTV`: films have none. */
export function findNamedSpecial(folded: string): Marker | undefined {
  const match = namedSpecial.exec(folded);
  if (!match) return undefined;
  return { start: match.index, end: match.index + match[0].length, season: 0, episodes: [], bare: false };
}

const showSpecial =
  /^[ ._-]+(?:the[ ._])?(?:(?:christmas|xmas|holiday|halloween|new[ ._]year'?s?)[ ._])?(?:speciale?s?|ova|oav|oad|hors[ ._-]?serie)(?![a-z])/i;

/** `Doctor Who - Spécial Noël`, `Dexter Special`: the show's title and a word for a special. */
export function findShowSpecial(folded: string, title: string): Marker | undefined {
  const found = findTitle(folded, foldAccents(title));
  if (found?.start !== 0) return undefined;
  const word = showSpecial.exec(folded.slice(found.end));
  if (!word) return undefined;
  return { start: found.end, end: found.end + word[0].length, season: 0, episodes: [], bare: false };
}

const numbered = /(?<![a-z0-9])(?:speciale?|hors[ ._-]?serie|hs|ova|oav|oad)[ ._-]*(\d{1,2})(?![a-z0-9])/i;

/** `Show - Special 1`, `Show HS02`, among specials: which one it is. */
export function findNumberedSpecial(folded: string): Marker | undefined {
  const match = numbered.exec(folded);
  if (!match) return undefined;
  const end = match.index + match[0].length;
  return { start: match.index, end, season: 0, episodes: [Number(match[1])], bare: false };
}
