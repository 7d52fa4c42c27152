import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { ask, authorization, password, user } from './fixtures/dav.ts';
import { bytes, film, sha, writing, writtenAccount } from './fixtures/dav-writing.ts';
import { litmus } from './fixtures/litmus.ts';
import { findProgram } from './fixtures/programs.ts';
import { setupListed } from './fixtures/setup.ts';
import { strmPaths } from './fixtures/strm-files.ts';

/** The account is written to over WebDAV: what was answered is at the host, once, under the name that was given. */

t.test('what is sent at one time is all in the tree when it was answered', async (t) => {
  const films = Array.from({ length: 600 }, (_, n) => ({
    name: `Some Film ${n} (${1950 + (n % 60)}).mkv`,
    content: { sizeBytes: 1000 + n, seed: n },
  }));
  const one = await writing(t, { simulator: { account: { folders: [{ name: 'Films', files: films }] } } });
  const sent = Array.from({ length: 8 }, (_, n) => `New Thing ${n} (2001)`);
  const answers = sent.map((name, n) => one.put(`/Films/${encodeURI(name)}.mkv`, bytes(5000 + n, 100 + n)));
  t.ok((await Promise.all(answers)).every(({ status }) => status === 201));
  const there = (await strmPaths(one)).filter((path) => path.includes('New Thing'));
  t.strictSame(
    there.map((path) => path.split('/').at(-1)).sort(),
    sent.map((name) => `${name}.strm`),
  );
});

t.test('nothing is written unless the settings say so, and nothing but the account', async (t) => {
  const closed = await setupListed(t, { simulator: { account: writtenAccount } });
  const refused = await ask(`${closed.url}/dav/account/Films/x.mkv`, 'PUT', { body: 'x' });
  t.match(refused, { status: 403, text: /BRIDGE_READ_ONLY/ });
  const { url, put, simulator, door } = await writing(t, { env: { PASSERELLE_ROOTS: '/Films' } });
  t.equal((await ask(`${url}/dav/library/x.mkv`, 'PUT', { body: 'x' })).status, 403);
  t.equal((await ask(`${url}/dav/x.mkv`, 'PUT', { body: 'x' })).status, 403);
  t.equal((await put('/x.mkv', 'x')).status, 403, 'what no library shows is not written');
  t.equal((await ask(`${door}/Films`, 'DELETE')).status, 403, 'nor is a root removed');
  const stranger = await ask(`${door}/Films/x.mkv`, 'PUT', { body: 'x', headers: { authorization: '' } });
  t.equal(stranger.status, 401);
  t.same(simulator.counters.calls, {});
});

t.test('a film that is put is at the host, in the library, and given back', async (t) => {
  const { put, door, names, simulator, spooled, ...started } = await writing(t);
  const body = bytes(2_500_000);
  const made = await put('/Films/Nosferatu.1922.mkv', body);
  t.equal(made.status, 201);
  t.same(simulator.counters.calls, { 'upload/get_upload_server': 1 }, 'one call, and no listing');
  t.ok(names('/Films').includes('Nosferatu.1922.mkv'));
  t.match((await strmPaths(started)).join('\n'), 'Nosferatu (1922)');
  const read = await ask(`${door}/Films/Nosferatu.1922.mkv`, 'GET');
  t.equal(sha(read.body), sha(body));
  t.equal(read.headers.etag, made.headers.etag);
  t.same(spooled(), [], 'nothing is left on our disk');
});

t.test(
  'one that is replaced is given as it was until the new one is there, and lies in the trash then',
  async (t) => {
    const { put, door, names, simulator } = await writing(t);
    const before = await ask(`${door}/Films/${film}`, 'GET');
    simulator.faults.upload = { status: { status: 502, times: 9 } };
    t.ok((await put(`/Films/${film}`, bytes(1000))).status >= 500);
    t.equal(sha((await ask(`${door}/Films/${film}`, 'GET')).body), sha(before.body), 'the old one');
    simulator.faults.upload = {};
    t.equal((await put(`/Films/${film}`, bytes(1000))).status, 204);
    t.equal(sha((await ask(`${door}/Films/${film}`, 'GET')).body), sha(bytes(1000)));
    t.same(names('/Films'), [film, 'Old'].sort(), 'one of them');
    const [day = ''] = names('/.passerelle-trash');
    t.same(names(`/.passerelle-trash/${day}`), [film]);
  },
);

