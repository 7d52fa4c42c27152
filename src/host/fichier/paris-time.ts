import { hourMs } from '../../core/durations.ts';
/**
 * The host writes dates as French local time without a zone marker (facts/1fichier-api 1). The zone is worked out from the
 * EU rule, summer time from the last Sunday of March to the last Sunday of October, both at 01:00 UTC, so that nothing
 * depends on the time zone data of the machine. The rule is right from 1996 on; the host is younger.
 */

/**
 * Reads `YYYY-MM-DD HH:MM:SS` in French local time; milliseconds since the epoch, UTC.
 * An hour that happens twice in October means the earlier instant (summer time); an hour that March skips is read as
 * winter time, so 02:30 becomes what the clocks show as 03:30. Undefined for anything that is not such a date.
 */
export function parisToUtc(text: string): number | undefined {
  const match = /^\s*(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)\s*$/.exec(text);
  if (!match) return undefined;
  const year = Number(match[1]);
  const month = Number(match[2]);
  const day = Number(match[3]);
  const hour = Number(match[4]);
  const minute = Number(match[5]);
  const second = Number(match[6]);
  const local = Date.UTC(year, month - 1, day, hour, minute, second);
  // 31 February rolls over instead of failing, and years below 100 become 19xx: look at what came out.
  const read = new Date(local);
  const isSo =
    read.getUTCFullYear() === year && read.getUTCMonth() === month - 1 && read.getUTCDate() === day;
  if (!isSo || hour > 23 || minute > 59 || second > 59) return undefined;
  const asSummer = local - 2 * hourMs;
  return isSummerTime(asSummer) ? asSummer : local - hourMs;
}

/** Writes an instant (milliseconds since the epoch) as French local time, `YYYY-MM-DD HH:MM:SS`. */
export function utcToParis(ms: number): string {
  return format(ms + (isSummerTime(ms) ? 2 : 1) * hourMs);
}

function isSummerTime(ms: number): boolean {
  const year = new Date(ms).getUTCFullYear();
  return ms >= lastSunday(year, 2) && ms < lastSunday(year, 9);
}

/** 01:00 UTC on the last Sunday of a month that has 31 days. */
function lastSunday(year: number, month: number): number {
  const last = Date.UTC(year, month, 31, 1);
  return last - new Date(last).getUTCDay() * 24 * hourMs;
}

function format(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}
