import type { IncomingMessage } from 'node:http';
import { type FastifyInstance, fastify, LogController } from 'fastify';
import { account } from '../plugins/routes/api/account.ts';
import { changes } from '../plugins/routes/api/changes.ts';
import { doctor } from '../plugins/routes/api/doctor.ts';
import { downloads } from '../plugins/routes/api/downloads.ts';
import { events } from '../plugins/routes/api/events.ts';
import { feed } from '../plugins/routes/api/feed.ts';
import { heldUploads } from '../plugins/routes/api/held-uploads.ts';
import { inbox } from '../plugins/routes/api/inbox.ts';
import { keys } from '../plugins/routes/api/keys.ts';
import { leftOut } from '../plugins/routes/api/left-out.ts';
import { library } from '../plugins/routes/api/library.ts';
import { links } from '../plugins/routes/api/links.ts';
import { log } from '../plugins/routes/api/log.ts';
import { notify } from '../plugins/routes/api/notify.ts';
import { overrides } from '../plugins/routes/api/overrides.ts';
import { playback } from '../plugins/routes/api/playback.ts';
import { proposals } from '../plugins/routes/api/proposals.ts';
import { remote } from '../plugins/routes/api/remote.ts';
import { status } from '../plugins/routes/api/status.ts';
import { supportBundle } from '../plugins/routes/api/support-bundle.ts';
import { sync } from '../plugins/routes/api/sync.ts';
import { tree } from '../plugins/routes/api/tree.ts';
import { uploads } from '../plugins/routes/api/uploads.ts';
import { ServerAnswer } from '../plugins/support/answers/answer.ts';
import { auth } from '../plugins/support/auth.ts';
import { bridgeDecorator } from '../plugins/support/bridge.ts';
import { caller } from '../plugins/support/caller.ts';
import { admitUploads } from '../plugins/support/dav/account-door.ts';
import { createFilesAlias, type FilesAlias } from '../plugins/support/dav/files-alias.ts';
import { apiRoutes } from '../plugins/support/endpoints.ts';
import { errors, frameworkError } from '../plugins/support/errors.ts';
import { limits, maxUrl } from '../plugins/support/limits.ts';
import { otherMethods } from '../plugins/support/other-methods.ts';
import { pipelining } from '../plugins/support/pipelining.ts';
import { requestLog } from '../plugins/support/request-log.ts';
import type { Tls } from '../plugins/support/tls.ts';
import { answerUnreadable } from '../plugins/support/unreadable.ts';
import { waiting } from '../plugins/support/waiting.ts';
import type { Bridge } from './bridge.ts';
import { minuteMs } from './core/durations.ts';
import { METHODS } from './core/http/http.ts';
import { createBasePath } from './edge/base-path.ts';
import type { Holder } from './owner/holder.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Another name of the account, where it is written to. */
    filesAlias: FilesAlias | undefined;
    /** The address of a request as the routes know it. */
    routedUrl(url: string): string;
  }
}

/** The API alone: for a command that owns the data while it runs, and starts in a moment. */
export async function buildApi(bridge: Bridge, holder: Holder): Promise<FastifyInstance> {
  const app = createApp(bridge);
  await registerSupport(app, bridge);
  await registerApi(app, holder);
  return app;
}

/** What stands before every route. */
export async function registerSupport(app: FastifyInstance, bridge: Bridge): Promise<void> {
  await app.register(bridgeDecorator, { bridge });
  await app.register(caller);
  await app.register(requestLog);
  await app.register(limits);
  await app.register(pipelining);
  await app.register(waiting);
  await app.register(errors);
  await app.register(auth);
  await app.register(otherMethods);
  admitUploads(app);
}

/** Every address below /api/v1 but the document of them. */
export async function registerApi(app: FastifyInstance, holder: Holder): Promise<void> {
  await app.register(apiRoutes);
  await app.register(status, { holder });
  await app.register(events);
  await app.register(sync);
  await app.register(library);
  await app.register(account);
  await app.register(links);
  await app.register(uploads);
  await app.register(heldUploads);
  await app.register(changes);
  await app.register(downloads);
  await app.register(inbox);
  await app.register(remote);
  await app.register(playback);
  await app.register(overrides);
  await app.register(leftOut);
  await app.register(proposals);
  await app.register(tree);
  await app.register(keys);
  await app.register(notify);
  await app.register(doctor);
  await app.register(feed);
  await app.register(log);
  await app.register(supportBundle);
}

/** Fastify with our limits, and nothing on it. @param tls for one that listens, where it speaks TLS itself */
export function createApp(bridge: Bridge, tls?: Tls): FastifyInstance {
  const doors = new Set<string>();
  const basePath = createBasePath(bridge.baseUrl, (segment) => doors.has(segment));
  const { auth, dav } = bridge.settings;
  const alias = dav.write === 'off' ? undefined : createFilesAlias(auth.user, bridge.basePath);
  const app = fastify({
    logger: false,
    ...(tls && { ...tls.options, https: {} }),
    // Our own line per request says more, and less of what is secret.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 1024 * 1024,
    exposeHeadRoutes: false,
    // A request has to be there whole within this: whoever sends a byte a minute gives his place to somebody else.
    requestTimeout: minuteMs,
    // Running films are ended by `serve` after a time of grace, not by the server at once.
    forceCloseConnections: 'idle',
    rewriteUrl: (request) => {
      const url = basePath.strip(request.url ?? '/');
      return alias ? alias.resolve(request as IncomingMessage, url) : url;
    },
    return503OnClosing: false,
    routerOptions: { maxParamLength: maxUrl, ignoreTrailingSlash: false },
    frameworkErrors: frameworkError,
    clientErrorHandler: answerUnreadable,
    http: { ServerResponse: ServerAnswer },
  });
  tls?.attach(app);
  app.decorate('filesAlias', alias);
  app.decorate('routedUrl', basePath.strip);
  app.addHook('onRoute', ({ url }) => {
    const [, door = ''] = url.split('/');
    if (door !== '*') doors.add(door);
  });
  // So that an address can say which methods it takes, whatever it was asked with. CONNECT never reaches a route.
  for (const method of METHODS)
    if (method !== 'CONNECT' && !app.supportedMethods.includes(method))
      app.addHttpMethod(method, { hasBody: ['PROPFIND', 'PROPPATCH', 'LOCK'].includes(method) });
  return app;
}
