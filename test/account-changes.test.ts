import t from 'tap';
import { dayMs, hourMs } from '../src/core/durations.ts';
import { changing, metropolis as film, nosferatu as other } from './fixtures/changing.ts';

/** Folders, names and removals in the account: done once, seen at once, taken back when a person wants it back. */

t.test('a folder is made with one call, is known at once, and is not made twice', async (t) => {
  const { simulator, makeFolder, names, bridge } = await changing(t);
  t.match(await makeFolder('/Films/New'), { path: '/Films/New', isNew: true });
  t.same(simulator.counters.calls, { 'folder/mkdir': 1 });
  t.match(await bridge.catalog.files.byPath('/Films/New'), { folder: { path: '/Films/New' } });
  t.match(await makeFolder('/Films/New'), { isNew: false });
  t.same(simulator.counters.calls, { 'folder/mkdir': 1 }, 'what is known is not asked for');
  await t.rejects(makeFolder('/Films/A/B'), { code: 'BRIDGE_NOT_FOUND' });
  t.match(await makeFolder('/Films/A/B', true), { path: '/Films/A/B', isNew: true });
  t.same(names('/Films/A'), ['B']);
  simulator.account.addFolder('/Films/Elsewhere');
  t.match(await makeFolder('/Films/Elsewhere'), { isNew: false }, 'somebody else made it meanwhile');
});

t.test('a film that is renamed or moved keeps its address, with one call', async (t) => {
  const { simulator, move, strm, syncAll, bridge } = await changing(t);
  const { id } = simulator.account.file(`/Films/${film}`);
  t.match(await move(`/Films/${film}`, '/Films/Moloch (1929).mkv'), [
    { kind: 'file', to: '/Films/Moloch (1929).mkv' },
  ]);
  t.same(simulator.counters.calls, { 'file/rename': 1 });
  t.match(await strm(), 'Metropolis (1927)', 'and its path: a media server would forget what was watched');
  t.match(await bridge.catalog.files.byId(id), { name: 'Moloch (1929).mkv' });
  await move('/Films/Moloch (1929).mkv', '/More');
  t.same(simulator.counters.calls, { 'file/rename': 1, 'file/mv': 1 });
  t.equal(simulator.account.file('/More/Moloch (1929).mkv').id, id);
  const { tree } = await syncAll();
  t.match(tree.counts, { create: 0, update: 0, delete: 0 }, 'a crawl finds it as it is told');
});

t.test('a folder is moved with another name, whatever folders are in the way', async (t) => {
  for (const inTheWay of [[], ['/More/Old'], ['/Films/New'], ['/More/Old', '/Films/New']]) {
    const { move, names, simulator, syncAll, strm } = await changing(t);
    for (const path of inTheWay) simulator.account.addFolder(path);
    await syncAll();
    await move('/Films/Old', '/More/New');
    t.ok(names('/More').includes('New'), `${inTheWay}`);
    t.same(names('/More/New'), ['Faust.1926.mkv']);
    t.notOk(names('/Films').includes('Old'));
    t.match(await strm(), 'Faust (1926)');
  }
});

t.test('nothing is replaced, and nothing lies in itself', async (t) => {
  const { simulator, move, copy, remove } = await changing(t);
  await t.rejects(move(`/Films/${film}`, `/Films/${other}`), { code: 'BRIDGE_UPLOAD_EXISTS' });
  await t.rejects(move('/Films', '/Films/Old'), { code: 'BRIDGE_BAD_REQUEST' });
  await t.rejects(move('/', '/Films'), { code: 'BRIDGE_BAD_REQUEST' });
  await t.rejects(copy('/Films', '/Films/Old/Deep', true), { code: 'BRIDGE_BAD_REQUEST' });
  await t.rejects(remove('/', true), { code: 'BRIDGE_BAD_REQUEST' });
  await t.rejects(remove('/Films'), { code: 'BRIDGE_BAD_REQUEST', remedy: /-r/ });
  await t.rejects(move(`/Films/${film}`, `/Films/${'x'.repeat(300)}`), { code: 'BRIDGE_BAD_REQUEST' });
  t.match(await move(`/Films/${film}`, '/More', true), [{ to: `/More/${film}` }], 'only told');
  t.same(simulator.counters.calls, {}, 'the host was not asked');
});

