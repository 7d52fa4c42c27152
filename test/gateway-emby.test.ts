import { once } from 'node:events';
import { connect } from 'node:net';
import t from 'tap';
import { request } from 'undici';
import { z } from 'zod';
import { readCredentials } from '../src/gateway/credentials.ts';
import { withoutOldPrefix } from '../src/gateway/old-prefix.ts';
import { readSourceId, requestKind } from '../src/gateway/request-kind.ts';
import { sendJson } from './fixtures/fake-media-server.ts';
import { itemId, setupGateway } from './fixtures/gateway.ts';

/** Emby 4.8 and 4.9 as its reference and the logs of peers show them (facts/gateway 1.2), and apps of old times. */

t.test('what an address of Emby means, with and without its prefix, in any case', async (t) => {
  const table: [path: string, is: string, id?: string, isOriginal?: boolean][] = [
    ['/Items/18371/PlaybackInfo', 'playbackInfo', '18371'],
    ['/Items/mediasource_18371/PlaybackInfo', 'playbackInfo', '18371'],
    ['/Videos/18371/stream', 'stream', '18371', false],
    ['/Videos/18371/stream.mkv', 'stream', '18371', false],
    ['/videos/18371/original.mkv', 'stream', '18371', true],
    ['/Videos/mediasource_18371/original.strm', 'stream', '18371', true],
    ['/Videos/18371/La%20R%C3%A8gle%20du%20jeu%20(1939).mkv', 'stream', '18371', true],
    ['/Audio/18371/stream.flac', 'stream', '18371', false],
    ['/Audio/18371/original.flac', 'stream', '18371', true],
    ['/Videos/18371/master.m3u8', 'api'],
    ['/Videos/18371/hls1/main/0.ts', 'api'],
    ['/Videos/18371/18371/Subtitles/2/0/Stream.srt', 'api'],
    ['/Videos/18371/mediasource_18371/Subtitles/2/Stream.vtt', 'api'],
    ['/Videos/18371/index.bif', 'api'],
    ['/Items/18371/Download', 'download'],
    ['/Sync/JobItems/7/File', 'download'],
    ['/Sync/JobItems/7', 'other'],
    ['/Sync/Items/Ready', 'other'],
    ['/Videos/x/original.mkv', 'api'],
    ['/Videos/1234567890123456789012/stream', 'api'],
  ];
  for (const [path, is, id, isOriginal] of table)
    for (const form of [
      path,
      `/emby${path}`,
      `/Emby${path.toLowerCase()}`,
      `/emby${path.replace('/', '//')}`,
    ]) {
      const kind = requestKind(form, { kind: 'emby', serverPath: '' });
      t.match(kind, { is, ...(id !== undefined && is !== 'download' && { itemId: id }) }, form);
      if (isOriginal !== undefined) t.match(kind, { isOriginal }, form);
    }
  for (const [query, id] of [
    ['MediaSourceId=mediasource_99', '99'],
    ['mediasourceid=99', '99'],
    ['MediaSourceId=0123456789abcdef0123456789ABCDEF', '0123456789abcdef0123456789abcdef'],
    ['MediaSourceId=', undefined],
    ['x=1', undefined],
  ] as const)
    t.equal(readSourceId(new URLSearchParams(query), 'emby'), id, query);
});

t.test("a token is found in all of Emby's forms", async (t) => {
  const table: [headers: Record<string, string>, query: string, client: string][] = [
    [{ 'x-emby-token': 'abc' }, '', ''],
    [
      { 'x-emby-authorization': 'MediaBrowser UserId="u", Client="Emby Theater", Token="abc"' },
      '',
      'Emby Theater',
    ],
    [{ authorization: 'Emby UserId="u", Client="Android", Device="x", Token="abc"' }, '', 'Android'],
    [{}, 'X-Emby-Client=Emby+Web&X-Emby-Device-Name=Chrome&X-Emby-Token=abc&reqformat=json', 'Emby Web'],
    [{}, 'x-emby-token=abc', ''],
    [{}, 'api_key=abc&X-Emby-Client=Emby%20Web', 'Emby Web'],
  ];
  for (const [headers, query, client] of table)
    t.strictSame(readCredentials(headers, new URLSearchParams(query)), { token: 'abc', client }, query);
});

const answerShape = z.looseObject({
  MediaSources: z.array(
    z.looseObject({ Id: z.string(), Path: z.string(), DirectStreamUrl: z.string(), ETag: z.string() }),
  ),
});

