import type { ServerResponse } from 'node:http';
import t, { type Test } from 'tap';
import { request } from 'undici';
import { systemClock } from '../src/core/clock.ts';
import { minuteMs } from '../src/core/durations.ts';
import type { MediaFacts } from '../src/library/media-facts.ts';
import { sendJson } from './fixtures/fake-media-server.ts';
import { recordedFor, setupGateway } from './fixtures/gateway.ts';

/**
 * What an app tells of a play while the server still looks into the film. Jellyfin marks a film of which it knows no
 * run time as played at the first of these (facts/gateway 3), and only the answer of our own has the app play so soon.
 */

/** Of the recorded item that was never probed. */
const itemId = 'cb1f903bc9fb472a8ab050c35510fc34';
const other = 'd5a3c90a41afcd996a73eb66618f7ef0';
const facts: MediaFacts = {
  container: 'mpegts',
  durationMs: 60_000,
  video: [{ codec: 'h264', width: 1280, height: 720 }],
  audio: [{ codec: 'ac3', channels: 6, language: 'fre', isDefault: true }],
  subtitles: [],
  chapters: [],
};

/** Sleeps of this length, which end when a test says so. */
const sleeping = new Map<number, () => void>();
const clock = {
  ...systemClock,
  sleep: (ms: number, signal?: AbortSignal) =>
    ms === 2000 || ms === 2 * minuteMs
      ? new Promise<void>((resolve, reject) => {
          sleeping.set(ms, resolve);
          signal?.addEventListener('abort', () => reject(signal.reason));
        })
      : systemClock.sleep(ms, signal),
};

/** The answers to PlaybackInfo that are being waited for. */
const probing: ServerResponse[] = [];
const one = await setupGateway(
  t as never,
  (asked, response, strm) => {
    if (/playbackinfo/i.test(asked.url)) return void probing.push(response);
    if (/^\/Items\/[0-9a-f]{32}/.test(asked.url))
      return sendJson(response, recordedFor('item-cold-mkv', strm));
    response.writeHead(204).end();
  },
  { overrides: { clock } },
);
const { gatewayUrl, origin, file, bridge } = one;
await bridge.catalog.media.put(file, facts, Date.now());

const told = () => origin.arrived.filter(({ url }) => /playing/i.test(url));
const positions = () => told().map(({ url, body }) => [url, JSON.parse(body || '{}').PositionTicks]);
const until = async (is: () => boolean) => {
  while (!is()) await new Promise((resolve) => setImmediate(resolve));
};

