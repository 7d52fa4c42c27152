import { once } from 'node:events';
import { connect } from 'node:net';
import t from 'tap';
import { request } from 'undici';
import { z } from 'zod';
import { systemClock } from '../src/core/clock.ts';
import { type Arrived, sendJson } from './fixtures/fake-media-server.ts';
import { setupGateway } from './fixtures/gateway.ts';

/**
 * Whole sessions of Emby's apps, 4.8 and 4.9, at a server that does what its reference and the logs of others tell
 * (facts/gateway 1.2): log-in, detail page, play, jump, reports, log-out; and odd forms of HTTP on the way.
 */

interface Release {
  version: string;
  /** How it names its media sources. */
  sourceId: (id: string) => string;
}

const releases: Release[] = [
  { version: '4.8.11.0', sourceId: (id) => id.padStart(32, '0') },
  { version: '4.9.1.90', sourceId: (id) => `mediasource_${id}` },
];

const shape = z.looseObject({
  PlaySessionId: z.string(),
  MediaSources: z.array(
    z.looseObject({
      Id: z.string(),
      ItemId: z.string(),
      Path: z.string(),
      DirectStreamUrl: z.string(),
      AddApiKeyToDirectStreamUrl: z.boolean(),
      Container: z.string(),
      TranscodingUrl: z.string().optional(),
    }),
  ),
});
const info = z.looseObject({
  LocalAddress: z.string(),
  WanAddress: z.string().optional(),
  LocalAddresses: z.array(z.string()),
  RemoteAddresses: z.array(z.string()),
  HttpServerPortNumber: z.number(),
  WebSocketPortNumber: z.number(),
});

/** As Emby answers; two versions of a film are two items, and both are named in one answer. */
function emby({ version, sourceId }: Release) {
  const loggedIn = new Set<string>();
  const tokenOf = ({ url, headers }: Arrived) => {
    const query = new URL(url, 'http://emby').searchParams;
    const form = /Token="([^"]*)"/i.exec(
      `${headers['x-emby-authorization'] ?? ''} ${headers.authorization ?? ''}`,
    );
    return query.get('X-Emby-Token') ?? query.get('api_key') ?? headers['x-emby-token'] ?? form?.[1] ?? '';
  };
  return (asked: Arrived, response: import('node:http').ServerResponse, strm: string) => {
    const { pathname, searchParams } = new URL(asked.url, 'http://emby');
    const path = pathname.replace(/^\/emby(?=\/)/i, '');
    const token = String(tokenOf(asked));
    if (/^\/system\/info(?:\/public)?$/i.test(path))
      return sendJson(response, {
        ServerName: 'emby',
        Version: version,
        LocalAddress: 'http://172.18.0.5:8096',
        LocalAddresses: ['http://172.18.0.5:8096', 'http://[fd00::5]:8096'],
        WanAddress: 'http://203.0.113.7:8096',
        RemoteAddresses: ['http://203.0.113.7:8096'],
        HttpServerPortNumber: 8096,
        WebSocketPortNumber: 8096,
      });
    if (/^\/users\/authenticatebyname$/i.test(path)) {
      loggedIn.add('t0ken');
      return sendJson(response, { AccessToken: 't0ken', User: { Id: 'u1' } });
    }
    if (!loggedIn.has(token)) return sendJson(response, 'Access token is invalid or expired.', 401);
    if (/^\/sessions\/logout$/i.test(path)) {
      loggedIn.delete(token);
      return void response.writeHead(204).end();
    }
    const sources = ['18371', '18372'].map((id) => ({
      Protocol: 'Http',
      Id: sourceId(id),
      ItemId: id,
      Path: strm,
      Type: 'Default',
      Container: 'strm',
      IsRemote: true,
      HasMixedProtocols: false,
      SupportsTranscoding: true,
      SupportsDirectStream: searchParams.get('MaxStreamingBitrate') !== '420000',
      SupportsDirectPlay: searchParams.get('MaxStreamingBitrate') !== '420000',
      SupportsProbing: false,
      MediaStreams: [],
      RequiredHttpHeaders: {},
      DirectStreamUrl: `/videos/${id}/original.strm?DeviceId=d&MediaSourceId=${sourceId(id)}&PlaySessionId=p&api_key=${token}`,
      AddApiKeyToDirectStreamUrl: false,
      TranscodingUrl: `/videos/${id}/master.m3u8?MediaSourceId=${sourceId(id)}&TranscodeReasons=ContainerNotSupported`,
    }));
    if (/\/PlaybackInfo$/i.test(path))
      return sendJson(response, { MediaSources: sources, PlaySessionId: 'p' });
    if (path === '/Items') return sendJson(response, { Items: [{ Id: '18371', MediaSources: sources }] });
    if (/^\/sessions\/playing/i.test(path)) return void response.writeHead(204).end();
    return sendJson(response, { Message: 'passed on' }, 418);
  };
}

