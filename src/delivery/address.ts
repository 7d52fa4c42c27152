/** How a stream address is made, for `src/library` to write and `plugins/routes/stream` to read. */
export const streamPrefix = '/stream';

/** File ids as the host makes them: 5 to 20 lower-case letters and digits (facts/1fichier-api 6). */
const fileIdPattern = /^[a-z0-9]{5,20}$/;

/** Whether this can be the id of a file. */
export function isFileId(text: string): boolean {
  return fileIdPattern.test(text);
}

/**
 * The path of `GET /stream/<fileId>/<signature>/<name.ext>`. Everything but letters, digits and `-._~` is escaped:
 * `"` would break Jellyfin's ffprobe command line, `|` is an option to Kodi, `#` ends a path. `.m3u` anywhere keeps
 * Jellyfin from direct play, so its dot is escaped too (facts/media-servers 1.1, 1.7).
 */
export function streamPath(fileId: string, signature: string, name: string): string {
  const escaped = encodeURIComponent(name.toWellFormed())
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/\.(?=m3u)/gi, '%2E');
  return `${streamPrefix}/${fileId}/${signature}/${escaped}`;
}
