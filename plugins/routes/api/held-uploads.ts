import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import {
  continueUpload,
  describeUploads,
  forgetUpload,
  getUpload,
  type HeldUploadAnswer,
  listUploads,
} from '../../../src/api/held-uploads.ts';
import type { StandingUpload } from '../../../src/uploads/pieces/piece-uploads.ts';
import { closingUnlessRead, createTusDoor, takeRawBodies } from '../../support/dav/tus.ts';
import { serveEndpoint } from '../../support/endpoints.ts';
import { schemaOf } from '../../support/openapi.ts';

/** Requests that speak tus, by their header: `POST /api/v1/uploads` is a route of commands too. */
const spoken = 'speaksTus';
const speaksTus = {
  name: spoken,
  storage() {
    let handler: unknown;
    return {
      get: (isSpoken: unknown) => (isSpoken === true ? handler : null),
      set: (_isSpoken: unknown, store: unknown) => {
        handler = store;
      },
    };
  },
  deriveConstraint: ({ headers }: IncomingMessage) =>
    headers['tus-resumable'] === undefined ? undefined : true,
};

/** `/api/v1/uploads` for tus 1.0.0: uploads that go on where they broke, and how far each is. */
export const heldUploads = fp(
  async (app: FastifyInstance) => {
    const { pieceUploads, basePath, settings } = app.bridge;
    const url = '/api/v1/uploads';
    app.addConstraintStrategy(speaksTus as never);
    // What came is on the disk: who sends the rest comes back for it.
    app.addHook('preClose', () => pieceUploads.stop());

    serveEndpoint(app, listUploads, async ({ query: { limit } }) => ({
      uploads: (await pieceUploads.newest(limit)).map(shownUpload),
      parallel: settings.uploads.parallel,
    }));
    serveEndpoint(app, getUpload, async ({ params: { id } }) => shownUpload(await pieceUploads.find(id)));

    await app.register(async (app) => {
      takeRawBodies(app);
      const tus = createTusDoor(app, {
        door: 'api',
        locationOf: (_request, id) => `${basePath}${url}/${id}`,
        replaces: (metadata) => ['true', '1', 'yes'].includes(metadata.get('replace') ?? ''),
        mayCome: async () => undefined,
        isAwaited: false,
      });
      const onRequest = [closingUnlessRead, app.adminAuth, app.bodyDoor.enter];
      const constraints = { [spoken]: true };
      const config = { isUnlisted: true, takesFiles: true };
      const schema = { hide: true };
      app.route({
        method: 'POST',
        url,
        constraints,
        config,
        schema,
        onRequest,
        handler: (...all) => tus.create(...all),
      });
      const one = `${url}/:id`;
      app.route({
        method: 'HEAD',
        url: one,
        constraints,
        config,
        schema,
        onRequest: app.adminAuth,
        handler: tus.head,
      });
      app.route({
        method: 'POST',
        url: one,
        constraints,
        config,
        schema,
        onRequest,
        handler: tus.meant,
      });
      // Read and answered by the door of tus.
      const described = {
        serializerCompiler: () => () => '',
        validatorCompiler: () => (value: unknown) => ({ value }),
      };
      app.route({
        method: 'PATCH',
        url: one,
        config: { takesFiles: true },
        schema: schemaOf(continueUpload),
        ...described,
        onRequest,
        handler: tus.patch,
      });
      app.route({
        method: 'DELETE',
        url: one,
        schema: schemaOf(forgetUpload),
        ...described,
        onRequest: app.adminAuth,
        handler: tus.remove,
      });
      app.route({
        method: 'OPTIONS',
        url,
        schema: schemaOf(describeUploads),
        ...described,
        onRequest: app.adminAuth,
        handler: tus.describe,
      });
    });
  },
  { name: 'held-uploads', dependencies: ['api-routes'] },
);

function shownUpload(upload: StandingUpload): HeldUploadAnswer {
  const { id, state, path, offset, sizeBytes, fate, fileId, errorCode, error, addedAt, expiresAt } = upload;
  return {
    id,
    state,
    path,
    offset,
    ...(sizeBytes !== undefined && { sizeBytes }),
    ...(fate !== undefined && { fate }),
    ...(fileId !== undefined && { fileId }),
    ...(errorCode !== undefined && { error: { code: errorCode, message: error ?? '' } }),
    addedAt: new Date(addedAt).toISOString(),
    ...(state !== 'whole' && { expiresAt: new Date(expiresAt).toISOString() }),
  };
}
