/** Formatters are costly to make: one for each form and zone. */
const formatters = new Map<string, Intl.DateTimeFormat>();

type Fields = Intl.DateTimeFormatOptions;

const day: Fields = { year: 'numeric', month: '2-digit', day: '2-digit' };
const minute: Fields = { ...day, hour: '2-digit', minute: '2-digit' };

/** `2026-11-28 19:23` where the person is. @param zone IANA name; the machine's when absent */
export function localMinute(at: number, zone?: string): string {
  return format('minute', minute, at, zone);
}

/** `2026-11-28 19:23:38` where the person is. */
export function localSecond(at: number, zone?: string): string {
  return format('second', { ...minute, second: '2-digit' }, at, zone);
}

/** `2026-11-28` where the person is. */
export function localDay(at: number, zone?: string): string {
  return format('day', day, at, zone);
}

/** The zone of local times as a person knows it: `Europe/Vienna`, `UTC`. */
export function zoneName(zone?: string): string {
  return new Intl.DateTimeFormat('sv-SE', zoned(zone)).resolvedOptions().timeZone;
}

/** A text for people with each ISO 8601 time in it as it is where they are. */
export function withLocalTimes(text: string, zone?: string): string {
  return text.replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z/g, (time) =>
    localMinute(Date.parse(time), zone),
  );
}

/** A time for a person: `40 s`, `12 min`, `3 h 05 min`, `2 days`. @param ms milliseconds */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
  return `${Math.round(minutes / 1440)} days`;
}

/** Swedish writes times as ISO 8601 does. */
function format(name: string, fields: Fields, at: number, zone: string | undefined): string {
  const key = `${name} ${zone ?? ''}`;
  let formatter = formatters.get(key);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('sv-SE', { ...fields, ...zoned(zone) });
    formatters.set(key, formatter);
  }
  return Number.isFinite(at) ? formatter.format(at) : 'at an unknown time';
}

function zoned(timeZone: string | undefined): Fields {
  return timeZone === undefined ? {} : { timeZone };
}
