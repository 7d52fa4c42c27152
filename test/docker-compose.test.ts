import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { parse, parseDocument } from 'yaml';
import { loadSettings } from '../config/load.ts';
import { settingList } from '../config/settings.ts';
import { read, root } from './fixtures/checkout.ts';
import {
  asked,
  type Bind,
  compose,
  composeText,
  gatewayText,
  grafana,
  imageEnv,
  jellyfin,
  passerelle,
  plex,
  prometheus,
  rclone,
  stepsOf,
} from './fixtures/docker-files.ts';
import { run } from './fixtures/run.ts';

/** Ports, folders, names and rights of the compose file, held to the code, the image and the documents. */
const envNames = settingList.flatMap(({ env }) => [env, `${env}_FILE`]);

t.test('ports and folders are the same everywhere', async (t) => {
  const port = String(settingList.find(({ path }) => path === 'server.port')?.fallback);
  const set = Object.keys(imageEnv).filter((name) => envNames.includes(name));
  t.strictSame(set, ['PASSERELLE_DATA_DIR', 'PASSERELLE_LIBRARY_DIR'], 'all else is left to the file');
  t.strictSame(stepsOf('EXPOSE'), [port]);
  t.ok(passerelle.ports.every((line) => line.endsWith(`:${port}`)));
  t.match(read('.env.example'), `PASSERELLE_BASE_URL=http://192.168.1.10:${port}`);
  const folders = [imageEnv.PASSERELLE_DATA_DIR, imageEnv.PASSERELLE_LIBRARY_DIR];
  t.strictSame(JSON.parse(stepsOf('VOLUME')[0] ?? ''), folders);
  t.strictSame(
    passerelle.volumes.slice(0, 2).map((line) => String(line).split(':')[1]),
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
    t.ok([...envNames, ...own, 'TZ'].includes(name), `compose: ${name}`);
  for (const name of own) t.match(read('docker/entrypoint.sh'), `\${${name}:-`, `entrypoint: ${name}`);
  const host = [
    'TZ',
    'PASSERELLE_IMAGE',
    'JELLYFIN_PORT',
    'JELLYFIN_TAG',
    'GATEWAY_PORT',
    'FICHIER_API_KEY_SECRET',
    'RCLONE_TAG',
    'PLEX_PORT',
    'PLEX_TAG',
    'PLEX_CLAIM',
    'PROMETHEUS_TAG',
    'GRAFANA_TAG',
    'GRAFANA_PORT',
  ];
  const told = read('docs/install-docker.md');
  for (const name of asked) {
    t.ok([...envNames, ...own, ...host].includes(name), `asked of the person: ${name}`);
    t.match(told, `\`${name}\``, `docs/install-docker.md tells of ${name}`);
  }
});

t.test('a setting that the person did not write is left to the file, and to its default', async (t) => {
  for (const [name, value] of Object.entries(passerelle.environment)) {
    if (!settingList.some(({ env }) => env === name) || name === 'PASSERELLE_BASE_URL') continue;
    t.equal(value, `\${${name}-}`, `${name}: empty counts as not set`);
  }
  t.match(passerelle.environment.PASSERELLE_BASE_URL, /^\$\{PASSERELLE_BASE_URL:\?/, 'the base URL has none');
});

t.test('the key comes from .env, or from a file that the entrypoint finds', async (t) => {
  t.match(passerelle.environment.FICHIER_API_KEY, /^\$\{FICHIER_API_KEY-\}$/, 'empty counts as not set');
  const [source, secret] = String(passerelle.volumes[2]).split(/:(?=\/)/);
  t.match(source, /^\$\{FICHIER_API_KEY_SECRET:-\.\/docker\/secrets\}$/);
  t.equal(secret, '/run/secrets/fichier_api_key:ro');
  t.match(read('docker/entrypoint.sh'), /^secret=\$\{SECRETS:-\/run\/secrets\}\/fichier_api_key$/m);
});

t.test('.env.example has a line for everything that is asked, and is right as it is', async (t) => {
  const lines = read('.env.example').split('\n');
  const told = new Map(
    lines.flatMap((line) => {
      const [, off, name = '', value = ''] = /^(#?)([A-Z_]+)=(.*)$/.exec(line) ?? [];
      return name === '' ? [] : [[name, { off: off === '#', value }] as const];
    }),
  );
  t.strictSame([...told.keys()].filter((name) => name !== 'COMPOSE_PROFILES').sort(), [...asked].sort());
  for (const [name, { off, value }] of told) {
    const fallback = new RegExp(`\\$\\{${name}:?-([^}]*)\\}`).exec(composeText + gatewayText)?.[1];
    if (off && fallback && name !== 'PASSERELLE_IMAGE') t.equal(value, fallback, `default of ${name}`);
  }
  t.strictSame(
    [...told].filter(([, { off }]) => !off).map(([name]) => name),
    ['FICHIER_API_KEY', 'PASSERELLE_BASE_URL', 'PUID', 'PGID'],
  );
  const env = Object.fromEntries(
    [...told].filter(([name]) => envNames.includes(name)).map(([name, { value }]) => [name, value]),
  );
  const { settings, warnings } = loadSettings({ env, file: join(root, 'none.yaml') });
  t.equal(settings.server.baseUrl, 'http://192.168.1.10:8790');
  t.strictSame(warnings, []);
  t.match(read('.gitignore'), /^\.env$/m, 'what is filled in is never committed');
});

t.test('logs are rotated, profiles choose the media server, times are those of the person', async (t) => {
  for (const [name, service] of Object.entries(compose.services))
    t.match(
      service.logging,
      { driver: 'json-file', options: { 'max-size': /^\d+m$/, 'max-file': /^\d$/ } },
      name,
    );
  t.equal(passerelle.init, true);
  t.equal(passerelle.profiles, undefined, 'Passerelle is always there');
  t.strictSame(jellyfin.profiles, ['jellyfin']);
  for (const service of [passerelle, jellyfin, plex]) t.match(service.environment.TZ, /^\$\{TZ:-Etc\/UTC\}$/);
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
      [jellyfin, rclone, plex, prometheus, grafana].some(({ volumes }) =>
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
  'with the line of docs/plex.md the bridge tells rclone, and then Plex, by the names of the file',
  async (t) => {
    const line = /^ *PASSERELLE_NOTIFY='(.*)'$/m.exec(read('docs/plex.md'))?.[1] ?? '';
    const env = { PASSERELLE_NOTIFY: line.replace('<X-Plex-Token>', '1plex2token3') };
    const { settings } = loadSettings({ env, file: join(root, 'none.yaml') });
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
    t.match(second, { pathMap: { [imageEnv.PASSERELLE_LIBRARY_DIR ?? '']: `${mount?.target}/passerelle` } });
  },
);

t.test('with the file of the gateway apps find Jellyfin there, and nowhere else', async (t) => {
  const document = parseDocument(gatewayText, { logLevel: 'silent' });
  t.strictSame(document.errors, []);
  const { services } = document.toJS() as { services: Record<string, Partial<typeof jellyfin>> };
  t.strictSame(Object.keys(services), ['passerelle', 'jellyfin']);
  const env = services.passerelle?.environment as Record<string, string>;
  const { gateways } = loadSettings({ env, file: join(root, 'none.yaml') }).settings;
  const [own, its] = [services.passerelle?.ports?.[0] ?? '', jellyfin.ports[0] ?? ''].map(
    (line) => /:(\d+)$/.exec(line)?.[1],
  );
  t.match(gateways, [
    { kind: 'jellyfin', url: `http://jellyfin:${its}`, port: Number(own), knownProxy: true },
  ]);
  t.equal(gateways.length, 1);
  t.match(gatewayText, /jellyfin:\n(?: +#.*\n)* +ports: !reset \[\]\n/, 'it is published no more');
  for (const text of [gatewayText, read('docs/gateway.md')])
    t.match(
      text,
      'docker compose -f docker-compose.yml -f docker-compose.gateway.yml --profile jellyfin up -d',
    );
});

t.test('the profile monitoring reads our metrics with the token of the person, and shows them', async (t) => {
  t.strictSame(prometheus.profiles, ['monitoring']);
  t.strictSame(grafana.profiles, ['monitoring']);
  t.equal(prometheus.ports, undefined, 'it asks nobody for a password, so nobody outside reaches it');
  t.equal(prometheus.environment.PASSERELLE_ADMIN_TOKEN, passerelle.environment.PASSERELLE_ADMIN_TOKEN);
  const { scrape_configs: scrapes, rule_files: rules } = parse(read('docs/monitoring/prometheus.yml'));
  const port = settingList.find(({ path }) => path === 'server.port')?.fallback;
  t.strictSame(scrapes[0].static_configs, [{ targets: [`passerelle:${port}`] }]);
  const shell = ((prometheus.command as string[])[0] ?? '').replaceAll('$$', '$');
  t.equal((await run('sh', ['-n', '-c', shell])).code, 0, 'it is right shell');
  t.match(shell, `>${scrapes[0].authorization.credentials_file}\n`, 'the token lies where it is looked for');
  const without = await run('sh', ['-c', shell], {
    env: { PATH: process.env.PATH, PASSERELLE_ADMIN_TOKEN: '' },
  });
  t.match(without.stderr, 'write PASSERELLE_ADMIN_TOKEN=', 'a missing token is said');
  t.not(without.code, 0);
  const bound = new Map(
    [...prometheus.volumes, ...grafana.volumes].map(
      (line) => String(line).split(':').slice(0, 2) as [string, string],
    ),
  );
  for (const [source] of bound) if (source.startsWith('./')) t.ok(existsSync(join(root, source)), source);
  const at = (source: string) => bound.get(`./docs/monitoring/${source}`) ?? '';
  t.match(shell, `--config.file=${at('prometheus.yml')} `);
  t.equal(
    at('alerts.yml'),
    join(dirname(at('prometheus.yml')), rules[0]),
    'rules lie beside what names them',
  );
  const [provider] = parse(read('docs/monitoring/grafana-dashboards.yml')).providers;
  t.equal(dirname(at('dashboard.json')), provider.options.path);
  const [source] = parse(read('docs/monitoring/grafana-datasource.yml')).datasources;
  t.match(source, { type: 'prometheus', url: 'http://prometheus:9090' });
});
