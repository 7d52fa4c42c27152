import t from 'tap';
import { cleanEnv } from './fixtures/bridge-process.ts';
import { passerelle } from './fixtures/passerelle.ts';
import { envOver } from './fixtures/setup.ts';
import { createSimulator } from './simulator/simulator.ts';

/** The commands that change the account itself, as a person types them. */

const film = 'Metropolis.1927.1080p.mkv';
const simulator = await createSimulator({
  account: {
    folders: [
      {
        name: 'Films',
        files: [{ name: film, content: { sizeBytes: 3_000_000, seed: 1 } }],
        folders: [
          { name: 'Old', files: [{ name: 'Faust.1926.mkv', content: { sizeBytes: 1000, seed: 2 } }] },
        ],
      },
      {
        name: 'Twins',
        files: [3, 4].map((seed) => ({ name: 'Faust (1926).mkv', content: { sizeBytes: 1000, seed } })),
      },
    ],
  },
});
t.teardown(() => simulator.close());
const home = t.testdir();
const env = { ...cleanEnv(), ...envOver(simulator, home), PASSERELLE_BASE_URL: 'http://127.0.0.1:9' };
const run = (...args: string[]) => passerelle(args, { env, cwd: home, input: '' });
t.equal((await run('sync')).code, 0);

t.test('mkdir, mv, cp and share say what they did, a line each', async (t) => {
  t.strictSame(await run('mkdir', '/Films/New', 'Films/Old'), {
    code: 0,
    stdout: '/Films/New: made\n/Films/Old: there already\n',
    stderr: '',
  });
  t.match(await run('mkdir', '/A/B'), {
    code: 1,
    stderr: /^\/A\/B: \/A is not in the catalog\. .*make it: passerelle mkdir -p "\/A"/,
  });
  t.match(await run('mv', `/Films/${film}`, '/Films/nofolder/'), {
    code: 1,
    stderr: /\/Films\/nofolder is not in the catalog.*make it: passerelle mkdir -p "\/Films\/nofolder"/,
  });
  t.match(await run('mkdir', '-p', '--json', '/Films/A/B'), {
    code: 0,
    stdout: /^\{"id":"\d+","path":"\/Films\/A\/B","isNew":true\}\n$/,
  });
  t.match(await run('cp', '--dry-run', `/Films/${film}`, '/Films/New'), {
    code: 0,
    stdout: `/Films/${film} -> /Films/New/${film}: would be copied\n`,
  });
  t.match(await run('cp', `/Films/${film}`, '/Films/New'), {
    code: 0,
    stdout: `/Films/${film} -> /Films/New/${film}\n`,
  });
  t.match(await run('cp', `/Films/${film}`, '/Films/New'), { code: 0, stdout: /: there already\n$/ });
  t.match(await run('mv', `/Films/New/${film}`, 'Films/Nothing', '/Films/A'), {
    code: 1,
    stdout: `/Films/New/${film} -> /Films/A/${film}\n`,
    stderr: /^\/Films\/Nothing is not in the catalog/,
  });
  t.match(await run('mv', `/Films/A/${film}`, `/Films/${film}`), { code: 1, stderr: /is there already/ });
  t.match(await run('share', '/Films/A'), { code: 0, stdout: /^\/Films\/A: https:\/\/\S+\n$/ });
  t.match(await run('share', '--end', '/Films/A'), { code: 0, stdout: '/Films/A: not shared any more\n' });
  t.match(await run('share', `/Films/${film}`), { code: 1, stderr: /is a file/ });
  t.match(await run('mv', '/Films'), { code: 2, stderr: /and at last where to/ });
});

t.test('rm says how it is taken back, and trash does it', async (t) => {
  t.match(await run('trash'), { code: 0, stdout: 'Nothing lies in the trash of the account.\n' });
  t.match(await run('rm', '--dry-run', '-r', '/Films/Old'), {
    code: 0,
    stdout: /1 file, 1 kB\): would go into the trash/,
  });
  t.match(await run('rm', '/Films/Old', `/Films/${film}`), {
    code: 1,
    stdout:
      /^\/Films\/Metropolis\S+ \(1 file, 3 MB\): in the trash; passerelle trash restore 1 takes it back\n$/,
    stderr: /^\/Films\/Old is a folder\. .*-r/,
  });
  t.match(await run('trash'), {
    code: 0,
    stdout: /number +removed +files +size +path\n +1 .* \/Films\/Metropolis/,
  });
  t.match(await run('trash', '--json'), { code: 0, stdout: /^\{"id":1,"kind":"file",/ });
  t.match(await run('trash', 'restore', '1'), { code: 0, stdout: `/Films/${film}: back\n` });
  t.match(await run('trash', 'restore', '1'), {
    code: 1,
    stderr: /^1: Nothing in the trash has this number\. passerelle trash shows/,
  });
  t.match(await run('trash', 'restore', 'x'), { code: 2, stderr: /whole number/ });
  t.match(await run('rm', '-r', '/Films/Old'), { code: 0, stdout: /restore 2 takes it back/ });
  t.match(await run('trash', 'empty'), { code: 0, stdout: '1 thing removed for good from the trash\n' });
  t.throws(() => simulator.account.folder('/Films/Old'));
});

