import { extensionOf } from '../../core/name-parts.ts';
import { baseName } from './file-kinds.ts';
import { hasQuotes, readPairs } from './paired-marks.ts';
import type { ProviderIds } from './recognition.ts';

/** A name made ready for the grammars: `text` as a person reads it, `folded` = the same length without accents. */
export interface CleanName {
  /** Without extension, provider ids and site prefix. NFC, at most 255 characters. */
  text: string;
  /** One UTF-16 unit for one of `text`, so an index into one is an index into the other. */
  folded: string;
  extension: string;
  ids: ProviderIds;
}

const maxLength = 255;
const idPattern = /[[{(]\s*(tmdb|imdb|tvdb)(?:id)?\s*[-=:]\s*(tt\d{5,10}|\d{1,10})\s*[\]})]/gi;
/** Jellyfin reads the bare form as well (facts/media-servers 2.1). */
const bareImdb = /(?<![a-z0-9])tt\d{7,10}(?![a-z0-9])/i;
/** `[ Torrent9.ph ] `, `www.site.io - `: advertising, never a title. */
const sitePattern =
  /^(?:(?:from\s)?[[({]\s{0,3}(?:www\.)?[\w-]{2,30}\.[a-z]{2,8}\s{0,3}[\])}]|www\.[\w-]{2,30}\.[a-z]{2,8}(?=[ _@-])|[\w-]{4,30}\.(?:com|net|org|io|info|biz|pw|ws|cc|ph|uno|to|bz|gg|site|club|xyz|lol|re|tv|eu|vip|ninja|wtf|fi|si|sx|nz|ch|lat|art)[ _]{1,2}-|[a-z\d-]{4,20}\.(?:com|net|org)_(?=[a-z\d])|[\w-]{0,20}(?:torrent|cpasbien|telechargement)[\w-]{0,12}\.(?:com|net|org|io|info|biz|pw|ws|cc|ph|pe|to|uno|site|re|tv|eu|vip|si|sx|ch|ru|se|al|me|li|fr|nu|is|fm)(?=[ ._-]))[\s._@-]*/i;

/** Cleans the name of a file. */
export function cleanFileName(name: string): CleanName {
  const whole = foldWidths(name);
  const extension = extensionOf(whole);
  return { ...cleanText(baseName(whole)), extension };
}

/** Cleans the name of a folder: nothing after its last dot is an extension. */
export function cleanFolderName(name: string): CleanName {
  return { ...cleanText(foldWidths(name)), extension: '' };
}

/**
 * Folds the full-width characters that rclone writes for those the host refuses (facts/1fichier-api 2.11), and brings
 * the rest to NFC. Control characters become spaces.
 */
function foldWidths(name: string): string {
  if (/^[\x20-\x7e]*$/.test(name)) return name;
  return name
    .replace(/[\uff01-\uff5e]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0))
    .replace(/\u3010/g, '[')
    .replace(/\u3011/g, ']')
    .replace(/[\u2420\u3000\u00a0\u2000-\u200a\u202f\u205f]/g, ' ')
    .normalize('NFC')
    .replace(/\p{Cc}/gu, ' ');
}

/** Takes accents off, one UTF-16 unit for one, and straightens quotes and dashes. JavaScript's `\b` knows ASCII only. */
export function foldAccents(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  let folded = '';
  for (let i = 0; i < text.length; i++) folded += foldUnit(text[i] as string);
  return folded;
}

function foldUnit(unit: string): string {
  if (unit < '\x7f') return unit;
  const special = specials[unit];
  if (special) return special;
  if (unit < '\u00c0' || unit > '\u024f') return unit;
  const base = unit.normalize('NFD').charAt(0);
  return base < '\x7f' ? base : unit;
}

const specials: Record<string, string> = {
  '\u2018': "'",
  '\u2019': "'",
  '\u02bc': "'",
  '\u00b4': "'",
  '\u201c': '"',
  '\u201d': '"',
  '\u2010': '-',
  '\u2011': '-',
  '\u2012': '-',
  '\u2013': '-',
  '\u2014': '-',
  '\u2015': '-',
  '\u2212': '-',
  '\u00d7': 'x',
  œ: 'o',
  Œ: 'O',
  æ: 'a',
  Æ: 'A',
  ø: 'o',
  Ø: 'O',
  ß: 's',
  đ: 'd',
  ł: 'l',
  Ł: 'L',
};

function cleanText(name: string): Omit<CleanName, 'extension'> {
  const ids: ProviderIds = {};
  const text = name
    .slice(0, maxLength)
    .replace(idPattern, (_all, provider: string, id: string) => {
      ids[provider.toLowerCase() as keyof ProviderIds] ??= id.toLowerCase();
      return ' ';
    })
    .replace(bareImdb, (id) => {
      ids.imdb ??= id.toLowerCase();
      return ' ';
    })
    .replace(sitePattern, '')
    .trim();
  // A Cyrillic letter that looks like an x, between two numbers.
  const plain = foldAccents(text);
  const folded = plain.includes('\u0445') ? plain.replace(/(?<=\d)\u0445(?=\d)/g, 'x') : plain;
  return { text, folded: hasQuotes(text) ? boxCounts(text, folded) : folded, ids };
}

const countAlone =
  /^ *(?:(?:saisons?|seasons?|livre|book|part(?:ie)?|vol(?:ume)?|tome|cd|dvd|dis[ck]|disque|episodes?|ep|s)[ ._-]?(?:\d{1,4}|[ivx]{1,4})|\d{1,4}[ ._]?[-~][ ._]?\d{1,4}) *$/i;
const yearAlone = /^ *(?:19|20)\d\d *$/;
const anyYear = /(?<!\d)(?:19|20)\d\d(?!\d)/g;

/**
 * Quotes around a count and nothing else (`"Saison 2"`, `"2001-2005"`, the only year) become the brackets that the
 * grammars know; in front of a name they are its title.
 */
function boxCounts(text: string, folded: string): string {
  let boxed = folded;
  for (const { open, inner, close, end, isQuote } of readPairs(text).pairs) {
    const words = folded.slice(inner, close);
    const isCount = countAlone.test(words) || (yearAlone.test(words) && folded.match(anyYear)?.length === 1);
    if (!isQuote || open === 0 || !isCount) continue;
    const [left, right] = ['('.repeat(inner - open), ')'.repeat(end - close)];
    boxed = boxed.slice(0, open) + left + words + right + boxed.slice(end);
  }
  return boxed;
}
