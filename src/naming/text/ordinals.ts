/** Roman numbers as seasons are counted by them: `Livre I` to `Livre XX`. No letter may follow. */
const roman = '(?:x{0,2}(?:ix|iv|v?i{1,3}|v)|x{1,2})(?![a-z0-9])';
const words = new Map(
  [
    'un une one premier premiere first',
    'deux two deuxieme second seconde',
    'trois three troisieme third',
    'quatre four quatrieme fourth',
    'cinq five cinquieme fifth',
    'six sixieme sixth',
    'sept seven septieme seventh',
    'huit eight huitieme eighth',
    'neuf nine neuvieme ninth',
    'dix ten dixieme tenth',
  ].flatMap((line, i) => line.split(' ').map((word) => [word, i + 1] as [string, number])),
);

/** A count that follows its word, for a pattern: `II`, `trois`. Digits are left to the pattern, which knows how many. */
export const countInWords = `(?:${roman}|(?:${[...words.keys()].join('|')})(?![a-z0-9]))`;
/** A count that stands before its word: `premiere`, `third`. */
export const rankInWords = `(?:${[...words.keys()].filter((word) => /(?:eme|ere|ier|de?|st|th|rd)$/.test(word)).join('|')})`;

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
