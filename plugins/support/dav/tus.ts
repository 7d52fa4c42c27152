import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import type { HeldDoor } from '../../../src/catalog/held-uploads.ts';
import { BridgeError } from '../../../src/core/errors.ts';
import { header } from '../../../src/core/http/headers.ts';
import { checksumAlgorithms, readUploadChecksum } from '../../../src/uploads/pieces/checksum.ts';
import { readMetadata, type UploadMetadata } from '../../../src/uploads/pieces/metadata.ts';
import { maxUploadBytes, OffsetError } from '../../../src/uploads/pieces/offset.ts';
import type { NextPiece, StandingUpload } from '../../../src/uploads/pieces/piece-uploads.ts';
import { wantedPath } from '../../../src/uploads/pieces/wanted-path.ts';
import { atPace } from './body-pace.ts';

const version = '1.0.0';
const extensions = 'creation,creation-with-upload,creation-defer-length,termination,expiration,checksum';
const pieceType = 'application/offset+octet-stream';

/** Where tus is spoken, and what is special there. */
export interface TusDoorOptions {
  door: Exclude<HeldDoor, 'chunks'>;
  /** The address of an upload, for `Location`. */
  locationOf(request: FastifyRequest, id: string): string;
  /** Whether what was sent takes the place of a file of that name. */
  replaces(metadata: UploadMetadata): boolean;
  /** Asked before a body is read. @throws BridgeError where it may not come */
  mayCome(request: FastifyRequest, path: string): Promise<void>;
  /** The last answer waits until the file is in the account. */
  isAwaited: boolean;
}

