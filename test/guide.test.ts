import { existsSync, statSync } from 'node:fs';
import t from 'tap';
import { loadSettings } from '../config/load.ts';
import { createBridge } from '../src/bridge.ts';
import { silentLog } from '../src/core/log.ts';
import { fakeJellyfin, fakePlex } from './fixtures/media-servers.ts';
import { openSettings } from './fixtures/settings-page.ts';
import type { Test } from './fixtures/setup.ts';

/** A first start, as whoever means harm would use it. */
const folder = { name: 'Films', files: [{ name: 'Heat.1995.mkv', content: { sizeBytes: 1000, seed: 1 } }] };
const wrongKey = (turn: number) => `wrong${String(turn).padStart(27, '0')}`;

/** The guide, or the bridge where there is a key, at the pace of the host. */
const open = (t: Test, more: Record<string, string> = {}, home = t.testdir()) =>
  openSettings(t, {
    account: { folders: [folder] },
    env: { FICHIER_REQUEST_INTERVAL_MS: '2500', ...more },
    home,
  });

t.test('without a key the page and its guide are all that is served', async (t) => {
  const warned: string[] = [];
  const warn = (_values: object, words: string) => void warned.push(words);
  const log = { ...silentLog, warn, error: warn };
  const { app, ask, simulator } = await openSettings(t, { account: { folders: [folder] }, log });
  for (const [url, status] of [
    ['/', 200],
    ['/healthz', 200],
    ['/readyz', 503],
    ['/session', 200],
    ['/stream/x/y/film.mkv', 503],
    ['/dav/', 503],
    ['/browse/', 503],
    ['/strm/', 503],
    ['/library.m3u', 503],
    ['/metrics', 503],
    ['/api/v1/files', 503],
    ['/api/v1/settings', 503],
    ['/api/v1/setup', 401],
    ['/api/v1/doctor', 401],
    ['/nothing', 503],
  ] as const) {
    const answer = await app.inject({ url });
    t.equal(answer.statusCode, status, url);
    if (status === 503) t.match(answer.json(), { code: 'BRIDGE_NOT_SET_UP' }, url);
  }
  t.match(await ask('GET', '/setup'), { status: 200, json: { fixed: [], roots: ['/'] } });
  t.equal((await ask('POST', '/sync')).status, 503);
  t.equal(simulator.counters.requests.length, 0, 'the host was asked nothing');
  t.strictSame(warned, [], 'that the guide is open was said once');
});

t.test('who is on the network, or another page, sets nothing up', async (t) => {
  const { app, bridge, simulator, file } = await open(t);
  const proof = { 'passerelle-page': '1' };
  const log = await app.inject({
    ...{ method: 'POST', url: '/session', headers: proof },
    payload: { user: 'passerelle', password: bridge.secrets.password },
  });
  t.match(log.json(), { guide: true });
  const cookie = String(log.headers['set-cookie']).split(';', 1)[0] as string;
  const table: [what: string, headers: Record<string, string>][] = [
    ['a stranger', {}],
    ['a wrong token', { authorization: 'Bearer wrong' }],
    ['the cookie alone, as a form sends it', { cookie }],
    ['another site', { ...proof, cookie, 'sec-fetch-site': 'cross-site' }],
    ['another port of this machine', { ...proof, cookie, 'sec-fetch-site': 'same-site' }],
    ['another origin', { ...proof, cookie, origin: 'http://evil.test' }],
    ['a made-up cookie', { ...proof, cookie: `passerelle-session=${'A'.repeat(43)}` }],
  ];
  for (const [what, headers] of table)
    for (const [path, payload] of [
      ['/setup', {}],
      ['/setup/key', { key: wrongKey(1) }],
      ['/setup/address', { url: 'http://evil.test' }],
      ['/setup/servers/find', { host: '127.0.0.1' }],
      ['/setup/servers/check', { kind: 'kodi', url: 'http://127.0.0.1:1' }],
    ] as const) {
      const answer = await app.inject({ method: 'POST', url: `/api/v1${path}`, headers, payload });
      t.equal(answer.statusCode, 401, `${what}: ${path}`);
    }
  t.equal(simulator.counters.requests.length, 0);
  t.notOk(existsSync(file));
  const page = await app.inject({ url: '/' });
  t.notMatch(String(page.headers['content-security-policy']), 'evil', 'nobody has the browser ask elsewhere');
});

