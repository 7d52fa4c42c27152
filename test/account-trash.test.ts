import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { dayMs, minuteMs } from '../src/core/durations.ts';
import { changing, metropolis, nosferatu } from './fixtures/changing.ts';

/** What was removed or replaced in the account, whatever the host says to it, and whoever else is at work there. */

const film = `/Films/${metropolis}`;

t.test('what left a folder before it was removed does not come back with it', async (t) => {
  const { remove, restore, strm, names, purge } = await changing(t);
  const [first] = await remove('/Films/Old/Faust.1926.mkv');
  const [second] = await remove('/Films', true);
  await restore(second?.trashId as number);
  t.match(await strm(), 'Metropolis (1927)');
  t.notMatch(await strm(), 'Faust', 'it lies in the trash still');
  await restore(first?.trashId as number);
  t.match(await strm(), 'Faust (1926)');
  t.same(names('/Films/Old'), ['Faust.1926.mkv']);
  t.equal(await purge(true), 0);
});

t.test('a wrong clock makes the days of the trash longer, never shorter', async (t) => {
  const { remove, purge, clock, bridge, simulator } = await changing(t);
  await remove(film);
  clock.jump(clock.now() + 30 * dayMs);
  t.equal(await purge(), 0, 'somebody set the clock');
  await clock.advance(6 * dayMs);
  t.equal(await purge(), 0);
  await clock.advance(2 * dayMs);
  t.equal(await purge(), 1);
  t.same(await bridge.accountChanges.trash(), []);
  // A machine without a battery begins in the past, and is set right later.
  clock.jump(Date.UTC(2000, 0, 1));
  await remove(`/Films/${nosferatu}`);
  clock.jump(Date.UTC(2026, 1, 1));
  t.equal(await purge(), 0);
  t.ok([...simulator.account.files()].some(({ name }) => name === nosferatu));
});

t.test('what the host removes in part stays in the trash until it has removed the rest', async (t) => {
  const { remove, purge, bridge, simulator, copy } = await changing(t);
  await copy('/Films', '/More/All', true);
  for (const path of [film, `/Films/${nosferatu}`, '/Films/Old/Faust.1926.mkv']) await remove(path);
  await remove('/More/All', true);
  simulator.faults.partial = { most: 1, times: 2 };
  t.equal(await purge(true), 4, 'what is left over is asked for again');
  await remove('/More/Dracula.1931.mkv');
  simulator.faults.lie = ({ verb }, truth) =>
    verb === 'file/rm' && truth ? { status: 'OK', removed: 0, urls: [] } : undefined;
  simulator.account.addFile('/Films', { name: 'x.mkv', content: { sizeBytes: 1, seed: 1 } });
  await t.rejects(purge(true), { code: 'BRIDGE_HOST_REFUSED' }, 'a person hears of it');
  t.match(await bridge.accountChanges.trash(), [{ path: '/More/Dracula.1931.mkv' }]);
});

t.test('what was replaced is given no more, and goes when the host takes it', async (t) => {
  const { simulator, bridge, home, meanwhile, signal, names, strm, syncAll, clock } = await changing(t);
  const source = join(home, metropolis);
  writeFileSync(source, 'another cut of it');
  const put = () => bridge.uploader.put({ source, to: '/Films', replaces: true, signal });
  simulator.faults.answer({ is: 'ko', message: 'Not today', verb: 'file/mv', times: 3 });
  const old = simulator.account.file(film).id;
  t.match(await meanwhile(put()), { fate: 'sent' });
  t.equal(names('/Films').filter((name) => name === metropolis).length, 2, 'the host has both');
  const given = async () => (await bridge.catalog.files.byPath(film)).files.map(({ id }) => id);
  t.equal((await given()).length, 1);
  t.not((await given())[0], old, 'the new one is given');
  await syncAll();
  await syncAll();
  t.equal((await given()).length, 1, 'no listing brings the other back');
  t.match(await strm(), 'Metropolis (1927)');
  t.same(await bridge.accountChanges.trash(), [], 'it does not lie there yet');
  // Nobody asks: the upkeep does.
  bridge.upkeep.start();
  t.teardown(() => bridge.upkeep.stop());
  for (let round = 0; round < 30 && (await bridge.accountChanges.trash()).length === 0; round++)
    await meanwhile(clock.sleep(10 * minuteMs));
  t.match(await bridge.accountChanges.trash(), [{ hostId: old, path: film }]);
  t.equal(names('/Films').filter((name) => name === metropolis).length, 1);
  t.same(await bridge.catalog.uploads.all(), []);
});

t.test('a damaged file that the host does not remove is in the library at no time', async (t) => {
  const { simulator, bridge, home, meanwhile, signal, names, syncAll } = await changing(t);
  const source = join(home, 'M (1931).mkv');
  writeFileSync(source, 'every byte of it');
  simulator.faults.upload = { wrongChecksum: { times: 1 } };
  simulator.faults.answer({ is: 'ko', message: 'Not today', verb: 'file/rm' });
  simulator.faults.answer({ is: 'ko', message: 'Not today', verb: 'file/mv' });
  t.match(await meanwhile(bridge.uploader.put({ source, to: '/Films', signal })), { fate: 'sent' });
  await syncAll();
  t.equal((await bridge.catalog.files.byPath('/Films/M (1931).mkv')).files.length, 1);
  await meanwhile(bridge.accountChanges.settle(signal));
  t.equal(names('/Films').filter((name) => name === 'M (1931).mkv').length, 1);
});
