import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import t, { type Test } from 'tap';
import { request } from 'undici';
import { z } from 'zod';
import { systemClock } from '../src/core/clock.ts';
import type { MediaFacts } from '../src/library/media-facts.ts';
import { type Arrived, sendJson } from './fixtures/fake-media-server.ts';
import { recorded, recordedFor, setupGateway } from './fixtures/gateway.ts';

/** A media server that is slow, starting, down, or killed while a film plays. */

/** Of the recorded item that was never probed. */
const itemId = 'cb1f903bc9fb472a8ab050c35510fc34';
const facts: MediaFacts = {
  container: 'mpegts',
  durationMs: 60_000,
  video: [{ codec: 'h264', width: 1280, height: 720 }],
  audio: [{ codec: 'ac3', channels: 6, language: 'fre', isDefault: true }],
  subtitles: [],
  chapters: [],
};

/** The two seconds that a server has pass when a test says so; everything else goes by the real clock. */
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

type Answer = (asked: Arrived, response: ServerResponse) => void;
/** What it does with a request for PlaybackInfo. */
let probe: Answer = () => {};
let itemStatus = 200;
const one = await setupGateway(
  t as never,
  (asked, response, strm) => {
    if (/playbackinfo/i.test(asked.url)) return probe(asked, response);
    if (/^\/jf\/Items\/[0-9a-f]{32}/.test(asked.url))
      return itemStatus === 200
        ? sendJson(response, recordedFor('item-cold-mkv', strm))
        : sendJson(response, {}, itemStatus);
    return sendJson(response, {}, 418);
  },
  { path: '/jf', overrides: { clock } },
);
const { gatewayUrl, origin, file, bridge } = one;
await bridge.catalog.media.put(file, facts, Date.now());
const place = (await bridge.catalog.placementsOf('').placesOf([file.id])).get(file.id);
const beside = { titleKey: place?.titleKey ?? '', fileId: undefined, sizeBytes: 9, mtimeMs: 1, sha256: 'x' };
await bridge.catalog
  .placementsOf('')
  .recordTree([{ ...beside, kind: 'subtitle', path: `${place?.stem}.fr.srt` }], []);

const answer = z.object({
  PlaySessionId: z.string().regex(/^[0-9a-f]{32}$/),
  MediaSources: z.array(
    z.looseObject({
      Id: z.string(),
      Path: z.string(),
      ETag: z.string(),
      Protocol: z.string(),
      SupportsDirectPlay: z.boolean(),
      MediaStreams: z.array(z.looseObject({ Index: z.number(), Type: z.string(), IsExternal: z.boolean() })),
    }),
  ),
});

interface Asks {
  client?: string;
  token?: string;
  query?: string;
  body?: unknown;
  prefix?: string;
}

