import { countInWords, readCount } from '../text/ordinals.ts';
import { extraFolder } from './extras.ts';
import { readFolder } from './folders.ts';
import { discWord, numberWord, readSection } from './sections.ts';

/** What numbers a disc in the name of its folder; sizes of discs (`DVD9`, `BD50`) are none. */
const discNumber = new RegExp(
  `^(.*?)(?<![ ._([-])[ ._([-]*(?<![a-z])(?:${discWord}[ ._-]*${numberWord}(\\d{1,2}|[a-d](?![a-z])|${countInWords})|(?:cd|dvd|bd|blu-?ray)[ ._-]*${numberWord}([1-4])|d[ ._-]?(0?\\d))(?![a-z\\d])[)\\]]?(.*)$`,
  'i',
);
/** Right above the clips a number alone is a disc's. */
const numberAlone = /^\d$/;

/**
 * The folders above a clip with the disc's number in a folder of its own: `Heat (1995)/Heat Disc 2/BDMV` is disc 2 of
 * what `Heat (1995)` names, and `Friends S01 D2/VIDEO_TS` one of `Friends S01`.
 */
export function splitDiscFolder(ancestors: readonly string[]): string[] {
  const at = ancestors.findLastIndex((name) => /^(?:bdmv|video_ts)$/i.test(name)) - 1;
  const name = ancestors[at];
  if (name === undefined || extraFolder(name, true) !== undefined) return [...ancestors];
  const around = ancestors[at - 1];
  if (numberAlone.test(name) && around !== undefined && readFolder(around).year !== undefined)
    return [...ancestors.slice(0, at), `Disc ${name}`, ...ancestors.slice(at + 1)];
  const found = discNumber.exec(name);
  if (!found) return [...ancestors];
  const [, stem = '', word, short, letter, rest = ''] = found;
  const disc = `Disc ${toNumber((word ?? short ?? letter) as string)}`;
  const key = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');
  const isInTitle =
    stem === '' ||
    (around !== undefined && (key(around).startsWith(key(stem)) || readFolder(stem).kind === 'category'));
  const title = isInTitle ? [] : [`${stem}${rest}`];
  return [...ancestors.slice(0, at), ...title, disc, ...ancestors.slice(at + 1)];
}

/** A disc's number lies at most two folders above its clips (`Disc 1/BDMV/STREAM`). */
const foldersOfDisc = 3;

/** Whether one of the folders right above a file numbers a disc (`CD1`, `Disque 2/BDMV/STREAM`). */
export function liesInDisc(path: string): boolean {
  const ancestors = path.split('/').slice(0, -1);
  return ancestors
    .slice(-foldersOfDisc)
    .some((name) => readSection(name)?.disc !== undefined || discNumber.test(name));
}

function toNumber(which: string): number {
  return /^[a-d]$/i.test(which) ? which.toLowerCase().charCodeAt(0) - 96 : readCount(which);
}
