import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { basePathOf, createBasePath } from '../src/edge/base-path.ts';
import { root } from './fixtures/checkout.ts';
import { crawl } from './fixtures/crawl.ts';
import { tableOf } from './fixtures/documents.ts';
import { setupListed } from './fixtures/setup.ts';

/** A base URL with a path: requests are understood with and without it, and whatever is written carries it. */
const doors = new Set(['stream', 'strm', 'dav', 'browse', 'library.m3u', 'api', 'healthz', 'readyz']);
const under = (baseUrl: string) => createBasePath(baseUrl, (segment) => doors.has(segment)).strip;

t.test('a request is understood with the path and without it', async (t) => {
  const table: [baseUrl: string, asked: string, understood: string][] = [
    ['http://x', '/dav/', '/dav/'],
    ['http://x/', '//dav/', '/dav/'],
    ['http://x', '*', '*'],
    ['http://x/passerelle', '*', '*'],
    ['http://x', 'http://x:8790/dav/a%20b?q', '/dav/a%20b?q'],
    ['http://x', 'http://x', '/'],
    ['http://x/passerelle', 'HTTPS://x/passerelle/dav/', '/dav/'],
    ['http://x/passerelle', '/passerelle/dav/', '/dav/'],
    ['http://x/passerelle/', '/passerelle/dav', '/dav'],
    ['http://x/passerelle', '/dav/', '/dav/'],
    ['http://x/passerelle', '/passerelle', '/'],
    ['http://x/passerelle', '/passerelle/', '/'],
    ['http://x/passerelle', '/passerelle?a=/b', '/?a=/b'],
    ['http://x/passerelle', '/passerelle/healthz?a', '/healthz?a'],
    ['http://x/passerelle', '//passerelle/dav/', '/dav/'],
    ['http://x/passerelle', '/passerelle//dav/', '/dav/'],
    ['http://x/passerelle', '/passerellex/dav/', '/passerellex/dav/'],
    ['http://x/passerelle', '/passerell/dav/', '/passerell/dav/'],
    ['http://x/passerelle', '/Passerelle/dav/', '/Passerelle/dav/'],
    ['http://x/passerelle', '/%70asserelle/dav/', '/dav/'],
    ['http://x/passerelle', '/passerelle%2Fdav/', '/passerelle%2Fdav/'],
    ['http://x/passerelle', '/passerelle/passerelle/dav/', '/passerelle/passerelle/dav/'],
    ['http://x/passerelle', '/dav/account/passerelle/', '/dav/account/passerelle/'],
    ['http://x/passerelle', '/passerelle/dav/account/passerelle/a', '/dav/account/passerelle/a'],
    ['http://x/passerelle', '/passerelle/%64av/x', '/%64av/x'],
    ['http://x/passerelle', '/passerelle/else', '/passerelle/else'],
    ['http://x/passerelle', '/passerelle/../dav/', '/passerelle/../dav/'],
    ['http://x/passerelle', '?passerelle/dav', '?passerelle/dav'],
    ['http://x/passerelle', '/dav?/passerelle/dav/', '/dav?/passerelle/dav/'],
    ['http://x/passerelle', '/%/dav/', '/%/dav/'],
    ['http://x/passerelle', '/passerelle/%/dav/', '/passerelle/%/dav/'],
    ['http://x/a/b', '/a/b/dav/c', '/dav/c'],
    ['http://x/a/b', '/a/dav/', '/a/dav/'],
    ['http://x/a/b', '/a?/b/dav/', '/a?/b/dav/'],
    ['http://x/a b', '/a%20b/dav/', '/dav/'],
    ['http://x/é', '/%c3%a9/dav/', '/dav/'],
    ["http://x/it's", '/it%27s/dav/', '/dav/'],
    // A path that is called as a door: what a proxy took away, and what it did not.
    ['http://x/dav', '/dav/', '/dav/'],
    ['http://x/dav', '/dav', '/dav'],
    ['http://x/dav', '/dav/account/', '/dav/account/'],
    ['http://x/dav', '/dav/dav/account/', '/dav/account/'],
    ['http://x/stream', '/stream/abc/sig/a.mkv', '/stream/abc/sig/a.mkv'],
    ['http://x/stream', '/stream/stream/abc/sig/a.mkv', '/stream/abc/sig/a.mkv'],
    ['http://x/api', '/api/v1/status', '/api/v1/status'],
    ['http://x/api', '/api/api/v1/status', '/api/v1/status'],
  ];
  for (const [baseUrl, asked, understood] of table)
    t.equal(under(baseUrl)(asked), understood, `${asked} under ${baseUrl}`);
});

