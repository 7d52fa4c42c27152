import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { Agent, request as httpRequest } from 'node:http';
import { join } from 'node:path';
import t from 'tap';
import { request } from 'undici';
import type { FileId } from '../src/core/ids.ts';
import { streamPath } from '../src/delivery/address.ts';
import { createSigner } from '../src/delivery/signature.ts';
import { loadSecrets } from '../src/secrets.ts';
import { cleanEnv, startBridge } from './fixtures/bridge-process.ts';
import { mainWith, runMain } from './fixtures/passerelle.ts';
import { envOver } from './fixtures/setup.ts';
import { strmFiles } from './fixtures/strm-files.ts';
import { type AccountFolder, createSimulator } from './simulator/simulator.ts';

const MiB = 1024 * 1024;

/** 500 folders, each with one film, three levels deep: enough for the catalog to be folded into its file on the way. */
function manyFolders(): AccountFolder {
  const leaf = (n: number): AccountFolder => ({
    name: `Film number ${n} (${1900 + (n % 120)})`,
    files: [
      { name: `Film.number.${n}.${1900 + (n % 120)}.1080p.mkv`, content: { sizeBytes: 1000 + n, seed: n } },
    ],
  });
  const groups = Array.from({ length: 5 }, (_, g) => ({
    name: `Group ${g}`,
    folders: Array.from({ length: 99 }, (_, n) => leaf(g * 99 + n)),
  }));
  return { folders: groups };
}

t.test(
  'killed with -9 in the middle of 500 folders, the crawl goes on: no folder twice, the same tree at the end',
  async (t) => {
    const account = manyFolders();
    const enough = Promise.withResolvers<void>();
    let answered = 0;
    const simulator = await createSimulator({
      account,
      onApiRequest: () => ++answered === 170 && enough.resolve(),
    });
    t.teardown(() => simulator.close());
    const home = t.testdir();
    const env = {
      ...cleanEnv(),
      ...envOver(simulator, home),
      PASSERELLE_BASE_URL: 'http://bridge.test:8790',
    };

    const child = spawn(...mainWith(['sync']), { env, stdio: 'ignore' });
    await enough.promise;
    child.kill('SIGKILL');
    await once(child, 'close');
    const before = simulator.counters.calls['folder/ls'] ?? 0;
    t.ok(before >= 170 && before < 501, `${before} folders were listed before the kill`);
    t.ok((await strmFiles(join(home, 'library'))).length > 0, 'what was listed is there');

    const again = await runMain(['sync', '--json'], { env, cwd: home });
    t.equal(again.code, 0, again.stderr);
    const twice = [...simulator.counters.listings.values()].filter((count) => count > 1);
    // The one call whose answer the kill took away has to be asked again.
    t.ok(twice.length <= 1, `${twice.length} folders were listed twice`);
    t.equal(simulator.counters.listings.size, 501, 'every folder was listed');

    const names = async (dir: string) => (await readdir(join(dir, 'library'), { recursive: true })).sort();
    const resumed = await names(home);
    t.equal(resumed.filter((name) => name.endsWith('.strm')).length, 495);
    const clean = join(home, 'clean');
    t.equal((await runMain(['sync'], { env: { ...env, ...envOver(simulator, clean) }, cwd: home })).code, 0);
    t.same(await names(clean), resumed, 'as if nothing had happened');
  },
);

t.test('told to stop, it finishes the running film, takes no new request, and ends with 0', async (t) => {
  const film = { name: 'Un film (2001).mkv', content: { sizeBytes: 24 * MiB, seed: 3 } };
  const simulator = await createSimulator({ account: { files: [film] } });
  t.teardown(() => simulator.close());
  const home = t.testdir();
  const graceMs = 20_000;
  const bridge = await startBridge(
    { ...envOver(simulator, home), PASSERELLE_DELIVERY: 'proxy', PASSERELLE_STOP_GRACE_MS: `${graceMs}` },
    home,
  );
  t.teardown(() => bridge.child.kill('SIGKILL'));
  await bridge.waitFor((line) => line.msg === 'sync done');
  const [strm] = await strmFiles(join(home, 'library'));
  // A player that would keep its connection for ever.
  const agent = new Agent({ keepAlive: true });
  t.teardown(() => agent.destroy());
  const client = httpRequest(strm?.url as string, { agent });
  client.end();
  const [answer] = (await once(client, 'response')) as [import('node:http').IncomingMessage];
  await once(answer, 'readable');
  const ended = bridge.stop();
  await bridge.waitFor((line) => String(line.msg).startsWith('stopping'));
  await t.rejects(request(`${bridge.url}/healthz`), 'nobody listens any more');
  let bytes = 0;
  for await (const chunk of answer) bytes += (chunk as Buffer).length;
  t.equal(bytes, film.content.sizeBytes, 'the film came to its end');
  const cameAt = Date.now();
  t.equal(await ended, 0);
  t.ok(Date.now() - cameAt < graceMs / 2, 'no connection is waited for on which nothing comes any more');
  t.equal(bridge.errors(), '');
});