for (const release of releases)
  t.test(`an app of Emby ${release.version} from its log-in to its log-out`, async (t) => {
    const one = await setupGateway(t, emby(release), { kind: 'emby', env: { PASSERELLE_DELIVERY: 'proxy' } });
    const base = `${one.gatewayUrl}/emby`;
    const web = `X-Emby-Client=Emby+Web&X-Emby-Device-Name=Chrome&X-Emby-Device-Id=d&X-Emby-Client-Version=${release.version}&X-Emby-Language=fr`;
    const ask = async (method: string, path: string, body?: string, headers: Record<string, string> = {}) => {
      const got = await request(path.startsWith('http') ? path : base + path, {
        method: method as 'GET',
        headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
        ...(body !== undefined && { body }),
      });
      const bytes = Buffer.from(await got.body.arrayBuffer());
      return {
        status: got.statusCode,
        headers: got.headers,
        bytes,
        json: () => JSON.parse(bytes.toString()),
      };
    };

    const told = info.parse((await ask('GET', '/System/Info/Public?format=json')).json());
    const { port } = new URL(one.gatewayUrl);
    t.match(told, {
      LocalAddress: one.gatewayUrl,
      WanAddress: one.gatewayUrl,
      LocalAddresses: [one.gatewayUrl],
      RemoteAddresses: [one.gatewayUrl],
      HttpServerPortNumber: Number(port),
      WebSocketPortNumber: Number(port),
    });
    const login = await ask('POST', `/Users/authenticatebyname?${web}`, '{"Username":"a","Pw":"b"}');
    const token = login.json().AccessToken;
    const signed = `${web}&X-Emby-Token=${token}`;
    const ticketed = async (play: boolean, more = '') => {
      const query = `UserId=u1&StartTimeTicks=0&IsPlayback=${play}&AutoOpenLiveStream=${play}&reqformat=json${more}&${signed}`;
      const answer = await ask('POST', `/Items/18371/PlaybackInfo?${query}`, '{"DeviceProfile":{}}');
      return shape.parse(answer.json());
    };
    const page = await ticketed(false);
    t.match(page.PlaySessionId, 'p', 'the detail page');
    const { MediaSources: sources } = await ticketed(true);
    t.equal(sources.length, 2);
    const whole = Buffer.from(await (await request(one.strm)).body.arrayBuffer());
    const before = one.origin.arrived.length;
    for (const source of sources) {
      t.equal(source.AddApiKeyToDirectStreamUrl, false);
      t.match(source.DirectStreamUrl, new RegExp(`^/Videos/${source.ItemId}/stream\\.ts\\?`, 'i'));
      const id = source.ItemId;
      const tag = new URL(source.Path).searchParams.get('Tag');
      const ways = [
        base + source.DirectStreamUrl,
        one.gatewayUrl + source.DirectStreamUrl,
        source.Path,
        `${base}/videos/${id}/original.mkv?MediaSourceId=${source.Id}&PlaySessionId=p&Tag=${tag}`,
        `${base}/Videos/${id}/Metropolis%20(1927).mkv?MediaSourceId=${source.Id}&Tag=${tag}`,
      ];
      for (const way of ways)
        for (const [range, from, to] of [
          ['bytes=0-99', 0, 100],
          ['bytes=5000-5099', 5000, 5100],
        ] as const) {
          const got = await ask('GET', way, undefined, { range });
          t.equal(got.status, 206, way);
          t.ok(got.bytes.equals(whole.subarray(from, to)), `${way} ${range}`);
        }
    }
    t.equal(one.origin.arrived.length, before, 'no byte of a film, and no question, comes to the server');
    const unnamed = `/Videos/18371/original.ts?api_key=${token}`;
    const first = await ask('GET', unnamed, undefined, { range: 'bytes=0-99' });
    t.equal(first.status, 206, 'by its token, without the name of a source');
    t.equal(one.origin.arrived.length, before + 1, 'which is asked about once');
    for (const report of ['Playing', 'Playing/Progress', 'Playing/Stopped']) {
      const body = '{"ItemId":"18371","PositionTicks":12345678901234567}';
      t.equal((await ask('POST', `/Sessions/${report}?${signed}`, body)).status, 204);
      t.match(one.origin.arrived.at(-1), { body, url: new RegExp(`^/emby/Sessions/${report}\\?`) });
    }
    const small = await ticketed(true, '&MaxStreamingBitrate=420000');
    t.match(
      small.MediaSources.map(({ TranscodingUrl }) => TranscodingUrl),
      [/master\.m3u8/, /master\.m3u8/],
      'a lower quality stays what the server says of it',
    );
    const hls = await ask('GET', `${small.MediaSources[0]?.TranscodingUrl}&${signed}`);
    t.equal(hls.status, 418, 'and is made by the server');
    const address = sources[0]?.Path ?? '';
    t.equal((await ask('POST', `/Sessions/Logout?${signed}`)).status, 204);
    t.equal((await ask('GET', address, undefined, { range: 'bytes=0-9' })).status, 401, 'after the log-out');
  });

