/** Letters that stand alone and are written as two by who has no such key; Unicode takes none of them apart. */
const asTwo: Readonly<Record<string, string>> = {
  ß: 'ss',
  œ: 'oe',
  æ: 'ae',
  ø: 'o',
  đ: 'd',
  ł: 'l',
  ð: 'd',
  þ: 'th',
};
const aloneLetters = /[ßœæøđłðþ]/g;

/** Small letters without accents, and nothing but letters, digits and single spaces: `L'Été à Œuvres` -> `l ete a oeuvres`. */
export function foldedText(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(aloneLetters, (letter) => asTwo[letter] ?? letter)
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

const maxWords = 10;
const maxWordLength = 60;

/** What somebody types, as words of the index; each may be the beginning of one. */
export function wordsOfQuery(query: string): string[] {
  const words = foldedText(query.slice(0, 500)).split(' ').filter(Boolean);
  return words.slice(0, maxWords).map((word) => word.slice(0, maxWordLength));
}
