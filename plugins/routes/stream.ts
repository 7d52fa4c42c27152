import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { BridgeError } from '../../src/core/errors.ts';
import type { FileId } from '../../src/core/ids.ts';
import { streamPrefix } from '../../src/delivery/address.ts';
import { preflight } from '../support/answers/answer.ts';
import { isAskedAsWebVtt, sendWebVtt } from '../support/answers/web-vtt.ts';
import { createHotPath } from '../support/hot-path.ts';
import { readRoute } from '../support/routes.ts';

interface Params {
  fileId: FileId;
  signature: string;
  '*': string;
}

/** `GET HEAD OPTIONS /stream/<fileId>/<signature>/<name.ext>`: what a STRM file holds. */
export const stream = fp(
  async (app: FastifyInstance) => {
    const { catalog, signer } = app.bridge;
    const { decideFor, deliver } = app.delivery;
    app.answerFirst(createHotPath(app));

    readRoute(
      app,
      `${streamPrefix}/:fileId/:signature/*`,
      { config: { bypassHooks: true } },
      (request, reply) => {
        const { fileId, signature, '*': name } = request.params as Params;
        const refusal = app.refusal(request);
        const isKnown = name !== '' && signer.verify(fileId, signature);
        const file = isKnown && !refusal ? catalog.files.cachedById(fileId) : undefined;
        if (file && isAskedAsWebVtt(file, name)) {
          reply.raw.once('close', () => app.logRequest(request, reply));
          return sendWebVtt(app, file, request, reply);
        }
        reply.raw.once('close', () => app.logRequest(request, reply));
        if (refusal) throw refusal;
        // A wrong signature and an unknown file look the same from outside.
        if (!isKnown) throw new BridgeError('BRIDGE_NOT_FOUND');
        return file
          ? deliver(file, decideFor(file, request), request, reply)
          : findAndDeliver(fileId, name, request, reply);
      },
    );

    // A browser asks so before a page may send a header of its own. Whether there is such a file, the GET will tell.
    app.options(`${streamPrefix}/:fileId/:signature/*`, (_request, reply) =>
      reply.code(204).headers(preflight).send(),
    );

    async function findAndDeliver(
      fileId: FileId,
      name: string,
      request: FastifyRequest,
      reply: FastifyReply,
    ): Promise<FastifyReply> {
      const file = await catalog.files.byId(fileId);
      if (!file) throw new BridgeError('BRIDGE_NOT_FOUND');
      if (isAskedAsWebVtt(file, name)) return sendWebVtt(app, file, request, reply);
      return deliver(file, decideFor(file, request), request, reply);
    }
  },
  { name: 'stream', dependencies: ['bridge', 'errors', 'delivery', 'pipelining'] },
);