t.test('two who put one path at one time: one of them is there in the end, whole', async (t) => {
  const { put, door, names } = await writing(t);
  const [one, two] = [bytes(200_000, 1), bytes(300_000, 2)];
  const both = await Promise.all([put('/Films/A.2001.mkv', one), put('/Films/A.2001.mkv', two)]);
  for (const { status } of both) t.ok(status < 300, `${status}`);
  t.same(
    names('/Films').filter((name) => name.startsWith('A.')),
    ['A.2001.mkv'],
  );
  const there = sha((await ask(`${door}/Films/A.2001.mkv`, 'GET')).body);
  t.ok([sha(one), sha(two)].includes(there));
});

t.test(
  'what the host does not take stays here: empty files, and what Finder and Windows leave',
  async (t) => {
    const { put, door, simulator, to, names } = await writing(t);
    for (const name of ['empty.txt', '._Metropolis.mkv', '.DS_Store', 'Thumbs.db', '~$letter.docx'])
      t.equal((await put(`/Films/${name}`, name === 'empty.txt' ? '' : 'left')).status, 201, name);
    t.equal((await ask(`${door}/Films/._Metropolis.mkv`, 'GET')).text, 'left');
    t.match(await ask(`${door}/Films/empty.txt`, 'HEAD'), {
      status: 200,
      headers: { 'content-length': '0' },
    });
    t.same(simulator.counters.calls, {}, 'the host was not asked');
    t.equal((await put('/Films/empty.txt', 'now there is something')).status, 204);
    t.equal((await ask(`${door}/Films/empty.txt`, 'GET')).text, 'now there is something');
    t.equal((await put('/Films/empty.txt', '')).status, 204, 'and nothing again');
    t.notOk(names('/Films').includes('empty.txt'));
    t.equal((await to('MOVE', '/Films/empty.txt', '/Films/Old/none.txt')).status, 201);
    t.equal((await ask(`${door}/Films/Old/none.txt`, 'DELETE')).status, 204);
    t.equal((await ask(`${door}/Films/Old/none.txt`, 'HEAD')).status, 404);
    t.equal((await ask(`${door}/Films/.Trashes`, 'MKCOL')).status, 403);
  },
);

