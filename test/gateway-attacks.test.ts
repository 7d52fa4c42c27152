import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import t from 'tap';
import { request } from 'undici';
import { systemClock } from '../src/core/clock.ts';
import { hourMs } from '../src/core/durations.ts';
import { type Arrived, sendJson } from './fixtures/fake-media-server.ts';
import { itemId, recordedFor, setupGateway } from './fixtures/gateway.ts';

/** Somebody who means harm, on either side of the gateway. */

type Answer = (asked: Arrived, response: ServerResponse) => void | Promise<void>;
let answer: Answer = (_asked, response) => void response.end();
const one = await setupGateway(t as never, (asked, response) => answer(asked, response));
const { gatewayUrl, origin, strm } = one;
const [ownId = '', ownSignature = ''] = strm.split('/stream/')[1]?.split('/') ?? [];

/** Sends this text over a connection of its own; all that comes back until it is closed. */
async function raw(text: string): Promise<string> {
  const socket = connect(Number(new URL(gatewayUrl).port), '127.0.0.1');
  socket.write(text.replaceAll('\n', '\r\n'));
  let got = '';
  socket
    .on('error', () => undefined)
    .on('data', (bytes) => {
      got += bytes;
    });
  await once(socket, 'close');
  return got;
}

t.test('however the address of a download is written, nobody gets the text of a .strm', async (t) => {
  answer = (_asked, response) =>
    void response
      .writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': strm.length })
      .end(strm);
  const { host } = new URL(gatewayUrl);
  for (const path of [
    `/Items/${itemId}/Download`,
    `/Items/./${itemId}/Download`,
    `/Items/%2e/${itemId}/Download`,
    `/Items\\${itemId}\\Download`,
    `/Items//${itemId}//Download//`,
    `/iTEMS/${itemId}/dOWNLOAD`,
    `/Items/${itemId}/Download%00`,
    `/Items/${itemId}%2FDownload`,
    `/Items/${itemId}%252FDownload`,
    `/Items/%2564${itemId.slice(1)}/Download`,
    `/emby/emby/Items/${itemId}/Download`,
    `/emby/./Items/${itemId}/Download`,
    `/Items/${itemId}/Download;a=b`,
    `/Items/${itemId}/Download/.`,
    `/Plugin/Backup`,
    `//Items/${itemId}/Download`,
    `/Items/${itemId}/Download%zz`,
    `/x/../Items/${itemId}/Download`,
    `/x/%2e%2e/Items/${itemId}/Download`,
  ])
    for (const range of ['', 'Range: bytes=20-\n']) {
      const got = await raw(`GET ${path} HTTP/1.1\nHost: ${host}\nConnection: close\n${range}\n`);
      t.match(got, /^HTTP\/1\.1 (?:200|206|302|400) /, path);
      t.notMatch(got, ownSignature, path);
    }
});

t.test('whatever type an answer has, it names no address of ours, unless it is a picture', async (t) => {
  for (const type of [
    'text/javascript',
    'application/javascript',
    'text/csv',
    'application/vnd.apple.mpegurl',
    'text/vtt',
    'application/octet-stream',
    'application/x-something',
    'multipart/byteranges; boundary=a',
    'JSON',
    undefined,
  ]) {
    const body = `callback({"Path":"${strm}"})`;
    answer = (_asked, response) =>
      void response.writeHead(200, type ? { 'content-type': type } : {}).end(body);
    const { body: back } = await request(`${gatewayUrl}/Items?callback=callback`);
    const told = await back.text();
    t.equal(told, body.replace(ownId, '-'.repeat(20)).replace(ownSignature, '-'.repeat(16)), `${type}`);
    const part = body.slice(body.indexOf(ownId));
    answer = ({ headers: { range } }, response) =>
      range === undefined
        ? void response.writeHead(200, type ? { 'content-type': type } : {}).end(body)
        : void response
            .writeHead(206, {
              ...(type && { 'content-type': type }),
              'content-range': `bytes ${body.indexOf(ownId)}-${body.length - 1}/${body.length}`,
            })
            .end(part);
    const cut = await request(`${gatewayUrl}/Plugin/Export`, { headers: { range: 'bytes=40-' } });
    t.notMatch(await cut.body.text(), ownSignature, `${type} in parts`);
  }
});

