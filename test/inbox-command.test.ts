import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { request } from 'undici';
import { SettingsError } from '../config/faults.ts';
import { loadSettings } from '../config/load.ts';
import { filesOfHook } from '../src/commands/line/download-hooks.ts';
import { whyLeftAlone } from '../src/inbox/left-alone.ts';
import { cleanEnv, startBridge } from './fixtures/bridge-process.ts';
import { noFile } from './fixtures/checkout.ts';
import { inboxAccount, startInbox } from './fixtures/inbox.ts';
import { passerelle } from './fixtures/passerelle.ts';
import { until } from './fixtures/playing.ts';
import { envOver, type Test } from './fixtures/setup.ts';
import { createSimulator, expectedBytes } from './simulator/simulator.ts';

/** Inboxes as a person, a script and a setting know them. */

const film = 'Metropolis (1927).mkv';

async function atHome(t: Test, setting: object = {}) {
  const simulator = await createSimulator({ account: inboxAccount });
  t.teardown(() => simulator.close());
  const home = t.testdir();
  const dir = join(home, 'inbox');
  mkdirSync(dir);
  const env: Record<string, string> = {
    ...(cleanEnv() as Record<string, string>),
    ...envOver(simulator, home),
    PASSERELLE_BASE_URL: 'http://192.0.2.1:8790',
    PASSERELLE_INBOX: JSON.stringify([{ dir, to: '/Films', after: 'strm', ...setting }]),
  };
  const run = (args: string[], more: Record<string, string> = {}) =>
    passerelle(args, { env: { ...env, ...more }, cwd: home });
  return { simulator, home, dir, env, run };
}