t.test('what a root of the library is made of is neither moved nor removed', async (t) => {
  const { remove, move } = await changing(t, { env: { PASSERELLE_ROOTS: '/Films/Old,/More' } });
  await t.rejects(remove('/Films', true), { code: 'BRIDGE_BAD_REQUEST', remedy: /library\.roots/ });
  await t.rejects(remove('/More', true), { code: 'BRIDGE_BAD_REQUEST' });
  await t.rejects(move('/More', '/Films'), { code: 'BRIDGE_BAD_REQUEST' });
});

t.test('a copy costs one call and no byte, and is in the library', async (t) => {
  const { simulator, copy, names, strm, syncAll } = await changing(t);
  t.match(await copy(`/Films/${film}`, '/More'), [{ to: `/More/${film}` }]);
  t.same(simulator.counters.calls, { 'file/cp': 1 });
  t.same(await copy(`/Films/${film}`, '/More'), [], 'a second one is not made');
  await t.rejects(copy('/Films', '/More'), { code: 'BRIDGE_BAD_REQUEST' }, 'folders want a word');
  await copy('/Films', '/More/All', true);
  t.same(names('/More/All'), [film, other, 'Old'].sort());
  t.same(names('/More/All/Old'), ['Faust.1926.mkv']);
  t.equal(simulator.counters.uploads, 0);
  t.match(await strm(), 'Faust (1926)');
  const { tree } = await syncAll();
  t.match(tree.counts, { create: 0, delete: 0 });
});

t.test('a folder is copied beside no other file of a name, like one file', async (t) => {
  const { simulator, copy, names, syncAll, clock } = await changing(t);
  const add = (folder: string, seed: number) =>
    simulator.account.addFile(folder, { name: 'Faust.1926.mkv', content: { sizeBytes: 500 + seed, seed } });
  simulator.account.addFolder('/More/Films');
  simulator.account.addFolder('/More/Films/Old');
  add('/More/Films/Old', 1);
  await syncAll();
  simulator.reset();
  const exists = { code: 'BRIDGE_UPLOAD_EXISTS', message: '/More/Films/Old/Faust.1926.mkv is there already' };
  await t.rejects(copy('/Films', '/More', true), exists);
  t.same(simulator.counters.calls, {}, 'what is known is found before anything is copied');
  await t.rejects(
    copy('/Films/Old', `/Films/${film}`, true),
    { code: 'BRIDGE_UPLOAD_EXISTS' },
    'nor beside one',
  );
  // Laid there by others, a while after the listing.
  simulator.account.removeFolder('/More/Films');
  simulator.account.addFolder('/More/Old');
  await syncAll();
  await clock.advance(2 * hourMs);
  add('/More/Old', 2);
  await t.rejects(copy('/Films/Old', '/More', true), { code: 'BRIDGE_UPLOAD_EXISTS' });
  t.same(names('/More/Old'), ['Faust.1926.mkv'], 'no second one');
});

t.test('of two folders that are copied to one place at one time, one comes', async (t) => {
  const { simulator, bridge, meanwhile, signal, names, syncAll } = await changing(t);
  simulator.account.addFolder('/More/Old');
  simulator.account.addFile('/More/Old', { name: 'Faust.1926.mkv', content: { sizeBytes: 5, seed: 5 } });
  simulator.account.addFolder('/All');
  await syncAll();
  const copy = (from: string) =>
    bridge.accountChanges.copy({ from, to: '/All', isDeep: true, signal }).then(
      () => 'copied',
      ({ code }) => code,
    );
  const both = await meanwhile(Promise.all([copy('/Films/Old'), copy('/More/Old')]));
  t.same(both, ['copied', 'BRIDGE_UPLOAD_EXISTS']);
  t.same(names('/All/Old'), ['Faust.1926.mkv']);
  t.same(await meanwhile(copy('/Films/Old')), 'copied', 'and the same once more is taken for made');
  t.same(names('/All/Old'), ['Faust.1926.mkv']);
});

