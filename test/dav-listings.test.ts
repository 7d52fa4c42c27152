import { once } from 'node:events';
import t from 'tap';
import { streamed } from '../plugins/support/answers/send-entry.ts';
import type { Entry } from '../src/browse/entry.ts';
import { toFileId } from '../src/core/ids.ts';
import { silentLog } from '../src/core/log.ts';
import { ask, descendantFiles, hostCalls, list, listed } from './fixtures/dav.ts';
import { folder } from './fixtures/ids.ts';
import { setup, type Test } from './fixtures/setup.ts';
import { demoAccount } from './simulator/simulator.ts';

/** Listings as a whole: large ones, empty ones, their forms, the playlist, and what is shown when little is known. */

t.test('while the host is down, everything is listed as before and nothing is asked of it', async (t) => {
  const started = await listed(t);
  const before = await descendantFiles(`${started.url}/dav/`);
  const page = await ask(`${started.url}/browse/account/Films/`, 'GET');
  started.simulator.faults.api.push({ is: 'flood', lockMs: 3_600_000, times: Number.POSITIVE_INFINITY });
  await started.sync().catch(() => undefined);
  started.simulator.reset();
  t.strictSame(await descendantFiles(`${started.url}/dav/`), before);
  t.equal((await ask(`${started.url}/browse/account/Films/`, 'GET')).text, page.text);
  t.equal(hostCalls(started), 0);
});

t.test(
  'before the first crawl is done, what is known is shown and what is not is 503, never empty',
  async (t) => {
    const warnings: object[] = [];
    const started = await setup(t, {
      log: {
        ...silentLog,
        warn: (values) => warnings.push(values),
        error: (values) => warnings.push(values),
      },
    });
    const { catalog } = started.bridge;
    const refused = async (path: string, method = 'PROPFIND') => {
      const answer = await ask(started.url + path, method, { headers: { depth: '1' } });
      t.equal(answer.status, 503, `${method} ${path}`);
      t.match(answer.headers['retry-after'], /^\d+$/);
      t.equal(JSON.parse(answer.text).code, 'BRIDGE_NOT_INDEXED');
    };
    t.equal((await list(`${started.url}/dav/`)).length, 3, 'the views themselves are known');
    for (const path of ['account/', 'account/Films/', 'account/Films/a.mkv', 'library/', 'library/Movies/']) {
      await refused(`/dav/${path}`);
      await refused(`/browse/${path}`, 'GET');
    }
    t.notMatch(warnings, [{ code: 'BRIDGE_NOT_INDEXED' }], 'it is nothing to warn of');
    // As a crawl does it: the root is listed, its folders are not.
    await catalog.recordFolders(
      { folderId: folder(0), name: '', folders: [{ id: folder(7), name: 'Films' }] },
      1,
    );
    t.strictSame(
      (await list(`${started.url}/dav/account/`)).map(({ path }) => path),
      ['/dav/account/', '/dav/account/Films/'],
    );
    t.equal((await list(`${started.url}/dav/account/Films/`, { depth: '0' })).length, 1);
    await refused('/dav/account/Films/');
    await refused('/dav/account/Films/Season/x.mkv');
    const probe = await ask(`${started.url}/dav/account/Films/._x`, 'PROPFIND', { headers: { depth: '0' } });
    t.equal(probe.status, 404, 'a probe is not told to come back');
    t.equal(
      (await ask(`${started.url}/dav/account/None/`, 'PROPFIND', { headers: { depth: '1' } })).status,
      404,
    );
  },
);

t.test('an account without anything is an empty folder once that is known', async (t) => {
  const started = await setup(t, { simulator: { account: {} } });
  await started.sync();
  t.equal((await list(`${started.url}/dav/account/`)).length, 1);
  t.equal((await list(`${started.url}/dav/library/`)).length, 1);
});

t.test('a folder of thousands comes page by page, every name once', async (t) => {
  const count = 3300;
  const files = Array.from({ length: count }, (_, seed) => ({
    // A page ends in the middle of names that several have.
    name: `Film ${Math.floor(seed / 3)} (2001).mkv`,
    content: { sizeBytes: 1000 + seed, seed },
  }));
  const { started, sizes } = await largeFolder(t, files);
  const [self, ...all] = await list(`${started.url}/dav/account/Many/`);
  t.equal(self?.path, '/dav/account/Many/');
  t.equal(new Set(all.map(({ path }) => path)).size, count);
  t.strictSame(
    all.map(({ found }) => Number(found.getcontentlength)).sort((a, b) => a - b),
    sizes,
  );
  const page = await ask(`${started.url}/browse/account/Many/`, 'GET');
  t.equal(page.text.match(/<a href=/g)?.length, count + 1);
});

