import { type FastifyInstance, fastify, LogController } from 'fastify';
import { createOrigin } from '../plugins/gateway/origin.ts';
import { places } from '../plugins/gateway/places.ts';
import { proxy } from '../plugins/gateway/proxy.ts';
import { isWebSocket } from '../plugins/gateway/upgrade.ts';
import { webSockets } from '../plugins/gateway/web-sockets.ts';
import { CountedAnswer } from '../plugins/support/answers/counted-answer.ts';
import { bridgeDecorator } from '../plugins/support/bridge.ts';
import { caller } from '../plugins/support/caller.ts';
import { delivery } from '../plugins/support/delivery.ts';
import { errors, frameworkError } from '../plugins/support/errors.ts';
import { limits, maxUrl } from '../plugins/support/limits.ts';
import { pipelining } from '../plugins/support/pipelining.ts';
import { requestLog } from '../plugins/support/request-log.ts';
import { createTls } from '../plugins/support/tls.ts';
import type { Bridge } from './bridge.ts';
import { METHODS } from './core/http/http.ts';
import { ofArea } from './core/log.ts';
import { version } from './core/version.ts';
import { createGateway } from './gateway/gateway.ts';
import type { GatewaySetting } from './gateway/setting.ts';
import { treesOf } from './library/trees.ts';

/** A gateway before one media server, over the parts of the bridge. Does not listen. */
export async function buildGateway(bridge: Bridge, setting: GatewaySetting): Promise<FastifyInstance> {
  const origin = createOrigin(setting);
  const gateway = createGateway({
    setting,
    dispatcher: origin.dispatcher,
    clock: bridge.clock,
    userAgent: `Passerelle/${version}`,
    signer: bridge.signer,
    files: bridge.catalog.files,
    keyValues: bridge.catalog.keyValues,
    onFault: (error) => bridge.log.warn({ err: error }, 'what ended tickets could not be kept'),
    known: {
      media: bridge.catalog.media,
      trees: treesOf(bridge.settings.library).map(({ name }) => bridge.catalog.placementsOf(name)),
    },
  });
  const tls = createTls(bridge);
  const app = fastify({
    logger: false,
    ...(tls && { ...tls.options, https: {} }),
    logController: new LogController({ disableRequestLogging: true }),
    exposeHeadRoutes: false,
    // How long an upload may take is the media server's business.
    requestTimeout: 0,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    rewriteUrl: ({ url = '/' }) => gateway.addressOf(url),
    routerOptions: { maxParamLength: maxUrl, ignoreTrailingSlash: false },
    frameworkErrors: frameworkError,
    http: { ServerResponse: CountedAnswer, shouldUpgradeCallback: isWebSocket } as object,
  });
  tls?.attach(app);
  for (const method of METHODS)
    if (method !== 'CONNECT' && !app.supportedMethods.includes(method))
      app.addHttpMethod(method, { hasBody: true });
  await app.register(bridgeDecorator, { bridge: { ...bridge, log: ofArea(bridge.log, 'gateway') } });
  await app.register(caller);
  await app.register(requestLog);
  await app.register(limits);
  await app.register(pipelining);
  await app.register(errors);
  await app.register(delivery);
  await app.register(proxy, { gateway, origin });
  await app.register(places);
  await app.register(webSockets, { gateway });
  app.addHook('onClose', () => origin.close());
  return app;
}
