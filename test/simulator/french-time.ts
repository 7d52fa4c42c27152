const hourMs = 3_600_000;

/** `YYYY-MM-DD HH:MM:SS` in French local time without a zone marker: how the host writes every date. */
export function toFrenchTime(atMs: number): string {
  const local = new Date(atMs + offsetMs(atMs)).toISOString();
  return `${local.slice(0, 10)} ${local.slice(11, 19)}`;
}

/**
 * Milliseconds since the epoch of a French local time; NaN when it is not one. The hour that comes twice in October
 * is read as its first, summer-time pass.
 */
export function fromFrenchTime(text: string): number {
  if (!/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text)) return Number.NaN;
  const asIfUtc = Date.parse(`${text.replace(' ', 'T')}Z`);
  const summer = asIfUtc - 2 * hourMs;
  return offsetMs(summer) === 2 * hourMs ? summer : asIfUtc - hourMs;
}

/** The European rule, as arithmetic because Intl is too slow for listings of thousands of files. */
function offsetMs(atMs: number): number {
  const year = new Date(atMs).getUTCFullYear();
  const isSummer = atMs >= changeOver(year, 2) && atMs < changeOver(year, 9);
  return isSummer ? 2 * hourMs : hourMs;
}

/** 01:00 UTC of the last Sunday of March (2) or October (9), both months of 31 days. */
function changeOver(year: number, month: number): number {
  const lastDay = new Date(Date.UTC(year, month, 31));
  return Date.UTC(year, month, 31 - lastDay.getUTCDay(), 1);
}
