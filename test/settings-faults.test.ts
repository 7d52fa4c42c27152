import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { describeSource, SettingsError } from '../config/faults.ts';
import { loadSettings } from '../config/load.ts';
import { noFile } from './fixtures/checkout.ts';

/** What people write into settings by mistake: each is told by its place, in our words, with what would be right. */
const key = 'abcdefgh12345678ABCDEFGH_-=87654';

/** Every fault in one line: `notify entry 1, url (environment PASSERELLE_NOTIFY): ...; ...`. */
function faultsOf(env: Record<string, string>, file = noFile): string[] {
  try {
    loadSettings({ env, file });
    return [];
  } catch (error) {
    if (error instanceof SettingsError)
      return error.faults.map((fault) => `${describeSource(fault)}: ${fault.wrong}; ${fault.right}`);
    throw error;
  }
}

const warningsOf = (env: Record<string, string>) => loadSettings({ env, file: noFile }).warnings;

t.test('what can be no API key is refused by what is wrong with it, and never shown', async (t) => {
  const half = key.slice(0, 16);
  const rows: [string, string][] = [
    [`"${key}"`, 'has quotes around it'],
    [`'${key}'`, 'has quotes around it'],
    [`\u201c${key}\u201d`, 'has quotes around it'],
    [`${half}"${half}`, 'holds a quote'],
    [`${half} ${half}`, 'holds a space'],
    [`${half}\n${half}`, 'holds a line break'],
    [`${half}\u0007${half}`, 'holds a control character'],
    [`${half}é`, 'holds a letter that no key has'],
    [`Bearer ${key}`, 'has Bearer in front'],
    ['https://1fichier.com/console/params.pl', 'is an address'],
    ['   ', 'is empty'],
    ...['your_api_key', 'YOUR-API-KEY-HERE', '<key>', 'xxxxxxxx', '...', 'changeme', '$KEY'].map(
      (text): [string, string] => [text, 'is the text of the example'],
    ),
    ['the 32 characters from the console', 'is the text of the example'],
  ];
  for (const [value, words] of rows) {
    const faults = faultsOf({ FICHIER_API_KEY: value });
    t.equal(faults.length, 1, value);
    t.match(faults[0], `fichier.apiKey (environment FICHIER_API_KEY): ${words}`, value);
    t.notMatch(faults[0], half);
  }
});

t.test('a key of another shape than usual is taken, with a warning that does not show it', async (t) => {
  for (const value of [key, ` ${key}\n`]) t.strictSame(warningsOf({ FICHIER_API_KEY: value }), []);
  const unusual = { [key.slice(1)]: /31 characters/, [`${key.slice(1)}+`]: /other signs/, K: /1 characters/ };
  for (const [value, words] of Object.entries(unusual)) {
    const [warning, ...others] = warningsOf({ FICHIER_API_KEY: value });
    t.match(warning, words);
    t.same(others, []);
    t.notMatch(warning, `${value} `);
  }
});

const notify = (rows: unknown) => ({
  PASSERELLE_NOTIFY: typeof rows === 'string' ? rows : JSON.stringify(rows),
});
const trees = (rows: unknown) => ({ PASSERELLE_TREES: JSON.stringify(rows) });
const rules = (rows: unknown) => ({ PASSERELLE_DELIVERY_RULES: JSON.stringify(rows) });

