/** Roman numbers as seasons are counted by them: `Livre I` to `Livre XX`. No letter may follow. */
const roman = '(?:x{0,2}(?:ix|iv|v?i{1,3}|v)|x{1,2})(?![a-z0-9])';
const counts = [
  'un une one uno una um uma eins',
  'deux two dos due dois duas zwei twee',
  'trois three tres tre drei drie',
  'quatre four cuatro quattro quatro vier',
  'cinq five cinco cinque funf vijf',
  'six seis sei sechs zes',
  'sept seven',
  'huit eight',
  'neuf nine',
  'dix ten',
].map((line) => line.split(' '));
const ranks = [
  'premier premiere first primera prima primeira erste eerste',
  'deuxieme second seconde segunda seconda zweite tweede',
  'troisieme third tercera terza terceira dritte derde',
  'quatrieme fourth cuarta quarta vierte vierde',
  'cinquieme fifth quinta funfte vijfde',
  'sixieme sixth sexta sesta sechste zesde',
  'septieme seventh septima settima setima siebte zevende',
  'huitieme eighth octava ottava oitava achte achtste',
  'neuvieme ninth novena nona neunte negende',
  'dixieme tenth decima zehnte tiende',
].map((line) => line.split(' '));
const words = new Map(
  [counts, ranks].flatMap((list) =>
    list.flatMap((line, i) => line.map((word) => [word, i + 1] as [string, number])),
  ),
);

/** A count that follows its word, for a pattern: `II`, `trois`. Digits are left to the pattern, which knows how many. */
export const countInWords = `(?:${roman}|(?:${[...words.keys()].join('|')})(?![a-z0-9]))`;
/** A count that stands before its word: `premiere`, `third`. */
export const rankInWords = `(?:${ranks.flat().join('|')})`;

/** The number that digits, a Roman number or a folded word stand for; NaN when it is none of them. */
export function readCount(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  const key = text.toLowerCase();
  return words.get(key) ?? (/^[ivx]+$/.test(key) ? readRoman(key) : Number.NaN);
}

function readRoman(text: string): number {
  const values = [...text].map((letter) => ({ i: 1, v: 5, x: 10 })[letter] as number);
  return values.reduce((sum, value, i) => sum + (value < (values[i + 1] ?? 0) ? -value : value), 0);
}

const hanDigits = '\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d\u5341';

/** The number that one Chinese sign or digits stand for. */
export function hanCount(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : hanDigits.indexOf(text) + 1;
}
