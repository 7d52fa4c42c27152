import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { english } from '../plugins/ui/client/words/texts-en.ts';
import { french } from '../plugins/ui/client/words/texts-fr.ts';
import { languageOf } from '../plugins/ui/shell.ts';
import { root } from './fixtures/checkout.ts';
import { setup } from './fixtures/setup.ts';

/** What the page is served with, and in which words. */

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