t.test('folders, moves, copies and removals answer as RFC 4918 says', async (t) => {
  const { door, to, names, put } = await writing(t);
  const make = (path: string, body?: string) => ask(`${door}${path}`, 'MKCOL', body ? { body } : {});
  t.equal((await make('/Films/New/')).status, 201);
  t.equal((await make('/Films/New/')).status, 405);
  t.equal((await make('/Films/A/B')).status, 409);
  t.equal((await make('/Films/C', '<x/>')).status, 415);
  t.equal((await put('/Films/A/b.mkv', 'x')).status, 409);
  t.equal((await put('/Films/New/', 'x')).status, 405);
  t.equal((await to('MOVE', `/Films/${film}`, `/Films/New/${film}`)).status, 201);
  t.equal((await to('COPY', `/Films/New/${film}`, `/Films/${film}`)).status, 201);
  t.equal((await to('COPY', `/Films/New/${film}`, `/Films/${film}`, { overwrite: 'F' })).status, 412);
  t.equal((await to('COPY', `/Films/New/${film}`, `/Films/${film}`)).status, 204);
  t.same(
    names('/Films').filter((name) => name === film),
    [film],
    'still one',
  );
  t.equal((await to('MOVE', '/Films/Old', '/Films/New/Older')).status, 201);
  t.same(names('/Films/New/Older'), ['Faust.1926.mkv']);
  t.equal((await to('MOVE', `/Films/${film}`, '/Films/None/x')).status, 409);
  t.equal((await to('MOVE', '/Films/none', '/Films/x')).status, 404);
  t.equal((await to('MOVE', `/Films/${film}`, `/Films/${film}`)).status, 403);
  for (const [destination, status] of [
    ['http://127.0.0.1/dav/library/x', 403],
    ['/browse/x', 403],
    ['nonsense', 400],
    ['/dav/account/Films/%zz', 400],
    ['/dav/account/Films/..%2fx', 400],
  ] as const)
    t.equal(
      (await ask(`${door}/Films/${film}`, 'MOVE', { headers: { destination } })).status,
      status,
      destination,
    );
  for (const [method, headers, status] of [
    ['MOVE', { depth: '0' }, 400],
    ['MOVE', { overwrite: 'perhaps' }, 400],
    ['COPY', { depth: '1' }, 400],
    ['COPY', { overwrite: '' }, 400],
    ['MOVE', { destination: 'http://elsewhere.example/dav/account/Films/x' }, 502],
    ['COPY', { destination: 'http://elsewhere.example/other' }, 502],
    ['DELETE', { depth: '0' }, 400],
    ['DELETE', { depth: '1' }, 400],
  ] as const)
    t.equal(
      (await to(method, '/Films/New', '/Films/Newer', headers as Record<string, string>)).status,
      status,
      `${method} ${JSON.stringify(headers)}`,
    );
  t.same(names('/Films').includes('Newer'), false);
  const behindProxy = { 'x-forwarded-host': 'films.example:8443', host: 'passerelle' };
  const destination = 'https://films.example:8443/dav/account/Films/Proxied';
  t.equal((await to('COPY', '/Films/New', '', { ...behindProxy, destination })).status, 201);
  t.equal((await ask(`${door}/Films/Proxied/`, 'DELETE', { headers: { depth: 'infinity' } })).status, 204);
  t.equal(
    (
      await ask(`${door}/Films/${film}`, 'COPY', {
        headers: { depth: '0', destination: '/dav/account/Films/f' },
      })
    ).status,
    201,
  );
  t.equal(
    (await ask(`${door}/Films/f`, 'DELETE', { headers: { depth: '0' } })).status,
    204,
    'of a file it says nothing',
  );
  t.equal((await ask(`${door}/Films/New`, 'DELETE')).status, 204);
  t.equal((await ask(`${door}/Films/New`, 'DELETE')).status, 404);
  t.equal((await ask(`${door}/Films/None/x`, 'DELETE')).status, 404);
});

t.test('a part is not taken for the whole, and a version is what was asked for', async (t) => {
  const { put, door, simulator } = await writing(t);
  t.equal((await put(`/Films/${film}`, 'x', { 'content-range': 'bytes 0-0/9' })).status, 400);
  t.equal((await put(`/Films/${film}`, 'x', { 'if-match': '"other"' })).status, 412);
  t.equal((await put(`/Films/${film}`, 'x', { 'if-none-match': '*' })).status, 412);
  t.equal((await put('/Films/none.mkv', 'x', { 'if-match': '*' })).status, 412);
  t.equal((await put('/Films/new.mkv', 'x', { 'x-expected-entity-length': '5' })).status, 400, 'cut short');
  t.same(simulator.counters.calls, {});
  const { etag } = (await ask(`${door}/Films/${film}`, 'HEAD')).headers;
  t.equal((await put(`/Films/${film}`, 'x', { 'if-match': `${etag}` })).status, 204);
  t.equal((await put('/Films/first.txt', 'x', { 'if-none-match': '*' })).status, 201);
});

