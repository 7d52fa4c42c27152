import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { createCallerReader } from '../../src/edge/caller.ts';
import type { Gateway } from '../../src/gateway/gateway.ts';
import { requestHeaders, seenBy } from './headers.ts';
import { keepAliveMs, tunnel } from './upgrade.ts';

/**
 * WebSockets on their way to the media server, which is told of the app as with any other request. They may be silent
 * for hours, and end when the gateway does.
 */
export const webSockets = fp(
  async (app: FastifyInstance, { gateway }: { gateway: Gateway }) => {
    const readCaller = createCallerReader(app.bridge.settings.server.trustProxy);
    const open = new Set<Duplex>();

    app.server.on('upgrade', (request, socket, head) => {
      if (app.stopping.now) return socket.destroy();
      open.add(socket);
      socket.once('close', () => open.delete(socket));
      request.socket.setTimeout(0);
      request.socket.setKeepAlive(true, keepAliveMs);
      const { headers } = request;
      const caller = readCaller(request.socket.remoteAddress, headers);
      const seen = seenBy({ caller, raw: request, headers });
      const passed = requestHeaders(gateway.setting.knownProxy ? seen : undefined, headers);
      tunnel(gateway, { ...passed, connection: 'Upgrade', upgrade: headers.upgrade }, request, socket, head);
    });

    app.addHook('preClose', async () => {
      for (const socket of open) socket.destroy();
    });
  },
  { name: 'gateway-web-sockets', dependencies: ['bridge'] },
);
