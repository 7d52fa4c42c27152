import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { SettingsError } from '../config/faults.ts';
import { loadSettings } from '../config/load.ts';
import { settingList } from '../config/settings.ts';
import { exitCodes } from '../src/commands/context.ts';
import { noFile, read } from './fixtures/checkout.ts';
import { passerelle, runMain } from './fixtures/passerelle.ts';

/** Where settings come from, every way in which they can be wrong, and how a command ends that is used wrongly. */
const secret = 'abcdefgh12345678ABCDEFGH_-=87654';

function faultsOf(env: Record<string, string>, file = noFile) {
  try {
    loadSettings({ env, file });
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.faults;
    throw error;
  }
}

t.test(
  'trees that would write into each other, or among the files of the catalog, are refused',
  async (t) => {
    const trees = (...dirs: string[]) => ({ PASSERELLE_TREES: JSON.stringify(dirs.map((dir) => ({ dir }))) });
    const data = { PASSERELLE_DATA_DIR: '/srv/data' };
    const wrong: [Record<string, string>, string][] = [
      [trees('/srv/a', '/srv/b', '/srv/x/../a/'), '/srv/a and /srv/x/../a/ are one folder'],
      [trees('/srv/a/', '/srv/a/kids'), '/srv/a/kids lies in /srv/a/'],
      [trees('/srv/a/kids', '/srv/a'), '/srv/a/kids lies in /srv/a'],
      [trees('a', './a/b'), './a/b lies in a'],
      [{ ...trees('/srv/data/library'), ...data }, '/srv/data/library lies in dataDir (/srv/data)'],
      [{ ...trees('/srv', '/x'), ...data }, 'dataDir (/srv/data) lies in /srv'],
      [{ PASSERELLE_LIBRARY_DIR: '/srv/data/', ...data }, '/srv/data/ is dataDir'],
    ];
    for (const [env, words] of wrong) {
      const [fault, ...others] = faultsOf(env);
      t.match(fault, {
        wrong: words,
        right: /folder of its own/,
        source: /environment PASSERELLE_(TREES|LIBRARY_DIR)/,
      });
      t.same(others, [], words);
    }
    const right = [
      trees('/library/jellyfin', '/library/kodi', '/library/..kodi', '/library/kodi-kids'),
      { ...trees('/library', '/library-kodi'), PASSERELLE_LIBRARY_DIR: '/library' },
      // Replaced by trees below it, as where one volume holds them all.
      { ...trees('/library/a', '/library/b'), PASSERELLE_LIBRARY_DIR: '/library' },
      { PASSERELLE_LIBRARY_DIR: '/srv/data/library', ...data },
    ];
    for (const env of right) t.same(faultsOf(env), []);
  },
);

t.test(
  'the file beats the default, the environment beats the file, a secret file is read and trimmed',
  async (t) => {
    const dir = t.testdir({
      'passerelle.yaml':
        'fichier:\n  apiKey: from-the-file\nserver:\n  port: 9000\nlibrary:\n  roots: ["/Films, séries", /b/]\n',
      key: `${secret}\n`,
    });
    const file = join(dir, 'passerelle.yaml');
    const fromFile = loadSettings({ env: { PASSERELLE_PORT: '' }, file }).settings;
    t.equal(fromFile.fichier.apiKey, 'from-the-file');
    t.equal(fromFile.server.port, 9000, 'an empty variable means not set');
    t.strictSame(fromFile.library.roots, ['/Films, séries', '/b'], 'a YAML list may hold commas');
    const env = {
      PASSERELLE_PORT: '9001',
      FICHIER_API_KEY_FILE: join(dir, 'key'),
      PASSERELLE_ROOTS: '/a, /b',
    };
    const fromEnv = loadSettings({ env, file }).settings;
    t.equal(fromEnv.server.port, 9001);
    t.equal(fromEnv.fichier.apiKey, secret);
    t.strictSame(fromEnv.library.roots, ['/a', '/b']);
    t.throws(() => Object.assign(fromEnv.server, { port: 1 }), 'settings are frozen');
  },
);

