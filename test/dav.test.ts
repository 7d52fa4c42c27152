import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { streamed } from '../plugins/support/found.ts';
import type { Entry } from '../src/browse/entry.ts';
import { silentLog } from '../src/log.ts';
import { ask, basic, list, password, user } from './fixtures/dav.ts';
import { createHandClock } from './fixtures/hand-clock.ts';
import { type Setup, setup, sha256 } from './fixtures/setup.ts';
import { demoAccount, expectedBytes } from './simulator/simulator.ts';

/** WebDAV, listings and the playlist: what clients see of library and account. */
const twin = 'Nosferatu.1922.1080p.BluRay.x264';

async function listed(t: Parameters<typeof setup>[0], env: Record<string, string> = {}): Promise<Setup> {
  const house = await setup(t, { env });
  await house.sync();
  house.simulator.reset();
  return house;
}

/** Everything that the host was asked since the last reset. */
function hostCalls({ simulator: { counters } }: Setup): number {
  return Object.values(counters.calls).reduce((sum, count) => sum + count, counters.downloads);
}

/** Every file below an address: path below it and size. */
async function filesBelow(base: string, path = ''): Promise<[string, number][]> {
  const [, ...children] = await list(base + path.split('/').map(encodeURIComponent).join('/'));
  const found: [string, number][] = [];
  for (const { href, found: properties } of children) {
    const name = decodeURIComponent(href.replace(/\/$/, '').split('/').at(-1) ?? '');
    if (properties.getcontentlength === undefined) found.push(...(await filesBelow(base, `${path}${name}/`)));
    else found.push([path + name, Number(properties.getcontentlength)]);
  }
  return found;
}

t.test('the library holds the films under the names of its tree with their own ends and sizes', async (t) => {
  const house = await listed(t);
  const files = new Map(await filesBelow(`${house.url}/dav/library/`));
  t.equal(files.get('Movies/Metropolis (1927)/Metropolis (1927).ts'), 946_392);
  t.equal(
    files.get('Shows/Les Brigades du Tigre/Season 01/Les Brigades du Tigre S01E03.mp4'),
    578_202,
    'folders in folders',
  );
  t.notOk([...files.keys()].some((name) => name.endsWith('.strm')));
  const nfo = 'Movies/Metropolis (1927)/Metropolis (1927).nfo';
  t.ok((files.get(nfo) ?? 0) > 100);
  const answer = await ask(`${house.url}/dav/library/${encodeURI(nfo)}`, 'GET');
  t.ok(answer.body.equals(await readFile(join(house.libraryDir, nfo))), 'an NFO is the one of the tree');
  t.equal(answer.headers['content-length'], String(files.get(nfo)));
  t.equal(hostCalls(house), 0);
});

