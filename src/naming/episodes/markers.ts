import { countInWords, rankInWords, readCount } from '../text/ordinals.ts';
import { between, followChain } from './chains.ts';
import { findCyrillicMarker } from './cyrillic-markers.ts';
import { findForeignMarker } from './foreign-markers.ts';
import type { Marker } from './marker.ts';
import {
  episodeWord,
  looseSeasonWord,
  pairedSeasonWord,
  rankEnd,
  rankedSeasonWord,
  withSeason,
} from './seasons.ts';

/** What may stand between a season and its episode: a mark, a part of the season. */
const stretch = '(?:[ ._]*[-,]?[ ._]*(?:part|partie|parte|teil|cour)[ ._]?\\d{1,2})?';
const joint = `[\\])]?${stretch}[ ._]*(?:[-,;:([/][ ._]*)?`;

/** With an S in front of a number. */
const seasonLetterShapes: readonly RegExp[] = [
  // S01E02, S01.E02, S01xE02, S01 - E02, S01EP02, s01_e03, T01E03 (temporada)
  /(?<![a-z0-9])s(?:(?<=[[(]s)[ ._])?(\d{1,4})[ ._]*[-x:]?[ ._]*e(?:p(?:isode)?)?[ ._]?(\d{1,5})(?!\d)/i,
  // S01x02, S2009x02, s03-x01
  /(?<![a-z0-9])s(\d{1,4})-?x(?!26[45])(\d{2,3})(?!\d|p(?![a-z]))/i,
  // VegasS13E01, 24S01E02: two digits each, and a word or a number right before them
  /(?<=[a-z0-9])s(\d\d)e(\d{2,3})(?!\d)/i,
  // s06.01.1999
  /(?<![a-z0-9])s(\d\d)\.(\d\d)(?=[ ._])/i,
  // S0201
  /(?<![a-z0-9])s(0\d)(\d\d)(?![\da-z])/i,
  // S01 - 05, S2 - 07: fansubs
  /(?<![a-z0-9])s(\d{1,2})(?:[ ._]+\(\d{4}\)|[ ._]+(?:part|partie|cour)[ ._]?\d)?[ ._]+-[ ._]+(\d{1,4})(?![\dpi])/i,
  // [S2-07], Episode 1.22
  /(?<=[[(])s(\d)-(\d{2,3})(?=[\])])/i,
  // S21 999
  /(?<![a-z0-9])s(\d{1,2})[ ._]+(?!480|576|720|1080|2160)(\d{3,4})$/i,
  // S01EP(01-09)
  /(?<![a-z0-9])s(\d{1,2})[ ._]*ep?[ ._]?\((\d{1,4})(?=-\d|\))/i,
  // S01F05, S1 F.05, St.1 F.05 (Folge), S01A05 (aflevering)
  /(?<![a-z0-9])st?[ ._]?(\d{1,2})[ ._]*f[ ._]?(\d{1,3})(?![\da-z])/i,
  /(?<![a-z0-9])s(\d\d)a(\d\d)(?![\da-z])/i,
  // S.01 E.03
  /(?<![a-z0-9])s\.(\d{1,2})[ ._-]*e\.?(\d{1,3})(?!\d)/i,
  // S02.2of6
  /(?<![a-z0-9])s(\d{1,2})[ ._]+(\d{1,2})[ ._]?of[ ._]?\d{1,2}(?!\d)/i,
  // S01 (01 - 12)
  /(?<![a-z0-9])s(\d{1,2})[ ._]+[[(](\d{1,3})(?=[ ._]?-[ ._]?\d{1,3}(?:[ ._]?of[ ._]?\d{1,3})?[\])])/i,
];
/** With an x between two numbers. */
const crossShapes: readonly RegExp[] = [
  // 1x02, 2009x02; not 1920x1080, not 1920x800, not x264
  /(?<![a-z0-9])(\d{1,2})[ªº]?x(\d{2,3}|\d(?=-\d{1,2}x\d))(?!\d|p(?![a-z])|x\d{3})/i,
  /(?<![a-z0-9])(19\d\d|20\d\d)x(\d{2}|[0-3]\d\d)(?!\d|p(?![a-z])|x\d{3})/i,
  // 2x9 behind a title, where no year makes a film of it; 1 x 2
  /(?<=[a-z0-9][ ._-]{1,3}[[(]?)(?<!\d\.)(\d{1,2})x(\d)(?=$|[ ._\])-])(?!.*[([](?:19|20)\d\d)/i,
  /(?<=[a-z0-9!?][ ._-]{1,3}[[(]?)(\d{1,2})[ ._]x[ ._](\d{1,2})(?=$|[\])]|[ ._]*[-[(])(?!.*[([](?:19|20)\d\d)/i,
  // Dexter1x02
  /(?<=[a-z]{3})(\d{1,2})x(\d\d)(?![\da-z])/i,
];
const otherShapes: readonly RegExp[] = [
  /(?<![a-z0-9])t(\d{1,2})[ ._]?(?:e|x|cap)[ ._]?(\d{1,4})(?![\da-z])/i,
  // S2 05 VOSTFR, Saison 2 05
  /(?<![a-z0-9])(?:s|(?:saison|season)[ ._]?)(\d{1,2})[ ._]+(0\d|\d{2,3}(?=[ ._]+(?:vostfr|vf)))(?=$|[ ._]*[-[(]|[ ._]+[a-z])/i,
  // L1E53: of a book
  /(?<![a-z0-9])l(\d{1,2})[ ._]?e(\d{2,3})(?![\da-z])/i,
  // Show - 3.05 - Title
  /(?<=[ ._]-[ ._]+)(\d{1,2})\.(\d\d)(?=[ ._]+-[ ._])/,
  // show.name.0412.720p
  /(?<=[a-z][ ._])(0\d)(\d\d)(?=[ ._](?:\d{3,4}[pi]|[hp]dtv|dsr|web|dvdrip|bdrip|blu-?ray)(?![a-z]))/i,
  // Show - 4-12 - Title
  /(?<=[ ._]-[ ._]+)(\d)-(\d\d)(?=[ ._]+-[ ._])/,
  // Episode #4.12
  /(?<![a-z])ep(?:isode)?[ ._]#(\d{1,2})\.(\d{1,3})(?![\da-z])/i,
  // Season 4.16
  /(?<![a-z])season[ ._](\d{1,2})\.(\d\d)(?!\d)/i,
  /(?<![a-z])episode[ ._](\d{1,2})\.(\d\d)(?![\da-z])/i,
];
/** Names without any of these hold none of the shapes with a word for a season. */
const anySeasonWord =
  /sai|sea|seri|staf|tem|stag|seiz|sez|ses|sas|sae|kau|evad|reek|livre|book|(?<![a-z])s[ent][ ._]{0,2}\d|(?<![a-z])s\d{1,2}[ ._-]+(?:afl|folge|cap|punt|avsn|afsn)/i;
const wordShapes: readonly RegExp[] = [
  // Saison 1 Episode 2, Season 1, Episode 2, Saison 4 Partie 2 Episode 12, Saison 2 - Ep 12, Staffel 3 Folge 4
  new RegExp(
    `(?<![a-z])${pairedSeasonWord}[ ._-]{0,2}(\\d{1,4})${joint}(?:${episodeWord}|e|(?=n[o°][ ._]?\\d)|part(?![ ._]?\\d{1,2}[ ._]+-[ ._]+\\d)|del(?=[ ._]))[ ._-]{0,2}(?:n[o°]?[ ._]?|[(#])?(\\d{1,5})(?!\\d)`,
    'i',
  ),
  // Season.2.1of4, Season.2of5.3of9
  new RegExp(
    `(?<![a-z])${pairedSeasonWord}[ ._-]{0,2}(\\d{1,2})(?:of\\d{1,2})?[ ._-]+(\\d{1,2})[ ._]?of[ ._]?\\d{1,2}(?!\\d)`,
    'i',
  ),
  // S3 afl 5
  new RegExp(`(?<![a-z0-9])s(\\d{1,2})[ ._-]+${episodeWord}[ ._]{0,2}(\\d{1,4})(?!\\d)`, 'i'),
  // 3.Staffel 5.Folge
  new RegExp(
    `(?<![a-z0-9])(\\d{1,2})${rankEnd}[ ._]?${rankedSeasonWord}[ ._,-]+(\\d{1,3})${rankEnd}[ ._]?${episodeWord}(?![a-z])`,
    'i',
  ),
  // Livre II Episode 3, Livre 2 - E03, Saison I, Ep 5, Stagione uno - Episodio 5
  new RegExp(
    `(?<![a-z])(?:${looseSeasonWord}|staffel|stagione|temporada|seizoen)[ ._]?(\\d{1,2}|${countInWords})[ ._]*(?:[-,][ ._]*)?(?:${episodeWord}|chapitre|chapter|e)[ ._]{0,2}(\\d{1,4})(?!\\d)`,
    'i',
  ),
  // 2nd Season - 12, 2eme saison - episode 12, 3. Staffel Folge 4, Second Season Part 2 - 05
  new RegExp(
    `(?<![a-z0-9])(\\d{1,2}|${rankInWords})${rankEnd}?[ ._]?${rankedSeasonWord}[\\])]?${stretch}(?:[ ._]*[-,:][ ._]*(?:${episodeWord}[ ._]{0,2}|e(?=\\d))?|[ ._]*${episodeWord}[ ._]{1,2}|[ ._]+e(?=\\d))(\\d{1,4})(?![\\dpi])`,
    'i',
  ),
  // Saison 3 - 05, (Season 2) - 03, Livre II - 05, Livre 2 Terre - 05, Stagione 2 - 05
  new RegExp(
    `(?<![a-z0-9])(?:${pairedSeasonWord}|livre|book)[ ._]?(\\d{1,2}|${countInWords})\\)?${stretch}(?:[ ._:]+[a-z][a-z' ]{1,25}?)?[ ._]+-[ ._]+(\\d{1,3})(?=v\\d|$|[ ._]*[-[(]|[ ._]+[a-z])`,
    'i',
  ),
];
/** In the order in which they are believed; a name that lacks what all of a kind have is not held against each. */
const kinds: readonly { has: RegExp; shapes: readonly RegExp[] }[] = [
  { has: /s[ ._]?\d/i, shapes: seasonLetterShapes },
  { has: /\d[ ._ªº]?x[ ._]?\d/i, shapes: crossShapes },
  { has: /\d/, shapes: otherShapes },
  { has: anySeasonWord, shapes: wordShapes },
];
/** Episode 2 - Saison 1, Folge 3 der 2. Staffel */
const reversedShape = new RegExp(
  `(?<![a-z])(?:${episodeWord}|e)[ ._-]{0,2}(\\d{1,4})[\\])]?[ ._]*(?:[-,;:([/][ ._]*)?(?:(?:de[ ._]la|della|da|der|of|du|van)[ ._])?(?:${pairedSeasonWord}[ ._-]{0,2}(\\d{1,2})(?![\\dx])|(\\d{1,2})${rankEnd}?[ ._]?${rankedSeasonWord}(?![a-z]))`,
  'i',
);
/** `[Group] Title - SP1`, `- Special 1`: season 0; a film may have a title of the kind. */
const namedSpecialShape =
  /(?<=\S[ ._]+(?:-[ ._]+)?)(?:sp[ ._]?|hs[ ._]?|(?:speciale?s?|especial|spezial|sonderfolge)[ ._]|hors[ ._-]?serie[ ._]{1,2}(?:-[ ._])?(?:n[o°][ ._]?)?)(\d{1,2})(?:v\d)?(?=$|[ ._]*[-[(])(?!.*[([](?:19|20)\d\d)/i;
const groupSpecialShape = /(?<=^\[.*[ ._])(?:sp|(?<=-[ ._]+)ex|specials?[ ._])(\d{1,2})(?:v\d)?(?![\da-z])/i;
/** `OVA 2`, `OAV - 03`: a special, season 0. */
const specialShape = /(?<![a-z0-9])(?:ova|oav|oad)s?[ ._]*(?:-[ ._]*|n°)?(\d{1,3})(?:v\d)?(?![\da-z])/i;
const bareShapes: readonly RegExp[] = [
  new RegExp(`(?<![a-z0-9])(?!cap(?![a-z]))${episodeWord}[ ._]{0,2}(?:n[o°]|-)?[ ._]?(\\d{1,5})(?!\\d)`, 'i'),
  /(?<![a-z0-9])e(\d{2,5})(?:v\d(?:\.\d)?)?(?![a-df-z0-9]|e(?!\d))/i,
  // E1-200
  /(?<=[a-z0-9!?)\]][ ._-]{1,3})e(\d{1,4})(?=-e?\d{1,4}(?![a-z0-9]))/i,
  // Cap. 3
  /(?<![a-z0-9])cap[ ._]{1,2}(\d{1,2})(?!\d)/i,
  // Show (2010) {01}
  /\{(\d{2,3})\}/,
  // #1-4
  /(?<=[a-z0-9!?)\]][ ._-]{1,3})#(\d{1,2})(?=-\d)/i,
  // Tiger & Bunny #01
  /(?<=[a-z0-9!?)\]\u0370-\uffff][ ._-]{1,3})#(\d{2,4})(?:v\d)?(?![\da-z])/i,
  // Part 03, Part 2 of 4: of a mini-series
  /(?<![a-z0-9])part(?:ie)?[ ._]?(0\d)(?!\d)/i,
  /(?<![a-z0-9])(?:part(?:ie|e)?|teil|deel|del)[ ._](\d{1,2})[ ._](?:of|sur|de|di|von|van|av)[ ._]\d{1,2}(?!\d)/i,
  // 60. Bölüm, 5 seriya
  /(?<![a-z0-9])(\d{1,4})[ ._]{1,2}(?:bolum|blm|seriya|seria|serija|epizoda|jakso|odcinek)(?![a-z])/i,
  // The stage of a race, the edition of a programme.
  /(?<![a-z0-9])(?:etape|emission)[ ._]{0,2}(?:n[o°][ ._]?)?(\d{1,4})(?!\d)/i,
  /(?:^|(?<=[a-z0-9)\]][ ._-]{1,3}))e(\d)(?=$|[ ._]*[-[(]|[ ._]+(?:vf|vostfr|french|multi)(?![a-z]))/i,
  /^e(\d)(?![a-z0-9])/i,
  // 1of3, (1 sur 3), 1 of 6
  /(?<![a-z0-9]|\d\.)(\d{1,2})(?:of|von|van)\d{1,2}(?![a-z0-9])/i,
  /[[(](\d{1,3})(?=-\d{1,3}[ ._]?(?:sur|of)[ ._]?\d{1,3}[)\]])/i,
  /[[(](\d{1,2})[ ._]?(?:sur|of|de|di|von|van|av|\/)[ ._]?\d{1,2}[)\]]/i,
  /(?<=[a-z0-9!?)][ ._-]{1,3})(?<!(?:cd|dvd|dis[ck]|disque|vol|volume|tome|film|movie)[ ._-]*)(\d{1,2})[ ._](?:of|sur|von|van|de|di)[ ._](\d{1,2})(?=$|[ ._]*[-[(]|[ ._]+[a-z])/i,
];
/** `Cap.205`, `Cap.102_104`: Spanish releases write season and episode as one number. */
const capShape = /(?<![a-z0-9])cap\.?[ ._]?(\d{1,2})(\d\d)(?!\d)(?:[ ._]?[_-][ ._]?\1(\d\d)(?!\d))?/i;

/** Reads the explicit marker of a folded name and the chain behind it (facts/naming 4). */
export function findMarker(folded: string): Marker | undefined {
  const cap = capShape.exec(folded);
  if (cap) {
    const marker = followChain(folded, cap.index, endOf(cap), Number(cap[1]), cap[2] as string);
    const last = Number(cap[3] ?? cap[2]);
    return last > Number(cap[2]) ? { ...marker, episodes: between(Number(cap[2]), last) } : marker;
  }
  // `2.Sezon.7.Bölüm`: the numbers stand in front of their words.
  const ranked = /\d[ ._-]{0,2}sezon(?![a-z])/i.test(folded) ? findCyrillicMarker(folded) : undefined;
  if (ranked && ranked.season !== undefined && ranked.episodes.length > 0) return ranked;
  for (const shape of shapesFor(folded)) {
    const match = shape.exec(folded);
    if (!match) continue;
    const [, season = '', digits = ''] = match;
    const marker = followChain(folded, match.index, endOf(match), readCount(season), digits);
    const both = /^(0\d)(\d\d)$/.exec(digits);
    // E0102
    if (both && Number(both[2]) === Number(both[1]) + 1) marker.episodes = [Number(both[1]), Number(both[2])];
    return marker;
  }
  const cyrillic = findCyrillicMarker(folded);
  if (cyrillic && (cyrillic.episodes.length > 0 || cyrillic.start > 0)) return cyrillic;
  const foreign = findForeignMarker(folded);
  if (foreign) return foreign;
  const reversed = anySeasonWord.test(folded) ? reversedShape.exec(folded) : null;
  if (reversed) {
    const season = Number(reversed[2] ?? reversed[3]);
    const episodes = [Number(reversed[1])];
    return { start: reversed.index, end: endOf(reversed), season, episodes, bare: false };
  }
  const special =
    specialShape.exec(folded) ?? groupSpecialShape.exec(folded) ?? namedSpecialShape.exec(folded);
  if (special) return followChain(folded, special.index, endOf(special), 0, special[1] as string);
  for (const shape of bareShapes) {
    const match = shape.exec(folded);
    // `Episode.2005`: a year; `12 de 3` is none of three.
    if (Number(match?.[2] ?? Infinity) < Number(match?.[1])) continue;
    if (match && !/^(?:19|20)\d\d$/.test(match[1] as string))
      return withSeason(
        folded,
        followChain(folded, match.index, endOf(match), undefined, match[1] as string),
      );
  }
  return undefined;
}

function* shapesFor(folded: string): Generator<RegExp> {
  for (const { has, shapes } of kinds) if (has.test(folded)) yield* shapes;
}

function endOf(match: RegExpExecArray): number {
  return match.index + match[0].length;
}

const sceneShape =
  /[ ._](\d{1,2})(\d\d)(?:[ ._-]?\1(\d\d)|(?<=[ ._]\d{3})(\d\d))?[ ._](?:(?:480|720|1080)[pi][ ._])?(?:hdtv|pdtv|dsr)(?![a-z0-9])/i;
/** `show.2014.208.hdtv`, `Show.2005.211.Title`, `Show 2018 06 720p`: behind the year of a show. */
const afterYear =
  /(?<=[ ._]\(?(?:19|20)\d\d\)?[ ._])(?!(?:480|540|576|720)(?!\d))(?:(\d)(\d\d)|(0\d)(\d\d)|(0\d))(?=[ ._-](?!bit))/i;
/** `Show.Part.2.720p.HDTV`: what is taken from television in parts is a mini-series; a film has its year behind the part. */
const takenPart = new RegExp(
  `(?<=\\S)[ ._]+(?:part|pt)[ ._]?(\\d{1,2}|${countInWords})(?=[ ._]+(?:(?:repack|proper|internal|480p|720p|1080[pi])[ ._]+){0,3}(?:hdtv|pdtv|dsr|tv-?rip|dvb)(?![a-z]))`,
  'i',
);

/** The part of a mini-series. */
export function findTakenPart(folded: string): Marker | undefined {
  const found = takenPart.exec(folded);
  if (!found) return undefined;
  return { start: found.index, end: endOf(found), episodes: [readCount(found[1] as string)], bare: true };
}

/** `Show.13.HDTV`, `Show.07v4.PDTV`: what is taken from television counts on. */
const takenShape = /[ ._](\d\d)(?:v\d)?[ ._](?:hdtv|pdtv|dsr)(?![a-z0-9])/i;

/** `Show.103.hdtv`: the scene's short form of season and episode. */
export function findSceneNumber(folded: string, hasYear: boolean): Marker | undefined {
  if (hasYear) {
    const found = afterYear.exec(folded);
    if (!found) return undefined;
    const place = { start: found.index, end: endOf(found) };
    if (found[5]) return { ...place, episodes: [Number(found[5])], bare: true };
    return {
      ...place,
      season: Number(found[1] ?? found[3]),
      episodes: [Number(found[2] ?? found[4])],
      bare: false,
    };
  }
  const taken = takenShape.exec(folded);
  if (taken) {
    const start = taken.index + 1;
    return { start, end: start + 2, episodes: [Number(taken[1])], bare: true };
  }
  let match = sceneShape.exec(folded);
  // `The.100.109.hdtv`: two numbers that do not follow each other.
  if (match?.[3] && Number(match[3]) !== Number(match[2]) + 1)
    match = sceneShape.exec(folded.replace(/^./, ' ').replace(match[0].slice(1, 4), '   '));
  if (!match) return undefined;
  const start = match.index + 1;
  const digits = `${match[1]}${match[2]}`;
  const episode = Number(match[2]);
  const next = Number(match[3] ?? match[4]);
  return {
    start,
    end: start + digits.length,
    season: Number(match[1]),
    episodes: next === episode + 1 ? [episode, next] : [episode],
    bare: false,
  };
}
