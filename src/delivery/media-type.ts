import mime from 'mime';

/**
 * The media type of a file by its name. Televisions take the type from here unchanged (facts/media-servers 1.4), and
 * the host itself says `application/octet-stream` for everything.
 */
export function mediaType(name: string): string {
  return mime.getType(name) ?? 'application/octet-stream';
}
