import type { FastifyReply } from 'fastify';
import type { CatalogFile } from '../../src/catalog/account/files.ts';
import type { FileVersions } from '../../src/delivery/file-versions.ts';
import { mediaType } from '../../src/delivery/media-type.ts';
import type { Validators } from '../../src/delivery/policy/conditions.ts';
import type { Deliverable } from '../../src/delivery/policy/decide.ts';

/*
 * What the headers of an answer say of a file.
 */

/** What the client may ask with the next time. */
export function giveValidators(reply: FastifyReply, { etag, lastModified }: Validators): void {
  reply.header('etag', etag).header('accept-ranges', 'bytes');
  if (lastModified !== undefined) reply.header('last-modified', new Date(lastModified).toUTCString());
}

/** What the bytes are; the host's own type is no help to a television. */
export function describeFile(reply: FastifyReply, file: CatalogFile): FastifyReply {
  return reply
    .header('content-type', mediaType(file.name))
    .header('content-disposition', `inline; filename*=UTF-8''${rfc8187(file.name)}`);
}

/** RFC 8187 section 3.2: header values are latin1, names are not. */
function rfc8187(name: string): string {
  return encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

const deliverables = new WeakMap<CatalogFile, { mark: string; deliverable: Deliverable }>();

/** What is decided by. The tag is constant as long as the bytes of the file are: players come back with it. */
export function deliverableOf(file: CatalogFile, versions: FileVersions): Deliverable {
  const { id, sizeBytes, sentAt } = file;
  const mark = versions.markOf(id);
  let known = deliverables.get(file);
  if (known?.mark !== mark) {
    // Once its bytes have changed, the day on which it was sent to the host tells no version from another.
    const lastModified = mark === '' ? sentAt : undefined;
    known = { mark, deliverable: { id, sizeBytes, etag: versions.etagOf(file), lastModified } };
    deliverables.set(file, known);
  }
  return known.deliverable;
}
