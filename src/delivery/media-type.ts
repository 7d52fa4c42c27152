import mime from 'mime';
import { splitName } from '../core/name-parts.ts';

/** What a browser would run scripts of. */
const page = /^text\/html$|[/+]xml$/;

/**
 * The media type of a file by its name. Televisions take the type from here unchanged (facts/media-servers 1.4), and
 * the host itself says `application/octet-stream` for everything. A page or drawing is shown as text: its scripts would
 * run in our name, with the password that the browser remembers, and anybody may have put it into a folder of films.
 */
export function mediaType(name: string): string {
  const type = mime.getType(splitName(name).extension) ?? 'application/octet-stream';
  return page.test(type) ? 'text/plain' : type;
}
