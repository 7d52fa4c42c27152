import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { request } from 'undici';
import { importLinks } from '../src/api/links.ts';
import { buildApi } from '../src/api-app.ts';
import { settingsOf } from '../src/commands/context.ts';
import { becomeOwner } from '../src/commands/owner.ts';
import { systemClock } from '../src/core/clock.ts';
import { dayMs, secondMs } from '../src/core/durations.ts';
import { silentLog } from '../src/core/log.ts';
import { createApiClient } from '../src/owner/client.ts';
import { linksIn } from '../src/uploads/links.ts';
import { cleanEnv } from './fixtures/bridge-process.ts';
import { createHandClock } from './fixtures/hand-clock.ts';
import { passerelle } from './fixtures/passerelle.ts';
import { envOver, type SetupOptions, setupListed, type Test } from './fixtures/setup.ts';
import { strmPaths } from './fixtures/strm-files.ts';
import { createSimulator } from './simulator/simulator.ts';

/** Files of others that are copied into the account by their links. */

const bytes = Buffer.from('film');
const theirs = (name: string, more = {}) => ({ name, content: bytes, ...more });
const account = { folders: [{ name: 'Films', files: [{ name: 'Nosferatu (1922).mkv', content: bytes }] }] };

async function importing(t: Test, options: SetupOptions = {}) {
  const started = await setupListed(t, { simulator: { account }, ...options });
  const { simulator, bridge, url } = started;
  const ask = async (body: object, headers: Record<string, string> = {}) => {
    const answer = await request(`${url}/api/v1/imports`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${bridge.secrets.adminToken}`,
        'content-type': 'application/json',
        ...headers,
      },
      body: JSON.stringify({ to: '/Films', ...body }),
    });
    return { status: answer.statusCode, text: await answer.body.text() };
  };
  const fates = async (body: object) =>
    (JSON.parse((await ask(body)).text).links as { fate: string }[]).map(({ fate }) => fate);
  return { ...started, simulator, ask, fates };
}

t.test('a link that somebody sent is a film of the library, with two calls and no byte moved', async (t) => {
  const { simulator, libraryDir, ask, bridge } = await importing(t);
  const { url } = simulator.account.addOthers(theirs('Metropolis.1927.1080p.mkv'));
  const { status, text } = await ask({ links: [url] });
  t.equal(status, 200);
  const { links, calls } = JSON.parse(text);
  t.match(links, [{ link: url, fate: 'added', file: { name: 'Metropolis.1927.1080p.mkv', sizeBytes: 4 } }]);
  t.equal(calls, 2);
  t.same(simulator.counters.calls, { 'file/cp': 1, 'folder/ls': 1 });
  t.match((await strmPaths({ libraryDir })).join('\n'), 'Metropolis (1927)', 'it stands in the tree');
  t.ok(await bridge.catalog.files.byId(links[0].file.id));
  t.equal(simulator.counters.downloads + simulator.counters.uploads, 0);
});

t.test('lines are told apart, and none is asked twice', async (t) => {
  const { simulator, fates } = await importing(t);
  const { account } = simulator;
  const good = account.addOthers(theirs('A (2001).mkv'));
  const shut = account.addOthers(theirs('B (2002).mkv', { password: 'secret' }));
  const far = account.addOthers(theirs('C (2003).mkv', { acl: { country: ['FR'] } }));
  const gone = account.addOthers(theirs('D (2004).mkv'));
  account.removeFile(gone.id);
  const own = account.file('/Films/Nosferatu (1922).mkv');
  const links = [good, shut, far, gone, own].map(({ url }) => url);
  t.same(await fates({ links: [...links, 'https://example.com/?abcdefgh', `${good.url}&af=12`, 'x'] }), [
    'added',
    'protected',
    'refused',
    'gone',
    'own',
    'odd',
    'again',
    'odd',
  ]);
  t.equal(simulator.counters.calls['file/cp'], 4);
  t.same(await fates({ links: [shut.url], password: 'secret' }), ['added']);
  t.equal(simulator.account.folder('/Films').files.size, 3);
});

t.test('what the host lists late is told as that; it is looked for more than once', async (t) => {
  const clock = createHandClock();
  const { simulator, fates } = await importing(t, { overrides: { clock } });
  const one = simulator.account.addOthers(theirs('A (2001).mkv'));
  simulator.faults.listingLagMs = dayMs;
  let told: string[] | undefined;
  const asked = fates({ links: [one.url] }).then((these) => {
    told = these;
  });
  while (!told) await clock.advance(secondMs);
  await asked;
  t.same(told, ['copied']);
  t.equal(simulator.counters.calls['folder/ls'], 3);
  t.same(await fates({ links: [one.url] }), ['own'], 'it is not copied again although nobody has seen it');
});

t.test('a lock ends it: what was done is told, the rest is not tried', async (t) => {
  const { simulator, ask } = await importing(t);
  const links = ['A (2001).mkv', 'B (2002).mkv', 'C (2003).mkv'].map(
    (name) => simulator.account.addOthers(theirs(name)).url,
  );
  simulator.faults.answer({ is: 'flood', lockMs: 60_000, verb: 'file/cp', skip: 1 });
  const answer = JSON.parse((await ask({ links })).text);
  t.match(answer.links, [{ fate: 'copied' }, { fate: 'waiting' }, { fate: 'waiting' }]);
  t.match(answer.stoppedBy, { code: 'BRIDGE_HOST_FLOOD' });
  t.equal(simulator.counters.calls['file/cp'], 2);
});

t.test('an answer that is lost is not asked for again', async (t) => {
  const { simulator, ask, fates } = await importing(t);
  const [a, b] = ['A (2001).mkv', 'B (2002).mkv'].map(
    (name) => simulator.account.addOthers(theirs(name)).url,
  );
  simulator.faults.answer({ is: 'halfBody', verb: 'file/cp' });
  const answer = JSON.parse((await ask({ links: [a, b] })).text);
  t.match(
    answer.links,
    [{ fate: 'unsure' }, { fate: 'waiting' }],
    'the connection is gone: nothing more is tried',
  );
  t.equal(simulator.counters.calls['file/cp'], 1);
  t.same(await fates({ links: [b] }), ['added']);
});

t.test('a folder that is not known, nothing, or too much is refused before a call', async (t) => {
  const { simulator, ask } = await importing(t);
  const link = 'https://1fichier.com/?abcdefghij0123456789';
  for (const [body, status] of [
    [{ links: [link], to: '/Movies' }, 404],
    [{ links: [] }, 400],
    [{ text: 'no link in here: https://example.com/' }, 400],
    [
      {
        text: Array.from({ length: 501 }, (_, n) => `https://1fichier.com/?abcdefghij${1000 + n}`).join('\n'),
      },
      400,
    ],
    [{ links: [link], to: 'Films' }, 400],
  ] as const)
    t.equal((await ask(body)).status, status, JSON.stringify(body).slice(0, 60));
  t.same(simulator.counters.calls, {});
});

