import { analyse } from 'chardet';
import iconv from 'iconv-lite';
import { commonShare, latinLanguages, spokenWords } from './latin-languages.ts';
import { scriptEncodings } from './other-scripts.ts';

export interface ReadText {
  /** Without a byte order mark, lines ended by `\n`. */
  text: string;
  /** As iconv-lite calls it. */
  encoding: string;
}

/** Enough to be sure of an encoding; players wait while a longer one is weighed. */
const sampleBytes = 12 * 1024;

/**
 * Bytes of a text in whatever encoding. undefined = no text: zeros where no wide encoding has them, or control characters.
 * Lines end with `\n` alone afterwards, because some old files hold `\r\r\n`, which many players show as an empty cue.
 * chardet by itself takes short French texts for Central European, Turkish or Chinese; so the words and letters of each
 * language decide, and its opinion only between equals.
 * @param language what the file's name says, which tips the scales where the text is short
 */
export function readText(bytes: Uint8Array, language?: string): ReadText | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const encoding = encodingOf(buffer, language);
  if (encoding === undefined) return undefined;
  const text = withoutPadding(iconv.decode(buffer, encoding))
    .replace(/^\ufeff+/, '')
    .replace(/\r+\n?/g, (ends) => (ends.endsWith('\n') ? '\n' : '\n'.repeat(ends.length)));
  const controls = text.match(controlCharacters)?.length ?? 0;
  return controls * 200 > text.length ? undefined : { text, encoding };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const controlCharacters = /[\0-\x08\x0e-\x1a\x1c-\x1f]/g;

/** DOS ended texts with ^Z, and some programs fill a last block with zeros. */
function withoutPadding(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === '\0' || text[end - 1] === '\x1a')) end--;
  return text.slice(0, end);
}

function encodingOf(buffer: Buffer, language: string | undefined): string | undefined {
  const [a, b, c] = buffer;
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8';
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  const wide = wideEncoding(buffer);
  if (wide) return wide;
  if (isUtf8(buffer)) return 'utf-8';
  const sample = telling(buffer);
  return otherScript(sample, language) ?? latin(sample, language);
}

/** UTF-16 without its mark: digits, spaces and ends of lines make every second byte of many a zero. */
function wideEncoding(buffer: Buffer): string | undefined {
  const zeros = [0, 0];
  const end = Math.min(buffer.length & ~1, 8192);
  for (let at = 0; at < end; at++) if (buffer[at] === 0) zeros[at & 1] = (zeros[at & 1] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  const enough = end / 2 / 10;
  if (odd > enough && even * 20 <= odd) return 'utf-16le';
  if (even > enough && odd * 20 <= even) return 'utf-16be';
  return undefined;
}

/** A text that is UTF-8 but for a few broken places stays UTF-8: no other reading would be better. */
function isUtf8(buffer: Buffer): boolean {
  const text = buffer.toString('utf8');
  const other = text.match(/[^\0-\x7f]/gu)?.length ?? 0;
  const broken = text.match(/\ufffd/g)?.length ?? 0;
  return broken * 5 <= other;
}

/** The lines that hold more than ASCII, up to a bound; in every candidate `\n` is no part of another character. */
function telling(buffer: Buffer): Buffer {
  const lines: Buffer[] = [];
  let size = 0;
  for (let start = 0; start < buffer.length && size < sampleBytes; ) {
    let end = buffer.indexOf(0x0a, start);
    if (end < 0) end = buffer.length;
    const line = buffer.subarray(start, end + 1);
    if (line.some((byte) => byte > 0x7f)) {
      lines.push(line.subarray(0, sampleBytes));
      size += Math.min(line.length, sampleBytes);
    }
    start = end + 1;
  }
  return Buffer.concat(lines);
}

const scriptOfLanguage: Record<string, readonly string[]> = {
  ru: ['windows-1251', 'koi8-r'],
  uk: ['windows-1251'],
  bg: ['windows-1251'],
  sr: ['windows-1251'],
  el: ['windows-1253'],
  ar: ['windows-1256'],
  fa: ['windows-1256'],
  he: ['windows-1255'],
  th: ['windows-874'],
  ja: ['shift_jis', 'euc-jp'],
  zh: ['gb18030', 'big5'],
  ko: ['euc-kr'],
};

function otherScript(sample: Buffer, language: string | undefined): string | undefined {
  const opinions = new Map(analyse(sample).map(({ name, confidence }) => [name.toLowerCase(), confidence]));
  let best: { encoding: string; score: number } | undefined;
  for (const { encoding, script, common, usual, wide } of scriptEncodings) {
    const text = iconv.decode(sample, encoding);
    const other = [...text].filter((char) => char > '\x7f');
    const hits = other.filter((char) => common.has(char)).length;
    const inScript = other.filter((char) => script.test(char) || common.has(char)).length;
    const broken = other.filter((char) => char === '\ufffd').length;
    if (broken * 50 > other.length || inScript < other.length * (wide ? 0.5 : 0.75)) continue;
    if (hits < (wide ? 2 : 3) || (!wide && !standsAlone(text, script, inScript))) continue;
    const score =
      hits / other.length / usual +
      (opinions.get(encoding) ?? 0) / 250 +
      (language !== undefined && scriptOfLanguage[language]?.includes(encoding) ? 0.4 : 0);
    if (score > 0.55 && score > (best?.score ?? 0)) best = { encoding, score };
  }
  return best?.encoding;
}

/**
 * Whether this script's letters make words of their own. French read as Cyrillic has single letters inside Latin words, and
 * its `à` stands alone between them.
 */
function standsAlone(text: string, script: RegExp, inScript: number): boolean {
  const latinLetters = text.match(/[a-z]/gi)?.length ?? 0;
  const mixed = new RegExp(`[a-z]${script.source}|${script.source}[a-z]`, 'giu');
  const runs = text.match(new RegExp(`${script.source}+`, 'gu'))?.length ?? 0;
  return inScript >= latinLetters && inScript >= runs * 2 && (text.match(mixed)?.length ?? 0) * 20 < inScript;
}

/** Of the encodings of one byte for Latin letters the one in which the text is most like a language; most often Western. */
function latin(sample: Buffer, language: string | undefined): string {
  let best = { encoding: 'windows-1252', score: Number.NEGATIVE_INFINITY };
  const readings = new Map<string, { text: string; words: string[] }>();
  for (const [code, one] of latinLanguages) {
    for (const [rank, encoding] of one.encodings.entries()) {
      let reading = readings.get(encoding);
      if (!reading) {
        const text = iconv.decode(sample, encoding);
        reading = { text, words: spokenWords(text) };
        readings.set(encoding, reading);
      }
      const score =
        Math.min(0.6, commonShare(reading.words, one)) +
        fitness(reading.text, one.letters) / 2 +
        (code === language?.slice(0, 2) ? 0.3 : 0) -
        rank * 0.001 +
        (encoding === 'windows-1252' ? 0.03 : 0);
      if (score > best.score) best = { encoding, score };
    }
  }
  return best.encoding;
}

const signs = new Set('«»‹›“”„‘’‚…–—°€£§¿¡©®™ªº²³·•\u00a0\u00ad');

/** 1 = every character beside ASCII belongs to the language; each that does not weighs three. */
function fitness(text: string, letters: string): number {
  let inside = 0;
  let outside = 0;
  for (const [char] of text.matchAll(/[^\0-\x7f]/gu)) {
    if (letters.includes(char) || letters.includes(char.toLowerCase())) inside++;
    else if (!signs.has(char)) outside++;
  }
  return inside + outside === 0 ? 1 : (inside - 3 * outside) / (inside + outside);
}