t.test('keys are not guessed: what can be none asks nobody, one a minute, ten an hour', async (t) => {
  const { ask, clock, simulator, key } = await open(t);
  for (const bad of ['', 'Bearer abc', '"quoted"', 'https://host.test/x', '<the key>', 'a b'])
    t.equal((await ask('POST', '/setup/key', { key: bad })).status, 400, bad);
  for (const body of [{}, { key: 5 }, { key: 'x'.repeat(501) }, { key, admin: true }])
    t.equal((await ask('POST', '/setup/key', body)).status, 400);
  t.equal(simulator.counters.requests.length, 0, 'nothing of that is a call');
  t.match(await ask('POST', '/setup/key', { key: wrongKey(0) }), {
    status: 502,
    json: { code: 'BRIDGE_HOST_KEY' },
  });
  t.match(await ask('POST', '/setup/key', { key }), {
    status: 429,
    json: { code: 'BRIDGE_SETUP_BUSY' },
    retryAfter: 60,
  });
  t.equal((await ask('POST', '/setup/key', { key: wrongKey(0) })).status, 502, 'the same one is remembered');
  t.equal(simulator.counters.requests.length, 1, 'one call in all');
  for (let turn = 1; turn < 10; turn++) {
    clock.jump(clock.now() + 60_000);
    t.equal((await ask('POST', '/setup/key', { key: wrongKey(turn) })).status, 502, `${turn}`);
  }
  clock.jump(clock.now() + 60_000);
  const late = await ask('POST', '/setup/key', { key });
  t.equal(late.status, 429);
  t.equal(late.retryAfter, 50 * 60, 'an hour after the first');
  t.equal(simulator.counters.requests.length, 10);
  clock.jump(clock.now() + 50 * 60_000);
  t.match(await ask('POST', '/setup/key', { key: ` ${key}\n` }), { status: 200, json: { offer: 'premium' } });
});

t.test('a lock of the host is kept to, and no key is tried meanwhile', async (t) => {
  const { ask, clock, simulator, key } = await open(t);
  simulator.faults.answer({ is: 'flood', lockMs: 60_000, verb: 'user/info' });
  t.equal((await ask('POST', '/setup/key', { key: wrongKey(0) })).status, 503);
  const calls = simulator.counters.requests.length;
  clock.jump(clock.now() + 61_000);
  t.match(await ask('POST', '/setup/key', { key }), { status: 503, json: { code: 'BRIDGE_GATE_CLOSED' } });
  t.equal(simulator.counters.requests.length, calls);
});

t.test('set up once, the guide is closed for good; what was entered is for its owner alone', async (t) => {
  const { ask, clock, key, file, events, load } = await open(t);
  t.match(await ask('POST', '/setup', {}), { status: 409, json: { code: 'BRIDGE_SETUP_NO_KEY' } });
  t.equal((await ask('GET', '/setup/folders')).status, 409);
  await ask('POST', '/setup/key', { key });
  const listing = ask('GET', '/setup/folders');
  // Its turn comes at the pace of the host.
  await clock.advance(5000);
  t.match((await listing).json, { folders: [{ name: 'Films' }] });
  for (const body of [
    { baseUrl: 'javascript:alert(1)' },
    { baseUrl: 'http://u:p@films.test' },
    { roots: ['Films'] },
    { roots: ['/Films/../..\n'] },
    { servers: [{ kind: 'webhook', url: 'http://films.test' }] },
    { servers: [{ kind: 'jellyfin', url: 'file:///etc/passwd', token: 'x' }] },
    { servers: [{ kind: 'jellyfin', url: 'http://films.test', tokenFile: '/etc/passwd' }] },
    { dataDir: '/etc' },
  ])
    t.equal((await ask('POST', '/setup', body)).status, 400, JSON.stringify(body));
  t.notOk(existsSync(file), 'nothing of that was written');
  const wish = { baseUrl: 'http://192.0.2.7:8790/', roots: ['/Films', '/It\'s: "odd" #1'] };
  const [first, second] = await Promise.all([ask('POST', '/setup', wish), ask('POST', '/setup', wish)]);
  t.same([first.status, second.status].sort(), [202, 409], 'two at one time are one');
  for (const [method, path, body] of [
    ['GET', '/setup', undefined],
    ['GET', '/setup/folders', undefined],
    ['POST', '/setup', {}],
    ['POST', '/setup/key', { key }],
    ['POST', '/setup/address', { url: 'http://films.test' }],
    ['POST', '/setup/servers/find', { host: '127.0.0.1' }],
  ] as const)
    t.match(await ask(method, path, body), { status: 409, json: { code: 'BRIDGE_SETUP_OVER' } }, path);
  t.strictSame(events, ['end']);
  t.equal(statSync(file).mode & 0o777, 0o600);
  const { settings, hasKey, originOf } = loadSettings(load);
  t.ok(hasKey);
  t.strictSame(settings.library.roots, wish.roots);
  t.equal(settings.server.baseUrl, 'http://192.0.2.7:8790');
  // What the guide has seen counts: nobody is told that the key is not accepted yet, and readyz is ready.
  const next = await createBridge(settings, silentLog, { clock });
  t.teardown(() => next.close());
  t.equal(next.keyWatch.doubt(), undefined, 'the key is known to be good');
  next.live.syncBegins(clock.now() + 30_000);
  t.match(await next.live.read(), { sync: { running: false, beginsAt: clock.now() + 30_000 } });
  t.match(originOf('library.roots'), { origin: 'entered', words: /settings\.yaml line \d+/ });
});