t.test(
  'the account lies as it is at the host; names that two have are made unique and lead right',
  async (t) => {
    const house = await listed(t, { PASSERELLE_DELIVERY: 'proxy' });
    const base = `${house.url}/dav/account/`;
    const files = await filesBelow(base);
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
    const house = await setup(t, { simulator: { account }, env: { PASSERELLE_DELIVERY: 'proxy' } });
    await house.sync();
    const all = await filesBelow(`${house.url}/dav/account/`);
    t.equal(all.length, files.length + 1);
    t.equal(new Set(all.map(([name]) => name)).size, all.length, 'no name twice');
    const seen: string[] = [];
    for (const [name] of all) {
      const path = name.split('/').map(encodeURIComponent).join('/');
      const { status, text } = await ask(`${house.url}/dav/account/${path}`, 'GET');
      t.equal(status, 200, name);
      seen.push(text);
      const page = await ask(`${house.url}/browse/account/${path}`, 'GET');
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
  const house = await setup(t, { simulator: { account, clock }, overrides: { clock } });
  await house.sync();
  const dates = async (path: string) => {
    const all = await list(`${house.url}/dav/${path}`);
    for (const { path: child, found } of all.filter((one) => one.found.resourcetype !== '')) {
      const [self] = await list(house.url + encodeURI(child), { depth: '0' });
      t.equal(self?.found.getlastmodified, found.getlastmodified, child);
    }
    return Object.fromEntries(
      all.map(({ path: child, found }) => [child.slice(5), Date.parse(String(found.getlastmodified))]),
    );
  };
  const before = { 'account/Films/': day(9), 'account/Shows/': day(4) };
  t.match(await dates('account/'), { 'account/': day(3), ...before });
  t.match(await dates('account/Shows/'), { 'account/Shows/Season/': day(4) });
  t.match(await dates(''), { 'account/': day(3), 'library/': day(100) });
  const faust = 'library/Movies/Faust (1926)/';
  t.match(await dates('library/Movies/'), { 'library/Movies/': day(100), [faust]: day(100) });

  await clock.advance(day(101) - clock.now());
  await house.sync();
  t.match(await dates('account/'), before, 'a crawl that sees nothing new changes no date');
  house.simulator.account.addFile('/Films', film('Nosferatu (1922).mkv', 1));
  house.simulator.account.addFolder('/Shows/Season 2');
  await house.sync();
  const after = await dates('account/');
  t.match(after, { 'account/Films/': clock.now(), 'account/Shows/': clock.now() }, 'an old film is new here');
  const movies = await dates('library/Movies/');
  t.match(movies, { 'library/Movies/': clock.now(), [faust]: day(100) }, 'what did not change is as it was');
  t.match(movies, { 'library/Movies/Nosferatu (1922)/': clock.now() });
  t.match(
    (await ask(`${house.url}/browse/account/`, 'GET')).text,
    /<a href="Films\/">Films\/<\/a> +10-Apr-2020 00:00/,
  );
});

t.test('PROPFIND answers 0 and 1 deep, and says why not everything (RFC 4918 section 9.1)', async (t) => {
  const { url } = await listed(t);
  const folder = `${url}/dav/account/Films`;
  t.equal((await list(folder, { depth: '0' })).length, 1);
  t.equal((await list(`${folder}/`, { depth: '1' })).length, 8);
  t.equal((await list(folder))[0]?.href, '/dav/account/Films/', 'without its slash it is not sent on');
  for (const headers of [{}, { depth: 'infinity' }] as Record<string, string>[]) {
    const answer = await ask(folder, 'PROPFIND', { headers });
    t.equal(answer.status, 403);
    t.match(answer.text, '<D:propfind-finite-depth/>');
  }
  t.equal((await ask(folder, 'PROPFIND', { headers: { depth: '2' } })).status, 400);
  t.equal((await ask(`${folder}/none.mkv`, 'PROPFIND', { headers: { depth: '0' } })).status, 404);
  t.equal((await ask(`${folder}/..%2fDivers`, 'PROPFIND', { headers: { depth: '0' } })).status, 404);
});

t.test('PROPFIND tells all, the names, or what is asked for, and what it does not know', async (t) => {
  const { url } = await listed(t);
  const film = `${url}/dav/account/Films/Metropolis.1927.RESTORED.720p.HDTV.ts`;
  const [all] = await list(film, { depth: '0' });
  t.match(all?.found, {
    resourcetype: '',
    displayname: 'Metropolis.1927.RESTORED.720p.HDTV.ts',
    getcontentlength: '946392',
    getcontenttype: /^video\//,
    getlastmodified: /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/,
    creationdate: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
    getetag: /^".+"$/,
    supportedlock: { lockentry: {} },
    lockdiscovery: '',
  });
  const body = (inner: string) =>
    `<?xml version="1.0"?><a:propfind xmlns:a="DAV:" xmlns:w="urn:w">${inner}</a:propfind>`;
  const [named] = await list(film, {
    depth: '0',
    body: body('<a:prop><a:getcontentlength/><w:hidden/><a:nothing/><a:quota-used-bytes/></a:prop>'),
  });
  t.strictSame(named?.found, { getcontentlength: '946392' });
  t.strictSame(Object.keys(named?.missing ?? {}).sort(), ['hidden', 'nothing', 'quota-used-bytes']);
  const [names] = await list(film, { depth: '0', body: body('<a:propname/>') });
  t.equal(names?.found.getcontentlength, '');
  t.ok('getetag' in (names?.found ?? {}));
  const [folder] = await list(`${url}/dav/library/`, { depth: '0' });
  t.match(folder?.found, { resourcetype: { collection: '' } });
  t.notOk('getcontentlength' in (folder?.found ?? {}));
});

t.test('the room of the account is told as it was last heard, without a call', async (t) => {
  const house = await listed(t);
  const body =
    '<D:propfind xmlns:D="DAV:"><D:prop><D:quota-available-bytes/><D:quota-used-bytes/></D:prop></D:propfind>';
  const [before] = await list(`${house.url}/dav/`, { depth: '0', body });
  const known = await house.bridge.client.userInfo({ urgency: 'background' });
  house.simulator.reset();
  const [after] = await list(`${house.url}/dav/`, { depth: '0', body });
  t.equal(Object.keys(before?.missing ?? {}).length + Object.keys(before?.found ?? {}).length, 2);
  t.equal(after?.found['quota-available-bytes'], String(known.availableStorageBytes));
  t.equal(
    after?.found['quota-used-bytes'],
    String((known.hotStorageBytes ?? 0) + (known.coldStorageBytes ?? 0)),
  );
  t.equal(hostCalls(house), 0);
});

t.test('bodies that mean harm are refused before anything is built from them, and films go on', async (t) => {
  const file = { name: 'Long film (2001).mkv', content: { sizeBytes: 8 << 20, seed: 3 } };
  const house = await setup(t, {
    simulator: { account: { files: [file] } },
    env: { PASSERELLE_DELIVERY: 'proxy' },
  });
  await house.sync();
  house.simulator.faults.download.bytesPerSecond = 8 << 20;
  const film = ask(`${house.url}/dav/account/${encodeURI(file.name)}`, 'GET');
  const propfind = (body: string | Buffer) =>
    ask(`${house.url}/dav/`, 'PROPFIND', { headers: { depth: '0', 'content-type': 'text/xml' }, body });
  const prop = (inner: string) => `<D:propfind xmlns:D="DAV:"><D:prop>${inner}</D:prop></D:propfind>`;
  const harmful: [string, string, number][] = [
    [
      'a file of this machine',
      `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>${prop('<D:a>&x;</D:a>')}`,
      400,
    ],
    [
      'entities of entities',
      `<!DOCTYPE a [<!ENTITY x "${'y'.repeat(1000)}">]>${prop('&x;'.repeat(1000))}`,
      400,
    ],
    ['an entity that nobody made', prop('&x;'), 400],
    ['tags in tags', '<a>'.repeat(20_000), 400],
    ['tags in tags that look empty', prop(`${'<a b="/>">'.repeat(2500)}${'</a>'.repeat(2500)}`), 400],
    [
      'tags in tags, each with a name for a namespace',
      prop(
        `${Array.from({ length: 2000 }, (_, n) => `<a xmlns:b${n}="/>">`).join('')}${'</a>'.repeat(2000)}`,
      ),
      400,
    ],
    [
      'thousands of namespaces',
      prop(`<a ${Array.from({ length: 3000 }, (_, n) => `xmlns:b${n}="c"`).join(' ')}/>`),
      400,
    ],
    ['a million tags in tags', '<a>'.repeat(1_000_000), 413],
    ['a thousand properties', prop('<D:a/>'.repeat(1000)), 400],
    ['names of the language', prop('<__proto__/><constructor/><D:hasOwnProperty/>'), 207],
    ['no XML', 'x'.repeat(1000), 400],
    ['an open end', '<D:propfind xmlns:D="DAV:"><D:prop>', 400],
    ['a prefix without a namespace', prop('<x:y xmlns:x=""/>'), 400],
    ['another document', '<D:lockinfo xmlns:D="DAV:"/>', 400],
  ];
  for (const [what, body, status] of harmful) {
    const begin = performance.now();
    const answer = await propfind(body);
    t.equal(answer.status, status, what);
    t.notMatch(answer.text, /root:|yyyy/, what);
    t.ok(performance.now() - begin < 2000, `${what}: in no time`);
  }
  // 100 MB: refused by its length, or the connection is ended while it comes.
  const huge = await propfind(Buffer.alloc(100 << 20, 'a')).then(
    ({ status }) => status,
    () => 'ended',
  );
  t.ok(huge === 413 || huge === 'ended', `100 MB: ${huge}`);
  t.equal(sha256((await film).body), sha256(expectedBytes(file.content, 0, file.content.sizeBytes)));
});

t.test('a film plays while a thousand connections idle and fifty send a body byte by byte', async (t) => {
  const file = { name: 'Film (2001).mkv', content: { sizeBytes: 4 << 20, seed: 4 } };
  const house = await setup(t, {
    simulator: { account: { files: [file] } },
    env: { PASSERELLE_DELIVERY: 'proxy' },
  });
  await house.sync();
  const film = `${house.url}/dav/account/${encodeURI(file.name)}`;
  house.simulator.faults.download.bytesPerSecond = 2 << 20;
  let isOver = false;
  const running = ask(film, 'GET').finally(() => {
    isOver = true;
  });
  const { port } = new URL(house.url);
  const sockets: Socket[] = [];
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
  });
  for (let count = 0; count < 1050; count++) {
    const socket = connect(Number(port), '127.0.0.1');
    socket.on('error', () => undefined);
    sockets.push(socket);
    await once(socket, 'connect');
    if (count < 50)
      socket.write(
        `PROPFIND /dav/ HTTP/1.1\r\nHost: x\r\nAuthorization: ${basic(user, password)}\r\nDepth: 0\r\nContent-Length: 60000\r\n\r\n<`,
      );
  }
  t.notOk(isOver, 'a film began before they came');
  t.equal((await list(`${house.url}/dav/account/`)).length, 2);
  house.simulator.faults.clear();
  for (const { body, status } of [await ask(film, 'GET'), await running]) {
    t.equal(status, 200);
    t.equal(sha256(body), sha256(expectedBytes(file.content, 0, file.content.sizeBytes)));
  }
});

