import type { ServerResponse } from 'node:http';
import t from 'tap';
import { request } from 'undici';
import { z } from 'zod';
import { sendJson } from './fixtures/fake-media-server.ts';
import { itemId, recorded, recordedFor, setupGateway } from './fixtures/gateway.ts';

/** What a stream or a download of the gateway is beside its bytes, and what is none. */

/** A film that lies at the server itself, in part where a part is asked for. */
const theirs = Buffer.alloc(200_000, 'a film of the server ');
function sendOwn(range: string | undefined, response: ServerResponse, isLengthTold: boolean): void {
  const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
  response.writeHead(range === undefined ? 200 : 206, {
    'content-type': 'video/x-matroska',
    ...(isLengthTold && { 'content-length': theirs.length - from }),
    ...(range !== undefined && { 'content-range': `bytes ${from}-${theirs.length - 1}/${theirs.length}` }),
  });
  response.end(theirs.subarray(from));
}

const one = await setupGateway(
  t as never,
  (asked, response, strm) => {
    if (/playbackinfo/i.test(asked.url))
      return sendJson(response, recordedFor('playbackinfo-androidtv', strm));
    if (/of=the-server$/.test(asked.url))
      return sendOwn(asked.headers.range, response, /long/.test(asked.url));
    if (/(?:download|file)$/i.test(asked.url)) {
      response.writeHead(200, { 'content-type': 'application/octet-stream', etag: '"strm"' });
      return void response.end(`${strm}\n`);
    }
    response.writeHead(418, { 'content-type': 'text/plain' }).end('passed on');
  },
  { path: '/jf', env: { PASSERELLE_DELIVERY: 'auto' } },
);
const { gatewayUrl, origin, file } = one;

const sources = z.object({ MediaSources: z.array(z.looseObject({ Id: z.string(), ETag: z.string() })) });

async function ticket(): Promise<string> {
  const { body } = await request(`${gatewayUrl}/jf/Items/${itemId}/PlaybackInfo`, {
    method: 'POST',
    headers: { authorization: recorded('playbackinfo-androidtv').request.headers.Authorization ?? '' },
  });
  return sources.parse(await body.json()).MediaSources[0]?.ETag ?? '';
}

async function ask(method: string, path: string, headers: Record<string, string> = {}) {
  origin.arrived.length = 0;
  const got = await request(gatewayUrl + path, { method: method as 'GET', headers });
  const bytes = Buffer.from(await got.body.arrayBuffer());
  return { status: got.statusCode, headers: got.headers, bytes, passedOn: origin.arrived.length };
}

const browser = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36';

t.test('pages may read a stream and the way to it, and neither tells where they come from', async (t) => {
  const address = `/jf/Videos/${itemId}/stream.mkv?static=true&mediaSourceId=${itemId}&tag=${await ticket()}`;
  const table: [method: string, headers: Record<string, string>, status: number][] = [
    ['GET', { range: 'bytes=0-9' }, 206],
    ['GET', { range: 'bytes=99999999999-' }, 416],
    ['HEAD', {}, 200],
    ['OPTIONS', { origin: 'http://page', 'access-control-request-method': 'GET' }, 204],
    // Somebody far away, whose player follows a redirect.
    ['GET', { 'user-agent': browser, 'x-forwarded-for': '203.0.113.5', range: 'bytes=5000-' }, 206],
  ];
  for (const [method, headers, status] of table) {
    const got = await ask(method, address, headers);
    t.ok([status, 302].includes(got.status), `${method}: ${got.status}`);
    t.match(
      got.headers,
      {
        'access-control-allow-origin': '*',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      },
      `${method} ${got.status}`,
    );
    t.equal(got.passedOn, 0);
  }
  const refused = await ask('OPTIONS', address.replace(/tag=.*/, ''), { origin: 'http://page' });
  t.match([refused.status, refused.passedOn], [418, 1], 'without a ticket the server is asked');
});

