import { spawn } from 'node:child_process';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import t from 'tap';
import { createProgress, duration } from '../src/commands/progress.ts';
import { cleanEnv, startBridge } from './fixtures/bridge-process.ts';
import { passerelle as inThisProcess, mainWith, runMain } from './fixtures/passerelle.ts';
import { until } from './fixtures/playing.ts';
import { run } from './fixtures/run.ts';
import { envOver } from './fixtures/setup.ts';
import { createSimulator, type SimulatorOptions } from './simulator/simulator.ts';

async function withSimulator(
  t: { testdir(...content: never[]): string; teardown(work: () => unknown): void },
  options: SimulatorOptions = {},
) {
  const simulator = await createSimulator(options);
  t.teardown(() => simulator.close());
  const home = t.testdir();
  const env = { ...cleanEnv(), ...envOver(simulator, home), PASSERELLE_BASE_URL: 'http://192.0.2.1:8790' };
  const passerelle = (args: string[], more: Record<string, string> = {}, input = '') =>
    inThisProcess(args, { env: { ...env, ...more }, cwd: home, input });
  return { simulator, home, env, passerelle };
}

t.test('sync, ls and link: from the account to an address', async (t) => {
  const { simulator, env, home: cwd } = await withSimulator(t);
  // This one with processes, as a person does it.
  const passerelle = (args: string[]) => runMain(args, { env, cwd });
  const synced = await passerelle(['sync']);
  t.equal(synced.code, 0, synced.stderr);
  t.match(synced.stdout, /written \d+, updated 0, deleted 0/);
  t.match(synced.stderr, /folders 7 done, 0 waiting; files 17|folders 7 done, 0 waiting; files \d+/);
  // One after the other: each owns the data while it runs.
  const top = await passerelle(['ls']);
  const films = await passerelle(['ls', '/Films', '--json']);
  const none = await passerelle(['ls', '/Nowhere']);
  t.equal(none.code, 1);
  t.match(none.stderr, /not in the catalog/);
  const near = await passerelle(['ls', '/films']);
  const folder = await passerelle(['link', '/Films']);
  t.equal(near.code, 1);
  t.match(near.stderr, /\/films is not in the catalog; did you mean \/Films\?/);
  t.equal(folder.code, 1);
  t.match(
    folder.stderr,
    /^passerelle: \/Films is a folder: name a file in it, such as "\/Films\/.*"\npasserelle ls "\/Films" shows what is there\n$/,
  );
  t.match(top.stdout, /Divers\/\n.*Films\/\n.*Séries\//s);
  const rows = films.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string; id: string; name: string; date: string });
  t.ok(
    rows.length === 7 &&
      rows.every((row) => row.kind === 'file' && /^[a-z0-9]{20}$/.test(row.id) && row.date.endsWith('Z')),
  );
  const byPath = await passerelle(['link', `/Films/${rows[0]?.name}`]);
  const byId = await passerelle(['link', rows[0]?.id as string, '--json']);
  t.match(byPath.stdout, /^http:\/\/192\.0\.2\.1:8790\/stream\/[a-z0-9]{20}\/[\w-]{16}\/[\w%.~-]+\n$/);
  t.equal(JSON.parse(byId.stdout).url, byPath.stdout.trim());
  t.equal(simulator.counters.tokens, 2, 'two subtitles; an address costs no call');
  const direct = await passerelle(['link', '--direct', rows[0]?.id as string]);
  t.match(direct.stdout, /\/p\d+\n$/);
});

t.test('sync --json and --dry-run are for scripts and for the careful', async (t) => {
  const { passerelle } = await withSimulator(t);
  const dry = await passerelle(['sync', '--dry-run', '--json']);
  const plan = JSON.parse(dry.stdout);
  t.equal(plan.outcome, 'done');
  t.ok(
    plan.plan.some((op: { op: string; path: string }) => op.op === 'create' && op.path.startsWith('Movies/')),
  );
  const words = await passerelle(['sync', '--dry-run']);
  t.match(words.stdout, /create {3}Movies\/.*\nwould write \d+/s);
});

