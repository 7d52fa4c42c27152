import t from 'tap';
import { dayMs, hourMs } from '../src/core/durations.ts';
import { changing, metropolis, nosferatu } from './fixtures/changing.ts';

/** A host that refuses halfway, answers with half of what is so, or names what is not: nothing is lost, and nothing ends in the middle. */

const film = `/Films/${metropolis}`;

t.test('what the host refuses halfway is put back, and is where the catalog has it', async (t) => {
  const { move, simulator, names, strm, bridge, syncAll } = await changing(t);
  const before = await strm();
  simulator.faults.answer({ is: 'ko', message: 'Not today', verb: 'folder/mv', skip: 1 });
  await t.rejects(move('/Films/Old', '/More/New'), { code: 'BRIDGE_HOST_REFUSED' });
  simulator.faults.answer({ is: 'ko', message: 'Not today', verb: 'file/rename' });
  await t.rejects(move(film, '/More/Moloch (1929).mkv'), { code: 'BRIDGE_HOST_REFUSED' });
  t.same(names('/Films'), [metropolis, nosferatu, 'Old'].sort());
  t.same(names('/More'), ['Dracula.1931.mkv']);
  t.same(await bridge.catalog.ownChanges.begunMoves(), []);
  // Nor can it be put back.
  simulator.faults.answer({ is: 'ko', message: 'Not today', verb: 'folder/mv', skip: 1, times: 2 });
  await t.rejects(move('/Films/Old', '/More/New'), { code: 'BRIDGE_HOST_REFUSED' });
  t.ok((await bridge.catalog.files.byPath('/More/Old')).folder, 'the catalog has it where it is');
  t.same(await bridge.catalog.ownChanges.begunMoves(), []);
  await move('/More/Old', '/Films');
  t.equal(await strm(), before);
  // What nobody has listed is in the way.
  simulator.account.addFolder('/More/Old');
  await move('/Films/Old', '/More/New');
  t.same(names('/More'), ['Dracula.1931.mkv', 'New', 'Old']);
  const { tree } = await syncAll();
  t.match(tree.counts, { create: 0, delete: 0 });
});

t.test('one that cannot be ended keeps none of the others waiting', async (t) => {
  const { move, remove, simulator, bridge, meanwhile, signal, names, clock } = await changing(t);
  simulator.faults.answer({ is: 'reset', verb: 'folder/mv' });
  await t.rejects(move('/Films/Old', '/More'));
  simulator.faults.answer({ is: 'halfBody', verb: 'file/mv' });
  simulator.faults.answer({ is: 'reset', verb: 'folder/ls' });
  await t.rejects(remove(film));
  simulator.faults.answer({
    is: 'ko',
    message: 'Not today',
    verb: 'folder/mv',
    times: Number.POSITIVE_INFINITY,
  });
  await t.rejects(meanwhile(bridge.accountChanges.settle(signal)), { code: 'BRIDGE_HOST_REFUSED' });
  t.match(await bridge.accountChanges.trash(), [{ path: film }], 'the removal is found out');
  await clock.advance(4 * hourMs);
  await meanwhile(bridge.accountChanges.settle(signal));
  t.same(await bridge.catalog.ownChanges.begunMoves(), [], 'a move that the host does not do is given up');
  t.ok(names('/Films').includes('Old'));
  t.ok((await bridge.catalog.files.byPath('/Films/Old')).folder);
});

t.test('an empty answer once makes nothing in the trash forgotten', async (t) => {
  const { remove, purge, simulator, bridge, clock, restore, names } = await changing(t);
  const [{ trashId = 0 } = {}] = await remove(film);
  await remove('/Films/Old', true);
  await clock.advance(8 * dayMs);
  const day = Number(simulator.account.folder(`/.passerelle-trash/${names('/.passerelle-trash')[0]}`).id);
  simulator.faults.answer({ is: 'emptyListing', verb: 'folder/ls', folderId: day });
  t.equal(await purge(), 0);
  t.equal((await bridge.accountChanges.trash()).length, 2);
  simulator.faults.answer({ is: 'maintenance', status: 200, verb: 'file/rm' });
  await t.rejects(purge(), 'and a page of it is no success');
  t.match(await bridge.accountChanges.trash(), [{ path: film }], 'the others do not wait for it');
  await clock.advance(hourMs);
  await restore(trashId);
  t.equal(await purge(), 0);
  t.ok(names('/Films').includes(metropolis));
});