t.test('every method asks for the password, and every wrong one is refused the same way', async (t) => {
  const { url } = await listed(t);
  const methods = ['OPTIONS', 'GET', 'HEAD', 'PROPFIND', 'PROPPATCH', 'LOCK', 'UNLOCK', 'PUT', 'DELETE'];
  for (const method of [...methods, 'MKCOL', 'MOVE', 'COPY', 'POST', 'REPORT', 'SEARCH']) {
    const answer = await ask(`${url}/dav/account/`, method, { headers: { authorization: '' } });
    t.equal(answer.status, 401, method);
    t.match(answer.headers['www-authenticate'], /^Basic realm="Passerelle".*charset="UTF-8"/i, method);
  }
  for (const path of ['/browse/', '/library.m3u', '/dav/account/._x'])
    t.equal((await ask(url + path, 'GET', { headers: { authorization: basic(user, 'no') } })).status, 401);
});

t.test('twenty wrong passwords in a minute are enough; who had the right one is not held up', async (t) => {
  const { url } = await listed(t, { PASSERELLE_TRUST_PROXY: 'true' });
  const as = (address: string, word: string) =>
    ask(`${url}/dav/`, 'PROPFIND', {
      headers: { depth: '0', 'x-forwarded-for': address, authorization: basic(user, word) },
    });
  t.equal((await as('192.0.2.7', password)).status, 207, 'a client of the house');
  const statuses: number[] = [];
  for (let guess = 0; guess < 30; guess++) statuses.push((await as('192.0.2.7', `no${guess}`)).status);
  t.strictSame(statuses, [...Array(20).fill(401), ...Array(10).fill(429)]);
  t.equal((await as('192.0.2.7', password)).status, 207, 'and goes on');

  for (let guess = 0; guess < 25; guess++) await as('198.51.100.9', `no${guess}`);
  const late = await as('198.51.100.9', password);
  t.equal(late.status, 429, 'who only ever guessed does not learn that he was right');
  t.match(late.headers['retry-after'], /^\d+$/);
  t.ok(Number(late.headers['retry-after']) <= 60);
  t.equal(JSON.parse(late.text).code, 'BRIDGE_TOO_MANY_TRIES');
  t.equal((await as('203.0.113.1', password)).status, 207, 'other addresses do not notice');

  const made: number[] = [];
  for (let guess = 0; guess < 25; guess++)
    made.push((await as(`10.0.0.${guess}, 203.0.113.50`, `no${guess}`)).status);
  t.equal(made.at(-1), 429, 'what a client wrote before the proxy did is not believed');
});

