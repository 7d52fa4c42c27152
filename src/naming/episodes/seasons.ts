import { countInWords, readCount } from '../text/ordinals.ts';
import type { Marker } from './marker.ts';

const plainSeason =
  'saisons?|seasons?|series|staffeln?|temporadas?|stagion[ei]|seizoen(?:en)?|sezon(?:ul|a|y)?|sesong|s(?:a|ae|ea)song|s(?:a|ae)son|kausi|evad|reeks';
/** Words for a season in the languages that releases come in, without accents. */
export const seasonWord = `(?:${plainSeason})`;
/** The same with the word that is also one for a whole series: it counts with a number and an episode behind it. */
export const pairedSeasonWord = `(?:${plainSeason}|serie|temp?|sais|st(?=[ ._]{0,2}\\d)|s[en](?=[ ._]?\\d{1,2}[ ._-]))`;
/** Words behind the rank of a season: `3. Staffel`, `2nd Season`, `1ª temporada`. */
export const rankedSeasonWord =
  '(?:season|saison|staffel|stagione|temporada|seizoen|sezon(?:ul|a)?|sesong|s(?:a|ae|ea)song|s(?:a|ae)son|kausi|evad|temp(?=[ ._]))';
/** What makes a rank of a number. */
export const rankEnd = '(?:st|nd|rd|th|e|er|ere|eme|a|o|\\.|\u00aa|\u00ba|\u00b0)';
/** Words for an episode in the same languages. */
export const episodeWord =
  '(?:episod(?:es?|ios?|ul)|epizod[ae]?|epi|eps?|folgen?|capitul[oi]s?|capitol[oi]|cap|puntat[ae]|aflevering(?:en)?|afl|avsnitt|afsnit|odcinek|odc|jakso|bolum)';
/** Words for a season that are also words for other things: they count with a number and an episode behind them. */
export const looseSeasonWord = '(?:saison|season|livre|book)';

/** `(S01) - `, `Saison 2 [VF] - `, `Livre V Tome 2 - `: the season stands apart in front of its episode. */
const seasonBefore = new RegExp(
  `(?<=\\S[ ._-]*[[(]?)(?<![a-z0-9])(?:s(\\d{1,2})|${looseSeasonWord}[ ._]?(\\d{1,2}|${countInWords}))(?![a-z0-9])(?=[\\])]?[ ._]*(?:[-,[(]|tome|vol|part|vf|vostfr|multi|french))`,
  'i',
);

/** Gives a bare episode the season that stands somewhere before it. */
export function withSeason(folded: string, marker: Marker): Marker {
  const before = folded.slice(0, marker.start);
  const found = seasonBefore.exec(before);
  if (!found) return marker;
  return { ...marker, start: found.index, season: readCount((found[1] ?? found[2]) as string), bare: false };
}

const wholeSeason = new RegExp(
  `(?<![a-z0-9])(?:s(?:[ ._](?=0\\d[ ._]))?(\\d{1,2}|(?:19|20)\\d\\d)(?:d\\d{1,2})?(?![a-z0-9])|${seasonWord}[ ._-]?(\\d{1,2})(?![\\dx])|(?<=[ ._]-[ ._]+)(?:serie|temp)[ ._-]?(\\d{1,2})(?=$|[ ._]+-)|(?<=[ .])t(0[1-9])(?![a-z0-9-]))`,
  'i',
);

/** `The Complete Series`, `L'intégrale de la série`: all seasons, none of them named. */
const wholeSeries =
  /(?<=\S[ ._-]+[([]?)(?:(?:the[ ._])?complete[ ._](?:(?:tv|mini)[ ._-]?)?(?:series|seasons)|(?:l['. _])?integrale[ ._](?:de[ ._])?(?:la[ ._])?serie|serie[ ._](?:complete|integrale)|(?:all|toutes[ ._]les)[ ._](?:seasons|saisons))(?![a-z])/i;

/** `S08.COMPLETE`, `Saison 3`: a season without an episode. */
export function findSeason(folded: string): Marker | undefined {
  const match = wholeSeason.exec(folded);
  if (!match || match.index === 0) return findSeries(folded);
  const season = Number(match[1] ?? match[2] ?? match[3] ?? match[4]);
  return { start: match.index, end: match.index + match[0].length, season, episodes: [], bare: false };
}

function findSeries(folded: string): Marker | undefined {
  const match = wholeSeries.exec(folded);
  return match
    ? { start: match.index, end: match.index + match[0].length, episodes: [], bare: true }
    : undefined;
}