t.test('what is understood once is not changed by another look', async (t) => {
  for (const base of ['http://x', 'http://x/p', 'http://x/p/q', 'http://x/dav'])
    for (const path of ['/p/dav/p/dav', '/p/q/dav/', '/dav/dav/account', '//p//dav', '/p', '/', '/healthz']) {
      const once = under(base)(path);
      if (!once.startsWith('/dav/dav')) t.equal(under(base)(once), once, `${path} under ${base}`);
    }
});

t.test('the path of a base URL', async (t) => {
  t.equal(basePathOf('https://example.org'), '');
  t.equal(basePathOf('https://example.org/'), '');
  t.equal(basePathOf('https://example.org/a b/é'), '/a%20b/%C3%A9');
});

for (const path of ['', '/dav', '/a%20b/c'])
  t.test(`every address that is written under "${path}" leads back`, async (t) => {
    const { url, bridge } = await setupListed(t, {
      env: { PASSERELLE_BASE_URL: `http://films.test${path}`, PASSERELLE_DELIVERY: 'proxy' },
    });
    const seen = await crawl({
      publicUrl: `http://films.test${path}`,
      reachedAt: `${url}${path}`,
      adminToken: bridge.secrets.adminToken,
    });
    t.strictSame(seen.wrong, []);
    t.ok(seen.asked > 90, `${seen.asked} addresses`);
    for (const kind of ['location', 'href', 'html', 'json', 'text']) t.ok(seen.kinds.has(kind), kind);
  });

/** They read the base URL, hand it on, compare it or log it. */
const handingOn = [
  // Show it, and let it be chosen, before the first start.
  'plugins/routes/api/setup/setup.ts',
  'plugins/ui/client/guide/guide-address.ts',
  'src/api/setup/setup.ts',
  'src/setup/guide.ts',
  // Reads where a Destination leads.
  'plugins/routes/dav-chunks.ts',
  'plugins/routes/dav-write.ts',
  // Knows where it is asked for.
  'plugins/support/dav/account-door.ts',
  // Compares the host of a Destination with it.
  'src/uploads/dav/destination.ts',
  // Knows the host of the page.
  'plugins/support/auth.ts',
  'plugins/ui/page.ts',
  // Knows an address of ours when it sees one.
  'src/own-addresses.ts',
  'src/api-app.ts',
  'src/base-url.ts',
  'src/bridge.ts',
  'src/commands/format/log-events.ts',
  'src/commands/serve.ts',
  'src/doctor/edge.ts',
  'src/doctor/parts.ts',
  'src/edge/base-path.ts',
  'src/indexing.ts',
  'src/reconcile/publisher.ts',
];

t.test('docs/architecture.md names every file that writes an address of ours', async (t) => {
  const files = globSync('{src,plugins}/**/*.ts', { cwd: root });
  const holding = (pattern: RegExp) =>
    files.filter((file) => pattern.test(readFileSync(join(root, file), 'utf8'))).sort();
  const told = tableOf('docs/architecture.md', 'addresses').map(([file = '']) => file);
  const shapes = ['src/api/status.ts', 'plugins/ui/client/guide/settings-help-fr.ts'];
  t.strictSame(holding(/\b(?:baseUrl|basePath)\b/), [...told, ...handingOn, ...shapes].sort());
  for (const file of holding(/\.redirect\(|\bhrefOf\((?!prefix: )/))
    t.ok(told.includes(file), `${file} sends on, and knows the path`);
});
