import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { BridgeProcess } from './fixtures/bridge-process.ts';
import { listedProcess } from './fixtures/listed-process.ts';
import { passerelle } from './fixtures/passerelle.ts';
import { until } from './fixtures/playing.ts';
import type { Test } from './fixtures/setup.ts';
import type { Simulator } from './simulator/simulator.ts';
import type { AccountFolder } from './simulator/tree.ts';

/**
 * A real process is killed (SIGKILL) at each call by which it changes the account, before the host does it and when it has
 * done it and not told: the next process ends what was begun, and nothing is lost, twice, or half done.
 */

const isLong = process.env.PASSERELLE_MANY_KILLS !== undefined;

/** The `nth` call of this verb from now on; of those that the host has done, the `nth` one that it did not refuse. */
interface Moment {
  verb: string;
  nth: number;
  isDone: boolean;
}

const tell = ({ verb, nth, isDone }: Moment) => `at ${verb} ${nth}, ${isDone ? 'done' : 'not done'}`;

async function killing(t: Test, account: AccountFolder) {
  // The host gives the page of the whole account once an hour: nobody else takes it.
  const alone = { PASSERELLE_SYNC_DISCOVERY: 'false' };
  const { simulator, home, env, start } = await listedProcess(t, account, alone);
  return {
    simulator,
    home,
    start,
    run: (...args: string[]) => passerelle(args, { env, cwd: home }),
    strm: () => strmBelow(join(home, 'library')),
    names: (folder: string) => {
      const found = simulator.account.find(folder);
      if (found?.kind !== 'folder') return [];
      return [...found.files.values(), ...found.folders.values()].map(({ name }) => name).sort();
    },
  };
}

/** While it is written to. */
function strmBelow(dir: string): string[] {
  if (!existsSync(dir)) return [];
  try {
    return (readdirSync(dir, { recursive: true }) as string[])
      .filter((path) => path.endsWith('.strm'))
      .sort();
  } catch {
    return [];
  }
}

/** Resolves when the process is gone. */
async function killedAt(simulator: Simulator, { child }: BridgeProcess, moment: Moment): Promise<void> {
  const { verb, nth, isDone } = moment;
  const { calls } = simulator.counters;
  const goal = (calls[verb] ?? 0) + nth;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  let done = 0;
  if (isDone)
    simulator.faults.lie = (call, truth) => {
      if (call.verb === verb && truth && ++done === nth) child.kill('SIGKILL');
      return undefined;
    };
  else simulator.faults.answer({ is: 'silent', verb, skip: nth - 1 });
  const isReached = () => (isDone ? done >= nth : (calls[verb] ?? 0) >= goal);
  await until(`${verb} is called`, isReached);
  child.kill('SIGKILL');
  await gone;
  simulator.faults.clear();
}

const each = (verb: string, count: number): Moment[] =>
  Array.from({ length: count }, (_, at) => [
    { verb, nth: at + 1, isDone: false },
    { verb, nth: at + 1, isDone: true },
  ]).flat();

const moves: { inTheWay: string[]; moments: Moment[] }[] = [
  { inTheWay: [], moments: each('folder/mv', 2) },
  { inTheWay: ['/More/Old'], moments: each('folder/mv', 2) },
  { inTheWay: ['/Films/New'], moments: each('folder/mv', 2) },
  { inTheWay: ['/More/Old', '/Films/New'], moments: each('folder/mv', 3) },
];

