import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { createCallerReader } from '../../src/edge/caller.ts';
import type { Gateway } from '../../src/gateway/gateway.ts';
import { requestHeaders, seenBy } from './headers.ts';
import { keepAliveMs, tunnel } from './upgrade.ts';

/** Open WebSockets of one address: an app has one, and all apps behind a proxy come from its address. */
const maxOfAddress = 256;

/**
 * WebSockets on their way to the media server, which is told of the app as with any other request. They may be silent
 * for hours, and end when the gateway does.
 */
export const webSockets = fp(
  async (app: FastifyInstance, { gateway }: { gateway: Gateway }) => {
    const readCaller = createCallerReader(app.bridge.settings.server.trustProxy);
    const open = new Set<Duplex>();
    const ofAddress = new Map<string, number>();

    app.server.on('upgrade', (request, socket, head) => {
      if (app.stopping.now) return socket.destroy();
      const { address } = readCaller(request.socket.remoteAddress, request.headers);
      const count = ofAddress.get(address) ?? 0;
      // Whoever does not even read the refusal is no longer listened to.
      socket.on('error', () => socket.destroy());
      if (count >= maxOfAddress) return refuse(socket);
      ofAddress.set(address, count + 1);
      open.add(socket);
      socket.once('close', () => {
        open.delete(socket);
        const left = (ofAddress.get(address) ?? 1) - 1;
        if (left > 0) ofAddress.set(address, left);
        else ofAddress.delete(address);
      });
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

function refuse(socket: Duplex): void {
  socket.end(
    'HTTP/1.1 429 Too Many Requests\r\nretry-after: 60\r\nconnection: close\r\ncontent-length: 0\r\n\r\n',
    () => socket.destroy(),
  );
}