t.test('who asks before sending is told before: a wrong password, no room', async (t) => {
  const { url, bridge } = await writing(t, { env: { PASSERELLE_UPLOADS_SPOOL_MIB: '1' } });
  const { hostname, port } = new URL(url);
  /** The status lines that come for a head with Expect, of which no body follows unless it is asked for. */
  const told = (length: number, auth: string, body = '') =>
    new Promise<string[]>((resolve, reject) => {
      let text = '';
      const socket = connect(Number(port), hostname, () =>
        socket.write(
          `PUT /dav/account/Films/x.txt HTTP/1.1\r\nHost: x\r\nAuthorization: ${auth}\r\nContent-Length: ${length}\r\nExpect: 100-continue\r\n\r\n`,
        ),
      );
      socket.on('data', (piece) => {
        const isFirst = text === '';
        text += piece;
        if (isFirst && text.startsWith('HTTP/1.1 100')) socket.write(body);
        const lines = text.match(/^HTTP\/1\.1 \d+/gm) ?? [];
        if (lines.some((line) => !line.endsWith('100'))) {
          socket.destroy();
          resolve(lines.map((line) => line.slice(9)));
        }
      });
      socket.on('error', reject);
    });
  t.same(await told(5, 'Basic wrong'), ['401']);
  t.same(await told(5_000_000, authorization), ['507']);
  t.same(await told(5, authorization, 'hello'), ['100', '201']);
  t.same(await bridge.catalog.uploads.all(), []);
});

t.test('the host has all the time it needs', async (t) => {
  const { app, put, simulator } = await writing(t);
  const sockets: Socket[] = [];
  app.server.on('connection', (socket) => void sockets.push(socket));
  simulator.faults.upload = { slowBytesPerMs: 2000 };
  const work = put('/Films/slow.mkv', bytes(600_000));
  while (simulator.counters.uploadRequests.length === 0)
    await new Promise((resolve) => setImmediate(resolve));
  t.notOk(sockets[0]?.timeout, 'no limit once all of it is here');
  t.equal((await work).status, 201);
});

t.test('a body that ends in the middle leaves nothing', async (t) => {
  const { url, names, spooled, simulator } = await writing(t);
  const { hostname, port } = new URL(url);
  await new Promise<void>((resolve) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(
        `PUT /dav/account/Films/half.mkv HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nContent-Length: 100000\r\n\r\n${'x'.repeat(50_000)}`,
        () => socket.destroy(),
      );
    });
    socket.on('close', () => resolve());
  });
  while (spooled().length > 0) await new Promise((resolve) => setImmediate(resolve));
  t.notOk(names('/Films').includes('half.mkv'));
  t.same(simulator.counters.calls, {});
});

t.test('a body of no length that was announced is taken whole', async (t) => {
  const { door, names } = await writing(t);
  const body = bytes(500_000);
  const answer = await fetch(`${door}/Films/chunked.mkv`, {
    method: 'PUT',
    headers: { authorization, 'content-type': 'garbage' },
    body: new ReadableStream({
      start(controller) {
        for (let at = 0; at < body.length; at += 50_000) controller.enqueue(body.subarray(at, at + 50_000));
        controller.close();
      },
    }),
    duplex: 'half',
  } as RequestInit);
  t.equal(answer.status, 201);
  t.ok(names('/Films').includes('chunked.mkv'));
  t.equal(sha((await ask(`${door}/Films/chunked.mkv`, 'GET')).body), sha(body));
});

t.test(
  'litmus: http, basic and copymove are complete, props and locks but for properties that cannot be kept',
  async (t) => {
    if (!(await findProgram(t, 'litmus'))) return;
    const home = await mkdtemp(join(tmpdir(), 'litmus-'));
    t.teardown(() => rm(home, { recursive: true, force: true }));
    const { door } = await writing(t);
    /** What RFC 4918 calls dead properties would have to be kept here, and nobody asks for them again. */
    const expected: Record<string, string[]> = {
      http: [],
      basic: [],
      copymove: [],
      props: ['propset', 'propmanyns', 'propget'],
      locks: ['owner_modify', 'owner_modify', 'owner_modify'],
    };
    for (const [suite, failing] of Object.entries(expected)) {
      const results = await litmus(suite, `${door}/Films/`, [user, password], home);
      const failed = results.filter(({ outcome }) => outcome === 'FAIL').map(({ name }) => name);
      t.strictSame(failed, failing, `${suite}: ${results.length} told of`);
      t.ok(results.length >= 4);
    }
  },
);
