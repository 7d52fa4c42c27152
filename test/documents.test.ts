import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { loadSettings } from '../config/load.ts';
import { settingList } from '../config/settings.ts';
import { buildApp } from '../src/app.ts';
import { createBridge } from '../src/bridge.ts';
import { exitCodes } from '../src/commands/context.ts';
import { errorTable } from '../src/core/errors.ts';
import { silentLog } from '../src/core/log.ts';
import { builtInRules } from '../src/delivery/policy/rules.ts';
import { noFile, read, root } from './fixtures/checkout.ts';
import { passerelle } from './fixtures/passerelle.ts';
import { run } from './fixtures/run.ts';

/** README, the example file and what the program says of itself are held to the code. */
const readme = read('README.md');

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
  const env = { FICHIER_API_KEY: 'abcdefgh12345678ABCDEFGH_-=87654', PASSERELLE_DATA_DIR: t.testdir() };
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
  '.ci/run finds its own place, installs only what is missing and runs the test command of README',
  async (t) => {
    const script = join(root, '.ci', 'run');
    t.ok(statSync(script).mode & 0o100, 'it may be run');
    t.equal((await run('bash', ['-n', script])).code, 0);
    t.match(read('README.md'), /^npm ci && npm test$/m);
    t.match(read('.ci/run'), /^npm ci && npm test$/m);

    // Programs of the same names that only note how they were called.
    const home = t.testdir({ calls: '' });
    const calls = join(home, 'calls');
    mkdirSync(join(home, 'bin'));
    const stub = (name: string, body = '') => {
      writeFileSync(
        join(home, 'bin', name),
        `#!/bin/sh\necho "${name} $* $PASSERELLE_REQUIRE_PLAYERS $PWD" >>'${calls}'\n${body}\n`,
      );
      chmodSync(join(home, 'bin', name), 0o755);
    };
    for (const name of ['dirname', 'bash']) {
      const { stdout } = await run('sh', ['-c', `command -v ${name}`]);
      writeFileSync(join(home, 'bin', name), `#!/bin/sh\nexec ${stdout.trim()} "$@"\n`);
      chmodSync(join(home, 'bin', name), 0o755);
    }
    const players = [
      'ffmpeg',
      'ffprobe',
      'mpv',
      'fusermount3',
      'cvlc',
      'chromium',
      'kodi',
      'Xvfb',
      'litmus',
      'mount.davfs',
    ];
    for (const name of [...players, 'npm', 'apt-get']) stub(name);
    const start = () => run('/bin/bash', [script], { cwd: home, env: { PATH: join(home, 'bin') } });
    t.equal((await start()).code, 0);
    t.strictSame(readFileSync(calls, 'utf8').trim().split('\n'), [
      `apt-get update  ${root}`,
      `apt-get install -y --no-install-recommends rclone  ${root}`,
      `npm ci 1 ${root}`,
      `npm test 1 ${root}`,
    ]);
    stub('rclone');
    stub('npm', '[ "$1" = ci ] || exit 1');
    rmSync(calls);
    t.equal((await start()).code, 1, 'a failing test is a failing run');
    t.notMatch(readFileSync(calls, 'utf8'), 'apt-get');
  },
);
