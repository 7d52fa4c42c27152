import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { getDocument } from '../../../src/api/openapi.ts';
import { serveEndpoint } from '../../support/endpoints.ts';

/** Scripts, styles and requests of this place alone; pictures also such as stand in the styles. */
const contentSecurity = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** `/api/v1/openapi.json`, and for people the same as a page: `/api/docs`. Nothing of it comes from elsewhere. */
export const docs = fp(
  async (app: FastifyInstance) => {
    const { basePath } = app.bridge;
    serveEndpoint(app, getDocument, async () => app.swagger() as never);

    await app.register(async (page) => {
      // All of it is for who has the password, and answers to GET alone.
      page.addHook('onRoute', (route) => {
        route.method = ['GET', 'HEAD'];
        route.onRequest = [route.onRequest ?? [], app.basicAuth].flat();
      });
      // It leads from one of its places to another by the address that it knows.
      page.addHook('onSend', async (_request, reply) => {
        const location = reply.getHeader('location');
        if (typeof location === 'string' && location.startsWith('/'))
          reply.header('location', basePath + location);
      });
      await page.register(swaggerUi, {
        indexPrefix: basePath,
        routePrefix: '/api/docs',
        staticCSP: contentSecurity,
        uiConfig: { persistAuthorization: false, validatorUrl: null, tryItOutEnabled: true },
        theme: { title: 'Passerelle: its API' },
      });
    });
  },
  { name: 'docs', dependencies: ['openapi', 'api-routes'] },
);