t.test('a name leads right in both forms of its accents, and two that differ in them stay two', async (t) => {
  const [whole, parts] = ['Été.mkv'.normalize('NFC'), 'Été.mkv'.normalize('NFD')];
  const lone = 'Noël'.normalize('NFD');
  const file = (name: string, sizeBytes: number) => ({ name, content: { sizeBytes, seed: 1 } });
  const house = await setup(t, {
    simulator: {
      account: {
        files: [file(whole, 1001), file(parts, 1002)],
        folders: [{ name: lone, files: [file('Le père Noël (2001).mkv'.normalize('NFC'), 1003)] }],
      },
    },
  });
  await house.sync();
  const sizeOf = async (...names: string[]) => {
    const path = `account/${names.map(encodeURIComponent).join('/')}`;
    const [entry] = await list(`${house.url}/dav/${path}`, { depth: '0' });
    t.equal(entry?.href, `/dav/${path}`, 'under the name that was asked for');
    const { headers } = await ask(`${house.url}/browse/${path}`, 'HEAD');
    t.equal(headers['content-length'], entry?.found.getcontentlength);
    return Number(entry?.found.getcontentlength);
  };
  t.equal(await sizeOf(whole), 1001);
  t.equal(await sizeOf(parts), 1002);
  for (const form of ['NFC', 'NFD'])
    t.equal(await sizeOf(lone.normalize(form), 'Le père Noël (2001).mkv'.normalize(form)), 1003, form);
  const film = 'library/Movies/Le père Noël (2001)/Le père Noël (2001).mkv'.normalize('NFD');
  t.equal((await ask(`${house.url}/dav/${encodeURI(film)}`, 'HEAD')).status, 200, 'in the library too');
});

