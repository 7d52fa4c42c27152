import t from 'tap';
import { request } from 'undici';
import { dayMs, secondMs } from '../src/core/durations.ts';
import { linksIn } from '../src/uploads/links.ts';
import { createHandClock } from './fixtures/hand-clock.ts';
import { type SetupOptions, setupListed, type Test } from './fixtures/setup.ts';
import { strmPaths } from './fixtures/strm-files.ts';

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

t.test('who brings a link does not wait until the host has listed that of another', async (t) => {
  const clock = createHandClock();
  const { simulator, bridge } = await importing(t, {
    simulator: { account, clock },
    overrides: { clock },
  });
  const { listFolder } = bridge.host;
  const [asked, listed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  bridge.host.listFolder = async (...of) => {
    bridge.host.listFolder = listFolder;
    asked.resolve();
    await listed.promise;
    return listFolder.call(bridge.host, ...of);
  };
  const { signal } = new AbortController();
  const bring = async (name: string) => {
    const links = [simulator.account.addOthers(theirs(name)).url];
    const fates: string[] = [];
    await bridge.linkImport.run({ links, to: '/Films', signal, onLink: ({ fate }) => fates.push(fate) });
    return fates;
  };
  const first = bring('A (2001).mkv');
  await asked.promise;
  t.same(await bring('B (2002).mkv'), ['added']);
  listed.resolve();
  t.same(await first, ['added']);
  t.equal(simulator.counters.calls['file/cp'], 2);
});
