import type { InjectOptions } from 'fastify';
import t from 'tap';
import { createSessions, type Session } from '../src/edge/sessions.ts';
import { createHandClock } from './fixtures/hand-clock.ts';
import { until } from './fixtures/listed.ts';
import { type Setup, setup } from './fixtures/setup.ts';
import { startBridge } from './fixtures/start-bridge.ts';

/** Who gets into the page. */
const proof = { 'passerelle-page': '1' };
const right = { user: 'passerelle', password: 'test-password' };
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

async function logIn(
  one: Pick<Setup, 'app'>,
  payload: object = right,
  headers: Record<string, string> = proof,
) {
  const answer = await one.app.inject({ method: 'POST', url: '/session', headers, payload });
  const set = String(answer.headers['set-cookie'] ?? '');
  return { answer, set, cookie: set.split(';', 1)[0] as string };
}

const statusOf = async ({ app }: Pick<Setup, 'app'>, request: InjectOptions) =>
  (await app.inject({ url: '/api/v1/status', ...request })).statusCode;

t.test('a log-in opens the API, and a log-out closes it', async (t) => {
  const one = await setup(t);
  t.same((await one.app.inject('/session')).json(), {}, 'nobody is logged in, and nobody learns anything');
  const { answer, set, cookie } = await logIn(one);
  t.equal(answer.statusCode, 200);
  t.match(answer.json(), { user: 'passerelle' });
  t.match(set, /^passerelle-session=[\w-]{43}; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Strict$/);
  const headers = { ...proof, cookie };
  t.equal(await statusOf(one, { headers }), 200);
  t.match((await one.app.inject({ url: '/session', headers })).json(), { user: 'passerelle' });
  t.not((await logIn(one)).cookie, cookie, 'each log-in is another one');
  t.equal((await one.app.inject({ method: 'DELETE', url: '/session', headers })).statusCode, 204);
  t.equal(await statusOf(one, { headers }), 401);
});

t.test('a cookie opens nothing without a proof that our own page asks', async (t) => {
  const one = await setup(t, { env: { PASSERELLE_BASE_URL: 'https://films.test' } });
  const { cookie } = await logIn(one);
  const page = { ...proof, cookie, host: 'nas:8790' };
  const table: [what: string, status: number, headers: Record<string, string>][] = [
    ['our page', 200, page],
    ['our page, where browsers say so', 200, { ...page, 'sec-fetch-site': 'same-origin' }],
    ['our page by its origin', 200, { ...page, origin: 'http://nas:8790' }],
    ['our page behind a proxy that changes Host', 200, { ...page, origin: 'https://films.test' }],
    ['the cookie among others', 200, { ...page, cookie: `a=b; ${cookie}; c="d"` }],
    ['the cookie alone, as a form or a picture sends it', 401, { cookie }],
    ['another site', 401, { ...page, 'sec-fetch-site': 'cross-site' }],
    ['another port of this machine', 401, { ...page, 'sec-fetch-site': 'same-site' }],
    ['an address that somebody typed', 401, { ...page, 'sec-fetch-site': 'none' }],
    ['another origin', 401, { ...page, origin: 'http://evil.test' }],
    ['another port as origin', 401, { ...page, origin: 'http://nas:9999' }],
    ['an origin that is none', 401, { ...page, origin: 'null' }],
    ['an origin that begins as ours', 401, { ...page, origin: 'http://nas:8790.evil.test' }],
    ['a proof of another kind', 401, { ...page, 'passerelle-page': 'yes' }],
    ['no cookie', 401, { ...proof }],
    ['a made-up cookie', 401, { ...proof, cookie: `passerelle-session=${'A'.repeat(43)}` }],
    ['a cookie that is too long', 401, { ...page, cookie: `${'x'.repeat(9000)}; ${cookie}` }],
    ['a cookie of another name', 401, { ...page, cookie: cookie.replace('passerelle', 'passe') }],
    ['a part of the cookie', 401, { ...page, cookie: cookie.slice(0, -1) }],
    ['a wrong token beside it', 401, { ...page, authorization: 'Bearer wrong' }],
    ['the password beside it', 401, { ...page, authorization: 'Basic cGFzc2VyZWxsZTp0ZXN0LXBhc3N3b3Jk' }],
  ];
  for (const [what, status, headers] of table) {
    t.equal(await statusOf(one, { headers }), status, what);
    const changed = await statusOf(one, { method: 'POST', url: '/api/v1/refresh', payload: {}, headers });
    t.equal(changed, status === 200 ? 400 : 401, `${what} changes something`);
  }
  for (const url of ['/dav/', '/browse/', '/strm/', '/library.m3u', '/api/docs/'])
    t.equal(await statusOf(one, { url, headers: page }), 401, `${url} is for who has the password`);
  const preflight = await one.app.inject({
    method: 'OPTIONS',
    url: '/api/v1/status',
    headers: { origin: 'http://evil.test', 'access-control-request-headers': 'passerelle-page' },
  });
  t.equal(preflight.statusCode, 405, 'no page of others is told that it may ask');
  t.notOk(preflight.headers['access-control-allow-origin']);
});