t.test('a pattern means what fits it, and a dry run asks the host nothing', async (t) => {
  await run('mkdir', '-p', '/Many/Sub');
  for (const name of ['A (2001).mkv', 'B (2002).mkv', 'C [1].srt'])
    await run('cp', `/Films/${film}`, `/Many/${name}`);
  simulator.reset();
  t.match(await run('rm', '--dry-run', '/Many/*.mkv', 'Ma*/C*'), {
    code: 0,
    stdout:
      /^\/Many\/A .* would go into the trash\n\/Many\/B .* trash\n\/Many\/C \[1\]\.srt .*: would go into the trash\n$/,
  });
  t.match(await run('mkdir', '--dry-run', '/Many/New', '/Many/Sub', '/No/Way'), {
    code: 1,
    stdout: '/Many/New: would be made\n/Many/Sub: there already\n',
    stderr: /^\/No\/Way: \/No is not in the catalog.*-p makes it/,
  });
  t.match(await run('mkdir', '--dry-run', '-p', '/No/Way'), { code: 0, stdout: '/No/Way: would be made\n' });
  t.match(await run('share', '--dry-run', '/Many/S?b', '/Many/A*'), {
    code: 1,
    stdout: '/Many/Sub: would be shared\n',
    stderr: /^\/Many\/A \(2001\)\.mkv is no folder/,
  });
  t.match(await run('mv', '--dry-run', '/Many/[AB]*', '/Many/Sub'), {
    code: 0,
    stdout: /^\/Many\/A .* -> \/Many\/Sub\/A .*: would be moved\n\/Many\/B .*\n$/,
  });
  t.same(simulator.counters.calls, {});
  t.match(await run('rm', '/Many/*.avi', '/Many/*'), {
    code: 1,
    stdout: /A \(2001\).*\n.*B \(2002\).*\n.*C \[1\]/,
    stderr: /^\/Many\/\*\.avi: Nothing that is known fits/,
  });
  t.same(simulator.account.folder('/Many').files.size, 0);
});

t.test('several things go into a folder that is there, and to no new name', async (t) => {
  await run('mkdir', '-p', '/Pair/Other', '/Pair/Into');
  for (const name of ['/Pair/A.mkv', '/Pair/B.mkv', '/Pair/Other/A.mkv'])
    await run('cp', `/Films/${film}`, name);
  const names = () => [...simulator.account.folder('/Pair').files.values()].map(({ name }) => name).sort();
  const before = names();
  simulator.reset();
  for (const command of ['mv', 'cp'])
    for (const dry of [[], ['--dry-run']])
      for (const sources of [['/Pair/A.mkv', '/Pair/B.mkv'], ['/Pair/*.mkv'], ['/Pair/A*']]) {
        const what = [command, ...dry, ...sources];
        t.match(
          await run(...what, '/Films/Nothere'),
          {
            code: 1,
            stdout: /^$/,
            stderr: /^passerelle: \/Films\/Nothere is no folder.*\n.*passerelle mkdir -p "\/Films\/Nothere"/,
          },
          what.join(' '),
        );
        t.match(await run(...what, '/Pair/B.mkv'), { code: 1, stdout: /^$/, stderr: /B\.mkv is a file/ });
      }
  t.same(simulator.counters.calls, {}, 'nothing was asked of the host');
  t.same(names(), before);
  t.match(
    await run('mv', '--dry-run', '/Pair/A.mkv', '/Pair/Other/A.mkv', '/Pair/Into'),
    { code: 1, stdout: /Into\/A\.mkv: would be moved\n$/, stderr: /Into\/A\.mkv would be there already/ },
    'of two of one name a dry run refuses the second, as it would be',
  );
  t.match(await run('mv', '/Pair/*.mkv', '/Pair/Into'), { code: 0, stdout: /Into\/A.*\n.*Into\/B.*\n$/ });
  t.match(await run('mv', '/Pair/Into/A.mkv', '/Pair/One.mkv'), { code: 0, stdout: /-> \/Pair\/One\.mkv\n/ });
});

