import { join } from 'node:path';
import t from 'tap';
import { systemClock } from '../src/core/clock.ts';
import { silentLog } from '../src/core/log.ts';
import { createTreeTurns } from '../src/reconcile/tree-turns.ts';
import { createScanFolder } from '../src/sync/discovery/scan-folder.ts';
import { folder } from './fixtures/ids.ts';
import { setup, signal } from './fixtures/setup.ts';
import { startBridge as startOver } from './fixtures/start-bridge.ts';
import { strmPaths } from './fixtures/strm-files.ts';
import { toFrenchTime } from './simulator/french-time.ts';
import { createRandom } from './simulator/random.ts';
import type { AccountFolder } from './simulator/simulator.ts';

/** What the listings of a host that lies may cost, and what is believed of them. */
type Wire = Record<string, unknown>;
type Call = { verb: string; body: Wire };

const film = (name: string, seed = 1, date = Date.UTC(2020, 0, seed)) => ({
  name: `${name}.mkv`,
  content: { sizeBytes: 1000 + seed, seed },
  date,
});
const titles = ['Heat.1995', 'Brazil.1985', 'Casino.1995', 'Dune.2021', 'Up.2009', 'Tron.1982', 'Alien.1979'];
const films = titles.map((title, n) => film(title, n + 1));
const itemsOf = (truth: Wire | undefined) => (truth?.items ?? []) as Wire[];
const isFolder = ({ verb, body }: Call, id: number) =>
  verb === 'folder/ls' && Number(body.folder_id ?? 0) === id;

t.test('an id that stands twice in the place of another: the other one stays, and it is said', async (t) => {
  const account: AccountFolder = { folders: [{ name: 'Films', files: films }] };
  const one = await startOver(t, account);
  await one.sync();
  t.equal((await strmPaths(one)).length, films.length);
  const { id } = one.simulator.account.folder('/Films');
  one.simulator.faults.lie = (call, truth) => {
    if (!isFolder(call, id)) return undefined;
    const items = itemsOf(truth);
    return { ...truth, items: [...items.slice(0, -1), items[0]] };
  };
  for (let day = 0; day < 4; day++) {
    one.clock.jump(one.clock.now() + 48 * 3_600_000);
    const { note } = await one.sync();
    t.match(note, { incompleteFolders: 1 });
  }
  t.equal((await strmPaths(one)).length, films.length, 'nothing is taken out');
  t.match(await one.bridge.catalog.folderGaps.after(undefined, 10), [
    { folderId: String(id), gaps: [{ reason: 'unlisted', kind: 'file', count: 1 }] },
  ]);
  one.simulator.faults.lie = undefined;
  t.same((await one.sync()).note, {}, 'a whole listing ends it');
});

t.test('a sub-folder that stands twice in the place of another stays, too', async (t) => {
  const account: AccountFolder = {
    folders: titles.map((name, n) => ({ name, files: [film(name, n + 1)] })),
  };
  const one = await startOver(t, account);
  await one.sync();
  one.simulator.faults.lie = (call, truth) => {
    const subs = (truth?.sub_folders ?? []) as Wire[];
    return isFolder(call, 0) ? { ...truth, sub_folders: [...subs.slice(0, -1), subs[0]] } : undefined;
  };
  for (let day = 0; day < 4; day++) {
    one.clock.jump(one.clock.now() + 48 * 3_600_000);
    t.match((await one.sync()).note, { incompleteFolders: 1 });
  }
  t.equal((await strmPaths(one)).length, titles.length);
});

t.test(
  'a folder of which the host tells no files and no count of them is told, and loses nothing',
  async (t) => {
    const one = await startOver(t, { folders: [{ name: 'Films', files: films }] });
    await one.sync();
    const { id } = one.simulator.account.folder('/Films');
    one.simulator.faults.lie = (call, truth) => {
      const { files: _files, items: _items, ...rest } = truth ?? {};
      return isFolder(call, id) ? { ...rest, sub_folders: [] } : undefined;
    };
    for (let day = 0; day < 3; day++) {
      one.clock.jump(one.clock.now() + 48 * 3_600_000);
      t.match((await one.sync()).note, { incompleteFolders: 1 });
    }
    t.equal((await strmPaths(one)).length, films.length);
    t.match((await one.bridge.curation.leftOut.page('', 10, signal)).entries, [
      { kind: 'folder', path: '/Films', reason: 'untold' },
    ]);
  },
);

