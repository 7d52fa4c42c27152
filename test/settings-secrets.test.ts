import t from 'tap';
import { loadSettings } from '../config/load.ts';
import { type NamedSetting, settingList } from '../config/settings.ts';

/** What is written where a secret belongs, and lists that name one thing twice: told before anything is started. */

const file = '/nowhere/none.yaml';
type Env = Record<string, string>;

function told(env: Env): { faults: string[]; warnings: string[] } {
  try {
    return { faults: [], warnings: loadSettings({ env, file }).warnings };
  } catch (error) {
    return { faults: (error as Error).message.split('\n').map((line) => line.trim()), warnings: [] };
  }
}

const list = (name: string, rows: unknown): Env => ({ [name]: JSON.stringify(rows) });
const server = (more: object) => ({ kind: 'plex', url: 'http://h', ...more });

/** Every setting that holds a secret, with this text in it. */
const secrets: readonly ((text: string) => Env)[] = [
  (text) => ({ FICHIER_API_KEY: text }),
  (text) => ({ PASSERELLE_PASSWORD: text }),
  (text) => ({ PASSERELLE_ADMIN_TOKEN: text }),
  (text) => list('PASSERELLE_NOTIFY', [server({ token: text })]),
  (text) => list('PASSERELLE_NOTIFY', [server({ kind: 'jellyfin', token: text })]),
  (text) => list('PASSERELLE_GATEWAYS', [server({ kind: 'emby', apiKey: text })]),
];

t.test('a text that stands in the place of a secret is refused, whichever secret it is', async (t) => {
  const texts = ['none', 'None', 'null', 'undefined', 'false', 'disabled', 'password', 'PASSWORD', 'secret']
    .concat([
      'token',
      'changeme',
      'change-me',
      'CHANGE_ME!',
      'replace_me',
      'your_password',
      'my-secret-token',
    ])
    .concat([
      'your-jellyfin-api-key-here',
      'insert-token-here',
      '<token>',
      '$PASSWORD',
      ['$', '{TOKEN}'].join(''),
    ])
    .concat(['xxxxxxxxxxxxxxxx', '********', '....', 'placeholder', 'example', 'passwd', 'motdepasse']);
  for (const text of texts)
    for (const secret of secrets) {
      const env = secret(text);
      const { faults } = told(env);
      t.equal(faults.length, 1, JSON.stringify(env));
      t.match(faults[0], /(?:is the text of the example|is a word for nothing)[,;]/, JSON.stringify(env));
    }
});

t.test('a secret of ours that is tried among the first is told of, a good one is not', async (t) => {
  const weak = [
    'password1',
    'Passw0rd',
    'p@ssword',
    'admin123',
    'letmein!',
    '12345678',
    '87654321',
    'qwertyuiop',
  ]
    .concat(['aaaaaaaa', 'abcabcabc', 'jellyfin', 'Passerelle2026', 'azertyuiop', 'bonjour123', 'demo'])
    .concat(['passwordpassword', '1234567890123456', 'abcdefghijklmnop']);
  for (const text of weak) {
    t.match(told({ PASSERELLE_PASSWORD: text }).warnings, [/^auth\.password .*easily guessed$/], text);
    t.match(told({ PASSERELLE_ADMIN_TOKEN: text }).warnings, [/^auth\.adminToken .*easily guessed$/], text);
  }
  t.match(told({ PASSERELLE_USER: 'catherine', PASSERELLE_PASSWORD: 'catherine' }).warnings, [
    /^auth\.password .*name of the user/,
  ]);
  for (const text of [
    'test-password',
    'long enough',
    'correct horse battery',
    'Vxk3-9pQz',
    'passwords are hard',
  ])
    t.strictSame(told({ PASSERELLE_PASSWORD: text }), { faults: [], warnings: [] }, text);
  const made = 'u5Xb2hT0oQ8rYk1LzWc7vNfJ';
  for (const secret of secrets.slice(1)) t.strictSame(told(secret(made)), { faults: [], warnings: [] });
});

