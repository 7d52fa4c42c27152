import t from 'tap';
import type { TreeChange } from '../src/catalog/tree/tree-changes.ts';
import { noGrace, setup, signal } from './fixtures/setup.ts';

/** What happened in the library last, as a person reads it. */
const film = (name: string, seed: number) => ({ name, content: { sizeBytes: 1000 + seed, seed } });
const told = ({ kind, path, former, files, titles }: TreeChange) =>
  [kind, path, ...(former === undefined ? [] : [`from ${former}`]), files, titles].join(' ');
const env = { PASSERELLE_SYNC_CONFIRM_MINUTES: '0', PASSERELLE_SYNC_REMOVE_PERCENT: '100', ...noGrace };

t.test('what comes, goes, moves and is replaced is told once, the newest first', async (t) => {
  const account = {
    folders: [
      {
        name: 'Films',
        files: [film('Heat.1995.mkv', 1), film('Ran.1985.mkv', 2), film('Dune.2021.mkv', 3)],
        folders: [{ name: 'Dark', files: [film('Dark.S01E01.mkv', 4), film('Dark.S01E02.mkv', 5)] }],
      },
    ],
  };
  const one = await setup(t, { env, simulator: { account } });
  const { treeChanges } = one.bridge.catalog;
  t.equal(await treeChanges.newest(), 0);
  const since = async (id: number) =>
    (await treeChanges.list(50)).filter((change) => change.id > id).map(told);
  await one.sync();
  t.strictSame((await since(0)).sort(), [
    'came Movies/Dune (2021)/Dune (2021) 1 1',
    'came Movies/Heat (1995)/Heat (1995) 1 1',
    'came Movies/Ran (1985)/Ran (1985) 1 1',
    'came Shows/Dark/Season 01 2 1',
  ]);
  let last = await treeChanges.newest();
  await one.sync({ full: true });
  t.equal(await treeChanges.newest(), last, 'what is as it was is no change');
  await one.bridge.keys.rotate(signal);
  t.equal(await treeChanges.newest(), last, 'nor is another address of the same file');

  await one.bridge.curation.overrides.set({ path: '/Films/Ran.1985.mkv' }, { title: 'Chaos' }, signal);
  t.strictSame(await since(last), [
    'moved Movies/Chaos (1985)/Chaos (1985) from Movies/Ran (1985)/Ran (1985) 1 1',
  ]);
  last = await treeChanges.newest();
  await one.bridge.curation.moves.undo(signal);
  t.strictSame(await since(last), [
    'moved Movies/Ran (1985)/Ran (1985) from Movies/Chaos (1985)/Chaos (1985) 1 1',
  ]);
  last = await treeChanges.newest();
  one.simulator.account.removeFile('/Films/Heat.1995.mkv');
  for (let turn = 0; turn < 3; turn++) await one.sync();
  for (const { id } of await one.bridge.curation.proposals.list(5, 'open'))
    await one.bridge.curation.proposals.decide('accept', id, signal);
  t.strictSame(await since(last), ['went Movies/Heat (1995)/Heat (1995) 1 1']);
  last = await treeChanges.newest();
  one.simulator.account.removeFile('/Films/Dune.2021.mkv');
  one.simulator.account.addFile('/Films', film('Dune.2021.mkv', 30));
  for (let turn = 0; turn < 3; turn++) await one.sync();
  t.strictSame(await since(last), ['replaced Movies/Dune (2021)/Dune (2021) 1 1']);

  const headers = { authorization: `Bearer ${one.bridge.secrets.adminToken}` };
  const ids: number[] = [];
  for (let before = ''; ; ) {
    const answer = (await one.app.inject({ url: `/api/v1/changes?limit=3${before}`, headers })).json();
    ids.push(...answer.changes.map(({ id }: { id: number }) => id));
    if (answer.next === undefined) break;
    before = `&before=${answer.next}`;
  }
  t.strictSame(
    ids,
    (await treeChanges.list(50)).map(({ id }) => id),
    'page by page each once',
  );
  t.equal((await one.bridge.live.read()).changes.newest, ids[0]);
});

t.test('a large piece of work is one change', async (t) => {
  const nameOf = (at: number) =>
    `K${'aeiou'[at % 5]}${'lmnrst'[Math.floor(at / 5) % 6]}${'aeiou'[Math.floor(at / 30)]}n`;
  const many = (from: number, count: number) =>
    Array.from({ length: count }, (_, at) => film(`${nameOf(from + at)} (1999).mkv`, from + at));
  const one = await setup(t, {
    env,
    simulator: { account: { folders: [{ name: 'A', files: many(0, 150) }] } },
  });
  await one.sync();
  t.strictSame((await one.bridge.catalog.treeChanges.list(5)).map(told), ['came Movies 150 150']);
});
