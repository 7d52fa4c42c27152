import { connect } from 'node:net';
import t from 'tap';
import { ask, authorization } from './fixtures/dav.ts';
import { bytes, film, sha, writing } from './fixtures/dav-writing.ts';

/** What writing to the account must not do to what is there already, whatever the host tells and whoever is quicker. */

t.test(
  'a file of somebody else with the same name and size is never taken for ours, nor removed',
  // Each waits for a report that never comes.
  { skip: process.env.PASSERELLE_MANY_KILLS === undefined && 'npm run test:kills' },
  async (t) => {
    const { simulator, put } = await writing(t);
    // The top too, where the host lays what it has no folder for.
    for (const folder of ['/Films', '/']) {
      const name = `disk${folder.length}.img`;
      // Nobody has listed it.
      const theirs = simulator.account.addFile(folder, { name, content: { sizeBytes: 1000, seed: 42 } });
      simulator.faults.upload = { noLinks: { times: 99 } };
      const { status } = await put(`/Films/${name}`, bytes(1000, 1));
      simulator.faults.upload = {};
      t.ok(simulator.account.find(theirs.id as never), `${folder}: it is there still, after ${status}`);
      t.equal(simulator.counters.calls['file/rm'], undefined);
    }
  },
);

t.test('what was removed on the web site is sent again, and not told to be there', async (t) => {
  const { simulator, put, names } = await writing(t);
  t.equal((await put('/Films/B.2001.mkv', bytes(5000))).status, 201);
  simulator.account.removeFile('/Films/B.2001.mkv');
  t.ok((await put('/Films/B.2001.mkv', bytes(5000))).status < 300);
  t.ok(names('/Films').includes('B.2001.mkv'));
});

t.test('nothing is put on itself, into itself, or in the place of what holds it', async (t) => {
  const { to, names, simulator } = await writing(t);
  for (const method of ['MOVE', 'COPY'])
    for (const [from, target] of [
      ['/Films/Old', '/Films'],
      ['/Films', '/Films/Old'],
      ['/Films', '/Films/Old/Deep'],
    ] as const)
      t.equal((await to(method, from, target)).status, 403, `${method} ${from} ${target}`);
  t.same(names('/'), ['Films', 'Private']);
  t.same(names('/Films'), [film, 'Old'].sort());
  t.same(simulator.counters.calls, {});
});

t.test('what makes room comes back when the host refuses what was to take its place', async (t) => {
  for (const days of ['7', '0'])
    for (const [method, verb] of [
      ['MOVE', 'file/rename'],
      ['COPY', 'file/cp'],
    ] as const) {
      const { to, put, names, door, simulator } = await writing(t, {
        env: { PASSERELLE_UPLOADS_TRASH_DAYS: days },
      });
      await put('/Films/other.mkv', bytes(2000, 5));
      simulator.faults.answer({ is: 'ko', message: 'Not today', verb, times: 1 });
      t.ok((await to(method, '/Films/other.mkv', `/Films/${film}`)).status >= 500, `${method}, ${days} days`);
      t.equal((await ask(`${door}/Films/${film}`, 'GET')).body.length, 300_000, 'the one before');
      t.same(
        names('/Films').filter((name) => name === film),
        [film],
      );
    }
});

t.test('rm of a folder that looks empty removes nothing that nobody has listed', async (t) => {
  const { bridge, simulator, door } = await writing(t, { env: { PASSERELLE_UPLOADS_TRASH_DAYS: '0' } });
  await ask(`${door}/Films/New`, 'MKCOL');
  simulator.account.addFile('/Films/New', { name: 'x.mkv', content: { sizeBytes: 10, seed: 1 } });
  const { signal } = new AbortController();
  await t.rejects(bridge.accountChanges.remove({ path: '/Films/New', isDeep: false, signal }), {
    code: 'BRIDGE_BAD_REQUEST',
  });
  t.ok(simulator.account.find('/Films/New/x.mkv' as never));
});

