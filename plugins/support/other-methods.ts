import type { FastifyInstance, RouteOptions } from 'fastify';
import fp from 'fastify-plugin';
import findMyWay from 'find-my-way';
import { BridgeError } from '../../src/core/errors.ts';
import { METHODS } from '../../src/core/http/http.ts';
import { maxUrl } from './limits.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Not among the methods that an address is told to take. */
    isUnlisted?: boolean;
  }
  interface FastifyInstance {
    /** @returns the methods that each address takes, as the router writes it; whole once the app is ready */
    servedMethods(): Map<string, string[]>;
  }
}

/** What an address takes. */
interface Taken {
  methods: string[];
  /** Who has no password is not even told that. */
  isLocked: boolean;
}

/**
 * Before every route. What an address does not take is told so with 405 and `Allow`, what is no address with 404: by
 * one route for all of them, since one for each method at each address would be a thousand.
 */
export const otherMethods = fp(
  async (app: FastifyInstance) => {
    // A hook after this one may change the methods.
    const listed: { url: string; route: RouteOptions }[] = [];
    app.decorate('servedMethods', () => {
      const byUrl = Map.groupBy(listed, ({ url }) => url);
      return new Map([...byUrl].map(([url, routes]) => [url, routes.flatMap(({ route }) => route.method)]));
    });
    app.addHook('onRoute', (route) => {
      if (route.config?.isUnlisted) return;
      listed.push({ url: route.url, route });
      // The top of a prefix is served with a slash too, of which Fastify tells no hook.
      if (route.routePath === '' && route.prefix !== '') listed.push({ url: `${route.url}/`, route });
    });

    // The same router as Fastify's, so that an address means the same to both.
    const router = findMyWay({ maxParamLength: maxUrl });
    app.addHook('onReady', async () => {
      for (const [url, methods] of app.servedMethods()) {
        const own = listed.filter((one) => one.url === url);
        const isLocked = own.every(({ route }) => [route.onRequest].flat().includes(app.basicAuth));
        router.on('GET', url, () => {}, { methods, isLocked } satisfies Taken);
      }
    });
    app.route({
      method: METHODS.filter((method) => app.supportedMethods.includes(method)),
      url: '/*',
      config: { isUnlisted: true },
      schema: { hide: true },
      onRequest: (request, reply, done) => {
        const [path = ''] = request.url.split('?', 1);
        const taken: Taken | undefined = router.find('GET', path)?.store;
        if (!taken || taken.methods.includes(request.method))
          return done(new BridgeError('BRIDGE_NOT_FOUND'));
        const refuse = () => {
          reply.header('allow', taken.methods.join(', '));
          done(new BridgeError('BRIDGE_METHOD', { detail: `use ${taken.methods.join(' or ')}` }));
        };
        if (!taken.isLocked) return refuse();
        app.basicAuth(request, reply, (error) => (error ? done(error) : refuse()));
      },
      handler: () => undefined,
    });
  },
  { name: 'other-methods', dependencies: ['bridge', 'errors', 'auth'] },
);
