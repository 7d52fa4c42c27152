import type { FileId } from '../core/ids.ts';

/** How a stream address is made, for `src/library` to write and `plugins/routes/stream` to read. */
export const streamPrefix = '/stream';

/** What an id may hold to stand in an address unescaped. Whether there is such a file, the catalog knows. */
const fileIdPattern = /^[A-Za-z0-9_-]{1,128}$/;

/** Whether this can be the id of a file. */
export function isFileId(text: string): text is FileId {
  return fileIdPattern.test(text);
}

/**
 * The path of `GET /stream/<fileId>/<signature>/<name.ext>`. Everything but letters, digits and `-._~` is escaped:
 * `"` would break Jellyfin's ffprobe command line, `|` is an option to Kodi, `#` ends a path. `.m3u` anywhere keeps
 * Jellyfin from direct play, so its dot is escaped too (facts/media-servers 1.1, 1.7).
 */
export function streamPath(fileId: FileId, signature: string, name: string): string {
  const escaped = encodeURIComponent(name.toWellFormed())
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/\.(?=m3u)/gi, '%2E');
  return `${streamPrefix}/${fileId}/${signature}/${escaped}`;
}

/** What a STRM file holds: one line, the whole address. @param baseUrl without a slash at its end */
export function strmLine(
  { baseUrl, sign }: { baseUrl: string; sign: (fileId: FileId) => string },
  fileId: FileId,
  name: string,
): string {
  return `${baseUrl}${streamPath(fileId, sign(fileId), name)}\n`;
}
