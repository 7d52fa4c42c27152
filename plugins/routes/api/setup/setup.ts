import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import * as endpoints from '../../../../src/api/setup/setup.ts';
import { saidIn } from '../../../../src/api/words/said.ts';
import { BridgeError } from '../../../../src/core/errors.ts';
import { toFolderId } from '../../../../src/core/ids.ts';
import type { AccountInfo } from '../../../../src/host/host.ts';
import { serveEndpoint } from '../../../support/endpoints.ts';
import { serverRow } from './servers.ts';

/** `/api/v1/setup`: what the guide takes and tells while there is no key. Behind that all of it is closed. */
export const setup = fp(
  async (app: FastifyInstance) => {
    const { settings, baseUrl, publisher } = app.bridge;

    const guide = () => {
      if (!app.guide || app.guide.isOver()) throw new BridgeError('BRIDGE_SETUP_OVER');
      return app.guide;
    };

    /** In the guide, and behind it in the settings. */
    const servers = () => {
      if (app.guide) return guide().servers;
      if (!app.settingsEditor) throw new BridgeError('BRIDGE_NOT_FOUND');
      return app.mediaServers;
    };

    serveEndpoint(app, endpoints.getSetup, async () => {
      const { id, account, keyPage, addresses, tried, fixed } = guide().state();
      return {
        ...{ id, baseUrl, keyPage },
        ...(account && { account: accountView(account) }),
        addresses: [...addresses],
        tried: [...tried],
        fixed: [...fixed],
        roots: [...settings.library.roots],
        libraryDirs: publisher.trees.map(({ dir }) => dir),
      };
    });

    serveEndpoint(app, endpoints.checkKey, async ({ body }, { gone }) =>
      accountView(await guide().checkKey(body.key, gone)),
    );

    serveEndpoint(app, endpoints.listSetupFolders, async ({ query }, { gone }) => {
      const folders = await guide().folders(toFolderId(query.id), gone);
      return { folders: folders.map(({ id, name }) => ({ id, name })) };
    });

    serveEndpoint(app, endpoints.tryAddress, async ({ body }) => ({ url: guide().tryAddress(body.url) }));

    serveEndpoint(app, endpoints.findServers, async ({ body }, { gone }) => ({
      servers: await servers().find(body.host, gone),
    }));

    serveEndpoint(app, endpoints.checkServer, async ({ body }, { gone }) => {
      const asked = servers();
      const row = serverRow(body, publisher.trees);
      const faults = app.settingsEditor?.faultsOf({ notify: [row] }) ?? [];
      if (faults.length > 0) throw new BridgeError('BRIDGE_BAD_REQUEST', { says: faults.join('. ') });
      const { isRight: ok, ...trial } = await asked.check(row, gone);
      const { words, remedy } = trial;
      return { ok, ...trial, said: saidIn(words), ...(remedy && { remedySaid: saidIn(remedy) }) };
    });

    serveEndpoint(app, endpoints.enterSetup, async ({ body }, { reply }) => {
      const open = guide();
      open.enter({
        ...(body.baseUrl !== undefined && { 'server.baseUrl': body.baseUrl }),
        ...(body.roots && { 'library.roots': body.roots }),
        ...(body.servers?.length && {
          notify: body.servers.map((server) => serverRow(server, publisher.trees)),
        }),
      });
      // Who asked has the answer before the guide is closed.
      reply.raw.once('close', () => open.leave());
      return {};
    });
  },
  { name: 'setup', dependencies: ['api-routes', 'guide'] },
);

function accountView({ offer, premiumUntil, premiumUntilDay }: AccountInfo): endpoints.SetupAccountAnswer {
  return {
    offer,
    ...(premiumUntilDay !== undefined && { until: premiumUntilDay }),
    ...(premiumUntil !== undefined && { untilAt: premiumUntil }),
  };
}
