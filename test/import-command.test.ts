import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { importLinks } from '../src/api/links.ts';
import { buildApi } from '../src/api-app.ts';
import { settingsOf } from '../src/commands/context.ts';
import { becomeOwner } from '../src/commands/owner.ts';
import { systemClock } from '../src/core/clock.ts';
import { silentLog } from '../src/core/log.ts';
import { createApiClient } from '../src/owner/client.ts';
import { cleanEnv } from './fixtures/bridge-process.ts';
import { passerelle } from './fixtures/passerelle.ts';
import { envOver, type Test } from './fixtures/setup.ts';
import { strmPaths } from './fixtures/strm-files.ts';
import { createSimulator } from './simulator/simulator.ts';

/** `passerelle add`: what it says of each line, and what it ends with. */

const bytes = Buffer.from('film');
const theirs = (name: string, more = {}) => ({ name, content: bytes, ...more });
const account = { folders: [{ name: 'Films', files: [{ name: 'Nosferatu (1922).mkv', content: bytes }] }] };

t.test('passerelle add: by arguments, from standard input, and what it ends with', async (t) => {
  const simulator = await createSimulator({ account });
  t.teardown(() => simulator.close());
  const home = t.testdir();
  const env = { ...cleanEnv(), ...envOver(simulator, home), PASSERELLE_BASE_URL: 'http://127.0.0.1:9' };
  const run = (args: string[], input = '') => passerelle(args, { env, cwd: home, input });
  t.equal((await run(['sync'])).code, 0);
  const add = (name: string, more = {}) => simulator.account.addOthers(theirs(name, more)).url;
  const one = await run(['add', add('Metropolis (1927).mkv'), '--to', '/Films']);
  t.match(one, {
    code: 0,
    stdout: /Metropolis \(1927\)\.mkv \(4 B\): added\n1 file added to \/Films; 2 calls to the host\n/,
  });
  const page = `<a href="${add('Faust (1926).mkv')}&amp;af=1">Faust</a>`;
  t.match(await run(['add', '--to', 'Films', '--json'], page), { code: 0, stdout: /"fate":"added"/ });
  t.strictSame(
    await run(['add', 'https://1fichier.com/?abcdefghij0123456789', '--to', '/Films']),
    {
      code: 1,
      stdout:
        'https://1fichier.com/?abcdefghij0123456789: gone: the host has it no more\n0 files added to /Films; 1 call to the host\n',
      stderr: '',
    },
    'no line of the log stands beside it',
  );
  t.match(await run(['add', 'x', '--to', '/Films']), {
    code: 1,
    stdout: /x: no address of a file at the host/,
  });
  t.match(await run(['add', add('B (2002).mkv', { password: 'secret' }), '--to', '/Films']), {
    code: 1,
    stdout: /wants a password \(--password\)/,
  });
  t.match(await run(['add', 'x', '--to', '/Filme']), { code: 1, stderr: /\/Films/ }, 'the name that is near');
  t.match(await run(['add', '--to', '/Films'], 'nothing in here'), {
    code: 1,
    stderr:
      /^passerelle: There is no address of a file in what was given\nGive addresses as the pages of the host show them/,
  });
  t.match(await run(['add', '--to', '/Films']), {
    code: 2,
    stderr: /^passerelle add:\n {2}name the address of a file at the host, or give some on standard input\n/,
  });
  t.match((await strmPaths({ libraryDir: join(home, 'library') })).join('\n'), /Faust \(1926\)/);
});

async function commanding(t: Test) {
  const simulator = await createSimulator({ account });
  t.teardown(() => simulator.close());
  const home = t.testdir();
  const env = { ...cleanEnv(), ...envOver(simulator, home), PASSERELLE_BASE_URL: 'http://127.0.0.1:9' };
  const run = (args: string[]) => passerelle(args, { env, cwd: home });
  const { code, stderr } = await run(['sync']);
  if (code !== 0) throw new Error(stderr);
  return { simulator, home, env, run, link: simulator.account.addOthers(theirs('A (2001).mkv')).url };
}

