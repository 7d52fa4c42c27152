import type { FileId } from '../core/ids.ts';
import { isFileId } from '../delivery/address.ts';
import type { Signer } from '../delivery/signature.ts';
import type { ItemId } from './item-id.ts';

/** What a ticket lets its bearer do: fetch this file as this item. */
export interface Ticket {
  itemId: ItemId;
  fileId: FileId;
  /** Whom it was given to: a mark of the token or the user, no secret. At most 16 letters and digits. */
  user: string;
  /** Milliseconds UTC; exact to the second. */
  endsAt: number;
}

/**
 * Proofs for apps that send no token with their streams (facts/gateway 0, 5.2): short enough for `ETag`, `Tag` and an
 * address, and worth nothing for another item or file, or after their time.
 */
export interface Tickets {
  /** @returns under 100 characters of base64url, `.` between its parts; undefined where the ids leave no room */
  issue(ticket: Ticket): string | undefined;
  /** @returns what it is good for now; undefined for whatever else was sent */
  read(text: string, itemId: ItemId, now: number): Ticket | undefined;
}

const maxLength = 99;
/** Mark, end, file, user, signature. What a server itself calls an ETag has no dots. */
const parts = /^p1\.([0-9a-z]{1,9})\.([A-Za-z0-9_-]{1,64})\.([A-Za-z0-9]{1,16})\.([A-Za-z0-9_-]{16})$/;

export function createTickets(signer: Pick<Signer, 'signText' | 'verifyText'>): Tickets {
  const textOf = ({ itemId, fileId, user }: Ticket, end: string) => [itemId, fileId, user, end].join(':');
  return {
    issue(ticket) {
      const end = Math.floor(ticket.endsAt / 1000).toString(36);
      const signature = signer.signText('ticket', textOf(ticket, end));
      const text = ['p1', end, ticket.fileId, ticket.user, signature].join('.');
      return text.length <= maxLength && parts.test(text) ? text : undefined;
    },

    read(text, itemId, now) {
      if (text.length > maxLength) return undefined;
      const [, end = '', fileId = '', user = '', signature = ''] = parts.exec(text) ?? [];
      if (!isFileId(fileId)) return undefined;
      const ticket: Ticket = { itemId, fileId, user, endsAt: Number.parseInt(end, 36) * 1000 };
      const isGood = now < ticket.endsAt && signer.verifyText('ticket', textOf(ticket, end), signature);
      return isGood ? ticket : undefined;
    },
  };
}
