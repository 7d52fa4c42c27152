import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { cleanEnv, startBridge } from './fixtures/bridge-process.ts';
import { mainWith, passerelle } from './fixtures/passerelle.ts';
import { until } from './fixtures/playing.ts';
import { envOver, type Test } from './fixtures/setup.ts';
import { keepChecksum } from './simulator/content.ts';
import { createSimulator, expectedBytes } from './simulator/simulator.ts';
import { whirlpoolOf } from './simulator/whirlpool.ts';

/** Real processes: what `get` leaves when it is ended, and how it gets on with others. */

const sizeBytes = 24_000_000;
const [name, other] = ['Metropolis.1927.mkv', 'Heat.1995.mkv'];
const content = { sizeBytes, seed: 3 };
const bytes = expectedBytes(content, 0, sizeBytes);
keepChecksum(content, whirlpoolOf(bytes));
const path = `/Films/${name}`;

async function serving(t: Test, more: Record<string, string> = {}) {
  const film = { name: other, content: { sizeBytes: 40_000_000, seed: 4 } };
  const simulator = await createSimulator({
    account: { folders: [{ name: 'Films', files: [{ name, content }, film] }] },
  });
  t.teardown(() => simulator.close());
  const home = t.testdir();
  const env = {
    ...cleanEnv(),
    ...envOver(simulator, home),
    PASSERELLE_BASE_URL: 'http://192.0.2.1:8790',
    ...more,
  };
  const bridge = await startBridge(env as Record<string, string>, home);
  t.teardown(() => bridge.child.kill('SIGKILL'));
  await bridge.waitFor((line) => line.msg === 'sync done');
  const whole = (): number => {
    const journal = join(home, `${name}.part.ranges`);
    if (!existsSync(journal)) return 0;
    const spans = JSON.parse(readFileSync(journal, 'utf8')).whole as [number, number][];
    return spans.reduce((sum, [from, to]) => sum + to - from, 0);
  };
  const start = (...args: string[]) => {
    const child = spawn(...mainWith(['get', ...args]), { cwd: home, env, stdio: ['ignore', 'pipe', 'pipe'] });
    t.teardown(() => child.kill('SIGKILL'));
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        said += chunk;
      });
    return { child, ended: once(child, 'close').then(([code]) => ({ code: code as number | null, said })) };
  };
  const get = (...args: string[]) => passerelle(['get', ...args], { env, cwd: home });
  const fast = () => delete simulator.faults.download.bytesPerSecond;
  const idle = () => until('nobody reads at the host', () => simulator.counters.connectionsNow === 0);
  return { simulator, home, env, bridge, whole, start, get, fast, idle };
}

