import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { sendableFiles } from '../src/commands/put/sendable-files.ts';
import { cleanEnv } from './fixtures/bridge-process.ts';
import { passerelle } from './fixtures/passerelle.ts';
import { envOver } from './fixtures/setup.ts';
import { createSimulator } from './simulator/simulator.ts';

/** `passerelle put` as a person types it: folders, patterns, what would be done, and what is left out. */

const account = { folders: [{ name: 'Films', files: [{ name: 'Old.mkv', content: Buffer.from('old') }] }] };
const simulator = await createSimulator({ account });
t.teardown(() => simulator.close());

/** Folders and files of this machine, and links that lead around. */
function madeHome() {
  const home = t.testdir({
    'outside.mkv': 'not meant',
    Show: {
      'Quote "1".mkv': 'one',
      'empty.txt': '',
      '.secret': 'hidden',
      '.git': { config: 'hidden' },
      'Thumbs.db': 'junk',
      S01: { 'E01.mkv': 'a', 'E02.mkv': 'bb', '~$E02.docx': 'junk' },
      'S 02': { Deep: { 'E03.srt': 'ccc' } },
      Nothing: {},
    },
    'A (2001).mkv': 'film a',
    'B (2002).mkv': 'film b',
    'C[1].mkv': 'film c',
  });
  const show = join(home, 'Show');
  symlinkSync('../outside.mkv', join(show, 'leads-out.mkv'));
  symlinkSync('.', join(show, 'loop'));
  return home;
}

const home = madeHome();
const env = { ...cleanEnv(), ...envOver(simulator, home), PASSERELLE_BASE_URL: 'http://127.0.0.1:9' };
const run = (...args: string[]) => passerelle(args, { env, cwd: home });
const names = (folder: string) =>
  [...simulator.account.folder(folder).files.values()].map(({ name }) => name).sort();
const jsonLines = (text: string) =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
t.equal((await run('sync')).code, 0);

const leftOut = [
  'Show/.git: left out: it is hidden',
  'Show/.secret: left out: it is hidden',
  'Show/Thumbs.db: left out: a program left it there for itself',
  'Show/leads-out.mkv: left out: links in folders are not followed',
  'Show/loop: left out: links in folders are not followed',
  'Show/empty.txt: left out: it has nothing in it, and the host takes no empty file',
  'Show/S01/~$E02.docx: left out: a program left it there for itself',
].sort();

t.test('a dry run says what would be sent, and nothing is: no call, no folder', async (t) => {
  simulator.reset();
  const ran = await run('put', '-r', '--dry-run', 'Show', '/Films');
  t.match(ran, {
    code: 0,
    stdout: [
      '/Films/Show/Quote ＂1＂.mkv (3 B): would be sent',
      '/Films/Show/S 02/Deep/E03.srt (3 B): would be sent',
      '/Films/Show/S01/E01.mkv (1 B): would be sent',
      '/Films/Show/S01/E02.mkv (2 B): would be sent',
      '4 files, 9 B; nothing was sent\n',
    ].join('\n'),
  });
  t.strictSame(ran.stderr.trimEnd().split('\n').sort(), leftOut);
  t.same([simulator.counters.calls, simulator.counters.uploadRequests], [{}, []]);
  t.throws(() => simulator.account.folder('/Films/Show'));
});

t.test('a folder is sent with all that is in it, and a second time nothing is', async (t) => {
  simulator.reset();
  const ran = await run('put', '-r', 'Show', '/Films');
  t.match(ran, {
    code: 0,
    stdout: [
      '/Films/Show/Quote ＂1＂.mkv (3 B): sent',
      '/Films/Show/S 02/Deep/E03.srt (3 B): sent',
      '/Films/Show/S01/E01.mkv (1 B): sent',
      '/Films/Show/S01/E02.mkv (2 B): sent\n',
    ].join('\n'),
  });
  t.strictSame(ran.stderr.trimEnd().split('\n').sort(), leftOut);
  t.same(simulator.counters.calls, { 'folder/mkdir': 4, 'upload/get_upload_server': 4 });
  t.same([names('/Films/Show'), names('/Films/Show/S01')], [['Quote ＂1＂.mkv'], ['E01.mkv', 'E02.mkv']]);
  t.throws(() => simulator.account.folder('/Films/Show/Nothing'), 'a folder without files is not made');
  simulator.reset();
  const again = await run('put', '-r', '--json', 'Show', '/Films');
  t.same(
    jsonLines(again.stdout)
      .map(({ fate, why }) => why ?? fate)
      .sort(),
    ['empty', 'hidden', 'hidden', 'junk', 'junk', 'link', 'link', 'same', 'same', 'same', 'same'],
  );
  t.equal(again.code, 0);
  t.same(simulator.counters.uploads, 0);
});

