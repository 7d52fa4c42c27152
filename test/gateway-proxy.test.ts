import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import t from 'tap';
import { request } from 'undici';
import type { Arrived } from './fixtures/fake-media-server.ts';
import { itemId, setupGateway } from './fixtures/gateway.ts';

type Answer = (asked: Arrived, response: ServerResponse) => void | Promise<void>;

/** Everything of this file goes through one gateway; the media server answers what each test says. */
let answer: Answer = (_asked, response) => void response.end();
const one = await setupGateway(t as never, (asked, response) => answer(asked, response));
const { gatewayUrl, origin } = one;

async function through(path: string, options: Parameters<typeof request>[1] = {}) {
  origin.arrived.length = 0;
  const { statusCode, headers, body } = await request(gatewayUrl + path, options);
  return { status: statusCode, headers, bytes: Buffer.from(await body.arrayBuffer()) };
}

/** Sends this text over a connection of its own; all that comes back until it is closed. */
async function raw(text: string): Promise<string> {
  const socket = connect(Number(new URL(gatewayUrl).port), '127.0.0.1');
  socket.write(text);
  let got = '';
  socket.on('data', (chunk) => {
    got += chunk;
  });
  await once(socket, 'close');
  return got;
}

t.test('answers come back as they are', async (t) => {
  const body = gzipSync('{"Items": []}');
  const table: [what: string, status: number, headers: Record<string, string>, body: string | Buffer][] = [
    ['JSON', 200, { 'content-type': 'application/json', etag: '"a"', 'x-own': 'yes' }, '{"A":1.0}'],
    ['gzip', 200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }, body],
    ['a part', 206, { 'content-range': 'bytes 0-2/10', 'accept-ranges': 'bytes' }, 'abc'],
    ['not changed', 304, { etag: '"a"' }, ''],
    ['nothing', 204, {}, ''],
    ['no log-in', 401, {}, ''],
    ['not there', 404, { 'content-type': 'text/plain' }, 'no'],
    ['a page of its own', 500, { 'content-type': 'text/html' }, '<html>broken</html>'],
    ['starting', 503, { 'retry-after': '2', 'content-type': 'text/html' }, 'starting'],
    ['two cookies', 200, { 'set-cookie': 'a=1' }, 'x'],
  ];
  for (const [what, status, headers, text] of table)
    for (const path of [
      '/Items?x=1',
      `/Items/${itemId}/PlaybackInfo`,
      '/web/index.html',
      `/Items/${itemId}/Download`,
    ]) {
      answer = (_asked, response) => void response.writeHead(status, headers).end(text);
      const back = await through(path);
      t.equal(back.status, status, `${what} at ${path}`);
      t.match(back.headers, headers, `${what} at ${path}`);
      t.equal(back.bytes.compare(Buffer.from(text)), 0, `${what} at ${path}`);
      t.equal(origin.arrived.length, 1, 'one try');
      t.equal(back.headers['keep-alive'], 'timeout=72', 'of this connection, not of the other one');
    }
});

t.test('an answer to PlaybackInfo that is not what it should be is passed on', async (t) => {
  const bodies = [
    '',
    '{',
    'null',
    '[]',
    '{"MediaSources": 1}',
    '{"MediaSources": [null, 1, {"Path": 2}]}',
    '"x"',
  ];
  const foreign = JSON.stringify({
    MediaSources: [{ Id: itemId, Path: 'http://169.254.169.254/x', ETag: 'a' }],
  });
  for (const text of [...bodies, foreign, `{"MediaSources":[],"Long":"${'x'.repeat(9_000_000)}"}`]) {
    answer = (_asked, response) =>
      void response.writeHead(200, { 'content-type': 'application/json' }).end(text);
    const back = await through(`/Items/${itemId}/PlaybackInfo`, { method: 'POST', body: '{}' });
    t.equal(back.status, 200);
    t.ok(back.bytes.equals(Buffer.from(text)), text.slice(0, 60));
  }
  answer = (_asked, response) =>
    void response.writeHead(200, { 'content-type': 'application/json', 'content-length': '20' }).end();
  t.equal((await through(`/Items/${itemId}/PlaybackInfo`, { method: 'HEAD' })).status, 200);
});

