import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import t from 'tap';
import { request } from 'undici';
import { systemClock } from '../src/core/clock.ts';
import { dayMs } from '../src/core/durations.ts';
import { isObject, type Json, type JsonObject } from '../src/gateway/lossless-json.ts';
import { type Arrived, sendJson } from './fixtures/fake-media-server.ts';
import { itemId, recorded, recordedFor, recordedVersions, setupGateway } from './fixtures/gateway.ts';

/** Checks of facts/gateway 8 that are no other file's: what is changed, what stays, and what is never told. */

type Answer = (asked: Arrived, response: ServerResponse) => void;
const passedOn: Answer = (_asked, response) => sendJson(response, { Message: 'passed on' }, 418);
let answer = passedOn;
const told: string[] = [];
const note = (values: object, words: string) => void told.push(`${words} ${JSON.stringify(values)}`);
const one = await setupGateway(t as never, (asked, response) => answer(asked, response), {
  log: { debug: note, info: note, warn: note, error: note, plain: note },
  env: { PASSERELLE_DELIVERY: 'proxy' },
});
const { gatewayUrl, simulator, strm, file } = one;

/** The time of day, moved on by hand. */
const clock = { ...systemClock, aheadMs: 0, now: () => Date.now() + clock.aheadMs };

const appsOf12 =
  'web androidtv swiftfin-native swiftfin-vlc findroid streamyfin kodi mpv-shim none web-audio2 web-nodirect'.split(
    ' ',
  );
/** Of a Jellyfin 10 fewer apps were recorded. */
const appsOf10 = ['web', 'androidtv', 'findroid', 'kodi', 'web-nodirect'];
const answersOf = recordedVersions.flatMap((version) =>
  (version === '12' ? appsOf12 : appsOf10).map((app) => ({ version, app })),
);

async function playbackInfo(app: string, text: string): Promise<string> {
  answer = (_asked, response) => sendJson(response, text);
  const { body } = await request(`${gatewayUrl}/Items/${itemId}/PlaybackInfo`, {
    method: 'POST',
    headers: { authorization: recorded(`playbackinfo-${app}`).request.headers.Authorization ?? '' },
    body: '{}',
  });
  answer = passedOn;
  return body.text();
}

function sourceIn(text: string): JsonObject {
  const value: Json = JSON.parse(text);
  const [source] = isObject(value) && Array.isArray(value.MediaSources) ? value.MediaSources : [];
  if (!isObject(source)) throw new Error('no source');
  return source;
}

/** Without these the Kotlin SDK takes no answer at all. */
const demanded =
  'Protocol Type IsRemote ReadAtNativeFramerate IgnoreDts IgnoreIndex GenPtsInput SupportsTranscoding SupportsDirectStream SupportsDirectPlay IsInfiniteStream RequiresOpening RequiresClosing RequiresLooping SupportsProbing TranscodingSubProtocol HasSegments RequiredHttpHeaders'.split(
    ' ',
  );
const changed = ['ETag', 'Path', 'Protocol', 'IsRemote', 'Size'];
/** Who takes a transcode before direct play wherever there is one. */
const noTranscode = /^(?:swiftfin|streamyfin)/;