function post(path: string, body: unknown, token = 'T', method: 'POST' | 'DELETE' = 'POST') {
  return request(gatewayUrl + path, {
    method,
    headers: {
      authorization: `MediaBrowser Client="Kodi", Token="${token}"`,
      'content-type': 'application/json',
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  }).then(async (got) => ({ status: got.statusCode, text: await got.body.text() }));
}

const report = (what: string, at: number, more: { id?: string; token?: string } = {}) =>
  post(`/Sessions/Playing${what}`, { ItemId: more.id ?? itemId, PositionTicks: at }, more.token);

/** Plays by an answer of our own, while the server's is being waited for. */
async function playSoon(token = 'T') {
  const before = probing.length;
  const asked = post(`/Items/${itemId}/PlaybackInfo`, {}, token);
  await until(() => probing.length > before);
  sleeping.get(2000)?.();
  return asked;
}

/** A test before which nothing was asked. */
function test(name: string, work: (t: Test) => Promise<unknown>) {
  t.test(name, async (t) => {
    origin.arrived.length = 0;
    probing.length = 0;
    await work(t);
  });
}

test('what is told while the server looks into the film arrives when it has', async (t) => {
  t.equal((await playSoon()).status, 200);
  for (const [what, at] of [
    ['', 0],
    ['/Progress', 1],
    ['/progress', 2],
    ['/Progress', 3],
  ] as const)
    t.equal((await report(what, at)).status, 204, `the app does not wait (${what} ${at})`);
  t.strictSame(positions(), [], 'the server has heard nothing yet');
  probing[0]?.end('{}');
  await until(() => told().length === 2);
  t.equal((await report('/Progress', 4)).status, 204);
  t.equal((await report('/Stopped', 5)).status, 204);
  t.strictSame(
    positions(),
    [
      ['/Sessions/Playing', 0],
      ['/Sessions/Playing/Progress', 3],
      ['/Sessions/Playing/Progress', 4],
      ['/Sessions/Playing/Stopped', 5],
    ],
    'in their order, of what is over only the last',
  );
  t.match(told()[1], {
    headers: { authorization: /Token="T"/, 'content-type': 'application/json' },
    body: JSON.stringify({ ItemId: itemId, PositionTicks: 3 }),
  });
});

test('who stops before that has stopped afterwards too', async (t) => {
  await playSoon();
  await report('', 0);
  await report('/Progress', 7);
  await report('/Stopped', 8);
  await report('', 0);
  probing[0]?.end('{}');
  await until(() => told().length === 4);
  t.strictSame(
    positions().map(([, at]) => at),
    [0, 7, 8, 0],
  );
});

test('the forms of old apps wait too', async (t) => {
  await playSoon();
  const id = itemId.toUpperCase();
  await post(`/PlayingItems/${id}?positionTicks=1`, '');
  await post(`/Users/u/PlayingItems/${id}/Progress?positionTicks=2`, '');
  await post(`/PlayingItems/${itemId}?positionTicks=3`, '', 'T', 'DELETE');
  t.equal(told().length, 0);
  probing[0]?.end('{}');
  await until(() => told().length === 3);
  t.strictSame(
    told().map(({ method, url }) => `${method} ${url.split('?')[1]}`),
    ['POST positionTicks=1', 'POST positionTicks=2', 'DELETE positionTicks=3'],
  );
});

const passing: [what: string, tell: () => Promise<{ status: number }>][] = [
  ['of another film', () => report('/Progress', 1, { id: other })],
  ['by somebody else', () => report('/Progress', 1, { token: 'OTHER' })],
  ['without a token', () => report('/Progress', 1, { token: '' })],
  ['that cannot be read', () => post('/Sessions/Playing/Progress', 'no json')],
  ['of nothing', () => post('/Sessions/Playing/Progress', {})],
  ['that is longer than any', () => post('/Sessions/Playing', { ItemId: itemId, x: 'x'.repeat(70_000) })],
  ['that it is still there', () => post('/Sessions/Playing/Ping?playSessionId=x', '')],
];
for (const [what, tell] of passing)
  test(`a report ${what} does not wait`, async (t) => {
    await playSoon();
    await tell();
    t.equal(told().length, 1);
    probing[0]?.end('{}');
  });

test('where the server answered itself nothing waits', async (t) => {
  const asked = post(`/Items/${itemId}/PlaybackInfo`, {});
  await until(() => probing.length > 0);
  sendJson(probing[0] as ServerResponse, recordedFor('playbackinfo-unprobed-kodi', one.strm));
  await asked;
  await report('/Progress', 1);
  t.equal(told().length, 1);
});

test('two questions about one film: the last answer counts', async (t) => {
  await playSoon();
  await playSoon();
  await report('', 0);
  probing[0]?.end('{}');
  await report('/Progress', 1);
  t.equal(told().length, 0);
  probing[1]?.end('{}');
  await until(() => told().length === 2);
  t.strictSame(
    positions().map(([, at]) => at),
    [0, 1],
  );
});

test('a server that loses the question, or takes for ever: what was told goes on', async (t) => {
  await playSoon();
  await report('', 0);
  probing[0]?.destroy();
  await until(() => told().length === 1);
  await playSoon();
  await report('', 1);
  sleeping.get(2 * minuteMs)?.();
  await until(() => told().length === 2);
  t.strictSame(
    positions().map(([, at]) => at),
    [0, 1],
  );
  probing[1]?.end('{}');
});

test('nobody fills our memory with reports', async (t) => {
  await playSoon();
  for (let n = 0; n < 40; n++) await report('/Stopped', n);
  t.equal(told().length, 20, 'beyond twenty they pass');
  probing[0]?.end('{}');
  await until(() => told().length === 40);
});
