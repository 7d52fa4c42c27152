import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { InjectOptions } from 'fastify';
import t from 'tap';
import { english } from '../plugins/ui/client/words/texts-en.ts';
import { french } from '../plugins/ui/client/words/texts-fr.ts';
import { languageOf } from '../plugins/ui/shell.ts';
import { createSessions, type Session } from '../src/edge/sessions.ts';
import { root } from './fixtures/checkout.ts';
import { createHandClock } from './fixtures/hand-clock.ts';
import { until } from './fixtures/listed.ts';
import { type Setup, setup } from './fixtures/setup.ts';
import { startBridge } from './fixtures/start-bridge.ts';

/** Who gets into the page, and what it is served with. */
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

t.test('the page is served as nothing but itself', async (t) => {
  const one = await setup(t, { env: { PASSERELLE_BASE_URL: 'http://films.test/été' } });
  const page = await one.app.inject({ url: '/', headers: { 'accept-language': 'fr-CA, en;q=0.5' } });
  t.equal(page.statusCode, 200);
  t.match(page.headers, {
    'content-type': 'text/html; charset=utf-8',
    'x-frame-options': 'DENY',
    'cross-origin-opener-policy': 'same-origin',
    'cache-control': 'no-cache',
    vary: 'accept-language, accept-encoding, sec-fetch-site',
  });
  for (const [site, opener] of [
    ['cross-site', 'same-origin'],
    ['same-site', 'same-origin'],
    ['same-origin', 'same-origin'],
    ['none, cross-site', 'same-origin'],
    ['none', undefined],
  ] as const) {
    const { headers } = await one.app.inject({ url: '/', headers: { 'sec-fetch-site': site } });
    t.equal(headers['cross-origin-opener-policy'], opener, `led here by ${site}`);
  }
  const policy = String(page.headers['content-security-policy']);
  for (const rule of [
    "default-src 'none'",
    "connect-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
  ])
    t.ok(policy.split('; ').includes(rule), rule);
  const [, style = ''] = /<style>([^<]*)<\/style>/.exec(page.body) ?? [];
  const digest = createHash('sha256').update(style).digest('base64');
  t.ok(policy.split('; ').includes(`style-src 'self' 'sha256-${digest}'`), 'no style but these');
  t.match(page.body.match(/<style/g), { length: 1 });
  t.notMatch(style, /url\(|@import/);
  t.notMatch(policy, /unsafe|https?:|data:|blob:/);
  t.match(page.body, '<html lang="fr" data-base="/%C3%A9t%C3%A9">');
  t.same(page.body.match(/<script(?! type="importmap"| type="module" src)/g), null, 'no script stands in it');
  t.notMatch(page.body, /(?:href|src)="(?:https?:)?\/\//, 'nothing comes from elsewhere');
  const etag = String(page.headers.etag);
  const again = { 'accept-language': 'fr', 'if-none-match': etag };
  t.equal((await one.app.inject({ url: '/', headers: again })).statusCode, 304);

  const addresses = [...page.body.matchAll(/(?:href|src)="(\/[^"]+)"/g)].map(([, url = '']) => url);
  let compressed = 0;
  for (const url of new Set(addresses)) {
    const answer = await one.app.inject({
      url: url,
      headers: { 'accept-encoding': 'gzip, br' },
    });
    t.equal(answer.statusCode, 200, url);
    t.equal(answer.headers['content-encoding'], 'br');
    t.equal(answer.headers['cache-control'], 'public, max-age=31536000, immutable');
    compressed += answer.rawPayload.length;
  }
  t.comment(`${addresses.length} parts, ${compressed} bytes`);
  t.ok(compressed < 150_000, `${compressed} bytes compressed`);
  const modules = readdirSync(join(root, 'plugins/ui/client')).filter((name) => name.endsWith('.ts'));
  for (const name of modules) t.match(page.body, `/${name}"`, `${name} is fetched ahead`);
  const script = addresses.find((url) => url.endsWith('/main.ts')) ?? '';
  const plain = await one.app.inject({
    url: script,
    headers: { 'accept-encoding': 'identity, br;q=0, gzip;q=0' },
  });
  t.equal(plain.headers['content-type'], 'text/javascript; charset=utf-8');
  t.notMatch(plain.body, /\binterface\b|: string\b/, 'without its types');
  for (const url of [
    script.replace(/\/ui\/[^/]+/, '/ui/old'),
    script.replace('main.ts', '..%2fpage.ts'),
    script.replace('main.ts', 'tsconfig.json'),
  ])
    t.equal((await one.app.inject({ url })).statusCode, 404, url);
});

t.test('its first text waits for no script, and no request for another one', async (t) => {
  const { app } = await setup(t, {});
  const ask = (url: string) => app.inject({ url, headers: { 'accept-encoding': 'gzip, br' } });
  const sent = await ask('/');
  t.equal(sent.headers['content-encoding'], 'br');
  t.match(sent.headers.vary, 'accept-encoding');
  t.ok(sent.rawPayload.length < 3000, `${sent.rawPayload.length} bytes`);
  const plain = await app.inject({ url: '/' });
  t.not(plain.headers.etag, sent.headers.etag, 'other bytes have another name');
  const { body } = plain;
  t.match(body, `<h1>Passerelle</h1></div><p class="hint">${english.moment}</p>`);
  t.match((await app.inject({ url: '/', headers: { 'accept-language': 'fr' } })).body, french.moment);
  t.equal(body.match(/<link rel="stylesheet"/g)?.length, 1, 'one style');
  const isBehind = (what: string) => body.indexOf(what) > body.indexOf(english.moment);
  for (const what of ['<link rel="stylesheet"', '<link rel="modulepreload"', '<script type="module"'])
    t.ok(isBehind(what), `${what} stands behind it`);
  t.notMatch(body.slice(0, body.indexOf('<body')), /<script(?! type="(?:importmap|module)")/);

  const [head = '', rest = ''] = body.split('<template>');
  const [inert = ''] = rest.split('</template>');
  const named = (text: string) =>
    [...text.matchAll(/modulepreload" href="([^"]+)"/g)].map(([, url = '']) => url);
  const [first, later] = [named(head), named(inert)];
  const packages = JSON.parse(/importmap">(.*?)<\/script>/.exec(body)?.[1] ?? '{}').imports;
  const codes = new Map<string, string>();
  for (const url of [...first, ...later]) codes.set(url, (await app.inject({ url })).body);
  /** What a module imports, by its address: always, and when it is wanted. */
  const importsOf = (url: string, pattern: RegExp) =>
    [...(codes.get(url) ?? '').matchAll(pattern)].map(([, from = '']) =>
      from.startsWith('.') ? new URL(from, `http://x${url}`).pathname : String(packages[from]),
    );
  const reached = new Set([first.find((url) => url.endsWith('/main.ts'))] as string[]);
  for (const url of reached)
    for (const one of importsOf(url, /\b(?:from|import) ?["']([\w@./-]+)["']/g)) reached.add(one);
  t.strictSame([...reached].sort(), [...first].sort(), 'what is needed at once is asked for at once');
  t.ok(first.length <= 24, `${first.length} modules before anything can be done`);
  const all = new Set(reached);
  for (const url of all)
    for (const one of importsOf(url, /\b(?:from|import) ?\(?["']([\w@./-]+)["']/g)) all.add(one);
  t.strictSame([...all].sort(), [...first, ...later].sort(), 'and the rest, at once, when it is');
  t.ok(all.size <= 64, `${all.size} modules`);
});

t.test('the language is the one that a browser wants most, of those that there are', async (t) => {
  const table: [header: string | undefined, language: string][] = [
    [undefined, 'en'],
    ['fr', 'fr'],
    ['fr-CA', 'fr'],
    ['FR-fr, en;q=0.9', 'fr'],
    ['en;q=0.8, fr;q=0.9', 'fr'],
    ['de, fr;q=0.3, en;q=0.2', 'fr'],
    ['de', 'en'],
    ['fr;q=0', 'en'],
    ['*', 'en'],
    [`${'de,'.repeat(10_000)}fr`, 'en'],
    [';q=;;;', 'en'],
  ];
  for (const [header, language] of table)
    t.equal(languageOf(header), language, (header ?? 'none').slice(0, 50));
});

t.test(
  'days and times are written as the country of the browser does, and a day of the calendar stays that day',
  async (t) => {
    const before = process.env.TZ;
    const former = ['document', 'navigator'].map(
      (name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const,
    );
    t.teardown(() => {
      if (before === undefined) delete process.env.TZ;
      else process.env.TZ = before;
      for (const [name, descriptor] of former)
        if (descriptor) Object.defineProperty(globalThis, name, descriptor);
        else Reflect.deleteProperty(globalThis, name);
    });
    process.env.TZ = 'America/New_York';
    const at = Date.UTC(2099, 11, 31, 4, 35);
    const rows: [lang: string, languages: string[], day: string, time: RegExp][] = [
      ['en', ['en-GB', 'en'], '31 Dec 2099', /^23:35:00$/],
      ['en', ['en-US'], 'Dec 31, 2099', /^11:35:00\sPM$/],
      ['en', ['de-DE', 'de'], '31 Dec 2099', /^23:35:00$/],
      ['fr', ['fr-CH', 'fr'], '31 déc. 2099', /^23:35:00$/],
    ];
    for (const [turn, [lang, languages, day, time]] of rows.entries()) {
      const globals = { document: { documentElement: { lang } }, navigator: { languages } };
      for (const [name, value] of Object.entries(globals))
        Object.defineProperty(globalThis, name, { value, configurable: true });
      const file = new URL('../plugins/ui/client/words/texts.ts', import.meta.url);
      const texts = await import(`${file.href}?turn=${turn}`);
      t.equal(texts.calendarDay('2099-12-31'), day, languages.join());
      t.equal(texts.calendarDay('soon'), 'soon');
      t.match(texts.timeOfSecond(at), time, languages.join());
      t.equal(
        texts.timesHere('done 2099-12-31T04:35:18.179Z; 3 files'),
        `done ${texts.timeText(at)}; 3 files`,
      );
    }
  },
);
