import { join } from 'node:path';
import t from 'tap';
import { minuteMs } from '../src/core/durations.ts';
import { whileLocked } from '../src/core/files/file-lock.ts';
import { fetching } from './fixtures/remote-fetching.ts';

/** What the host has fetched by itself is found, laid where it was wanted, and in the library. */

t.test('what is listed late is told as that, and looked for until it is there', async (t) => {
  const { simulator, bridge, run, states, until, calls } = await fetching(t);
  simulator.faults.listingLagMs = 20 * minuteMs;
  t.same(states(await run(['a.mkv'])), ['stored']);
  const listings = calls('folder/ls');
  t.ok(listings <= 6, `${listings} listings`);
  const { id } = simulator.account.file('/Films/a.mkv');
  await until(async () => (await bridge.catalog.files.byId(id)) !== undefined);
  await until(async () => (await bridge.catalog.remote.open()).length === 0);
  t.match(await bridge.remote.newest(1), [{ state: 'added', file: { name: 'a.mkv' } }]);
});

t.test('what the host lays at the top is moved to where it was wanted', async (t) => {
  const { simulator, run, names, bridge } = await fetching(t);
  const real = simulator.account.find;
  const films = Number(simulator.account.folder('/Films').id);
  let hides = true;
  simulator.account.find = (target) => {
    if (target !== films || !hides) return real(target);
    hides = false;
    return undefined;
  };
  const { lines } = await run(['A (2001).mkv']);
  t.match(lines, [{ state: 'added', path: '/Films' }]);
  t.same([names(), names('/')], [['A (2001).mkv'], []]);
  const file = await bridge.catalog.files.byId(simulator.account.file('/Films/A (2001).mkv').id);
  t.equal(file?.folderId, String(films));
});

t.test('where the folder is gone meanwhile, the file is found at the top, and that is said', async (t) => {
  const { simulator, begin, source, names, meanwhile, until, calls } = await fetching(t);
  const work = begin(['slow.mkv'], { to: '/Other' });
  await until(() => calls('remote/ls') > 0);
  simulator.account.removeFolder('/Other');
  source.release();
  const { lines } = await meanwhile(work);
  t.match(lines, [{ state: 'added', file: { name: 'slow.mkv' }, why: /folder is gone/ }]);
  t.same(names('/'), ['slow.mkv']);
});

t.test('what is not moved the first time is moved the next time', async (t) => {
  const { simulator, run, names } = await fetching(t);
  const real = simulator.account.find;
  const films = Number(simulator.account.folder('/Films').id);
  const hidden = new Set<number>();
  simulator.account.find = (target) => {
    if (target !== films || hidden.size > 1) return real(target);
    hidden.add(hidden.size);
    return undefined;
  };
  simulator.faults.partial = { most: 1, times: 1 };
  const { lines } = await run(['a.mkv', 'b.mkv']);
  t.match(lines, [{ state: 'added' }, { state: 'added' }]);
  t.same([names(), names('/')], [['a.mkv', 'b.mkv'], []]);
});

t.test('a crawl that runs is waited for', async (t) => {
  const { bridge, begin, home, told, meanwhile, until, calls } = await fetching(t);
  const crawl = Promise.withResolvers<void>();
  const crawling = whileLocked(join(home, 'data', 'crawl.lock'), 'BRIDGE_CRAWL_RUNNING', () => crawl.promise);
  const work = begin(['a.mkv']);
  await until(async () => (await bridge.catalog.remote.open()).some(({ state }) => state === 'stored'));
  const listings = calls('folder/ls');
  t.same([told, listings], [[], 0], 'the lock is looked at before the host is asked');
  crawl.resolve();
  await crawling;
  t.match(await meanwhile(work), { lines: [{ state: 'added' }] });
});

t.test('so many are under way at most, and so many are remembered', async (t) => {
  const { bridge, begin, simulator } = await fetching(t);
  const { remote } = bridge.catalog;
  const folderId = String(simulator.account.folder('/Films').id) as never;
  const urls = (count: number, at = 0) =>
    Array.from({ length: count }, (_, n) => `https://example.com/${at + n}.mkv`);
  const noted = await remote.add(urls(1999), folderId, 0);
  await t.rejects(begin(['a.mkv', 'b.mkv']), { code: 'BRIDGE_BAD_REQUEST', message: /2000/ });
  await remote.change(
    noted.map(({ id }) => id),
    { state: 'failed', endedAt: 1 },
  );
  await remote.add(urls(3, 5000), folderId, 2);
  t.equal((await remote.newest(5000)).length, 1003);
  t.same(simulator.counters.calls, {});
});
