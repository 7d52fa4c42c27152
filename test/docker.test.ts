import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { loadSettings } from '../config/load.ts';
import { settingList } from '../config/settings.ts';
import { run } from './fixtures/run.ts';

/** There is no Docker here: what its files name is held to the code, and the entrypoint runs as itself. */
const root = join(import.meta.dirname, '..');
const read = (name: string) => readFileSync(join(root, name), 'utf8');
const packageJson = JSON.parse(read('package.json'));

interface Bind {
  source: string;
  target: string;
  read_only?: boolean;
  bind: { propagation: string };
}
interface Service {
  image: string;
  environment: Record<string, string>;
  ports: string[];
  volumes: (string | Bind)[];
  healthcheck: { test: string[] };
  depends_on: Record<string, { condition: string }>;
  secrets: string[];
  [other: string]: unknown;
}
const composeText = read('docker-compose.yml');
const compose = parse(composeText) as {
  services: { passerelle: Service; jellyfin: Service; rclone: Service; plex: Service };
  volumes: Record<string, unknown>;
  secrets: Record<string, { file: string }>;
};
const { passerelle, jellyfin, rclone, plex } = compose.services;

/** Instructions of the Dockerfile, continued lines joined. */
const steps = read('Dockerfile')
  .replace(/^#.*\n/gm, '')
  .replace(/\\\n\s*/g, '')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => ({ word: line.split(' ', 1)[0] ?? '', rest: line.slice(line.indexOf(' ') + 1) }));
const stepsOf = (word: string) => steps.filter((step) => step.word === word).map((step) => step.rest);
const lastStage = steps.slice(steps.findLastIndex((step) => step.word === 'FROM'));
const imageEnv = Object.fromEntries(
  lastStage
    .filter((step) => step.word === 'ENV')
    .flatMap((step) => step.rest.split(' ').map((pair) => pair.split('=') as [string, string])),
);

/** Where a file of the checkout lies in the image: /app is the checkout. */
const inCheckout = (path: string) => join(root, path.replace(/^\/app\//, ''));

const envNames = settingList.flatMap(({ env }) => [env, `${env}_FILE`]);

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
  const key = compose.secrets.fichier_api_key?.file ?? '';
  t.match(key, /:-\.\/docker\/secrets\/fichier_api_key\}$/);
});

t.test('ports and folders are the same everywhere', async (t) => {
  const port = String(settingList.find(({ path }) => path === 'server.port')?.fallback);
  t.equal(imageEnv.PASSERELLE_PORT, port);
  t.strictSame(stepsOf('EXPOSE'), [port]);
  t.ok(passerelle.ports.every((line) => line.endsWith(`:${port}`)));
  t.match(composeText, `PASSERELLE_BASE_URL=http://192.168.1.10:${port}`);
  const folders = [imageEnv.PASSERELLE_DATA_DIR, imageEnv.PASSERELLE_LIBRARY_DIR];
  t.strictSame(JSON.parse(stepsOf('VOLUME')[0] ?? ''), folders);
  t.strictSame(
    passerelle.volumes.map((line) => String(line).split(':')[1]),
    folders,
  );
  const [library = ''] = String(passerelle.volumes[1]).split(':');
  t.ok(jellyfin.volumes.includes(`${library}:/media/passerelle:ro`), 'Jellyfin reads the same tree');
});

