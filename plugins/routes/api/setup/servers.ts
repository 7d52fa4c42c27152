import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import * as endpoints from '../../../../src/api/setup/setup.ts';
import { BridgeError } from '../../../../src/core/errors.ts';
import { serveEndpoint } from '../../../support/endpoints.ts';

/** `/api/v1/settings/servers`: media servers that are told what is new, entered once there is a key. */
export const servers = fp(
  async (app: FastifyInstance) => {
    const { trees } = app.bridge.publisher;
    const notify = () => {
      if (!app.settingsEditor)
        throw new BridgeError('BRIDGE_NOT_FOUND', {
          detail: 'only passerelle serve has settings to look at',
        });
      return app.settingsEditor.notify;
    };

    function view(): endpoints.EnteredServers {
      const { servers, isWaiting, fixedBy } = notify().list();
      return {
        servers: servers.map(({ kind, url, token, pathMap }) => {
          const seenAs = pathMap?.[trees[0].dir];
          return { kind, url, hasToken: token !== undefined, ...(seenAs !== undefined && { seenAs }) };
        }),
        libraryDirs: trees.map(({ dir }) => dir),
        ...(fixedBy !== undefined && { fixedBy }),
        isWaiting,
      };
    }

    serveEndpoint(app, endpoints.listEnteredServers, async () => view());
    serveEndpoint(app, endpoints.addServer, async ({ body }) => {
      notify().add(serverRow(body, trees));
      return view();
    });
    serveEndpoint(app, endpoints.removeServer, async ({ body }) => {
      notify().remove(body);
      return view();
    });
  },
  { name: 'servers', dependencies: ['api-routes', 'guide'] },
);

/** A line of `notify`. */
export function serverRow(
  { kind, url, token, seenAs }: endpoints.SetupServerWish,
  [tree]: readonly { dir: string }[],
) {
  const isElsewhere = seenAs !== undefined && tree !== undefined && seenAs !== tree.dir;
  return {
    kind,
    url,
    ...(token !== undefined && { token }),
    ...(isElsewhere && { pathMap: { [tree.dir]: seenAs } }),
  };
}
