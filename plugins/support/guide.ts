import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { BridgeError } from '../../src/core/errors.ts';
import type { Guide } from '../../src/setup/guide.ts';
import type { MediaServers } from '../../src/setup/media-servers.ts';
import type { SettingsEditor } from '../../src/setup/settings-editor.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** While there is no key. */
    guide: Guide | undefined;
    /** Of `serve` alone. */
    settingsEditor: SettingsEditor | undefined;
    mediaServers: MediaServers;
  }
}

/** What can be entered in the page, and while there is no key nothing else is served. */
export const guideDecorator = fp(
  async (
    app: FastifyInstance,
    { guide, editor, servers }: { guide?: Guide; editor?: SettingsEditor; servers: MediaServers },
  ) => {
    app.decorate('mediaServers', servers);
    app.decorate('guide', guide);
    app.decorate('settingsEditor', editor);
    if (!guide) return;
    app.addHook('onRequest', (request, _reply, done) => {
      const isServed = request.routeOptions.url !== '/*';
      done(isServed ? undefined : new BridgeError('BRIDGE_NOT_SET_UP'));
    });
  },
  { name: 'guide', dependencies: ['bridge', 'errors'] },
);
