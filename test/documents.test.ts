import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { loadSettings } from '../config/load.ts';
import { appliesFromPage } from '../config/page-settings.ts';
import { settingList } from '../config/settings.ts';
import { buildApp } from '../src/app.ts';
import { createBridge } from '../src/bridge.ts';
import { exitCodes } from '../src/commands/context.ts';
import { errorTable } from '../src/core/errors.ts';
import { silentLog } from '../src/core/log.ts';
import { builtInRules } from '../src/delivery/policy/rules.ts';
import { noFile, read, root } from './fixtures/checkout.ts';
import { documents, rowsOf, tableOf } from './fixtures/documents.ts';
import { passerelle } from './fixtures/passerelle.ts';
import { run } from './fixtures/run.ts';
import { envOver } from './fixtures/setup.ts';
import { start } from './fixtures/simulated-host.ts';

/** The documents, the example file and what the program says of itself are held to the code. */

t.test(
  'docs/settings.md tells of every setting: path, environment, default, meaning, when another counts',
  async (t) => {
    const plain = (text: string) => text.replaceAll('`', '');
    const counts = { now: 'at once', restart: 'after a restart', never: 'not there' };
    const rows = settingList.map((setting) => {
      const { path, env, shown, help } = setting;
      return [[path, env], [plain(shown), counts[appliesFromPage(setting)]], [plain(help)]];
    });
    t.strictSame(rowsOf('docs/settings.md', 'settings'), rows);
    t.equal(new Set(settingList.map(({ env }) => env)).size, settingList.length, 'no name is used twice');
    for (const { fallback, shown, path } of settingList)
      if (typeof fallback === 'number' || typeof fallback === 'boolean')
        t.equal(shown, String(fallback), path);
  },
);

t.test('docs/settings.md tells of every old name that is still read, and of the new one', async (t) => {
  const rows = settingList.flatMap(({ path, formerly }) =>
    formerly ? [[[formerly.path, formerly.env], [path]]] : [],
  );
  t.strictSame(rowsOf('docs/settings.md', 'old names'), rows);
});

t.test(
  'docs/errors.md tells of every error: code, status, whether to try again, message, remedy',
  async (t) => {
    const rows = Object.entries(errorTable).map(([code, { status, retryable, message, remedy }]) => [
      [code, retryable ? `${status}, retry` : String(status)],
      [message],
      [remedy],
    ]);
    t.strictSame(rowsOf('docs/errors.md', 'errors'), rows);
    for (const document of documents.filter((name) => name !== 'CHANGELOG.md'))
      for (const [code] of read(document).matchAll(/BRIDGE_[A-Z_]+/g))
        t.ok(code in errorTable, `${code} in ${document} exists`);
  },
);

t.test(
  'docs/delivery.md tells of every rule of auto: its order, who, from where, asking what, and why',
  async (t) => {
    const rows = builtInRules.map(({ name, client, from, asks, give, why }) => [
      [name, give],
      [
        client?.join(', ') ?? 'everybody',
        ...(from ? [`from ${from.join(', ')}`] : []),
        ...(asks ? [`asking ${asks.join(', ')}`] : []),
      ],
      [why],
    ]);
    const told = rowsOf('docs/delivery.md', 'rules').map(([rule, who = [], why]) => [
      rule,
      who.map((line) => line.replace(/^everybody, .*/, 'everybody')),
      why,
    ]);
    t.strictSame(told, rows);
  },
);