t.test('passerelle inbox: what waits, what is sent when it is waited for, what was done', async (t) => {
  const { dir, run, simulator, home } = await atHome(t);
  t.equal((await run(['sync'])).code, 0);
  t.match(await run(['inbox']), { code: 0, stdout: /inbox -> \/Films \(strm\)\n\nNothing waits\.\n$/ });
  writeFileSync(join(dir, film), 'film');
  writeFileSync(join(dir, 'b.mkv.part'), 'part');
  t.match(
    (await run(['inbox'])).stdout,
    /1 file waiting:\n4 B {2}\S+Metropolis \(1927\)\.mkv {2}may not be finished/,
  );
  t.match(await run(['inbox', 'add', 'inbox/Metropolis (1927).mkv']), {
    code: 0,
    stdout: /is sent next; passerelle serve does it, and does not run\n$/,
  });
  t.match(await run(['inbox', 'add', '--wait', dir]), {
    code: 0,
    stdout: /mkv is in the account, and its STRM file stands here\n$/,
  });
  t.match(readFileSync(join(dir, 'Metropolis (1927).strm'), 'utf8'), /^http:\/\/192\.0\.2\.1:8790\/stream\//);
  t.match(await run(['inbox']), { stdout: /Done:\n\S+ \S+ {2}STRM {2}\/Films\/Metropolis \(1927\)\.mkv\n$/ });
  t.match(JSON.parse((await run(['inbox', '--json'])).stdout), {
    waiting: [],
    done: [{ became: 'replaced' }],
  });
  t.match(await run(['inbox', 'add', '--wait', join(dir, film)]), {
    code: 0,
    stdout: /its STRM file stands here/,
  });
  t.match(await run(['inbox', 'add', join(dir, 'b.mkv.part')]), { code: 0, stdout: /is left alone/ });
  t.match(await run(['inbox', 'add', home]), { code: 1, stderr: /is in no inbox/ });
  t.match(await run(['inbox', 'add', join(dir, 'none.mkv')]), { code: 1, stderr: /is not there \(ENOENT\)/ });
  t.equal((await run(['inbox', 'add'])).code, 2);
  t.equal(simulator.counters.uploads, 1);
  t.match(await run(['inbox'], { PASSERELLE_INBOX: '' }), { code: 0, stdout: /There is no inbox/ });
});

t.test('a script of Sonarr or Radarr: the file of an import, and 0 for everything else', async (t) => {
  const { dir, run, simulator } = await atHome(t);
  t.equal((await run(['sync'])).code, 0);
  writeFileSync(join(dir, film), 'film');
  const wait = ['inbox', 'add', '--wait'];
  t.match(await run(wait, { sonarr_eventtype: 'Test', FICHIER_API_KEY: '' }), {
    code: 0,
    stdout: /nothing to send/,
  });
  t.match(await run(wait, { radarr_eventtype: 'Rename', radarr_moviefile_paths: join(dir, film) }), {
    code: 0,
  });
  t.equal(simulator.counters.uploads, 0);
  const event = {
    radarr_eventtype: 'Download',
    radarr_moviefile_path: join(dir, film),
    radarr_isupgrade: 'False',
  };
  t.match(await run(wait, event), { code: 0, stdout: /is in the account/ });
  t.match(await run(wait, event), { code: 0, stdout: /is in the account/ });
  t.equal(simulator.counters.uploads, 1);
  const rows: [Record<string, string>, unknown][] = [
    [{}, undefined],
    [{ Sonarr_EventType: 'Test' }, { event: 'Test', files: [] }],
    [{ Sonarr_EventType: 'Download', Sonarr_EpisodeFile_Path: '/a' }, { files: ['/a'] }],
    [
      { sonarr_eventtype: 'Download', sonarr_episodefile_paths: '/a|/b', sonarr_episodefile_path: '/a' },
      { files: ['/a', '/b'] },
    ],
    [
      { radarr_eventtype: 'Grab', radarr_moviefile_path: '/a' },
      { event: 'Grab', files: [] },
    ],
    [{ whisparr_eventtype: 'Download', whisparr_moviefile_path: '/a' }, { files: ['/a'] }],
  ];
  for (const [env, files] of rows) t.match(filesOfHook(env), files, JSON.stringify(env));
});

t.test('doctor looks at each inbox', async (t) => {
  const { bridge, lay, add, dir } = await startInbox(t, { after: 'strm' });
  const told = async () => {
    const found: Record<string, unknown>[] = [];
    for await (const one of bridge.doctor.check(new AbortController().signal))
      if (one.what === 'inbox') found.push({ ...one });
    return found;
  };
  t.match(await told(), [{ state: 'ok', words: `${dir} -> /Films (strm): nothing waits` }]);
  lay(film);
  lay('Metropolis (1927).strm', 'mine');
  await add(film);
  t.match(await told(), [{ state: 'warn', words: /1 file waiting; one did not go: Another file stands/ }]);
  rmSync(dir, { recursive: true });
  t.match(await told(), [{ state: 'fail', words: /the folder is not there \(ENOENT\)/, remedy: /mount it/ }]);
});

t.test('names that are left alone, by the rule that says so', async (t) => {
  const rows: [string, string | undefined, string[]?][] = [
    ['Film.mkv', undefined],
    ['A ~ B.mkv', undefined],
    ['Partial (2001).mkv', undefined],
    ['Show/Part/x.mkv', undefined],
    ['part', undefined],
    ['.Film.mkv', 'hidden'],
    ['.Trash-1000/Film.mkv', 'hidden'],
    ['Film.mkv.part', 'unfinished'],
    ['Film.mkv.!qB', 'unfinished'],
    ['Film.mkv.CRDOWNLOAD', 'unfinished'],
    ['Film.mkv~', 'unfinished'],
    ['~$Film.mkv', 'unfinished'],
    ['_UNPACK_Film/Film.mkv', 'unfinished'],
    ['Film.strm', 'strm'],
    ['a/Film.nfo', 'ignored', ['*.nfo']],
    ['a/Film.mkv', undefined, ['*.nfo', 'b/**', '/Film.mkv']],
    ['a/b/Film.mkv', 'ignored', ['a/**']],
    ['Film.sample.mkv', 'ignored', ['*.{sample,proof}.*']],
  ];
  for (const [path, why, ignore = []] of rows) t.equal(whyLeftAlone(path, ignore), why, path);
});

t.test('each fault of the setting is told by its place', async (t) => {
  const home = t.testdir({ data: {}, library: {}, a: { b: {} } });
  const faultsOf = (...rows: object[]) => {
    const env = {
      PASSERELLE_DATA_DIR: join(home, 'data'),
      PASSERELLE_LIBRARY_DIR: join(home, 'library'),
      PASSERELLE_INBOX: JSON.stringify(rows),
    };
    try {
      return loadSettings({ env, file: noFile }).warnings;
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      return error.faults.map(({ path, entry, wrong }) => `${path} ${entry}: ${wrong}`);
    }
  };
  const dir = join(home, 'a');
  t.same(faultsOf({ dir, to: '/Films' }), []);
  const rows: [object[], RegExp[]][] = [
    [
      [{ dir: '/etc/x', to: 'Films', after: 'strms', minAgeMinutes: -1, ignore: '*' }],
      [/dir: .*system/, /to: /, /after: .*did you mean strm/, /minAgeMinutes/, /ignore/],
    ],
    [[{ dir, to: '/Films', minAge: 5 }], [/minAge: there is no such key/]],
    [[{ dir: join(home, 'data', 'x'), to: '/' }], [/entry 1, dir: \S+x lies in dataDir/]],
    [[{ dir: home, to: '/' }], [/entry 1, dir: dataDir \S+ lies in/, /the library \S+ lies in/]],
    [[{ dir: join(home, 'library'), to: '/' }], [/are one folder/]],
    [
      [
        { dir, to: '/' },
        { dir: join(dir, 'b'), to: '/' },
      ],
      [/entry 2, dir: \S+b lies in/],
    ],
    [
      [
        { dir, to: '/' },
        { dir: `${dir}/b/..`, to: '/Films' },
      ],
      [/entry 2, dir: .* are one folder/],
    ],
  ];
  for (const [setting, words] of rows) {
    const faults = faultsOf(...setting);
    t.equal(faults.length, words.length, faults.join('\n'));
    for (const [at, pattern] of words.entries()) t.match(faults[at], pattern);
  }
});

t.test('over HTTP nobody is told of files of this machine, and nobody can name one', async (t) => {
  const { bridge, url, lay } = await startInbox(t);
  const path = lay(film);
  const headers = {
    authorization: `Bearer ${bridge.secrets.adminToken}`,
    'content-type': 'application/json',
  };
  for (const answer of [
    await request(`${url}/api/v1/inbox`, { headers }),
    await request(`${url}/api/v1/inbox/files`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ paths: [path] }),
    }),
  ]) {
    t.equal(answer.statusCode, 400);
    t.match(await answer.body.json(), { code: 'BRIDGE_BAD_REQUEST', message: /passerelle inbox/ });
  }
});

