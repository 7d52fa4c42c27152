import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import t from 'tap';
import { loadSettings } from '../config/load.ts';
import { settingList } from '../config/settings.ts';
import { createProcessLog } from '../src/commands/start/process-log.ts';
import { createRecentLines } from '../src/core/log/recent-lines.ts';
import type { Edits } from '../src/setup/settings-editor.ts';
import { closeFolder } from './fixtures/nobody.ts';
import { openSettings } from './fixtures/settings-page.ts';
import type { Test } from './fixtures/setup.ts';

/** Settings that are entered in the page, as two tabs, and a file or a disk that is damaged or full, would have them. */
const folder = { name: 'Films', files: [{ name: 'Heat.1995.mkv', content: { sizeBytes: 1000, seed: 1 } }] };

/** The guide, or the bridge where there is a key, at the pace of the host. */
const open = (t: Test, more: Record<string, string> = {}, home = t.testdir()) =>
  openSettings(t, {
    account: { folders: [folder] },
    env: { FICHIER_REQUEST_INTERVAL_MS: '2500', ...more },
    home,
  });

const rightKey = { FICHIER_API_KEY: 'abcdefgh12345678ABCDEFGH_-=87654' };

t.test('every setting is shown with where it comes from, and no secret', async (t) => {
  const home = t.testdir({
    'passerelle.yaml': 'sync:\n  intervalMinutes: 45\nlibrary:\n  language: de\n',
    data: { 'settings.yaml': 'library:\n  language: fr\nuploads:\n  parallel: 3\n' },
  });
  const secret = { PASSERELLE_PASSWORD: 'very-secret-word', PASSERELLE_ADMIN_TOKEN: 'token-of-the-owner-1' };
  const { ask } = await open(t, { ...rightKey, ...secret, PASSERELLE_DELIVERY: 'proxy' }, home);
  const { status, json } = await ask('GET', '/settings');
  t.equal(status, 200);
  t.strictSame(
    json.settings.map(({ path }: { path: string }) => path),
    settingList.map(({ path }) => path),
  );
  const one = (path: string) => json.settings.find((setting: { path: string }) => setting.path === path);
  t.match(one('sync.intervalMinutes'), { value: 45, origin: 'file', source: /passerelle\.yaml line 2$/ });
  t.match(one('library.language'), { value: 'fr', origin: 'entered', source: /settings\.yaml line 2$/ });
  t.match(one('uploads.parallel'), { value: 3, origin: 'entered' });
  t.match(one('delivery.mode'), {
    value: 'proxy',
    origin: 'environment',
    source: 'environment PASSERELLE_DELIVERY',
  });
  t.match(one('server.port'), { value: 8790, origin: 'default', applies: 'never' });
  t.match(one('fichier.apiKey'), { isSecret: true, isSet: true, origin: 'environment' });
  for (const word of [...Object.values(rightKey), ...Object.values(secret)])
    t.notMatch(JSON.stringify(json), word, 'no secret is shown');
});

t.test('a key that was entered is changed, and not taken away: the guide stays closed', async (t) => {
  const [key = ''] = Object.values(rightKey);
  const home = t.testdir({ data: { 'settings.yaml': `fichier:\n  apiKey: ${key}\n` } });
  const { ask, file } = await open(t, {}, home);
  const { version } = (await ask('GET', '/settings')).json;
  const change = (value: unknown) =>
    ask('PATCH', '/settings', { version, changes: { 'fichier.apiKey': value } });
  t.match(await change(null), { status: 400, json: { message: /is missing/ } });
  t.equal((await change('"quoted"')).status, 400);
  t.match(readFileSync(file, 'utf8'), key);
  const other = key.replace('abc', 'xyz');
  const { status, json } = await change(other);
  t.equal(status, 200);
  t.notMatch(JSON.stringify(json), other);
});

