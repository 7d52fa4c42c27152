import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { ask, descendantFiles, hostCalls, list, listed } from './fixtures/dav.ts';
import { createHandClock } from './fixtures/hand-clock.ts';
import { type Setup, setup, sha256 } from './fixtures/setup.ts';

/** The files and folders of library and account as clients see them: names, dates, types and bytes. */
const twin = 'Nosferatu.1922.1080p.BluRay.x264';

t.test('the library holds the films under the names of its tree with their own ends and sizes', async (t) => {
  const started = await listed(t);
  const files = new Map(await descendantFiles(`${started.url}/dav/library/`));
  t.equal(files.get('Movies/Metropolis (1927)/Metropolis (1927).ts'), 946_392);
  t.equal(
    files.get('Shows/Les Brigades du Tigre/Season 01/Les Brigades du Tigre S01E03.mp4'),
    578_202,
    'folders in folders',
  );
  t.notOk([...files.keys()].some((name) => name.endsWith('.strm')));
  const nfo = 'Movies/Metropolis (1927)/Metropolis (1927).nfo';
  t.ok((files.get(nfo) ?? 0) > 100);
  const answer = await ask(`${started.url}/dav/library/${encodeURI(nfo)}`, 'GET');
  t.ok(answer.body.equals(await readFile(join(started.libraryDir, nfo))), 'an NFO is the one of the tree');
  t.equal(answer.headers['content-length'], String(files.get(nfo)));
  t.equal(hostCalls(started), 0);
});

t.test(
  'the account lies as it is at the host; names that two have are made unique and lead right',
  async (t) => {
    const started = await listed(t, { PASSERELLE_DELIVERY: 'proxy' });
    const base = `${started.url}/dav/account/`;
    const files = await descendantFiles(base);
    t.equal(files.length, 17, 'everything, films or not');
    const twins = files.filter(([name]) => name.startsWith(`Divers/${twin}`));
    t.equal(twins.length, 2);
    t.match(
      twins.map(([name]) => name).sort(),
      [/^Divers\/Nosferatu\.1922\.1080p\.BluRay\.x264 \(\w{20}\)\.mp4$/, `Divers/${twin}.mp4`],
      'the first keeps its name',
    );
    for (const [name, size] of twins) {
      const { body, headers } = await ask(base + encodeURI(name), 'GET');
      t.equal(body.length, size, name);
      const [entry] = await list(base + encodeURI(name), { depth: '0' });
      t.equal(entry?.found.getetag, headers.etag, 'the listing names the version that comes');
    }
    const [one, two] = await Promise.all(twins.map(([name]) => ask(base + encodeURI(name), 'GET')));
    t.not(sha256(one?.body ?? Buffer.alloc(0)), sha256(two?.body ?? Buffer.alloc(0)), 'two films');
  },
);

t.test(
  'names that no address could hold are shown with their id; a folder and a file may share one',
  async (t) => {
    const content = (text: string) => Buffer.from(text);
    const files = ['a/b.mkv', '..', 'Same', 'Same', 'x\u0001y.mkv', '50% & <é> "q" #1?.mkv', '😀.mkv'];
    const account = {
      folders: [{ name: 'Same', files: [{ name: 'in.mkv', content: content('in') }] }],
      files: files.map((name, index) => ({ name, content: content(`${index}`) })),
    };
    const started = await setup(t, { simulator: { account }, env: { PASSERELLE_DELIVERY: 'proxy' } });
    await started.sync();
    const all = await descendantFiles(`${started.url}/dav/account/`);
    t.equal(all.length, files.length + 1);
    t.equal(new Set(all.map(([name]) => name)).size, all.length, 'no name twice');
    const seen: string[] = [];
    for (const [name] of all) {
      const path = name.split('/').map(encodeURIComponent).join('/');
      const { status, text } = await ask(`${started.url}/dav/account/${path}`, 'GET');
      t.equal(status, 200, name);
      seen.push(text);
      const page = await ask(`${started.url}/browse/account/${path}`, 'GET');
      t.equal(page.text, text, 'the same over /browse');
    }
    t.strictSame(seen.sort(), ['0', '1', '2', '3', '4', '5', '6', 'in'], 'each leads to its own bytes');
  },
);