t.test('Jellyfin and Emby want a key to be told of anything', async (t) => {
  for (const kind of ['jellyfin', 'emby']) {
    const { faults } = told(list('PASSERELLE_NOTIFY', [server({}), server({ kind })]));
    t.match(faults, [/^notify entry 2, token .*: is missing; make an API key/]);
    t.strictSame(
      told(list('PASSERELLE_GATEWAYS', [server({ kind })])).faults,
      [],
      'a gateway asks as its apps',
    );
  }
  for (const kind of ['plex', 'kodi', 'rclone', 'webhook'])
    t.strictSame(told(list('PASSERELLE_NOTIFY', [server({ kind })])).faults, []);
});

t.test('one server twice is told of, two listeners at one port are refused', async (t) => {
  const token = 'u5Xb2hT0oQ8rYk1L';
  const notify = (...rows: object[]) => told(list('PASSERELLE_NOTIFY', rows.map(server)));
  t.match(notify({}, { kind: 'kodi' }, { url: 'http://H:80/' }).warnings, [
    /^notify .*entry 3 is the same server as entry 1, which is told everything twice/,
  ]);
  t.strictSame(
    notify({}, { url: 'http://h:81' }, { kind: 'rclone', fs: 'a' }, { kind: 'rclone', fs: 'b' }).warnings,
    [],
  );
  const gateways = (env: Env, ...rows: object[]) =>
    told({
      ...env,
      ...list(
        'PASSERELLE_GATEWAYS',
        rows.map((row) => ({ kind: 'jellyfin', ...row })),
      ),
    });
  const [a, b] = [{ url: 'http://a' }, { url: 'http://b', apiKey: token }];
  t.match(gateways({}, a, b).faults, [
    /^gateways entry 2, port .*: 8097 is the port of entry 1; give each its own/,
  ]);
  t.match(gateways({}, { ...a, port: 8790 }).faults, [
    /entry 1, port .*: 8790 is the port of Passerelle itself/,
  ]);
  t.match(gateways({ PASSERELLE_PORT: '8097' }, a).faults, [/8097 is the port of Passerelle itself/]);
  t.match(gateways({}, { ...a, port: 1 }, { ...a, url: 'http://a/', port: 2 }).warnings, [
    /^gateways .*entry 2 is the same server as entry 1/,
  ]);
  for (const rows of [
    [
      { ...a, port: 1 },
      { ...b, port: 2 },
    ],
    [
      { ...a, port: 0 },
      { ...b, port: 0 },
    ],
    [
      { ...a, host: '127.0.0.1' },
      { ...b, host: '127.0.0.2' },
    ],
  ])
    t.strictSame(gateways({}, ...rows), { faults: [], warnings: [] });
});

t.test('whatever kind of value stands in a setting, what is said of it is true', async (t) => {
  const values: [json: string, isNever: RegExp][] = [
    ['null', /\bis (?:a|an|one|text)\b/],
    ['true', /\bis (?:a map|a list|text|one entry|empty)\b/],
    ['5', /\bis (?:a map|a list|text|one entry|empty)\b/],
    ['"x"', /\bis (?:a map|a list|one entry|empty)\b/],
    ['[null]', /\bis (?:a map|text)\b/],
    ['[[]]', /\bis (?:a map|text|empty)\b/],
    ['{}', /\bis (?:a list|text|empty)\b/],
  ];
  const tables = settingList.filter(({ env }) => /_(?:NOTIFY|GATEWAYS|TREES|RULES)$/.test(env));
  t.equal(tables.length, 4);
  for (const { env } of tables)
    for (const [json, never] of values)
      for (const fault of told({ [env]: json }).faults) t.notMatch(fault, never, `${env}=${json}`);
  // As the file gives them.
  for (const setting of settingList as readonly NamedSetting[])
    for (const [json, never] of values) {
      const reading = setting.read(JSON.parse(json));
      for (const { wrong = '' } of 'wrongs' in reading ? reading.wrongs : [])
        t.notMatch(wrong, never, `${setting.path}: ${json}`);
    }
  t.match(told({ PASSERELLE_NOTIFY: 'null' }).faults, [/^notify .*: is empty; must be a list such as/]);
  t.match(told({ PASSERELLE_GATEWAYS: 'null' }).faults, [/^gateways .*: is empty; must be a list such as/]);
});