t.test('a folder that is made while a file of its name comes in refuses the file', async (t) => {
  const { url, door, names } = await writing(t);
  const { hostname, port } = new URL(url);
  let text = '';
  const client = connect(Number(port), hostname, () =>
    client.write(
      `PUT /dav/account/Films/X.mkv HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nContent-Length: 6\r\n\r\nabc`,
    ),
  );
  client.on('data', (piece) => {
    text += piece;
  });
  const spool = () => new Promise((resolve) => setImmediate(resolve));
  for (let turn = 0; turn < 50; turn++) await spool();
  t.equal((await ask(`${door}/Films/X.mkv`, 'MKCOL')).status, 201);
  client.write('def');
  while (!text.includes('\r\n\r\n')) await spool();
  client.destroy();
  t.match(text, /^HTTP\/1\.1 405/);
  t.same(names('/Films/X.mkv'), []);
});

t.test('fewer than asked is told, and goes on where it was', async (t) => {
  const { put, to, names, simulator, door } = await writing(t);
  for (const at of [1, 2, 3]) await put(`/Films/Old/${at}.bin`, bytes(1000, at));
  simulator.faults.lie = ({ verb }, fields) =>
    verb === 'file/cp' && fields ? { ...fields, urls: (fields.urls as unknown[]).slice(0, 1) } : undefined;
  t.ok((await to('COPY', '/Films/Old', '/Films/New')).status >= 400, 'a copy in part is no success');
  simulator.faults.lie = ({ verb }, fields) =>
    verb === 'file/mv' && fields ? { ...fields, urls: [] } : undefined;
  t.ok(
    (await to('MOVE', `/Films/${film}`, '/Films/Old/m.mkv')).status >= 400,
    'nor is a move that was not done',
  );
  simulator.faults.lie = () => undefined;
  t.equal((await ask(`${door}/Films/Old/1.bin`, 'HEAD')).status, 200);
  t.ok(names('/Films/Old').includes('1.bin'));
});

t.test('a removal whose answer was lost can be asked for again', async (t) => {
  const { door, simulator } = await writing(t);
  simulator.faults.answer({ is: 'reset', verb: 'file/mv' });
  t.equal((await ask(`${door}/Films/${film}`, 'DELETE')).status, 503);
  t.equal((await ask(`${door}/Films/${film}`, 'DELETE')).status, 204);
});

t.test('the trash of the account is written to by nobody', async (t) => {
  const { door, to, put, bridge } = await writing(t);
  t.equal((await to('MOVE', '/Films/Old', '/.passerelle-trash')).status, 403);
  t.equal((await ask(`${door}/.passerelle-trash`, 'MKCOL')).status, 403);
  t.equal((await put('/.passerelle-trash/x', 'x')).status, 403);
  const { signal } = new AbortController();
  await t.rejects(bridge.accountChanges.move({ from: '/Films/Old', to: '/.passerelle-trash', signal }), {
    code: 'BRIDGE_BAD_REQUEST',
  });
});

t.test('what was locked while a body came in is not written', async (t) => {
  const { url, door, names } = await writing(t);
  const { hostname, port } = new URL(url);
  let text = '';
  const client = connect(Number(port), hostname, () =>
    client.write(
      `PUT /dav/account/Films/${film} HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nContent-Length: 6\r\n\r\nabc`,
    ),
  );
  client.on('data', (piece) => {
    text += piece;
  });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  for (let at = 0; at < 50; at++) await turn();
  const body =
    '<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockinfo>';
  t.equal((await ask(`${door}/Films/${film}`, 'LOCK', { body })).status, 200);
  client.write('def');
  while (!text.includes('\r\n\r\n')) await turn();
  client.destroy();
  t.match(text, /^HTTP\/1\.1 423/);
  t.equal(sha((await ask(`${door}/Films/${film}`, 'GET')).body), sha(bytes(300_000, 1)));
  t.same(names('/Films'), [film, 'Old'].sort());
});
