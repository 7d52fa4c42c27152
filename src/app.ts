import type { FastifyInstance } from 'fastify';
import { docs } from '../plugins/routes/api/docs.ts';
import { doctor } from '../plugins/routes/api/doctor.ts';
import { people } from '../plugins/routes/api/setup/people.ts';
import { servers } from '../plugins/routes/api/setup/servers.ts';
import { settings } from '../plugins/routes/api/setup/settings.ts';
import { setup } from '../plugins/routes/api/setup/setup.ts';
import { status } from '../plugins/routes/api/status.ts';
import { browse } from '../plugins/routes/browse.ts';
import { dav } from '../plugins/routes/dav.ts';
import { davChunkLists } from '../plugins/routes/dav-chunk-lists.ts';
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
import { apiRoutes } from '../plugins/support/endpoints.ts';
import { guideDecorator } from '../plugins/support/guide.ts';
import { openapi } from '../plugins/support/openapi.ts';
import { createTls } from '../plugins/support/tls.ts';
import { page } from '../plugins/ui/page.ts';
import { session } from '../plugins/ui/session.ts';
import { createApp, registerApi, registerSupport } from './api-app.ts';
import type { Bridge } from './bridge.ts';
import { mediaServersFor } from './guiding.ts';
import { type Holder, holderHere } from './owner/holder.ts';
import type { Guide } from './setup/guide.ts';
import type { SettingsEditor } from './setup/settings-editor.ts';

/**
 * All URL families over a bridge, in the order in which they are registered. Does not listen.
 * @param holder the process that owns the data, as it is told of
 */
export async function buildApp(
  bridge: Bridge,
  holder: Holder = holderHere('serve', bridge.clock.now()),
  parts: { editor?: SettingsEditor } = {},
): Promise<FastifyInstance> {
  const app = createApp(bridge, createTls(bridge));
  await registerSupport(app, bridge);
  await app.register(guideDecorator, { ...parts, servers: mediaServersFor(bridge) });
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
  await app.register(davChunkLists);
  await app.register(dav);
  await app.register(browse);
  await app.register(playlist);
  await app.register(page);
  await app.register(session);
  await app.register(openapi);
  await registerApi(app, holder);
  await app.register(settings);
  await app.register(servers);
  await app.register(people);
  await app.register(setup);
  await app.register(docs);
  return app;
}

/** What is served while there is no key: the page with its guide, and who asks after this process. */
export async function buildGuideApp(
  bridge: Bridge,
  holder: Holder,
  parts: { editor: SettingsEditor; guide: Guide },
): Promise<FastifyInstance> {
  const app = createApp(bridge, createTls(bridge));
  await registerSupport(app, bridge);
  await app.register(guideDecorator, { ...parts, servers: parts.guide.servers });
  await app.register(health);
  await app.register(page);
  await app.register(session);
  await app.register(apiRoutes);
  await app.register(status, { holder });
  await app.register(doctor);
  await app.register(setup);
  return app;
}