t.test('every variable that is named is one of ours', async (t) => {
  const own = ['PUID', 'PGID', 'UMASK'];
  for (const name of Object.keys(imageEnv).filter((one) => !['NODE_ENV', 'MALLOC_ARENA_MAX'].includes(one)))
    t.ok(envNames.includes(name), `image: ${name}`);
  for (const name of Object.keys(passerelle.environment))
    t.ok([...envNames, ...own].includes(name), `compose: ${name}`);
  for (const name of own) t.match(read('docker/entrypoint.sh'), `\${${name}:-`, `entrypoint: ${name}`);
  const asked = [...composeText.matchAll(/\$\{(\w+)/g)].map(([, name]) => name);
  const host = [
    'JELLYFIN_PORT',
    'JELLYFIN_TAG',
    'FICHIER_API_KEY_SECRET',
    'RCLONE_TAG',
    'PLEX_PORT',
    'PLEX_TAG',
    'PLEX_CLAIM',
  ];
  const readme = read('README.md');
  for (const name of new Set(asked)) {
    t.ok([...envNames, ...own, ...host].includes(name ?? ''), `asked of the person: ${name}`);
    t.match(readme, `\`${name}\``, `README tells of ${name}`);
  }
});

t.test('defaults in the compose file are the defaults of the settings', async (t) => {
  for (const [name, value] of Object.entries(passerelle.environment)) {
    const setting = settingList.find(({ env }) => env === name);
    const fallback = /^\$\{\w+:-(.*)\}$/.exec(value)?.[1];
    if (!setting || fallback === undefined) continue;
    t.strictSame(setting.read(fallback), setting.fallback, name);
  }
  t.match(passerelle.environment.PASSERELLE_BASE_URL, /^\$\{PASSERELLE_BASE_URL:\?/, 'the base URL has none');
  t.strictSame(passerelle.secrets, Object.keys(compose.secrets));
  t.equal(passerelle.environment.FICHIER_API_KEY_FILE, `/run/secrets/${passerelle.secrets[0]}`);
});

t.test('the container is closed: no writable root, no rights, no new ones', async (t) => {
  t.equal(passerelle.read_only, true);
  t.strictSame(passerelle.tmpfs, ['/tmp']);
  t.strictSame(passerelle.cap_drop, ['ALL']);
  t.strictSame(passerelle.cap_add, ['CHOWN', 'DAC_OVERRIDE', 'SETGID', 'SETUID']);
  t.strictSame(passerelle.security_opt, ['no-new-privileges:true']);
  t.equal(passerelle.restart, 'unless-stopped');
  t.strictSame(jellyfin.depends_on, { passerelle: { condition: 'service_healthy' } });
  const grace = Number(settingList.find(({ path }) => path === 'server.stopGraceMs')?.fallback);
  t.ok(
    Number.parseInt(String(passerelle.stop_grace_period), 10) * 1000 > grace,
    'films may end before the kill',
  );
  for (const name of Object.keys(compose.volumes))
    t.ok(
      [jellyfin, rclone, plex].some(({ volumes }) =>
        volumes.some((line) => typeof line === 'string' && line.startsWith(`${name}:`)),
      ),
      `volume ${name} is used`,
    );
});

t.test(
  'Plex starts after the mount, the mount after a bridge that answers, and it shows in both',
  async (t) => {
    t.strictSame(rclone.profiles, ['plex']);
    t.strictSame(plex.profiles, ['plex']);
    t.strictSame(rclone.depends_on, { passerelle: { condition: 'service_healthy' } });
    t.match(plex.depends_on, { rclone: { condition: 'service_healthy' } });
    const [outer, inner] = [rclone, plex].map(({ volumes }) =>
      volumes.find((line): line is Bind => typeof line === 'object'),
    );
    t.equal(outer?.source, inner?.source, 'one folder of this machine');
    t.equal(outer?.bind.propagation, 'rshared');
    t.match(inner, { read_only: true, bind: { propagation: 'rslave' } });
    const script = (rclone.command as string[])[0] ?? '';
    const place = / mount :webdav: (\S+)/.exec(script)?.[1] ?? '';
    t.ok(place.startsWith(`${outer?.target}/`), 'mounted below it');
    t.match(rclone.healthcheck.test[1], ` ${place} fuse.rclone `);
    const { port } = new URL(rclone.environment.RCLONE_WEBDAV_URL ?? '');
    t.equal(port, String(settingList.find(({ path }) => path === 'server.port')?.fallback));
    t.match(rclone.environment.RCLONE_WEBDAV_URL, /^http:\/\/passerelle:\d+\/dav\/library\/$/);
    t.equal(
      rclone.environment.RCLONE_WEBDAV_USER,
      settingList.find(({ path }) => path === 'auth.user')?.fallback,
    );
    t.equal(rclone.environment.PASSERELLE_PASSWORD, passerelle.environment.PASSERELLE_PASSWORD);
    const shell = script.replaceAll('$$', '$');
    t.equal((await run('sh', ['-n', '-c', shell])).code, 0, 'it is right shell');
    const without = await run('sh', ['-c', shell], {
      env: { PATH: process.env.PATH, PASSERELLE_PASSWORD: '' },
    });
    t.match(without.stderr, 'write PASSERELLE_PASSWORD=', 'a missing password is said');
    t.not(without.code, 0);
    if ((await run('rclone', ['version'])).code !== 0)
      return void t.comment('SKIPPED: rclone is not installed');
    const { stdout } = await run('rclone', ['help', 'flags']);
    const mount = await run('rclone', ['mount', '--help']);
    const known = new Set(`${stdout}${mount.stdout}`.match(/--[a-z-]+/g));
    for (const [flag] of script.matchAll(/--[a-z-]+/g)) t.ok(known.has(flag), flag);
  },
);

t.test(
  'with the line of README.md the bridge tells rclone, and then Plex, by the names of the file',
  async (t) => {
    const line = /^ *PASSERELLE_NOTIFY='(.*)'$/m.exec(read('README.md'))?.[1] ?? '';
    const { settings } = loadSettings({ env: { PASSERELLE_NOTIFY: line }, file: join(root, 'none.yaml') });
    const [first, second] = settings.notify;
    t.equal(settings.notify.length, 2);
    const script = (rclone.command as string[])[0] ?? '';
    const rcPort = /--rc-addr=:(\d+)/.exec(script)?.[1];
    t.match(script, / --rc /);
    t.match(first, { kind: 'rclone', url: `http://rclone:${rcPort}` });
    t.ok(first?.token?.startsWith(`${rclone.environment.RCLONE_RC_USER}:`));
    t.equal(rclone.environment.RCLONE_RC_PASS, passerelle.environment.PASSERELLE_PASSWORD);
    t.equal(rclone.ports, undefined, 'nobody outside reaches its remote control');
    const plexPort = /:(\d+)$/.exec(plex.ports[0] ?? '')?.[1];
    const mount = plex.volumes.find((volume): volume is Bind => typeof volume === 'object');
    t.match(second, { kind: 'plex', url: `http://plex:${plexPort}` });
    t.strictSame(second?.pathMap, { [imageEnv.PASSERELLE_LIBRARY_DIR ?? '']: `${mount?.target}/passerelle` });
  },
);

t.test('what the image starts is there and is started as it is written', async (t) => {
  const commands = [
    stepsOf('ENTRYPOINT')[0],
    stepsOf('CMD')[0],
    stepsOf('HEALTHCHECK')[0]?.replace(/^.* CMD /, ''),
  ];
  const [start = [], serve = [], health = []] = commands.map((json) => JSON.parse(json ?? '') as string[]);
  t.strictSame(health, passerelle.healthcheck.test.slice(1));
  t.equal(passerelle.healthcheck.test[0], 'CMD');
  const started = 'node --max-semi-space-size=4 src/main.ts';
  t.equal(serve.join(' ').replace('/app/', ''), `${started} serve`);
  t.equal(packageJson.scripts.start, `MALLOC_ARENA_MAX=1 ${started} serve`);
  t.match(read('Dockerfile'), 'MALLOC_ARENA_MAX=1 \\');
  t.match(read('docker/passerelle').replace('/app/src', 'src'), ` ${started} `);
  t.equal(
    `${read('src/main.ts').split('\n')[0]} src/main.ts`,
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
  t.equal(/image\.version="([^"]+)"/.exec(read('Dockerfile'))?.[1], packageJson.version);
  t.equal(passerelle.image, `passerelle:${packageJson.version}`);
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

t.test('the health check tells a bridge that answers from one that does not', async (t) => {
  const { createServer } = await import('node:http');
  let status = 200;
  const asked: unknown[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const check = async () =>
    (
      await run(process.execPath, [join(root, 'docker', 'healthcheck.js')], {
        env: { PASSERELLE_PORT: String(port) },
      })
    ).code;
  t.equal(await check(), 0);
  status = 503;
  t.equal(await check(), 1);
  t.strictSame(asked, ['/healthz', '/healthz']);
  await new Promise((resolve) => server.close(resolve));
  t.equal(await check(), 1);
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