t.test('after a first start its addresses are closed, whoever asks', async (t) => {
  const { ask } = await open(t, { FICHIER_API_KEY: 'abcdefgh12345678ABCDEFGH_-=87654' });
  for (const [method, path, body] of [
    ['GET', '/setup', undefined],
    ['POST', '/setup', {}],
    ['POST', '/setup/key', { key: 'abcdefgh12345678ABCDEFGH_-=87654' }],
  ] as const)
    t.match(await ask(method, path, body), { status: 409, json: { code: 'BRIDGE_SETUP_OVER' } }, path);
});

t.test('a browser may try the addresses that were typed, and no other', async (t) => {
  const { app, ask, guide } = await open(t);
  const policy = async () => String((await app.inject('/')).headers['content-security-policy']);
  t.notMatch(await policy(), 'films.test');
  for (const url of [
    'films.test',
    'javascript:x',
    "http://films.test'; script-src *",
    'http://films.test/ *',
  ])
    t.equal((await ask('POST', '/setup/address', { url })).status, 400, url);
  t.match(await ask('POST', '/setup/address', { url: 'http://films.test:81/a/' }), {
    json: { url: 'http://films.test:81/a' },
  });
  t.match(await policy(), /connect-src 'self' (?:\S+ )*http:\/\/films\.test:81[ ;]/);
  for (let turn = 0; turn < 30; turn++) await ask('POST', '/setup/address', { url: `http://t${turn}.test` });
  t.equal(guide.state().tried.length, 10, 'not without end');
  const { id } = (await ask('GET', '/setup')).json;
  const answer = await app.inject('/healthz');
  t.match(answer.json(), { status: 'ok', id });
  t.equal(answer.headers['access-control-allow-origin'], '*');
});

t.test('media servers are tested with their key, and only what they are is told', async (t) => {
  const { ask } = await open(t);
  const [jellyfin, plex] = [await fakeJellyfin(t), await fakePlex(t)];
  const check = (body: object) => ask('POST', '/setup/servers/check', body);
  t.match(await check({ kind: 'jellyfin', url: jellyfin.url, token: 'jelly-key' }), { json: { ok: true } });
  t.match(await check({ kind: 'plex', url: plex.url, token: 'plex-token', seenAs: '/media/x' }), {
    json: { ok: true },
  });
  jellyfin.broken = 401;
  const refused = await check({ kind: 'jellyfin', url: jellyfin.url, token: 'wrong-token' });
  t.match(refused, { status: 200, json: { ok: false, words: /does not accept the token/ } });
  t.notMatch(JSON.stringify(refused), 'wrong-token');
  t.equal((await check({ kind: 'jellyfin', url: jellyfin.url })).status, 400, 'without a key');
  for (const host of ['http://127.0.0.1', '127.0.0.1:22', 'a b', '127.0.0.1/x', 'user@host', ''])
    t.equal((await ask('POST', '/setup/servers/find', { host })).status, 400, host);
});
