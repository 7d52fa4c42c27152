import { foldAccents } from './clean.ts';

/** For comparing: without accents, case, punctuation and spaces; `&` is `and`. */
export function sameTitleKey(title: string): string {
  if (/^[\x20-\x7e]*$/.test(title)) {
    return title
      .toLowerCase()
      .replaceAll('&', 'and')
      .replace(/[^a-z0-9]+/g, '');
  }
  return foldAccents(title.replace(/[\u0152\u0153]/g, 'oe').replace(/[\u00c6\u00e6]/g, 'ae'))
    .toLowerCase()
    .replaceAll('&', 'and')
    .replace(/[^\p{L}\p{N}]+/gu, '');
}

/**
 * Turns a piece of a file name into a title: dots and underscores that stand for spaces become spaces, real ones
 * (`Mr. Robot`, `E.T.`, `Il était une fois... la vie`) stay; separators and lone brackets at the ends go.
 */
export function tidyTitle(raw: string): string {
  let title = raw.replaceAll('_', ' ');
  const dotted = !title.trim().includes(' ');
  title = title.replace(/(?<![\p{L}\p{N}])(?:\p{L}\.){2,}/gu, (word) => word.replaceAll('.', '\ue000'));
  title = dotted
    ? title.replace(/\.+/g, ' ')
    : title.replace(/(?<=[^\s.])\.(?=[^\s.])/g, (_dot, at: number, all: string) =>
        /\d/.test(all[at - 1] ?? '') && /\d/.test(all[at + 1] ?? '') ? '.' : ' ',
      );
  title = title.replace(/(\p{L})\ue000(?=[\p{L}\p{N}])/gu, '$1.').replaceAll('\ue000', '. ');
  title = title
    .replace(/\[[^\]]*\]|\{[^}]*\}/g, ' ')
    .replace(/\(\s*\)/g, ' ')
    .replace(/(?<=\S\s*)\[[^\]]*$/, '');
  return trimSeparators(title.replace(/\s+/g, ' '));
}

function trimSeparators(title: string): string {
  let end = title.length;
  let start = 0;
  while (start < end && ' -_.,;:+~)]}|/\\'.includes(title[start] as string)) start++;
  while (end > start && isLoose(title, start, end)) end--;
  const trimmed = title.slice(start, end);
  return trimmed.split('(').length > trimmed.split(')').length
    ? trimmed.replace(/\([^()]*$/, '').trim()
    : trimmed;
}

function isLoose(title: string, start: number, end: number): boolean {
  const last = title[end - 1] as string;
  if (last === '.') return !/(?:\p{L}\.\s?\p{L}|\.\.)\.$/u.test(title.slice(start, end));
  return ' -_,;:+~([{|/\\'.includes(last);
}

/**
 * Where `title` (as a parser gives it, separators changed) stands in `text`: letters and digits are compared, anything
 * else is skipped.
 */
export function findTitle(text: string, title: string): { start: number; end: number } | undefined {
  const wanted = title.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');
  if (!wanted) return undefined;
  const lower = text.toLowerCase();
  if (lower.length !== text.length) return undefined;
  for (
    let start = lower.indexOf(wanted[0] as string);
    start >= 0;
    start = lower.indexOf(wanted[0] as string, start + 1)
  ) {
    let at = 0;
    let i = start;
    for (; i < lower.length && at < wanted.length; i++) {
      if (lower[i] === wanted[at]) at++;
      else if (/[\p{L}\p{N}]/u.test(lower[i] as string)) break;
    }
    if (at === wanted.length) return { start, end: i };
  }
  return undefined;
}