t.test('a listing that names what lies elsewhere has nothing of that removed', async (t) => {
  const { remove, purge, simulator, names, syncAll } = await changing(t);
  const { account } = simulator;
  await remove('/Films/Old', true);
  await syncAll();
  const own = account.folder(`/.passerelle-trash/${names('/.passerelle-trash')[0]}/Old`);
  const more = account.folder('/More');
  const dracula = account.file('/More/Dracula.1931.mkv');
  simulator.faults.lie = ({ verb, body }, truth) => {
    if (verb !== 'folder/ls' || !truth || Number(body.folder_id) !== own.id) return undefined;
    const folder = ({ id, name }: { id: number; name: string }) => ({
      id,
      name,
      create_date: '2026-01-01 00:00:00',
    });
    return {
      ...truth,
      sub_folders: [
        folder(more),
        folder(own),
        { ...folder(account.folder('/Films')), id: account.folder('/Films').id },
      ],
      items: [
        ...(truth.items as object[]),
        { filename: dracula.name, url: dracula.url, size: dracula.sizeBytes, date: '2026-01-01 00:00:00' },
      ],
    };
  };
  t.equal(await purge(true), 1);
  t.same(names('/'), ['.passerelle-trash', 'Films', 'More']);
  t.same(names('/More'), ['Dracula.1931.mkv']);
  t.same(names('/Films'), [metropolis, nosferatu]);
});

t.test(
  'what is taken back while it is removed for good is told to be gone, and the other way round',
  async (t) => {
    const { remove, simulator, bridge, meanwhile, signal, names } = await changing(t);
    const { accountChanges } = bridge;
    for (const first of ['purge', 'restore']) {
      const [{ trashId = 0 } = {}] = await remove(first === 'purge' ? film : `/Films/${nosferatu}`);
      const work = {
        purge: () => accountChanges.purge(true, signal),
        restore: () => accountChanges.restore(trashId, signal),
      };
      const both = first === 'purge' ? [work.purge(), work.restore()] : [work.restore(), work.purge()];
      const fates = (await meanwhile(Promise.allSettled(both))).map(({ status }) => status);
      const isBack = names('/Films').includes(first === 'purge' ? metropolis : nosferatu);
      const isKnown = [...simulator.account.files()].some(
        ({ name }) => name === (first === 'purge' ? metropolis : nosferatu),
      );
      t.equal(isBack, isKnown, `${first}: it is back, or gone: ${fates}`);
      const restored = first === 'purge' ? fates[1] : fates[0];
      t.equal(restored === 'fulfilled', isBack, 'and told so');
      t.same(await accountChanges.trash(), []);
    }
  },
);

t.test('a copy whose answer is lost is made once, and one that gets no name leaves nothing', async (t) => {
  const { copy, simulator, names, bridge, syncAll } = await changing(t);
  simulator.faults.answer({ is: 'halfBody', verb: 'file/cp' });
  await copy('/Films', '/More/All', true);
  t.same(names('/More/All'), [metropolis, nosferatu, 'Old'].sort());
  t.same(names('/More/All/Old'), ['Faust.1926.mkv']);
  simulator.faults.answer({ is: 'reset', verb: 'file/cp' });
  await t.rejects(copy(film, '/More/Again.mkv'));
  simulator.faults.answer({ is: 'ko', message: 'Not today', verb: 'file/rename' });
  await t.rejects(copy(film, '/More/Again.mkv'));
  t.same(names('/More'), ['All', 'Dracula.1931.mkv']);
  await syncAll();
  t.same((await bridge.catalog.files.byPath(`/More/${metropolis}`)).files, []);
  await copy(film, '/More/Again.mkv');
  t.same(names('/More'), ['Again.mkv', 'All', 'Dracula.1931.mkv']);
});