t.test('each line is told as an event', async (t) => {
  const { simulator, ask } = await importing(t);
  const { url } = simulator.account.addOthers(theirs('A (2001).mkv'));
  const { text } = await ask({ links: ['x', url] }, { accept: 'text/event-stream' });
  t.same(
    [...text.matchAll(/^event: (\w+)$/gm)].map(([, name]) => name),
    ['link', 'link', 'result'],
  );
  const failed = await ask({ links: [url], to: '/Nowhere' }, { accept: 'text/event-stream' });
  t.match(failed.text, /event: error\ndata: .*BRIDGE_NOT_FOUND/);
});

t.test('links stand in lists, messages, tables and pages', async (t) => {
  const { bridge } = await importing(t);
  const pages = (text: string) =>
    linksIn(text, bridge.host).map((url) => url.replace('https://1fichier.com/', ''));
  const [a, b] = ['?abcdefghij0123456789', '?bbcdefghij0123456789'];
  t.same(pages(`https://1fichier.com/${a}\r\nhttps://1fichier.com/${b}&af=1\n`), [a, b]);
  t.same(pages(`<a href="https://1fichier.com/${a}&amp;af=2">x</a> (https://1fichier.com/${b})`), [a, b]);
  t.same(
    pages(`https://1fichier.com/${a};A.mkv;12;0\n[b](https://1fichier.com/${a}), https://example.com/`),
    [a],
  );
  t.same(pages('see https://1fichier.com/dir/AbCd1234, and https://1fichier.com/fr/dir/EfGh5678?x=1'), [
    'dir/AbCd1234',
    'fr/dir/EfGh5678?x=1',
  ]);
  t.same(pages(`1fichier.com/${a} https://1fichier.com/tarifs https://evil.example/1fichier.com/${a}`), []);
});

t.test('the files of a shared folder stand in its place; the key does not go to its page', async (t) => {
  const { simulator, ask, fates } = await importing(t);
  const { account } = simulator;
  const files = ['A (2001).mkv', 'B (2002).mkv'].map((name) => account.addOthers(theirs(name)));
  const share = simulator.share(files);
  t.match(JSON.parse((await ask({ text: `look: ${share}` })).text), {
    links: files.map(({ url }) => ({ link: url, fate: 'added' })),
    calls: 4,
  });
  t.equal(simulator.counters.sharesRead, 1);
  const locked = simulator.share([account.addOthers(theirs('C (2003).mkv'))], 'secret');
  t.same(await fates({ links: [locked, 'https://1fichier.com/dir/Nothing1'] }), ['protected', 'gone']);
  t.same(await fates({ links: [locked], password: 'wrong' }), ['protected']);
  t.same(await fates({ links: [locked], password: 'secret' }), ['added']);
  t.same(await fates({ links: [simulator.share([])] }), ['gone'], 'an empty one has nothing to give');
});

t.test('the same link again makes no second copy, as long as the first is there', async (t) => {
  const { simulator, fates, sync } = await importing(t);
  const { url } = simulator.account.addOthers(theirs('A (2001).mkv'));
  t.same(await fates({ links: [url] }), ['added']);
  t.same(await fates({ links: [url] }), ['own']);
  t.equal(simulator.counters.calls['file/cp'], 1);
  simulator.account.removeFile('/Films/A (2001).mkv');
  await sync();
  t.same(await fates({ links: [url] }), ['own'], 'what is missing for a while may come back');
});

t.test('two who bring the same link at one time get one copy of it', async (t) => {
  const { simulator, fates } = await importing(t);
  const { url } = simulator.account.addOthers(theirs('A (2001).mkv'));
  const both = await Promise.all([fates({ links: [url] }), fates({ links: [url] })]);
  t.same(both.flat().sort(), ['added', 'own']);
  t.equal(simulator.counters.calls['file/cp'], 1);
});

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
