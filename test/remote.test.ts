import t from 'tap';
import { minuteMs, secondMs } from '../src/core/durations.ts';
import { BridgeError } from '../src/core/errors.ts';
import { fetching } from './fixtures/remote-fetching.ts';
import { setupListed } from './fixtures/setup.ts';
import { strmPaths } from './fixtures/strm-files.ts';

/** Addresses that the host fetches by itself: asked for once each, asked after together, and in the library in the end. */

t.test('twelve addresses: five at a time, one question for all, each with its word', async (t) => {
  const { simulator, bridge, source, told, names, calls, meanwhile, until, clock, libraryDir } =
    await fetching(t);
  const good = Array.from({ length: 9 }, (_, n) => `Film ${n} (200${n}).mkv`);
  const paths = [...good.map(encodeURIComponent), 'gone.mkv', 'slow.mkv', 'named?token=secret'];
  const progress: string[] = [];
  const began = clock.now();
  const work = bridge.remote.run({
    urls: paths.map((path) => `${source.at}/${path}`),
    to: '/Films',
    wait: true,
    signal: new AbortController().signal,
    onLine: (line) => void told.push(line),
    onProgress: ({ total, waiting, fetching, done, failed }) =>
      void progress.push(`${total}: ${waiting} ${fetching} ${done} ${failed}`),
  });
  await until(() => told.length >= 10);
  t.equal(calls('remote/request'), 3, 'five, five and two');
  t.ok(
    calls('remote/ls') <= Math.ceil((clock.now() - began) / (45 * secondMs)),
    'one question in 45 seconds',
  );
  t.ok(calls('remote/info') <= 3, 'and one for each job that is over');
  source.release();
  const { lines, stoppedBy } = await meanwhile(work);
  t.equal(stoppedBy, undefined);
  t.same(
    lines.map(({ state }) => state),
    [...good.map(() => 'added'), 'failed', 'added', 'added'],
  );
  t.match(lines[9], { url: `${source.at}/gone.mkv`, why: 'HTTP error 404' });
  t.same(names(), [...good, 'Named (2002).mkv', 'slow.mkv'].sort(), 'names are kept');
  t.match(lines[11]?.file, { name: 'Named (2002).mkv' });
  t.equal(source.asked.length, 12, 'each was fetched once');
  t.equal(progress[0], '12: 12 0 0 0');
  t.equal(progress.at(-1), '12: 0 0 11 1');
  t.equal(calls('remote/info'), 3);
  t.match((await strmPaths({ libraryDir })).join('\n'), /Film 3 \(2003\)/, 'in the tree');
  t.ok(await bridge.catalog.files.byId(simulator.account.file('/Films/Named (2002).mkv').id));
  t.same(await bridge.catalog.remote.open(), [], 'nothing is left under way');
});

t.test('what cannot be had is told by the address, and holds up nobody', async (t) => {
  const { run, source, names } = await fetching(t);
  const paths = ['gone.mkv', 'empty.mkv', 'cut.mkv', 'A (2001).mkv', 'http://127.0.0.1:1/x.mkv'];
  const { lines } = await run(paths);
  t.match(lines, [
    { url: `${source.at}/gone.mkv`, state: 'failed', why: 'HTTP error 404' },
    { state: 'failed', why: 'Empty file' },
    { state: 'failed', why: /./ },
    { state: 'added' },
    { state: 'failed', why: /./ },
  ]);
  t.same(names(), ['A (2001).mkv']);
});

t.test('an address is asked for once, whoever brings it, how often and in whatever spelling', async (t) => {
  const { run, begin, source, meanwhile, states, calls } = await fetching(t);
  const both = await meanwhile(Promise.all([begin(['a.mkv', 'a.mkv#part']), begin(['a.mkv'])]));
  t.same(both.map(states), [['added'], ['added']]);
  t.same([source.asked, calls('remote/request')], [['/a.mkv'], 1]);
  await run(['a.mkv'], { to: '/Other' });
  t.equal(source.asked.length, 2, 'another folder is another wish');
});

t.test('a lost answer is found among the jobs of the host, and not asked for again', async (t) => {
  const { simulator, run, source, states, calls } = await fetching(t);
  simulator.faults.answer({ is: 'halfBody', verb: 'remote/request' });
  t.same(states(await run(['a.mkv', 'b.mkv'])), ['added', 'added']);
  t.same([source.asked.sort(), calls('remote/request')], [['/a.mkv', '/b.mkv'], 1]);
});

