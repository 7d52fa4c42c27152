import type { Expected } from '../../fixtures/score.ts';
import type { Cast } from './cast.ts';
import type { LanguageCode } from './language.ts';

export interface MadeFile {
  path: string;
  expect: Expected;
  sizeBytes?: number;
  /** What it was put together of, where that was drawn piece by piece. */
  pieces?: readonly string[];
}

/** One way to write names, in every language: right or wrong as a whole. */
export interface Form {
  name: string;
  style: 'scene' | 'p2p' | 'ddl' | 'home' | 'anime' | 'mix';
  /** The languages in which it is used; all when absent. */
  only?: readonly LanguageCode[];
  /** It can be told from others by its titles alone: plain ones. */
  plain?: boolean;
  /** Several files are those of one folder, read together. */
  make(cast: Cast): MadeFile | MadeFile[];
}

/** As releases write a title: no accents, no signs, dots for spaces. */
export function dots(text: string): string {
  return words(text).join('.');
}

export function underlines(text: string): string {
  return words(text).join('_');
}

function words(text: string): string[] {
  return text
    .replaceAll('&', 'and')
    .replaceAll('ß', 'ss')
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\p{L}\p{N}-]+/gu, ' ')
    .trim()
    .split(' ');
}

/** What may stand in a folder's name everywhere. */
export function plainName(text: string): string {
  return text.replace(/[?:"¿]/g, '').trim();
}

/** Words of a release that stand between dots; none is left out without its dot. */
export function joinDots(...parts: (string | number)[]): string {
  return parts.filter((part) => part !== '').join('.');
}

/** `05` */
export function two(number: number): string {
  return String(number).padStart(2, '0');
}

export function film({ title, year }: Cast, more: Expected = {}): Expected {
  return { type: 'movie', title: titlesOf(title), year, ...more };
}

/** @param more among others season and episodes; those of the cast when absent */
export function episode({ title, season, episode: number }: Cast, more: Expected = {}): Expected {
  return { type: 'tv', title: titlesOf(title), season, episodes: [number], ...more };
}

/** Dots make `ß` two letters; everything else compares alike. */
export function titlesOf(title: string): string[] {
  return [...new Set([title, title.replaceAll('ß', 'ss')])];
}

/** `S02E05` */
export function code({ season, episode: number }: Cast): string {
  return `S${two(season)}E${two(number)}`;
}
