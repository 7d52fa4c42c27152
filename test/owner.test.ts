import { chmod, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { getStatus } from '../src/api/status.ts';
import { claimDataDir } from '../src/owner/claim.ts';
import { createApiClient } from '../src/owner/client.ts';
import { openDoor } from '../src/owner/door.ts';
import { holderHere, readNote, writeNote } from '../src/owner/holder.ts';
import { shortPath } from '../src/owner/socket-path.ts';
import { refuseForeign, socketTransport } from '../src/owner/transport.ts';
import { loadSecrets } from '../src/secrets.ts';
import { createHandClock, settle } from './fixtures/hand-clock.ts';

t.test('a dataDir has one owner, by whatever path it is reached', async (t) => {
  const home = t.testdir();
  const dataDir = join(home, 'data');
  const claim = claimDataDir(dataDir, 'serve', 0);
  await symlink(dataDir, join(home, 'other'));
  for (const path of [dataDir, join(home, 'other')])
    t.throws(() => claimDataDir(path, 'sync', 0), {
      code: 'BRIDGE_CATALOG_IN_USE',
      message: new RegExp(
        `held by passerelle serve \\(process ${process.pid} on .*, since 1970-01-01 00:00:00`,
      ),
    });
  claim.release();
  t.equal(readNote(dataDir), undefined);
  claimDataDir(join(home, 'other'), 'sync', 0).release();
});

t.test('a note that a kill has left is not believed', async (t) => {
  const dataDir = t.testdir();
  const here = holderHere('serve', 0);
  writeNote(dataDir, here);
  t.strictSame(readNote(dataDir), here);
  writeNote(dataDir, { ...here, pid: 2 ** 30 });
  t.equal(readNote(dataDir), undefined, 'no such process');
  writeNote(dataDir, { ...here, startTicks: '1' });
  t.equal(readNote(dataDir), undefined, 'another process has its number now');
  writeNote(dataDir, { ...here, host: 'elsewhere', pid: 2 ** 30 });
  t.match(readNote(dataDir), { host: 'elsewhere' }, 'nobody can look there from here');
  for (const text of ['', '{"pid":1', '{"pid":"x"}']) {
    await writeFile(join(dataDir, 'serve.json'), text);
    t.equal(readNote(dataDir), undefined, text);
  }
  // A lock without a note: its holder has just begun.
  const claim = claimDataDir(dataDir, 'serve', 0);
  await writeFile(join(dataDir, 'serve.json'), '');
  t.throws(() => claimDataDir(dataDir, 'sync', 0), { message: /just starting or ending/ });
  claim.release();
});

/** A door that answers every request with what it is asked. */
async function door(dataDir: string, clock = createHandClock()) {
  const trusted: unknown[] = [];
  const one = await openDoor({
    dataDir,
    handle: (request, response) => void response.end(request.url),
    onSocket: (socket) => void trusted.push(socket),
    clock,
  });
  return { ...one, trusted };
}

async function knock(dataDir: string): Promise<string> {
  const transport = socketTransport(dataDir);
  try {
    const { body } = await transport.send({ method: 'GET', path: '/knock', accept: '*/*' });
    return String(await body.toArray());
  } finally {
    transport.close();
  }
}

t.test('the door is for the owner of the data alone, and nothing is left of it', async (t) => {
  const dataDir = t.testdir();
  await chmod(dataDir, 0o755);
  const one = await door(dataDir);
  t.equal((await stat(join(dataDir, 'serve.sock'))).mode & 0o777, 0o600);
  t.equal(await knock(dataDir), '/knock');
  t.equal(one.trusted.length, 1);
  await one.close();
  t.strictSame(await readdir(dataDir), []);
  await t.rejects(knock(dataDir), { code: 'ENOENT' });
});

t.test('a socket in a folder with a long name is reached too', async (t) => {
  const dataDir = join(t.testdir(), 'é'.repeat(100), 'x'.repeat(200));
  await mkdir(dataDir, { recursive: true });
  const one = await door(dataDir);
  t.equal(await knock(dataDir), '/knock');
  t.equal((await stat(join(dataDir, 'serve.sock'))).mode & 0o777, 0o600);
  await one.close();
  t.strictSame(await readdir(dataDir), []);
});

t.test('what a kill has left is replaced, what another program made is left alone', async (t) => {
  const dataDir = t.testdir();
  const path = join(dataDir, 'serve.sock');
  const listening = async (name: string): Promise<Server> => {
    const server = createServer();
    const short = shortPath(dataDir, name);
    await new Promise<void>((resolve) => server.listen(short.path, resolve));
    short.done();
    return server;
  };
  // Nobody takes the name away that its server does not know.
  const killed = await listening('killed');
  await rename(join(dataDir, 'killed'), path);
  await new Promise((resolve) => killed.close(resolve));
  t.ok((await stat(path)).isSocket());
  const next = await door(dataDir);
  t.equal(await knock(dataDir), '/knock');
  await next.close();

  const stranger = await listening('stranger');
  await rename(join(dataDir, 'stranger'), path);
  await t.rejects(door(dataDir), { code: 'BRIDGE_DISK', message: /another program listens there/ });
  await new Promise((resolve) => stranger.close(resolve));

  await rm(path);
  await writeFile(path, 'mine');
  await t.rejects(door(dataDir), { code: 'BRIDGE_DISK', message: /is no socket of Passerelle/ });
  t.equal(await readFile(path, 'utf8'), 'mine');
});

t.test('who answers in another way, or not at all, is told of as such', async (t) => {
  const dataDir = t.testdir();
  const one = await openDoor({
    dataDir,
    handle: (request, response) => {
      if (request.url === '/api/v1/status') response.end('{"version":1}');
      else request.socket.destroy();
    },
    onSocket: () => undefined,
    clock: createHandClock(),
  });
  const api = createApiClient(socketTransport(dataDir), 'passerelle serve (process 1)');
  await t.rejects(api.call(getStatus, {}), { code: 'BRIDGE_OWNER_OTHER', message: /version/ });
  await t.rejects(api.call({ ...getStatus, path: '/gone' }, {}), {
    code: 'BRIDGE_OWNER_GONE',
    message: /passerelle serve \(process 1\)/,
  });
  await t.rejects(api.call(getStatus, {}, AbortSignal.abort(new Error('stopped'))), { message: 'stopped' });
  api.close();
  await one.close();
});

t.test(
  'at the end nobody is waited for who asks for nothing, and everybody who is being answered',
  async (t) => {
    const dataDir = t.testdir();
    const clock = createHandClock();
    let answer = () => {};
    const one = await openDoor({
      dataDir,
      handle: (_request, response) => {
        answer = () => response.end('done');
      },
      onSocket: () => undefined,
      clock,
    });
    const short = shortPath(dataDir, 'serve.sock');
    const silent = connect(short.path);
    const asking = connect(short.path);
    asking.write('GET /work HTTP/1.1\r\nHost: x\r\n\r\n');
    const half = connect(short.path);
    half.write('GET /work HT');
    const ended = new Set<string>();
    for (const [name, socket] of Object.entries({ silent, asking, half })) {
      socket
        .on('error', () => undefined)
        .on('close', () => ended.add(name))
        .resume();
    }
    await settle(20);
    let isOver = false;
    const over = one.drain(new AbortController().signal).then(() => {
      isOver = true;
    });
    await clock.advance(5000);
    await settle(20);
    t.strictSame([...ended].sort(), ['half', 'silent']);
    t.notOk(isOver, 'somebody is being answered');
    answer();
    await settle(20);
    // A command has a moment between two requests.
    for (let pause = 0; pause < 3; pause++) {
      await clock.advance(5000);
      await settle(20);
    }
    await over;
    await one.close();
    short.done();
  },
);

t.test('a lock is for the owner of the data alone, also where it was not', async (t) => {
  const dataDir = t.testdir();
  await chmod(dataDir, 0o755);
  await writeFile(join(dataDir, 'serve.lock'), '', { mode: 0o644 });
  const claim = claimDataDir(dataDir, 'serve', 0);
  t.equal((await stat(join(dataDir, 'serve.lock'))).mode & 0o777, 0o600);
  claim.hasNoDoor();
  t.match(readNote(dataDir), { command: 'serve', hasNoDoor: true });
  claim.release();
});

t.test('a holder in another container of the same name is believed', async (t) => {
  const dataDir = t.testdir();
  writeNote(dataDir, { ...holderHere('sync', 0), pid: 2 ** 30, namespace: 'pid:[1]' });
  t.match(readNote(dataDir), { command: 'sync' });
});

t.test('a socket is blamed only where it is there', async (t) => {
  const dataDir = t.testdir();
  const refusal = Object.assign(new Error('no'), { code: 'EACCES' });
  t.doesNotThrow(() => refuseForeign(refusal, dataDir));
  await writeFile(join(dataDir, 'serve.sock'), '');
  t.throws(() => refuseForeign(refusal, dataDir), {
    code: 'BRIDGE_DISK',
    message: /serve\.sock is for the user alone/,
  });
});

t.test('keys that are damaged are told as that, and none is taken that anybody could guess', async (t) => {
  const good = { adminToken: 'a', password: 'b', signingKeys: [{ secret: 'x'.repeat(43) }] };
  const [key] = good.signingKeys;
  const damaged: unknown[] = [
    { ...good, adminToken: 1 },
    { ...good, password: ['x'] },
    { ...good, password: '' },
    { ...good, signingKeys: [] },
    { ...good, signingKeys: [{ secret: '' }] },
    { ...good, signingKeys: [{ secret: 'x'.repeat(43), retiredAt: 'yesterday' }] },
    { ...good, signingKeys: [{ ...key, retiredAt: 1 }] },
    [],
    null,
  ];
  const dataDir = t.testdir();
  for (const keys of damaged) {
    await writeFile(join(dataDir, 'keys.json'), JSON.stringify(keys));
    t.throws(
      () => loadSecrets(dataDir),
      { code: 'BRIDGE_DISK', message: /keys\.json is damaged/ },
      JSON.stringify(keys),
    );
  }
  await writeFile(join(dataDir, 'keys.json'), JSON.stringify(good));
  t.strictSame(loadSecrets(dataDir), good);
});