t.test('a listing goes no further than its reader, and holds no line twice or torn', async (t) => {
  let shown = 0;
  async function* pages(): AsyncGenerator<Entry[]> {
    for (let page = 0; page < 1000; page++) {
      shown++;
      yield Array.from({ length: 100 }, (_, row) => ({ name: `é${page}/${row}`, isFolder: false }));
    }
  }
  const line = ({ name }: Entry) => `${name} ${'x'.repeat(500)}\n`;
  const text = streamed(pages(), 'head\n', line, `tail ${'é'.repeat(50_000)}\n`);
  await once(text, 'readable');
  const first = text.read();
  t.ok(first);
  await new Promise((resolve) => setImmediate(resolve));
  t.ok(shown < 10, `${shown} pages of 1,000 were looked up for a reader who reads no more`);
  const parts = [first as Buffer];
  for await (const part of text) parts.push(part);
  const lines = Buffer.concat(parts).toString().split('\n');
  t.equal(lines.length, 100_003);
  t.equal(lines[0], 'head');
  t.equal(lines[12_345], `é123/44 ${'x'.repeat(500)}`);
  t.equal(lines[100_001], `tail ${'é'.repeat(50_000)}`, 'also a line that is longer than any piece');
});

t.test('listings are in the form of nginx; a link is its name, as Kodi wants it', async (t) => {
  const started = await listed(t);
  t.equal((await ask(`${started.url}/browse`, 'GET')).headers.location, '/browse/');
  const without = await ask(`${started.url}/browse/account/S%C3%A9ries`, 'GET');
  t.match(without, { status: 302, headers: { location: '/browse/account/S%C3%A9ries/' } });
  const { text, headers } = await ask(`${started.url}/browse/account/Films/`, 'GET');
  t.match(headers['content-type'], 'text/html');
  const lines = [...text.matchAll(/^<a href="([^"]+)">([^<]+)<\/a> +(\S+ \S+) +(\d+|-)$/gm)];
  t.equal(lines.length, 7);
  for (const [, href = '', name = '', date = '', size] of lines) {
    t.equal(decodeURIComponent(href), name);
    t.match(date, /^\d\d-\w{3}-\d{4} \d\d:\d\d$/);
    const head = await ask(`${started.url}/browse/account/Films/${href}`, 'HEAD');
    t.match(head, { status: 200, headers: { 'content-length': size } }, name);
  }
  t.equal(hostCalls(started), 0);
});

t.test('the playlist names every film and episode with the address that plays', async (t) => {
  const started = await listed(t, {
    PASSERELLE_DELIVERY: 'proxy',
    PASSERELLE_BASE_URL: 'http://bridge.test',
  });
  const { text, headers } = await ask(`${started.url}/library.m3u`, 'GET');
  t.match(headers['content-type'], 'audio/x-mpegurl');
  const lines = text.trimEnd().split('\n');
  t.equal(lines[0], '#EXTM3U');
  t.equal(lines.length, 1 + 2 * 12);
  t.ok(lines.includes('#EXTINF:-1 group-title="Movies",Metropolis (1927)'), 'not known yet');
  t.ok(lines.includes('#EXTINF:-1 group-title="Shows",Les Brigades du Tigre S01E01'));
  const url = lines[2]?.replace('http://bridge.test', started.url) ?? '';
  t.equal((await ask(url, 'GET', { headers: { authorization: '', range: 'bytes=0-9' } })).status, 206);
  const shows = await ask(`${started.url}/library.m3u?kind=episode`, 'GET');
  t.equal(shows.text.match(/#EXTINF/g)?.length, 4);
  t.equal((await ask(`${started.url}/library.m3u?kind=music`, 'GET')).status, 400);

  const { id, sizeBytes } = started.simulator.account.file('/Films/Metropolis.1927.RESTORED.720p.HDTV.ts');
  const facts = {
    container: 'mpegts',
    durationMs: 8_999_600,
    ...{ video: [], audio: [], subtitles: [], chapters: [] },
  };
  await started.bridge.catalog.media.put({ id, sizeBytes }, facts, 1);
  const known = await ask(`${started.url}/library.m3u?kind=movie`, 'GET');
  t.match(known.text, '#EXTINF:9000 group-title="Movies",Metropolis (1927)', 'once its header was read');
  await started.bridge.catalog.media.put({ id, sizeBytes: sizeBytes - 1 }, facts, 1);
  const replaced = await ask(`${started.url}/library.m3u?kind=movie`, 'GET');
  t.match(
    replaced.text,
    '#EXTINF:-1 group-title="Movies",Metropolis (1927)',
    'of another size it says nothing',
  );
});

/** An account whose folder `Many` was listed with these files; nothing is written to a tree. */
async function largeFolder(t: Test, files: { name: string; content: { sizeBytes: number; seed: number } }[]) {
  const started = await setup(t, { simulator: { account: { folders: demoAccount().folders ?? [] } } });
  const { crawls } = started.bridge.catalog;
  const id = await crawls.start(['/'], 1);
  const listing = { folders: [], files: [], complete: true };
  await crawls.listed(
    id,
    { ...listing, folderId: folder(0), name: '', folders: [{ id: folder(9), name: 'Many' }] },
    1,
    1,
  );
  const rows = files.map(({ name, content }, index) => ({
    id: toFileId(`file${String(index).padStart(8, '0')}`),
    url: `https://1fichier.com/?file${index}`,
    name,
    sizeBytes: content.sizeBytes,
    sentAt: 1.7e12,
    contentType: undefined,
    checksum: undefined,
    hasPassword: false,
    hasAccessRules: false,
  }));
  await crawls.listed(id, { ...listing, folderId: folder(9), name: 'Many', files: rows }, 1, 1);
  return { started, sizes: files.map(({ content }) => content.sizeBytes) };
}
