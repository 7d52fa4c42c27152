import t from 'tap';
import { localMinute } from '../src/commands/format/time.ts';
import { BridgeError } from '../src/core/errors.ts';
import { createKeyWatch } from '../src/host/key-watch.ts';
import { cleanEnv, startBridge } from './fixtures/bridge-process.ts';
import { passerelle } from './fixtures/passerelle.ts';
import { envOver, setup } from './fixtures/setup.ts';
import { small, start } from './fixtures/simulated-host.ts';

/** When Passerelle may be counted on: the catalog is open, and the host has accepted the key. */

const wrongKey = 'wrongwrongwrongwrongwrongwrongwr';

t.test('ready is who was accepted by the host; no sync need have run', async (t) => {
  const one = await setup(t, { simulator: { account: { files: [small] } } });
  const readyz = () => one.app.inject('/readyz');
  const before = await readyz();
  t.equal(before.statusCode, 503);
  t.match(before.json(), { code: 'BRIDGE_NOT_READY', message: /has not answered yet/ });
  t.ok(before.headers['retry-after']);
  await one.bridge.host.directLink(one.simulator.account.file(`/${small.name}`).url, {
    urgency: 'play',
  });
  const after = await readyz();
  t.equal(after.statusCode, 200);
  t.same(after.json(), { status: 'ready' });
  t.equal(await one.bridge.catalog.crawls.last(), undefined, 'no crawl');
});

t.test('a refused key is not ready, says why and what to do, and shows no key', async (t) => {
  const one = await setup(t, { env: { FICHIER_API_KEY: wrongKey } });
  await one.sync();
  const answer = await one.app.inject('/readyz');
  t.equal(answer.statusCode, 503);
  t.match(answer.json(), {
    code: 'BRIDGE_NOT_READY',
    message: /does not accept the API key\. Make a new key at https:\/\/1fichier\.com/,
  });
  t.notMatch(answer.body, wrongKey);
  t.equal((await one.app.inject('/healthz')).statusCode, 200, 'the process lives');
});

t.test('a host that cannot be reached is told as that', async (t) => {
  const one = await setup(t, { env: { FICHIER_API_URL: 'http://127.0.0.1:9/v1' } });
  await one.sync();
  t.match((await one.app.inject('/readyz')).json(), {
    message: /host cannot be reached: nobody listens there \(ECONNREFUSED\)/,
  });
});

t.test(
  'an acceptance counts after a restart with the same key alone, until the host refuses it',
  async (t) => {
    const simulator = await start(t);
    const home = t.testdir();
    const run = async (env: Record<string, string> = {}) => {
      const one = await setup(t, { over: simulator, home, env });
      return { ...one, status: async () => (await one.app.inject('/readyz')).statusCode };
    };
    const first = await run();
    await first.sync();
    t.equal(await first.status(), 200);
    await first.close();
    const again = await run({ FICHIER_API_URL: 'http://127.0.0.1:9/v1' });
    t.equal(await again.status(), 200, 'the host is down, what is known is served');
    await again.close();
    const other = await run({ FICHIER_API_KEY: wrongKey });
    t.equal(await other.status(), 503, 'another key has to be accepted itself');
    await other.close();
  },
);

t.test('what an earlier run kept is forgotten when the host refuses the key', async (t) => {
  const kept: object[] = [];
  let isRefused = true;
  const watch = createKeyWatch({
    clock: { now: () => 1000, sleep: async () => {} },
    memory: { read: () => ({ fingerprint: 'abc' }), write: (key) => void kept.push(key) },
    host: {
      keyFingerprint: 'abc',
      writes: {},
      state: () => ({ isBlocked: false }),
      listFolder: async () => {
        if (isRefused) throw new BridgeError('BRIDGE_HOST_KEY');
        return {};
      },
      account: async () => ({ askedAt: 999 }),
    } as never,
  });
  let told = 0;
  watch.onRefusal(() => told++);
  const list = () => watch.host.listFolder('1' as never, { urgency: 'index' });
  t.equal(watch.doubt(), undefined);
  await t.rejects(list(), { code: 'BRIDGE_HOST_KEY' });
  t.match(watch.doubt(), /does not accept the API key/);
  t.same(kept, [{}]);
  await watch.host.account({ urgency: 'background' });
  t.match(watch.doubt(), /does not accept/, 'an answer of before the start proves nothing');
  isRefused = false;
  await list();
  await list();
  t.equal(watch.doubt(), undefined);
  t.same(kept, [{}, { fingerprint: 'abc' }], 'kept once');
  isRefused = true;
  await t.rejects(list());
  t.equal(watch.doubt(), undefined, 'who was accepted in this run stays ready: what is known is served');
  t.same(kept.at(-1), {}, 'and the next run begins with doubt');
  t.equal(told, 2);
});

t.test('serve with a wrong key says one line with the remedy, and stays up', async (t) => {
  const simulator = await start(t);
  const home = t.testdir();
  const env = { ...envOver(simulator, home), FICHIER_API_KEY: wrongKey };
  const bridge = await startBridge(env, home);
  t.teardown(() => bridge.child.kill('SIGKILL'));
  const line = await bridge.waitFor(({ level }) => level === 'error');
  t.match(line, {
    msg: 'nothing can be asked of the host',
    notAskedBefore: /^20\d\d-/,
    err: {
      message: /does not accept the API key/,
      remedy: /Make a new key at https:\/\/1fichier\.com\/console\/params\.pl/,
    },
  });
  const answer = await fetch(`${bridge.url}/readyz`);
  t.equal(answer.status, 503);
  t.match(await answer.text(), /does not accept the API key/);

  const loud = bridge.log.filter(({ level, msg }) => level !== 'info' && !/baseUrl/.test(String(msg)));
  t.equal(loud.length, 1, JSON.stringify(loud));

  const notBefore = new RegExp(`not before ${localMinute(Date.parse(String(line.notAskedBefore)))}`);
  const saysHow = async () => {
    const [doctor, sync] = [await command('doctor'), await command('sync')];
    t.equal(doctor.code, 3);
    t.match(doctor.stdout, /fail {2}account .*does not accept the API key.*\n +-> Make a new key/);
    t.match(doctor.stdout, notBefore);
    t.equal(sync.code, 3);
    t.match(sync.stdout, /stopped: .*does not accept the API key\. Make a new key at/);
    t.match(sync.stdout, notBefore);
    t.notMatch(doctor.stdout + sync.stdout, /Retry-After/);
  };
  const command = (name: string) => passerelle([name], { env: { ...cleanEnv(), ...env }, cwd: home });
  await saysHow();
  t.equal(await bridge.stop(), 0);
  // Without serve the pause that was told is the pause that is kept.
  await saysHow();
  const restarted = await startBridge(env, home);
  t.teardown(() => restarted.child.kill('SIGKILL'));
  t.match(await restarted.waitFor(({ level }) => level === 'error'), {
    msg: 'nothing can be asked of the host',
    notAskedBefore: line.notAskedBefore,
    err: { remedy: /Make a new key/ },
  });
  t.equal(await restarted.stop(), 0);
  t.notMatch(JSON.stringify(bridge.log), /wrongwrong|\n? {4}at /);
  t.equal(bridge.errors(), '');
  const { '/': _page, ...calls } = simulator.counters.calls;
  t.same(Object.values(calls), [1], 'and the host is asked with this key once');
});
