import t from 'tap';
import { dayMs, hourMs, minuteMs } from '../src/core/durations.ts';
import { changing } from './fixtures/changing.ts';
import { createHandClock } from './fixtures/hand-clock.ts';
import { passTime } from './fixtures/passing-time.ts';
import { setup, type Test } from './fixtures/setup.ts';
import { createSimulator, type Simulator } from './simulator/simulator.ts';
import type { SimulatedFolder } from './simulator/tree.ts';

/**
 * What it costs to remove a large folder for good, and that nothing goes that somebody has taken out of the trash, whatever
 * the page of the whole account says.
 */

/** `npm run test:kills` takes every case, the suite the ones that differ most. */
const isLong = process.env.PASSERELLE_MANY_KILLS !== undefined;
const inSuite = new Set([
  'before',
  'while files are removed for the page to show',
  'and the page is an old one',
  'and the page is cut',
]);

const films = (count: number, seed: number) =>
  Array.from({ length: count }, (_, at) => ({
    // No film: the tree of the library is none of this.
    name: `S${seed}E${at}.txt`,
    content: { sizeBytes: 1000 + at, seed },
  }));

const show = (folders: number, inEach: number) => ({
  folders: [
    { name: 'Films', files: [{ name: 'Faust.txt', content: { sizeBytes: 10, seed: 900 } }] },
    {
      name: 'Show',
      folders: Array.from({ length: folders }, (_, at) => ({
        name: `Season ${at}`,
        files: films(inEach, at),
      })),
    },
  ],
});

/** As the real host limits them, without a pace. */
const limits = {
  folderListingMs: 30_000,
  accountListingMs: hourMs,
  breachesAllowed: 0,
  lockMs: 5 * minuteMs,
};

async function started(t: Test, env: Record<string, string> = {}, folders = 50, inEach = 20) {
  const clock = createHandClock();
  const simulator = await createSimulator({ clock, limits, account: show(folders, inEach) });
  t.teardown(() => simulator.close());
  const one = await changing(t, {
    env: { FICHIER_FOLDER_INTERVAL_MS: '30000', ...env },
    overrides: { clock },
    over: simulator,
  });
  const { meanwhile, bridge, signal } = one;
  const { account } = simulator;
  const trash = () => account.folder('/.passerelle-trash');
  /** On a busy machine more time passes between two calls: no hour goes by in the middle of a removal. */
  async function workOver(ms: number, stepMs: number): Promise<void> {
    for (let before = -1, left = -2; left !== before; ) {
      before = [...account.files()].length;
      await passTime(clock.sleep(ms), { clock, simulator, stepMs });
      left = [...account.files()].length;
    }
  }
  return {
    ...one,
    files: () => [...account.files()].length,
    season: (at: number) => account.folder(`/.passerelle-trash/${dayOf(trash())}/Show/Season ${at}`),
    show: () => account.folder(`/.passerelle-trash/${dayOf(trash())}/Show`),
    empty: (isPatient = false) => meanwhile(bridge.accountChanges.purge(true, signal, { isPatient })),
    calls: () => Object.values(simulator.counters.calls).reduce((sum, count) => sum + count, 0),
    /** Lets days pass, a quarter of one after the other, each with its work: the turn of one is over before the next. */
    async days(count: number) {
      for (let quarter = 0; quarter < 4 * count; quarter++) {
        await clock.advance(6 * hourMs);
        await workOver(minuteMs, 10_000);
      }
    },
    /** Lets an hour pass after the other, each with its work, until it is so or half a day has passed. */
    async later(isSo: () => boolean) {
      for (let hour = 0; hour < 12 && !isSo(); hour++) {
        await clock.advance(hourMs);
        await workOver(2 * minuteMs, 1000);
      }
    },
    /** Somebody else asks for the page. */
    takePage: () => meanwhile(bridge.host.listAccount(0, { urgency: 'background' })),
  };
}

const dayOf = (trash: SimulatedFolder) => [...trash.folders.values()][0]?.name;

/** Runs once, when the host has made the answer to the `nth` call that this tells of. */
function at(
  simulator: Simulator,
  isIt: (verb: string, id: number) => boolean,
  nth: number,
  work: () => void,
) {
  let seen = 0;
  simulator.faults.lie = ({ verb, body }, truth) => {
    if (truth && isIt(verb, Number(body.folder_id)) && ++seen === nth) work();
    return undefined;
  };
}