t.test('what is removed can be taken back, and comes back by no listing', async (t) => {
  const { simulator, remove, strm, restore, syncAll, bridge, names } = await changing(t);
  const before = await strm();
  const { id } = simulator.account.file(`/Films/${film}`);
  const [removed] = await remove(`/Films/${film}`);
  t.match(removed, { kind: 'file', files: 1, sizeBytes: 3_000_000, trashId: Number });
  t.same(simulator.counters.calls, { 'folder/mkdir': 2, 'file/mv': 1 });
  t.notMatch(await strm(), 'Metropolis');
  await syncAll();
  await syncAll();
  t.notMatch(await strm(), 'Metropolis', 'a crawl of the whole account does not look into the trash');
  t.same((await bridge.catalog.files.byPath('/.passerelle-trash')).folder, undefined);
  await remove('/Films/Old', true);
  t.notMatch(await strm(), 'Faust');
  t.equal(simulator.counters.calls['folder/mv'], 1, 'a folder goes with one call, whatever is in it');
  const trash = await bridge.accountChanges.trash();
  t.match(trash, [{ path: `/Films/${film}` }, { path: '/Films/Old', files: 1 }]);
  for (const one of trash) await restore(one.id);
  t.equal(await strm(), before);
  t.equal(simulator.account.file(`/Films/${film}`).id, id);
  t.same(names('/Films/Old'), ['Faust.1926.mkv']);
  const { tree } = await syncAll();
  t.match(tree.counts, { create: 0, update: 0, delete: 0 });
});

t.test('a host that lists late what was removed does not bring it back', async (t) => {
  const { simulator, remove, strm, syncAll } = await changing(t);
  const file = simulator.account.file(`/Films/${film}`);
  await remove(`/Films/${film}`);
  // As it does for some time after a call.
  simulator.account.folder('/Films').ghosts.push({ file, until: Number.POSITIVE_INFINITY });
  await syncAll();
  t.notMatch(await strm(), 'Metropolis');
});

t.test(
  'after its days it is removed for good; what others took out of the trash is left alone',
  async (t) => {
    const { simulator, remove, purge, clock, names, bridge } = await changing(t);
    await remove(`/Films/${film}`);
    await remove('/Films/Old', true);
    await remove('/More/Dracula.1931.mkv');
    const [day = ''] = names('/.passerelle-trash');
    simulator.account.move(
      simulator.account.file(`/.passerelle-trash/${day}/Dracula.1931.mkv`),
      simulator.account.folder('/More'),
    );
    await clock.advance(6 * dayMs);
    t.equal(await purge(), 0, 'not before');
    await clock.advance(2 * dayMs);
    t.equal(await purge(), 2);
    t.same(names('/.passerelle-trash'), [], 'and its day with it');
    t.same(names('/More'), ['Dracula.1931.mkv']);
    t.same(await bridge.accountChanges.trash(), []);
  },
);

t.test('with no days for the trash it is gone at once', async (t) => {
  const { simulator, remove, names } = await changing(t, { env: { PASSERELLE_UPLOADS_TRASH_DAYS: '0' } });
  t.match(await remove('/Films', true), [{ trashId: undefined, files: 3 }]);
  t.same(names('/'), ['.passerelle-trash', 'More']);
  t.same(names('/.passerelle-trash'), []);
  t.equal(simulator.counters.calls['file/rm'], 1, 'the files of a folder and of all in it in one call');
});

t.test('two folders of one name on one day lie beside each other', async (t) => {
  const { remove, copy, names, restore } = await changing(t);
  const [first] = await remove('/Films/Old', true);
  await copy('/More', '/Films/Old', true);
  const [second] = await remove('/Films/Old', true);
  t.equal(names('/.passerelle-trash').length, 2);
  await restore(second?.trashId as number);
  t.same(names('/Films/Old'), ['Dracula.1931.mkv']);
  await t.rejects(restore(first?.trashId as number), { code: 'BRIDGE_UPLOAD_EXISTS' });
});

t.test('a trash that somebody removed is made anew', async (t) => {
  const { remove, simulator, purge, names } = await changing(t);
  await remove(`/Films/${film}`);
  await purge(true);
  simulator.account.removeFolder(simulator.account.folder('/.passerelle-trash'));
  await remove(`/Films/${other}`);
  t.equal(names('/.passerelle-trash').length, 1);
});