const crowded = (count: number): AccountFolder => ({
  folders: [
    { name: 'A crowd', files: Array.from({ length: count }, (_, n) => film(`Film ${n} (1950)`, n + 1)) },
    { name: 'Behind it', files: films },
  ],
});
const capped = { FICHIER_LISTING_CAP: '10', PASSERELLE_SYNC_CALLS_PER_DAY: '24' };

/** By what it lies about dates, and how many calls that may cost at most, besides one for each folder. */
const lies: [string, (call: Call, truth: Wire | undefined) => Wire | undefined, number][] = [
  [
    'the same files whatever the dates',
    ({ verb }, truth) => (verb === 'file/ls' ? { ...truth, items: firstItems(truth), count: 10 } : undefined),
    4,
  ],
  ['new files at each call, of other dates', inventing(() => Date.UTC(2012, 5, 5)), 4],
  ['new files at each call, of the very dates', inventing(({ body }) => middleOf(body)), 100],
  [
    'a refusal',
    ({ verb }) => (verb === 'file/ls' ? { status: 'KO', message: 'Not allowed #1' } : undefined),
    4,
  ],
  [
    'a count that nobody can reach',
    ({ verb }, truth) => (verb === 'folder/ls' ? { ...truth, files: 40_000 } : undefined),
    24,
  ],
];

let known: Wire[] = [];
function firstItems(truth: Wire | undefined): Wire[] {
  const items = itemsOf(truth);
  if (items.length >= 10) known = items;
  return known.length > 0 ? known : items;
}

function inventing(dateOf: (call: Call) => number) {
  let next = 0;
  return (call: Call) => {
    if (call.verb !== 'file/ls') return undefined;
    const items = Array.from({ length: 10 }, () => ({
      url: `https://1fichier.com/?made${String(++next).padStart(8, '0')}`,
      filename: `Made up ${next}.txt`,
      size: 1000,
      date: toFrenchTime(dateOf(call)),
    }));
    return { status: 'OK', count: 10, items };
  };
}

function middleOf({ sent_after, sent_before }: Wire): number {
  const read = (text: unknown) => Date.parse(`${String(text).replace(' ', 'T')}Z`);
  return (read(sent_after) + read(sent_before)) / 2;
}

for (const [words, lie, most] of lies)
  t.test(`a folder at the cap and a host that gives ${words}: few calls, and the rest goes on`, async (t) => {
    known = [];
    const one = await setup(t, {
      simulator: { account: crowded(30), listingCap: 10 },
      env: capped,
    });
    one.simulator.faults.lie = lie;
    const { outcome, note, calls } = await one.sync();
    t.equal(outcome, 'done');
    t.ok(calls <= 3 + most, `${calls} calls`);
    t.match(note, { incompleteFolders: /\d/ });
    const paths = (await strmPaths(one)).join('\n');
    for (const title of titles) t.match(paths, title.replace('.', ' (').concat(')'), `${title} behind it`);
  });

t.test('what one folder takes is taken from the calls of the day, and leaves half of them', async (t) => {
  const one = await setup(t, { simulator: { account: crowded(30), listingCap: 10 }, env: capped });
  one.simulator.faults.lie = inventing(({ body }) => middleOf(body));
  const { outcome, calls } = await one.sync({ maxCalls: 20 });
  t.equal(outcome, 'done');
  t.ok(calls <= 20, `${calls} calls`);
  t.match((await strmPaths(one)).join('\n'), /Heat \(1995\)/);
});

t.test('folders without end, one in the other: as deep as a path may be, and it is said', async (t) => {
  const one = await setup(t, { simulator: { account: { folders: [{ name: 'Well', files: films }] } } });
  one.simulator.faults.lie = endless(1);
  const { outcome, calls } = await one.sync();
  t.equal(outcome, 'done');
  t.ok(calls <= 202, `${calls} calls`);
  const [deep] = await one.bridge.catalog.folderGaps.after(undefined, 10);
  t.match(deep?.gaps, [{ reason: 'deep', kind: 'folder', count: 1 }]);
  t.equal((await strmPaths(one)).length, films.length);
});

