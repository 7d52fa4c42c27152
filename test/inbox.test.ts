import {
  linkSync,
  lstatSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { type Log, silentLog } from '../src/core/log.ts';
import { removeSame } from '../src/inbox/beside.ts';
import { type FoundFile, factsOfFile } from '../src/inbox/scan-inbox.ts';
import { inboxAccount, startInbox } from './fixtures/inbox.ts';
import { strmPaths } from './fixtures/strm-files.ts';

/** Finished files of a folder of this machine go into the account, and only then something happens to them here. */

const film = 'Metropolis (1927).mkv';

t.test('a film that is finished is sent, compared, replaced by its STRM, and in the library', async (t) => {
  const one = await startInbox(t, { after: 'strm' });
  const { simulator, lay, run, here, there, read, libraryDir, list } = one;
  const path = lay(film);
  utimesSync(path, 1_600_000_000, 1_600_000_000);
  await run(4);
  t.same([there(), here()], [[], [film]], 'it is young yet');
  t.match(await list(), { waiting: [{ path, state: 'young' }] });
  await run(4);
  t.same([there(), here()], [[`/Films/${film}`], ['Metropolis (1927).strm']]);
  const [inTree = ''] = await strmPaths({ libraryDir });
  t.equal(read('Metropolis (1927).strm'), readFileSync(join(libraryDir, inTree), 'utf8'), 'as in the tree');
  t.match(read('Metropolis (1927).strm'), /^http:\/\/192\.0\.2\.1:8790\/stream\/\S+\.mkv\n$/);
  t.equal(
    statSync(join(one.dir, 'Metropolis (1927).strm')).mtimeMs,
    1_600_000_000_000,
    'its time is that of the film',
  );
  t.match(await list(), {
    waiting: [],
    done: [{ path: film, became: 'replaced', accountPath: `/Films/${film}` }],
  });

  const before = simulator.counters.requests.length;
  await run(60);
  t.equal(simulator.counters.requests.length, before, 'and nothing is sent or asked again');
  t.match(await one.add(film), [{ path, fate: 'replaced' }], 'nor when a script calls twice');
});

t.test('keep, delete and strm: what becomes of a film and of what lies beside it', async (t) => {
  for (const [after, left] of [
    ['keep', ['A (2001).mkv', 'A (2001).srt']],
    ['delete', []],
    ['strm', ['A (2001).srt', 'A (2001).strm']],
  ] as const) {
    const { lay, add, here, there, simulator, run } = await startInbox(t, { after });
    lay('A (2001).mkv');
    lay('A (2001).srt');
    await add('');
    t.same(here(), left, after);
    t.same(there(), ['/Films/A (2001).mkv', '/Films/A (2001).srt'], after);
    const sent = simulator.counters.uploads;
    await run(30);
    t.equal(simulator.counters.uploads, sent, `${after}: nothing twice`);
  }
});

t.test('what is kept is not sent again by the next process, and not even read', async (t) => {
  const first = await startInbox(t, { after: 'keep' });
  first.lay(film);
  await first.add(film);
  await first.bridge.close();
  const { simulator, home, clock } = first;
  const next = await startInbox(t, { after: 'keep' }, { over: simulator, home, overrides: { clock } });
  await next.run(30);
  t.equal(simulator.counters.uploads, 0);
  t.same((await next.list()).waiting, []);
  next.lay(film, 'another film of that name');
  await next.run(10);
  t.match((await next.list()).waiting, [{ state: 'later', error: { code: 'BRIDGE_UPLOAD_EXISTS' } }]);
  t.equal(next.read(film), 'another film of that name', 'nothing is replaced, here or there');
});

t.test('sub-folders are made in the account, once, and found where they are', async (t) => {
  const { lay, add, there, simulator } = await startInbox(t, { to: '/Films/New', after: 'delete' });
  // There at the host, and not in the catalog.
  simulator.account.addFolder('/Films/New');
  lay('Show/Season 1/Show S01E01.mkv');
  lay('Show/Season 1/Show S01E02.mkv');
  await add('');
  t.same(there(), ['/Films/New/Show/Season 1/Show S01E01.mkv', '/Films/New/Show/Season 1/Show S01E02.mkv']);
  t.equal(simulator.counters.calls['folder/mkdir'], 3, 'one was refused, and two made');
  t.equal(simulator.counters.calls['folder/ls'], 1, 'of the folder where it was refused');
  lay("Schindler's <List>/Schindler's List (1993).mkv");
  await add('');
  t.ok(
    there().includes('/Films/New/Schindler＇s ＜List＞/Schindler＇s List (1993).mkv'),
    'names that the host does not take are changed once',
  );
});

t.test('other links of a film stay: only the name in the inbox goes', async (t) => {
  const { lay, add, here, home } = await startInbox(t, { after: 'strm' });
  const seeding = join(home, 'seeding.mkv');
  linkSync(lay(film), seeding);
  await add(film);
  t.same(here(), ['Metropolis (1927).strm']);
  t.equal(readFileSync(seeding, 'utf8'), `content of ${film}`);
});

t.test(
  'a file that changes while it is sent is not removed, and what is there then is looked at anew',
  async (t) => {
    const one = await startInbox(t, { after: 'delete' });
    const { simulator, lay, meanwhile, bridge, here, there, dir, add } = one;
    const path = lay(film, 'x'.repeat(500_000));
    simulator.faults.upload = { wait: { times: 3 } };
    const work = bridge.inbox.add([path], { wait: true, signal: new AbortController().signal });
    const changed = (async () => {
      while (simulator.counters.reports < 2) await new Promise(setImmediate);
      writeFileSync(path, 'another film');
    })();
    const [[end]] = await meanwhile(Promise.all([work, changed]));
    t.match(end, { fate: /changed|later/ });
    t.same([here(), one.read(film)], [[film], 'another film']);
    t.match(await add(film), [{ fate: 'later', error: { code: 'BRIDGE_UPLOAD_EXISTS' } }]);
    t.equal(there().length, 1);
    t.ok(dir);
  },
);

t.test(
  'what a script says is finished goes first, is waited for, and is told of while others are sent',
  async (t) => {
    const order: unknown[] = [];
    const log: Log = {
      ...silentLog,
      info: (values, words) => void (/is in the account/.test(words) && order.push(Object(values).file)),
    };
    const one = await startInbox(t, { after: 'keep', minAgeMinutes: 0 }, { log });
    const { simulator, lay, meanwhile, bridge, dir, list } = one;
    const paths = ['a.mkv', 'b.mkv', 'c.mkv', 'd.mkv'].map((name) => lay(name));
    simulator.faults.upload = { wait: { times: 3 } };
    bridge.inbox.start();
    const first = (async () => {
      while (simulator.counters.reports < 2) await new Promise(setImmediate);
      t.match(
        (await list()).waiting.map(({ state }) => state),
        ['sending', 'ready', 'ready', 'ready'],
      );
      return bridge.inbox.add([join(dir, 'd.mkv')], { wait: true, signal: new AbortController().signal });
    })();
    t.match(await meanwhile(first), [{ path: paths[3], fate: 'kept' }]);
    await meanwhile(bridge.inbox.stop());
    t.same(order.slice(0, 2), [paths[0], paths[3]]);
    await t.rejects(bridge.inbox.add([join(dir, 'none')], { wait: true, signal: AbortSignal.abort() }));
  },
);

t.test(
  'before the first sync nothing is sent, and nobody is told; a moment after it everything goes',
  async (t) => {
    const lines: string[] = [];
    const log: Log = { ...silentLog, warn: (_, words) => void lines.push(words) };
    const one = await startInbox(t, { minAgeMinutes: 0 }, { log, isUnlisted: true });
    one.lay(film);
    await one.run(1);
    t.same([one.there(), one.simulator.counters.calls], [[], {}]);
    await one.meanwhile(one.sync());
    await one.run(0.2);
    t.same(one.there(), [`/Films/${film}`]);
    t.same(lines, []);
  },
);

t.test('only the very file that was sent is taken away, whatever came into its place', async (t) => {
  const dir = t.testdir({ 'a.mkv': 'film', 'b.mkv': 'other' });
  const found = async () => (await factsOfFile(dir, 'a.mkv')) as FoundFile;
  const path = join(dir, 'a.mkv');
  const changes: [string, () => void][] = [
    ['written to', () => writeFileSync(path, 'film and more')],
    [
      'written to with the same size, and its time set back',
      () => {
        const { atime, mtime } = statSync(path);
        writeFileSync(path, 'FILM AND MORE');
        utimesSync(path, atime, mtime);
      },
    ],
    ['exchanged', () => renameSync(join(dir, 'b.mkv'), path)],
    [
      'a link',
      () => {
        unlinkSync(path);
        symlinkSync('/etc/hostname', path);
      },
    ],
  ];
  for (const [what, change] of changes) {
    const before = await found();
    change();
    t.equal(removeSame(dir, before), false, what);
    t.ok(lstatSync(path), what);
  }
  unlinkSync(path);
  writeFileSync(path, 'film');
  const last = await found();
  t.equal(removeSame(dir, last), true);
  t.equal(removeSame(dir, last), false, 'it has gone');
});

t.test('links lead nowhere, and names of what is not finished are left alone', async (t) => {
  const one = await startInbox(t, { after: 'delete', ignore: ['*.nfo', 'Samples/**'] });
  const { lay, run, here, there, home, dir, bridge, add } = one;
  writeFileSync(join(home, 'secret.mkv'), 'secret');
  symlinkSync(join(home, 'secret.mkv'), join(dir, 'link.mkv'));
  symlinkSync(home, join(dir, 'folder'));
  const left = [
    'a.mkv.part',
    'b.mkv.!qB',
    'c.mkv.crdownload',
    'd.mkv~',
    '.e.mkv',
    'f.nfo',
    'Samples/g.mkv',
    'h.strm',
    '.x/i.mkv',
    'empty.mkv',
    '_UNPACK_show/j.mkv',
  ];
  for (const path of left) lay(path, path === 'empty.mkv' ? '' : path);
  lay('k.mkv');
  await run(12);
  t.same(there(), ['/Films/k.mkv']);
  t.same(here(), [...left, 'link.mkv', 'folder'].sort());
  for (const path of ['a.mkv.part', 'link.mkv', 'f.nfo']) t.match(await add(path), [{ fate: 'left' }], path);
  const signal = new AbortController().signal;
  for (const path of [join(dir, 'folder', 'secret.mkv'), join(home, 'secret.mkv'), `${dir}/../secret.mkv`])
    await t.rejects(bridge.inbox.add([path], { wait: true, signal }), { code: 'BRIDGE_INBOX_OUTSIDE' }, path);
  await t.rejects(bridge.inbox.add([join(dir, 'none.mkv')], { wait: false, signal }), {
    code: 'BRIDGE_UPLOAD_SOURCE',
  });
  t.ok(inboxAccount);
});
