import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { loadSettings, SettingsError } from '../config/load.ts';
import { settingList } from '../config/settings.ts';
import { buildApp } from '../src/app.ts';
import { createBridge } from '../src/bridge.ts';
import { exitCodes } from '../src/commands/context.ts';
import { builtInRules } from '../src/delivery/rules.ts';
import { errorTable } from '../src/errors.ts';
import { silentLog } from '../src/log.ts';
import { passerelle, runMain } from './fixtures/passerelle.ts';

/** README, the example file and what the program says of itself are held to the code; so is how settings are read. */
const root = join(import.meta.dirname, '..');
const read = (name: string) => readFileSync(join(root, name), 'utf8');
const readme = read('README.md');
const noFile = join(root, 'there-is-no-such-file.yaml');
const secret = 'abcdefgh12345678ABCDEFGH_-=87654';

/** Rows of the table between `<!-- name -->` and `<!-- /name -->`, without its head; cells without backticks. */
function table(name: string): string[][] {
  const [, text = ''] = new RegExp(`<!-- ${name}\\b[^>]*-->\\n([^]*?)<!-- /${name} -->`).exec(readme) ?? [];
  const rows = text.trim().split('\n').slice(2);
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.replaceAll('`', '').trim()),
  );
}

function faultsOf(env: Record<string, string>, file = noFile) {
  try {
    loadSettings({ env, file });
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.faults;
    throw error;
  }
}

t.test('README tells of every setting: path, environment, default, meaning', async (t) => {
  const rows = settingList.map(({ path, env, shown, help }) => [
    path,
    env,
    shown.replaceAll('`', ''),
    help.replaceAll('`', ''),
  ]);
  t.strictSame(table('settings'), rows);
  t.equal(new Set(settingList.map(({ env }) => env)).size, settingList.length, 'no name is used twice');
  for (const { fallback, shown, path } of settingList)
    if (typeof fallback === 'number' || typeof fallback === 'boolean') t.equal(shown, String(fallback), path);
});

t.test('README tells of every error: code, status, retry, message, cure', async (t) => {
  const rows = Object.entries(errorTable).map(([code, { status, retryable, message, cure }]) => [
    code,
    String(status),
    retryable ? 'yes' : 'no',
    message,
    cure,
  ]);
  t.strictSame(table('errors'), rows);
  for (const [code] of readme.matchAll(/BRIDGE_[A-Z_]+/g)) t.ok(code in errorTable, `${code} exists`);
});

t.test('README tells of every rule of auto: its order, who, from where, asking what, and why', async (t) => {
  const rows = builtInRules.map(({ name, client, from, asks, give, why }) => [
    name,
    client?.join(', ') ?? 'everybody',
    from?.join(', ') ?? 'anywhere',
    asks?.join(', ') ?? 'anything',
    give,
    why,
  ]);
  const told = table('rules').map(([name, who = '', ...rest]) => [
    name,
    who.replace(/^everybody, .*/, 'everybody'),
    ...rest,
  ]);
  t.strictSame(told, rows);
});