t.test('a film that takes longer than the time of grace is ended with the process', async (t) => {
  const film = { name: 'Un film (2001).mkv', content: { sizeBytes: 512 * MiB, seed: 3 } };
  const simulator = await createSimulator({ account: { files: [film] } });
  t.teardown(() => simulator.close());
  const home = t.testdir();
  const bridge = await startBridge(
    { ...envOver(simulator, home), PASSERELLE_DELIVERY: 'proxy', PASSERELLE_STOP_GRACE_MS: '100' },
    home,
  );
  t.teardown(() => bridge.child.kill('SIGKILL'));
  await bridge.waitFor((line) => line.msg === 'sync done');
  const [strm] = await strmFiles(join(home, 'library'));
  const client = httpRequest(strm?.url as string);
  client.on('error', () => undefined);
  client.end();
  const [answer] = (await once(client, 'response')) as [import('node:http').IncomingMessage];
  answer.on('error', () => undefined);
  t.equal(await bridge.stop(), 0);
});

t.test('a second start on the same port says so in words', async (t) => {
  const simulator = await createSimulator();
  t.teardown(() => simulator.close());
  const home = t.testdir();
  const bridge = await startBridge(envOver(simulator, home), home);
  t.teardown(() => bridge.child.kill('SIGKILL'));
  const env = {
    ...cleanEnv(),
    ...envOver(simulator, join(home, 'other')),
    PASSERELLE_HOST: '127.0.0.1',
    PASSERELLE_PORT: new URL(bridge.url).port,
  };
  const second = await runMain(['serve'], { env, cwd: home });
  t.equal(second.code, 1);
  t.match(
    second.stderr,
    /cannot listen on its address: .* port \d+: another program listens there \(EADDRINUSE\)\nIf that is another Passerelle/,
  );
  t.equal(await bridge.stop(), 0);
});

t.test('a lock of the host is respected after a restart, and links outlive it', async (t) => {
  const simulator = await createSimulator();
  t.teardown(() => simulator.close());
  const home = t.testdir();
  const env = { ...envOver(simulator, home), PASSERELLE_DELIVERY: 'proxy' };
  const first = await startBridge(env, home);
  await first.waitFor((line) => line.msg === 'sync done');
  const [one, two] = await strmFiles(join(home, 'library'));
  t.equal((await request(one?.url as string, { headers: { range: 'bytes=0-9' } })).statusCode, 206);
  simulator.faults.answer({ is: 'flood', lockMs: 600_000 });
  t.equal((await request(two?.url as string)).statusCode, 503);
  t.equal(await first.stop(), 0);

  const calls = simulator.counters.requests.length;
  const second = await startBridge({ ...env, PASSERELLE_PORT: new URL(first.url).port }, home);
  t.teardown(() => second.child.kill('SIGKILL'));
  const locked = await request(two?.url as string);
  t.equal(locked.statusCode, 503);
  t.ok(Number(locked.headers['retry-after']) > 200, `${locked.headers['retry-after']} s`);
  t.equal(
    (await request(one?.url as string, { headers: { range: 'bytes=0-9' } })).statusCode,
    206,
    'the kept link still plays',
  );
  t.equal(simulator.counters.requests.length, calls, 'not one call more');
  t.equal(await second.stop(), 0);
});

t.test('addresses signed by an older key stay good after a rotation', async (t) => {
  const simulator = await createSimulator();
  t.teardown(() => simulator.close());
  const home = t.testdir();
  const env = envOver(simulator, home);
  const first = await startBridge(env, home);
  await first.waitFor((line) => line.msg === 'sync done');
  const [old] = await strmFiles(join(home, 'library'));
  await first.stop();
  t.equal((await runMain(['rotate-keys'], { env: { ...cleanEnv(), ...env }, cwd: home })).code, 0);
  const second = await startBridge({ ...env, PASSERELLE_PORT: new URL(first.url).port }, home);
  t.teardown(() => second.child.kill('SIGKILL'));
  await second.waitFor((line) => line.msg === 'sync done');
  const [fresh] = await strmFiles(join(home, 'library'));
  t.not(fresh?.url, old?.url);
  for (const strm of [old, fresh])
    t.equal((await request(strm?.url as string, { method: 'HEAD' })).statusCode, 200);
  const unknownPath = createSigner([{ secret: 'somebody else' }]);
  const wrong = `${second.url}${streamPath(old?.fileId as FileId, unknownPath.sign(old?.fileId as FileId), 'x.mkv')}`;
  t.equal((await request(wrong, { method: 'HEAD' })).statusCode, 404);
  t.equal(loadSecrets(join(home, 'data')).signingKeys.length, 2);
  await second.stop();
});
