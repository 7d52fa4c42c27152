import t from 'tap';
import { request } from 'undici';
import { listReview } from '../src/api/overrides.ts';
import { twinLines } from '../src/commands/format/doubts.ts';
import { hourMs, minuteMs } from '../src/core/durations.ts';
import { changing, metropolis, nosferatu } from './fixtures/changing.ts';

/** The account is changed by us while somebody is at work in it on the web site, and by two of us at one time. */

const film = `/Films/${metropolis}`;

t.test('somebody does the same on the web site in this moment', async (t) => {
  const { remove, move, simulator, names, strm, bridge, syncAll, purge } = await changing(t);
  const { account } = simulator;
  // Removed there: it is out of the way, and in no trash.
  account.removeFile(film);
  t.match(await remove(film), [{ path: film, trashId: undefined }]);
  t.notMatch(await strm(), 'Metropolis');
  account.removeFolder('/Films/Old');
  t.match(await remove('/Films/Old', true), [{ trashId: undefined }]);
  t.notMatch(await strm(), 'Faust');
  t.same(await bridge.accountChanges.trash(), []);
  // Moved there: to where we want it, and elsewhere.
  account.move(`/Films/${nosferatu}`, '/More');
  await move(`/Films/${nosferatu}`, '/More');
  t.same(names('/More'), ['Dracula.1931.mkv', nosferatu]);
  account.addFolder('/Films/Deep');
  await syncAll();
  account.move('/Films/Deep', '/More');
  await move('/Films/Deep', '/More');
  t.ok((await bridge.catalog.files.byPath('/More/Deep')).folder, 'it is there, as it was wished for');
  t.same(await bridge.catalog.ownChanges.begunMoves(), []);
  await move('/More/Deep', '/Films');
  account.removeFolder('/Films/Deep');
  await t.rejects(move('/Films/Deep', '/More'), { code: 'BRIDGE_HOST_FILE_GONE' });
  t.same(await bridge.catalog.ownChanges.begunMoves(), [], 'nothing is waited for');
  // Its folder goes while it is moved.
  account.addFolder('/Films/Gone');
  await syncAll();
  account.removeFolder('/Films/Gone');
  await t.rejects(move('/More/Dracula.1931.mkv', '/Films/Gone'));
  t.ok(names('/More').includes('Dracula.1931.mkv'));
  t.match(await strm(), 'Dracula');
  t.equal(await purge(true), 0);
});

