import type { BridgeError } from '../core/errors.ts';
import type { FileId } from '../core/ids.ts';
import type { Host } from '../host/host.ts';

/**
 * What became of one link:
 *
 * - `added`: it was copied, and is in the catalog under this name
 * - `copied`: it was copied, and the listing of the host does not name it yet; it comes with one of the next
 * - `own`: it is in the account already, as a file or as a copy that an earlier import made
 * - `again`: another line names the same file
 * - `gone`, `protected`, `refused`: the host has it no more, wants a password, or does not give it to this account
 * - `odd`: it is no address of a file at the host
 * - `unsure`: the answer of the host was lost: look into the folder before it is tried again
 * - `waiting`: it was not tried, because of what an earlier line was answered
 * - `new`: it would be asked for, where nothing is to be done
 */
export type LinkFate =
  | 'added'
  | 'copied'
  | 'own'
  | 'again'
  | 'gone'
  | 'protected'
  | 'refused'
  | 'odd'
  | 'unsure'
  | 'waiting'
  | 'new';

export interface ImportedLink {
  link: string;
  fate: LinkFate;
  /** What it is in the account. */
  file?: { id: FileId; name: string; sizeBytes: number };
  /** Why not, where the host says it. */
  error?: BridgeError;
}

/** What may stand around an address in a list, a message, a table or a page. */
const around = /[\s"'<>|;,()[\]{}]/;

/** Every address of a file, or of a shared folder, that stands in a text: once, in its order. */
export function linksIn(text: string, { pageOf, shares }: Pick<Host, 'pageOf' | 'shares'>): string[] {
  const found = new Set<string>();
  for (const word of text.split(around)) {
    if (!/^https?:\/\//i.test(word)) continue;
    const address = word.replaceAll('&amp', '&');
    const page = pageOf(address);
    if (page) found.add(page.url);
    else if (shares.isShare(address)) found.add(address);
  }
  return [...found];
}