t.test('the gateway speaks to its server alone', async (t) => {
  const hits: string[] = [];
  const other = createServer((asked, response) => {
    hits.push(asked.url ?? '');
    response.end('inside');
  });
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.teardown(() => other.close());
  const { port } = other.address() as { port: number };
  answer = (_asked, response) => void response.end('server');
  for (const target of [
    `http://127.0.0.1:${port}/x`,
    `//127.0.0.1:${port}/x`,
    `/\\127.0.0.1:${port}/x`,
    `\\\\127.0.0.1:${port}/x`,
    `@127.0.0.1:${port}/x`,
    `/@127.0.0.1:${port}/x`,
    `//x@127.0.0.1:${port}/x`,
    `/emby//127.0.0.1:${port}/x`,
    `/emby/http://127.0.0.1:${port}/x`,
    `///127.0.0.1:${port}/x`,
    `/.//127.0.0.1:${port}/x`,
    '*',
  ])
    for (const more of ['', 'Upgrade: websocket\n']) {
      const head = `GET ${target} HTTP/1.1\nHost: 127.0.0.1:${port}\nConnection: ${more === '' ? 'close' : 'Upgrade'}\n${more}\n`;
      const got = await raw(head);
      t.notMatch(got, 'inside', target);
    }
  t.strictSame(hits, []);
});

t.test('a request that is two is none, and a body where none belongs harms nobody', async (t) => {
  answer = ({ url, body }, response) => sendJson(response, { url, body });
  const { host } = new URL(gatewayUrl);
  const head = `Host: ${host}\nConnection: close\n`;
  for (const smuggled of [
    `POST /a HTTP/1.1\n${head}Content-Length: 5\nTransfer-Encoding: chunked\n\n0\n\nGET /b HTTP/1.1\nHost: x\n\n`,
    `POST /a HTTP/1.1\n${head}Content-Length: 5\nContent-Length: 6\n\nabcdef`,
    `POST /a HTTP/1.1\n${head}Transfer-Encoding: chunked, identity\n\n0\n\n`,
    `GET /a HTTP/1.1\n${head}X-A: b\rGET /b HTTP/1.1\n\n`,
    `GET /a HTTP/1.1\n${head}Authorization : x\n\n`,
  ]) {
    origin.arrived.length = 0;
    t.match(await raw(smuggled), /^HTTP\/1\.1 400 /, smuggled);
    t.equal(origin.arrived.length, 0);
  }
  for (const method of ['GET', 'HEAD', 'DELETE', 'OPTIONS']) {
    origin.arrived.length = 0;
    const got = await raw(`${method} /a HTTP/1.1\n${head}Content-Length: 5\n\nGET /`);
    t.match(got, /^HTTP\/1\.1 200 /, method);
    t.equal(origin.arrived.length, 1);
  }
});

t.test('who is asked about is who asks, whatever else a request says', async (t) => {
  const guest = 'MediaBrowser Token="guest"';
  answer = ({ url, headers }, response) => {
    if (/^\/Videos/.test(url)) return sendJson(response, {}, 418);
    const token = /Token="([^"]*)"/.exec(headers.authorization ?? '')?.[1];
    if (token !== 'root') return sendJson(response, '', 404);
    sendJson(response, { Id: itemId, MediaSources: [{ Id: itemId, Path: strm }] });
  };
  const { host } = new URL(gatewayUrl);
  const film = `/Videos/${itemId}/stream?static=true`;
  const table: [query: string, headers: string, status: number][] = [
    ['', 'Authorization: MediaBrowser Token="root"\n', 206],
    ['', `Authorization: ${guest}\nAuthorization: MediaBrowser Token="root"\n`, 418],
    ['', `Authorization: ${guest}, Token="root"\n`, 418],
    ['', `Authorization: ${guest}\nX-Emby-Token: root\n`, 418],
    ['&ApiKey=root', `X-Emby-Token: guest\n`, 418],
    ['&ApiKey=guest&ApiKey=root', '', 418],
    ['&api_key=guest&ApiKey=root', '', 418],
    ['', 'Authorization: Bearer root\n', 418],
    ['', 'X-Emby-Authorization: MediaBrowser XToken="root"\n', 418],
    ['', 'Cookie: Token=root\n', 418],
    ['&userId=root', `Authorization: ${guest}\n`, 418],
  ];
  for (const [query, headers, status] of table) {
    const got = await raw(
      `GET ${film}${query} HTTP/1.1\nHost: ${host}\nConnection: close\nRange: bytes=0-9\n${headers}\n`,
    );
    t.match(got, new RegExp(`^HTTP/1\\.1 ${status} `), `${query} ${headers}`);
  }
});