for (const { inTheWay, moments } of isLong
  ? moves
  : [{ inTheWay: [], moments: each('folder/mv', 2).slice(1, 2) }])
  for (const moment of moments)
    t.test(
      `a folder is moved with another name, ${inTheWay.join(' and ') || 'nothing'} in the way, killed ${tell(moment)}`,
      async (t) => {
        const { simulator, start, run, names, strm } = await killing(t, {
          folders: [
            {
              name: 'Films',
              folders: [
                {
                  name: 'Old',
                  files: [{ name: 'Faust.1926.mkv', content: { sizeBytes: 1000, seed: 1 } }],
                  folders: [
                    { name: 'Deep', files: [{ name: 'M.1931.mkv', content: { sizeBytes: 1000, seed: 2 } }] },
                  ],
                },
                ...(inTheWay.includes('/Films/New') ? [{ name: 'New' }] : []),
              ],
            },
            { name: 'More', folders: inTheWay.includes('/More/Old') ? [{ name: 'Old' }] : [] },
          ],
        });
        const first = await start();
        const before = strm();
        const move = run('mv', '/Films/Old', '/More/New');
        await killedAt(simulator, first, moment);
        t.not((await move).code, 0, 'nobody was told that it is done');
        const again = await start();
        await until('it is right at the host', () => names('/More').includes('New'));
        t.same(names('/More/New'), ['Deep', 'Faust.1926.mkv']);
        t.same(names('/More/New/Deep'), ['M.1931.mkv']);
        t.same(names('/Films'), inTheWay.includes('/Films/New') ? ['New'] : []);
        t.same(names('/More').length, inTheWay.includes('/More/Old') ? 2 : 1);
        await until('and here', async () => /Faust/.test((await run('ls', '/More/New')).stdout));
        t.same(strm(), before, 'paths of the tree stay as they are');
        t.equal(await again.stop(), 0);
      },
    );

const [folders, inEach] = isLong ? [50, 20] : [4, 5];
const count = folders * inEach;
const films = Array.from({ length: folders }, (_, folder) => ({
  name: `Folder ${folder}`,
  files: Array.from({ length: inEach }, (_, at) => ({
    name: `Film ${folder * inEach + at} (1950).mkv`,
    content: { sizeBytes: 1000 + at, seed: folder },
  })),
}));

