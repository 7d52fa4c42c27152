import { once } from 'node:events';
import { createServer } from 'node:https';
import { connect } from 'node:net';
import { connect as connectTls, getCACertificates, setDefaultCACertificates } from 'node:tls';
import t from 'tap';
import { Agent, request } from 'undici';
import { buildGateway } from '../src/gateway-app.ts';
import { makeCertificate } from './fixtures/certificates.ts';
import { fakeMediaServer } from './fixtures/fake-media-server.ts';
import { setupGateway } from './fixtures/gateway.ts';
import { ownFolder } from './fixtures/own-folder.ts';
import { findProgram } from './fixtures/programs.ts';

/** TLS on either side of a gateway, and what is kept open for long. */
if ((await findProgram(t, 'openssl')) === undefined) process.exit(0);
const { dir, removeAfter } = await ownFolder();
const own = await makeCertificate(dir, 'own');
const one = await setupGateway(
  t as never,
  (_asked, response) => void response.setHeader('content-type', 'text/plain').end('plain'),
  { env: { PASSERELLE_TLS_CERT: own.certFile, PASSERELLE_TLS_KEY: own.keyFile } },
);
removeAfter(t);
const trusting = new Agent({ connect: { ca: own.cert } });
t.teardown(() => trusting.destroy());

/** A media server that speaks TLS with a certificate of its own, and what reached it. */
async function secureServer() {
  const reached: string[] = [];
  const server = createServer({ cert: own.cert, key: own.key }, (asked, response) => {
    reached.push(asked.url ?? '');
    response.end('secure');
  }).listen(0, '127.0.0.1');
  server.on('upgrade', (asked, socket) => {
    reached.push(asked.url ?? '');
    socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nhello');
  });
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as { port: number };
  return { url: `https://127.0.0.1:${port}`, reached };
}

/** A second gateway over the same bridge. */
async function gatewayTo(url: string, knownProxy = true) {
  const app = await buildGateway(one.bridge, {
    kind: 'jellyfin',
    url,
    port: 0,
    host: '127.0.0.1',
    knownProxy,
  });
  t.teardown(() => app.close());
  return { app, url: await app.listen({ host: '127.0.0.1', port: 0 }) };
}

const upgradeText = (path: string, more = '') =>
  `GET ${path} HTTP/1.1\r\nHost: gateway\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: a\r\n${more}\r\n`;

/** Opens a connection to a gateway with TLS, sends this, and reads until it is closed or `until` is there. */
async function talk(url: string, text: string, until?: RegExp) {
  const socket = connectTls({ port: Number(new URL(url).port), host: '127.0.0.1', ca: own.cert });
  socket.on('error', () => {});
  socket.write(text);
  let got = '';
  for await (const chunk of socket) {
    got += chunk;
    if (until?.test(got)) break;
  }
  return { got, socket };
}

t.test('a gateway speaks TLS where Passerelle does, and tells who speaks http to it', async (t) => {
  t.match(one.gatewayUrl, /^https:/);
  const { body } = await request(`${one.gatewayUrl}/a`, { dispatcher: trusting });
  t.equal(await body.text(), 'plain');
  t.match(one.origin.arrived.at(-1)?.headers, { 'x-forwarded-proto': 'https' });
  const plain = connect(Number(new URL(one.gatewayUrl).port), '127.0.0.1');
  plain.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  const [answer] = (await once(plain, 'data')) as [Buffer];
  t.match(answer.toString(), /^HTTP\/1\.1 400 /);
});

t.test('a media server whose certificate nobody vouches for is told nothing', async (t) => {
  const { url, reached } = await secureServer();
  const gateway = await gatewayTo(url);
  const { statusCode, body } = await request(`${gateway.url}/System/Info`, {
    dispatcher: trusting,
    headers: { authorization: 'MediaBrowser Token="secret"' },
  });
  t.equal(statusCode, 502);
  t.match(await body.json(), { code: 'BRIDGE_ORIGIN_DOWN' });
  t.match((await talk(gateway.url, upgradeText('/socket'))).got, /^HTTP\/1\.1 502 /);
  t.strictSame(reached, []);
});

t.test('one whose authority this machine knows is spoken to, over WebSockets too', async (t) => {
  const before = getCACertificates('default');
  setDefaultCACertificates([...before, own.cert]);
  t.teardown(() => setDefaultCACertificates(before));
  const { url, reached } = await secureServer();
  const gateway = await gatewayTo(url);
  const { body } = await request(`${gateway.url}/a`, { dispatcher: trusting });
  t.equal(await body.text(), 'secure');
  t.match((await talk(gateway.url, upgradeText('/socket?ApiKey=x'))).got, /^HTTP\/1\.1 101 .*hello$/s);
  t.strictSame(reached, ['/a', '/socket?ApiKey=x']);
});

t.test('two gateways are two servers', async (t) => {
  const other = await fakeMediaServer(t, (_asked, response) => void response.end('other'));
  const gateway = await gatewayTo(other.url, false);
  const texts = [one.gatewayUrl, gateway.url].map(async (url) =>
    (await request(`${url}/b`, { dispatcher: trusting })).body.text(),
  );
  t.strictSame(await Promise.all(texts), ['plain', 'other']);
  t.equal(other.arrived.length, 1);
});

t.test(
  'a WebSocket tells of its app as any request does, may be silent, and ends with the gateway',
  async (t) => {
    const heard: Record<string, unknown>[] = [];
    const origin = await fakeMediaServer(t, (_asked, response) => void response.end());
    origin.server.on('upgrade', (asked, socket) => {
      heard.push(asked.headers);
      socket.on('error', () => {});
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
    });
    const forged = 'X-Forwarded-For: 203.0.113.5\r\nX-Forwarded-Host: evil\r\nForwarded: for=x\r\n';
    for (const knownProxy of [true, false]) {
      const { app, url } = await gatewayTo(origin.url, knownProxy);
      const sockets: import('node:net').Socket[] = [];
      app.server.on('secureConnection', (socket) => sockets.push(socket));
      const socket = connectTls({ port: Number(new URL(url).port), host: '127.0.0.1', ca: own.cert });
      socket.write(upgradeText('/socket', `${forged}Authorization: MediaBrowser Token="x"\r\n`));
      const [head] = (await once(socket, 'data')) as [Buffer];
      t.match(head.toString(), /^HTTP\/1\.1 101 /);
      t.notOk(sockets[0]?.timeout, 'no time limit');
      t.match(heard.at(-1), {
        authorization: 'MediaBrowser Token="x"',
        upgrade: 'websocket',
        forwarded: undefined,
      });
      t.match(heard.at(-1), {
        'x-forwarded-for': knownProxy ? '127.0.0.1' : undefined,
        'x-forwarded-host': knownProxy ? 'gateway' : undefined,
        'x-forwarded-proto': knownProxy ? 'https' : undefined,
      });
      const closed = once(socket, 'close');
      await Promise.all([app.close(), closed]);
    }
  },
);

t.test('events arrive as they are sent', async (t) => {
  let send: (text: string) => void = () => {};
  const origin = await fakeMediaServer(t, (_asked, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    send = (text) => response.write(text);
    send('data: 1\n\n');
  });
  const gateway = await gatewayTo(origin.url);
  const { body } = await request(`${gateway.url}/events`, { dispatcher: trusting });
  const pieces = body[Symbol.asyncIterator]();
  t.equal(String((await pieces.next()).value), 'data: 1\n\n');
  send('data: 2\n\n');
  t.equal(String((await pieces.next()).value), 'data: 2\n\n');
  body.destroy();
});
