import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Entry } from '../../../src/browse/entry.ts';
import { header } from '../../../src/core/http/headers.ts';
import { readUnixDate } from '../../../src/uploads/dav/said-date.ts';

/** As clients of ownCloud and Nextcloud call the date of what they send. */
const dateHeader = 'x-oc-mtime';

/** The date that a client gives to what it sends; of two there is none. */
export function saidDate({ headers }: FastifyRequest): number | undefined {
  return readUnixDate(header(headers, dateHeader));
}

/** Who hears that a date was taken sends no other: it is told where it is shown from now on, and nowhere else. */
export function tellDate(reply: FastifyReply, entry: Entry | undefined, datedAt: number | undefined): void {
  if (datedAt !== undefined && entry?.isDated && entry.modifiedAt === datedAt)
    reply.header('X-OC-Mtime', 'accepted');
}