/** A setting out of the environment, and the beginning of each fault that it has. */
const wrongRows: [Record<string, string>, ...string[]][] = [
  [
    notify([{ kind: 'jellyfin', url: '127.0.0.1:8096' }]),
    'notify entry 1, url (environment PASSERELLE_NOTIFY): has no http:// or https:// in front; must be an address such as http://192.168.1.10:8096',
  ],
  [
    notify([
      { kind: 'jelyfin', url: 'http://h' },
      { kind: 'plex', url: 'http://h', tokn: key },
    ]),
    'notify entry 1, kind (environment PASSERELLE_NOTIFY): there is no such kind (did you mean jellyfin?); must be one of',
    'notify entry 2, tokn (environment PASSERELLE_NOTIFY): there is no such key; did you mean token?',
  ],
  [notify({ kind: 'plex', url: 'http://h' }), 'notify (environment PASSERELLE_NOTIFY): is one entry'],
  [notify('[{kind:jellyfin}]'), 'notify (environment PASSERELLE_NOTIFY): is no JSON; must be a list such'],
  [notify('  '), 'notify (environment PASSERELLE_NOTIFY): is empty; must be a list such as'],
  [notify('"x"'), 'notify (environment PASSERELLE_NOTIFY): is text; must be a list such as'],
  [
    notify(['a']),
    'notify entry 1 (environment PASSERELLE_NOTIFY): is text; must be a map with the keys kind',
  ],
  [notify([null]), 'notify entry 1 (environment PASSERELLE_NOTIFY): is empty; must be a map'],
  [notify([[{ kind: 'plex' }]]), 'notify entry 1 (environment PASSERELLE_NOTIFY): is a list; must be a map'],
  [
    notify([{ url: 5, token: '' }]),
    'notify entry 1, kind (environment PASSERELLE_NOTIFY): is missing; must be one of jellyfin',
    'notify entry 1, url (environment PASSERELLE_NOTIFY): is a number; must be an address',
    'notify entry 1, token (environment PASSERELLE_NOTIFY): is empty; must be the API key or token',
  ],
  [
    notify([{ kind: 'plex', url: `http://a:${key}@h` }]),
    'notify entry 1, url (environment PASSERELLE_NOTIFY): holds a user name or a password',
  ],
  [
    notify([
      { kind: 'jellyfin', url: 'http://h:8096/web/', token: key },
      { kind: 'plex', url: 'http://h:32400/web/index.html' },
      { kind: 'webhook', url: 'http://h/web' },
    ]),
    'notify entry 1, url (environment PASSERELLE_NOTIFY): is the address of a page of the server',
    'notify entry 2, url (environment PASSERELLE_NOTIFY): is the address of a page of the server',
  ],
  [
    { PASSERELLE_GATEWAYS: JSON.stringify([{ kind: 'jellyfin', url: 'http://h:8096/web/index.html' }]) },
    'gateways entry 1, url (environment PASSERELLE_GATEWAYS): is the address of a page of the server',
  ],
  [
    notify([{ kind: 'plex', url: `http://h/?token=${key}` }]),
    'notify entry 1, url (environment PASSERELLE_NOTIFY): holds a question mark',
  ],
  [
    notify([{ kind: 'plex', url: 'http://h', [key]: 1 }]),
    'notify entry 1 (environment PASSERELLE_NOTIFY): has a key that does not exist; keys are kind',
  ],
  [
    notify([{ kind: 'emby', url: 'http://h', pathMap: { '/a': 5 }, fs: 'x' }]),
    'notify entry 1, pathMap, /a (environment PASSERELLE_NOTIFY): is a number; must be a map from our folders',
  ],
  [
    notify([{ kind: 'emby', url: 'http://h', fs: 'x', clean: true }]),
    'notify entry 1, fs (environment PASSERELLE_NOTIFY): is nothing that emby knows',
    'notify entry 1, clean (environment PASSERELLE_NOTIFY): is nothing that emby knows',
  ],
  [
    notify([{ kind: 'emby', url: 'http://h', tokenFile: `/${key}` }]),
    'notify entry 1, tokenFile (environment PASSERELLE_NOTIFY): the file is not there (ENOENT); name a file that this user may read',
  ],
  [
    trees([
      { dir: '/srv/a', profil: 'kodi' },
      { profile: 'x', kinds: ['movi'], roots: ['Films'] },
    ]),
    'library.trees entry 1, profil (environment PASSERELLE_TREES): there is no such key; did you mean profile?',
    'library.trees entry 2, dir (environment PASSERELLE_TREES): is missing',
    'library.trees entry 2, profile (environment PASSERELLE_TREES): "x" is not right; must be one of jellyfin',
    'library.trees entry 2, roots, entry 1 (environment PASSERELLE_TREES): "Films" is not right',
    'library.trees entry 2, kinds, entry 1 (environment PASSERELLE_TREES): "movi" is not right',
  ],
  [
    rules([{ client: 'vlx', give: 'proxy' }, {}, { give: 'bytes', from: ['private', 'home'] }]),
    'delivery.rules entry 1, client (environment PASSERELLE_DELIVERY_RULES): "vlx" is not right; must be one or several of ffmpeg',
    'delivery.rules entry 1, give (environment PASSERELLE_DELIVERY_RULES): "proxy" is not right; must be one of bytes, redirect',
    'delivery.rules entry 2, give (environment PASSERELLE_DELIVERY_RULES): is missing',
    'delivery.rules entry 3, from, entry 2 (environment PASSERELLE_DELIVERY_RULES): "home" is not right',
  ],
  [
    { PASSERELLE_ROOTS: 'Films,/a/../b,/c' },
    'library.roots entry 1 (environment PASSERELLE_ROOTS): "Films" is not right; must be a folder of the account',
    'library.roots entry 2 (environment PASSERELLE_ROOTS): the host knows no . and ..',
  ],
  [
    { FICHIER_DOWNLOAD_HOSTS: 'https://1fichier.com' },
    'fichier.downloadHosts entry 1 (environment FICHIER_DOWNLOAD_HOSTS): "https://1fichier.com" is not right',
  ],
  [
    { FICHIER_BACKOFF_MINUTES: '5,x,0' },
    'fichier.backoffMinutes entry 2 (environment FICHIER_BACKOFF_MINUTES): "x" is not right',
    'fichier.backoffMinutes entry 3 (environment FICHIER_BACKOFF_MINUTES): "0" is not right',
  ],
];

