import { english, type PageTexts } from './texts-en.ts';
import { french } from './texts-fr.ts';

const language = document.documentElement.lang === 'fr' ? 'fr' : 'en';

export const isFrench = language === 'fr';

/** What the page says, in the language in which it was sent. */
export const words: PageTexts = language === 'fr' ? french : english;

/** Days and times as the browser's country writes them; English that is spoken nowhere there is that of most countries. */
const locale =
  navigator.languages.find((one) => one.split('-')[0] === language) ?? (isFrench ? 'fr' : 'en-GB');

const compact = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
const clockTime = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' });
const clockSecond = new Intl.DateTimeFormat(locale, { timeStyle: 'medium' });
const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });

/** `1,4 Go`: as other programs of this language count them. */
export function bytes(count: number): string {
  const units = words.byteUnits;
  const step = count <= 0 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(count) / 3));
  return `${compact.format(count / 1000 ** step)} ${units[step]}`;
}

export function day(at: number): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium' }).format(at);
}

/** A day of the calendar, `2099-12-31`, which is the same day wherever it is read. */
export function calendarDay(isoDay: string): string {
  const at = Date.parse(`${isoDay}T00:00:00Z`);
  return Number.isNaN(at)
    ? isoDay
    : new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' }).format(at);
}

/** A text of the server with each time in it as it is where the browser is. */
export function timesHere(text: string): string {
  return text.replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?Z/g, (time) =>
    Number.isNaN(Date.parse(time)) ? time : timeText(Date.parse(time)),
  );
}

const whole = new Intl.NumberFormat(locale);
const moment = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });

export function numberText(count: number): string {
  return whole.format(count);
}

/** A day with its time. */
export function timeText(at: number): string {
  return Number.isNaN(at) ? '' : moment.format(at);
}

export function timeOfSecond(at: number): string {
  return clockSecond.format(at);
}

export function timeOfDay(at: number): string {
  return clockTime.format(at);
}

/** `2 h 41 min`; what is shorter than a minute in seconds. */
export function duration(ms: number): string {
  const minutes = Math.round(ms / minuteMs);
  if (minutes === 0) return `${Math.round(ms / 1000)} s`;
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const minuteMs = 60 * 1000;
const steps = [
  ['day', 24 * 60 * minuteMs],
  ['hour', 60 * minuteMs],
  ['minute', minuteMs],
] as const;

/** `3 hours ago`; behind a month the day itself. */
export function ago(at: number, now = Date.now()): string {
  const ms = at - now;
  if (Math.abs(ms) > 30 * 24 * 60 * minuteMs) return day(at);
  for (const [unit, size] of steps)
    if (Math.abs(ms) >= size) return relative.format(Math.round(ms / size), unit);
  return words.justNow;
}