t.test('whoever wants to write is told that the view is read-only', async (t) => {
  const house = await listed(t);
  const film = `${house.url}/dav/account/Films/Metropolis.1927.RESTORED.720p.HDTV.ts`;
  for (const method of ['PUT', 'DELETE', 'MKCOL', 'MOVE', 'COPY', 'PATCH']) {
    const answer = await ask(film, method, { headers: { destination: `${film}2` } });
    t.equal(answer.status, 403, method);
    t.match(JSON.parse(answer.text).message, 'read-only', method);
  }
  t.equal((await ask(`${film}x`, 'MKCOL', { body: '<x/>' })).status, 415, 'RFC 4918 section 9.3');
  const patch =
    '<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><Z:Win32 xmlns:Z="urn:x">1</Z:Win32></D:prop></D:set></D:propertyupdate>';
  const patched = await ask(film, 'PROPPATCH', { body: patch });
  t.equal(patched.status, 207);
  t.match(patched.text, /Win32.*HTTP\/1\.1 403 Forbidden.*read-only/);
  t.equal((await ask(`${film}x`, 'PROPPATCH', { body: patch })).status, 403);
  t.equal((await list(film, { depth: '0' })).length, 1, 'it is still there');
  t.equal(hostCalls(house), 0);
});

t.test('locks are given to those who insist on one, and taken back', async (t) => {
  const { url } = await listed(t);
  const film = `${url}/dav/account/Films/Metropolis.1927.RESTORED.720p.HDTV.ts`;
  const body =
    '<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockinfo>';
  const locked = await ask(film, 'LOCK', { body, headers: { depth: '0' } });
  t.equal(locked.status, 200);
  const token = String(locked.headers['lock-token']);
  t.match(token, /^<opaquelocktoken:[\w-]{36}>$/);
  t.match(locked.text, token.slice(1, -1));
  const again = await ask(film, 'LOCK', { headers: { if: `(${token})` } });
  t.equal(again.status, 200, 'longer');
  t.match(again.text, token.slice(1, -1));
  const tagged = await ask(film, 'LOCK', { headers: { if: `<${film}> (${token})` } });
  t.match(tagged.text, `<D:locktoken><D:href>${token.slice(1, -1)}<`, 'the lock, not what it is of');
  t.equal((await ask(film, 'UNLOCK', { headers: { 'lock-token': token } })).status, 204);
  t.equal((await ask(film, 'UNLOCK')).status, 400);
  t.equal((await ask(film, 'LOCK')).status, 400, 'nothing to refresh');
  t.equal((await ask(`${film}x`, 'LOCK', { body })).status, 403, 'a lock makes no file');
  const options = await ask(`${url}/dav/`, 'OPTIONS');
  t.equal(options.status, 200);
  t.equal(options.headers.dav, '1, 2');
  t.equal(options.headers['ms-author-via'], 'DAV');
  t.match(options.headers.allow, /PROPFIND/);
  t.equal((await ask(`${url}/`, 'OPTIONS')).headers.dav, '1, 2', 'Windows asks at the top first');
  const top = await list(`${url}/`);
  t.strictSame(
    top.map(({ path }) => path),
    ['/', '/dav/'],
  );
});

