import { francAll } from 'franc-min';
import { commonShare, latinLanguages, spokenWords } from './latin-languages.ts';

/** franc's names of languages, by the code that media servers read. */
const codes: Record<string, string> = {
  cmn: 'zh',
  deu: 'de',
  ell: 'el',
  eng: 'en',
  fra: 'fr',
  hun: 'hu',
  ind: 'id',
  ita: 'it',
  jpn: 'ja',
  kor: 'ko',
  nld: 'nl',
  pol: 'pl',
  por: 'pt',
  ron: 'ro',
  spa: 'es',
  swe: 'sv',
  tam: 'ta',
  tel: 'te',
  tha: 'th',
  tur: 'tr',
  vie: 'vi',
};

/** A script that one language alone is written in: a few words are enough. */
const oneLanguage = new Set(['el', 'ja', 'ko', 'ta', 'te', 'th', 'zh']);

/** franc looks at no more than its first 2048 characters. */
const sampleCharacters = 2000;
const fewestLetters = 60;
/** From here on franc's first guess is right by itself nearly always. */
const manyLetters = 400;

/**
 * The language of what is said, as a code of two letters; undefined unless it is sure, because a wrong one is worse for a
 * viewer than none. In Latin script franc and a count of common words must agree: franc alone takes Danish, which its small
 * set lacks, for Swedish or Dutch, and a text in two languages for either.
 */
export function spokenLanguage(subtitle: string): string | undefined {
  const text = sampleOf(spokenLines(subtitle));
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  if (letters < 12) return undefined;
  const latinLetters = text.match(/\p{sc=Latin}/gu)?.length ?? 0;
  // Two scripts at once: a text for two kinds of readers.
  if (latinLetters > letters * 0.15 && latinLetters < letters * 0.85) return undefined;
  const guesses = francAll(text, { minLength: 10 }).map(([name]) => codes[name] ?? name);
  const [first = 'und'] = guesses;
  if (oneLanguage.has(first)) return first;
  if (letters < fewestLetters) return undefined;
  if (latinLetters * 2 < letters) return byOwnLetters(text, letters);
  const counted = commonestWords(text);
  if (counted === undefined) return undefined;
  return guesses.slice(0, letters >= manyLetters ? 1 : 5).includes(counted) ? counted : undefined;
}

/**
 * Letters that one language alone of a script has, and that stand in every second sentence of it. franc is no help here:
 * it takes Russian dialogue for Bulgarian or Serbian.
 */
const ownLetters: readonly (readonly [language: string, own: RegExp, foreign: RegExp])[] = [
  ['ru', /[ыэ]/gi, /[іїєўђјљњћ]/i],
  ['uk', /[іїє]/gi, /[ыэўђјљњћ]/i],
  ['sr', /[ђјљњћ]/gi, /[ыэіїєў]/i],
  ['bg', /ъ/gi, /[ыэіїєўђјљњћ]/i],
  ['fa', /[پچژگ]/g, /[ٹڈےىة]/],
  ['ar', /[ةىأإ]/g, /[پچژگٹڈے]/],
  ['he', /[א-ת]/g, /[^\p{sc=Hebrew}\P{L}]/u],
];

function byOwnLetters(text: string, letters: number): string | undefined {
  const found = ownLetters.filter(
    ([, own, foreign]) => !foreign.test(text) && (text.match(own)?.length ?? 0) * 100 >= letters,
  );
  return found.length === 1 ? found[0]?.[0] : undefined;
}

/** The language whose common words make up much of the text, and far more of it than any other's. */
function commonestWords(text: string): string | undefined {
  const words = spokenWords(text);
  const shares = [...latinLanguages]
    .map(([code, language]) => ({ code, share: commonShare(words, language) }))
    .sort((a, b) => b.share - a.share);
  const [best, second] = shares;
  if (!best || !second || best.share < 0.22 || best.share * words.length < 5) return undefined;
  return best.share > second.share * 1.3 ? best.code : undefined;
}

/** What is said, a line each, without times, numbers and markup. */
export function spokenLines(subtitle: string): string[] {
  const isAss = /^\[(?:Script Info|V4\+? Styles|Events)\]/im.test(subtitle);
  const lines: string[] = [];
  for (const raw of subtitle.split('\n')) {
    const line = isAss ? dialogueOf(raw) : raw;
    const said = line
      .replace(/\{[^{}]*\}|<[^<>]*>|^\[\d+\]\[\d+\]/g, ' ')
      .replace(/\\[Nnh]|&nbsp;|\|/g, ' ')
      .trim();
    if (said === '' || /-->|^\d+$|^(?:WEBVTT|NOTE|STYLE|REGION|Kind:|Language:)|https?:|www\./i.test(said))
      continue;
    if (/^[\d:.,;\s]+$/.test(said)) continue;
    lines.push(said);
  }
  return lines;
}

/** The tenth field of a `Dialogue:` line; commas in it are its own. */
function dialogueOf(line: string): string {
  return /^Dialogue:(?:[^,]*,){9}(.*)$/.exec(line)?.[1] ?? '';
}

/** Lines from all over the text: the first ones are often the names of who made it. */
function sampleOf(lines: readonly string[]): string {
  const all = lines.join('\n');
  if (all.length <= sampleCharacters) return all;
  const step = all.length / sampleCharacters;
  const chosen: string[] = [];
  let owed = 0;
  for (const line of lines) {
    owed += line.length / step;
    if (owed < line.length) continue;
    chosen.push(line);
    owed -= line.length;
  }
  return chosen.join('\n');
}