t.test('every fault is told at once: where, what is wrong, what would be right', async (t) => {
  const yaml = [
    'fichier:',
    '  apikey: x',
    '  connections: 31',
    'server: 8790',
    'delivery:',
    '  mode: both',
    'libary:',
    '  dir: /x',
    'library:',
    '  roots: [Films]',
    'log:',
  ];
  const file = join(t.testdir({ 'passerelle.yaml': yaml.join('\n') }), 'passerelle.yaml');
  const env = { PASSERELLE_BASE_URL: 'example.org', PASSERELLE_PORT: '70000', PASSERELLE_LOCKDATA: 'maybe' };
  const faults = faultsOf(env, file);
  t.strictSame(
    faults.map(({ path, source }) => [path, source.replace(file, 'passerelle.yaml')]),
    [
      ['fichier.apikey', 'passerelle.yaml line 2'],
      ['server', 'passerelle.yaml line 4'],
      ['libary', 'passerelle.yaml line 7'],
      ['fichier.connections', 'passerelle.yaml line 3'],
      ['server.port', 'environment PASSERELLE_PORT'],
      ['server.baseUrl', 'environment PASSERELLE_BASE_URL'],
      ['library.roots', 'passerelle.yaml line 10'],
      ['library.lockdata', 'environment PASSERELLE_LOCKDATA'],
      ['delivery.mode', 'passerelle.yaml line 6'],
    ],
  );
  const words = faults.map(({ wrong, right }) => `${wrong}; ${right}`);
  t.match(words[0], 'did you mean fichier.apiKey?');
  t.match(words[1], 'write server: and its settings indented below');
  t.match(words[3], '31 is not right; must be a whole number from 1 to 30');
  t.match(words[5], 'must be an address such as');
  t.match(words[8], '"both" is not right; must be one of auto, redirect, proxy');
});

t.test('a key that is nearly right is named', async (t) => {
  for (const [wrong, right] of [
    ['fichier:\n  requestIntervalMS: 1', 'fichier.requestIntervalMs'],
    ['library:\n  root: /', 'library.roots'],
    ['datadir: x', 'dataDir'],
    ['libary:\n  dir: x', 'library'],
    ['libary.dir: x', 'library.dir'],
  ]) {
    const file = join(t.testdir({ 'passerelle.yaml': wrong ?? '' }), 'passerelle.yaml');
    t.strictSame(
      faultsOf({}, file).map((fault) => fault.right),
      [`did you mean ${right}?`],
    );
  }
});

t.test('a file that is not YAML, not a map, or not there is a fault with its place', async (t) => {
  const dir = t.testdir({ broken: 'server:\n  port: "87', list: '- a', empty: '# nothing yet\n' });
  t.match(faultsOf({}, join(dir, 'broken'))[0], {
    source: /broken line 2$/,
    wrong: 'opens a quote that is not closed',
    right: 'close it, or leave it out',
  });
  t.match(faultsOf({}, join(dir, 'list'))[0]?.right, 'passerelle.example.yaml');
  t.strictSame(faultsOf({}, join(dir, 'empty')), []);
  t.match(faultsOf({}, dir)[0]?.wrong, 'EISDIR');
  const answer = await passerelle(['ls'], { cwd: dir, env: { PASSERELLE_CONFIG: join(dir, 'none.yaml') } });
  t.equal(answer.code, 2);
  t.match(answer.stderr, /^ {2}\/.*none\.yaml: is not there \(ENOENT\); name a file that is there/m);
});

t.test('each fault of YAML is told in our words, with what would be right', async (t) => {
  const rows: [text: string, wrong: RegExp, right: RegExp][] = [
    ['fichier:\n\tapiKey: x', /indented with a tab/, /indent with spaces/],
    ['dataDir: a\ndataDir: b', /the same name stands twice/, /keep one/],
    ['dataDir: "a', /opens a quote/, /close it/],
    ['fichier:\n  apiKey\n  apiUrl: x', /a line without a colon|a name without a colon/, /name: value/],
    ['server:\n  baseUrl: http: //x', /holds a second colon/, /quotes around the value/],
    ['library:\n  roots: [/Films, /Shows', /lacks a comma, a bracket/, /close what was opened/],
    ['server:\n   port: 1\n  host: x', /does not stand below/, /the same column/],
    ['dataDir: @data', /begins with a sign of YAML/, /quotes around the value/],
    ['dataDir: "C:\\Users"', /a backslash in double quotes/, /single quotes/],
    ['dataDir: "a" b', /behind the value/, /quotes around the value/],
    ['dataDir: a\n---\ndataDir: b', /a second document/, /in one/],
  ];
  const dir = t.testdir();
  for (const [text, wrong, right] of rows) {
    const file = join(dir, 'passerelle.yaml');
    writeFileSync(file, text);
    const [first] = faultsOf({}, file);
    t.match(first, { wrong, right }, text);
  }
});

t.test('NAME and NAME_FILE together, or a file that cannot be read, are faults', async (t) => {
  const key = join(t.testdir({ key: secret, empty: '\n' }), 'key');
  const both = faultsOf({ FICHIER_API_KEY: 'a', FICHIER_API_KEY_FILE: key });
  t.match(both, [{ path: 'fichier.apiKey', wrong: /^both .* are set$/, right: 'keep one of them' }]);
  const none = faultsOf({ PASSERELLE_PASSWORD_FILE: `${key}s` });
  t.match(none, [{ path: 'auth.password', source: 'environment PASSERELLE_PASSWORD_FILE', wrong: /ENOENT/ }]);
  t.equal(
    faultsOf({ FICHIER_API_KEY_FILE: key.replace(/key$/, 'empty') }).length,
    1,
    'an empty secret is none',
  );
});