t.test('a folder whose content changes while it is removed goes and comes back as it is', async (t) => {
  const { remove, restore, purge, simulator, names, strm, syncAll, meanwhile, bridge, signal, home } =
    await changing(t);
  const { account } = simulator;
  account.addFile('/Films/Old', { name: 'Sunrise.1927.mkv', content: { sizeBytes: 10, seed: 1 } });
  const [{ trashId = 0 } = {}] = await remove('/Films/Old', true);
  const [day = ''] = names('/.passerelle-trash');
  account.addFile(`/.passerelle-trash/${day}/Old`, {
    name: 'M.1931.mkv',
    content: { sizeBytes: 9, seed: 1 },
  });
  await restore(trashId);
  t.same(names('/Films/Old'), ['Faust.1926.mkv', 'M.1931.mkv', 'Sunrise.1927.mkv']);
  await syncAll();
  t.match(await strm(), /Faust \(1926\)[\s\S]*Sunrise \(1927\)/);
  // Two at one time: who comes second hears that it is gone, and finds it in the trash once.
  const removal = () => bridge.accountChanges.remove({ path: '/Films/Old', isDeep: true, signal });
  const both = await meanwhile(Promise.allSettled([removal(), removal()]));
  t.same(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  t.equal((await bridge.accountChanges.trash()).length, 1);
  // What somebody takes out of a removed folder before its days are over stays where he put it.
  account.move(`/.passerelle-trash/${day}/Old/M.1931.mkv`, '/More');
  await syncAll();
  simulator.faults.lie = ({ verb, body }, truth) => {
    // A listing that is late names it where it was.
    if (
      verb !== 'folder/ls' ||
      !truth ||
      Number(body.folder_id) !== Number(account.folder(`/.passerelle-trash/${day}/Old`).id)
    )
      return undefined;
    const file = account.file('/More/M.1931.mkv');
    return {
      ...truth,
      items: [
        ...(truth.items as object[]),
        { filename: file.name, url: file.url, size: file.sizeBytes, date: '2026-01-01 00:00:00' },
      ],
    };
  };
  t.equal(await purge(true), 1);
  t.ok(names('/More').includes('M.1931.mkv'), 'it is not removed by its address');
  t.match(await strm(), 'M (1931)');
  t.ok(home);
});

t.test(
  'with no days for the trash, what makes room for something is not removed with something else',
  async (t) => {
    const { bridge, meanwhile, signal, names } = await changing(t, {
      env: { PASSERELLE_UPLOADS_TRASH_DAYS: '0' },
    });
    const { accountChanges } = bridge;
    const [kept] = await meanwhile(
      accountChanges.remove({ path: film, isDeep: false, roomFor: { name: metropolis, before: [] }, signal }),
    );
    await meanwhile(accountChanges.remove({ path: `/Films/${nosferatu}`, isDeep: false, signal }));
    await meanwhile(accountChanges.purge(false, signal));
    t.equal(await meanwhile(accountChanges.restore(kept?.trashId as number, signal)), film);
    t.ok(names('/Films').includes(metropolis), 'it can be put back');
    const [again] = await meanwhile(
      accountChanges.remove({ path: film, isDeep: false, roomFor: { name: metropolis, before: [] }, signal }),
    );
    await meanwhile(accountChanges.letGo([again?.trashId as number], signal));
    t.same(names('/.passerelle-trash'), [], 'and goes when nobody wants it any more');
  },
);

t.test('what is removed for good, which may take hours, keeps nobody waiting', async (t) => {
  const { bridge, simulator, meanwhile, signal, names } = await changing(t, {
    env: { PASSERELLE_UPLOADS_TRASH_DAYS: '0', PASSERELLE_DAV_WRITE: 'account' },
  });
  const { accountChanges: changes, host } = bridge;
  const { removeFolder } = host.writes;
  const [begun, end] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  host.writes.removeFolder = async (...asked) => {
    begun.resolve();
    await end.promise;
    return removeFolder(...asked);
  };
  const removal = changes.remove({ path: '/Films/Old', isDeep: true, signal });
  await meanwhile(begun.promise);
  t.match(await meanwhile(changes.makeFolder('/Films/New', false, signal)), { isNew: true });
  await meanwhile(changes.move({ from: film, to: '/More', signal }));
  // Nor somebody who removes something himself, or puts something in the place of another file.
  t.match(await meanwhile(changes.remove({ path: `/Films/${nosferatu}`, isDeep: false, signal })), [
    { path: `/Films/${nosferatu}` },
  ]);
  const { files } = await bridge.catalog.files.byPath('/More/Dracula.1931.mkv');
  t.equal((await meanwhile(changes.retire(files, signal))).length, 1);
  t.same(names('/More'), [metropolis]);
  t.same(names('/Films'), ['New']);
  end.resolve();
  t.match(await meanwhile(removal), [{ path: '/Films/Old', trashId: undefined }]);
  await meanwhile(changes.purge(false, signal));
  t.same(names('/.passerelle-trash'), []);
  t.equal(simulator.account.folder('/').folders.size, 3);
});

t.test('a folder that is copied, which may take hours, gives others their turns', async (t) => {
  const { bridge, meanwhile, signal, names } = await changing(t);
  const { accountChanges: changes, host } = bridge;
  const { copyFiles } = host.writes;
  /** @param between what somebody else asks for while the first folder is copied */
  const copy = async (to: string, between: () => Promise<unknown>) => {
    let asked: Promise<unknown> | undefined;
    const seen: string[][] = [];
    host.writes.copyFiles = (...of) => {
      asked ??= between();
      seen.push(names('/'));
      return copyFiles(...of);
    };
    const [copied] = await meanwhile(
      Promise.allSettled([changes.copy({ from: '/Films', to, isDeep: true, signal })]),
    );
    await meanwhile(asked ?? Promise.resolve());
    return { copied, seen };
  };
  const { copied, seen } = await copy('/More', () => changes.makeFolder('/New', false, signal));
  t.equal(copied?.status, 'fulfilled');
  t.same(seen, [
    ['Films', 'More'],
    ['Films', 'More', 'New'],
  ]);
  t.same(names('/More/Films'), [metropolis, nosferatu, 'Old']);
  t.same(names('/More/Films/Old'), ['Faust.1926.mkv']);
  // What goes meanwhile is not taken for copied, and where it goes to may be called otherwise by then.
  const moved = await copy('/New', () => changes.move({ from: '/New', to: '/Newer', isName: true, signal }));
  t.equal(moved.copied?.status, 'fulfilled');
  t.same(names('/Newer/Films/Old'), ['Faust.1926.mkv']);
  await meanwhile(changes.makeFolder('/Last', false, signal));
  const removed = await copy('/Last', () => changes.remove({ path: '/Films/Old', isDeep: true, signal }));
  t.match(removed.copied, { reason: { code: 'BRIDGE_NOT_FOUND' } });
  t.same(names('/Last/Films'), [metropolis, nosferatu]);
});

t.test(
  'a name that others have taken meanwhile is not taken a second time, where it was looked at long ago',
  async (t) => {
    const { move, copy, simulator, names, clock, bridge } = await changing(t);
    const { account, counters } = simulator;
    account.addFile('/More', { name: 'Vampire.mkv', content: { sizeBytes: 7, seed: 7 } });
    account.addFile('/Films', { name: 'Vampire.mkv', content: { sizeBytes: 8, seed: 8 } });
    await clock.advance(2 * hourMs);
    await t.rejects(move(`/Films/${nosferatu}`, '/Films/Vampire.mkv'), { code: 'BRIDGE_UPLOAD_EXISTS' });
    await t.rejects(copy(film, '/More/Vampire.mkv'), { code: 'BRIDGE_UPLOAD_EXISTS' });
    t.same(counters.calls, { 'folder/ls': 2 }, 'one call each, and nothing was changed');
    t.equal((await bridge.catalog.files.byPath('/More/Vampire.mkv')).files.length, 1, 'now it is known');
    counters.calls = {};
    await move(`/Films/${nosferatu}`, '/Films/Nosferatu.mkv');
    t.same(counters.calls, { 'file/rename': 1 }, 'what is known costs nothing');
    t.equal(names('/Films').filter((name) => name === 'Vampire.mkv').length, 1);
  },
);

t.test('a twin that nobody could know of is told by the review, and each is meant by its id', async (t) => {
  const { move, remove, restore, simulator, names, syncAll, url, bridge, clock } = await changing(t);
  const { account } = simulator;
  account.addFile('/Films', { name: 'Vampire.mkv', content: { sizeBytes: 7, seed: 7 } });
  await clock.advance(10 * minuteMs);
  await move(`/Films/${nosferatu}`, '/Films/Vampire.mkv');
  const headers = { authorization: `Bearer ${bridge.secrets.adminToken}` };
  const review = async () =>
    listReview.answer.parse(await (await request(`${url}/api/v1/review`, { headers })).body.json()).twins;
  t.same(await review(), [], 'nobody has listed it');
  await syncAll();
  const [twins, ...others] = await review();
  t.same(others, []);
  t.match(twins, { path: '/Films/Vampire.mkv', files: [{}, {}] });
  t.match(twinLines(twins ? [twins] : []), [
    /^\/Films\/Vampire \(\w{20}\)\.mkv {2}\d/,
    /Vampire/,
    '',
    /1 name of several files/,
    '',
  ]);
  const small = twins?.files.find(({ sizeBytes }) => sizeBytes === 7)?.path ?? '';
  const [{ trashId = 0 } = {}] = await remove(small);
  t.equal(names('/Films').filter((name) => name === 'Vampire.mkv').length, 1);
  t.same(await review(), []);
  await t.rejects(remove(small), { code: 'BRIDGE_NOT_FOUND' });
  await t.rejects(restore(trashId), { code: 'BRIDGE_UPLOAD_EXISTS' }, 'it would be a twin again');
  await move('/Films/Vampire.mkv', '/Films/Nosferatu.mkv');
  await restore(trashId);
  t.equal(account.file('/Films/Vampire.mkv').sizeBytes, 7);
});