t.test('an empty word is no path', async (t) => {
  for (const words of [
    ['mkdir', ''],
    ['rm', ' '],
    ['mv', '', '/Films'],
    ['cp', '/Films', ''],
    ['share', ''],
  ])
    t.match(await run(...words), { code: 2, stdout: '', stderr: /a path is empty/ }, words.join(' '));
  for (const words of [
    ['put', '', '/Films'],
    ['ls', ''],
    ['fix', '', '--clear'],
    ['recognise', ''],
    ['add', ''],
  ])
    t.match(await run(...words), { code: 2, stdout: '', stderr: /is empty/ }, words.join(' '));
});

t.test('with --json what fails is an object too, of one thing and of all', async (t) => {
  const told = async (...words: string[]) => JSON.parse((await run(...words, '--json')).stdout.trim());
  const remedy = /./;
  t.match(await told('rm', 'Nope'), { path: '/Nope', fate: 'refused', code: 'BRIDGE_NOT_FOUND', remedy });
  t.match(await told('share', '/Films/Nope'), { path: '/Films/Nope', fate: 'refused' });
  t.match(await told('mkdir', '/A/B'), { path: '/A/B', code: 'BRIDGE_NOT_FOUND', remedy: /mkdir -p/ });
  t.match(await told('trash', 'restore', '99'), { id: 99, fate: 'refused', message: /no|Nothing/ });
  t.match(await told('mv', '/Films', '/Many', '/Nope'), {
    fate: 'refused',
    code: 'BRIDGE_NOT_FOUND',
    remedy,
  });
  t.match(await told('ls', '/Nope'), { fate: 'refused', message: '/Nope is not in the catalog', remedy });
  t.match(await told('link', '/Nope'), { fate: 'refused', code: 'BRIDGE_NOT_FOUND' });
  const wrong = await passerelle(['ls', '--json'], { env: { ...env, PASSERELLE_PORT: 'x' }, cwd: home });
  t.equal(wrong.code, 2);
  t.match(JSON.parse(wrong.stdout), {
    fate: 'refused',
    code: 'BRIDGE_SETTINGS',
    faults: [{ path: 'server.port', source: 'environment PASSERELLE_PORT', right: /number/ }],
  });
  t.equal((await run('rm', '--jsn', '/x')).stdout, '', 'what was typed wrongly is for who typed it');
});

t.test('a file that cannot be written is told with what is missing, and whose it is', async (t) => {
  t.match(await run('support-bundle', '/nope/b.zip'), {
    code: 1,
    stderr: 'passerelle: /nope/b.zip: /nope is not there (ENOENT)\nMake it, or name another folder\n',
  });
});

t.test('a review that has told of twins does not end with nothing', async (t) => {
  const { stdout } = await run('review');
  t.match(stdout, /1 name of several files/);
  t.notMatch(stdout, /Nothing needs a look/);
});

t.test('a name with quotes is meant by plain ones, also where it is not there yet', async (t) => {
  const [folder, name] = ['/Say "yes"', 'It\'s "it" <1>.mkv'];
  const path = `${folder}/${name}`;
  t.match(await run('mkdir', folder), { code: 0 });
  t.match(await run('cp', `/Films/${film}`, path), { code: 0 });
  const shown = [...simulator.account.folder('/Say ＂yes＂').files.values()].map((one) => one.name);
  t.same(shown, ['It＇s ＂it＂ ＜1＞.mkv'], 'the host keeps them wide');
  t.match(await run('ls', folder), { code: 0, stdout: /It＇s ＂it＂/ });
  t.match(await run('link', path), { code: 0, stdout: /^http/ });
  t.match(await run('link', `${folder}/${shown[0]}`), { code: 0 }, 'typed as ls shows it, or in part');
  t.match(await run('mv', path, '/Say "yes"/Other "1".mkv'), {
    code: 0,
    stdout: /-> \/Say ＂yes＂\/Other ＂1＂/,
  });
  t.match(await run('mv', '/Say "yes"/Other "1".mkv', '/Films/One.mkv'), { code: 0 });
  t.match(await run('mv', '/Films/One.mkv', folder), { code: 0, stdout: /-> \/Say ＂yes＂\/One\.mkv/ });
  t.match(await run('rm', '-r', folder), { code: 0, stdout: /^\/Say ＂yes＂ \(1 file/ });
  t.match(await run('rm', '/Say "no"'), { code: 1, stderr: /^\/Say "no" is not in the catalog/ });
});
