import t from 'tap';
import { cleanEnv, startBridge } from './fixtures/bridge-process.ts';
import { passerelle } from './fixtures/passerelle.ts';
import { until } from './fixtures/playing.ts';
import { envOver } from './fixtures/setup.ts';
import { startSource } from './fixtures/source-server.ts';
import { createSimulator, type Simulator } from './simulator/simulator.ts';

/** A real process is killed while the host fetches: the next one finds what came of it, and asks for nothing twice. */

const moments: Record<
  string,
  { fault?: 'silent' | 'halfBody'; isBegun: boolean; isReached: (simulator: Simulator) => boolean }
> = {
  'while the host fetches': { isBegun: true, isReached: () => true },
  'when its answer was lost': {
    fault: 'halfBody',
    isBegun: true,
    isReached: ({ counters }) => (counters.calls['remote/request'] ?? 0) > 0,
  },
  'before the host has answered': {
    fault: 'silent',
    isBegun: false,
    isReached: ({ counters }) => (counters.calls['remote/request'] ?? 0) > 0,
  },
};

const skip = process.env.PASSERELLE_MANY_KILLS === undefined && 'npm run test:kills';
for (const [moment, { fault, isBegun, isReached }] of Object.entries(moments))
  t.test(`serve is killed ${moment}`, { skip }, async (t) => {
    const source = await startSource(t);
    const simulator = await createSimulator({ account: { folders: [{ name: 'Films' }] } });
    t.teardown(() => simulator.close());
    const home = t.testdir();
    const env = { ...cleanEnv(), ...envOver(simulator, home), PASSERELLE_BASE_URL: 'http://192.0.2.1:8790' };
    const first = await startBridge(env as Record<string, string>, home);
    t.teardown(() => first.child.kill('SIGKILL'));
    await first.waitFor((line) => line.msg === 'sync done');
    if (fault) simulator.faults.answer({ is: fault, verb: 'remote/request' });
    const fetching = passerelle(
      ['fetch', ...(fault ? [] : ['--no-wait']), `${source.at}/slow.mkv`, '/Films'],
      {
        env,
        cwd: home,
      },
    );
    if (!fault) t.match(await fetching, { code: 0, stdout: /the host fetches it/ });
    await until('it is that far', () => isReached(simulator));
    first.child.kill('SIGKILL');
    if (fault) t.match(await fetching, { code: 1, stderr: /ended in the middle of it/ });
    source.release();

    const again = await startBridge(env as Record<string, string>, home);
    t.teardown(() => again.child.kill('SIGKILL'));
    if (!isBegun) {
      // The host never heard of it as far as it tells; that is believed when it was asked twice.
      await until('the host is asked after its jobs', () => (simulator.counters.calls['remote/ls'] ?? 0) > 0);
      t.equal(simulator.counters.calls['remote/request'], 1, 'it is looked for before it is asked again');
    } else {
      await again.waitFor((line) => line.msg === 'what the host has fetched is in the library');
      t.same(
        [...simulator.account.files()].map(
          ({ name, folder }) => `${simulator.account.pathOf(folder)} ${name}`,
        ),
        ['/Films slow.mkv'],
      );
      t.same([source.asked, simulator.counters.calls['remote/request']], [['/slow.mkv'], 1]);
      const status = await passerelle(['ls', '/Films'], { env, cwd: home });
      t.match(status.stdout, /slow\.mkv/);
    }
    t.equal(await again.stop(), 0);
  });