t.test('what is changed is all right or nothing, and two tabs do not undo each other', async (t) => {
  const { ask, events, live, file, load } = await open(t, { ...rightKey, PASSERELLE_DELIVERY: 'proxy' });
  const before = (await ask('GET', '/settings')).json.version;
  const patch = (changes: Edits, version = before) => ask('PATCH', '/settings', { version, changes });
  for (const [changes, status] of [
    [{ 'log.level': 'loud' }, 400],
    [{ 'log.level': 'debug', 'cache.fileMiB': -1 }, 400],
    [{ 'no.such': 1 }, 400],
    [{ __proto__: 1, constructor: 1 }, 400],
    [{}, 400],
    [{ 'uploads.parallel': { a: 1 } }, 400],
    [{ 'library.roots': ['Films'] }, 400],
    [{ 'delivery.mode': 'redirect' }, 409],
    [{ 'fichier.apiUrl': 'http://evil.test' }, 409],
    [{ dataDir: '/etc' }, 409],
    [{ 'library.dir': '/etc' }, 409],
    [{ notify: [] }, 409],
    [{ 'auth.password': 'another-word' }, 409],
    [{ 'fichier.apiKey': null }, 409],
  ] as const)
    t.equal((await patch(changes)).status, status, JSON.stringify(changes));
  t.notOk(existsSync(file), 'nothing of that was written');
  const first = await patch({ 'log.level': 'debug', 'cache.fileMiB': 45 });
  t.equal(first.status, 200);
  t.equal(live.settings.log.level, 'debug', 'what counts at once does');
  t.match(await patch({ 'uploads.parallel': 4 }), { status: 412, json: { code: 'BRIDGE_SETTINGS_CHANGED' } });
  const one = (path: string, { json } = first) =>
    json.settings.find((setting: { path: string }) => setting.path === path);
  t.match(one('cache.fileMiB'), { value: 16, isWaiting: true, applies: 'restart', origin: 'entered' });
  t.match(one('log.level'), { value: 'debug', isWaiting: false, applies: 'now' });
  writeFileSync(file, `# mine\n${readFileSync(file, 'utf8')}`);
  const again = (await ask('GET', '/settings')).json.version;
  t.not(again, first.json.version, 'a hand in the file is seen too');
  const back = await patch({ 'cache.fileMiB': null }, again);
  t.match(one('cache.fileMiB', back), { isWaiting: false, origin: 'default' });
  t.match(readFileSync(file, 'utf8'), '# mine', 'what a person wrote beside it stays');
  t.equal(statSync(file).mode & 0o777, 0o600);
  t.equal(loadSettings(load).settings.log.level, 'debug');
  t.equal((await ask('POST', '/restart')).status, 202);
  t.strictSame(events, ['restart']);
});

t.test(
  'media servers are entered and taken out behind the guide too, and no key of theirs is shown',
  async (t) => {
    const { ask, file, live, load, home } = await open(t, rightKey);
    const jellyfin = { kind: 'jellyfin', url: 'http://films.test:8096', token: 'jelly-key-1' };
    const seenAs = '/media/films';
    const add = (server: object) => ask('POST', '/settings/servers', server);
    const take = (server: object) => ask('POST', '/settings/servers/remove', server);
    t.match(await ask('GET', '/settings/servers'), { json: { servers: [], isWaiting: false } });
    for (const bad of [
      { ...jellyfin, kind: 'webhook' },
      { ...jellyfin, token: undefined },
      { ...jellyfin, tokenFile: '/etc/passwd' },
      { ...jellyfin, url: 'file:///etc/passwd' },
    ])
      t.equal((await add(bad)).status, 400, JSON.stringify(bad));
    t.notOk(existsSync(file));
    const both = await Promise.all([
      add({ ...jellyfin, seenAs }),
      add({ kind: 'kodi', url: 'http://films.test:8080' }),
    ]);
    t.strictSame(
      both.map(({ status }) => status),
      [200, 200],
      'two at one time are both there',
    );
    const changed = await add({ ...jellyfin, url: `${jellyfin.url}/`, seenAs, token: 'jelly-key-2' });
    t.equal(changed.json.servers.length, 2, 'one address is one server');
    t.match(changed.json, { isWaiting: false, libraryDirs: [join(home, 'library')] });
    t.match(live.settings.notify, [{ kind: 'kodi' }, { kind: 'jellyfin' }], 'they count at once');
    t.match(changed.json.servers.at(-1), { kind: 'jellyfin', hasToken: true, seenAs });
    t.notMatch(JSON.stringify(changed), 'jelly-key');
    t.match(readFileSync(file, 'utf8'), 'jelly-key-2');
    t.notMatch(readFileSync(file, 'utf8'), 'jelly-key-1');
    t.match(loadSettings(load).settings.notify, [
      { kind: 'kodi' },
      { pathMap: { [join(home, 'library')]: seenAs } },
    ]);
    t.equal((await take({ kind: 'plex', url: jellyfin.url })).status, 404);
    t.equal((await take(jellyfin)).status, 400, 'a key is nothing to take out by');
    for (const { kind, url } of changed.json.servers) t.equal((await take({ kind, url })).status, 200);
    t.match(await ask('GET', '/settings/servers'), { json: { servers: [], isWaiting: false } });
    t.notMatch(readFileSync(file, 'utf8'), 'jelly-key');
  },
);