t.test('what Emby lists to everybody gets nobody a film', async (t) => {
  let isSlow = false;
  let hurry = () => {};
  let aheadMs = 0;
  const clock = {
    ...systemClock,
    now: () => Date.now() + aheadMs,
    sleep: (ms: number, signal?: AbortSignal) =>
      ms === 2000
        ? new Promise<void>((resolve, reject) => {
            hurry = resolve;
            signal?.addEventListener('abort', () => reject(signal.reason));
          })
        : systemClock.sleep(ms, signal),
  };
  const held: (() => void)[] = [];
  const emby = await setupGateway(
    t,
    ({ url, headers }, response, path) => {
      const source = {
        Id: 'mediasource_7',
        ItemId: '7',
        Path: path,
        SupportsDirectPlay: true,
        MediaStreams: [],
      };
      if (/\/videos\//i.test(url)) return sendJson(response, {}, 418);
      if (/^\/Items\?/.test(url)) return sendJson(response, { Items: [{ Id: '7', MediaSources: [source] }] });
      const tell = () =>
        headers['x-emby-token'] === 'root'
          ? sendJson(response, { MediaSources: [source], PlaySessionId: 'p' })
          : sendJson(response, '', 404);
      if (!isSlow) return tell();
      held.push(tell);
      hurry();
    },
    { kind: 'emby', overrides: { clock } },
  );
  const as = (token: string) => ({ 'x-emby-token': token });
  const film = async (token: string) => {
    const { statusCode, body } = await request(`${emby.gatewayUrl}/emby/Videos/7/original.ts`, {
      headers: { ...as(token), range: 'bytes=0-9' },
    });
    await body.dump();
    return statusCode;
  };
  const info = (token: string) =>
    request(`${emby.gatewayUrl}/emby/Items/7/PlaybackInfo`, { headers: as(token) }).then(
      async ({ statusCode, body }) => `${statusCode} ${await body.text()}`,
    );
  t.equal(await film('root'), 418, 'the server is to answer first');
  t.match(await info('guest'), /^404/);
  t.equal(await film('guest'), 418);
  t.match(await info('root'), /^200 .*"ETag":"p1/);
  t.equal(await film('root'), 206);
  t.equal(await film('guest'), 418);
  isSlow = true;
  t.match(await info('root'), /^200 .*"ETag":"p1/, 'whoever had an answer has one though it is slow');
  aheadMs = 23 * hourMs;
  t.match(await info('root'), /^200 .*"ETag":"p1/, 'for a day');
  aheadMs = 25 * hourMs;
  t.equal(await film('root'), 418, 'and an answer of ours is none of the server');
  const waiting = info('guest');
  while (held.length < 3) await new Promise((resolve) => setImmediate(resolve));
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  held[2]?.();
  t.match(await waiting, /^404/);
});

t.test('a profile of an app that means harm is no more than one that cannot be read', async (t) => {
  answer = (_asked, response) => sendJson(response, recordedFor('playbackinfo-unprobed-web', strm));
  const evil = { toString: 1, valueOf: 1 };
  const nested = '['.repeat(100_000) + ']'.repeat(100_000);
  for (const body of [
    JSON.stringify({
      EnableDirectPlay: evil,
      AudioStreamIndex: evil,
      MaxStreamingBitrate: evil,
      UserId: evil,
    }),
    JSON.stringify({
      DeviceProfile: {
        DirectPlayProfiles: [{ Type: evil, Container: evil, VideoCodec: evil }, { Type: 'Video' }],
        CodecProfiles: [
          { Type: evil, Codec: evil, Conditions: [{ Property: evil, Value: evil, Condition: evil }] },
        ],
      },
    }),
    `{"DeviceProfile":{"DirectPlayProfiles":${nested}}}`,
    nested,
    '{"__proto__":{"wantsDirectPlay":true},"constructor":{"prototype":{}}}',
  ]) {
    origin.arrived.length = 0;
    const { statusCode, body: back } = await request(`${gatewayUrl}/Items/${itemId}/PlaybackInfo`, {
      method: 'POST',
      body,
      headers: { authorization: 'MediaBrowser Client="Jellyfin Web", Token="a"' },
    });
    t.equal(statusCode, 200, body.slice(0, 60));
    t.notMatch(await back.text(), ownSignature);
    t.equal(origin.arrived[0]?.body, body);
  }
});

t.test('an answer that is a bomb is not unpacked here', async (t) => {
  // Of members, one behind the other (RFC 1952 section 2.2): what packs 256 MB in one piece takes seconds.
  const bomb = Buffer.concat(Array<Buffer>(16).fill(gzipSync(Buffer.alloc(16 << 20, ' '))));
  const before = process.memoryUsage().rss;
  answer = (_asked, response) =>
    void response
      .writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
      .end(bomb);
  const asked = await Promise.all(
    Array.from({ length: 4 }, () =>
      request(`${gatewayUrl}/Items`, { headers: { 'accept-encoding': 'gzip' } }),
    ),
  );
  for (const { body } of asked) for await (const _ of body);
  const grownMb = Math.round((process.memoryUsage().rss - before) / 2 ** 20);
  t.ok(grownMb < 200, `${grownMb} MB more for four of 256 MB`);
  const nested = `{"MediaSources":[{"Path":"${strm}","X":${'['.repeat(200_000)}${']'.repeat(200_000)}}]}`;
  answer = (_asked, response) => sendJson(response, nested);
  const deep = await request(`${gatewayUrl}/Items/${itemId}/PlaybackInfo`);
  t.notMatch(await deep.body.text(), ownSignature);
});