t.test(
  'a thousand files in fifty folders are removed, and gone for good days later, by 80 calls in all',
  async (t) => {
    const { remove, bridge, clock, meanwhile, calls, files, simulator, names, days, later } =
      await started(t);
    const [removed] = await remove('/Show', true);
    t.match(removed, { files: 1000 });
    t.equal(calls(), 3, 'the trash, its day, the folder');
    bridge.upkeep.start();
    t.teardown(() => bridge.upkeep.stop());
    await meanwhile(clock.sleep(minuteMs));
    t.equal(files(), 1001, 'and can be taken back');
    await days(7);
    await later(() => files() === 1);
    t.equal(files(), 1);
    t.same(names('/.passerelle-trash'), []);
    t.same(await bridge.accountChanges.trash(), []);
    t.ok(calls() <= 80, `${calls()} calls`);
    t.match(simulator.counters.calls, { 'file/ls': 1, 'folder/rm': 52 });
    t.equal(simulator.counters.breaches, 0);
  },
);

t.test('so it is where nothing is kept', async (t) => {
  const { remove, calls, files, bridge } = await started(t, { PASSERELLE_UPLOADS_TRASH_DAYS: '0' });
  await remove('/Show', true);
  t.equal(files(), 1, 'at once');
  t.same(await bridge.accountChanges.trash(), []);
  t.ok(calls() <= 80, `${calls()} calls`);
});

t.test(
  'where others have had the page, who is in no hurry comes back for it, and who is lists the folders',
  async (t) => {
    for (const env of isLong ? [{}, { PASSERELLE_UPLOADS_TRASH_DAYS: '0' }] : [{}]) {
      const { remove, calls, files, bridge, takePage, clock, simulator, later } = await started(t, env);
      await takePage();
      simulator.counters.calls = {};
      await remove('/Show', true);
      t.ok(files() > 900, 'it waits');
      if (!('PASSERELLE_UPLOADS_TRASH_DAYS' in env)) {
        await clock.advance(7 * dayMs);
        await takePage();
        simulator.counters.calls['file/ls'] = 0;
      }
      bridge.upkeep.start();
      t.teardown(() => bridge.upkeep.stop());
      await later(() => files() === 1);
      t.equal(files(), 1, 'within the hour or two');
      t.ok(calls() <= 80, `${calls()} calls`);
      t.equal(simulator.counters.breaches, 0);
    }
    const hurried = await started(t, {}, 20, 2);
    await hurried.remove('/Show', true);
    await hurried.takePage();
    await t.rejects(hurried.empty(true), { code: 'BRIDGE_GATE_BUSY' });
    hurried.simulator.counters.calls = {};
    await hurried.clock.advance(minuteMs);
    t.equal(await hurried.empty(), 1);
    t.equal(hurried.files(), 1);
    t.equal(hurried.simulator.counters.calls['folder/ls'], 22, 'each, and the day');
  },
);

t.test('a process that ends anywhere in it leaves nothing, and nothing is removed twice', async (t) => {
  const all: number[] = [];
  const moments = [
    ['file/rm', 6],
    ['file/rm', 1],
    ['file/ls', 1],
    ['folder/rm', 20],
  ] as const;
  for (const [verb, nth] of isLong ? moments : moments.slice(0, 1)) {
    const one = await started(t);
    const { remove, simulator, bridge, meanwhile, signal, clock, home, files } = one;
    await remove('/Show', true);
    let end = Promise.resolve();
    at(
      simulator,
      (called) => called === verb,
      nth,
      () => {
        end = one.close();
      },
    );
    const purge = bridge.accountChanges.purge(true, signal, { isPatient: true });
    await t.rejects(meanwhile(purge), `${verb} ${nth}`);
    simulator.faults.clear();
    await meanwhile(end);
    t.ok(one.show(), 'it is not done');
    const next = await setup(t, {
      over: simulator,
      home,
      env: { FICHIER_FOLDER_INTERVAL_MS: '30000' },
      overrides: { clock },
    });
    await clock.advance(hourMs);
    const rest = next.bridge.accountChanges.purge(true, signal, { isPatient: true });
    t.equal((await passTime(rest, { clock, simulator, stepMs: 1000 })).value, 1);
    t.equal(files(), 1, `${verb} ${nth}`);
    t.same(await next.bridge.accountChanges.trash(), []);
    all.push(one.calls());
  }
  t.ok(Math.max(...all) <= 80, `${all} calls`);
});