t.test('README tells of every address, its methods and who is let in', async (t) => {
  const env = { FICHIER_API_KEY: secret, PASSERELLE_DATA_DIR: t.testdir() };
  const { settings } = loadSettings({ env, file: noFile });
  const bridge = await createBridge(settings, silentLog);
  const app = await buildApp(bridge);
  await app.ready();
  t.teardown(async () => {
    await app.close();
    await bridge.close();
  });

  // The framework prints its routes as a tree: a name continues the one above that stands further left.
  const above: { indent: number; url: string }[] = [];
  const routes = new Map<string, string>();
  for (const line of app.printRoutes({ method: 'GET' }).split('\n')) {
    const [, lead = '', name = '', methods] = /^([^\w/:*]*)(\S+)(?: \(([^)]+)\))?$/.exec(line) ?? [];
    if (name === '') continue;
    while ((above.at(-1)?.indent ?? -1) >= lead.length) above.pop();
    const url = (above.at(-1)?.url ?? '') + name;
    above.push({ indent: lead.length, url });
    if (methods) routes.set(url, methods);
  }
  const told = table('addresses').map(([address = '', methods = '', who = '']) => {
    const route = address.replace(/<[^>]+>$/, '*').replace(/<(\w+)>/g, ':$1');
    return { address, route, methods: methods.split(', '), who };
  });
  t.strictSame(told.map(({ route }) => route).sort(), [...routes.keys()].sort());

  for (const { address, methods, who } of told) {
    const url = address.replace(/<[^>]+>/g, 'x');
    for (const method of methods as ('GET' | 'HEAD' | 'POST' | 'OPTIONS')[]) {
      const { statusCode } = await app.inject({ method, url });
      const right = {
        everybody: 200,
        'user and password': 401,
        'admin token': 401,
        'who has the signature': 404,
      }[who];
      t.equal(statusCode, right, `${method} ${url} for a stranger`);
    }
    const other = methods.includes('POST') ? 'GET' : 'POST';
    // Where even that is behind the password, the answer is for who has it.
    const password = Buffer.from(`passerelle:${bridge.secrets.password}`).toString('base64');
    const headers = { authorization: `Basic ${password}` };
    const refused = await app.inject({ method: methods.includes('PROPFIND') ? 'POST' : other, url, headers });
    t.equal(refused.statusCode, 405, `${other} ${url}`);
    t.equal(refused.headers.allow, methods.join(', '));
  }
});

t.test('README tells of every command, its options and the exit codes, as --help does', async (t) => {
  const cwd = t.testdir();
  const help = await passerelle(['--help'], { cwd });
  t.equal(help.code, 0);
  const names = [...help.stdout.matchAll(/^ {2}([a-z-]+) .*\n?/gm)].map(([, name]) => name);
  const rows = table('commands');
  t.strictSame(
    [...rows.map(([usage = '']) => usage.split(' ')[0]), 'help'],
    names.slice(names.indexOf('serve')),
  );
  await Promise.all(
    rows.map(async ([usage = '', options = '', does = '']) => {
      const [name = '', argument = ''] = usage.split(' ');
      const { code, stdout } = await passerelle([name, '--help'], { cwd });
      t.equal(code, 0, `${name} --help`);
      const flat = stdout.replace(/\s+/g, ' ');
      t.match(flat, `Usage: passerelle ${name} [options]${argument && ` ${argument}`} ${does} `, name);
      const listed = [...stdout.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, option]) => option);
      t.strictSame(options.split(' ').filter(Boolean), listed, `options of ${name}`);
    }),
  );
  t.strictSame(
    table('exit codes').map(([code]) => Number(code)),
    Object.values(exitCodes),
  );
});