t.test('a redirect to the host has the same headers', async (t) => {
  const far = await setupGateway(
    t,
    (asked, response, strm) =>
      /playbackinfo/i.test(asked.url)
        ? sendJson(response, recordedFor('playbackinfo-androidtv', strm))
        : sendJson(response, {}, 418),
    { env: { PASSERELLE_DELIVERY: 'redirect' } },
  );
  const { body } = await request(`${far.gatewayUrl}/Items/${itemId}/PlaybackInfo`, {
    headers: { authorization: recorded('playbackinfo-androidtv').request.headers.Authorization ?? '' },
  });
  const tag = sources.parse(await body.json()).MediaSources[0]?.ETag;
  far.simulator.reset();
  const address = `${far.gatewayUrl}/videos/${itemId}/stream?Static=true&Tag=${tag}`;
  const all = await Promise.all(Array.from({ length: 20 }, () => request(address)));
  for (const { statusCode, headers, body } of all) {
    await body.dump();
    t.equal(statusCode, 302);
    t.match(headers, {
      'access-control-allow-origin': '*',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    t.notMatch(String(headers.location), /Tag=|ApiKey/i);
  }
  t.equal(far.simulator.counters.tokens, 1, '20 at once, and one link');
});

t.test('a download has the name and the size of the film', async (t) => {
  for (const path of [
    `/Items/${itemId}/Download`,
    `/jf/items/${itemId.toUpperCase()}/download`,
    `/emby/Items/${itemId}/Download`,
    `/jf/mediabrowser/Items/${itemId}/File`,
  ]) {
    const got = await ask('GET', path, { range: 'bytes=0-99' });
    t.equal(got.status, 206, path);
    t.equal(got.passedOn, 1, 'the server was asked whether');
    t.equal(got.headers['content-range'], `bytes 0-99/${file.sizeBytes}`);
    const how = /download/i.test(path) ? 'attachment' : 'inline';
    t.equal(got.headers['content-disposition'], `${how}; filename*=UTF-8''${encodeURIComponent(file.name)}`);
    t.not(got.headers.etag, '"strm"');
    t.equal(got.headers['access-control-allow-origin'], '*');
  }
});

t.test('a download of what is not ours can be taken up where it ended', async (t) => {
  for (const path of [
    `/Items/${itemId}/Download?long&of=the-server`,
    `/Items/${itemId}/Download?of=the-server`,
  ])
    for (const from of [0, 150_000]) {
      const got = await ask('GET', path, { range: `bytes=${from}-` });
      t.equal(got.status, 206, path);
      t.equal(got.headers['content-range'], `bytes ${from}-199999/200000`);
      t.ok(got.bytes.equals(theirs.subarray(from)));
      t.equal(got.passedOn, 2, 'once to see whose it is');
      const whole = await ask('GET', path);
      t.match([whole.status, whole.bytes.length, whole.passedOn], [200, 200_000, 1]);
    }
});

t.test('subtitles, attachments, playlists and pieces are never taken for streams', async (t) => {
  const tag = await ticket();
  for (const before of ['', '/jf', '/emby', '/jf/emby', '/mediabrowser'])
    for (const path of [
      `/Videos/${itemId}/${itemId}/Subtitles/0/Stream.srt`,
      `/Videos/${itemId}/${itemId}/Subtitles/0/0/Stream.vtt`,
      `/videos/${itemId}/subtitles/0/stream.js`,
      `/Videos/${itemId}/${itemId}/Attachments/3`,
      `/Videos/${itemId}/master.m3u8`,
      `/Videos/${itemId}/main.m3u8`,
      `/Videos/${itemId}/live.m3u8`,
      `/Videos/${itemId}/stream.m3u8`,
      `/Videos/${itemId}/hls1/main/0.mp4`,
      `/Videos/${itemId}/hls/x/stream.m3u8`,
      `/Videos/${itemId}/Trickplay/320/0.jpg`,
      `/Audio/${itemId}/universal`,
      `/Videos/${itemId}/stream.srt`,
      `/Videos/${itemId}/stream`,
    ]) {
      const plain = path.endsWith('/stream') ? '' : '&Static=true';
      const got = await ask('GET', `${before}${path}?Tag=${tag}&MediaSourceId=${itemId}${plain}`);
      t.equal(got.status, 418, before + path);
    }
});