t.test(
  `${count} files in ${folders} folders are removed, taken back, and removed for good, with kills`,
  async (t) => {
    const { simulator, start, run, names, strm } = await killing(t, {
      folders: [
        { name: 'All', folders: films },
        { name: 'Other', files: [{ name: 'Heat (1995).mkv', content: { sizeBytes: 10, seed: 1 } }] },
      ],
    });
    const files = () => [...simulator.account.files()].length;
    const inTrash = async () =>
      (await run('trash', '--json')).stdout
        .split('\n')
        .filter(Boolean)
        .map((one) => JSON.parse(one));
    const idOfAll = async () => (await inTrash()).find(({ path }) => path === '/All')?.id;
    let bridge = await start();
    const before = strm().length;
    t.equal(before, count + 1);

    const removing = isLong
      ? [
          ...each('folder/mkdir', 1),
          { verb: 'folder/mkdir', nth: 2, isDone: false },
          { verb: 'folder/mkdir', nth: 1, isDone: true },
          { verb: 'folder/mv', nth: 1, isDone: false },
          { verb: 'folder/mv', nth: 1, isDone: true },
        ]
      : [{ verb: 'folder/mv', nth: 1, isDone: true }];
    for (const moment of removing) {
      const removal = run('rm', '-r', '/All');
      await killedAt(simulator, bridge, moment);
      t.not((await removal).code, 0, tell(moment));
      bridge = await start();
      t.equal(files(), count + 1, `${tell(moment)}: nothing is lost`);
    }
    // The last one was done: the next process finds it out.
    await until('it is in the trash', async () => (await idOfAll()) !== undefined);
    t.equal((await inTrash()).length, 1, 'once');
    t.same(names('/'), ['.passerelle-trash', 'Other']);
    await until('and in no tree', () => strm().length === 1);
    t.match(await run('rm', '-r', '/All'), { code: 1 }, 'it is removed');

    if (isLong)
      for (const moment of [
        { verb: 'folder/mv', nth: 1, isDone: false },
        { verb: 'folder/mv', nth: 1, isDone: true },
      ]) {
        const id = String(await idOfAll());
        const back = run('trash', 'restore', id);
        await killedAt(simulator, bridge, moment);
        t.not((await back).code, 0, tell(moment));
        bridge = await start();
        await until('it is back', async () => names('/').includes('All') && strm().length === count + 1);
        t.equal(files(), count + 1);
        t.same(await inTrash(), []);
        const calls = { ...simulator.counters.calls };
        t.match(await run('rm', '-r', '/All'), { code: 0 });
        const made = (verb: string) => (simulator.counters.calls[verb] ?? 0) - (calls[verb] ?? 0);
        t.same(
          ['folder/mv', 'folder/rm', 'file/mv', 'file/rm'].map(made),
          [1, 0, 0, 0],
          'a folder goes with one call, whatever is in it',
        );
      }

    const purging: Moment[] = isLong
      ? [
          { verb: 'file/ls', nth: 1, isDone: true },
          { verb: 'file/rm', nth: 1, isDone: false },
          { verb: 'file/rm', nth: 1, isDone: true },
          { verb: 'file/rm', nth: 4, isDone: true },
          { verb: 'file/rm', nth: 3, isDone: false },
          { verb: 'folder/rm', nth: 1, isDone: true },
          { verb: 'folder/rm', nth: 20, isDone: false },
          { verb: 'folder/rm', nth: 20, isDone: true },
        ]
      : [{ verb: 'folder/rm', nth: 2, isDone: true }];
    for (const moment of purging) {
      const purge = run('trash', 'empty');
      await killedAt(simulator, bridge, moment);
      t.not((await purge).code, 0, tell(moment));
      bridge = await start();
      t.ok(await idOfAll(), `${tell(moment)}: what is left of it is not forgotten`);
    }
    t.match(await run('trash', 'empty'), { code: 0, stdout: /1 thing/ });
    t.same(await inTrash(), []);
    t.equal(files(), 1, 'all of it, and nothing else');
    t.same(names('/.passerelle-trash'), []);
    t.same(strm().length, 1);
    t.equal(await bridge.stop(), 0);
  },
);

const places: Moment[] = [
  { verb: 'file/rm', nth: 1, isDone: true },
  { verb: 'file/ls', nth: 1, isDone: false },
  { verb: 'file/rm', nth: 3, isDone: true },
  { verb: 'folder/rm', nth: 9, isDone: true },
];

// Each with an account of its own: the page of all of it is given once an hour.
for (const moment of places)
  t.test(
    `many folders are removed for good by the page of the account, killed ${tell(moment)}`,
    {
      skip: !isLong && 'npm run test:kills',
    },
    async (t) => {
      const { simulator, start, run, names } = await killing(t, {
        folders: [
          { name: 'All', folders: films.slice(0, 20) },
          { name: 'Other', files: [{ name: 'Heat (1995).mkv', content: { sizeBytes: 10, seed: 1 } }] },
        ],
      });
      const first = await start();
      t.match(await run('rm', '-r', '/All'), { code: 0 });
      const purge = run('trash', 'empty');
      await killedAt(simulator, first, moment);
      t.not((await purge).code, 0, 'nobody was told that it is done');
      const again = await start();
      // On the web site: what was in the middle of it when its process was killed may be gone already.
      const [season] = [...simulator.account.folder('/.passerelle-trash').folders.values()].flatMap((day) =>
        [...day.folders.values()].flatMap((all) => [...all.folders.values()]),
      );
      const kept = season ? [...season.files.values()].slice(0, 1) : [];
      for (const file of kept) simulator.account.move(file, '/Other');
      t.match(await run('trash', 'empty'), { code: 0 });
      t.equal([...simulator.account.files()].length, 1 + kept.length, 'all of it, and nothing else');
      t.same(names('/.passerelle-trash'), []);
      t.equal(await again.stop(), 0);
    },
  );