t.test(
  'passerelle add: a list is told line by line, of a page the files alone; a dry run copies nothing',
  async (t) => {
    const { simulator, home, env } = await commanding(t);
    const run = (args: string[], input = '') => passerelle(args, { env, cwd: home, input });
    const others = (name: string, more = {}) => simulator.account.addOthers(theirs(name, more));
    const good = others('B (2002).mkv').url;
    const shut = others('C (2003).mkv', { password: 'secret' }).url;
    const dead = 'https://1fichier.com/?abcdefghij0123456789';
    const own = simulator.account.file('/Films/Nosferatu (1922).mkv').url;
    const share = simulator.share([others('D (2004).mkv'), others('E (2005).mkv')]);
    const list = [good, '', shut, dead, 'https://1fichier.com/tarifs', own, `${good}&af=1`, share].join(
      '\r\n',
    );
    const fatesOf = (text: string) =>
      text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line).fate);
    writeFileSync(join(home, 'links.txt'), list);
    simulator.reset();
    const dry = await run(['add', '--dry-run', '--json', '--to', '/Films', 'links.txt']);
    t.same(fatesOf(dry.stdout), ['new', 'new', 'new', 'odd', 'own', 'again', 'new', 'new']);
    t.same([simulator.counters.calls, simulator.counters.sharesRead], [{}, 1], 'the share alone is read');
    t.match(await run(['add', '--dry-run', good, '--to', '/Films']), {
      code: 0,
      stdout: `${good}: would be copied\n1 file would be copied to /Films, if the host gives it\n`,
    });
    simulator.reset();
    const done = await run(['add', '--json', '--to', '/Films'], list);
    t.same(fatesOf(done.stdout), ['added', 'protected', 'gone', 'odd', 'own', 'again', 'added', 'added']);
    t.equal(done.code, 1);
    t.same(simulator.counters.calls, { 'file/cp': 5, 'folder/ls': 1 }, 'each is asked for once');
    writeFileSync(
      join(home, 'page.html'),
      `<p><a href="${others('F (2006).mkv').url}">F</a> <a href="https://1fichier.com/tarifs">`,
    );
    t.same(fatesOf((await run(['add', '--json', 'page.html', '--to', '/Films'])).stdout), ['added']);
  },
);

t.test('while the host is locked it is said at once, and until when', async (t) => {
  const { simulator, run, link } = await commanding(t);
  simulator.faults.answer({ is: 'flood', lockMs: 60_000, times: 1 });
  t.equal((await run(['sync'])).code, 3);
  const until = /The host is asked again from 20\d\d-\d\d-\d\d \d\d:\d\d on\.\n$/;
  const direct = await run(['link', '--direct', '/Films/Nosferatu (1922).mkv']);
  t.match(direct, {
    code: 3,
    stdout: '',
    stderr: /^passerelle: No calls to the host for now: .*\nWait; .*\n/,
  });
  t.match(direct.stderr, until);
  t.match(await run(['add', link, '--to', '/Films']), {
    code: 3,
    stdout: /not tried/,
    stderr: /^stopped: No calls to the host for now/,
  });
  t.equal(simulator.counters.calls['file/cp'], undefined, 'nothing was asked');
});

t.test('an import that waits for an answer ends at once with the command', async (t) => {
  const { simulator, home, env, link } = await commanding(t);
  const { settings } = settingsOf({ env, cwd: home });
  const owner = await becomeOwner({
    settings,
    log: silentLog,
    command: 'add',
    build: buildApi,
    keepBaseUrl: true,
    now: systemClock.now(),
  });
  simulator.faults.answer({ is: 'silent', verb: 'file/cp' });
  const stop = new AbortController();
  const events = createApiClient(owner.transport, 'this process').events(
    importLinks,
    { body: { links: [link], text: '', to: '/Films' } },
    stop.signal,
  );
  const first = events.next();
  while (simulator.counters.calls['file/cp'] === undefined) await new Promise(setImmediate);
  stop.abort(new Error('interrupted'));
  await t.rejects(first, { message: 'interrupted' });
  await owner.close(stop.signal);
});