// Each has processes and a host of its own, and waits for them.
t.test('get as a process', { jobs: 5 }, async (t) => {
  t.test('killed in the middle, it goes on from what had come', async (t) => {
    const { simulator, home, whole, start, get, fast, idle } = await serving(t);
    simulator.faults.download.bytesPerSecond = 1_500_000;
    const killed = start(path);
    await until('something is noted', () => whole() > 2_000_000);
    killed.child.kill('SIGKILL');
    await killed.ended;
    await idle();
    t.same(readdirSync(home).sort(), [
      `${name}.part`,
      `${name}.part.lock`,
      // Of the kind of lock that dies with its holder.
      `${name}.part.lock-journal`,
      `${name}.part.ranges`,
      'data',
      'library',
    ]);
    const left = whole();
    fast();
    simulator.reset();
    const again = await get(path, '--json');
    t.equal(again.code, 0, again.stderr);
    t.match(JSON.parse(again.stdout), { fate: 'fetched', resumedBytes: left, isVerified: true });
    t.ok(readFileSync(join(home, name)).equals(bytes));
    t.ok(simulator.counters.bytesSent <= sizeBytes - left, 'and no byte of that came again');
    t.same(readdirSync(home).sort(), [name, 'data', 'library']);
    t.equal(simulator.counters.tokens, 0, 'by the link that was there');
  });

  t.test('Ctrl-C leaves all that had come, beside serve and alone', async (t) => {
    const { simulator, home, bridge, whole, start, get, fast, idle } = await serving(t);
    for (const isAlone of [false, true]) {
      if (isAlone) t.equal(await bridge.stop(), 0);
      simulator.faults.download.bytesPerSecond = 1_500_000;
      const stopped = start(path);
      await until(
        'some came',
        () => existsSync(join(home, `${name}.part`)) && simulator.counters.bytesSent > 3_000_000,
      );
      stopped.child.kill('SIGINT');
      t.match(await stopped.ended, { code: 1, said: '' });
      await idle();
      t.ok(whole() > 500_000, `${whole()} bytes are noted`);
      t.notOk(existsSync(join(home, `${name}.part.lock`)));
      fast();
      simulator.reset();
    }
    const left = whole();
    const again = await get(path, '--json');
    t.match(JSON.parse(again.stdout), { fate: 'fetched', resumedBytes: left });
    t.ok(readFileSync(join(home, name)).equals(bytes));
  });

  t.test('what was uploaded anew under the name of a part is fetched from its beginning', async (t) => {
    const { simulator, home, env, whole, start, get, fast, idle } = await serving(t);
    simulator.faults.download.bytesPerSecond = 1_500_000;
    const stopped = start(path);
    await until('some came', () => simulator.counters.bytesSent > 4_000_000);
    stopped.child.kill('SIGINT');
    await stopped.ended;
    await idle();
    t.ok(whole() > 500_000);
    fast();
    const newer = { sizeBytes, seed: 5 };
    const newerBytes = expectedBytes(newer, 0, sizeBytes);
    keepChecksum(newer, whirlpoolOf(newerBytes));
    simulator.account.removeFile(path);
    simulator.account.addFile('/Films', { name, content: newer });
    t.equal((await passerelle(['sync'], { env, cwd: home })).code, 0);
    const again = await get(path, '--json');
    const [first = ''] = again.stdout.split('\n');
    t.match(JSON.parse(first), { fate: 'fetched', resumedBytes: 0, isVerified: true });
    t.ok(readFileSync(join(home, name)).equals(newerBytes));
  });

  t.test('of two that fetch one file, one fetches it', async (t) => {
    const { simulator, home, start, get, fast } = await serving(t);
    simulator.faults.download.bytesPerSecond = 1_500_000;
    const first = start(path);
    await until('it has begun', () => existsSync(join(home, `${name}.part`)));
    t.match(await get(path), { code: 1, stderr: /Another passerelle get is fetching into this file/ });
    fast();
    t.match(await first.ended, { code: 0, said: /^Metropolis\.1927\.mkv \(24 MB\): fetched\n$/ });
    t.ok(readFileSync(join(home, name)).equals(bytes));
  });

  t.test('a film goes first: a range lets go of its connection, and comes later', async (t) => {
    const limits = {
      FICHIER_CONNECTIONS: '3',
      PASSERELLE_VIEWER_CONNECTIONS: '3',
      PASSERELLE_DELIVERY: 'proxy',
    };
    const { simulator, home, env, bridge, start, fast } = await serving(t, limits);
    const address = await passerelle(['link', `/Films/${other}`], { env, cwd: home });
    const film = bridge.url + new URL(address.stdout.trim()).pathname;
    simulator.faults.download.bytesPerSecond = 1_000_000;
    const got = start(path);
    await until('all connections are in use', () => simulator.counters.connectionsNow === 3);
    const answer = await fetch(film, { headers: { range: 'bytes=20000000-20100000' } });
    t.equal(answer.status, 206);
    t.ok(
      Buffer.from(await answer.arrayBuffer()).equals(
        expectedBytes({ sizeBytes: 40_000_000, seed: 4 }, 20_000_000, 20_100_001),
      ),
    );
    t.equal(simulator.counters.connectionsMost, 3, 'the host has never seen more than the limit');
    fast();
    t.match(await got.ended, { code: 0, said: /fetched/ });
    t.ok(readFileSync(join(home, name)).equals(bytes));
  });
});
