import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import t from 'tap';
import { ask, basic, hostCalls, list, listed, password, user } from './fixtures/dav.ts';
import { setup, sha256 } from './fixtures/setup.ts';
import { expectedBytes } from './simulator/simulator.ts';

/** What WebDAV answers to each method, and to those who mean harm: properties, locks, passwords, bodies. */

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
  const started = await listed(t);
  const body =
    '<D:propfind xmlns:D="DAV:"><D:prop><D:quota-available-bytes/><D:quota-used-bytes/></D:prop></D:propfind>';
  const [before] = await list(`${started.url}/dav/`, { depth: '0', body });
  const known = await started.bridge.host.account({ urgency: 'background' });
  started.simulator.reset();
  const [after] = await list(`${started.url}/dav/`, { depth: '0', body });
  t.equal(Object.keys(before?.missing ?? {}).length + Object.keys(before?.found ?? {}).length, 2);
  t.equal(after?.found['quota-available-bytes'], String(known.availableStorageBytes));
  t.equal(
    after?.found['quota-used-bytes'],
    String((known.hotStorageBytes ?? 0) + (known.coldStorageBytes ?? 0)),
  );
  t.equal(hostCalls(started), 0);
});

t.test('bodies that mean harm are refused before anything is built from them, and films go on', async (t) => {
  const file = { name: 'Long film (2001).mkv', content: { sizeBytes: 8 << 20, seed: 3 } };
  const started = await setup(t, {
    simulator: { account: { files: [file] } },
    env: { PASSERELLE_DELIVERY: 'proxy' },
  });
  await started.sync();
  started.simulator.faults.download.bytesPerSecond = 8 << 20;
  const film = ask(`${started.url}/dav/account/${encodeURI(file.name)}`, 'GET');
  const propfind = (body: string | Buffer) =>
    ask(`${started.url}/dav/`, 'PROPFIND', { headers: { depth: '0', 'content-type': 'text/xml' }, body });
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
  const started = await setup(t, {
    simulator: { account: { files: [file] } },
    env: { PASSERELLE_DELIVERY: 'proxy' },
  });
  await started.sync();
  const film = `${started.url}/dav/account/${encodeURI(file.name)}`;
  started.simulator.faults.download.bytesPerSecond = 2 << 20;
  let isOver = false;
  const running = ask(film, 'GET').finally(() => {
    isOver = true;
  });
  const { port } = new URL(started.url);
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
  t.equal((await list(`${started.url}/dav/account/`)).length, 2);
  started.simulator.faults.clear();
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
  t.equal((await as('192.0.2.7', password)).status, 207, 'a client of the started');
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

t.test('whoever wants to write is told that the view is read-only', async (t) => {
  const started = await listed(t);
  const film = `${started.url}/dav/account/Films/Metropolis.1927.RESTORED.720p.HDTV.ts`;
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
  t.equal(hostCalls(started), 0);
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

t.test('what Finder and Windows ask for beside every name costs the host nothing', async (t) => {
  const started = await listed(t);
  for (const folder of ['/dav/', '/dav/library/Movies/', '/dav/account/Films/'])
    for (const name of ['._Films', '.DS_Store', '.Spotlight-V100', 'desktop.ini', 'Thumbs.db', 'mach_kernel'])
      for (const method of ['GET', 'PROPFIND'])
        t.equal(
          (await ask(started.url + folder + name, method, { headers: { depth: '0' } })).status,
          404,
          name,
        );
  t.equal(hostCalls(started), 0);
});
