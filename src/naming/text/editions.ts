import type { CleanName } from './clean.ts';
import { hasQuotes, readPairs } from './paired-marks.ts';
import { tidyTitle } from './title-ends.ts';
import { opensTitle } from './titles.ts';

const editions: readonly (readonly [RegExp, string])[] = [
  [/version[ ._-]longue/i, 'Version longue'],
  [/version[ ._-]integrale/i, 'Version intégrale'],
  [/special[ ._]edition/i, 'Special Edition'],
  [/ultimate[ ._](?:cut|edition)/i, 'Ultimate Cut'],
  [/director'?[ ._-]?s?[ ._-]cut/i, "Director's Cut"],
  [/final[ ._-]cut/i, 'Final Cut'],
];

/** The edition that a folded name says in words of our own, behind those that the library knows. */
export function readEdition(folded: string): string | undefined {
  // Plex's own form (facts/media-servers 2.5).
  const plex = /\{edition-([^{}]{1,60})\}/i.exec(folded)?.[1];
  return plex ?? editions.find(([pattern]) => pattern.test(folded))?.[1];
}

/** The words of an edition in English, one to four of them in front of `cut`, `edition` or `version`. */
export const editionWord =
  "(?:extended|theatrical|ultimate|special|despecialized|final|definitive|unrated|uncut|anniversary|limited|deluxe|integral|collector'?[ ._]?s?|director'?[ ._]?s?|producer'?[ ._]?s?|(?:richard[ ._])?donner|roadshow|workprint|criterion|international|alternat(?:e|ive)|original|imax|snyder|rogue|assembly)";

/** What is an edition or a version in French, Spanish, Italian, Portuguese, German and Dutch, wherever it stands behind a title. */
export const editionInWords = [
  'version[ ._-](?:longue|integrale|cinema|restauree|remasterisee|etendue|inedite|courte|non[ ._]censuree)|edition[ ._-](?:speciale|collector|integrale|limitee|prestige|ultime|(?:\\d{1,3}e?(?:me)?[ ._-])?anniversaire)|version[ei]?[ ._]director.?s?[ ._]cut|montage[ ._]du[ ._]realisateur',
  'version[ ._](?:extendida|restaurada|remasterizada|integra|sin[ ._](?:censura|cortes)|del[ ._]director)|edicion[ ._](?:especial|extendida|coleccionista|de[ ._]coleccion(?:ista)?|limitada|definitiva|remasterizada)|montaje[ ._]del[ ._]director',
  'versione[ ._](?:estesa|integrale|restaurata|lunga|cinematografica|rimasterizzata|del[ ._]regista)|edizione[ ._](?:speciale|estesa|integrale|restaurata|limitata|da[ ._]collezione)',
  'versao[ ._](?:estendida|integral|restaurada|remasterizada|sem[ ._]cortes|do[ ._](?:diretor|realizador))|edicao[ ._](?:especial|estendida|limitada|de[ ._]colecionador)',
  '(?:kino|lang|ungekue?rzte[ ._-]?|ungeschnittene[ ._-]?|erweiterte[ ._-]?|restaurierte[ ._-]?)fassung|(?:ungekue?rzte|ungeschnittene|erweiterte|restaurierte)[ ._]version|(?:sonder|sammler)[ ._-]?edition',
  'black[ ._](?:and|&)[ ._]chrome(?:[ ._]edition)?',
  '(?<=[([])(?:uncut|unrated|extended|theatrical|remastered|restored|redux|integrale|unzensiert|ungekurzt|sin[ ._]censura|ao[ ._]vivo)(?=[)\\]])',
  '(?:lange|verlengde|uitgebreide|gerestaureerde|ongecensureerde)[ ._]versie|speciale[ ._]editie',
].join('|');

const frenchWord = "(?:[a-z\\d][a-z\\d']*[ ._-]*)";
/** What is an edition wherever it stands apart; among the words of a title it may be one of them. */
const wholeEdition = new RegExp(
  `^(?:the[ ._]|la[ ._]|l')?(?:${[
    `(?:(?:\\d{1,3}(?:st|nd|rd|th)|4k|3d|hd|new|super|director'?s|${editionWord})[ ._-]+){1,4}(?:cut|edition|version)`,
    `(?:version|edition|montage|copie)[ ._-]+${frenchWord}{1,5}`,
    "extended|uncut|unrated|redux|director'?s cut|theatrical|imax|criterion|collector|steelbook|despecialized|open[ ._-]matte",
    '(?:4k[ ._-]+)?(?:restored|remastered|remasterisee?|restauree?)(?:[ ._-]+(?:en[ ._-]+)?4k)?',
    '(?:non|sans)[ ._-]+censuree?|inedite?',
  ].join('|')})$`,
  'i',
);
/** A version by its language is no edition, nor is all of a series; nor is either a word of the title. */
const otherWords =
  /^(?:l')?integrale$|^(?:la[ ._])?version[ ._-]+(?:francaise|originale|anglaise|quebecoise|sous[ ._-]?titree|doublee|vf|vo|multi)/i;

/**
 * An edition that quotes set apart behind a title (`Film "Montage du réalisateur" 1979`), by the words in them.
 * `at` is the index of its opening mark; no `edition` where it is something else that ends a title.
 * @param start what stands in front of it is not looked at
 */
export function quotedEdition(
  { text, folded }: Pick<CleanName, 'text' | 'folded'>,
  start = 0,
): { at: number; edition?: string } | undefined {
  if (!hasQuotes(text)) return undefined;
  for (const { open, inner, close, isQuote } of readPairs(text).pairs) {
    if (open < start || !isQuote || opensTitle(folded.slice(0, open))) continue;
    const words = folded.slice(inner, close).replace(/_/g, ' ').trim();
    if (otherWords.test(words)) return { at: open };
    if (wholeEdition.test(words))
      return { at: open, edition: readEdition(words) ?? inSentence(text.slice(inner, close)) };
  }
  return undefined;
}

function inSentence(words: string): string {
  const tidy = tidyTitle(words);
  return tidy.charAt(0).toUpperCase() + tidy.slice(1);
}