t.test('what README says to type is there, and its links lead somewhere', async (t) => {
  const { scripts } = JSON.parse(read('package.json'));
  for (const [, name] of readme.matchAll(/\bnpm run ([\w:]+)/g)) t.ok(scripts[name ?? ''], `npm run ${name}`);
  for (const [, name] of readme.matchAll(/\bnpm (start|test)\b/g)) t.ok(scripts[name ?? ''], `npm ${name}`);
  const heads = [...readme.matchAll(/^#+ (.+)$/gm)].map(([, head = '']) =>
    head.toLowerCase().replaceAll(' ', '-'),
  );
  for (const [, anchor] of readme.matchAll(/\]\(#([\w-]+)\)/g))
    t.ok(heads.includes(anchor ?? ''), `#${anchor}`);
  const settings = settingList.map(({ path }) => path);
  for (const [, path = ''] of readme.matchAll(
    /`((?:fichier|links|server|library|sync|delivery|auth|log)\.\w+)/g,
  ))
    t.ok(settings.includes(path), `setting ${path}`);
  const names = settingList.map(({ env }) => env);
  const others = [
    'PASSERELLE_CONFIG',
    'PASSERELLE_CORPORA',
    'PASSERELLE_REQUIRE_PLAYERS',
    'FICHIER_API_KEY_SECRET',
  ];
  for (const [name] of readme.matchAll(/\b(?:PASSERELLE|FICHIER)_[A-Z_]+/g))
    t.ok([...names, ...others].includes(name), name);
  for (const [file = ''] of table('tests')) t.doesNotThrow(() => read(file), file);
});

t.test(
  'the example file names every setting with its help, in order, and changes nothing as it is',
  async (t) => {
    const example = join(root, 'config', 'passerelle.example.yaml');
    const { settings: untouched } = loadSettings({ env: {}, file: noFile });
    t.strictSame(loadSettings({ env: {}, file: example, fileRequired: true }).settings, untouched);
    const flat = read('config/passerelle.example.yaml').replace(/\n *# /g, ' ');
    let at = 0;
    for (const { path, help, env } of settingList) {
      const found = flat.indexOf(`${help} (${env})\n`, at);
      t.ok(found > 0, `${path} is explained, in its place`);
      at = found;
      t.match(
        flat.slice(at),
        new RegExp(`^[^\\n]+\\n *#${path.split('.').at(-1)}:`),
        `${path} follows its help`,
      );
    }
  },
);

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

t.test('the example file with every # taken away is right and says the defaults', async (t) => {
  const uncommented = read('config/passerelle.example.yaml').replace(/^( *)#(?=\S)/gm, '$1');
  const file = join(t.testdir({ 'passerelle.yaml': uncommented }), 'passerelle.yaml');
  const { settings, warnings } = loadSettings({ env: {}, file, fileRequired: true });
  const { settings: untouched } = loadSettings({ env: {}, file: noFile });
  const { fichier, server, auth, ...rest } = settings;
  t.match(fichier.apiKey, /\w/);
  t.match(server.baseUrl, /^http:/);
  t.match(auth, { adminToken: /\w/, password: /\w/ });
  const without = {
    ...rest,
    fichier: { ...fichier, apiKey: undefined },
    server: { ...server, baseUrl: undefined },
    auth: { ...auth, adminToken: undefined, password: undefined },
  };
  t.same(without, untouched);
  t.strictSame(warnings, []);
});

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
  t.match(faultsOf({}, join(dir, 'broken'))[0], { source: /broken line 2$/, right: 'must be YAML' });
  t.match(faultsOf({}, join(dir, 'list'))[0]?.right, 'passerelle.example.yaml');
  t.strictSame(faultsOf({}, join(dir, 'empty')), []);
  t.match(faultsOf({}, dir)[0]?.wrong, 'EISDIR');
  const answer = await passerelle(['ls'], { cwd: dir, env: { PASSERELLE_CONFIG: join(dir, 'none.yaml') } });
  t.equal(answer.code, 2);
  t.match(answer.stderr, /none\.yaml\): cannot be read \(ENOENT\)/);
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
    PASSERELLE_PORT_FILE: '',
    PASSERELLE_CONFIG: '',
    HOME: '/',
  };
  const { warnings } = loadSettings({ env, file: noFile });
  t.strictSame(warnings, [
    'PASSERELLE_BASEURL in the environment is no setting; did you mean PASSERELLE_BASE_URL?',
    'FICHIER_APIKEY in the environment is no setting; did you mean FICHIER_API_KEY?',
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

t.test('`serve` without a key says in two lines how to get one and that the demo needs none', async (t) => {
  const { code, stdout, stderr } = await passerelle(['serve'], { cwd: t.testdir() });
  t.equal(code, exitCodes.wrongUse);
  t.equal(stdout, '');
  const lines = stderr.trimEnd().split('\n');
  t.equal(lines.length, 2);
  t.match(lines[0], 'https://1fichier.com/console/params.pl');
  t.match(lines[1], 'npm run demo');
});

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
      t.match(stderr, /^error: [^\n]+\n+Usage: passerelle /, args.join(' '));
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
