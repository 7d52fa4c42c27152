import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { exitCodes } from '../src/commands/context.ts';
import { diskTrouble, troubleWith } from '../src/core/files/folder-check.ts';
import { asNobody } from './fixtures/nobody.ts';
import { passerelle } from './fixtures/passerelle.ts';
import { envOver } from './fixtures/setup.ts';
import { start } from './fixtures/simulated-host.ts';

/** What is looked at before the first call and the first file: the key, and the rights to write. */

t.test('who has written the key into .env without Docker is told who reads that', async (t) => {
  const cwd = t.testdir({ '.env': `FICHIER_API_KEY=${'x'.repeat(32)}` });
  const env = { PASSERELLE_DATA_DIR: `${cwd}/data` };
  t.match(
    (await passerelle(['sync'], { cwd, env })).stderr,
    /missing.*\n.*\.env here is read by docker compose alone/,
  );
  const bare = t.testdir();
  t.notMatch((await passerelle(['sync'], { cwd: bare, env })).stderr, /\.env/);
});

t.test('a command that asks the host and has no key ends with 2, and nothing else is touched', async (t) => {
  const simulator = await start(t);
  for (const args of [
    ['sync'],
    ['sync', '--dry-run'],
    ['serve', '--no-guide'],
    ['link', '--direct', '/x'],
    ['doctor'],
  ]) {
    const home = t.testdir();
    const env = { ...envOver(simulator, home), FICHIER_API_KEY: '' };
    const { code, stdout, stderr } = await passerelle(args, { cwd: home, env });
    t.equal(code, exitCodes.wrongUse, args.join(' '));
    t.match(stdout + stderr, /(FICHIER_API_KEY is missing|FICHIER_API_KEY\): is missing)/, args.join(' '));
    t.match(stdout + stderr, 'https://1fichier.com/console/params.pl');
    t.same(readdirSync(home), [], 'no file was made');
  }
  t.equal(simulator.counters.requests.length, 0, 'no call was made');
});

t.test('a missing key is told together with every other fault', async (t) => {
  const home = t.testdir({ file: '' });
  const env = {
    PASSERELLE_PORT: 'x',
    PASSERELLE_LIBRARY_DIR: join(home, 'file', 'library'),
    PASSERELLE_DATA_DIR: join(home, 'data'),
  };
  const { code, stderr } = await passerelle(['serve', '--no-guide'], { cwd: home, env });
  t.equal(code, exitCodes.wrongUse);
  t.match(stderr, /The settings have faults \(3\):\n.*FICHIER_API_KEY\): is missing;.*\n.*server\.port/);
  t.match(stderr, /library\.dir \(PASSERELLE_LIBRARY_DIR\): \S+file is a file, where a folder should be/);
  t.same(readdirSync(home), ['file']);
});

t.test('folders that cannot be written are told with the true cause, before anything is made', async (t) => {
  const simulator = await start(t);
  const home = t.testdir({ file: '' });
  symlinkSync(join(home, 'nowhere'), join(home, 'broken'));
  for (const [name, words] of [
    ['file', /file is a file, where a folder should be \(ENOTDIR\); move it away/],
    ['file/below', /file is a file, where a folder should be/],
    ['broken/below', /broken is a link that leads nowhere; mend the link/],
  ] as const) {
    for (const [setting, other] of [
      ['PASSERELLE_DATA_DIR', 'dataDir'],
      ['PASSERELLE_LIBRARY_DIR', 'library.dir'],
    ] as const) {
      const env = { ...envOver(simulator, home), [setting]: join(home, name) };
      for (const args of [['serve'], ['sync']]) {
        const { code, stderr } = await passerelle(args, { cwd: home, env });
        t.equal(code, exitCodes.failed, `${args} ${setting} ${name}`);
        t.match(stderr, /^passerelle: The disk is full or cannot be written:\n/);
        t.match(stderr, words);
        t.match(stderr, `  ${other} (${setting}): `);
        t.notMatch(stderr, /\n {4}at /, 'no stack');
      }
    }
  }
  t.same(readdirSync(home).sort(), ['broken', 'file']);
  t.equal(simulator.counters.requests.length, 0);
});

t.test(
  'where a catalog stands, a library that cannot be written now stops nothing at the start',
  async (t) => {
    const simulator = await start(t);
    const home = t.testdir();
    const env = envOver(simulator, home);
    t.equal((await passerelle(['sync'], { cwd: home, env })).code, 0);
    writeFileSync(join(home, 'file'), '');
    const away = { ...env, PASSERELLE_LIBRARY_DIR: join(home, 'file', 'library') };
    const { stdout, stderr } = await passerelle(['sync'], { cwd: home, env: away });
    t.notMatch(stderr, 'PASSERELLE_LIBRARY_DIR');
    t.match(stdout + stderr, /cannot be written/);
  },
);

t.test('the check leaves no file and makes no folder', async (t) => {
  const home = t.testdir({ there: {} });
  t.equal(troubleWith(join(home, 'there')), undefined);
  t.equal(troubleWith(join(home, 'not', 'yet')), undefined);
  t.same(readdirSync(join(home, 'there')), []);
  t.notOk(existsSync(join(home, 'not')));
});

t.test('a folder without rights is told as that', async (t) => {
  // Below a folder that everybody may enter.
  const home = mkdtempSync(join(tmpdir(), 'rights-'));
  t.teardown(() => rmSync(home, { recursive: true }));
  chmodSync(home, 0o755);
  mkdirSync(join(home, 'locked'));
  chmodSync(join(home, 'locked'), 0o555);
  t.match(await asNobody(() => troubleWith(join(home, 'locked'))), {
    why: /is closed to this user \(EACCES\)/,
  });
  // Before a folder is made, the system is asked what the real user may, which root stays.
  if (process.getuid?.() === 0) return;
  t.match(troubleWith(join(home, 'locked', 'data')), {
    why: /locked, where .*data would be made, is closed/,
  });
});

t.test('what the system says of a disk, in words', async (t) => {
  for (const [code, why, remedy] of [
    ['EROFS', /mounted read-only \(EROFS\)/, /without :ro/],
    ['EACCES', /is closed to this user/, /PUID and PGID/],
    ['ENOSPC', /full/, /Make room/],
    ['EDQUOT', /full/, /Make room/],
    ['ENOENT', /is not there/, /mount/],
    ['EXYZ', /cannot be written \(EXYZ\)/, /Look at the disk/],
  ] as const)
    t.match(diskTrouble('/data', Object.assign(new Error(), { code })), { why, remedy });
});

t.test('every command names what is really in the way of the data folder', async (t) => {
  const damaged = { 'keys.json': '{' };
  const home = t.testdir({ file: '', taken: { 'keys.json': {} }, damaged });
  symlinkSync(join(home, 'nowhere'), join(home, 'broken'));
  for (const [data, words] of [
    ['file', /file is a file, where a folder should be \(ENOTDIR\)\nMove it away/],
    ['file/below', /file is a file, where a folder should be/],
    ['broken/below', /broken is a link that leads nowhere\nMend the link/],
    ['taken', /keys\.json is a folder, where a file should be \(EISDIR\)\nMove it away/],
    ['damaged', /keys\.json is damaged\nPut back a copy, or delete it/],
  ] as const) {
    const env = { PASSERELLE_DATA_DIR: join(home, data) };
    for (const args of [['plays'], ['rotate-keys']]) {
      const { code, stderr } = await passerelle(args, { cwd: home, env });
      t.equal(code, exitCodes.failed, `${args} ${data}`);
      t.match(stderr, words, `${args} ${data}`);
    }
  }
});