t.test('a slow Emby is waited for where a lower quality than that of the film is chosen', async (t) => {
  let hurry = () => {};
  const clock = {
    ...systemClock,
    sleep: (ms: number, signal?: AbortSignal) =>
      ms === 2000
        ? new Promise<void>((resolve, reject) => {
            hurry = resolve;
            signal?.addEventListener('abort', () => reject(signal.reason));
          })
        : systemClock.sleep(ms, signal),
  };
  let probed = () => {};
  const one = await setupGateway(
    t,
    ({ url }, response, strm) => {
      const source = {
        Id: 'mediasource_1',
        Path: strm,
        Bitrate: 8e6,
        SupportsDirectPlay: true,
        MediaStreams: [],
      };
      if (/PlaybackInfo/.test(url)) {
        if (url.includes('=1&')) return sendJson(response, { MediaSources: [source] });
        probed = () => sendJson(response, { MediaSources: [], From: 'Emby' });
        return hurry();
      }
      sendJson(response, { Items: [{ Id: '1', MediaSources: [source] }] });
    },
    { kind: 'emby', overrides: { clock } },
  );
  const ask = (bitrate: number) =>
    request(
      `${one.gatewayUrl}/emby/Items/1/PlaybackInfo?IsPlayback=true&MaxStreamingBitrate=${bitrate}&X-Emby-Token=t`,
    ).then(({ body }) => body.text());
  t.match(await ask(1), /"ETag":"p1\./, 'whoever was shown the film before');
  t.match(await ask(200_000_000), /"ETag":"p1\./, 'an answer of our own');
  const waited = ask(420_000);
  while (one.origin.arrived.filter(({ url }) => url.includes('=420000&')).length === 0)
    await new Promise<void>((resolve) => setImmediate(resolve));
  for (let turn = 0; turn < 50; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
  probed();
  t.match(await waited, /"From":"Emby"/, 'its own word');
});

t.test('odd forms of HTTP come to Emby as without a gateway', async (t) => {
  const one = await setupGateway(
    t,
    ({ url, body, headers }, response) => {
      if (url.startsWith('/emby/events')) {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: one\n\n');
        return;
      }
      sendJson(response, { url, length: body.length, expect: headers.expect, upgrade: headers.upgrade });
    },
    { kind: 'emby' },
  );
  const raw = async (head: string, body: string | Buffer = '', until = /\}(?:\r\n0\r\n\r\n)?$/) => {
    const socket = connect(Number(new URL(one.gatewayUrl).port), '127.0.0.1');
    socket.write(head.replaceAll('\n', '\r\n'));
    socket.write(body);
    let got = '';
    const closed = once(socket, 'close').then(() => true);
    const come = new Promise<void>((resolve) => {
      socket.on('data', (bytes) => {
        got += bytes;
        if (until.test(got)) resolve();
      });
    });
    await Promise.race([come, closed]);
    return { got, socket, closed };
  };
  const image = '/emby/Items/18371/Images/Primary?api_key=t';
  const upload = await raw(
    `POST ${image} HTTP/1.1\nHost: e\nContent-Type: image/png\nExpect: 100-continue\nContent-Length: ${20 << 20}\n\n`,
    Buffer.alloc(20 << 20, 'a'),
  );
  t.match(upload.got, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /);
  t.match(upload.got, `"length":${20 << 20}}`, 'twenty megabytes, and the server is told of no Expect');
  upload.socket.destroy();
  const h2c = await raw(
    `GET /emby/System/Ping HTTP/1.1\nHost: e\nConnection: Upgrade, HTTP2-Settings\nUpgrade: h2c\nHTTP2-Settings: AAMAAABk\n\n`,
  );
  t.match(h2c.got, /^HTTP\/1\.1 200 [\s\S]*"url":"\/emby\/System\/Ping","length":0\}/);
  h2c.socket.destroy();
  const close = await raw('GET /emby/System/Ping HTTP/1.1\nHost: e\nConnection: close\n\n');
  t.match(close.got, /^HTTP\/1\.1 200 [\s\S]*connection: close/i);
  t.ok(await close.closed, 'and it is closed');
  const old = await raw('GET /emby/System/Ping HTTP/1.0\n\n');
  t.match(old.got, /^HTTP\/1\.1 200 /);
  t.ok(await old.closed);
  const events = await raw('GET /emby/events HTTP/1.1\nHost: e\n\n', '', /data: one/);
  t.match(events.got, /text\/event-stream[\s\S]*data: one/, 'events come at once');
  events.socket.destroy();
});
