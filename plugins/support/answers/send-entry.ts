import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Entry, Located } from '../../../src/browse/entry.ts';
import { BridgeError } from '../../../src/core/errors.ts';
import { rangeCounts, weighConditions } from '../../../src/delivery/policy/conditions.ts';
import type { DeliveryMode } from '../../../src/delivery/policy/decide.ts';
import { contentRange, parseRange } from '../../../src/delivery/policy/range.ts';
import type { Rule } from '../../../src/delivery/policy/rules.ts';
import { autoindexHead, autoindexLine, autoindexTail } from '../../../src/views/autoindex.ts';
import { httpDate } from '../../../src/views/dates.ts';
import { readTreeFile } from './tree-file.ts';

/** The names in the rest of an address: decoded by the router, with or without a slash at the end. */
export function namesIn(request: FastifyRequest): { names: string[]; isFolder: boolean } {
  const { '*': rest = '' } = request.params as { '*'?: string };
  return {
    names: rest.split('/').filter((name) => name !== ''),
    isFolder: rest === '' || rest.endsWith('/'),
  };
}

/** Answers GET and HEAD for what was found. `table`: what decides how films are given out, where it is not the usual. */
export async function sendEntry(
  app: FastifyInstance,
  found: Located,
  request: FastifyRequest,
  reply: FastifyReply,
  { path, table }: { path: string; table?: { mode: DeliveryMode; rules: readonly Rule[] } },
): Promise<FastifyReply> {
  if (found.is === 'small') {
    const { bridge } = request.server;
    return sendSmall(
      found.entry,
      () => readTreeFile(bridge, found.dir, found.path, found.entry),
      request,
      reply,
    );
  }
  if (found.is === 'local') {
    const { entry, folderId } = found;
    const content = () => app.bridge.catalog.localFiles.content(folderId, entry.name);
    return sendSmall(entry, async () => Buffer.from((await content()) ?? []), request, reply);
  }
  if (found.is === 'folder') {
    reply.type('text/html; charset=utf-8').header('cache-control', 'no-cache');
    const pages = await found.pages();
    if (request.method !== 'HEAD')
      return reply.send(streamed(pages, autoindexHead(path), autoindexLine, autoindexTail));
    await pages.return(undefined);
    return reply.send();
  }
  const file = await app.bridge.catalog.files.byId(found.fileId);
  if (!file) throw new BridgeError('BRIDGE_NOT_FOUND');
  const { decideFor, deliver } = app.delivery;
  const { isDated, modifiedAt } = found.entry;
  if (!isDated || modifiedAt === undefined)
    return deliver(file, decideFor(file, request, table), request, reply, table);
  // By its entity tag alone: two contents may have the same date.
  const undated = { ...file, sentAt: undefined };
  const decision = decideFor(undated, request, table);
  if (decision.kind !== 'redirect') reply.header('last-modified', httpDate(modifiedAt));
  return deliver(undated, decision, request, reply, table);
}

const pieceBytes = 32 * 1024;
/** UTF-8 takes at most so many for one of a string's. */
const bytesPerChar = 3;

/**
 * A text made of pages, of which no more is held than the reader takes. Each line goes into a buffer as it comes: in a
 * long string it would live on with all its parts, and a long listing would fill the heap with them.
 */
export function streamed(
  pages: AsyncGenerator<Entry[]>,
  head: string,
  line: (entry: Entry) => string,
  tail: string,
): Readable {
  let piece = Buffer.allocUnsafeSlow(pieceBytes);
  let used = 0;
  /** Gives the piece before when this text has no room in it. */
  const put = (text: string): Buffer | undefined => {
    const maxBytes = text.length * bytesPerChar;
    const full = used + maxBytes > piece.length ? piece.subarray(0, used) : undefined;
    if (full) {
      piece = Buffer.allocUnsafeSlow(Math.max(pieceBytes, maxBytes));
      used = 0;
    }
    used += piece.write(text, used);
    return full;
  };
  async function* parts() {
    const first = put(head);
    if (first) yield first;
    for await (const page of pages) {
      for (const entry of page) {
        const full = put(line(entry));
        if (full) yield full;
      }
    }
    const full = put(tail);
    if (full) yield full;
    yield piece.subarray(0, used);
  }
  return Readable.from(parts(), { objectMode: false, highWaterMark: 2 * pieceBytes });
}

/** A file of our own: NFO, subtitles, pictures, and what clients leave. Small enough to be read at once. */
async function sendSmall(
  entry: Entry,
  read: () => Promise<Buffer>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { method, headers } = request;
  const { etag = '', modifiedAt, isDated, mediaType = 'application/octet-stream' } = entry;
  const validators = { etag, lastModified: isDated ? undefined : modifiedAt };
  reply.header('etag', etag).header('accept-ranges', 'bytes').type(mediaType);
  if (modifiedAt !== undefined) reply.header('last-modified', httpDate(modifiedAt));
  const condition = weighConditions(headers, validators);
  if (condition === 412) throw new BridgeError('BRIDGE_PRECONDITION');
  if (condition === 304) return reply.code(304).send();
  const bytes = await read();
  if (method === 'HEAD') return reply.header('content-length', String(bytes.length)).send();
  const isAsked = rangeCounts(headers, validators);
  const range = isAsked ? parseRange(headers.range, bytes.length) : 'whole';
  if (range === 'whole') return reply.send(bytes);
  if (range === 'unsatisfiable') {
    reply.header('content-range', `bytes */${bytes.length}`);
    throw new BridgeError('BRIDGE_RANGE');
  }
  return reply
    .code(206)
    .header('content-range', contentRange(range, bytes.length))
    .send(bytes.subarray(range.start, range.end + 1));
}
