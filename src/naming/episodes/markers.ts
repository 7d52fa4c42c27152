import { countInWords, readCount } from '../text/ordinals.ts';
import type { Marker } from './marker.ts';
import { looseSeasonWord, seasonWord, withSeason } from './seasons.ts';

const sep = '[ ._]*';
const episodeWord =
  '(?:episodes?|episodio|epi|ep|e|folge|capitulo|cap|puntata|aflevering|avsnitt|odcinek|odc|bolum)';
const shapes: readonly RegExp[] = [
  // S01E02, S01.E02, S01xE02, S01 - E02, S01EP02, s01_e03, T01E03 (temporada)
  /(?<![a-z0-9])s(\d{1,4})[ ._]*[-x]?[ ._]*e(?:p(?:isode)?)?[ ._]?(\d{1,5})(?!\d)/i,
  /(?<![a-z0-9])t(\d{1,2})[ ._]?(?:e|x|cap)[ ._]?(\d{1,4})(?![\da-z])/i,
  // 1x02, 2009x02; not 1920x1080, not x264
  /(?<![a-z0-9])(\d{1,2}|19\d\d|20\d\d)x(\d{2,3})(?!\d|p(?![a-z])|x\d{3})/i,
  // 2x9 behind a title, where no year makes a film of it
  /(?<=[a-z0-9][ ._-]{1,3}[[(]?)(\d{1,2})x(\d)(?=$|[ ._\])-])(?!.*[([](?:19|20)\d\d)/i,
  // Saison 1 Episode 2, Season 1, Episode 2, Saison 4 Partie 2 Episode 12, Saison 2 - Ep 12, Staffel 3 Folge 4
  new RegExp(
    `(?<![a-z])(?:${seasonWord}|temp)[ ._]{0,2}(\\d{1,4})[\\])]?[ ._]*(?:[-,;:([][ ._]*)?(?:(?:part|partie)[ ._]?\\d{1,2}[ ._]*[-,]?[ ._]*)?(?:${episodeWord}|part)[ ._]{0,2}(\\d{1,5})(?!\\d)`,
    'i',
  ),
  // Livre II Episode 3, Livre 2 - E03, Saison I, Ep 5
  new RegExp(
    `(?<![a-z])${looseSeasonWord}[ ._]?(\\d{1,2}|${countInWords})[ ._]*(?:[-,][ ._]*)?${episodeWord}[ ._]{0,2}(\\d{1,4})(?!\\d)`,
    'i',
  ),
  // S01 - 05, S2 - 07: fansubs
  /(?<![a-z0-9])s(\d{1,2})(?:[ ._]+\(\d{4}\)|[ ._]+(?:part|partie|cour)[ ._]?\d)?[ ._]+-[ ._]+(\d{1,4})(?![\dpi])/i,
  // 2nd Season - 12, 2eme saison - episode 12
  /(?<![a-z0-9])(\d{1,2})(?:st|nd|rd|th|e|er|ere|eme)[ ._](?:season|saison)[ ._]*(?:-[ ._]*(?:episodes?[ ._]?|ep?[ ._]?)?|episodes?[ ._]|ep?[ ._]?(?=\d))(\d{1,4})(?![\dpi])/i,
  // Saison 3 - 05, (Season 2) - 03, Livre II - 05, Livre 2 Terre - 05
  new RegExp(
    `(?<![a-z0-9])${looseSeasonWord}[ ._]?(\\d{1,2}|${countInWords})\\)?(?:[ ._:]+[a-z][a-z' ]{1,25}?)?[ ._]+-[ ._]+(\\d{1,3})(?=v\\d|$|[ ._]*[-[(]|[ ._]+[a-z])`,
    'i',
  ),
  // S2 05 VOSTFR, Saison 2 05
  /(?<![a-z0-9])(?:s|(?:saison|season)[ ._]?)(\d{1,2})[ ._]+(0\d|\d{2,3}(?=[ ._]+(?:vostfr|vf)))(?=$|[ ._]*[-[(]|[ ._]+[a-z])/i,
  // L1E53: of a book
  /(?<![a-z0-9])l(\d{1,2})[ ._]?e(\d{2,3})(?![\da-z])/i,
  // Show - 3.05 - Title
  /(?<=[ ._]-[ ._]+)(\d{1,2})\.(\d\d)(?=[ ._]+-[ ._])/,
  // Сезон 3 Серия 5, 3 сезон 5 серия
  /(?:\u0441\u0435\u0437\u043e\u043d[ ._]*(?=\d)|(?=\d{1,2}[ ._-]*\u0441\u0435\u0437\u043e\u043d))(\d{1,2})[ ._-]*(?:\u0441\u0435\u0437\u043e\u043d)?[ ._,(-]*(?:\u0441\u0435\u0440\u0438\u044f)?[ ._-]*(\d{1,4})(?:[ ._-]*\u0441\u0435\u0440\u0438\u044f)?(?!\d)/i,
  // S01EP(01-09)
  /(?<![a-z0-9])s(\d{1,2})[ ._]*ep?[ ._]?\((\d{1,4})(?=-\d|\))/i,
];
/** `[Group] Title - SP1`, `- Special 1`: only fansubs mean season 0 by it. */
const groupSpecialShape = /(?<=^\[.*[ ._])(?:sp|specials?[ ._])(\d{1,2})(?:v\d)?(?![\da-z])/i;
/** `OVA 2`, `OAV - 03`: a special, season 0. */
const specialShape = /(?<![a-z0-9])(?:ova|oav|oad)s?[ ._]*(?:-[ ._]*|n°)?(\d{1,3})(?:v\d)?(?![\da-z])/i;
const bareShapes: readonly RegExp[] = [
  /(?<![a-z0-9])(?:episodes?|ep|epi|folge|capitulo|puntata|episodio)[ ._]{0,2}(?:n[o°]|-)?[ ._]?(\d{1,5})(?!\d)/i,
  /(?<![a-z0-9])e(\d{2,5})(?![a-df-z0-9]|e(?!\d))/i,
  // Tiger & Bunny #01
  /(?<=[a-z0-9!?)\]][ ._-]{1,3})#(\d{2,4})(?![\da-z])/i,
  // Part 03, Part 2 of 4: of a mini-series
  /(?<![a-z0-9])part(?:ie)?[ ._]?(0\d)(?!\d)/i,
  /(?<![a-z0-9])part[ ._](\d{1,2})[ ._]of[ ._]\d{1,2}(?!\d)/i,
  // The stage of a race, the edition of a programme.
  /(?<![a-z0-9])(?:etape|emission)[ ._]{0,2}(?:n[o°][ ._]?)?(\d{1,4})(?!\d)/i,
  // 第05話, 5화
  /\u7b2c[ ._]?(\d{1,4})[ ._]?[\u8bdd\u8a71\u96c6\u56de]/,
  /(?<![\da-z])(\d{1,4})[\ud654\ud68c]/i,
  /(?:^|(?<=[a-z0-9)\]][ ._-]{1,3}))e(\d)(?=$|[ ._]*[-[(]|[ ._]+(?:vf|vostfr|french|multi)(?![a-z]))/i,
  /^e(\d)(?![a-z0-9])/i,
  // 1of3, (1 sur 3)
  /(?<![a-z0-9]|\d\.)(\d{1,2})of\d{1,2}(?![a-z0-9])/i,
  /[[(](\d{1,2})[ ._]?(?:sur|of|\/)[ ._]?\d{1,2}[)\]]/i,
];
/** `Cap.205`: Spanish releases write season and episode as one number. */
const capShape = /(?<![a-z0-9])cap\.?[ ._]?(\d{1,2})(\d\d)(?!\d)/i;
const chainE = new RegExp(
  `${sep}(?:(-|&|\\+|,|et|and|to|a|~|x)${sep})?(?:s\\d{1,4}${sep})?(?:e|ep|episode)[ ._]?(\\d{1,5})(?![\\dpi])`,
  'iy',
);
const chainX = new RegExp(`${sep}(?:(-|&|\\+|,|et|and|to|a|~)${sep})?(?:\\d{1,4})?x(\\d{2,3})(?!\\d)`, 'iy');
const chainNumber =
  /(?:(-|~|\+|&|_|, ?)|[ _](et|a|to|and|&|\+|-)[ _])(\d{1,4})(?![\dpixkd]|[ ._]*bits?|\.\d(?!\d{2,3}p)|h\d|[a-z]{2})/iy;

/**
 * Reads the explicit marker of a folded name and the chain behind it (facts/naming 4): two numbers with a dash are a range, others a
 * list; a smaller number, a jump over 300 and codec numbers never continue a chain.
 */
export function findMarker(folded: string): Marker | undefined {
  const cap = capShape.exec(folded);
  if (cap) return follow(folded, cap.index, cap[0].length, Number(cap[1]), Number(cap[2]));
  for (const shape of shapes) {
    const match = shape.exec(folded);
    if (!match) continue;
    const [all, season = '', digits = ''] = match;
    const marker = follow(folded, match.index, all.length, readCount(season), Number(digits));
    const both = /^(0\d)(\d\d)$/.exec(digits);
    // E0102
    if (both && Number(both[2]) === Number(both[1]) + 1) marker.episodes = [Number(both[1]), Number(both[2])];
    return marker;
  }
  const special = specialShape.exec(folded) ?? groupSpecialShape.exec(folded);
  if (special) return follow(folded, special.index, special[0].length, 0, Number(special[1]));
  for (const shape of bareShapes) {
    const match = shape.exec(folded);
    // `Episode.2005`: a year.
    if (match && !/^(?:19|20)\d\d$/.test(match[1] as string))
      return withSeason(folded, follow(folded, match.index, match[0].length, undefined, Number(match[1])));
  }
  return undefined;
}

function follow(
  folded: string,
  start: number,
  length: number,
  season: number | undefined,
  first: number,
): Marker {
  const numbers = [first];
  const joints: string[] = [];
  let end = start + length;
  for (let next = nextLink(folded, end); next; next = nextLink(folded, end)) {
    const last = numbers.at(-1) as number;
    // Behind an underline or a comma stands anything, and a title may open with a number (`S03E05 - 24 heures`): only the very next
    // one is a second episode.
    const opensWords = /^ -/.test(folded.slice(end)) && /^ [a-z]/i.test(folded.slice(next.end));
    if ((/[_,]/.test(next.joint) || opensWords) && next.number !== last + 1) break;
    if (next.number <= last || next.number - last > 300 || /^26[45]$/.test(String(next.number))) {
      // "S01E01.S01E01" repeats; anything else that goes down is not ours.
      if (next.number !== last) break;
    } else {
      numbers.push(next.number);
      joints.push(next.joint);
    }
    end = next.end;
  }
  const range = numbers.length === 2 && /^(?:-|~|a|to)$/i.test(joints[0] ?? '');
  const marker: Marker = {
    start,
    end,
    episodes: range ? between(numbers[0] as number, numbers[1] as number) : numbers,
    bare: season === undefined,
  };
  if (season !== undefined) marker.season = season;
  if (/^\.5(?!\d)/.test(folded.slice(end))) marker.decimal = true;
  return marker;
}

function nextLink(folded: string, at: number): { number: number; joint: string; end: number } | undefined {
  for (const pattern of [chainE, chainX, chainNumber]) {
    pattern.lastIndex = at;
    const match = pattern.exec(folded);
    if (!match) continue;
    const [, joint = '', word = '', digits] = match;
    return pattern === chainNumber
      ? { number: Number(digits), joint: joint || word, end: pattern.lastIndex }
      : { number: Number(word), joint, end: pattern.lastIndex };
  }
  return undefined;
}

/** Every number from `first` to `last`. */
export function between(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

const sceneShape = /[ ._](\d{1,2})(\d\d)[ ._](?:(?:480|720|1080)[pi][ ._])?(?:hdtv|pdtv|dsr)(?![a-z0-9])/i;

/** `Show.103.hdtv`: the scene's short form of season and episode. */
export function findSceneNumber(folded: string): Marker | undefined {
  const match = sceneShape.exec(folded);
  if (!match) return undefined;
  const start = match.index + 1;
  const digits = `${match[1]}${match[2]}`;
  return {
    start,
    end: start + digits.length,
    season: Number(match[1]),
    episodes: [Number(match[2])],
    bare: false,
  };
}