t.test('when the host refuses us, the exit code is 3 and the words say what to do', async (t) => {
  const { passerelle, simulator } = await withSimulator(t);
  const key = await passerelle(['sync'], { FICHIER_API_KEY: 'wrongwrongwrongwrongwrongwrongwr' });
  t.equal(key.code, 3);
  t.match(key.stdout, /API key.*console\/params\.pl/s);
  t.notMatch(key.stdout + key.stderr, /wrongwrong/);
  const right = await passerelle(['sync']);
  t.equal(right.code, 0, 'the right key works at once');
  simulator.faults.answer({ is: 'flood', lockMs: 60_000 });
  const locked = await passerelle(['sync']);
  t.equal(locked.code, 3);
  t.match(locked.stdout, /asked too often.*goes on where this one stopped, not before 20\d\d-/s);
  const still = await passerelle(['sync']);
  t.equal(still.code, 3, 'the lock is remembered by the next command');
  const wrong = await passerelle(['doctor'], { FICHIER_API_KEY: 'wrongwrongwrongwrongwrongwrongwr' });
  t.equal(wrong.stderr, '', 'the table alone');
  for (const line of wrong.stdout.trim().split('\n')) t.match(line, /^(?:ok|warn|fail) {2,4}\S| {23}-> \S/);
  t.match(
    (await passerelle(['doctor'])).stdout,
    /warn {2}circuit breaker {2}calls are blocked until 20\d\d-.*asked too often/,
  );
});

t.test('doctor: all is well', async (t) => {
  const { passerelle, home, env } = await withSimulator(t, { subscriptionEnd: '2099-12-31' });
  // What is looked at is what `serve` does: its address is the one that it serves at.
  const { PASSERELLE_BASE_URL: _elsewhere, ...serving } = env;
  const bridge = await startBridge(serving as Record<string, string>, home);
  t.teardown(() => bridge.child.kill('SIGKILL'));
  await bridge.waitFor((line) => line.msg === 'sync done');
  const { code, stdout } = await passerelle(['doctor'], { PASSERELLE_BASE_URL: bridge.url });
  t.equal(code, 0, stdout);
  for (const line of [
    /^ok {4}settings/m,
    /^ok {4}data folder/m,
    /^ok {4}STRM folder/m,
    /^warn {2}base URL .*loopback/m,
    /^ok {4}host and clock/m,
    /^ok {4}circuit breaker {2}calls pass/m,
    /^ok {4}account .*premium account until 2099-12-31/m,
    /^ok {4}one byte .*1 byte of/m,
    /^ok {4}last crawl .*done/m,
    /^ok {4}proposals .*none waits/m,
    /^ok {4}browsing .*user passerelle, password \S+/m,
    /^ok {4}admin token {6}\S+/m,
  ])
    t.match(stdout, line);
  // What opens its doors may stand in its own environment alone: no other password is shown for it.
  await bridge.stop();
  const given = { PASSERELLE_PASSWORD: 'given-to-serve-alone', PASSERELLE_USER: 'somebody' };
  const other = await startBridge({ ...serving, ...given } as Record<string, string>, home);
  t.teardown(() => other.child.kill('SIGKILL'));
  const json = await passerelle(['doctor', '--json'], { PASSERELLE_BASE_URL: other.url });
  const browsing = json.stdout.split('\n').find((line) => line.includes('"browsing"'));
  t.match(
    browsing,
    `user somebody, password as PASSERELLE_PASSWORD says that serve (process ${other.child.pid})`,
  );
  t.ok(
    json.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .every((line) => ['ok', 'warn', 'fail'].includes(line.state)),
  );
  await other.stop();
});

