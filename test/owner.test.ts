import { chmod, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { getStatus } from '../src/api/status.ts';
import { claimDataDir } from '../src/owner/claim.ts';
import { createApiClient } from '../src/owner/client.ts';
import { openDoor } from '../src/owner/door.ts';
import { holderHere, readNote, writeNote } from '../src/owner/holder.ts';
import { shortPath } from '../src/owner/socket-path.ts';
import { socketTransport } from '../src/owner/transport.ts';

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
async function door(dataDir: string) {
  const trusted: unknown[] = [];
  const one = await openDoor({
    dataDir,
    handle: (request, response) => void response.end(request.url),
    onSocket: (socket) => void trusted.push(socket),
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
