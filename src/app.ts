import type { FastifyInstance } from 'fastify';
import { docs } from '../plugins/routes/api/docs.ts';
import { browse } from '../plugins/routes/browse.ts';
import { dav } from '../plugins/routes/dav.ts';
import { davChunks } from '../plugins/routes/dav-chunks.ts';
import { davDates } from '../plugins/routes/dav-dates.ts';
import { davLocking } from '../plugins/routes/dav-locks.ts';
import { davTus } from '../plugins/routes/dav-tus.ts';
import { davWrite } from '../plugins/routes/dav-write.ts';
import { health } from '../plugins/routes/health.ts';
import { metrics } from '../plugins/routes/metrics.ts';
import { playlist } from '../plugins/routes/playlist.ts';
import { stream } from '../plugins/routes/stream.ts';
import { strm } from '../plugins/routes/strm.ts';
import { delivery } from '../plugins/support/delivery.ts';
import { openapi } from '../plugins/support/openapi.ts';
import { createTls } from '../plugins/support/tls.ts';
import { page } from '../plugins/ui/page.ts';
import { session } from '../plugins/ui/session.ts';
import { createApp, registerApi, registerSupport } from './api-app.ts';
import type { Bridge } from './bridge.ts';
import { type Holder, holderHere } from './owner/holder.ts';

/**
 * All URL families over a bridge, in the order in which they are registered. Does not listen.
 * @param holder the process that owns the data, as it is told of
 */
export async function buildApp(
  bridge: Bridge,
  holder: Holder = holderHere('serve', bridge.clock.now()),
): Promise<FastifyInstance> {
  const app = createApp(bridge, createTls(bridge));
  await registerSupport(app, bridge);
  await app.register(delivery);
  await app.register(health);
  await app.register(metrics);
  await app.register(stream);
  await app.register(strm);
  await app.register(davWrite);
  await app.register(davDates);
  await app.register(davLocking);
  await app.register(davTus);
  await app.register(davChunks);
  await app.register(dav);
  await app.register(browse);
  await app.register(playlist);
  await app.register(page);
  await app.register(session);
  await app.register(openapi);
  await registerApi(app, holder);
  await app.register(docs);
  return app;
}