t.test('a log-in needs our page, JSON, and a user and a password that are right', async (t) => {
  const one = await setup(t);
  const table: [what: string, status: number, headers: Record<string, string>, payload: object | string][] = [
    ['no proof: somebody logs others in as himself', 401, {}, right],
    ['another site', 401, { ...proof, 'sec-fetch-site': 'cross-site' }, right],
    ['another user', 401, proof, { ...right, user: 'admin' }],
    ['no user', 400, proof, { password: 'test-password' }],
    ['a list', 400, proof, { ...right, password: ['test-password'] }],
    ['more than that', 400, proof, { ...right, admin: true }],
    ['a password without end', 400, proof, { ...right, password: 'x'.repeat(1001) }],
    ['a body without end', 413, proof, { ...right, password: 'x'.repeat(9000) }],
    ['no JSON', 400, { ...proof, 'content-type': 'text/plain' }, JSON.stringify(right)],
    ['a form', 400, { ...proof, 'content-type': 'application/x-www-form-urlencoded' }, 'user=a&password=b'],
  ];
  for (const [what, status, headers, payload] of table) {
    const answer = await one.app.inject({ method: 'POST', url: '/session', headers, payload });
    t.equal(answer.statusCode, status, what);
    t.notOk(answer.headers['set-cookie'], what);
    t.notOk(answer.headers['www-authenticate'], `${what}: the browser asks for nothing by itself`);
  }
});

t.test('who guesses at the page is told to wait, at every other door too', async (t) => {
  const one = await setup(t);
  const outcomes: number[] = [];
  for (let turn = 0; turn < 25; turn++)
    outcomes.push((await logIn(one, { ...right, password: `guess ${turn}` })).answer.statusCode);
  t.same(new Set(outcomes.slice(0, 19)), new Set([401]));
  t.equal(outcomes.at(-1), 429);
  const { answer } = await logIn(one);
  t.equal(answer.statusCode, 429, 'not even what is right is looked at');
  t.ok(Number(answer.headers['retry-after']) > 0);
  const basic = `Basic ${Buffer.from('passerelle:test-password').toString('base64')}`;
  t.equal(await statusOf(one, { url: '/browse/', headers: { authorization: basic } }), 429);
  const elsewhere = await one.app.inject({
    ...{ method: 'POST', url: '/session', headers: proof, payload: right },
    remoteAddress: '192.0.2.9',
  });
  t.equal(elsewhere.statusCode, 200, 'somebody else is not held up');
});