t.test('folders have the date of what changed in them last, in listings as by themselves', async (t) => {
  const day = (number: number) => Date.UTC(2020, 0, number);
  const film = (name: string, number: number) => ({ name, date: day(number), content: Buffer.from(name) });
  const clock = createHandClock(day(100));
  const files = [film('Faust (1926).mkv', 5), film('Judex (1916).mkv', 9)];
  const account = {
    folders: [
      { name: 'Films', createdAt: day(2), files },
      { name: 'Shows', createdAt: day(3), folders: [{ name: 'Season', createdAt: day(4) }] },
    ],
  };
  const started = await setup(t, { simulator: { account, clock }, overrides: { clock } });
  await started.sync();
  const dates = async (path: string) => {
    const all = await list(`${started.url}/dav/${path}`);
    for (const { path: child, found } of all.filter((one) => one.found.resourcetype !== '')) {
      const [self] = await list(started.url + encodeURI(child), { depth: '0' });
      t.equal(self?.found.getlastmodified, found.getlastmodified, child);
    }
    return Object.fromEntries(
      all.map(({ path: child, found }) => [child.slice(5), Date.parse(String(found.getlastmodified))]),
    );
  };
  const before = { 'account/Films/': day(9), 'account/Shows/': day(4) };
  t.match(await dates('account/'), { 'account/': day(3), ...before });
  t.match(await dates('account/Shows/'), { 'account/Shows/Season/': day(4) });
  t.match(await dates(''), { '': day(100), 'account/': day(3), 'library/': day(100) });
  const faust = 'library/Movies/Faust (1926)/';
  t.match(await dates('library/Movies/'), { 'library/Movies/': day(100), [faust]: day(100) });

  await clock.advance(day(101) - clock.now());
  await started.sync();
  t.match(await dates('account/'), before, 'a crawl that sees nothing new changes no date');
  started.simulator.account.addFile('/Films', film('Nosferatu (1922).mkv', 1));
  started.simulator.account.addFolder('/Shows/Season 2');
  await started.sync();
  const after = await dates('account/');
  t.match(after, { 'account/Films/': clock.now(), 'account/Shows/': clock.now() }, 'an old film is new here');
  const movies = await dates('library/Movies/');
  t.match(movies, { 'library/Movies/': clock.now(), [faust]: day(100) }, 'what did not change is as it was');
  t.match(movies, { 'library/Movies/Nosferatu (1922)/': clock.now() });
  t.match(
    (await ask(`${started.url}/browse/account/`, 'GET')).text,
    /<a href="Films\/">Films\/<\/a> +10-Apr-2020 00:00/,
  );
});

t.test('a name leads right in both forms of its accents, and two that differ in them stay two', async (t) => {
  const [whole, parts] = ['Été.mkv'.normalize('NFC'), 'Été.mkv'.normalize('NFD')];
  const lone = 'Noël'.normalize('NFD');
  const file = (name: string, sizeBytes: number) => ({ name, content: { sizeBytes, seed: 1 } });
  const started = await setup(t, {
    simulator: {
      account: {
        files: [file(whole, 1001), file(parts, 1002)],
        folders: [{ name: lone, files: [file('Le père Noël (2001).mkv'.normalize('NFC'), 1003)] }],
      },
    },
  });
  await started.sync();
  const sizeOf = async (...names: string[]) => {
    const path = `account/${names.map(encodeURIComponent).join('/')}`;
    const [entry] = await list(`${started.url}/dav/${path}`, { depth: '0' });
    t.equal(entry?.href, `/dav/${path}`, 'under the name that was asked for');
    const { headers } = await ask(`${started.url}/browse/${path}`, 'HEAD');
    t.equal(headers['content-length'], entry?.found.getcontentlength);
    return Number(entry?.found.getcontentlength);
  };
  t.equal(await sizeOf(whole), 1001);
  t.equal(await sizeOf(parts), 1002);
  for (const form of ['NFC', 'NFD'])
    t.equal(await sizeOf(lone.normalize(form), 'Le père Noël (2001).mkv'.normalize(form)), 1003, form);
  const film = 'library/Movies/Le père Noël (2001)/Le père Noël (2001).mkv'.normalize('NFD');
  t.equal((await ask(`${started.url}/dav/${encodeURI(film)}`, 'HEAD')).status, 200, 'in the library too');
});