t.test(
  'what somebody takes out of the trash stays, whenever he does and whatever the page says',
  async (t) => {
    type Started = Awaited<ReturnType<typeof started>>;
    const isPage = (verb: string) => verb === 'file/ls';
    /** Takes a file out, and a folder with its files. */
    const takeOut = ({ simulator, season }: Started) => {
      const [film] = [...season(7).files.values()];
      if (film) simulator.account.move(film, '/Films');
      simulator.account.move(season(9), '/Films');
    };
    const cases: Record<string, (one: Started) => void> = {
      before: takeOut,
      'while the folder is listed': (one) =>
        at(
          one.simulator,
          (verb, id) => verb === 'folder/ls' && id === one.show().id,
          1,
          () => takeOut(one),
        ),
      'while files are removed for the page to show': (one) =>
        at(
          one.simulator,
          (verb) => verb === 'file/rm',
          1,
          () => takeOut(one),
        ),
      'and the page names no folders': (one) => {
        takeOut(one);
        one.simulator.faults.accountListingHasFolderId = false;
      },
      'and the page is an old one': (one) => {
        const old = [...one.simulator.account.files()].map(pageItem);
        takeOut(one);
        one.simulator.faults.lie = ({ verb }, truth) =>
          isPage(verb) && truth ? { ...truth, count: old.length, items: old } : undefined;
      },
      'and the page names everything in one folder of the trash': (one) => {
        const { id } = one.season(0);
        takeOut(one);
        one.simulator.faults.lie = ({ verb }, truth) =>
          isPage(verb) && truth
            ? { ...truth, items: (truth.items as object[]).map((item) => ({ ...item, folder_id: id })) }
            : undefined;
      },
      'and the page is cut': (one) => {
        takeOut(one);
        one.simulator.faults.lie = ({ verb }, truth) =>
          isPage(verb) && truth ? { ...truth, items: (truth.items as unknown[]).slice(0, 30) } : undefined;
      },
      'and there is no page': (one) => {
        takeOut(one);
        one.simulator.faults.answer({ is: 'ko', message: 'Not today', verb: 'file/ls' });
      },
    };
    for (const [when, arrange] of Object.entries(cases)) {
      if (!isLong && !inSuite.has(when)) continue;
      const one = await started(t, {}, 12, 3);
      await one.remove('/Show', true);
      arrange(one);
      await one.empty().catch(() => undefined);
      one.simulator.faults.clear();
      await one.clock.advance(hourMs);
      await one.empty().catch(() => undefined);
      const { account } = one.simulator;
      t.equal(account.folder('/Films').files.size, 2, `${when}: the file`);
      t.equal(
        account.find('/Films/Season 9') && account.folder('/Films/Season 9').files.size,
        3,
        `${when}: the folder`,
      );
      t.equal(one.files(), 5, `${when}: and nothing else is left`);
      t.same(await one.bridge.accountChanges.trash(), [], when);
    }
  },
);

t.test('folders of which the first are empty are not all taken to be', async (t) => {
  const one = await started(t, {}, 30, 3);
  await one.remove('/Show', true);
  const { account, counters } = one.simulator;
  // On the web site.
  for (const season of [28, 29])
    for (const file of [...one.season(season).files.values()]) account.removeFile(file);
  counters.calls = {};
  t.equal(await one.empty(), 1);
  t.equal(one.files(), 1);
  t.match(counters.calls, { 'folder/rm': 30 + 1 + 1 + 1 }, 'one was tried in vain');
});

t.test('what somebody lays into a removed folder is found when the folder is not empty', async (t) => {
  const one = await started(t, {}, 12, 3);
  await one.remove('/Show', true);
  const { account } = one.simulator;
  account.addFile(one.season(3), { name: 'New.txt', content: { sizeBytes: 7, seed: 7 } });
  account.addFolder(`${account.pathOf(one.season(4))}/Deep/Deeper`);
  account.addFile(`${account.pathOf(one.season(4))}/Deep`, {
    name: 'a.mkv',
    content: { sizeBytes: 7, seed: 8 },
  });
  t.equal(await one.empty(), 1);
  t.equal(one.files(), 1);
  t.same(one.names('/.passerelle-trash'), []);
});

/** As the page of the whole account names it. */
function pageItem({
  url,
  name,
  sizeBytes,
  folder,
}: {
  url: string;
  name: string;
  sizeBytes: number;
  folder: { id: number };
}) {
  return { url, filename: name, size: sizeBytes, date: '2024-01-08 19:00:00', folder_id: folder.id };
}