t.test('what the host never heard of is asked for again, once', async (t) => {
  const { simulator, run, source, states, calls } = await fetching(t);
  simulator.faults.answer({ is: 'reset', verb: 'remote/request' });
  t.same(states(await run(['a.mkv'])), ['added']);
  t.same([source.asked, calls('remote/request')], [['/a.mkv'], 2]);
  simulator.faults.answer({ is: 'reset', verb: 'remote/request', times: 5 });
  t.match(await run(['b.mkv']), { lines: [{ state: 'unsure', why: /answer of the host was lost/ }] });
  t.equal(calls('remote/request'), 4);
});

t.test('a job that cannot be told from a lost one: nothing is asked twice', async (t) => {
  const { simulator, run, source, calls } = await fetching(t);
  simulator.faults.answer({ is: 'halfBody', verb: 'remote/request' });
  simulator.faults.lie = ({ verb }, truth) => (verb === 'remote/info' ? { ...truth, links: [] } : undefined);
  t.match(await run(['a.mkv']), { lines: [{ state: 'unsure' }] });
  t.same([source.asked, calls('remote/request')], [['/a.mkv'], 1]);
});

t.test('an address that the host refuses is refused alone', async (t) => {
  const { simulator, run, calls } = await fetching(t);
  simulator.faults.lie = ({ verb, body }) =>
    verb === 'remote/request' && (body.urls as string[]).some((url) => url.includes('odd'))
      ? { status: 'KO', message: 'Bad request #12' }
      : undefined;
  const { lines } = await run(['a.mkv', 'odd.mkv', 'b.mkv']);
  t.match(lines, [{ state: 'added' }, { state: 'failed', why: /Bad request/ }, { state: 'added' }]);
  t.equal(calls('remote/request'), 4);
});

t.test('a lock is told at once; what waits is gone on with when it is over', async (t) => {
  const { simulator, run, clock, names, states, until } = await fetching(t);
  simulator.faults.answer({ is: 'flood', lockMs: 10 * minuteMs, verb: 'remote/request', skip: 1 });
  const paths = Array.from({ length: 7 }, (_, n) => `${n}.mkv`);
  const began = clock.now();
  const { lines, stoppedBy } = await run(paths);
  t.match(stoppedBy, { code: 'BRIDGE_HOST_FLOOD' });
  t.ok(clock.now() - began < minuteMs);
  t.same(
    lines.map(({ state }) => state),
    [...Array(5).fill('fetching'), 'waiting', 'waiting'],
  );
  t.match(await run(['8.mkv']), { stoppedBy: { code: 'BRIDGE_GATE_CLOSED' } });
  await until(() => names().length === 8);
  t.same(states(await run(paths)).length, 7);
});

t.test('a job that the host has forgotten, and a report that says nothing', async (t) => {
  const { simulator, run } = await fetching(t);
  simulator.faults.lie = ({ verb }) => {
    if (verb === 'remote/ls') return { status: 'OK', data: [] };
    return verb === 'remote/info' ? { status: 'KO', message: 'Resource not found #469' } : undefined;
  };
  t.match(await run(['a.mkv']), { lines: [{ state: 'unsure', why: /knows nothing of it any more/ }] });
  simulator.faults.lie = ({ verb }, truth) =>
    verb === 'remote/info'
      ? { ...truth, result: [{ status: 'OK', url: 'x', download_link: 'y' }] }
      : undefined;
  t.match(await run(['b.mkv']), { lines: [{ state: 'unsure', why: /look into the folder/ }] });
});

t.test('who leaves does not end it, and the next process goes on', async (t) => {
  const one = await fetching(t);
  const { simulator, begin, until, source, home, calls, clock, close } = one;
  const leaving = new AbortController();
  const work = begin(['slow.mkv', 'a.mkv'], { signal: leaving.signal });
  await until(() => calls('remote/ls') > 0);
  leaving.abort(new Error('gone'));
  await t.rejects(work, { message: 'gone' });
  await close();
  source.release();
  const next = await setupListed(t, { over: simulator, home, overrides: { clock } });
  next.bridge.remote.start();
  await until(async () => (await next.bridge.catalog.remote.open()).length === 0);
  t.match(await next.bridge.remote.newest(10), [{ state: 'added' }, { state: 'added' }]);
  t.same(source.asked.sort(), ['/a.mkv', '/slow.mkv']);
});