t.test('folders without end, many beside each other: as many as the settings allow', async (t) => {
  const one = await setup(t, {
    simulator: { account: { folders: [{ name: 'Well', files: films }] } },
    env: { PASSERELLE_SYNC_MAX_FOLDERS: '60' },
  });
  one.simulator.faults.lie = endless(7);
  const { outcome, calls, note } = await one.sync();
  t.equal(outcome, 'done');
  t.ok(calls <= 60, `${calls} calls`);
  t.match(note, { failedFolders: /\d/, incompleteFolders: /\d/ }, 'so nothing is taken for missing');
  t.equal((await strmPaths(one)).length, films.length);
});

/** Each folder holds so many new ones. */
function endless(width: number) {
  let next = 9_000_000;
  return ({ verb, body }: Call, truth: Wire | undefined): Wire | undefined => {
    if (verb !== 'folder/ls' || Number(body.folder_id ?? 0) === 0) return undefined;
    const subs = Array.from({ length: width }, () => ({ id: ++next, name: `Down ${next}` }));
    const real = (truth?.sub_folders ?? []) as Wire[];
    const own = truth ?? { status: 'OK', folder_id: Number(body.folder_id), name: 'x', files: 0, items: [] };
    return { ...own, sub_folders: [...real, ...subs] };
  };
}

for (const seed of [1, 2, 3])
  t.test(
    `a host that lies at random, seed ${seed}: each crawl ends, within its bound of calls`,
    async (t) => {
      const random = createRandom(seed);
      const pick = (share: number) => random() < share;
      const maxFolders = 24;
      const one = await setup(t, {
        simulator: { account: crowded(15), listingCap: 10 },
        env: {
          FICHIER_LISTING_CAP: '10',
          PASSERELLE_SYNC_CALLS_PER_DAY: '30',
          PASSERELLE_SYNC_MAX_FOLDERS: String(maxFolders),
        },
      });
      const deeper = endless(1 + Math.floor(random() * 4));
      const made = inventing(({ body }) => middleOf(body));
      one.simulator.faults.lie = (call, truth) => {
        if (call.verb === 'file/ls') return pick(0.5) ? made(call) : undefined;
        if (call.verb !== 'folder/ls') return undefined;
        const told = (pick(0.6) && deeper(call, truth)) || truth;
        if (!told) return undefined;
        const items = itemsOf(told);
        return {
          ...told,
          ...(pick(0.3) && { files: Math.floor(random() * 20_000) }),
          ...(pick(0.3) && {
            items: [...items, ...items, { url: 'https://example.org/?abcdefgh', filename: 'x.mkv' }],
          }),
          ...(pick(0.2) && {
            sub_folders: [
              ...((told.sub_folders ?? []) as Wire[]),
              { id: 0, name: 'top' },
              { id: told.folder_id, name: 'me' },
            ],
          }),
        };
      };
      for (let crawl = 0; crawl < 2; crawl++) {
        const { outcome, calls } = await one.sync();
        t.equal(outcome, 'done');
        t.ok(calls <= 3 * maxFolders + 30, `${calls} calls`);
      }
    },
  );

t.test('between crawls, folders without end: no more than the settings allow are taken in', async (t) => {
  const one = await setup(t, {
    simulator: { account: { folders: [{ name: 'Well', files: films }] } },
    env: { PASSERELLE_SYNC_MAX_FOLDERS: '30' },
  });
  await one.sync();
  one.simulator.faults.lie = endless(7);
  const scan = createScanFolder({
    catalog: one.bridge.catalog,
    host: one.bridge.host,
    clock: systemClock,
    log: silentLog,
    roots: ['/'],
    maxFolders: () => 30,
    maxExtraCalls: () => 0,
    publisher: one.bridge.publisher,
    fetchSideCars: async () => 0,
    turns: createTreeTurns(join(one.home, 'data', 'crawl.lock')),
  });
  const waiting = [folder(one.simulator.account.folder('/Well').id)];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const { newFolders, calls } = await scan(id, signal, 1);
    t.equal(calls, 1);
    waiting.push(...newFolders);
  }
  const { folders } = await one.bridge.catalog.files.counts();
  t.ok(folders <= 30, `${folders} folders`);
  t.ok((await one.bridge.catalog.folderGaps.count(['many'])) > 0, 'and it is said');
});
