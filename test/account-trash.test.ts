import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { dayMs, hourMs, minuteMs } from '../src/core/durations.ts';
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

t.test('what is being removed for good is not taken back, and who asks is told so', async (t) => {
  const { remove, purge, bridge, simulator, signal } = await changing(t);
  const [removed] = await remove(film);
  let asked: Promise<unknown> | undefined;
  simulator.faults.lie = ({ verb }) => {
    if (verb === 'file/rm')
      asked ??= bridge.accountChanges.restore(removed?.trashId as number, signal).catch((error) => error);
    return undefined;
  };
  t.equal(await purge(true), 1);
  t.match(await asked, { code: 'BRIDGE_NOT_FOUND', message: `${film} is being removed for good just now` });
  await t.rejects(bridge.accountChanges.restore(removed?.trashId as number, signal), /has this number/);
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

t.test('one thing of it is removed now, once, however often somebody asks, and is seen to go', async (t) => {
  const { remove, bridge, simulator, meanwhile, signal } = await changing(t);
  const { accountChanges, live } = bridge;
  const [{ trashId: folder } = {}] = await remove('/Films/Old', true);
  const [{ trashId: other } = {}] = await remove(film);
  const seen: unknown[] = [];
  const onProgress = (progress: object) => {
    if ('removedFiles' in progress && progress.removedFiles === 1) seen.push(accountChanges.purging());
  };
  const ask = () => accountChanges.purgeOne(Number(folder), signal, { onProgress });
  const looked = live.read().then(({ trash }) => trash);
  t.strictSame(await looked, {});
  t.strictSame(await meanwhile(Promise.all([ask(), ask()])), [1, 0]);
  t.equal(simulator.counters.calls['file/rm'], 1);
  t.match(seen[0], { files: 1, removedFiles: 1 });
  t.equal(accountChanges.purging(), undefined);
  t.strictSame(
    (await accountChanges.trash()).map(({ id }) => id),
    [other],
  );
  await t.rejects(ask(), { code: 'BRIDGE_NOT_FOUND' });
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

t.test('what is taken back is back once, whatever became of the answer of the host', async (t) => {
  for (const [is, kind] of [
    ['halfBody', 'file'],
    ['halfBody', 'folder'],
    ['reset', 'file'],
    ['reset', 'folder'],
  ] as const) {
    const { remove, restore, simulator, names, strm, syncAll, bridge, meanwhile, signal } = await changing(t);
    const before = await strm();
    const path = kind === 'file' ? film : '/Films/Old';
    const [{ trashId = 0 } = {}] = await remove(path, true);
    simulator.faults.answer({ is, verb: `${kind}/mv` });
    const what = `${kind}, ${is === 'halfBody' ? 'done' : 'not done'}`;
    if (is === 'halfBody') t.equal(await restore(trashId), path, what);
    else {
      await t.rejects(restore(trashId), what);
      t.match(await bridge.accountChanges.trash(), [{ path }], 'it lies in the trash still');
      t.equal(await meanwhile(bridge.accountChanges.settle(signal)), 0, 'what was wished for is done');
    }
    t.same(await bridge.accountChanges.trash(), [], what);
    t.equal(names('/Films').length, 3, what);
    t.equal(await strm(), before, what);
    const { tree } = await syncAll();
    t.match(tree.counts, { create: 0, update: 0, delete: 0 }, what);
    await t.rejects(restore(trashId), { code: 'BRIDGE_NOT_FOUND' }, 'not a second time');
  }
});

t.test('listings that are late neither bring back nor hide what is moved about', async (t) => {
  const one = await changing(t);
  const { remove, restore, simulator, names, strm, syncAll, bridge, clock, meanwhile, signal } = one;
  const before = await strm();
  simulator.faults.listingLagMs = hourMs;
  const settle = () => meanwhile(bridge.accountChanges.settle(signal));
  simulator.faults.answer({ is: 'halfBody', verb: 'file/mv' });
  await t.rejects(remove(film), 'it is named where it was, and not where it is');
  t.equal(await settle(), 1, 'so it is not forgotten');
  await clock.advance(2 * hourMs);
  t.equal(await settle(), 0);
  const [{ id = 0 } = {}] = await bridge.accountChanges.trash();
  t.ok(id, 'it lies in the trash');
  t.notMatch(await strm(), 'Metropolis');
  // The listing names it where it was for another hour: that is no reason to believe it.
  await restore(id);
  t.ok(names('/Films').includes(metropolis));
  const [{ trashId = 0 } = {}] = await remove(film);
  await restore(trashId);
  t.ok(names('/Films').includes(metropolis), 'it is really there');
  simulator.faults.answer({ is: 'halfBody', verb: 'file/mv' });
  const [again] = await remove(`/Films/${nosferatu}`).catch(() => []);
  t.equal(again, undefined);
  simulator.faults.answer({ is: 'reset', verb: 'file/mv' });
  await t.rejects(remove('/More/Dracula.1931.mkv'));
  await syncAll();
  t.match(await strm(), 'Dracula', 'what may be there is in the library');
  await clock.advance(4 * hourMs);
  t.equal(await settle(), 0);
  t.match(await bridge.accountChanges.trash(), [{ path: `/Films/${nosferatu}` }]);
  for (const { id } of await bridge.accountChanges.trash()) await restore(id);
  await clock.advance(2 * hourMs);
  await syncAll();
  t.equal(await strm(), before);
});

t.test(
  'what is taken back finds its folder, made anew by its own name, and no room beside another',
  async (t) => {
    const { remove, restore, makeFolder, simulator, names, bridge, syncAll } = await changing(t);
    const { account } = simulator;
    await makeFolder("/Films/It's <odd>");
    const odd = '/Films/It＇s ＜odd＞';
    account.addFile(odd, { name: 'a＂b.mkv', content: { sizeBytes: 10, seed: 1 } });
    await syncAll();
    const [{ trashId = 0 } = {}] = await remove(`${odd}/a＂b.mkv`);
    // On the web site, of which nobody has told us.
    account.removeFolder(odd);
    t.equal(await restore(trashId), `${odd}/a＂b.mkv`);
    t.same(names(odd), ['a＂b.mkv'], 'no name was written in signs a second time');
    t.equal((await bridge.catalog.files.byPath(`${odd}/a＂b.mkv`)).files.length, 1);
    const [first] = await remove(`${odd}/a＂b.mkv`);
    await remove(odd);
    await restore(first?.trashId as number);
    t.same(names(odd), ['a＂b.mkv'], 'nor where we removed it ourselves');
    const [second] = await remove(film);
    account.addFile('/Films', { name: metropolis, content: { sizeBytes: 77, seed: 5 } });
    await t.rejects(
      restore(second?.trashId as number),
      { code: 'BRIDGE_UPLOAD_EXISTS' },
      'nobody has listed it',
    );
    t.equal(names('/Films').filter((name) => name === metropolis).length, 1);
    t.match(await bridge.accountChanges.trash(), [{ path: odd }, { path: film }]);
  },
);

t.test(
  'a folder of a thousand files goes with three calls, comes back with one, and its end is told',
  async (t) => {
    const inside = Array.from({ length: 49 }, (_, folder) => ({
      name: `Season ${folder}`,
      files: Array.from({ length: 20 }, (_, file) => ({
        name: `S${folder}E${file}.mkv`,
        content: { sizeBytes: 1000, seed: folder * 20 + file },
      })),
    }));
    const files = Array.from({ length: 20 }, (_, file) => ({
      name: `Extra ${file}.mkv`,
      content: { sizeBytes: 1000, seed: 5000 + file },
    }));
    const started = await changing(t, {
      simulator: { account: { folders: [{ name: 'Films' }, { name: 'Show', files, folders: inside }] } },
    });
    const { simulator, remove, restore, strm, meanwhile, bridge, signal, clock } = started;
    const calls = () => Object.values(simulator.counters.calls).reduce((sum, count) => sum + count, 0);
    const all = () => [...simulator.account.files()].length;
    simulator.reset();
    const [removed] = await remove('/Show', true);
    t.match(removed, { files: 1000 });
    t.ok(calls() <= 4, `${calls()} calls: the trash, its day, the folder`);
    t.notMatch(await strm(), 'S01');
    simulator.reset();
    t.equal(await restore(removed?.trashId as number), '/Show');
    t.ok(calls() <= 2, `${calls()} calls`);
    t.equal(all(), 1000);

    await remove('/Show', true);
    simulator.reset();
    const told: { files: number; removedFiles: number; removedFolders: number; listed: number }[] = [];
    const purged = meanwhile(
      bridge.accountChanges.purge(true, signal, { onProgress: (progress) => told.push(progress) }),
    );
    t.equal(await purged, 1);
    t.equal(all(), 0);
    t.same(told.at(-1), { listed: 51, files: 1000, removedFiles: 1000, removedFolders: 51 });
    t.ok(told.every(({ removedFiles, files }) => removedFiles <= files));
    t.match(simulator.counters.calls, { 'file/rm': 11, 'folder/rm': 51 });
    t.ok(calls() <= 70, `${calls()} calls`);
    t.ok(clock.now() > 0);
  },
);

t.test(
  'a removal of many that is cut off in the middle goes on, and never takes what it may not',
  async (t) => {
    const inside = Array.from({ length: 6 }, (_, folder) => ({
      name: `Season ${folder}`,
      files: [{ name: `S${folder}E1.mkv`, content: { sizeBytes: 1000, seed: folder } }],
    }));
    const { simulator, remove, purge, bridge } = await changing(t, {
      simulator: { account: { folders: [{ name: 'Films' }, { name: 'Show', folders: inside }] } },
    });
    await remove('/Show', true);
    // As a kill would end it, after each of its first calls.
    for (let skip = 0; skip < 6; skip++) {
      simulator.faults.answer({ is: 'halfBody', verb: 'folder/rm', skip });
      await purge(true).catch(() => undefined);
      simulator.faults.clear();
    }
    await purge(true);
    t.same([...simulator.account.files()], []);
    t.throws(() => simulator.account.folder('/.passerelle-trash/Show'));
    t.same(await bridge.accountChanges.trash(), []);
  },
);
