import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { claimDataDir } from '../src/owner/claim.ts';
import { readNote } from '../src/owner/holder.ts';
import { packageJson, read, root } from './fixtures/checkout.ts';
import { passerelle, stepsOf } from './fixtures/docker-files.ts';
import { documents } from './fixtures/documents.ts';
import { run } from './fixtures/run.ts';
import { setup } from './fixtures/setup.ts';

/** There is no Docker here: what the image is made of is held to the code, and its entrypoint runs as itself. */

/** Where a file of the checkout lies in the image: /app is the checkout. */
const inCheckout = (path: string) => join(root, path.replace(/^\/app\//, ''));

/** Whether .dockerignore keeps a path away from the builder; the last pattern that fits counts. */
function ignored(path: string): boolean {
  const parents = path.split('/').map((_, i, parts) => parts.slice(0, i + 1).join('/'));
  let away = false;
  for (const line of read('.dockerignore').split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const pattern = line.replace(/^!/, '');
    if (parents.some((one) => pattern === '*' || pattern === one)) away = !line.startsWith('!');
  }
  return away;
}

t.test('both stages stand on the Node that package.json asks for, slim, for any processor', async (t) => {
  const images = stepsOf('FROM').map((rest) => rest.split(' ')[0]);
  t.equal(images.length, 2);
  for (const image of images)
    t.match(image, new RegExp(`^node:${/\d+/.exec(packageJson.engines.node)}-\\w+-slim$`));
  t.notMatch(read('Dockerfile'), /--platform|amd64-|arm64-|x86_64|aarch64/);
});

t.test('the image holds what runs and nothing for development', async (t) => {
  const installs = stepsOf('RUN').filter((rest) => rest.includes('npm'));
  t.strictSame(installs, ['npm ci --omit=dev --no-audit']);
  t.ok(packageJson.devDependencies.node, 'the Node of the checkout is a development dependency');
  const lock = JSON.parse(read('package-lock.json')).packages as Record<
    string,
    { dev?: boolean; hasInstallScript?: boolean }
  >;
  const scripted = Object.entries(lock).filter(([, one]) => one.hasInstallScript && !one.dev);
  t.strictSame(
    scripted.map(([name]) => name),
    [],
    'nothing is compiled, for whatever processor',
  );
});

t.test(
  'every file that is copied is there, reaches the builder, and is all that the commands need',
  async (t) => {
    const copied = stepsOf('COPY')
      .filter((rest) => !rest.startsWith('--from'))
      .flatMap((rest) => rest.split(' ').slice(0, -1));
    for (const name of copied) {
      t.ok(existsSync(join(root, name)), `${name} is there`);
      t.notOk(ignored(name), `${name} reaches the builder`);
    }
    for (const name of ['config', 'src', 'plugins', 'docker', 'package.json'])
      t.ok(copied.includes(name), `${name} is copied`);
  },
);

t.test('keys, catalog, library and tests never reach the builder', async (t) => {
  for (const name of [
    'docker/secrets/fichier_api_key',
    'config/passerelle.yaml',
    '.env',
    'data/keys.json',
    'library/x.strm',
    'test/house.test.ts',
    '.git/config',
    'node_modules/tap/package.json',
  ])
    t.ok(ignored(name), name);
  t.match(read('docker/secrets/.gitignore'), /^\*$/m, 'nor the repository');
});

t.test('what the image starts is there and is started as it is written', async (t) => {
  const commands = [
    stepsOf('ENTRYPOINT')[0],
    stepsOf('CMD')[0],
    stepsOf('HEALTHCHECK')[0]?.replace(/^.* CMD /, ''),
  ];
  const [start = [], serve = [], health = []] = commands.map((json) => JSON.parse(json ?? '') as string[]);
  t.strictSame(health, passerelle.healthcheck.test.slice(1));
  t.equal(passerelle.healthcheck.test[0], 'CMD');
  const started = 'node --max-semi-space-size=4 src/start.js';
  t.equal(serve.join(' ').replace('/app/', ''), `${started} serve`);
  t.equal(packageJson.scripts.start, `MALLOC_ARENA_MAX=1 ${started} serve`);
  t.match(read('Dockerfile'), 'MALLOC_ARENA_MAX=1 \\');
  t.match(read('docker/passerelle').replace('/app/src', 'src'), ` ${started} `);
  t.equal(
    `${read('src/start.js').split('\n')[0]} src/start.js`,
    `#!/usr/bin/env -S MALLOC_ARENA_MAX=1 ${started}`,
  );
  for (const path of [start[0] ?? '', serve[2] ?? '', health[1] ?? ''])
    t.ok(existsSync(inCheckout(path)), path);
  for (const name of ['docker/entrypoint.sh', 'docker/passerelle']) {
    t.ok(statSync(join(root, name)).mode & 0o100, `${name} may be run`);
    t.equal((await run('sh', ['-n', join(root, name)])).code, 0, `${name} is right shell`);
  }
  for (const [path] of read('docker/passerelle').matchAll(/\/app\/\S+/g))
    t.ok(existsSync(inCheckout(path)), path);
  t.ok(
    stepsOf('RUN').some((rest) => rest.includes('ln -s /app/docker/passerelle /usr/local/bin/passerelle')),
  );
  for (const name of [
    'docker-compose.yml',
    '.env.example',
    ...documents.filter((one) => one !== 'CHANGELOG.md'),
  ])
    for (const [, tag] of read(name).matchAll(/\bpasserelle:(\d+\.\d+\.\d+)/g))
      t.equal(tag, packageJson.version, `the image in ${name}`);
  t.equal(/image\.version="([^"]+)"/.exec(read('Dockerfile'))?.[1], packageJson.version);
  t.equal(passerelle.image, `\${PASSERELLE_IMAGE:-passerelle:${packageJson.version}}`);
});

t.test('started as root, the entrypoint gives the folders to PUID:PGID and drops root', async (t) => {
  if (process.getuid?.() !== 0 || (await run('setpriv', ['--version'])).code !== 0)
    return void t.comment('SKIPPED: needs root and setpriv');
  // Outside the checkout: that may lie where only root may look.
  const home = mkdtempSync(join(tmpdir(), 'passerelle-'));
  t.teardown(() => rmSync(home, { recursive: true }));
  chmodSync(home, 0o755);
  for (const name of ['data', 'library', 'others']) mkdirSync(join(home, name));
  writeFileSync(join(home, 'data', 'keys.json'), '{}');
  writeFileSync(join(home, 'others', 'film.strm'), '');
  const entrypoint = join(home, 'entrypoint.sh');
  copyFileSync(join(root, 'docker', 'entrypoint.sh'), entrypoint);
  const start = (env: Record<string, string>, script: string) =>
    run(entrypoint, ['sh', '-c', script], {
      cwd: '/',
      env: {
        PATH: process.env.PATH,
        PASSERELLE_DATA_DIR: join(home, 'data'),
        PASSERELLE_LIBRARY_DIR: join(home, 'library'),
        ...env,
      },
    });
  const script = 'id -u; id -g; id -G; umask; grep -E "CapEff|NoNewPrivs" /proc/self/status | tr -d "\\t"';
  const { stdout, stderr, code } = await start({ PUID: '1234', PGID: '4321', UMASK: '027' }, script);
  t.equal(code, 0, stderr);
  t.strictSame(stdout.trim().split('\n'), [
    '1234',
    '4321',
    '4321',
    '0027',
    'CapEff:0000000000000000',
    'NoNewPrivs:1',
  ]);
  const owner = (path: string) => statSync(join(home, path)).uid;
  t.strictSame(['data', 'data/keys.json', 'library'].map(owner), [1234, 1234, 1234]);

  await start({ PUID: '1235', PASSERELLE_LIBRARY_DIR: join(home, 'others') }, 'true');
  t.equal(owner('data/keys.json'), 1235, 'the data follow a new PUID');
  t.equal(owner('others'), 0, "a library that holds something is somebody's and stays his");
  t.equal(
    (await start({ PUID: '', PGID: '', UMASK: '' }, 'id -u; id -g; umask')).stdout,
    '1000\n1000\n0022\n',
  );
  const kept = 'echo "$NODE_COMPILE_CACHE"';
  t.equal((await start({}, kept)).stdout, `${join(home, 'data', 'compile')}\n`, 'where its user may write');
  t.equal((await start({ NODE_COMPILE_CACHE: '/tmp/x' }, kept)).stdout, '/tmp/x\n');
  t.equal((await start({}, 'exit 7')).code, 7, 'the exit code is that of the command');

  const secret = join(home, 'fichier_api_key');
  const found = 'echo "$FICHIER_API_KEY_FILE"';
  const fileOf = async (env: Record<string, string>) =>
    (await start({ SECRETS: home, ...env }, found)).stdout.trim();
  t.equal(await fileOf({}), '', 'no key, no variable');
  mkdirSync(secret);
  t.equal(await fileOf({}), '', 'a folder without a key');
  writeFileSync(join(secret, 'fichier_api_key'), 'x');
  t.equal(await fileOf({}), join(secret, 'fichier_api_key'), 'a folder with the key');
  t.equal(await fileOf({ FICHIER_API_KEY: 'x' }), '', 'the one in the environment counts');
  t.equal(await fileOf({ FICHIER_API_KEY_FILE: '/x' }), '/x', 'and so does a file that it names');
  rmSync(secret, { recursive: true });
  writeFileSync(secret, 'x');
  t.equal(await fileOf({ FICHIER_API_KEY: '' }), secret, 'the file itself, as Docker mounts a secret');
  for (const wrong of [{ PUID: 'me' }, { PGID: '-1' }, { UMASK: '9' }]) {
    const answer = await start(wrong, 'true');
    t.equal(answer.code, 2);
    t.match(answer.stderr, `${Object.keys(wrong)[0]} is '${Object.values(wrong)[0]}'; it must be`);
  }

  // `user:` in compose: there is nothing to give up.
  const args = [
    '--reuid',
    '2000',
    '--regid',
    '2000',
    '--clear-groups',
    entrypoint,
    'sh',
    '-c',
    'id -u; umask; echo "$NODE_COMPILE_CACHE"',
  ];
  const plain = await run('setpriv', args, {
    cwd: '/',
    env: { PATH: process.env.PATH, PUID: '5', UMASK: '077' },
  });
  t.equal(plain.stdout, '2000\n0077\n/data/compile\n');
});

t.test('the health check tells a bridge that is ready from one that is not, and says why', async (t) => {
  const { createServer } = await import('node:http');
  let status = 200;
  const asked: unknown[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    response.writeHead(status).end(`{"status":${status}}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const check = () =>
    run(process.execPath, [join(root, 'docker', 'healthcheck.js')], {
      env: { PASSERELLE_PORT: String(port) },
    });
  t.match(await check(), { code: 0, stdout: '{"status":200}\n' });
  status = 503;
  t.match(await check(), { code: 1, stdout: '{"status":503}\n' });
  t.strictSame(asked, ['/readyz', '/readyz']);
  await new Promise((resolve) => server.close(resolve));
  t.match(await check(), { code: 1, stdout: 'no answer: ECONNREFUSED\n' });
});

t.test('the health check asks where serve listens, wherever it was told so', async (t) => {
  const { createServer } = await import('node:http');
  const server = createServer((_request, response) => void response.end('ready'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.2', resolve));
  t.teardown(() => server.close());
  const { port } = server.address() as { port: number };
  const dataDir = t.testdir();
  const check = (env: Record<string, string>) =>
    run(process.execPath, [join(root, 'docker', 'healthcheck.js')], { env, cwd: dataDir });
  const env = { PASSERELLE_DATA_DIR: dataDir, PASSERELLE_PORT: '9' };
  const claim = claimDataDir(dataDir, 'serve', 0);
  t.match(await check(env), { code: 1, stdout: /no answer/ }, 'not yet');
  claim.listens({ host: '127.0.0.2', port });
  t.match(readNote(dataDir), { command: 'serve', listens: { host: '127.0.0.2', port } });
  t.match(await check(env), { code: 0, stdout: 'ready\n' });
  claim.hasNoDoor();
  t.match(await check(env), { code: 0 }, 'also where commands cannot work through it');
  claim.release();
  for (const text of ['', 'null', '[]', '{"listens":5}', '{"listens":{"port":"x/"}}']) {
    writeFileSync(join(dataDir, 'serve.json'), text);
    t.match(await check(env), { code: 1, stdout: /no answer/ }, text);
  }
});

t.test(
  'a container is healthy with a key that the host takes, and says why it is not with another',
  async (t) => {
    const check = async (env: Record<string, string>) => {
      const one = await setup(t, { env });
      await one.sync();
      const { port } = new URL(one.url);
      return run(process.execPath, [join(root, 'docker', 'healthcheck.js')], {
        env: { PASSERELLE_PORT: port },
      });
    };
    t.equal((await check({})).code, 0);
    const wrong = await check({ FICHIER_API_KEY: 'wrongwrongwrongwrongwrongwrongwr' });
    t.equal(wrong.code, 1);
    t.match(wrong.stdout, /does not accept the API key/);
  },
);