t.test('media servers of a file or the environment are changed there', async (t) => {
  const kodi = { kind: 'kodi', url: 'http://films.test:8080' };
  const fromFile = t.testdir({ 'passerelle.yaml': `notify:\n  - ${JSON.stringify(kodi)}\n` });
  for (const [more, home] of [
    [{}, fromFile],
    [{ PASSERELLE_NOTIFY: JSON.stringify([kodi]) }, undefined],
  ] as const) {
    const { ask, file } = await open(t, { ...rightKey, ...more }, home);
    const { json } = await ask('GET', '/settings/servers');
    t.match(json, { servers: [kodi], fixedBy: /passerelle\.yaml line 1|PASSERELLE_NOTIFY/ });
    for (const path of ['/settings/servers', '/settings/servers/remove'])
      t.match(await ask('POST', path, kodi), { status: 409, json: { code: 'BRIDGE_SETTING_FIXED' } });
    t.notOk(existsSync(file));
  }
});

t.test('rows that a person wrote into the file stay as they are written', async (t) => {
  const home = t.testdir({ token: 'from-a-file', data: {} });
  const written = `notify:\n  - kind: gotify\n    url: http://push.test\n    tokenFile: ${join(home, 'token')}\n`;
  writeFileSync(join(home, 'data', 'settings.yaml'), written);
  const { ask, file } = await open(t, rightKey, home);
  const kodi = { kind: 'kodi', url: 'http://films.test:8080' };
  t.match((await ask('POST', '/settings/servers', kodi)).json, { servers: [kodi] });
  t.match(readFileSync(file, 'utf8'), /tokenFile: .*token\n/);
  t.notMatch(readFileSync(file, 'utf8'), 'from-a-file');
  await ask('POST', '/settings/servers/remove', kodi);
  t.match(readFileSync(file, 'utf8'), /kind: gotify/);
});