t.test('proposals: what was stopped is shown, refused, accepted and undone', async (t) => {
  const { passerelle, simulator, home } = await withSimulator(t);
  const fast = { PASSERELLE_SYNC_CONFIRM_MINUTES: '0', PASSERELLE_SYNC_GRACE_HOURS: '0' };
  const films = async () => {
    const { stdout } = await run('find', [join(home, 'library'), '-name', '*.strm']);
    return stdout.trim().split('\n').sort();
  };
  await passerelle(['sync'], fast);
  t.match((await passerelle(['proposals'])).stdout, /^Nothing was ever taken out/);
  const before = await films();
  simulator.account.removeFolder('/Films');
  await passerelle(['sync'], fast);
  const held = await passerelle(['sync'], fast);
  t.match(
    held.stdout,
    /NOTHING WAS REMOVED: .*\n.*proposals accept 1; if not: passerelle proposals refuse 1/,
  );
  const shown = await passerelle(['proposals']);
  t.match(
    shown.stdout,
    /^1 +open .* 6 films or episodes {2}\(many\)\n.*would go.*\n +\/Films\/.*and \d+ more/s,
  );
  t.match(JSON.parse((await passerelle(['proposals', '--json'])).stdout), { id: 1, state: 'open' });
  t.match(
    (await passerelle(['doctor'])).stdout,
    /warn {2}proposals .*number 1: .*\n.*-> passerelle proposals/,
  );
  t.match((await passerelle(['proposals', 'refuse', '1'])).stdout, /1 is refused: \d+ files stay/);
  t.match((await passerelle(['doctor'])).stdout, /ok {4}proposals .*none waits/);
  const again = await passerelle(['proposals', 'refuse', '1']);
  t.equal(again.code, 1);
  t.match(again.stderr, /not in a state for that: 1 is refused/);
  t.match((await passerelle(['proposals', 'undo', '1'])).stdout, /wait for your word again/);
  t.match(
    (await passerelle(['proposals', 'accept', '1', '--json'])).stdout,
    /"state":"accepted".*"tree":"written"/,
  );
  t.equal((await films()).length, 6);
  t.match(
    (await passerelle(['proposals', 'undo'])).stdout,
    /1 is undone: \d+ files are in the library again/,
  );
  t.same(await films(), before);
  t.equal((await passerelle(['proposals', 'accept', 'x'])).code, 2);
  t.equal((await passerelle(['proposals', 'accept', '7'])).code, 1);
});

t.test('doctor: what is wrong is named with its remedy', async (t) => {
  const { passerelle, simulator, home } = await withSimulator(t, { offer: 0 });
  await passerelle(['sync']);
  const free = await passerelle(['doctor']);
  t.match(free.stdout, /fail {2}account .*free account.*\n.*-> Renew/);
  t.match(free.stdout, /warn {2}base URL .*nobody answers/);
  t.match(free.stdout, /fail {2}one byte .*Premium/);
  t.equal(free.code, 3);
  const calls = simulator.counters.calls['user/info'];
  await passerelle(['doctor']);
  t.equal(simulator.counters.calls['user/info'], calls, 'the account is asked about once in six hours');

  const odd = await passerelle(['doctor'], { PASSERELLE_PROFIL: 'kodi' });
  t.match(odd.stdout, /^warn {2}settings .*PASSERELLE_PROFIL .*PASSERELLE_PROFILE\?/);
  t.notMatch(odd.stdout, /every one is right/);
  t.equal(odd.stderr, '', 'the table alone says it');
  const unset = await passerelle(['doctor'], { PASSERELLE_BASE_URL: '' });
  t.match(unset.stdout, /warn {2}base URL .*not set.*\n.*PASSERELLE_BASE_URL/);
  const gone = await passerelle(['doctor'], { FICHIER_API_URL: 'http://127.0.0.1:9/v1' });
  t.match(
    gone.stdout,
    /fail {2}host and clock {3}The host cannot be reached: nobody listens there \(ECONNREFUSED\)/,
  );
  const faults = await passerelle(['doctor'], { PASSERELLE_PORT: 'abc' });
  t.equal(faults.code, 2);
  t.match(faults.stdout, /fail {2}settings .*server\.port/);

  const file = join(home, 'file');
  await writeFile(file, '');
  const noDisk = await passerelle(['doctor'], { PASSERELLE_LIBRARY_DIR: join(file, 'library') });
  t.match(
    noDisk.stdout,
    /fail {2}STRM folder .*\/file is a file, where a folder should be \(ENOTDIR\)\n +-> Move it away, or name another folder \(library\.dir\)/,
  );
  t.equal((await passerelle(['doctor'], { PASSERELLE_DATA_DIR: join(file, 'data') })).code, 1);
});

