import { join } from 'node:path';
import t from 'tap';
import { SettingsError } from '../config/faults.ts';
import { loadSettings } from '../config/load.ts';
import { settingList } from '../config/settings.ts';
import { noFile } from './fixtures/checkout.ts';

/** Settings beside each other: old names beside new ones, and values that fit and do not do what was meant. */
function faultsOf(env: Record<string, string>, file = noFile): string[] {
  try {
    loadSettings({ env, file });
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.faults.map(({ wrong, right }) => `${wrong}; ${right}`);
    throw error;
  }
}

const warningsOf = (env: Record<string, string>) => loadSettings({ env, file: noFile }).warnings;
const notify = (rows: unknown) => ({ PASSERELLE_NOTIFY: JSON.stringify(rows) });
const trees = (rows: unknown) => ({ PASSERELLE_TREES: JSON.stringify(rows) });

t.test(
  'a setting that was renamed is read by its old name too, and a warning tells the new one',
  async (t) => {
    const renamed = settingList.filter(({ formerly }) => formerly !== undefined);
    t.strictSame(renamed.map(({ path }) => path).sort(), [
      'fichier.backoffMinutes',
      'links.maxTtlMs',
      'links.minTtlMs',
      'sync.removeMax',
    ]);
    for (const { path, env, formerly = { path: '', env: '' }, read } of renamed) {
      const value = '60000'.slice(0, path === 'fichier.backoffMinutes' ? 2 : 5);
      const [group = '', old = ''] = formerly.path.split('.');
      const yaml = {
        old: `${group}:\n  ${old}: ${value}\n`,
        both: `${group}:\n  ${old}: ${value}\n  ${path.split('.')[1]}: ${value}\n`,
      };
      const dir = t.testdir({ ...yaml, value: `${value}\n` });
      const right = read(value);
      const at = (options: Parameters<typeof loadSettings>[0]) => {
        const { settings, warnings } = loadSettings(options);
        const [, key = ''] = path.split('.');
        return { value: Object(Reflect.get(settings, group))[key], warnings };
      };
      for (const options of [
        { env: { [formerly.env]: value }, file: noFile },
        { env: { [`${formerly.env}_FILE`]: join(dir, 'value') }, file: noFile },
        { env: {}, file: join(dir, 'old') },
      ]) {
        const read = at(options);
        t.strictSame({ value: read.value }, right, path);
        t.equal(read.warnings.length, 1);
        t.match(read.warnings[0], /is now called .*; the old name still works/);
        t.match(read.warnings[0], options.file === noFile ? env : path);
      }
      t.match(faultsOf({ [env]: value, [formerly.env]: value }), [/both .* are set; keep one of them/]);
      t.match(faultsOf({}, join(dir, 'both')), [/is an old name of it, and both are set; keep/]);
      t.strictSame(at({ env: { [env]: value }, file: noFile }).warnings, []);
    }
  },
);

t.test('settings that together do most likely not what was meant are told of', async (t) => {
  const library = { PASSERELLE_LIBRARY_DIR: '/srv/library' };
  const server = (pathMap: object) => notify([{ kind: 'plex', url: 'http://h', pathMap }]);
  for (const [env, words] of [
    [
      { PASSERELLE_ROOTS: '/Films,/Films' },
      /^library\.roots \(environment PASSERELLE_ROOTS\): \/Films stands twice/,
    ],
    [{ PASSERELLE_ROOTS: '/Films,/Films/Horreur' }, /\/Films\/Horreur lies in \/Films/],
    [
      { PASSERELLE_ROOTS: '/Films', ...trees([{ dir: '/srv/a', roots: ['/Films/x', '/Series'] }]) },
      /library\.trees .*entry 1: \/Series is not in library\.roots/,
    ],
    [
      { ...library, ...server({ '/libary': '/media' }) },
      /notify .*entry 1: pathMap names \/libary, .* \/srv\/library/,
    ],
    [{ PASSERELLE_CACHE_MIB: '8' }, /cache\.fileMiB \(default\): one file may fill more/],
    [{ FICHIER_CONNECTIONS: '4' }, /delivery\.viewerConnections .*only 4 for all/],
  ] as const)
    t.match(warningsOf(env), [words]);
  for (const env of [
    { ...library, ...server({ '/srv': '/media' }) },
    { ...library, ...server({ '/srv/library/Movies': '/media' }) },
    { PASSERELLE_ROOTS: '/Films,/Films 2' },
    { PASSERELLE_CACHE_MIB: '0' },
    trees([{ dir: '/srv/a', roots: ['/Series'] }]),
  ])
    t.same(warningsOf(env), []);
});

t.test('a gateway that would ask itself is a fault', async (t) => {
  const gateway = (row: object) =>
    faultsOf({ PASSERELLE_GATEWAYS: JSON.stringify([{ kind: 'jellyfin', url: 'http://nas:8096', ...row }]) });
  t.match(gateway({ url: 'http://localhost:8097' }), [/entry 1: url is the gateway itself/]);
  t.match(gateway({ url: 'http://10.0.0.1:8097/jf', host: '10.0.0.1' }), [/the gateway itself/]);
  for (const row of [{}, { url: 'http://localhost:8096' }, { url: 'http://nas:8097' }, { port: 0 }])
    t.strictSame(gateway(row), []);
});
