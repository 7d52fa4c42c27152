import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { cleanEnv, startBridge } from './fixtures/bridge-process.ts';
import { inboxAccount } from './fixtures/inbox.ts';
import { passerelle } from './fixtures/passerelle.ts';
import { until } from './fixtures/playing.ts';
import { envOver } from './fixtures/setup.ts';
import { createSimulator, expectedBytes } from './simulator/simulator.ts';

/** A real process is killed again and again while an inbox is emptied: each film is there once, and its STRM here. */

const kills = 8;
/** One kill stands in `inbox-command.test.ts`. */
const skip = process.env.PASSERELLE_MANY_KILLS === undefined && 'npm run test:kills';

t.test(`an inbox is emptied by a serve that is killed`, { timeout: 600_000, skip }, async (t) => {
  const simulator = await createSimulator({ account: inboxAccount });
  t.teardown(() => simulator.close());
  const home = t.testdir();
  const dir = join(home, 'inbox');
  const films = Array.from({ length: kills + 1 }, (_, seed) => ({
    path: seed % 3 === 0 ? `Film ${seed} (200${seed % 10}).mkv` : `Show/Season 1/Show S01E${10 + seed}.mkv`,
    content: { sizeBytes: 400_000 + seed * 1000, seed },
  }));
  mkdirSync(join(dir, 'Show', 'Season 1'), { recursive: true });
  for (const { path, content } of films)
    writeFileSync(join(dir, path), expectedBytes(content, 0, content.sizeBytes));
  const env = {
    ...(cleanEnv() as Record<string, string>),
    ...envOver(simulator, home),
    PASSERELLE_BASE_URL: 'http://192.0.2.1:8790',
    PASSERELLE_INBOX: JSON.stringify([{ dir, to: '/Films', after: 'strm', minAgeMinutes: 0 }]),
  };
  // What moves: a kill comes so many movements after the start, each time at another place.
  const moved = () =>
    simulator.counters.requests.length + simulator.counters.reports + simulator.counters.uploads;
  simulator.faults.upload = { slowBytesPerMs: 4000 };
  for (let kill = 0; kill < kills; kill++) {
    const bridge = await startBridge(env, home);
    t.teardown(() => bridge.child.kill('SIGKILL'));
    const goal = moved() + 2 + ((kill * 3) % 5);
    await until('it is that far', () => moved() >= goal || isEmpty());
    const bytes = () => simulator.counters.uploadRequests.reduce((sum, one) => sum + one.bytes, 0);
    const half = bytes() + (kill % 2) * 150_000;
    await until('some bytes have gone', () => bytes() >= half || isEmpty());
    bridge.child.kill('SIGKILL');
    await new Promise((resolve) => bridge.child.once('exit', resolve));
  }
  function isEmpty(): boolean {
    return films.every(({ path }) => !existsSync(join(dir, path)));
  }

  const last = await startBridge(env, home);
  t.teardown(() => last.child.kill('SIGKILL'));
  t.match(await passerelle(['inbox', 'add', '--wait', dir], { env, cwd: home }), { code: 0 });
  await until('nothing is left', isEmpty);
  const there = new Map([...simulator.account.files()].map((file) => [simulator.account.pathOf(file), file]));
  t.same(
    [...there.keys()].sort(),
    films.map(({ path }) => `/Films/${path}`).sort(),
    'each once, and no other',
  );
  t.equal([...simulator.account.files()].length, films.length);
  const names = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  t.same(
    names.map(({ name }) => name).sort(),
    films.map(({ path }) => path.replace(/^.*\//, '').replace('.mkv', '.strm')).sort(),
  );
  for (const { path, content } of films) {
    const file = there.get(`/Films/${path}`);
    const bytes = expectedBytes(content, 0, content.sizeBytes);
    t.ok(file && expectedBytes(file.content, 0, file.sizeBytes).equals(bytes), `${path}: every byte`);
    t.match(readFileSync(join(dir, path.replace('.mkv', '.strm')), 'utf8'), `/stream/${file?.id}/`);
  }
  t.equal(await last.stop(), 0);
});
