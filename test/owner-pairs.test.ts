import { join } from 'node:path';
import t from 'tap';
import { cleanEnv, startBridge } from './fixtures/bridge-process.ts';
import { brokenPaces, deadAddresses, faultOf, meetingCommands, paceMs, runPair } from './fixtures/pairs.ts';
import { envOver, type Test } from './fixtures/setup.ts';
import { createSimulator } from './simulator/simulator.ts';

async function onePlace(t: Test) {
  const simulator = await createSimulator();
  t.teardown(() => simulator.close());
  const home = t.testdir();
  const env = {
    ...cleanEnv(),
    ...envOver(simulator, home),
    FICHIER_REQUEST_INTERVAL_MS: String(paceMs),
    PASSERELLE_BASE_URL: 'http://127.0.0.1:9',
  };
  return { simulator, home, env };
}

/** With `npm run test:pairs` all of them; in the suite those that meet most often, or hurt most. */
const everyPair = process.env.PASSERELLE_ALL_PAIRS === '1';
const pairs = everyPair
  ? meetingCommands.flatMap((one, at) => meetingCommands.slice(at).map((other) => [one, other] as const))
  : (
      [
        ['sync', 'sync'],
        ['sync --full', 'fix --list'],
        ['sync', 'rotate-keys'],
        ['fix', 'link'],
      ] as const
    ).map((pair) => pair.map((words) => commandLike(words)));

function commandLike(words: string): readonly string[] {
  const found = meetingCommands.find((one) => one.join(' ').startsWith(words));
  if (!found) throw new Error(`no command ${words}`);
  return found;
}

t.test(
  'two commands at once on one dataDir: one of them owns it, both do their work, one pace',
  async (t) => {
    const { simulator, home, env } = await onePlace(t);
    for (const pair of pairs) {
      for (const ended of await runPair(pair, { env, cwd: home }))
        t.equal(
          faultOf(ended),
          undefined,
          `${ended.words} of ${pair.map((one) => one.join(' ')).join(' | ')}`,
        );
      t.strictSame(
        brokenPaces(simulator),
        [],
        `one pace for ${pair.map((one) => one.join(' ')).join(' | ')}`,
      );
      simulator.reset();
    }
  },
);

t.test(
  'all commands at once beside serve: one owner, one pace, and no address that leads nowhere',
  async (t) => {
    const { simulator, home, env } = await onePlace(t);
    const bridge = await startBridge(env as Record<string, string>, home);
    t.teardown(() => bridge.child.kill('SIGKILL'));
    await bridge.waitFor((line) => line.msg === 'sync done');
    const groups = everyPair
      ? pairs
      : [[commandLike('sync'), commandLike('rotate-keys'), commandLike('fix'), commandLike('link --direct')]];
    for (const group of groups) {
      for (const ended of await runPair(group, { env, cwd: home }))
        t.equal(faultOf(ended), undefined, ended.words);
      t.strictSame(brokenPaces(simulator), [], 'one pace');
    }
    t.strictSame(await deadAddresses(join(home, 'library'), bridge.url), []);
    t.equal(await bridge.stop(), 0);
  },
);
