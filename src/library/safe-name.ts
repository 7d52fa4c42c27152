import { createHash } from 'node:crypto';

/** Every file system of a home server takes 255 bytes; players and side-cars add to a name, so names stay below. */
const maxSegmentBytes = 255;

/** Folders and files that Jellyfin skips or takes for extras by their whole name (facts/media-servers 2.1). */
const taken =
  /^(?:metadata|subs|samples?|minta|extrafanart|extrathumbs|lost\+found|@eadir|#recycle|\$recycle\.bin|behind the scenes|deleted scenes|interviews?|scenes?|shorts?|featurettes?|extras?|others?|clips?|trailers?|backdrops|theme-music|specials|movie|tvshow|season)$/i;
const extraSuffix =
  /[-._] ?(?:trailer|sample|scene|clip|interview|behindthescenes|deleted|deletedscene|featurette|short|extra|other)$/i;
const skippedSuffix = /\.(?:trickplay|sync|bts|sample)$/i;
const reserved = /^(?:con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3])(?=\s*(?:\.|$))/i;
/** Marks of direction and width: invisible, and two names that differ in nothing else look alike. */
const invisible = /[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|[\ufe00-\ufe0f]/g;

/** Nothing of it is to be changed: letters, digits and marks that are safe everywhere, with single spaces between them. */
const plainText = /^(?:[\w,'&!()[\]+=@#$%~;{}-]|\.(?![sm])| (?! ))*$/i;

/**
 * Takes out what some file system or Jellyfin cannot hold: forbidden, control and invisible characters, dots and spaces at
 * the ends; NFC, cut to `maxBytes` of UTF-8. May be empty, and may still be a reserved word: see {@link safeSegment}.
 */
export function safeText(text: string, maxBytes: number): string {
  if (plainText.test(text)) return cutToBytes(trimEnds(text), maxBytes);
  const name = text
    .toWellFormed()
    .replaceAll('\ufffd', '')
    .normalize('NFC')
    .replace(invisible, '')
    .replace(/(?<!\s)\s+:\s+|:\s+/g, ' - ')
    .replace(/[:/\\|]/g, '-')
    .replaceAll('"', "'")
    .replace(/[<>?*]|\p{Cc}/gu, ' ')
    .replace(/\.(?=sample\.|minta\.|m3u)/gi, ' ')
    .replace(/\s+/g, ' ');
  return cutToBytes(trimEnds(name), maxBytes);
}

/**
 * A text as one segment of a path on ext4, NTFS, APFS, exFAT and SMB that Jellyfin does not skip. Never empty. One that
 * would be a reserved word, a skipped folder or an extra gets an underscore.
 */
export function safeSegment(text: string, maxBytes = maxSegmentBytes): string {
  const name = safeText(text, maxBytes - 1);
  if (reserved.test(name)) return name.replace(reserved, '$&_');
  const odd = taken.test(name) || extraSuffix.test(name) || skippedSuffix.test(name);
  return odd || name === '' ? `${name}_` : name;
}

/** A label behind ` - `: without dots, which Jellyfin takes for a separator of tracks (facts/media-servers 1.2). */
export function safeLabel(text: string, maxBytes: number): string {
  const label = safeSegment(text.replace(/[.]+/g, ' ').replace(/[[\]{}()]/g, ' '), maxBytes);
  return label === '_' ? '' : label;
}

/** Equal for names that some file system takes for one. */
export function foldedPath(path: string): string {
  return path.normalize('NFC').toLowerCase().normalize('NFC');
}

/** Cuts at a character's boundary and ends with a short hash of the whole, so that two cut names stay apart. */
export function cutToBytes(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text;
  const mark = ` ~${createHash('sha256').update(foldedPath(text)).digest('hex').slice(0, 6)}`;
  let cut = '';
  let bytes = Buffer.byteLength(mark);
  for (const { segment } of new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(
    text.slice(0, maxBytes),
  )) {
    bytes += Buffer.byteLength(segment);
    if (bytes > maxBytes) break;
    cut += segment;
  }
  return trimEnds(cut) + mark;
}

function trimEnds(name: string): string {
  let start = 0;
  let end = name.length;
  while (start < end && ' .'.includes(name[start] as string)) start++;
  while (end > start && ' .'.includes(name[end - 1] as string)) end--;
  return name.slice(start, end);
}