t.test('every list says which entry and which key is wrong, and shows no secret', async (t) => {
  for (const [env, ...beginnings] of wrongRows) {
    const faults = faultsOf(env);
    t.equal(faults.length, beginnings.length, faults.join('\n'));
    for (const [index, words] of beginnings.entries())
      t.equal(faults[index]?.slice(0, words.length), words, words);
    t.notMatch(faults.join(), key);
    t.notMatch(faults.join(), /Invalid input|expected|Unrecognized/, 'no words of a library');
  }
});

t.test('in the file, a fault of a row names the line on which it stands', async (t) => {
  const yaml = [
    'notify:',
    '  - kind: jellyfin',
    '    url: 127.0.0.1:8096',
    '  - kind: plex',
    '    url: http://h',
    `    tokenn: ${key}`,
    'library:',
    '  roots:',
    '    - /a',
    '    - {b: c}',
  ];
  const file = join(t.testdir({ 'passerelle.yaml': yaml.join('\n') }), 'passerelle.yaml');
  const places = faultsOf({}, file).map((line) => line.replace(file, 'file').replace(/\): .*/, ')'));
  t.strictSame(places, [
    'library.roots entry 2 (file line 10)',
    'notify entry 1, url (file line 3)',
    'notify entry 2, tokenn (file line 6)',
  ]);
});

t.test('texts that YAML takes for something else are taken as they are written, or told', async (t) => {
  const dir = t.testdir({
    numbers: 'auth:\n  password: 01234567\n  user: 1.10\n',
    truth: 'auth:\n  user: true\n',
    alias: 'a: &x 1\nlibrary:\n  roots: *x\n',
    twice: 'dataDir: a\ndataDir: b\n',
    tab: 'server:\n\tport: 1\n',
    two: '---\ndataDir: a\n---\ndataDir: b\n',
  });
  const { auth } = loadSettings({ env: {}, file: join(dir, 'numbers') }).settings;
  t.match(auth, { password: '01234567', user: '1.10' });
  for (const [name, words] of Object.entries({
    truth: 'is true, not text; put quotes around it',
    alias: 'holds an alias',
    twice: 'the same name stands twice',
    tab: 'is indented with a tab',
    two: 'holds a second document',
  })) {
    const [fault = '', ...others] = faultsOf({}, join(dir, name));
    t.match(fault, words);
    t.same(others, [], name);
  }
});