t.test(
  'a serve that is killed while it sends: in the end there is one film there, and its STRM here',
  async (t) => {
    const { simulator, home, dir, env, run } = await atHome(t, { minAgeMinutes: 10_000 });
    const content = { sizeBytes: 8_000_000, seed: 3 };
    const first = await startBridge(env, home);
    t.teardown(() => first.child.kill('SIGKILL'));
    await first.waitFor((line) => line.msg === 'sync done');
    writeFileSync(join(dir, film), expectedBytes(content, 0, content.sizeBytes));
    simulator.faults.upload = { slowBytesPerMs: 5000 };
    t.match(await run(['inbox', 'add', join(dir, film)]), { code: 0, stdout: /is sent next\n$/ });
    await until('it is half there', () => (simulator.counters.uploadRequests[0]?.bytes ?? 0) > 1_000_000);
    t.match((await run(['inbox'])).stdout, /being sent, \d+ %/);
    first.child.kill('SIGKILL');
    simulator.faults.upload = {};
    const again = await startBridge(env, home);
    t.teardown(() => again.child.kill('SIGKILL'));
    await again.waitFor((line) => line.msg === 'uploads that were cut off are seen to');
    t.match(await run(['inbox', 'add', '--wait', join(dir, film)]), {
      code: 0,
      stdout: /its STRM file stands here/,
    });
    const files = [...simulator.account.files()];
    t.same(
      files.map((file) => [file.sizeBytes, simulator.account.pathOf(file)]),
      [[content.sizeBytes, `/Films/${film}`]],
    );
    t.same([existsSync(join(dir, film)), existsSync(join(dir, 'Metropolis (1927).strm'))], [false, true]);
    t.equal(await again.stop(), 0);
  },
);