t.test('requests arrive as they were sent', async (t) => {
  answer = (_asked, response) => void response.end('ok');
  const big = 'x'.repeat(3_000_000);
  const table: [method: string, path: string, headers: Record<string, string>, body?: string][] = [
    ['POST', '/Sessions/Playing?b=1&a=%20&a=2&c', { 'content-type': 'foo' }, '{"a":1.0}'],
    ['POST', '/Items/x/Images/Primary', { 'content-type': 'image/png' }, big],
    ['PUT', '/a;b=c/[d]', { 'content-type': 'application/json; charset=utf-8' }, '{broken'],
    ['DELETE', '/Items/1', {}],
    ['PATCH', '/Items/1', {}, 'x'],
    ['OPTIONS', '/Items', { origin: 'http://elsewhere' }],
    [
      'GET',
      '/web/main.js',
      { range: 'bytes=0-1', 'if-none-match': '"x"', cookie: 'a=b', 'accept-encoding': 'br' },
    ],
    ['PROPFIND', '/x', {}],
  ];
  for (const [method, path, headers, body] of table) {
    const back = await through(path, {
      method: method as 'POST',
      headers,
      ...(body !== undefined && { body }),
    });
    t.equal(back.status, 200, `${method} ${path}`);
    const [arrived] = origin.arrived;
    t.match(arrived, { method, url: path, headers });
    t.equal(arrived?.body.length, body?.length ?? 0);
    t.match(arrived?.headers, {
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': new URL(gatewayUrl).host,
    });
  }
});

t.test('a server that does not know us as a proxy is told nothing of its apps', async (t) => {
  const other = await setupGateway(t, (asked, response) => void response.end(JSON.stringify(asked.headers)), {
    knownProxy: false,
  });
  const { body } = await request(`${other.gatewayUrl}/Items`, {
    headers: { 'x-forwarded-for': '203.0.113.5' },
  });
  t.notMatch(await body.text(), /x-forwarded|203\.0\.113/);
});

t.test('old and odd forms of HTTP are taken as without a gateway', async (t) => {
  answer = (_asked, response) => void response.end('ok');
  const host = `Host: ${new URL(gatewayUrl).host}\r\n`;
  t.match(await raw('GET /a HTTP/1.0\r\n\r\n'), /^HTTP\/1\.1 200 .*ok$/s);
  const closed = await raw(`GET /a HTTP/1.1\r\n${host}Connection: close\r\n\r\n`);
  t.match(closed, /^HTTP\/1\.1 200 /);
  t.match(closed, /connection: close/i);
  const h2c = await raw(
    `GET /a HTTP/1.1\r\n${host}Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n\r\n`,
  );
  t.match(h2c, /^HTTP\/1\.1 200 /);
  const expected = await raw(
    `POST /a HTTP/1.1\r\n${host}Connection: close\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\nab`,
  );
  t.match(expected, /HTTP\/1\.1 200 /);
  t.equal(origin.arrived.at(-1)?.body, 'ab');
});

t.test(
  'who leaves ends the request at the media server, before the answer and in the middle of it',
  async (t) => {
    for (const begins of [false, true]) {
      const gone = new Promise<void>((resolve) => {
        answer = (_asked, response) => {
          if (begins) response.write('a');
          response.once('close', () => resolve());
        };
      });
      const leave = new AbortController();
      const asked = request(`${gatewayUrl}/Items/${itemId}/PlaybackInfo`, { signal: leave.signal })
        .then(({ body }) => body.arrayBuffer())
        .catch(() => 'left');
      while (origin.arrived.at(-1)?.url !== `/Items/${itemId}/PlaybackInfo`)
        await new Promise((r) => setImmediate(r));
      leave.abort();
      t.equal(await asked, 'left');
      await gone;
      origin.arrived.length = 0;
    }
  },
);

t.test('a WebSocket is passed on with its headers, and so is a refusal', async (t) => {
  origin.server.removeAllListeners('upgrade');
  let asked: import('node:http').IncomingMessage | undefined;
  origin.server.on('upgrade', (request, socket) => {
    asked = request;
    if (!request.url?.includes('token=good')) {
      socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\nX-Why: token\r\n\r\nno');
      return;
    }
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n',
    );
    socket.on('data', (chunk: Buffer) => {
      socket.write(`heard ${chunk}`);
      if (chunk.includes('bye')) socket.end();
    });
  });
  const upgrade = (query: string) =>
    `GET /socket?${query} HTTP/1.1\r\nHost: gateway\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nAuthorization: MediaBrowser Token="x"\r\nSec-WebSocket-Key: a\r\n\r\n`;
  const refused = await raw(upgrade('token=bad'));
  t.match(refused, /^HTTP\/1\.1 403 Forbidden\r\n.*X-Why: token.*no$/s);
  const talked = await raw(`${upgrade('token=good')}bye`);
  t.match(talked, /^HTTP\/1\.1 101 .*Sec-WebSocket-Accept: x\r\n\r\nheard bye$/s);
  t.match(asked?.headers, { authorization: 'MediaBrowser Token="x"', 'x-forwarded-for': /127\.0\.0\.1/ });
});

t.test('a server that is not there is told within a moment, and nothing ends the gateway', async (t) => {
  origin.server.closeAllConnections();
  origin.server.close();
  const back = await through('/System/Info');
  t.equal(back.status, 502);
  t.match(JSON.parse(back.bytes.toString()), { code: 'BRIDGE_ORIGIN_DOWN' });
  const refused = await raw(
    'GET /socket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  );
  t.match(refused, /^HTTP\/1\.1 502 /);
});