t.test(
  'folders that nothing may be written into are refused, and so is dataDir in the library',
  async (t) => {
    const dir = t.testdir();
    mkdirSync(join(dir, 'real', 'sub'), { recursive: true });
    symlinkSync(join(dir, 'real'), join(dir, 'link'));
    const [real, link] = [join(dir, 'real'), join(dir, 'link')];
    const wrong: [library: string, data: string | undefined, words: RegExp][] = [
      ['/', undefined, /library\.dir .*is the top of the disk/],
      ['/srv/..', undefined, /is the top of the disk/],
      ['/etc/', undefined, /belongs to the system/],
      ['/proc/x', undefined, /belongs to the system/],
      ['/usr/bin', undefined, /belongs to the system/],
      ['/etc/ssh/x', undefined, /belongs to the system/],
      ['/lib/x', undefined, /belongs to the system/],
      ['/var/lib', undefined, /belongs to the system/],
      ['/tmp', undefined, /belongs to the system/],
      ['~/library', undefined, /begins with ~/],
      ['"/srv/x"', undefined, /has quotes around it/],
      ['C:\\library', undefined, /is a path of Windows/],
      ['smb://nas/library', undefined, /is an address/],
      [`\${HOME}/x`, undefined, /nobody has replaced/],
      ['/srv/x', '/', /dataDir .*is the top of the disk/],
      [`/srv/${'x'.repeat(256)}`, undefined, /holds a name of more than 255 bytes/],
      [real, link, /real is dataDir/],
      [real, join(link, 'data'), /dataDir lies in .*real; give/],
      [join(link, 'not', 'there'), join(real, 'not', 'there', 'yet'), /dataDir lies in/],
      [join(link, 'trash'), real, /lies in dataDir/],
    ];
    for (const [library, data, words] of wrong) {
      const env = {
        PASSERELLE_LIBRARY_DIR: library,
        ...(data !== undefined && { PASSERELLE_DATA_DIR: data }),
      };
      const faults = faultsOf(env);
      t.equal(faults.length, 1, library);
      t.match(faults[0], words);
    }
    const inside = { PASSERELLE_LIBRARY_DIR: join(link, 'sub'), PASSERELLE_DATA_DIR: real };
    t.match(warningsOf(inside), [/lies in dataDir, which only this user may read/], 'a warning');
    t.same(warningsOf({ PASSERELLE_LIBRARY_DIR: join(real, 'sub'), PASSERELLE_DATA_DIR: '/srv/data' }), []);
  },
);

t.test('names and passwords that cannot work are refused, weak ones are told of', async (t) => {
  const rows: [Record<string, string>, string][] = [
    [{ PASSERELLE_USER: 'a:b' }, 'auth.user (environment PASSERELLE_USER): holds a colon'],
    [{ PASSERELLE_PASSWORD: 'x' }, 'auth.password (environment PASSERELLE_PASSWORD): has 1 of at least 4'],
    [{ PASSERELLE_PASSWORD: 'changeme' }, 'auth.password (environment PASSERELLE_PASSWORD): is the text of'],
    [{ PASSERELLE_PASSWORD: 'a\nbcdefghi' }, 'auth.password (environment PASSERELLE_PASSWORD): holds a line'],
    [{ PASSERELLE_ADMIN_TOKEN: 'x' }, 'auth.adminToken (environment PASSERELLE_ADMIN_TOKEN): has 1 of at'],
    [
      { PASSERELLE_ADMIN_TOKEN: 'two words' },
      'auth.adminToken (environment PASSERELLE_ADMIN_TOKEN): holds a',
    ],
    [{ PASSERELLE_HOST: 'http://0.0.0.0' }, 'server.host (environment PASSERELLE_HOST): is a whole address'],
    [{ PASSERELLE_HOST: '0.0.0.0:8790' }, 'server.host (environment PASSERELLE_HOST): has a port behind it'],
    [
      { PASSERELLE_BASE_URL: 'http://u:pw@h' },
      'server.baseUrl (environment PASSERELLE_BASE_URL): holds a user',
    ],
    [
      { PASSERELLE_LINK_MIN_TTL_MS: '80000', PASSERELLE_LINK_MAX_TTL_MS: '1000' },
      'links.minTtlMs (environment PASSERELLE_LINK_MIN_TTL_MS): 80000 is more than links.maxTtlMs',
    ],
  ];
  for (const [env, words] of rows) {
    const [fault = '', ...others] = faultsOf(env);
    t.equal(fault.slice(0, words.length), words);
    t.same(others, []);
  }
  t.match(warningsOf({ PASSERELLE_PASSWORD: 'demo' }), [/has 4 characters, which is easily guessed/]);
  t.match(warningsOf({ PASSERELLE_PASSWORD: '"long enough"' }), [/has quotes around it/]);
  t.same(warningsOf({ PASSERELLE_PASSWORD: 'long enough', PASSERELLE_USER: 'émile' }), []);
  for (const [env, words] of [
    [{ PASSERELLE_BASE_URL: 'http://0.0.0.0:8790' }, /none that a player can reach/],
    [{ PASSERELLE_BASE_URL: 'http://[::]:8790' }, /none that a player can reach/],
    [{ FICHIER_API_URL: 'http://api.1fichier.com/v1' }, /without https the key travels/],
    [{ FICHIER_API_URL: 'https://api.1fichier.com' }, /is at https:\/\/api\.1fichier\.com\/v1/],
  ] as const)
    t.match(warningsOf(env), [words]);
  for (const url of ['https://api.1fichier.com/v1/', 'http://192.168.1.2:8791/v1'])
    t.same(warningsOf({ FICHIER_API_URL: url }), []);
});