t.test(
  'GET and HEAD are those of /stream: ranges, versions, nothing asked of the host in vain',
  async (t) => {
    const started = await listed(t, { PASSERELLE_DELIVERY: 'proxy' });
    const film = `${started.url}/dav/library/Movies/${encodeURI('Metropolis (1927)/Metropolis (1927).ts')}`;
    const head = await ask(film, 'HEAD');
    t.match(head, { status: 200, headers: { 'content-length': '946392', 'accept-ranges': 'bytes' } });
    const etag = String(head.headers.etag);
    const plain = await ask(started.streamUrl('/Films/Metropolis.1927.RESTORED.720p.HDTV.ts'), 'HEAD');
    t.equal(etag, plain.headers.etag, 'one file, one tag');
    t.equal((await ask(film, 'GET', { headers: { 'if-none-match': etag } })).status, 304);
    t.equal((await ask(film, 'GET', { headers: { 'if-match': '"x"' } })).status, 412);
    const outside = await ask(film, 'GET', { headers: { range: 'bytes=946392-' } });
    t.match(outside, { status: 416, headers: { 'content-range': 'bytes */946392' } });
    t.equal(hostCalls(started), 0, 'all of that from the catalog');
    const part = await ask(film, 'GET', { headers: { range: 'bytes=1000-1999', depth: '0' } });
    t.match(part, { status: 206, headers: { 'content-range': 'bytes 1000-1999/946392' } });
    const { content } = started.simulator.account.file('/Films/Metropolis.1927.RESTORED.720p.HDTV.ts');
    const original = 'path' in content ? await readFile(content.path) : Buffer.alloc(0);
    t.ok(part.body.equals(original.subarray(1000, 2000)));

    const nfo = `${film.slice(0, -3)}.nfo`;
    const whole = await ask(nfo, 'GET');
    const some = await ask(nfo, 'GET', { headers: { range: 'bytes=5-9' } });
    t.match(some, { status: 206, headers: { 'content-range': `bytes 5-9/${whole.body.length}` } });
    t.ok(some.body.equals(whole.body.subarray(5, 10)), 'side-cars have ranges too');
    t.equal(
      (await ask(nfo, 'GET', { headers: { 'if-none-match': String(whole.headers.etag) } })).status,
      304,
    );
    t.equal((await ask(nfo, 'GET', { headers: { range: 'bytes=99999-' } })).status, 416);
    t.equal((await ask(nfo, 'HEAD')).headers['content-length'], String(whole.body.length));
  },
);

t.test(
  'a page or a drawing of the account is text to a browser: nothing of it runs in our name',
  async (t) => {
    const names = [
      'Read me.html',
      'a.htm',
      'b.xhtml',
      'c.svg',
      'd.xml',
      'e.shtml',
      'f.rss',
      'g.mathml',
      'H.HTML',
    ];
    const content = Buffer.from('<script>alert(1)</script>');
    const started = await setup(t, {
      simulator: { account: { files: names.map((name) => ({ name, content })) } },
      env: { PASSERELLE_DELIVERY: 'proxy' },
    });
    await started.sync();
    for (const name of names) {
      const path = `account/${encodeURIComponent(name)}`;
      const { headers } = await ask(`${started.url}/browse/${path}`, 'GET');
      t.equal(headers['content-type'], 'text/plain', name);
      const [entry] = await list(`${started.url}/dav/${path}`, { depth: '0' });
      t.equal(entry?.found.getcontenttype, 'text/plain', name);
    }
  },
);

t.test('who cannot follow a redirect gets bytes over WebDAV, whatever the settings prefer', async (t) => {
  const started = await listed(t, { PASSERELLE_DELIVERY: 'redirect' });
  const film = `${started.url}/dav/account/Films/Metropolis.1927.RESTORED.720p.HDTV.ts`;
  const as = async (agent: string) =>
    (await ask(film, 'GET', { headers: { 'user-agent': agent, range: 'bytes=0-9' } })).status;
  for (const agent of [
    'davfs2/1.6.1 neon/0.32.5',
    'cadaver/0.24 neon/0.32.5',
    'WebDAVFS/3.0.0 (03008000) Darwin/23.0.0 (arm64)',
    'Microsoft-WebDAV-MiniRedir/10.0.19045',
    'gvfs/1.50.3',
    'nobody knows this one',
    '',
  ])
    t.equal(await as(agent), 206, agent);
  for (const agent of ['rclone/v1.75.0', 'Kodi/20.1 (X11; Linux x86_64)', 'VLC/3.0.24 LibVLC/3.0.24'])
    t.equal(await as(agent), 302, agent);
});

