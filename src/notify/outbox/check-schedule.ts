import { hourMs, minuteMs, secondMs } from '../../core/durations.ts';

/**
 * After telling, and after each check in vain: Jellyfin waits a minute of its own before it looks at a folder, and a
 * large scan may stand before it. After the last one a folder is given up.
 */
export const checkPausesMs: readonly number[] = [
  90 * secondMs,
  90 * secondMs,
  3 * minuteMs,
  10 * minuteMs,
  45 * minuteMs,
  5 * hourMs,
  ...new Array<number>(6).fill(24 * hourMs),
];

/** What is done about a folder that a server does not show after so many checks. */
export type NextStep = 'tell' | 'scan' | 'give up';

/** Telling again twice, folder by folder; then its whole library is looked through. @param checks this one too */
export function stepAfter(checks: number): NextStep {
  if (checks >= checkPausesMs.length) return 'give up';
  return checks <= 2 ? 'tell' : 'scan';
}

/** From this check on, a folder that is not there is worth a warning. */
export const lateAfterChecks = 3;

/** No more folders than this are told again one by one: of more, those above them. */
export const maxToldAgain = 20;

/** The STRM files of a folder, and what a server shows of it. */
export interface FolderNames {
  /** The name of the title's folder: `<title>` of `Movies/<title>` and `Shows/<title>`. */
  title: string;
  /** True for the title's own folder, which is one film with all its versions. */
  isTitle: boolean;
  /** Names of the STRM files in the folder that is looked for. */
  expected: readonly string[];
  /** Names of the videos that the server shows in this folder. */
  shown: readonly string[];
}

/** @returns those of `expected` that no item stands for: a version hides behind the one with the same beginning */
export function missingNames({ title, isTitle, expected, shown }: FolderNames): string[] {
  if (shown.length === 0) return [...expected];
  if (isTitle) return [];
  const least = title.replace(/ [[{].*$/, '').length;
  const known = new Set(shown.flatMap((name) => beginnings(name, least)));
  return expected.filter((name) => !beginnings(name, least).some((beginning) => known.has(beginning)));
}

/** `Show (2001) S01E01 - 1080p.strm` stands for `Show (2001) S01E01` too; what is shorter than the title is no name. */
function beginnings(name: string, least: number): string[] {
  const stem = name.replace(/\.[^.]*$/, '').normalize('NFC');
  const cut = stem.lastIndexOf(' - ');
  return cut > least ? [stem, stem.slice(0, cut)] : [stem];
}
