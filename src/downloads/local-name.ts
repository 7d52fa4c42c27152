import { createHash } from 'node:crypto';
import { splitName } from '../core/name-parts.ts';

/** A name takes 255 bytes at most on every file system of a home, of which what stands beside it while it comes takes some. */
export const maxNameBytes = 255 - '.part.lock-journal'.length;

/** Windows opens the device instead, whatever stands behind the dot. */
const devices = /^(?:con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3])(?=[ ]?(?:\.|$))/i;
/** Marks that turn the direction of what is read, or that nobody sees: a name must not look like another one. */
const hidden = /[\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/**
 * A name of the account as a name of this machine, on whatever file system: one segment, never `.` or `..`. What
 * Windows forbids becomes its wide form, a control character its picture, as rclone writes them; what is too long is cut
 * before its extension. Whoever put a file there chose its name.
 */
export function localName(name: string, maxBytes = maxNameBytes): string {
  const plain = name
    .toWellFormed()
    .replace(hidden, '')
    .replace(/\p{Control}/gu, pictureOf)
    .replace(/[<>:"/\\|?*]/g, (char) => String.fromCharCode(0xfee0 + char.charCodeAt(0)));
  const last = plain.at(-1);
  const ended =
    last === '.' ? `${plain.slice(0, -1)}\uff0e` : last === ' ' ? `${plain.slice(0, -1)}\u2420` : plain;
  const named = ended === '' ? '_' : ended.replace(devices, '$&_');
  return cut(named, '', maxBytes);
}

/** What a terminal would obey, as a sign that stands for it. */
function pictureOf(control: string): string {
  const code = control.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '\u2421' : '\ufffd';
}

/** The same name with a mark of its file before its extension, for a second file of that name. */
export function markedName(name: string, id: string, maxBytes = maxNameBytes): string {
  return cut(name, ` ~${localName(id).slice(0, 20)}`, maxBytes);
}

/** Puts `mark` before the extension, and shortens what stands before it. */
function cut(name: string, mark: string, maxBytes: number): string {
  if (mark === '' && Buffer.byteLength(name) <= maxBytes) return name;
  const { base, extension } = splitName(name);
  const end = extension === '' ? '' : name.slice(base.length);
  if (Buffer.byteLength(base + mark + end) <= maxBytes) return base + mark + end;
  const sign = mark || ` ~${createHash('sha256').update(name).digest('hex').slice(0, 6)}`;
  let left = maxBytes - Buffer.byteLength(sign + end);
  let kept = '';
  // Characters as people see them stay whole; each takes a byte at least.
  for (const { segment } of new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(
    base.slice(0, left),
  )) {
    left -= Buffer.byteLength(segment);
    if (left < 0) break;
    kept += segment;
  }
  return `${kept.trimEnd()}${sign}${end}`;
}