t.test('docs/api.md tells of every address, its methods and who is let in', async (t) => {
  const simulator = await start(t);
  const { settings } = loadSettings({ env: envOver(simulator, t.testdir()), file: noFile });
  const bridge = await createBridge(settings, silentLog);
  // Ready is who was accepted by the host.
  await bridge.host.account({ urgency: 'background' });
  const app = await buildApp(bridge);
  await app.ready();
  t.teardown(async () => {
    await app.close();
    await bridge.close();
  });

  const routes = app.servedMethods();
  const told = rowsOf('docs/api.md', 'addresses').map(
    ([[address = '', methods = ''] = [], [who = ''] = []]) => {
      const route = address.replace(/<(?:path|name\.ext)>$/, '*').replace(/<(\w+)>/g, ':$1');
      return { address, route, methods: methods.split(', '), who };
    },
  );
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
        'who knows the build': 404,
        'who logs in': ['GET', 'HEAD'].includes(method) ? 200 : 401,
      }[who];
      // A browser asks so for a page, and learns nothing of the file.
      const isPreflight = method === 'OPTIONS' && who === 'who has the signature';
      t.equal(statusCode, isPreflight ? 204 : right, `${method} ${url} for a stranger`);
    }
    const other = (['POST', 'GET', 'DELETE'] as const).find((method) => !methods.includes(method)) ?? 'PUT';
    // Where even that is behind the password, the answer is for who has it.
    const password = Buffer.from(`passerelle:${bridge.secrets.password}`).toString('base64');
    const headers = { authorization: `Basic ${password}` };
    const refused = await app.inject({ method: methods.includes('PROPFIND') ? 'POST' : other, url, headers });
    t.equal(refused.statusCode, 405, `${other} ${url}`);
    t.equal(refused.headers.allow, methods.join(', '));
  }
});

t.test(
  'docs/commands.md tells of every command, its options and the exit codes, as --help does',
  async (t) => {
    const cwd = t.testdir();
    const help = await passerelle(['--help'], { cwd });
    t.equal(help.code, 0);
    const names = [...help.stdout.matchAll(/^ {2}([a-z-]+) .*\n?/gm)].map(([, name]) => name);
    const rows = tableOf('docs/commands.md', 'commands');
    t.strictSame(
      [...rows.map(([usage = '']) => usage.split(' ')[0]), 'help'],
      names.slice(names.indexOf('serve')),
    );
    await Promise.all(
      rows.map(async ([usage = '', options = '', does = '']) => {
        const [name = '', ...words] = usage.split(' ');
        const argument = words.join(' ');
        const { code, stdout } = await passerelle([name, '--help'], { cwd });
        t.equal(code, 0, `${name} --help`);
        const flat = stdout.replace(/\s+/g, ' ');
        t.match(flat, `Usage: passerelle ${name} [options]${argument && ` ${argument}`} ${does} `, name);
        const listed = [...stdout.matchAll(/^ {2}(?:-[a-gi-z], )?(--[a-z-]+)/gm)].map(([, option]) => option);
        t.strictSame(options.split(' ').filter(Boolean), listed, `options of ${name}`);
      }),
    );
    t.strictSame(
      tableOf('docs/commands.md', 'exit codes').map(([code]) => Number(code)),
      Object.values(exitCodes),
    );
  },
);

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

/** The example with real values where it can only say what belongs there. */
function withOwnSecrets(example: string): string {
  return example
    .replace(/apiKey: .*/, 'apiKey: abcdefgh12345678ABCDEFGH_-=87654')
    .replace(/adminToken: .*/, 'adminToken: aBcDeFgHiJkLmNoP')
    .replace(/password: .*/, 'password: correct horse');
}

t.test(
  "the example file with every # taken away, and secrets of one's own, is right and says the defaults",
  async (t) => {
    const uncommented = read('config/passerelle.example.yaml').replace(/^( *)#(?=\S)/gm, '$1');
    const secrets = ['fichier.apiKey', 'auth.adminToken', 'auth.password'];
    const dir = t.testdir({ example: uncommented, 'passerelle.yaml': withOwnSecrets(uncommented) });
    try {
      loadSettings({ env: {}, file: join(dir, 'example'), fileRequired: true });
      t.fail('what stands there for a secret is taken for none');
    } catch (error) {
      const faults = secrets.map((path) => ({ path, wrong: /is the text of the example/ }));
      t.match(error, { faults });
    }
    const file = join(dir, 'passerelle.yaml');
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
  },
);

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
      'nginx',
      'caddy',
      'openssl',
      'promtool',
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