t.test(
  'an app of Emby plays by DirectStreamUrl, by Path and by its token, and keeps films for later',
  async (t) => {
    const one = await setupGateway(
      t,
      ({ url, headers }, response, strm) => {
        const { pathname, searchParams } = new URL(url, 'http://emby');
        const token =
          searchParams.get('X-Emby-Token') ?? searchParams.get('api_key') ?? headers['x-emby-token'];
        // As of a .strm that was never probed (facts/gateway 1.2).
        const source = {
          Protocol: 'Http',
          Id: 'mediasource_18371',
          Path: strm,
          Type: 'Default',
          Container: 'strm',
          IsRemote: true,
          HasMixedProtocols: false,
          SupportsTranscoding: true,
          SupportsDirectStream: true,
          SupportsDirectPlay: true,
          SupportsProbing: false,
          MediaStreams: [],
          RequiredHttpHeaders: {},
          DirectStreamUrl:
            '/videos/18371/original.strm?DeviceId=d&MediaSourceId=mediasource_18371&PlaySessionId=p&api_key=good',
          AddApiKeyToDirectStreamUrl: false,
          ItemId: '18371',
        };
        if (/^\/emby\/videos\//i.test(pathname)) return sendJson(response, { passed: 'on' }, 418);
        if (token !== 'good') return sendJson(response, '', 401);
        if (/\/PlaybackInfo$/.test(pathname))
          return sendJson(response, { MediaSources: [source], PlaySessionId: 'p' });
        if (pathname === '/Items')
          return sendJson(response, { Items: [{ Id: '18371', MediaSources: [source] }] });
        if (/\/(?:Download|File)$/.test(pathname)) return void response.end(strm);
        return sendJson(response, '', 404);
      },
      { kind: 'emby' },
    );
    const web = 'X-Emby-Client=Emby+Web&X-Emby-Device-Id=d&X-Emby-Client-Version=4.9.1.90&X-Emby-Token=good';
    const base = `${one.gatewayUrl}/emby`;
    const info = await request(`${base}/Items/18371/PlaybackInfo?UserId=u&IsPlayback=true&${web}`, {
      method: 'POST',
      body: '{}',
    });
    const [source] = answerShape.parse(await info.body.json()).MediaSources;
    if (!source) return t.fail('no source');
    t.match(
      one.origin.arrived[0]?.url,
      /^\/emby\/Items\/18371\/PlaybackInfo\?UserId=u/,
      'Emby knows its prefix',
    );
    const whole = Buffer.from(await (await request(one.strm)).body.arrayBuffer());
    const { name } = one.file;
    const ways: [what: string, url: string][] = [
      ['by DirectStreamUrl', base + source.DirectStreamUrl],
      ['by Path', source.Path],
      ['as original', `${base}/videos/18371/original.ts?MediaSourceId=mediasource_18371&Tag=${source.ETag}`],
      [
        'by any name',
        `${base}/Videos/18371/${encodeURIComponent(name)}?MediaSourceId=18371&Tag=${source.ETag}`,
      ],
      ['with its token', `${base}/videos/18371/original.ts?MediaSourceId=mediasource_18371&api_key=good`],
      ['without the prefix', `${one.gatewayUrl}/Videos/18371/stream.ts?Static=true&X-Emby-Token=good`],
    ];
    for (const [what, url] of ways) {
      const got = await request(url, { headers: { range: 'bytes=5-104' } });
      t.equal(got.statusCode, 206, what);
      t.ok(Buffer.from(await got.body.arrayBuffer()).equals(whole.subarray(5, 105)), what);
    }
    for (const path of ['/Sync/JobItems/7/File', '/Items/18371/Download']) {
      const kept = await request(`${base}${path}?api_key=good`);
      t.match(
        kept.headers,
        { 'content-length': String(whole.length), 'content-disposition': /Metropolis/ },
        path,
      );
      t.equal((await kept.body.arrayBuffer()).byteLength, whole.length, path);
      const refused = await request(`${base}${path}?api_key=bad`);
      t.equal(refused.statusCode, 401, path);
      await refused.body.dump();
    }
    for (const query of ['', 'api_key=bad', `Tag=${source.ETag.replace(/.$/, '')}`]) {
      const refused = await request(
        `${base}/videos/18371/original.ts?MediaSourceId=mediasource_18371&${query}`,
      );
      t.equal(refused.statusCode, 418, query);
      await refused.body.dump();
    }
  },
);

t.test('apps of old times find a Jellyfin 12 below the prefixes that it gave up', async (t) => {
  const table: [url: string, serverPath: string, asked: string][] = [
    ['/emby/System/Info?a=/emby/b', '', '/System/Info?a=/emby/b'],
    ['/MediaBrowser/Users/x', '', '/Users/x'],
    ['/emby', '', '/'],
    ['/emby?x=1', '', '/?x=1'],
    ['/emby/', '', '/'],
    ['/emby//Items', '', '//Items'],
    ['/jf/emby/Items', '/jf', '/jf/Items'],
    ['/JF/Emby/Items', '/jf', '/JF/Items'],
    ['/emby/Items', '/jf', '/Items'],
    ['/embywebsocket?x', '', '/embywebsocket?x'],
    ['/web/emby/x', '', '/web/emby/x'],
    ['/embyx/Items', '', '/embyx/Items'],
    ['/Items/emby', '', '/Items/emby'],
    ['*', '', '*'],
  ];
  for (const [url, serverPath, asked] of table) {
    t.equal(withoutOldPrefix(url, { kind: 'jellyfin', serverPath }), asked, url);
    t.equal(withoutOldPrefix(url, { kind: 'emby', serverPath }), url);
  }
  const one = await setupGateway(t, (asked, response) => sendJson(response, { url: asked.url }));
  for (const path of ['/emby/Users/Public', '/mediabrowser/Users/Public']) {
    const { body } = await request(one.gatewayUrl + path);
    t.same(await body.json(), { url: '/Users/Public' });
  }
  await (await request(`${one.gatewayUrl}/emby/Videos/${itemId}/stream?static=true`)).body.dump();
  t.equal(one.origin.arrived.at(-1)?.url, `/Videos/${itemId}/stream?static=true`);
  one.origin.server.on('upgrade', (asked, socket) =>
    socket.end(`HTTP/1.1 403 No\r\nX-Asked: ${asked.url}\r\n\r\n`),
  );
  const socket = connect(Number(new URL(one.gatewayUrl).port), '127.0.0.1');
  socket.write(
    'GET /emby/socket?api_key=a HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  );
  const [answer] = (await once(socket, 'data')) as [Buffer];
  t.match(answer.toString(), /X-Asked: \/socket\?api_key=a\r/);
});