t.test('behind TLS and below a path the cookie says so', async (t) => {
  const one = await setup(t, { env: { PASSERELLE_BASE_URL: 'https://films.test/passerelle' } });
  const { set } = await logIn(one, right, { ...proof, origin: 'https://films.test' });
  t.match(set, /; Path=\/passerelle\/; .*; Secure$/);
});

t.test(
  'log-ins end by themselves, are few, and outlive a restart without being told to who reads them',
  async (t) => {
    const clock = createHandClock();
    let kept: Session[] | undefined;
    const memory = {
      read: () => structuredClone(kept),
      write: (next: Session[]) => {
        kept = structuredClone(next);
      },
    };
    const start = (credentials = 'a:b') => createSessions({ clock, credentials, memory });
    const sessions = start();
    const shown = sessions.begin();
    t.notMatch(JSON.stringify(kept), shown, 'what is kept cannot be shown');
    t.ok(start().isLive(shown), 'after a restart');
    t.notOk(start('a:c').isLive(shown), 'not with another password');
    for (let day = 0; day < 29; day++) {
      clock.jump(clock.now() + dayMs);
      t.ok(sessions.isLive(shown), `day ${day}`);
    }
    clock.jump(clock.now() + dayMs);
    t.notOk(sessions.isLive(shown), 'after a month');
    const idle = sessions.begin();
    clock.jump(clock.now() + 7 * dayMs);
    t.notOk(sessions.isLive(idle), 'after a week without a visit');
    const first = sessions.begin();
    clock.jump(clock.now() + 1000);
    for (let turn = 0; turn < 100; turn++) sessions.begin();
    t.notOk(sessions.isLive(first), 'the one that came longest ago goes');
    t.equal(kept?.length, 100);
    const future = sessions.begin();
    clock.jump(clock.now() - 2 * dayMs);
    t.notOk(sessions.isLive(future), 'a clock that was set back lengthens nothing');
  },
);

t.test('who has logged out hears nothing more of what goes on', async (t) => {
  const one = await setup(t);
  const { cookie } = await logIn(one);
  const headers = { ...proof, cookie, accept: 'text/event-stream' };
  const answer = await fetch(`${one.url}/api/v1/events`, { headers });
  t.equal(answer.headers.get('content-type'), 'text/event-stream');
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  t.match((await reader?.read())?.value, /^event: sync\ndata: \{"running":false\}\n\n/);
  await one.app.inject({ method: 'DELETE', url: '/session', headers });
  let text = '';
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) text += part.value;
  t.notMatch(text, 'event:', 'it has ended');
});

t.test('what goes on is told as it is, and again when it is another', async (t) => {
  const file = { name: 'Heat.1995.mkv', content: { sizeBytes: 1000, seed: 1 } };
  const one = await startBridge(t, { folders: [{ name: 'Films', files: [file] }] });
  const authorization = `Bearer ${one.bridge.secrets.adminToken}`;
  const answer = await fetch(`${one.url}/api/v1/events`, {
    headers: { authorization, accept: 'text/event-stream' },
  });
  const told: string[] = [];
  let text = '';
  const reading = (async () => {
    for await (const part of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += part;
      told.push(...part.split('\n').filter((line) => line.startsWith('event: ')));
    }
  })().catch(() => undefined);
  await until(() => told.length === 9, one.clock);
  t.strictSame(
    told.splice(0).sort(),
    ['changes', 'host', 'library', 'plays', 'sync', 'transfers', 'trash', 'uploads', 'waiting'].map(
      (name) => `event: ${name}`,
    ),
  );
  await one.sync();
  await until(() => text.includes('"files":1'), one.clock);
  t.notOk(told.includes('event: plays'), 'what is the same is not told again');
  await until(() => text.includes(': still there'), one.clock);
  const once = await one.app.inject({ url: '/api/v1/events', headers: { authorization } });
  t.match(once.json(), { library: { files: 1 }, sync: { running: false }, plays: [], uploads: [] });
  one.app.server.closeAllConnections();
  await reading;
});