t.test('three files into a new folder cost ten requests', async (t) => {
  simulator.reset();
  mkdirSync(join(home, 'New'));
  for (const name of ['one.mkv', 'two.mkv', 'three.mkv']) writeFileSync(join(home, 'New', name), name);
  t.equal((await run('put', '-r', 'New', '/Films')).code, 0);
  const calls = Object.values(simulator.counters.calls).reduce((sum, count) => sum + count, 0);
  t.same(simulator.counters.calls, { 'folder/mkdir': 1, 'upload/get_upload_server': 3 });
  t.equal(calls + simulator.counters.uploadRequests.length, 10);
});

t.test('a folder gets a new name, or one that is made with -p', async (t) => {
  t.match(await run('put', '-r', 'Show/S01', '/Films/Season 1'), {
    code: 0,
    stdout: '/Films/Season 1/E01.mkv (1 B): sent\n/Films/Season 1/E02.mkv (2 B): sent\n',
  });
  t.match(await run('put', 'A (2001).mkv', '/Films/New/Deep/'), { code: 1, stderr: /not in the catalog/ });
  t.match(await run('put', '-p', '--dry-run', 'A (2001).mkv', '/Films/New/Deep/'), {
    code: 0,
    stdout: /^\/Films\/New\/Deep\/A \(2001\)\.mkv \(6 B\): would be sent\n/,
  });
  t.match(await run('put', '-p', 'A (2001).mkv', '/Films/New/Deep/'), {
    code: 0,
    stdout: '/Films/New/Deep/A (2001).mkv (6 B): sent\n',
  });
  t.match(
    await run('put', 'A (2001).mkv', 'B (2002).mkv', '/Films/Two'),
    {
      code: 1,
      stderr: /\/Films\/Two.* not in the catalog/,
    },
    'two files have no new name',
  );
  t.match(await run('put', 'A (2001).mkv', 'B (2002).mkv', '/Films/Old.mkv'), {
    code: 1,
    stderr: /Old\.mkv is a file/,
  });
});

t.test(
  'patterns that the shell was kept from are read, and a name that is there counts as it is',
  async (t) => {
    t.match(await run('put', '--dry-run', '[AB]*.mkv', '/Films'), {
      code: 0,
      stdout: /^\/Films\/A \(2001\)\.mkv .*\n\/Films\/B \(2002\)\.mkv .*\n2 files, 12 B; nothing was sent\n$/,
    });
    t.match(await run('put', '--dry-run', 'C[1].mkv', '/Films'), { code: 0, stdout: /C\[1\]\.mkv/ });
    t.match(await run('put', '--dry-run', 'Sh*/S0?/E*.mkv', '/Films/'), { code: 0, stdout: /E01.*\n.*E02/ });
    t.match(await run('put', '--dry-run', join(home, 'Sh*/S01/E01*'), '/Films/Renamed.mkv'), {
      code: 0,
      stdout: /^\/Films\/Renamed\.mkv \(1 B\)/,
    });
    t.match(await run('put', '*.avi', 'A (2001).mkv', '/Films'), {
      code: 1,
      stdout: '/Films/A (2001).mkv (6 B): sent\n',
      stderr: '*.avi: nothing here fits\n',
    });
    t.match(await run('put', 'Show', '/Films'), {
      code: 1,
      stderr: 'Show: a folder, left out; -r sends all that is in it\n',
    });
  },
);