t.test('the same addresses for two folders, both answers lost: each goes where it was wanted', async (t) => {
  const { simulator, begin, meanwhile, states, names, calls } = await fetching(t);
  simulator.faults.answer({ is: 'halfBody', verb: 'remote/request', times: 2 });
  const both = await meanwhile(Promise.all([begin(['a.mkv']), begin(['a.mkv'], { to: '/Other' })]));
  t.same(both.map(states), [['added'], ['added']]);
  t.same([names(), names('/Other'), calls('remote/request')], [['a.mkv'], ['a.mkv'], 2]);
});

t.test('a list of jobs that cannot be read is not taken for none', async (t) => {
  const { simulator, run, begin, until, meanwhile, source, states, calls } = await fetching(t);
  simulator.faults.lie = ({ verb }) =>
    verb === 'remote/ls' ? { status: 'OK', data: [{ number: 1 }] } : undefined;
  t.same(states(await run(['a.mkv'])), ['added'], 'the job is asked for by its number');
  simulator.faults.answer({ is: 'halfBody', verb: 'remote/request' });
  const asked = calls('remote/request');
  const work = begin(['b.mkv']);
  const polls = calls('remote/ls');
  await until(() => calls('remote/ls') > polls + 4);
  t.same([source.asked, calls('remote/request')], [['/a.mkv', '/b.mkv'], asked + 1]);
  simulator.faults.lie = undefined;
  t.same(states(await meanwhile(work)), ['added']);
});

t.test('addresses that the host writes in its own way are known again', async (t) => {
  const { simulator, run, source, states, calls } = await fetching(t);
  const plainly = (text: unknown) => decodeURIComponent(String(text));
  simulator.faults.lie = ({ verb }, truth) =>
    verb === 'remote/info' && truth
      ? {
          ...truth,
          links: (truth.links as string[]).map(plainly),
          result: (truth.result as { url: string }[])
            .toReversed()
            .map((one) => ({ ...one, url: plainly(one.url) })),
        }
      : undefined;
  simulator.faults.answer({ is: 'halfBody', verb: 'remote/request' });
  const outcome = await run(['Film%20(2001).mkv', 'gone%20away.mkv']);
  t.same(states(outcome), ['added', 'failed']);
  t.same([source.asked.length, calls('remote/request')], [2, 1]);
});

t.test(
  'a full disk behind the answer of the host, or a page in its place: nothing is asked twice',
  async (t) => {
    const { simulator, bridge, run, source, states, calls } = await fetching(t);
    const { remote } = bridge.catalog;
    const real = remote.change;
    remote.change = async (ids, to) => {
      if (to.state !== 'fetching') return real(ids, to);
      remote.change = real;
      throw new BridgeError('BRIDGE_DISK');
    };
    t.match(await run(['a.mkv']), { lines: [{ state: 'asked' }], stoppedBy: { code: 'BRIDGE_DISK' } });
    t.same(states(await run(['a.mkv'])), ['added']);
    t.same([source.asked, calls('remote/request')], [['/a.mkv'], 1]);
    // A proxy's page says nothing of what the host behind it did.
    simulator.faults.answer({ is: 'maintenance', verb: 'remote/request' });
    t.match(await run(['b.mkv']), {
      lines: [{ state: 'asked' }],
      stoppedBy: { code: 'BRIDGE_HOST_MAINTENANCE' },
    });
    t.same(
      states(await run(['b.mkv'])),
      ['added'],
      'it is asked for again once it is known that nothing runs',
    );
    t.equal(calls('remote/request'), 3);
  },
);

t.test('several wishes at one time are asked after together', async (t) => {
  const { begin, meanwhile, states, calls, clock } = await fetching(t);
  const began = clock.now();
  const all = await meanwhile(Promise.all(['a', 'b', 'c'].map((name) => begin([`${name}.mkv`]))));
  t.same(all.map(states), [['added'], ['added'], ['added']]);
  t.ok(
    calls('remote/ls') <= Math.floor((clock.now() - began) / (45 * secondMs)),
    `${calls('remote/ls')} questions`,
  );
});