t.test(
  'GET and HEAD are those of /stream: ranges, versions, nothing asked of the host in vain',
  async (t) => {
    const house = await listed(t, { PASSERELLE_DELIVERY: 'proxy' });
    const film = `${house.url}/dav/library/Movies/${encodeURI('Metropolis (1927)/Metropolis (1927).ts')}`;
    const head = await ask(film, 'HEAD');
    t.match(head, { status: 200, headers: { 'content-length': '946392', 'accept-ranges': 'bytes' } });
    const etag = String(head.headers.etag);
    const plain = await ask(house.streamUrl('/Films/Metropolis.1927.RESTORED.720p.HDTV.ts'), 'HEAD');
    t.equal(etag, plain.headers.etag, 'one file, one tag');
    t.equal((await ask(film, 'GET', { headers: { 'if-none-match': etag } })).status, 304);
    t.equal((await ask(film, 'GET', { headers: { 'if-match': '"x"' } })).status, 412);
    const outside = await ask(film, 'GET', { headers: { range: 'bytes=946392-' } });
    t.match(outside, { status: 416, headers: { 'content-range': 'bytes */946392' } });
    t.equal(hostCalls(house), 0, 'all of that from the catalog');
    const part = await ask(film, 'GET', { headers: { range: 'bytes=1000-1999', depth: '0' } });
    t.match(part, { status: 206, headers: { 'content-range': 'bytes 1000-1999/946392' } });
    const { content } = house.simulator.account.file('/Films/Metropolis.1927.RESTORED.720p.HDTV.ts');
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
    const house = await setup(t, {
      simulator: { account: { files: names.map((name) => ({ name, content })) } },
      env: { PASSERELLE_DELIVERY: 'proxy' },
    });
    await house.sync();
    for (const name of names) {
      const path = `account/${encodeURIComponent(name)}`;
      const { headers } = await ask(`${house.url}/browse/${path}`, 'GET');
      t.equal(headers['content-type'], 'text/plain', name);
      const [entry] = await list(`${house.url}/dav/${path}`, { depth: '0' });
      t.equal(entry?.found.getcontenttype, 'text/plain', name);
    }
  },
);

