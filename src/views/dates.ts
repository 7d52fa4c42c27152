import { dayMs, minuteMs } from '../core/durations.ts';

interface Day {
  day: number;
  /** `Mon, 23 Nov 2026` */
  http: string;
  /** `2026-11-23` */
  iso: string;
  /** `23-Nov-2026` */
  nginx: string;
}

/** The last days that were asked for: a listing has thousands of dates, and to spell a day takes longest. */
const days = new Map<number, Day>();
const daysKept = 2000;

function dayOf(ms: number): Day {
  const day = Math.floor(ms / dayMs);
  let known = days.get(day);
  if (!known) {
    const date = new Date(day * dayMs);
    const http = date.toUTCString().slice(0, 16);
    const [, number, month, year] = http.split(' ');
    known = { day, http, iso: date.toISOString().slice(0, 10), nginx: `${number}-${month}-${year}` };
    if (days.size >= daysKept) days.clear();
    days.set(day, known);
  }
  return known;
}

const two = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));

function minutesOf(ms: number, day: number): string {
  const minutes = Math.floor((ms - day * dayMs) / minuteMs);
  return `${two[Math.floor(minutes / 60)]}:${two[minutes % 60]}`;
}

function secondsOf(ms: number, day: number): string {
  return `${minutesOf(ms, day)}:${two[Math.floor((ms - day * dayMs) / 1000) % 60]}`;
}

/** `Mon, 23 Nov 2026 20:26:05 GMT` (RFC 9110 section 5.6.7). @param ms milliseconds UTC, years 1 to 9999 */
export function httpDate(ms: number): string {
  const { day, http } = dayOf(ms);
  return `${http} ${secondsOf(ms, day)} GMT`;
}

/** `2026-11-23T20:26:05Z` (RFC 4918 section 15.1). */
export function isoDate(ms: number): string {
  const { day, iso } = dayOf(ms);
  return `${iso}T${secondsOf(ms, day)}Z`;
}

/** nginx's form, UTC: `23-Nov-2026 20:26`. */
export function nginxDate(ms: number): string {
  const { day, nginx } = dayOf(ms);
  return `${nginx} ${minutesOf(ms, day)}`;
}