t.test('names in the environment that look like ours and are not are told, and stop nothing', async (t) => {
  const env = {
    PASSERELLE_BASEURL: 'x',
    FICHIER_APIKEY: secret,
    PASSERELLE_API_KEY: secret,
    PASSERELLE_COLOUR: 'x',
    PASSERELLE_PORT_FILE: '',
    PASSERELLE_CONFIG: '',
    HOME: '/',
  };
  const { warnings } = loadSettings({ env, file: noFile });
  t.strictSame(warnings, [
    'PASSERELLE_BASEURL in the environment is no setting; did you mean PASSERELLE_BASE_URL?',
    'FICHIER_APIKEY in the environment is no setting; did you mean FICHIER_API_KEY?',
    'PASSERELLE_API_KEY in the environment is no setting; did you mean FICHIER_API_KEY?',
    'PASSERELLE_COLOUR in the environment is no setting; docs/settings.md lists them',
  ]);
});

t.test('a secret never stands in a fault', async (t) => {
  for (const { path } of settingList.filter((setting) => setting.secret)) {
    const [group, key] = path.split('.');
    for (const value of [`[${secret}]`, `{a: ${secret}}`, `"${secret}`, `@${secret}`]) {
      const file = join(
        t.testdir({ 'passerelle.yaml': `${group}:\n  ${key}: ${value}\n` }),
        'passerelle.yaml',
      );
      const faults = faultsOf({}, file);
      t.equal(faults.length > 0, true, `${path}: ${value} is a fault`);
      t.notMatch(JSON.stringify(faults), secret);
    }
  }
  t.ok(settingList.filter(({ secret: hidden }) => hidden).length >= 3);
});

t.test(
  '`serve --no-guide` without a key says in two lines how to get one and that the demo needs none',
  async (t) => {
    const { code, stdout, stderr } = await passerelle(['serve', '--no-guide'], { cwd: t.testdir() });
    t.equal(code, exitCodes.wrongUse);
    t.equal(stdout, '');
    const lines = stderr.trimEnd().split('\n');
    t.equal(lines.length, 2);
    t.match(lines[0], 'https://1fichier.com/console/params.pl');
    t.match(lines[1], 'npm run demo');
  },
);

t.test('wrong settings and wrong use end with 2 and say why', async (t) => {
  const cwd = t.testdir();
  const settings = await passerelle(['sync'], {
    cwd,
    env: { PASSERELLE_PORT: 'x', PASSERELLE_DELIVERY: 'y' },
  });
  t.equal(settings.code, exitCodes.wrongUse);
  t.match(
    settings.stderr,
    /server\.port \(environment PASSERELLE_PORT\): "x" is not right; must be a whole number/,
  );
  t.match(settings.stderr, /delivery\.mode \(environment PASSERELLE_DELIVERY\)/);
  const doctor = await passerelle(['doctor'], { cwd, env: { PASSERELLE_PORT: 'x' } });
  t.equal(doctor.code, exitCodes.wrongUse);
  t.match(doctor.stdout, /^fail {2}settings +server\.port/m);
  const wrongUse = [['nonsense'], ['sync', '--nonsense'], ['link'], ['ls', 'a', 'b']];
  await Promise.all(
    wrongUse.map(async (args) => {
      const { code, stderr } = await passerelle(args, { cwd });
      t.equal(code, exitCodes.wrongUse, args.join(' '));
      t.match(
        stderr,
        /^passerelle[^\n]*:\n {2}[^\n]+\npasserelle .*--help says what it takes\n$/,
        args.join(' '),
      );
    }),
  );
});

t.test('a command that finds nothing ends with 1, one that does its work with 0', async (t) => {
  const cwd = t.testdir();
  const path = 'Films/Metropolis.1927.1080p.mkv';
  const [nothing, version, { code, stdout }] = await Promise.all([
    runMain(['ls', '/nothing'], { cwd }),
    runMain(['--version'], { cwd }),
    runMain(['recognise', '--json'], { cwd, input: `${path}\n\n${path}\n` }),
  ]);
  t.equal(nothing.code, exitCodes.failed);
  t.equal(version.stdout.trim(), JSON.parse(read('package.json')).version);
  t.equal(code, exitCodes.done);
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  t.match(lines, [
    { path, kind: 'movie' },
    { path, title: 'Metropolis', year: 1927 },
  ]);
});
