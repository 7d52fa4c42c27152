import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import * as endpoints from '../../../../src/api/setup/people.ts';
import { BridgeError } from '../../../../src/core/errors.ts';
import { serveEndpoint } from '../../../support/endpoints.ts';

/** `/api/v1/settings/people`: people who are told what needs somebody, entered once there is a key. */
export const people = fp(
  async (app: FastifyInstance) => {
    const notify = () => {
      if (!app.settingsEditor)
        throw new BridgeError('BRIDGE_NOT_FOUND', {
          detail: 'only passerelle serve has settings to look at',
        });
      return app.settingsEditor.notify;
    };
    function view(): endpoints.EnteredPeople {
      const { people, fixedBy } = notify().list();
      return {
        people: people.map(({ name, kind, token }) => ({ name, kind, hasToken: token !== undefined })),
        ...(fixedBy !== undefined && { fixedBy }),
      };
    }

    serveEndpoint(app, endpoints.listEnteredPeople, async () => view());
    serveEndpoint(app, endpoints.addRecipient, async ({ body }) => {
      const { kind, url, token, to, from } = body;
      notify().add({
        ...{ kind, url },
        ...(token !== undefined && { token }),
        ...(to !== undefined && { to }),
        ...(from !== undefined && { from }),
      });
      return view();
    });
    serveEndpoint(app, endpoints.removeRecipient, async ({ body }) => {
      const row = notify()
        .list()
        .people.find(({ name }) => name === body.name);
      if (!row) throw new BridgeError('BRIDGE_NOT_FOUND');
      notify().remove(row);
      return view();
    });
  },
  { name: 'people', dependencies: ['api-routes', 'guide'] },
);