t.test('folders beside the roots are not shown: nobody will ever list them', async (t) => {
  const started = await listed(t, { PASSERELLE_ROOTS: '/Séries/Les Brigades du Tigre' });
  const files = await descendantFiles(`${started.url}/dav/account/`);
  t.equal(files.length, 5);
  t.ok(files.every(([name]) => name.startsWith('Séries/Les Brigades du Tigre/')));
  t.equal(
    (await ask(`${started.url}/dav/account/Films/`, 'PROPFIND', { headers: { depth: '1' } })).status,
    404,
  );
});

t.test('several trees lie beside each other, the first one is the library', async (t) => {
  const home = t.testdir();
  const trees = JSON.stringify([
    { dir: join(home, 'library'), profile: 'jellyfin' },
    { dir: join(home, 'plex'), profile: 'plex', kinds: ['episode'] },
  ]);
  const started = await setup(t, { home, env: { PASSERELLE_TREES: trees } });
  await started.sync();
  t.strictSame(
    (await list(`${started.url}/dav/`)).map(({ path }) => path),
    ['/dav/', '/dav/account/', '/dav/library/', '/dav/trees/'],
  );
  t.strictSame(
    await descendantFiles(`${started.url}/dav/trees/library/`),
    await descendantFiles(`${started.url}/dav/library/`),
  );
  const plex = await descendantFiles(`${started.url}/dav/trees/plex/`);
  t.ok(plex.some(([name]) => name.endsWith('Les Brigades du Tigre - s01e01.mkv')));
  t.notOk(plex.some(([name]) => name.startsWith('Movies/')));
});

t.test('every folder has a date, in every listing, before the first crawl and after a restart', async (t) => {
  const day = (number: number) => Date.UTC(2020, 0, number);
  const clock = createHandClock(day(100));
  const account = {
    folders: [
      { name: 'Empty' },
      { name: 'Films', files: [{ name: 'Faust (1926).mkv', content: Buffer.from('x') }] },
    ],
  };
  const one = await setup(t, { simulator: { account, clock }, overrides: { clock } });
  const datesOf = async (started: Setup): Promise<Record<string, unknown>> => {
    const seen: Record<string, unknown> = {};
    const waiting = ['/', '/dav/'];
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      const { status } = await ask(started.url + path, 'PROPFIND', { headers: { depth: '1' } });
      if (status === 503) continue;
      for (const { path: child, found } of await list(started.url + path)) {
        if (found.resourcetype === '') continue;
        t.match(found.getlastmodified, /GMT$/, child);
        t.match(found.creationdate, /Z$/, child);
        if (!(child in seen) && child !== path) waiting.push(child);
        seen[child] = found.getlastmodified;
      }
    }
    for (const path of ['/browse/', '/browse/account/', '/strm/', '/strm/Movies/']) {
      const { text, status } = await ask(started.url + path, 'GET');
      for (const line of status === 200
        ? text.split('\n').filter((one) => /^<a href="[^.][^"]*\/"/.test(one))
        : [])
        t.match(line, /\d\d-\w{3}-\d{4} \d\d:\d\d/, `${path}: ${line}`);
    }
    return seen;
  };
  t.ok('/dav/' in (await datesOf(one)), 'before the first crawl');
  await one.sync();
  const before = await datesOf(one);
  t.ok('/dav/account/Empty/' in before, 'a folder without anything');
  t.ok('/dav/library/Movies/Faust%20(1926)/' in before || '/dav/library/Movies/Faust (1926)/' in before);
  await one.close();
  await clock.advance(86_400_000);
  const again = await setup(t, { over: one.simulator, home: one.home, overrides: { clock } });
  t.strictSame(await datesOf(again), before, 'the same ones');
});
