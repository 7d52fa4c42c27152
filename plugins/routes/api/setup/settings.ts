import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import type { ShownSetting } from '../../../../src/api/setup/settings.ts';
import * as endpoints from '../../../../src/api/setup/settings.ts';
import { BridgeError } from '../../../../src/core/errors.ts';
import type { EditedSettings } from '../../../../src/setup/settings-editor.ts';
import { serveEndpoint } from '../../../support/endpoints.ts';

/** `/api/v1/settings`: what every setting is, and what may be changed while `serve` runs. */
export const settings = fp(
  async (app: FastifyInstance) => {
    const editor = () => {
      if (!app.settingsEditor)
        throw new BridgeError('BRIDGE_NOT_FOUND', {
          detail: 'only passerelle serve has settings to look at',
        });
      return app.settingsEditor;
    };
    serveEndpoint(app, endpoints.listSettings, async () => viewOf(editor().list()));
    serveEndpoint(app, endpoints.changeSettings, async ({ body }) =>
      viewOf(editor().change(body.changes, body)),
    );
    serveEndpoint(app, endpoints.restart, async (_received, { reply }) => {
      const restart = editor().restart();
      // Who asked has the answer before all is closed.
      reply.raw.once('close', restart);
      return {};
    });
  },
  { name: 'settings', dependencies: ['api-routes', 'guide'] },
);

function viewOf({ version, file, settings }: EditedSettings) {
  const rows: ShownSetting[] = settings.map(({ form, ...one }) => ({
    ...one,
    form: form.kind === 'choice' ? { ...form, values: [...form.values] } : form,
  }));
  return { version, file, settings: rows };
}
