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

/** Whether what stands before is no title yet: nothing, or an article alone (`The Final Cut`, `Le Web`). */
export function opensTitle(before: string): boolean {
  return opening.test(before);
}
const opening = /^(?:\[[^\]]{1,60}\][ ._]*)?(?:(?:the|an?|les?|la|l'?|une?|el|il|der|die|das)[ ._-]*)?$/i;

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
