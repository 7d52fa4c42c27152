/*
 * Words that say how a file was made and not what it shows. A title may hold them among others; nothing is called by
 * them alone. That a tag ends a title in the middle of a name is for `release-tags`.
 */

/** Technical in whatever letters they are written. */
const always = new RegExp(
  `^(?:${[
    // Pixels, pictures a second, depth and colour.
    '\\d{3,4}[pi]|\\d{3,4}x\\d{3,4}|[248]k|uhd|u?hd|sd|fhd|qhd|full-?hd|[m4k]*hd-?light|4k-?light|mhd',
    '\\d{2,3}fps|(?:8|10|12)-?bits?|bits?|hi10p?|hdr(?:10)?(?:plus|\\+)?|dovi|sdr|hlg|3d|h-?sbs|h-?ou|sbs',
    // Where it comes from.
    'blu-?ray|b[dr]-?(?:rip|remux|mv)?|remux|dvd(?:-?rip|-?scr|[59r])?|r5|web(?:-?dl|-?rip)?|dl|rip',
    '[hps]dtv|tv-?rip|sat-?rip|dsr|dvb(?:-?rip)?|hd-?(?:rip|ts|cam)|telesync|telecine|vhs-?rip|ppv(?:-?rip)?',
    'amzn|dsnp|hmax|atvp|pcok|pmtp',
    // How it is coded.
    '[xh]-?26[456]|hevc|avc|av1|vp[89]|xvid|divx|mpeg-?[124]|vc-?1',
    '(?:he-?)?aac\\d?|e?-?ac-?[34]|dts(?:-?(?:hd(?:-?ma)?|x|es))?|dd[p+]?\\d?|true-?hd|atmos|flac|mp3|opus|l?pcm|\\dch',
    // Languages, and how they are given.
    'multi(?:-?subs?)?|true-?french|vost(?:-?fr|-?en|a)?|vf[fqi2]?|vo[fqi]?|sub-?french|fast-?sub|stfr|st|subforced',
    'subbed|dubbed|subs?|vostfr|dual-?audio',
    // What the group says of it.
    're-?pack|proper|re-?rip|read-?nfo|nfo|remastered|uncut|unrated',
  ].join('|')})$`,
  'i',
);

/** Words of their own as well: an episode is called `Max`, a release says `MAX`. */
const atTimes = new RegExp(
  `^(?:${[
    'internal|limited|custom|extended|complete|complet|integrale?|hybrid|real|final|retail|open|matte|theatrical',
    'stv|ws|fs|swedish|danish|norwegian|dutch|turkish|polish|portuguese|chinese|\\d{3,4}mb|criterion|max|nf|cr|ip|it|hulu|netflix|dv|cam|ts|tc|md|ld|ou|hou|dual|audio|ma|es|dolby|vision|digital|plus|blu|ray|vc',
    'french|german|english|italian|spanish|japanese|korean|hindi|russian|nordic|fr|en|eng|ita|ger|deu|esp|spa|jpn',
  ].join('|')})$`,
  'i',
);

/** `Max`, but neither `MAX` nor `max` nor `iNTERNAL`. */
const capitalised = /^\p{Lu}\p{Ll}+$/u;
const separators = /[^\p{L}\p{N}]+/u;
/** An eight-digit sum of the file. */
const checksum = /^(?=p{L}*\d)[0-9a-f]{8}$/i;
/** The group behind all of it: `5.1-GRP`. */
const group = /(?<=[\p{L}\p{N})\]])-[\p{L}\p{N}]+$/u;

/**
 * Whether a title is made of nothing but technical words, numbers and a group behind them.
 * @param folded without accents
 */
export function isTechnical(folded: string): boolean {
  return isAllTechnical(folded) || (group.test(folded) && isAllTechnical(folded.replace(group, '')));
}

function isAllTechnical(text: string): boolean {
  const whole = wordsOf(text);
  const words = whole.filter((word) => !/^\d+$/.test(word));
  // `5.1` is how many loudspeakers there are.
  if (words.length === 0) return whole.length > 1;
  const isBoxed = /^\(.*\)$/.test(text);
  return (
    words.every((word) => always.test(word) || checksum.test(word) || atTimes.test(word)) &&
    // All of them capitalised are words of their own, unless brackets set them apart.
    (isBoxed || words.some((word) => !(atTimes.test(word) && capitalised.test(word))))
  );
}

/** `DTS-HD` and `h 264` are looked at as one word, and so are the parts of what stays apart. */
function wordsOf(text: string): string[] {
  return text
    .replace(/(?<![\p{L}\p{N}])([xh])[ .](?=26[456](?!\d))/giu, '$1')
    .split(separators)
    .filter((word) => word !== '');
}

/**
 * Where a title ends in front of technical words in capitals, such as the service that a release comes from
 * (`Pilote AMZN`); its length where there are none. In a name of nothing but capitals they say nothing.
 * @param isBeforeTag a tag of a release follows, so that words which are others as well are of it too
 */
export function technicalTailAt(title: string, isBeforeTag: boolean): number {
  for (let end = title.length; ; ) {
    const word = lastWord.exec(title.slice(Math.max(0, end - maxWord), end));
    const text = word?.[1] ?? '';
    const isTag = inCapitals.test(text) && (always.test(text) || (isBeforeTag && atTimes.test(text)));
    const before = title.slice(0, end - (word?.[0].length ?? 0));
    if (!isTag || !/\p{Ll}/u.test(before)) return end;
    end = before.length;
  }
}

const lastWord = /[ ._-]+([\p{L}\p{N}]+)$/u;
const maxWord = 24;
/** `AMZN`, `iNTERNAL`. */
const inCapitals = /^i?[\p{Lu}\d]+$/u;