t.test('what was cut off in the middle is right in the end', async (t) => {
  for (const verb of ['folder/mv', 'file/mv'] as const)
    for (const isDone of [true, false])
      for (const at of [1, 2]) {
        const one = await changing(t);
        const { simulator, bridge, meanwhile, signal, names, strm } = one;
        // The answer is lost, after or before the host has done it.
        const second = verb === 'folder/mv' ? verb : 'file/rename';
        simulator.faults.answer({
          is: isDone ? 'halfBody' : 'reset',
          verb: at === 1 ? verb : second,
          skip: verb === 'folder/mv' ? at - 1 : 0,
        });
        const [from, to] =
          verb === 'folder/mv' ? ['/Films/Old', '/More/New'] : [`/Films/${film}`, '/More/Moloch (1929).mkv'];
        const what = `${verb} ${at} ${isDone ? 'done' : 'not done'}`;
        // Where all of it was done a listing tells so.
        if (isDone && at === 2) await one.move(from, to);
        else await t.rejects(one.move(from, to), what);
        await meanwhile(bridge.accountChanges.settle(signal));
        t.same(await bridge.catalog.ownChanges.begunMoves(), [], what);
        if (verb === 'folder/mv') t.same(names('/More/New'), ['Faust.1926.mkv'], what);
        else t.ok(names('/More').includes('Moloch (1929).mkv'), what);
        t.match(await strm(), /Faust \(1926\)[\s\S]*Metropolis \(1927\)/, what);
      }
});

t.test('a removal whose answer was lost is found out', async (t) => {
  for (const isDone of [true, false]) {
    const one = await changing(t);
    const { simulator, bridge, meanwhile, signal, strm, clock } = one;
    simulator.faults.answer({ is: isDone ? 'halfBody' : 'reset', verb: 'file/mv' });
    if (isDone) t.match(await one.remove(`/Films/${film}`), [{ trashId: Number }], 'a listing tells so');
    else {
      await t.rejects(one.remove(`/Films/${film}`));
      t.match(await strm(), 'Metropolis', 'nothing is taken for removed that may be there');
      t.equal(await meanwhile(bridge.accountChanges.settle(signal)), 1, 'listings may be late');
      await clock.advance(4 * hourMs);
      t.equal(await meanwhile(bridge.accountChanges.settle(signal)), 0);
    }
    t.equal((await bridge.accountChanges.trash()).length, isDone ? 1 : 0);
    if (isDone) t.notMatch(await strm(), 'Metropolis');
    else t.match(await strm(), 'Metropolis');
  }
});

t.test("what lies in the trash and is in no journal is in nobody's way", async (t) => {
  const { remove, simulator, names } = await changing(t);
  simulator.account.addFolder('/.passerelle-trash/2026-01-15/Old');
  t.match(await remove('/Films/Old', true), [{ trashId: Number }]);
  t.match(names('/.passerelle-trash'), ['2026-01-15', /^2026-01-15 [0-9a-f]{8}$/]);
});

t.test('what somebody takes out of the trash on the web site is in the library again', async (t) => {
  const { remove, simulator, names, strm, syncAll, clock } = await changing(t);
  await remove(`/Films/${film}`);
  await remove('/Films/Old', true);
  const [day = ''] = names('/.passerelle-trash');
  const { account: host } = simulator;
  host.move(host.file(`/.passerelle-trash/${day}/${film}`), host.folder('/More'));
  host.move(host.folder(`/.passerelle-trash/${day}/Old`), host.folder('/More'));
  await syncAll();
  await syncAll();
  t.match(await strm(), /Faust \(1926\)[\s\S]*Metropolis \(1927\)/, 'elsewhere at once');
  await remove(`/More/${film}`);
  t.notMatch(await strm(), 'Metropolis', 'and it can be removed again');
  host.move(host.file(`/.passerelle-trash/${day}/${film}`), host.folder('/More'));
  await clock.advance(4 * hourMs);
  await syncAll();
  t.match(await strm(), 'Metropolis', 'where it was, when no listing can be late any more');
});