t.test('a file of entered settings that is damaged is told with its line, and never dropped', async (t) => {
  const home = t.testdir();
  const data = join(home, 'data');
  mkdirSync(data);
  const file = join(data, 'settings.yaml');
  const env = { PASSERELLE_DATA_DIR: data, PASSERELLE_LIBRARY_DIR: join(home, 'library') };
  const faultsOf = (): string => {
    try {
      loadSettings({ env, file: join(home, 'none.yaml') });
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  };
  const table: [content: string, words: RegExp][] = [
    ['log:\n  level: loud\n', /log\.level \(.*settings\.yaml line 2\): "loud" is not right/],
    ['log:\n  level: "debug\n', /settings\.yaml line \d: opens a quote.*move the file away/],
    ['- a\n', /is not a list of settings/],
    ['a: &x 1\nlog: *x\n', /holds an alias/],
    ['log:\n  colour: 1\n', /log\.colour \(.*line 2\): there is no such setting/],
    ['log: debug\n', /is a group of settings/],
    ['dataDir: /elsewhere\n', /dataDir \(.*line 1\): stands in a file that lies in it/],
    ['fichier:\n  apiKey: "a secret with spaces"\n', /holds a space/],
    [`x: ${'y'.repeat(300_000)}\n`, /is larger than/],
    ['\u0000\u0001', /settings\.yaml/],
  ];
  for (const [content, words] of table) {
    writeFileSync(file, content);
    const said = faultsOf();
    t.match(said, words, content.slice(0, 30));
    t.notMatch(said, 'a secret with spaces');
  }
  for (const empty of ['', '# nothing\n', 'log:\n']) {
    writeFileSync(file, empty);
    t.equal(faultsOf(), '', JSON.stringify(empty));
  }
  const other = t.testdir({ data: { 'settings.yaml': {} } });
  t.throws(
    () => loadSettings({ env: { PASSERELLE_DATA_DIR: join(other, 'data') }, file: join(other, 'x') }),
    /is no plain file|folder/,
  );
});

/** What stands in the way of the new text; each gives what takes it away again. */
const obstacles: [what: string, says: RegExp, put: (file: string) => () => void][] = [
  [
    'a full disk',
    /settings\.yaml is on a disk that is full \(ENOSPC\)/,
    (file) => {
      // A link to a device that is always full, where the new text goes first.
      symlinkSync('/dev/full', `${file}.tmp`);
      return () => unlinkSync(`${file}.tmp`);
    },
  ],
  [
    'a folder in its place',
    /settings\.yaml is a folder, where a file should be \(EISDIR\)/,
    (file) => {
      mkdirSync(`${file}.tmp`);
      return () => rmdirSync(`${file}.tmp`);
    },
  ],
  [
    'a folder that is read-only',
    /settings\.yaml: .*data is closed to this user \(EACCES\)/,
    (file) => closeFolder(dirname(file), [file]),
  ],
];

t.test('a disk that takes nothing is told with what to do, and all is as it was', async (t) => {
  // Below a folder that everybody may enter.
  const home = mkdtempSync(join(tmpdir(), 'closed-'));
  t.teardown(() => rmSync(home, { recursive: true }));
  chmodSync(home, 0o755);
  const { ask, file, live } = await open(t, rightKey, home);
  const patch = (value: number) => ask('PATCH', '/settings', { changes: { 'uploads.parallel': value } });
  await patch(3);
  const text = readFileSync(file, 'utf8');
  for (const [what, says, put] of obstacles) {
    const take = put(file);
    const refused = [
      await patch(4),
      await ask('POST', '/settings/servers', { kind: 'kodi', url: 'http://tv.test' }),
    ];
    for (const { status, json } of refused) {
      t.match({ status, json }, { status: 500, json: { code: 'BRIDGE_DISK', message: says } }, what);
      t.ok(json.remedy, 'and what to do');
    }
    t.equal(readFileSync(file, 'utf8'), text, `${what}: the file is whole`);
    t.equal(live.settings.uploads.parallel, 3, `${what}: what counts is what is kept`);
    take();
  }
  t.equal((await patch(5)).status, 200, 'once it is gone');
  t.equal(live.settings.uploads.parallel, 5);
});

t.test('a support bundle shows no secret that was entered, in force or not yet', async (t) => {
  const [key = ''] = Object.values(rightKey);
  const secrets = {
    key,
    next: key.replace('abc', 'xyz'),
    kodi: 'kodi:planted-word-1',
    plex: 'planted-token-2',
  };
  const kodi = { kind: 'kodi', url: 'http://tv.test', token: secrets.kodi };
  const home = t.testdir({
    data: { 'settings.yaml': `fichier:\n  apiKey: ${key}\nnotify:\n  - ${JSON.stringify(kodi)}\n` },
  });
  const recentLines = createRecentLines();
  const stream = { write: () => true } as never;
  const log = createProcessLog({ level: 'trace', format: 'json' }, stream, recentLines);
  const { ask, app, authorization } = await openSettings(t, { home, log, recentLines });
  for (const [changes, status] of [
    [{ 'fichier.apiKey': secrets.next }, 200],
    [{ 'fichier.apiKey': `"${secrets.next}"` }, 400],
    [{ 'auth.password': secrets.plex }, 409],
  ] as const)
    t.equal((await ask('PATCH', '/settings', { changes })).status, status);
  const plex = { kind: 'plex', url: 'http://plex.test:32400', token: secrets.plex };
  t.equal((await ask('POST', '/settings/servers', plex)).status, 200);
  t.equal((await ask('POST', '/settings/servers', { ...plex, url: 'no address' })).status, 400);
  const answer = await app.inject({ url: '/api/v1/support-bundle?names=true', headers: { authorization } });
  const files = Object.entries(unzipSync(new Uint8Array(answer.rawPayload)));
  t.ok(files.length > 5);
  for (const [name, bytes] of files)
    for (const [what, secret] of Object.entries(secrets))
      t.notOk(strFromU8(bytes).includes(secret), `${what} in ${name}`);
  const settings = strFromU8(files.find(([name]) => name.endsWith('settings.json'))?.[1] ?? new Uint8Array());
  for (const setting of ['fichier.apiKey', 'notify'])
    t.match(
      JSON.parse(settings).find((one: { setting: string }) => one.setting === setting),
      { value: '***', source: /settings\.yaml line \d+$/ },
      'it is told where it comes from',
    );
});
