import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { readNote } from '../src/owner/holder.ts';
import { cleanEnv, type LogLine, startBridge } from './fixtures/bridge-process.ts';
import { passerelle as inThisProcess, mainWith, runMain } from './fixtures/passerelle.ts';
import { until } from './fixtures/playing.ts';
import { envOver } from './fixtures/setup.ts';
import { createSimulator } from './simulator/simulator.ts';

async function house(t: { testdir(...content: never[]): string; teardown(work: () => unknown): void }) {
  const simulator = await createSimulator();
  t.teardown(() => simulator.close());
  const home = t.testdir();
  const env = { ...cleanEnv(), ...envOver(simulator, home), PASSERELLE_BASE_URL: 'http://192.0.2.1:8790' };
  const passerelle = (args: string[]) => inThisProcess(args, { env, cwd: home });
  return { simulator, home, env, passerelle };
}

t.test('beside serve a sync works through it, a second serve ends, and a kill of it is told', async (t) => {
  const { simulator, home, env, passerelle } = await house(t);
  const bridge = await startBridge(env as Record<string, string>, home);
  t.teardown(() => bridge.child.kill('SIGKILL'));
  await bridge.waitFor((line) => line.msg === 'sync done');
  t.equal((await stat(join(home, 'data', 'serve.sock'))).mode & 0o777, 0o600);
  t.match(readNote(join(home, 'data')), {
    listens: { host: '127.0.0.1', port: Number(new URL(bridge.url).port) },
  });

  // With a key that the host would refuse: it is the other process that asks.
  const synced = await inThisProcess(['sync', '--json'], {
    env: { ...env, FICHIER_API_KEY: 'wrongwrongwrongwrongwrongwrongwr' },
    cwd: home,
  });
  t.equal(synced.code, 0, synced.stderr);
  t.match(JSON.parse(synced.stdout), { outcome: 'done', tree: { failed: 0 } });
  t.equal(simulator.counters.refusals, 0);
  const dry = await passerelle(['sync', '--dry-run', '--json']);
  t.match(JSON.parse(dry.stdout).plan, [{ op: 'keep' }]);

  const second = await runMain(['serve'], { env: { ...env, PASSERELLE_PORT: '0' }, cwd: home });
  t.equal(second.code, 1);
  t.match(
    second.stderr,
    new RegExp(
      `Another Passerelle .* held by passerelle serve \\(process ${bridge.child.pid} on .*, since 20`,
    ),
  );

  simulator.faults.answer({ is: 'slow', ms: 60_000, skip: 2 });
  const before = simulator.counters.calls['folder/ls'] ?? 0;
  const cut = passerelle(['sync']);
  await until('it waits for an answer', () => (simulator.counters.calls['folder/ls'] ?? 0) >= before + 3);
  const full = await passerelle(['sync', '--full']);
  t.equal(full.code, 1);
  t.match(full.stderr, /already running: one that looks at what changed alone/);
  bridge.child.kill('SIGKILL');
  const { code, stderr } = await cut;
  t.equal(code, 1);
  t.match(stderr, new RegExp(`ended in the middle of it: passerelle serve \\(process ${bridge.child.pid} `));

  simulator.faults.clear();
  const again = await passerelle(['sync', '--json']);
  t.equal(again.code, 0, again.stderr);
  t.equal(JSON.parse(again.stdout).outcome, 'done');
});

t.test('Ctrl-C at a sync that serve does ends it cleanly, and serve goes on', async (t) => {
  const { simulator, home, env } = await house(t);
  const bridge = await startBridge(env as Record<string, string>, home);
  t.teardown(() => bridge.child.kill('SIGKILL'));
  await bridge.waitFor((line) => line.msg === 'sync done');
  simulator.faults.answer({ is: 'slow', ms: 60_000, skip: 2 });
  const before = simulator.counters.calls['folder/ls'] ?? 0;
  const child = spawn(...mainWith(['sync']), { env, cwd: home, stdio: ['ignore', 'pipe', 'ignore'] });
  let words = '';
  child.stdout.on('data', (chunk) => {
    words += chunk;
  });
  await until('it waits for an answer', () => (simulator.counters.calls['folder/ls'] ?? 0) >= before + 3);
  child.kill('SIGINT');
  const [code] = await once(child, 'close');
  t.equal(code, 1);
  t.match(words, /stopped: interrupted\nThe next sync goes on where this one stopped/);
  simulator.faults.clear();
  const again = await inThisProcess(['sync', '--json'], { env, cwd: home });
  t.equal(JSON.parse(again.stdout).outcome, 'done', 'the same serve does the next one');
  t.equal(await bridge.stop(), 0);
  t.equal(bridge.errors(), '');
});

t.test('a serve that starts while a command holds dataDir waits for it, and then serves', async (t) => {
  const { simulator, home, env } = await house(t);
  simulator.faults.answer({ is: 'slow', ms: 60_000, skip: 1 });
  const sync = spawn(...mainWith(['sync']), { env, cwd: home, stdio: 'ignore' });
  t.teardown(() => sync.kill('SIGKILL'));
  await until('it waits for an answer', () => (simulator.counters.calls['folder/ls'] ?? 0) >= 1);
  const isWaiting = ({ msg }: LogLine) => msg === 'waiting for a command to end';
  const bridge = await startBridge(env as Record<string, string>, home, isWaiting);
  t.teardown(() => bridge.child.kill('SIGKILL'));
  const waiting = await bridge.waitFor(isWaiting);
  t.match(waiting.holder, new RegExp(`^passerelle sync \\(process ${sync.pid} on `));
  simulator.faults.clear();
  sync.kill('SIGKILL');
  await bridge.waitFor((line) => line.msg === 'sync done');
  t.equal(await bridge.stop(), 0);
});
