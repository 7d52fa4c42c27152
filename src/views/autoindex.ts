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
  const title = `Index of ${escapeHtml(path)}`;
  const lines = entries.map(line);
  return [
    '<!DOCTYPE html>',
    `<html><head><meta charset="utf-8"><title>${title}</title></head><body>`,
    `<h1>${title}</h1><hr><pre><a href="../">../</a>`,
    ...lines,
    '</pre><hr></body></html>',
    '',
  ].join('\n');
}

function line({ name, isFolder, modifiedAt, sizeBytes }: ListingEntry): string {
  const shown = isFolder ? `${name}/` : name;
  // "./" keeps a name with a colon from being read as a scheme.
  const href = `./${encodeURIComponent(name.toWellFormed())}${isFolder ? '/' : ''}`;
  const padding = ' '.repeat(Math.max(1, 51 - [...shown].length));
  const size = isFolder || sizeBytes === undefined ? '-' : String(sizeBytes);
  return `<a href="${escapeHtml(href)}">${escapeHtml(shown)}</a>${padding}${stamp(modifiedAt)} ${size.padStart(19)}`;
}

/** nginx's form, UTC: `23-Nov-2026 20:26`. */
function stamp(ms: number | undefined): string {
  if (ms === undefined) return '-'.padStart(17);
  const [, day, month, year, hour, minute] =
    /(\d{2}) (\w{3}) (\d{4}) (\d{2}):(\d{2})/.exec(new Date(ms).toUTCString()) ?? [];
  return `${day}-${month}-${year} ${hour}:${minute}`;
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (char) => entities[char] ?? char);
}
