import { nginxDate } from './dates.ts';

/** One line of a listing. */
export interface ListingEntry {
  name: string;
  isFolder: boolean;
  /** Milliseconds UTC. */
  modifiedAt?: number;
  sizeBytes?: number;
}

/**
 * A folder as nginx's autoindex shows it, the form that rclone's `http` backend, Kodi and browsers read: relative
 * links, folders with a slash at the end, date and size behind.
 * @param path decoded path as shown in the title, with a slash at the end
 */
export function autoindex(path: string, entries: readonly ListingEntry[]): string {
  return autoindexHead(path) + entries.map(autoindexLine).join('') + autoindexTail;
}

/**
 * For people alone: programs read the lines as they are. The spaces between the columns shrink to one, and the names
 * have a column of their own width, because real names are longer than nginx has room for.
 */
const style =
  ':root{color-scheme:light dark}body{font:15px/1.6 system-ui,sans-serif;max-width:70em;margin:1em auto;padding:0 1em}' +
  'h1{font-size:1.2em;overflow-wrap:anywhere}hr{border:0;border-top:1px solid #8886}pre{white-space:pre-line;font:inherit;font-variant-numeric:tabular-nums}' +
  'pre a{display:inline-block;width:calc(100% - 18em);min-width:12em;vertical-align:top;overflow-wrap:anywhere;text-decoration:none}' +
  'pre a:hover{text-decoration:underline}';

/** How such a page begins and ends; the lines of its entries stand between. */
export function autoindexHead(path: string): string {
  const title = `Index of ${escapeHtml(path)}`;
  return [
    '<!DOCTYPE html>',
    `<html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">`,
    `<title>${title}</title><style>${style}</style></head><body>`,
    `<h1>${title}</h1><hr><pre><a href="../">../</a>`,
    '',
  ].join('\n');
}

const noDate = '-'.padStart(17);

export const autoindexTail = '</pre><hr></body></html>\n';

export function autoindexLine({ name, isFolder, modifiedAt, sizeBytes }: ListingEntry): string {
  const shown = isFolder ? `${name}/` : name;
  // Kodi takes a line only when its link, decoded, is its name; a colon, which could be a scheme's, is escaped.
  // It does not look into a link for entities, so there is none in it.
  const href = `${encodeURIComponent(name.toWellFormed()).replaceAll("'", '%27')}${isFolder ? '/' : ''}`;
  const padding = ' '.repeat(Math.max(1, 51 - lengthOf(shown)));
  const size = isFolder || sizeBytes === undefined ? '-' : sizeBytes.toFixed(0);
  return `<a href="${href}">${escapeHtml(shown)}</a>${padding}${modifiedAt === undefined ? noDate : nginxDate(modifiedAt)} ${size.padStart(19)}\n`;
}

/** In characters as they are seen. */
function lengthOf(text: string): number {
  return /[\ud800-\udfff]/.test(text) ? [...text].length : text.length;
}

function escapeHtml(text: string): string {
  if (!/[&<>]/.test(text)) return text;
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