/** Handlers of tus 1.0.0. Each answers errors with `Tus-Resumable`, and a wrong offset with the right one. */
export interface TusDoor {
  /** @param folder that it is to lie in, where the address says it */
  create(request: FastifyRequest, reply: FastifyReply, folder?: string): Promise<FastifyReply>;
  /** Where an upload goes on. */
  head(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply>;
  patch(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply>;
  remove(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply>;
  /** A POST that means another method, from clients whose way lets no other through. */
  meant(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply>;
  /** What is spoken here. */
  describe(request: FastifyRequest, reply: FastifyReply): FastifyReply;
}

/** What is refused before its body was read is not read: the connection ends with the answer. */
export const closingUnlessRead: onRequestHookHandler = (_request, reply, done) => {
  reply.header('connection', 'close');
  done();
};

/** Bodies are read by the routes, whatever they say that they are. */
export function takeRawBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, body, done) => done(null, body));
}

export function createTusDoor(app: FastifyInstance, options: TusDoorOptions): TusDoor {
  const { pieceUploads } = app.bridge;
  const { door, locationOf, isAwaited } = options;

  /** Every answer tells the version, also where it refuses. */
  function speaking(
    handler: (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>,
  ): (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply> {
    return async (request, reply) => {
      reply.header('tus-resumable', version).header('cache-control', 'no-store');
      try {
        if (header(request.headers, 'tus-resumable') !== version) {
          reply.header('tus-version', version);
          throw new BridgeError('BRIDGE_UPLOAD_VERSION');
        }
        return await handler(request, reply);
      } catch (error) {
        if (error instanceof OffsetError) reply.header('upload-offset', String(error.offset));
        throw error;
      }
    };
  }

  function tell(reply: FastifyReply, { state, expiresAt }: StandingUpload): void {
    if (state === 'open') reply.header('upload-expires', new Date(expiresAt).toUTCString());
  }

  /** The last piece is here: who is to wait does. */
  async function whenSent(request: FastifyRequest, { id, state }: StandingUpload): Promise<void> {
    if (state === 'open' || !isAwaited) return;
    // What is all here may take the host hours: nobody need say anything meanwhile.
    request.raw.socket.setTimeout(0);
    await pieceUploads.sent(id);
  }

  function pieceOf(request: FastifyRequest, reply: FastifyReply, offset: number): NextPiece {
    const { headers } = request;
    if (
      !String(headers['content-type'] ?? '')
        .toLowerCase()
        .startsWith(pieceType)
    )
      throw new BridgeError('BRIDGE_MEDIA_TYPE', { detail: `a piece is sent as ${pieceType}` });
    const length = header(headers, 'content-length');
    return {
      offset,
      body: bodyOf(request, reply),
      lengthBytes: length === undefined ? undefined : wholeNumber('Content-Length', length),
      sizeBytes: sizeOf(request),
      checksum: readUploadChecksum(header(headers, 'upload-checksum')),
      giveUp: () => request.raw.destroy(),
    };
  }

  async function create(request: FastifyRequest, reply: FastifyReply, folder?: string) {
    const { headers } = request;
    const sizeBytes = sizeOf(request);
    const isDeferred = header(headers, 'upload-defer-length') !== undefined;
    if (isDeferred && (headers['upload-defer-length'] !== '1' || sizeBytes !== undefined))
      throw bad('Upload-Defer-Length is 1, and comes without Upload-Length');
    if (!isDeferred && sizeBytes === undefined) throw bad('Upload-Length is missing');
    const said = header(headers, 'upload-metadata') ?? '';
    const metadata = readMetadata(said);
    const path = wantedPath(metadata, folder);
    await options.mayCome(request, path);
    const piece = hasBody(request) ? pieceOf(request, reply, 0) : undefined;
    const replaces = options.replaces(metadata);
    let upload = await pieceUploads.begin({ door, path, sizeBytes, metadata: said, replaces });
    if (piece)
      try {
        upload = await pieceUploads.append(upload.id, door, piece);
        reply.header('upload-offset', String(upload.offset));
      } catch (error) {
        // Its address was told to nobody.
        await pieceUploads.remove(upload.id, door).catch(() => undefined);
        throw error;
      }
    await whenSent(request, upload);
    tell(reply, upload);
    reply.removeHeader('connection');
    return reply.code(201).header('location', locationOf(request, upload.id)).send();
  }

  async function patch(request: FastifyRequest, reply: FastifyReply) {
    const said = header(request.headers, 'upload-offset');
    if (said === undefined) throw bad('Upload-Offset is missing');
    const offset = wholeNumber('Upload-Offset', said);
    const { id, path } = await pieceUploads.find(idOf(request), door);
    await options.mayCome(request, path);
    const upload = await pieceUploads.append(id, door, pieceOf(request, reply, offset));
    await whenSent(request, upload);
    tell(reply, upload);
    reply.removeHeader('connection');
    return reply.code(204).header('upload-offset', String(upload.offset)).send();
  }

  async function head(request: FastifyRequest, reply: FastifyReply) {
    const upload = await pieceUploads.find(idOf(request), door);
    if (upload.state === 'failed') throw new BridgeError('BRIDGE_UPLOAD_GONE');
    const { offset, sizeBytes, metadata } = upload;
    tell(reply, upload);
    if (sizeBytes === undefined) reply.header('upload-defer-length', '1');
    else reply.header('upload-length', String(sizeBytes));
    if (metadata !== '') reply.header('upload-metadata', metadata);
    return reply.code(200).header('upload-offset', String(offset)).send();
  }

  async function remove(request: FastifyRequest, reply: FastifyReply) {
    await pieceUploads.remove(idOf(request), door);
    return reply.removeHeader('connection').code(204).send();
  }

  const byMethod = { PATCH: patch, DELETE: remove } as const;

  return {
    create: (request, reply, folder) =>
      speaking((request, reply) => create(request, reply, folder))(request, reply),
    head: speaking(head),
    patch: speaking(patch),
    remove: speaking(remove),
    meant: speaking((request, reply) => {
      const method = header(request.headers, 'x-http-method-override') ?? '';
      if (method !== 'PATCH' && method !== 'DELETE')
        throw new BridgeError('BRIDGE_METHOD', { detail: 'use HEAD, PATCH or DELETE' });
      return byMethod[method](request, reply);
    }),
    describe: (_request, reply) =>
      reply
        .code(204)
        .header('tus-resumable', version)
        .header('tus-version', version)
        .header('tus-extension', extensions)
        .header('tus-max-size', String(maxUploadBytes))
        .header('tus-checksum-algorithm', checksumAlgorithms.join(','))
        .send(),
  };
}

/** The body as it comes; who asked whether to send it is told to when it is read. */
export async function* bodyOf(request: FastifyRequest, reply: FastifyReply): AsyncGenerator<Uint8Array> {
  if (request.headers.expect !== undefined) reply.raw.writeContinue();
  const { bodyDoor, bridge } = request.server;
  bodyDoor.admit(request.raw);
  yield* atPace((request.body as Readable | undefined) ?? request.raw, bridge.clock);
}

function sizeOf({ headers }: FastifyRequest): number | undefined {
  const said = header(headers, 'upload-length');
  return said === undefined ? undefined : wholeNumber('Upload-Length', said);
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,18}$/.test(text)) throw bad(`${name} is no whole number`);
  return Number(text);
}

function idOf({ params }: FastifyRequest): string {
  return (params as { id: string }).id;
}

function hasBody({ headers }: FastifyRequest): boolean {
  return Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined;
}

function bad(detail: string): BridgeError {
  return new BridgeError('BRIDGE_BAD_REQUEST', { detail });
}
