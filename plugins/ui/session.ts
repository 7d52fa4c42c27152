import type { FastifyInstance, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { z } from 'zod';
import { BridgeError } from '../../src/core/errors.ts';
import { version } from '../../src/core/version.ts';
import { isAskedByPage, sessionCookie, shownSession } from '../../src/edge/page-proof.ts';
import { sessionMs } from '../../src/edge/sessions.ts';

const door = '/session';

const logIn = z.strictObject({ user: z.string().max(200), password: z.string().max(1000) });

/**
 * `/session`: the log-in of the page. POST takes user and password and gives a cookie that no script reads; GET says
 * who is logged in, if anybody; DELETE ends it.
 */
export const session = fp(
  async (app: FastifyInstance) => {
    const { sessions, baseUrl, basePath, settings } = app.bridge;
    const ownHosts = [new URL(baseUrl).host];
    /** What who is logged in is told. */
    const inside = () => ({ user: settings.auth.user, version, ...(app.guide && { guide: true }) });

    const cookieOf = (request: FastifyRequest, value: string, maxAgeSeconds: number) =>
      [
        `${sessionCookie}=${value}`,
        `Path=${basePath}/`,
        `Max-Age=${maxAgeSeconds}`,
        'HttpOnly',
        'SameSite=Strict',
        ...(isEncrypted(request) ? ['Secure'] : []),
      ].join('; ');

    /** Also where the cookie is right: another page may have sent it along. */
    const onlyOurPage = (request: FastifyRequest): void => {
      if (!isAskedByPage(request.headers, ownHosts)) throw new BridgeError('BRIDGE_UNAUTHORIZED');
    };

    app.route({
      method: ['GET', 'HEAD'],
      url: door,
      handler: async (request, reply) => {
        const isIn = app.sessionOf(request) !== undefined;
        // Whoever is not logged in yet has done nothing wrong, and learns nothing.
        return reply.header('cache-control', 'no-store').send(isIn ? inside() : {});
      },
    });

    app.route({
      method: 'POST',
      url: door,
      bodyLimit: 8192,
      handler: async (request, reply) => {
        onlyOurPage(request);
        const sent = logIn.safeParse(request.body);
        if (!sent.success)
          throw new BridgeError('BRIDGE_BAD_REQUEST', { detail: 'user and password must be texts' });
        const { user, password } = sent.data;
        const refusal = app.passwordRefusal(request, user, password);
        if (refusal) throw refusal;
        // Whoever was logged in before with this browser is not any more: no log-in that somebody else has set lives on.
        const former = shownSession(request.headers);
        if (former !== undefined) sessions.end(former);
        return reply
          .header('set-cookie', cookieOf(request, sessions.begin(), Math.floor(sessionMs / 1000)))
          .header('cache-control', 'no-store')
          .send(inside());
      },
    });

    app.route({
      method: 'DELETE',
      url: door,
      handler: async (request, reply) => {
        onlyOurPage(request);
        const shown = app.sessionOf(request);
        if (shown === undefined) throw new BridgeError('BRIDGE_UNAUTHORIZED');
        sessions.end(shown);
        return reply
          .header('set-cookie', cookieOf(request, '', 0))
          .header('clear-site-data', '"cache"')
          .header('cache-control', 'no-store')
          .code(204)
          .send();
      },
    });
  },
  { name: 'session', dependencies: ['bridge', 'errors', 'auth', 'guide'] },
);

/** Whether the browser speaks https with us, or with the proxy in front of us: it says from where its page came. */
function isEncrypted({ raw, headers }: FastifyRequest): boolean {
  return 'encrypted' in raw.socket || headers.origin?.startsWith('https:') === true;
}