t.test('1, 2, 15, 16: nothing of an answer is changed but what leads to the film', async (t) => {
  for (const { version, app } of answersOf) {
    const before = recordedFor(`playbackinfo-${app}`, strm, version).replace(
      /^\{/,
      '{"Unknown":{"Big":12345678901234567890,"One":1.0,"None":null},',
    );
    const after = await playbackInfo(app, before);
    t.match(after, '"Unknown":{"Big":12345678901234567890,"One":1.0,"None":null}', app);
    const [was, is] = [sourceIn(before), sourceIn(after)];
    const plays = was.SupportsDirectPlay === true || was.SupportsDirectStream === true;
    const gone = plays && noTranscode.test(app) ? ['TranscodingUrl', 'TranscodingContainer'] : [];
    const names = new Set([...Object.keys(was), ...Object.keys(is)]);
    const different = [...names].filter((name) => JSON.stringify(was[name]) !== JSON.stringify(is[name]));
    t.strictSame(
      different.filter((name) => ![...changed, ...gone].includes(name)),
      [],
      `${app} of ${version}: no other field is another one`,
    );
    t.equal(is.Size, file.sizeBytes, 'of the film, and not of the text that leads to it');
    for (const name of demanded) t.ok(name in is, `${app} has ${name}`);
    if (!plays) t.equal(is.TranscodingUrl, was.TranscodingUrl, `${app} keeps what it is to be transcoded by`);
  }
});

t.test(
  '10, 19, 20: plays name no link, token or signature; a pause outlives links; HEAD costs none',
  async (t) => {
    simulator.reset();
    told.length = 0;
    const text = await playbackInfo('kodi', recordedFor('playbackinfo-kodi', strm));
    const address = String(sourceIn(text).Path);
    const bodies = [text];
    const head = await request(address, { method: 'HEAD' });
    await head.body.dump();
    t.match([head.statusCode, head.headers['content-length']], [200, String(file.sizeBytes)]);
    t.match(head.headers['content-type'], /^video\//);
    t.equal(simulator.counters.tokens, 0, 'HEAD: no link');
    for (let play = 0; play < 60; play++) {
      const { statusCode, body } = await request(address, {
        headers: { range: `bytes=${play * 1000}-${play * 1000 + 9}` },
      });
      t.equal(statusCode, 206);
      await body.dump();
    }
    simulator.expireLinks();
    const later = await request(address, { headers: { range: `bytes=${file.sizeBytes - 300_000}-` } });
    t.equal(later.statusCode, 206, 'after a pause beyond the life of the link');
    t.equal((await later.body.arrayBuffer()).byteLength, 300_000);
    const token = 'SECRETTOKEN';
    const refused = await request(`${gatewayUrl}/Videos/${itemId}/stream?Static=true&ApiKey=${token}`);
    bodies.push(await refused.body.text());
    const metrics = await request(`${one.url}/metrics`);
    bodies.push(await metrics.body.text(), ...told);
    const ticket = String(sourceIn(text).ETag);
    const [, signature = ''] = strm.split('/stream/')[1]?.split('/') ?? [];
    const links = simulator.counters.downloadRequests.map(({ path }) => path);
    t.ok(links.length > 0 && signature.length === 16 && told.length >= 60);
    for (const body of bodies)
      for (const secret of [signature, token, ...links])
        if (body.includes(secret)) t.fail(`${secret} in ${body.slice(0, 300)}`);
    for (const line of told) if (line.includes(ticket)) t.fail(`the ticket in ${line.slice(0, 300)}`);
  },
);

t.test('11: an address that is not ours opens no connection', async (t) => {
  simulator.reset();
  for (const foreign of ['http://169.254.169.254/', 'http://127.0.0.1:22/stream/a/bbbbbbbbbbbbbbbb/c.mkv']) {
    const before = recordedFor('playbackinfo-web', foreign);
    t.equal(await playbackInfo('web', before), before);
    answer = (_asked, response) => void response.end(foreign);
    const { body } = await request(`${gatewayUrl}/Items/${itemId}/Download`);
    t.equal(await body.text(), foreign);
  }
  t.equal(simulator.counters.downloads, 0);
});

t.test('21: a download that the server refuses is refused', async (t) => {
  for (const status of [401, 403, 404]) {
    answer = (_asked, response) => void response.writeHead(status).end();
    const { statusCode, headers, body } = await request(`${gatewayUrl}/Items/${itemId}/Download`);
    await body.dump();
    t.match([statusCode, headers['content-disposition']], [status, undefined]);
  }
});

t.test('21: a ticket and its log-in get no download that the server refuses', async (t) => {
  const text = await playbackInfo('web', recordedFor('playbackinfo-web', strm));
  const { ETag } = sourceIn(text);
  for (const path of [`/Items/${itemId}/Download`, `/Items/${itemId}/File`, '/Sync/JobItems/7/File']) {
    answer = (_asked, response) => void response.writeHead(403).end();
    const { statusCode, headers, body } = await request(
      `${gatewayUrl}${path}?Tag=${ETag}&MediaSourceId=${itemId}&Static=true`,
    );
    t.match([statusCode, headers['content-disposition'], await body.text()], [403, undefined, ''], path);
  }
});

t.test('20: where films are redirected, a jump after the life of the link has a new one', async (t) => {
  const far = await setupGateway(
    t,
    (asked, response, strm) =>
      /playbackinfo/i.test(asked.url)
        ? sendJson(response, recordedFor('playbackinfo-androidtv', strm))
        : sendJson(response, {}, 418),
    { env: { PASSERELLE_DELIVERY: 'redirect' }, overrides: { clock } },
  );
  const { body } = await request(`${far.gatewayUrl}/Items/${itemId}/PlaybackInfo`, {
    headers: { authorization: recorded('playbackinfo-androidtv').request.headers.Authorization ?? '' },
  });
  const { ETag } = sourceIn(await body.text());
  const address = `${far.gatewayUrl}/videos/${itemId}/stream?Static=true&Tag=${ETag}`;
  const jump = async () => {
    const { statusCode, headers, body } = await request(address, { headers: { range: 'bytes=1000-1999' } });
    await body.dump();
    t.equal(statusCode, 302);
    const film = await request(String(headers.location), { headers: { range: 'bytes=1000-1999' } });
    const bytes = Buffer.from(await film.body.arrayBuffer());
    return { status: film.statusCode, bytes, link: headers.location };
  };
  const first = await jump();
  far.simulator.expireLinks();
  const late = await request(String(first.link));
  await late.body.dump();
  t.not(late.statusCode, 200, 'the link itself is over');
  clock.aheadMs += dayMs / 2;
  const second = await jump();
  t.match([first.status, second.status], [206, 206]);
  t.ok(second.bytes.equals(first.bytes));
  t.not(second.link, first.link);
});

t.test('25: events come as they are sent, and 20 MB go up', async (t) => {
  answer = (_asked, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: one\n\n');
  };
  const socket = connect(Number(new URL(gatewayUrl).port), '127.0.0.1');
  socket.write('GET /events HTTP/1.1\r\nHost: g\r\nAccept: text/event-stream\r\n\r\n');
  let got = '';
  for await (const piece of socket) {
    got += piece;
    if (got.includes('data: one')) break;
  }
  t.match(got, /text\/event-stream.*data: one/s, 'at once');
  let length = 0;
  answer = ({ body }, response) => {
    length = body.length;
    response.end();
  };
  const up = await request(`${gatewayUrl}/Items/${itemId}/Images/Primary`, {
    method: 'POST',
    headers: { 'content-type': 'image/png' },
    body: Buffer.alloc(20 << 20, 'a'),
  });
  await up.body.dump();
  t.match([up.statusCode, length], [200, 20 << 20]);
});

t.test('22: a WebSocket that is silent for long stays, and ends when the server restarts', async (t) => {
  one.origin.server.removeAllListeners('upgrade');
  const opened = once(one.origin.server, 'upgrade');
  const socket = connect(Number(new URL(gatewayUrl).port), '127.0.0.1');
  socket.write('GET /socket HTTP/1.1\r\nHost: g\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  const [, server] = await opened;
  server.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
  await once(socket, 'data');
  t.equal(server.destroyed || socket.destroyed, false);
  t.notOk(server.timeout, 'nobody counts its silence');
  server.write('{"MessageType":"KeepAlive"}');
  t.match(String((await once(socket, 'data'))[0]), /KeepAlive/);
  const closed = once(socket, 'close');
  server.destroy();
  await closed;
});
