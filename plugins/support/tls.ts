import type { Server as PlainServer } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Socket } from 'node:net';
import type { FastifyHttpOptions, FastifyInstance, FastifyServerOptions } from 'fastify';
import type { Bridge } from '../../src/bridge.ts';
import type { Certificate } from '../../src/edge/certificate.ts';
import { loadCertificate, watchCertificate } from '../../src/edge/certificate-files.ts';

/** How a server speaks TLS itself. */
export interface Tls {
  options: Pick<FastifyServerOptions, 'serverFactory'>;
  /** New pairs are taken while `app` listens; connections that are there go on with what they have. */
  attach(app: FastifyInstance): void;
}

/** The first byte of a TLS connection (RFC 8446 section 5.1: a record of a handshake). */
const handshake = 0x16;
/** So long a connection may say nothing at all. */
const firstByteMs = 10_000;

const plainAnswer = `${JSON.stringify({
  statusCode: 400,
  code: 'BRIDGE_BAD_REQUEST',
  error: 'Bad Request',
  message: 'This port speaks https: write https:// in the place of http://',
})}\n`;

/**
 * TLS where the settings name a certificate: HTTP/1.1 alone, since players' ranges each want a connection that can be
 * closed by itself.
 * @throws BridgeError BRIDGE_SETTINGS when it cannot be served with
 */
export function createTls({ settings, clock, log }: Bridge): Tls | undefined {
  const { tlsCert, tlsKey } = settings.server;
  if (tlsCert === undefined || tlsKey === undefined) return undefined;
  const files = { cert: tlsCert, key: tlsKey };
  const first = loadCertificate(files);
  let current: Certificate = first;
  const servers = new Set<Server>();
  /** Connections that have said nothing yet, which no server counts among its own. */
  const silent = new Set<Socket>();

  return {
    options: {
      serverFactory(handler, options) {
        const { cert, key } = current;
        const { http, keepAliveTimeout, requestTimeout } = options as FastifyHttpOptions<PlainServer>;
        const server = createServer({ ...http, cert, key, ALPNProtocols: ['http/1.1'] }, handler);
        if (keepAliveTimeout !== undefined) server.keepAliveTimeout = keepAliveTimeout;
        if (requestTimeout !== undefined) server.requestTimeout = requestTimeout;
        answerPlainHttp(server, silent);
        servers.add(server);
        return server as PlainServer;
      },
    },

    attach(app) {
      const watch = watchCertificate(files, first, {
        clock,
        log,
        onRenewed(renewed) {
          current = renewed;
          for (const server of servers) server.setSecureContext({ cert: renewed.cert, key: renewed.key });
        },
      });
      app.addHook('onListen', async () => watch.start());
      app.addHook('preClose', async () => {
        for (const socket of silent) socket.destroy();
      });
      app.addHook('onClose', () => watch.stop());
    },
  };
}

/** Whoever speaks http to this port is told so, where TLS alone would end the connection without a word. */
function answerPlainHttp(server: Server, silent: Set<Socket>): void {
  const listeners = server.listeners('connection');
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    const quiet = () => socket.destroy();
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
    socket.setTimeout(firstByteMs, quiet);
    socket.on('error', quiet);
    socket.once('data', (bytes: Buffer) => {
      socket.pause();
      silent.delete(socket);
      socket.setTimeout(0, quiet);
      socket.off('timeout', quiet);
      socket.off('error', quiet);
      if (bytes[0] === handshake) {
        socket.unshift(bytes);
        for (const listener of listeners) listener.call(server, socket);
        return;
      }
      socket.on('error', quiet);
      const head = [
        'HTTP/1.1 400 Bad Request',
        'Content-Type: application/json',
        `Content-Length: ${Buffer.byteLength(plainAnswer)}`,
        'X-Content-Type-Options: nosniff',
        'Connection: close',
      ];
      socket.end(`${head.join('\r\n')}\r\n\r\n${plainAnswer}`, quiet);
    });
  });
}