/** Asks for PlaybackInfo; resolves when there is an answer. */
function ask({ client = 'Kodi', token = 'T', query = '', body = {}, prefix = '' }: Asks = {}) {
  const leave = new AbortController();
  const done = request(`${gatewayUrl}${prefix}/Items/${itemId}/PlaybackInfo${query}`, {
    method: 'POST',
    headers: {
      authorization: `MediaBrowser Client="${client}", Token="${token}"`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
    signal: leave.signal,
  }).then(async (got) => ({
    status: got.statusCode,
    headers: got.headers,
    text: await got.body.text(),
  }));
  return { done, leave: () => leave.abort() };
}

/** Until the media server has got its request. */
async function arrived(count = 1, what = /playbackinfo/i) {
  while (origin.arrived.filter(({ url }) => what.test(url)).length < count)
    await new Promise((resolve) => setImmediate(resolve));
}

/** A test for which nobody has been seen yet. */
function test(name: string, work: (t: Test) => Promise<unknown>) {
  t.test(name, async (t) => {
    origin.arrived.length = 0;
    itemStatus = 200;
    aheadMs += 61_000;
    await work(t);
  });
}

for (const prefix of ['', '/jf', '/jf/emby', '/mediabrowser'])
  test(`a server that probes for a minute: Kodi gets tracks and starts (behind "${prefix}")`, async (t) => {
    let probing: ServerResponse | undefined;
    probe = (_asked, response) => {
      probing = response;
    };
    const asked = ask({ prefix });
    await arrived();
    hurry();
    const { status, text, headers } = await asked.done;
    t.equal(status, 200);
    t.match(headers['content-type'], /^application\/json/);
    const { MediaSources } = answer.parse(JSON.parse(text));
    const [source] = MediaSources;
    if (!source) return t.fail('no source');
    t.match(source, {
      Protocol: 'Http',
      Container: 'ts',
      RunTimeTicks: 600_000_000,
      Bitrate: Math.round((file.sizeBytes * 8000) / 60_000),
      SupportsDirectPlay: true,
      TranscodingSubProtocol: 'http',
      DefaultAudioStreamIndex: 2,
    });
    t.strictSame(
      source.MediaStreams.map(({ Index, Type, IsExternal }) => [Index, Type, IsExternal]),
      [
        [0, 'Subtitle', true],
        [1, 'Video', false],
        [2, 'Audio', false],
      ],
    );
    t.notMatch(text, one.strm, 'the signed address is not told');
    const [question] = origin.arrived.filter(({ url }) => !/playbackinfo/i.test(url));
    t.match(question, {
      url: `/jf/Items/${itemId}`,
      headers: { authorization: 'MediaBrowser Token="T"' },
    });
    const bytes = await request(source.Path, { headers: { range: 'bytes=0-99' } });
    t.equal(bytes.statusCode, 206);
    await bytes.body.dump();
    t.equal(origin.arrived.length, 2, 'no byte comes from the media server');
    // It goes on with its probe, and what it finds in the end hurts nobody.
    t.equal(probing?.destroyed, false);
    probing?.end('{}');
  });

/** Who gets no answer of ours, and waits for the server's. */
const waiting: readonly [what: string, asks: Asks, status: number][] = [
  ['nobody’s token', { token: '' }, 200],
  ['a token that the server refuses', {}, 401],
  ['a person who may not see it', {}, 404],
  ['a server that cannot say', {}, 500],
  ['somebody else’s name', { query: '?userId=nobody' }, 200],
  ['an app that wants a transcode', { query: '?enableDirectPlay=false' }, 200],
  ['the same in its body', { body: { EnableDirectPlay: false } }, 200],
  ['another item’s version', { query: '?mediaSourceId=d5a3c90a41afcd996a73eb66618f7ef0' }, 200],
  [
    'a browser that does not play this sound',
    {
      client: 'Jellyfin Web',
      body: {
        DeviceProfile: { DirectPlayProfiles: [{ Type: 'Video', Container: 'ts', AudioCodec: 'aac' }] },
      },
    },
    200,
  ],
];

for (const [what, asks, status] of waiting)
  test(`a slow server is waited for by ${what}`, async (t) => {
    itemStatus = status;
    let finish = () => {};
    probe = (_asked, response) => {
      finish = () => sendJson(response, { of: 'the server' }, 203);
    };
    const asked = ask(asks);
    await arrived();
    hurry();
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    finish();
    t.match(await asked.done, { status: 203, text: /of.*the server/ });
  });

test('an answer that comes in time is the server’s, and nothing else is asked', async (t) => {
  probe = (_asked, response) => sendJson(response, recordedFor('playbackinfo-unprobed-kodi', one.strm));
  const { text } = await ask().done;
  hurry();
  t.equal(origin.arrived.length, 1);
  // A film that it could not probe has the tracks that we know of.
  const [source] = answer.parse(JSON.parse(text)).MediaSources;
  t.match(source, { SupportsDirectPlay: true, RunTimeTicks: 600_000_000, Container: 'ts' });
  t.equal(source?.MediaStreams.length, 3);
});

test('what the server knows itself is left as it says', async (t) => {
  probe = (_asked, response) => sendJson(response, recordedFor('playbackinfo-kodi', one.strm));
  const [source] = answer.parse(JSON.parse((await ask().done).text)).MediaSources;
  t.match(source, { RunTimeTicks: 3_000_230_000, Container: 'mkv' });
  t.equal(source?.MediaStreams.length, 6);
});

test('each app that plays it itself is told so where the server could not look', async (t) => {
  for (const app of ['web', 'kodi', 'androidtv', 'findroid']) {
    const { headers } = recorded(`playbackinfo-unprobed-${app}`).request;
    const client = /Client="([^"]+)"/.exec(headers.Authorization ?? '')?.[1] ?? '';
    probe = (_asked, response) => sendJson(response, recordedFor(`playbackinfo-unprobed-${app}`, one.strm));
    const all = [{ Type: 'Video', Container: 'ts,mkv', VideoCodec: 'h264', AudioCodec: 'ac3' }];
    const { text } = await ask({ client, body: { DeviceProfile: { DirectPlayProfiles: all } } }).done;
    t.match(
      answer.parse(JSON.parse(text)).MediaSources[0],
      { SupportsDirectPlay: true, Container: 'ts' },
      app,
    );
    const none = [{ Type: 'Video', Container: 'mp4' }];
    const { text: other } = await ask({ client, body: { DeviceProfile: { DirectPlayProfiles: none } } }).done;
    const [source] = answer.parse(JSON.parse(other)).MediaSources;
    t.match(source, { SupportsDirectPlay: false, RunTimeTicks: 600_000_000 }, `${app} keeps its transcode`);
  }
});