t.test('who cannot follow a redirect gets bytes over WebDAV, whatever the settings prefer', async (t) => {
  const house = await listed(t, { PASSERELLE_DELIVERY: 'redirect' });
  const film = `${house.url}/dav/account/Films/Metropolis.1927.RESTORED.720p.HDTV.ts`;
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

t.test('what Finder and Windows ask for beside every name costs the host nothing', async (t) => {
  const house = await listed(t);
  for (const folder of ['/dav/', '/dav/library/Movies/', '/dav/account/Films/'])
    for (const name of ['._Films', '.DS_Store', '.Spotlight-V100', 'desktop.ini', 'Thumbs.db', 'mach_kernel'])
      for (const method of ['GET', 'PROPFIND'])
        t.equal(
          (await ask(house.url + folder + name, method, { headers: { depth: '0' } })).status,
          404,
          name,
        );
  t.equal(hostCalls(house), 0);
});

t.test('while the host is down, everything is listed as before and nothing is asked of it', async (t) => {
  const house = await listed(t);
  const before = await filesBelow(`${house.url}/dav/`);
  const page = await ask(`${house.url}/browse/account/Films/`, 'GET');
  house.simulator.faults.api.push({ is: 'flood', lockMs: 3_600_000, times: Number.POSITIVE_INFINITY });
  await house.sync().catch(() => undefined);
  house.simulator.reset();
  t.strictSame(await filesBelow(`${house.url}/dav/`), before);
  t.equal((await ask(`${house.url}/browse/account/Films/`, 'GET')).text, page.text);
  t.equal(hostCalls(house), 0);
});

t.test(
  'before the first crawl is done, what is known is shown and what is not is 503, never empty',
  async (t) => {
    const warnings: object[] = [];
    const house = await setup(t, {
      log: {
        ...silentLog,
        warn: (values) => warnings.push(values),
        error: (values) => warnings.push(values),
      },
    });
    const { catalog } = house.bridge;
    const refused = async (path: string, method = 'PROPFIND') => {
      const answer = await ask(house.url + path, method, { headers: { depth: '1' } });
      t.equal(answer.status, 503, `${method} ${path}`);
      t.match(answer.headers['retry-after'], /^\d+$/);
      t.equal(JSON.parse(answer.text).code, 'BRIDGE_NOT_INDEXED');
    };
    t.equal((await list(`${house.url}/dav/`)).length, 3, 'the views themselves are known');
    for (const path of ['account/', 'account/Films/', 'account/Films/a.mkv', 'library/', 'library/Movies/']) {
      await refused(`/dav/${path}`);
      await refused(`/browse/${path}`, 'GET');
    }
    t.notMatch(warnings, [{ code: 'BRIDGE_NOT_INDEXED' }], 'it is nothing to warn of');
    // As a crawl does it: the root is listed, its folders are not.
    await catalog.recordFolders({ folderId: 0, name: '', folders: [{ id: 7, name: 'Films' }] }, 1);
    t.strictSame(
      (await list(`${house.url}/dav/account/`)).map(({ path }) => path),
      ['/dav/account/', '/dav/account/Films/'],
    );
    t.equal((await list(`${house.url}/dav/account/Films/`, { depth: '0' })).length, 1);
    await refused('/dav/account/Films/');
    await refused('/dav/account/Films/Season/x.mkv');
    const probe = await ask(`${house.url}/dav/account/Films/._x`, 'PROPFIND', { headers: { depth: '0' } });
    t.equal(probe.status, 404, 'a probe is not told to come back');
    t.equal(
      (await ask(`${house.url}/dav/account/None/`, 'PROPFIND', { headers: { depth: '1' } })).status,
      404,
    );
  },
);

t.test('an account without anything is an empty folder once that is known', async (t) => {
  const house = await setup(t, { simulator: { account: {} } });
  await house.sync();
  t.equal((await list(`${house.url}/dav/account/`)).length, 1);
  t.equal((await list(`${house.url}/dav/library/`)).length, 1);
});

t.test('folders beside the roots are not shown: nobody will ever list them', async (t) => {
  const house = await listed(t, { PASSERELLE_ROOTS: '/Séries/Les Brigades du Tigre' });
  const files = await filesBelow(`${house.url}/dav/account/`);
  t.equal(files.length, 5);
  t.ok(files.every(([name]) => name.startsWith('Séries/Les Brigades du Tigre/')));
  t.equal(
    (await ask(`${house.url}/dav/account/Films/`, 'PROPFIND', { headers: { depth: '1' } })).status,
    404,
  );
});

t.test('several trees lie beside each other, the first one is the library', async (t) => {
  const home = t.testdir();
  const trees = JSON.stringify([
    { dir: join(home, 'library'), profile: 'jellyfin' },
    { dir: join(home, 'plex'), profile: 'plex', kinds: ['episode'] },
  ]);
  const house = await setup(t, { home, env: { PASSERELLE_TREES: trees } });
  await house.sync();
  t.strictSame(
    (await list(`${house.url}/dav/`)).map(({ path }) => path),
    ['/dav/', '/dav/account/', '/dav/library/', '/dav/trees/'],
  );
  t.strictSame(
    await filesBelow(`${house.url}/dav/trees/library/`),
    await filesBelow(`${house.url}/dav/library/`),
  );
  const plex = await filesBelow(`${house.url}/dav/trees/plex/`);
  t.ok(plex.some(([name]) => name.endsWith('Les Brigades du Tigre - s01e01.mkv')));
  t.notOk(plex.some(([name]) => name.startsWith('Movies/')));
});

t.test('a folder of thousands comes page by page, every name once', async (t) => {
  const count = 3300;
  const files = Array.from({ length: count }, (_, seed) => ({
    // A page ends in the middle of names that several have.
    name: `Film ${Math.floor(seed / 3)} (2001).mkv`,
    content: { sizeBytes: 1000 + seed, seed },
  }));
  const { house, sizes } = await largeFolder(t, files);
  const [self, ...all] = await list(`${house.url}/dav/account/Many/`);
  t.equal(self?.path, '/dav/account/Many/');
  t.equal(new Set(all.map(({ path }) => path)).size, count);
  t.strictSame(
    all.map(({ found }) => Number(found.getcontentlength)).sort((a, b) => a - b),
    sizes,
  );
  const page = await ask(`${house.url}/browse/account/Many/`, 'GET');
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
  const house = await listed(t);
  t.equal((await ask(`${house.url}/browse`, 'GET')).headers.location, '/browse/');
  const without = await ask(`${house.url}/browse/account/S%C3%A9ries`, 'GET');
  t.match(without, { status: 302, headers: { location: '/browse/account/S%C3%A9ries/' } });
  const { text, headers } = await ask(`${house.url}/browse/account/Films/`, 'GET');
  t.match(headers['content-type'], 'text/html');
  const lines = [...text.matchAll(/^<a href="([^"]+)">([^<]+)<\/a> +(\S+ \S+) +(\d+|-)$/gm)];
  t.equal(lines.length, 7);
  for (const [, href = '', name = '', date = '', size] of lines) {
    t.equal(decodeURIComponent(href), name);
    t.match(date, /^\d\d-\w{3}-\d{4} \d\d:\d\d$/);
    const head = await ask(`${house.url}/browse/account/Films/${href}`, 'HEAD');
    t.match(head, { status: 200, headers: { 'content-length': size } }, name);
  }
  t.equal(hostCalls(house), 0);
});

t.test('the playlist names every film and episode with the address that plays', async (t) => {
  const house = await listed(t, { PASSERELLE_DELIVERY: 'proxy', PASSERELLE_BASE_URL: 'http://bridge.test' });
  const { text, headers } = await ask(`${house.url}/library.m3u`, 'GET');
  t.match(headers['content-type'], 'audio/x-mpegurl');
  const lines = text.trimEnd().split('\n');
  t.equal(lines[0], '#EXTM3U');
  t.equal(lines.length, 1 + 2 * 12);
  t.ok(lines.includes('#EXTINF:-1 group-title="Movies",Metropolis (1927)'), 'not known yet');
  t.ok(lines.includes('#EXTINF:-1 group-title="Shows",Les Brigades du Tigre S01E01'));
  const url = lines[2]?.replace('http://bridge.test', house.url) ?? '';
  t.equal((await ask(url, 'GET', { headers: { authorization: '', range: 'bytes=0-9' } })).status, 206);
  const shows = await ask(`${house.url}/library.m3u?kind=episode`, 'GET');
  t.equal(shows.text.match(/#EXTINF/g)?.length, 4);
  t.equal((await ask(`${house.url}/library.m3u?kind=music`, 'GET')).status, 400);

  const { id, sizeBytes } = house.simulator.account.file('/Films/Metropolis.1927.RESTORED.720p.HDTV.ts');
  const facts = JSON.stringify({ container: 'mpegts', durationMs: 8_999_600, video: [], audio: [] });
  await house.bridge.catalog.media.put({ id, sizeBytes }, facts, 1);
  const known = await ask(`${house.url}/library.m3u?kind=movie`, 'GET');
  t.match(known.text, '#EXTINF:9000 group-title="Movies",Metropolis (1927)', 'once its header was read');
  await house.bridge.catalog.media.put({ id, sizeBytes: sizeBytes - 1 }, facts, 1);
  const replaced = await ask(`${house.url}/library.m3u?kind=movie`, 'GET');
  t.match(
    replaced.text,
    '#EXTINF:-1 group-title="Movies",Metropolis (1927)',
    'of another size it says nothing',
  );
});

/** An account whose folder `Many` was listed with these files; nothing is written to a tree. */
async function largeFolder(
  t: Parameters<typeof setup>[0],
  files: { name: string; content: { sizeBytes: number; seed: number } }[],
) {
  const house = await setup(t, { simulator: { account: { folders: demoAccount().folders ?? [] } } });
  const { crawls } = house.bridge.catalog;
  const id = await crawls.start(['/'], 1);
  const listing = { folders: [], files: [], complete: true };
  await crawls.listed(id, { ...listing, folderId: 0, name: '', folders: [{ id: 9, name: 'Many' }] }, 1, 1);
  const rows = files.map(({ name, content }, index) => ({
    id: `file${String(index).padStart(8, '0')}`,
    url: `https://1fichier.com/?file${index}`,
    name,
    sizeBytes: content.sizeBytes,
    sentAt: 1.7e12,
    contentType: undefined,
    checksum: undefined,
    hasPassword: false,
    hasAccessRules: false,
  }));
  await crawls.listed(id, { ...listing, folderId: 9, name: 'Many', files: rows }, 1, 1);
  return { house, sizes: files.map(({ content }) => content.sizeBytes) };
}