t.test('the path that --json tells is that of the file', async (t) => {
  for (const [words, fate] of [
    [['--dry-run'], 'new'],
    [[], 'sent'],
    [[], 'same'],
    [['--dry-run'], 'same'],
  ] as const) {
    const { stdout } = await run('put', '--json', ...words, 'C[1].mkv', '/Films');
    t.match(jsonLines(stdout), [{ fate, path: '/Films/C[1].mkv' }], fate);
  }
});

t.test('what is there already, what is in the way and what would be replaced are told apart', async (t) => {
  writeFileSync(join(home, 'Old.mkv'), 'new');
  const dry = await run('put', '--dry-run', '--json', 'Old.mkv', 'A (2001).mkv', 'B (2002).mkv', '/Films');
  t.match(jsonLines(dry.stdout), [
    { fate: 'refused', code: 'BRIDGE_UPLOAD_EXISTS' },
    { fate: 'same', path: '/Films/A (2001).mkv' },
    { fate: 'new', path: '/Films/B (2002).mkv' },
  ]);
  t.match(dry, { code: 1, stderr: /^Old\.mkv: .*another Old\.mkv.*--force replaces/ });
  for (const to of ['/Nope/', '/Nope/x.mkv'])
    t.match(await run('put', 'Old.mkv', to), {
      code: 1,
      stderr: /\/Nope is not in the catalog\n.*-p makes it/,
    });
  t.match(await run('put', '--dry-run', '--force', 'Old.mkv', '/Films'), {
    code: 0,
    stdout: /^\/Films\/Old\.mkv \(3 B\): would be sent, and another one of its name go into the trash\n/,
  });
  simulator.reset();
  t.match(await run('put', 'Old.mkv', '/Films'), { code: 1, stdout: '' });
  t.equal(simulator.counters.uploads, 0);
  t.match(await run('put', '--force', 'Old.mkv', '/Films'), {
    code: 0,
    stdout: '/Films/Old.mkv (3 B): sent\n',
  });
  t.same(
    names('/Films').filter((name) => name === 'Old.mkv'),
    ['Old.mkv'],
  );
  t.match(await run('trash'), { stdout: /\/Films\/Old\.mkv/ });
});

t.test('of two files of one name the second is told, and does not replace the first', async (t) => {
  mkdirSync(join(home, 'x'));
  mkdirSync(join(home, 'y'));
  writeFileSync(join(home, 'x', 'Same.mkv'), 'x');
  writeFileSync(join(home, 'y', 'Same.mkv'), 'yy');
  t.match(await run('put', '--force', 'x/Same.mkv', 'y/Same.mkv', '/Films'), {
    code: 1,
    stdout: '/Films/Same.mkv (1 B): sent\n',
    stderr: /^y\/Same\.mkv: Another file that is sent has the same name there, \/Films\/Same\.mkv/,
  });
});

t.test('what the host refuses ends it with 3, and the rest is not tried', async (t) => {
  simulator.reset();
  mkdirSync(join(home, 'Many'));
  for (let at = 0; at < 9; at++) writeFileSync(join(home, 'Many', `${at}.mkv`), String(at));
  simulator.faults.answer({ is: 'flood', lockMs: 60_000, verb: 'upload/get_upload_server', skip: 1 });
  const ran = await run('put', 'Many/*', '/Films');
  t.match(ran, { code: 3, stderr: /^passerelle: /m });
  t.ok((simulator.counters.calls['upload/get_upload_server'] ?? 0) <= 3, 'two at a time were under way');
});

t.test('a walk has bounds: what lies too deep or is too much is told', async (t) => {
  const { signal } = new AbortController();
  const words = ['Show'];
  const deep = await sendableFiles(home, words, { isRecursive: true, signal }, { depth: 2, entries: 100 });
  t.match(
    deep.leftOut.filter(({ why }) => why === 'deep'),
    [
      { path: join(home, 'Show/Nothing') },
      { path: join(home, 'Show/S 02') },
      { path: join(home, 'Show/S01') },
    ],
  );
  const many = await sendableFiles(home, words, { isRecursive: true, signal }, { depth: 9, entries: 3 });
  t.ok(many.leftOut.some(({ why }) => why === 'deep'));
});