test('who leaves ends the request at the server', async () => {
  const gone = new Promise<void>((resolve) => {
    probe = (_asked, response) => void response.once('close', () => resolve());
  });
  const asked = ask();
  const left = asked.done.catch(() => 'left');
  await arrived();
  asked.leave();
  await left;
  await gone;
});

test('a server that starts: its own word, unless it has shown the film within a minute', async (t) => {
  probe = (_asked, response) => void response.writeHead(503, { 'retry-after': '5' }).end('starting');
  itemStatus = 503;
  t.match(await ask().done, { status: 503, headers: { 'retry-after': '5' }, text: 'starting' });
  t.equal(origin.arrived.length, 1, 'one try');
  itemStatus = 200;
  const stream = `/Videos/${itemId}/stream?Static=true&MediaSourceId=${itemId}&ApiKey=T`;
  await (await request(gatewayUrl + stream, { method: 'HEAD' })).body.dump();
  itemStatus = 503;
  t.equal((await ask().done).status, 200, 'it has just shown it to this person');
  t.equal((await ask({ token: 'OTHER' }).done).status, 503, 'and to nobody else');
  aheadMs += 60_001;
  t.equal((await ask().done).status, 503, 'a minute later that is over');
});

test('a server that is killed while a film plays: the film goes on, and is found again', async (t) => {
  probe = (_asked, response) => sendJson(response, recordedFor('playbackinfo-unprobed-kodi', one.strm));
  const [source] = answer.parse(JSON.parse((await ask().done).text)).MediaSources;
  const address = source?.Path ?? '';
  const token = `${gatewayUrl}/Videos/${itemId}/stream?Static=true&MediaSourceId=${itemId}&ApiKey=T`;
  await (await request(token, { method: 'HEAD' })).body.dump();
  const playing = await request(address);
  const pieces = playing.body[Symbol.asyncIterator]();
  let bytes = (await pieces.next()).value.length;
  origin.server.closeAllConnections();
  origin.server.close();
  await once(origin.server, 'close');
  for (let piece = await pieces.next(); !piece.done; piece = await pieces.next()) bytes += piece.value.length;
  t.equal(bytes, file.sizeBytes, 'to its end');
  for (const [method, range, status] of [
    ['GET', 'bytes=1000-1999', 206],
    ['GET', 'bytes=-100', 206],
    ['HEAD', '', 200],
  ] as const) {
    const got = await request(address, { method, headers: range === '' ? {} : { range } });
    await got.body.dump();
    t.equal(got.statusCode, status, `${method} ${range}`);
  }
  t.equal((await ask().done).status, 200, 'and started anew by who has just seen it');
  const began = Date.now();
  const other = await ask({ token: 'OTHER' }).done;
  t.match([other.status, JSON.parse(other.text).code], [502, 'BRIDGE_ORIGIN_DOWN']);
  t.ok(Date.now() - began < 1000, 'within a second');
  aheadMs += 60_001;
  t.equal((await ask().done).status, 502, 'a minute later nobody is vouched for');
  const late = await request(address, { headers: { range: 'bytes=0-9' } });
  await late.body.dump();
  t.equal(late.statusCode, 206, 'a ticket needs nobody');
});
