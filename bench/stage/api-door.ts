import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A way to the simulated API for a program that knows the real address alone. */
export interface ApiDoor {
  /** For HTTPS_PROXY. */
  proxyUrl: string;
  /** The certificate that it shows, for SSL_CERT_FILE. */
  certificate: string;
  stop(): Promise<void>;
}

const apiHost = 'api.1fichier.com';

/**
 * An HTTP proxy that takes every tunnel for one to the API, ends its TLS here, with a certificate made for this run,
 * and hands the calls on. `folder`: where the certificate and its key are put.
 */
export async function openApiDoor(folder: string, apiUrl: string): Promise<ApiDoor> {
  const key = join(folder, 'door.key');
  const certificate = join(folder, 'door.crt');
  const kind = '-x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2'.split(' ');
  const name = ['-subj', `/CN=${apiHost}`, '-addext', `subjectAltName=DNS:${apiHost}`];
  await run('openssl', ['req', ...kind, ...name, '-keyout', key, '-out', certificate]);
  const { hostname, port } = new URL(apiUrl);
  const api = createTlsServer({ key: await readFile(key), cert: await readFile(certificate) });
  api.on('request', (asked, answer) => {
    const { method = '', url: path = '', headers } = asked;
    const on = request({ hostname, port, method, path, headers }, (from) => {
      answer.writeHead(from.statusCode ?? 500, from.headers);
      from.pipe(answer);
    });
    on.on('error', () => answer.destroy());
    asked.pipe(on);
  });
  const proxy = createServer();
  proxy.on('connect', (_request, socket) => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    api.emit('connection', socket);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    proxyUrl: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    certificate,
    async stop() {
      api.closeAllConnections();
      proxy.closeAllConnections();
      proxy.close();
      await once(proxy, 'close');
    },
  };
}