t.test(
  'a tree that cannot be written stops the sync with words, and the next one writes all of it',
  async (t) => {
    const { passerelle, home } = await withSimulator(t);
    const library = join(home, 'library');
    await writeFile(library, 'a file where the folder should be');
    const failed = await passerelle(['sync']);
    t.equal(failed.code, 1, failed.stdout);
    t.match(failed.stdout + failed.stderr, /disk is full or cannot be written/);
    t.notMatch(failed.stdout + failed.stderr, /\n {4}at /, 'no stack');
    await rm(library);
    await mkdir(library);
    await chmod(library, 0o755);
    const mended = await passerelle(['sync', '--json']);
    t.equal(mended.code, 0);
    t.equal(JSON.parse(mended.stdout).tree.failed, 0);
    // Twelve films and episodes, and the trailer of one.
    t.equal((await run('find', [library, '-name', '*.strm'])).stdout.trim().split('\n').length, 13);
  },
);

t.test('recognise reads arguments or standard input, needs no settings, and keeps the order', async (t) => {
  const { passerelle } = await withSimulator(t);
  const bare = { FICHIER_API_KEY: '', FICHIER_API_URL: '' };
  const names = ['/Films/Alien.1979.1080p.mkv', '/Séries/Lost/Saison 2/Lost.S02E03.mkv', 'nonsense.txt'];
  const given = await passerelle(['recognise', '--json', ...names], bare);
  const read = await passerelle(['recognise', '--json'], bare, `${names.join('\n')}\n`);
  t.equal(given.stdout, read.stdout);
  const answers = given.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  t.match(answers, [
    { path: names[0], kind: 'movie', title: 'Alien', year: 1979, resolution: '1080p' },
    { path: names[1], kind: 'episode', title: 'Lost', season: 2, episodes: [3] },
    { path: names[2], kind: 'ignored' },
  ]);
  t.match(
    (await passerelle(['recognise', names[0] as string], bare)).stdout,
    /movie {4}Alien \(1979\).*\n.*% sure/,
  );
});

t.test('a terminal gets a progress bar, everything else a line a step', async (t) => {
  const written: string[] = [];
  const err = Object.assign(
    new Writable({
      write(chunk, _encoding, done) {
        written.push(String(chunk));
        done();
      },
    }),
    { isTTY: true, columns: 100, cursorTo: () => true, clearLine: () => true, moveCursor: () => true },
  );
  let now = 0;
  const progress = { foldersDone: 3, foldersWaiting: 7, files: 21, calls: 3, estimatedEndAt: 42_000 };
  const bar = createProgress({ err } as never, () => now);
  bar.show(progress);
  bar.end();
  t.match(written.join(''), /3\/10 folders \| 21 files \| 3 calls \| 42 s left/);
  written.length = 0;
  const lines = createProgress({ err: Object.assign(err, { isTTY: false }) } as never, () => now);
  for (now = 5000; now < 5500; now += 100) lines.show(progress);
  t.same(
    written,
    ['folders 3 done, 7 waiting; files 21; calls 3; about 37 s left\n'],
    'at most one a second',
  );
  t.same([999, 61_000, 3_600_000, 11_100_000].map(duration), ['1 s', '1 min', '1 h 00 min', '3 h 05 min']);
});

t.test('Ctrl-C ends a sync cleanly and the next one goes on', async (t) => {
  const { passerelle, simulator, env, home } = await withSimulator(t);
  simulator.faults.answer({ is: 'slow', ms: 60_000, skip: 3 });
  const child = spawn(...mainWith(['sync']), {
    env,
    cwd: home,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let words = '';
  child.stdout.on('data', (chunk) => {
    words += chunk;
  });
  await until('it waits for an answer', () => (simulator.counters.calls['folder/ls'] ?? 0) >= 4);
  child.kill('SIGINT');
  const code = await new Promise((resolve) => child.once('close', resolve));
  t.equal(code, 1);
  t.match(words, /interrupted/);
  simulator.faults.clear();
  const again = await passerelle(['sync', '--json']);
  t.equal(JSON.parse(again.stdout).outcome, 'done');
});

t.test('a root that is not there is told once, in words, with one thing to do', async (t) => {
  const { passerelle } = await withSimulator(t, { account: { folders: [{ name: 'Films' }] } });
  for (const roots of ['/Nowhere', '/Films,/Nowhere']) {
    const { stdout, stderr } = await passerelle(['sync'], { PASSERELLE_ROOTS: roots });
    const all = `${stdout}${stderr}`;
    t.notMatch(all, /\{"level"/, 'no line of JSON between them');
    t.equal(all.split('/Nowhere').length - 1, 1, all);
    t.match(all, /Look at how library\.roots is written|look at how library\.roots is written/);
  }
});
