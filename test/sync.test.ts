import { mkdirSync, readdirSync } from 'node:fs';
import { readdir, readFile, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { silentLog } from '../src/log.ts';
import { whatStops } from '../src/sync/removal/guard.ts';
import { createScheduler } from '../src/sync/scheduler.ts';
import { createHandClock, settle } from './fixtures/hand-clock.ts';
import { type Setup, setup } from './fixtures/setup.ts';
import { strmFiles } from './fixtures/strm-files.ts';
import type { AccountFolder, FileSpec, SimulatedFile } from './simulator/simulator.ts';

const hourMs = 3_600_000;

/** Where the time of grace is not what is looked at. */
const noGrace = { PASSERELLE_SYNC_GRACE_HOURS: '0' };

function movie(title: string, year: number): FileSpec {
  return { name: `${title}.${year}.1080p.mkv`, content: { sizeBytes: 1000 + year, seed: year } };
}

/** `count` films in one folder. */
function films(count: number): AccountFolder {
  return {
    folders: [
      {
        name: 'Films',
        files: Array.from({ length: count }, (_, n) =>
          movie(`Film ${'abcdefghij'[n % 10]}${Math.floor(n / 10)}`, 1950 + n),
        ),
      },
    ],
  };
}

async function tree(house: Setup): Promise<string[]> {
  return (await strmFiles(house.libraryDir).catch(() => [])).map((file) => file.path);
}

t.test('one call a folder, and every film lies in the tree', async (t) => {
  const house = await setup(t);
  const result = await house.sync();
  t.equal(result.outcome, 'done');
  const { counters } = house.simulator;
  t.equal(counters.calls['folder/ls'], counters.listings.size, 'no folder is listed twice');
  t.notOk(counters.calls['file/ls'], 'files come with the folders');
  t.notOk(counters.calls['user/info'], 'a first index costs one call a folder and not one more');
  t.equal((await tree(house)).length, 12);
  t.match(
    await readFile(
      join(house.libraryDir, 'Movies/Le Gendarme se marie (1968)/Le Gendarme se marie (1968).fr.srt'),
      'utf8',
    ),
    /-->/,
  );
});

t.test('two files of one name in one folder are both kept, whatever the host mixes up', async (t) => {
  const house = await setup(t);
  house.simulator.faults.numbersAsStrings = true;
  await house.sync();
  t.equal((await tree(house)).filter((path) => /Nosferatu \(1922\)[^/]*\.strm$/.test(path)).length, 2);
});

t.test('a second sync writes no file, and no mtime moves', async (t) => {
  const house = await setup(t);
  await house.sync();
  const stamps = async () =>
    Promise.all(
      (await readdir(house.libraryDir, { recursive: true }))
        .sort()
        .map(async (name) => [name, (await stat(join(house.libraryDir, name))).mtimeMs]),
    );
  const before = await stamps();
  const again = await house.sync({ full: true });
  t.match(again.tree.counts, { create: 0, update: 0, delete: 0, conflict: 0, failed: 0 });
  t.same(await stamps(), before);
});

t.test('a dry run tells what it would do and does none of it', async (t) => {
  const house = await setup(t);
  const result = await house.sync({ dryRun: true });
  t.ok(result.tree.plans.flatMap((plan) => plan.ops).length > 10);
  t.same(await tree(house), []);
});

t.test('what is listed is in the tree a second later, before the crawl is over', async (t) => {
  const clock = createHandClock();
  const house = await setup(t, { overrides: { clock }, simulator: { clock } });
  mkdirSync(house.libraryDir);
  const seen: number[] = [];
  await house.sync({
    onProgress: ({ foldersWaiting }) => {
      clock.jump(clock.now() + 1000);
      if (foldersWaiting > 0) seen.push(readdirSync(house.libraryDir, { recursive: true }).length);
    },
  });
  t.ok((seen.at(-1) ?? 0) > (seen[0] ?? 0), `it grows: ${seen}`);
});

t.test(
  'files that a listing names as before are not compared again, until the catalog holds others',
  async (t) => {
    const house = await setup(t);
    await house.sync();
    const database = new DatabaseSync(join(house.home, 'data', 'catalog.db'));
    t.teardown(() => database.close());
    const change = (what: string) =>
      database.exec(`update files set ${what} where id = (select min(id) from files)`);
    const count = (where: string) =>
      (database.prepare(`select count(*) as n from files where ${where}`).get() as { n: number }).n;
    // What no listing would leave as it is shows whether it was compared.
    change('size_bytes = 7');
    await house.sync();
    t.equal(count('size_bytes = 7'), 1);
    change('missing_since = 1');
    await house.sync();
    t.equal(count('missing_since is not null or size_bytes = 7'), 0, 'one less than the listing names');
    change('size_bytes = 7');
    const [first] = house.simulator.account.files();
    house.simulator.account.rename(first as SimulatedFile, 'Another name (2003).mkv');
    await house.sync();
    t.equal(count("name = 'Another name (2003).mkv'"), 1, 'it names another');
  },
);

t.test('a whole account that waits to be laid out is laid out a handful at a time', async (t) => {
  const house = await setup(t, { simulator: { account: films(1100) } });
  await house.sync();
  const { catalog, publisher } = house.bridge;
  const { publish, sizes } = { publish: publisher.files, sizes: [] as number[] };
  publisher.files = (fileIds, run) => {
    sizes.push(fileIds.length);
    return publish(fileIds, run);
  };
  await catalog.dirty.mark([...house.simulator.account.files()].map(({ id }) => id));
  await house.sync();
  t.equal(
    sizes.reduce((sum, size) => sum + size, 0),
    1100,
  );
  t.ok(Math.max(...sizes) <= 500, `${sizes}`);
});

t.test('a stopped crawl goes on where it was', async (t) => {
  const house = await setup(t);
  const stop = new AbortController();
  const first = await house.sync({
    signal: stop.signal,
    onProgress: ({ foldersDone }) => foldersDone === 2 && stop.abort(new Error('enough')),
  });
  t.equal(first.outcome, 'stopped');
  const second = await house.sync();
  t.equal(second.outcome, 'done');
  t.ok(
    [...house.simulator.counters.listings.values()].every((count) => count === 1),
    'no folder twice',
  );
  t.equal((await tree(house)).length, 12);
});

t.test('a lock stops the crawl with its time, and the next one goes on', async (t) => {
  const clock = createHandClock();
  const house = await setup(t, { overrides: { clock }, simulator: { clock } });
  house.simulator.faults.answer({ is: 'flood', lockMs: 60_000, skip: 2 });
  const first = await house.sync();
  t.equal(first.outcome, 'stopped');
  t.equal(first.retryAt, clock.now() + 5 * 60_000);
  const calls = house.simulator.counters.requests.length;
  const locked = await house.sync();
  t.match(locked, { outcome: 'stopped', reason: { code: 'BRIDGE_GATE_CLOSED' }, retryAt: first.retryAt });
  t.equal(house.simulator.counters.requests.length, calls, 'nobody asks a locked host');
  await clock.advance(5 * 60_000);
  const last = await house.sync();
  t.equal(last.outcome, 'done');
  const asked = [...house.simulator.counters.listings.values()];
  const crawl = await house.bridge.catalog.crawls.last();
  t.equal(crawl?.calls, first.calls + locked.calls + last.calls, 'the refused calls are counted too');
  t.ok(
    asked.every((count) => count <= 2),
    'only the refused folder is asked again',
  );
});

t.test('only one sync at a time', async (t) => {
  const house = await setup(t);
  const first = house.sync();
  await t.rejects(house.sync(), { code: 'BRIDGE_CRAWL_RUNNING' });
  await first;
  t.equal((await house.sync()).outcome, 'done');
});

t.test('a file that disappears keeps its STRM until two crawls an hour apart have missed it', async (t) => {
  const clock = createHandClock();
  const house = await setup(t, {
    overrides: { clock },
    env: noGrace,
    simulator: { clock, account: films(10) },
  });
  await house.sync();
  const gone = house.simulator.account.file('/Films/Film a0.1950.1080p.mkv');
  house.simulator.account.removeFile(gone);
  await house.sync();
  t.equal((await tree(house)).length, 10, 'missed once');
  await clock.advance(hourMs / 2);
  await house.sync();
  t.equal((await tree(house)).length, 10, 'too soon');
  await clock.advance(hourMs / 2);
  const last = await house.sync();
  t.equal((await tree(house)).length, 9);
  t.equal(last.note.removed, 1);
  t.notOk(await house.bridge.catalog.content.byId(gone.id));
});

t.test('a file that comes back, or moves, was never gone', async (t) => {
  const clock = createHandClock();
  const house = await setup(t, {
    overrides: { clock },
    env: noGrace,
    simulator: { clock, account: films(10) },
  });
  await house.sync();
  const before = await strmFiles(house.libraryDir);
  house.simulator.account.addFolder('/Films/Later');
  house.simulator.account.move('/Films/Film b0.1951.1080p.mkv', '/Films/Later');
  await house.sync();
  await clock.advance(2 * hourMs);
  await house.sync();
  await clock.advance(2 * hourMs);
  await house.sync();
  t.same(await strmFiles(house.libraryDir), before);
});

t.test('more than a fifth of the tree is not removed without a word', async (t) => {
  const clock = createHandClock();
  const house = await setup(t, {
    overrides: { clock },
    env: noGrace,
    simulator: { clock, account: films(10) },
  });
  await house.sync();
  for (const n of [0, 1, 2])
    house.simulator.account.removeFile(`/Films/Film ${'abc'[n]}0.${1950 + n}.1080p.mkv`);
  await house.sync();
  await clock.advance(2 * hourMs);
  const held = await house.sync();
  t.equal((await tree(house)).length, 10);
  t.match(held.note.held, { files: 3, why: /3 of 10 files \(30 %\)/ });
  await clock.advance(2 * hourMs);
  const accepted = await house.sync({ acceptRemovals: true });
  t.equal(accepted.note.removed, 3);
  t.equal((await tree(house)).length, 7);
});

t.test('a folder that comes back empty, or a vanished root, removes nothing', async (t) => {
  const clock = createHandClock();
  const house = await setup(t, {
    overrides: { clock },
    simulator: { clock, account: films(10) },
    env: { ...noGrace, PASSERELLE_ROOTS: '/Films', PASSERELLE_SYNC_REMOVE_PERCENT: '100' },
  });
  await house.sync();
  for (let n = 0; n < 10; n++)
    house.simulator.account.removeFile(`/Films/Film ${'abcdefghij'[n]}0.${1950 + n}.1080p.mkv`);
  await house.sync();
  await clock.advance(2 * hourMs);
  const held = await house.sync();
  t.match(held.note.held?.why, /everything in \/Films would go/);
  house.simulator.account.removeFolder('/Films');
  await clock.advance(2 * hourMs);
  const noRoot = await house.sync();
  t.equal(noRoot.outcome, 'stopped');
  t.match(noRoot.reason, { code: 'BRIDGE_ROOT_NOT_FOUND' });
  t.equal((await tree(house)).length, 10);
});

t.test('half answers and maintenance pages remove nothing', async (t) => {
  const clock = createHandClock();
  const house = await setup(t, {
    overrides: { clock },
    env: noGrace,
    simulator: { clock, account: films(10) },
  });
  await house.sync();
  for (const fault of [
    { is: 'emptyListing' },
    { is: 'maintenance', status: 200 },
    { is: 'maintenance' },
    { is: 'status', status: 502 },
  ] as const) {
    house.simulator.faults.answer({ ...fault, times: 1 });
    await house.sync();
    await clock.advance(2 * hourMs);
    t.equal((await tree(house)).length, 10, fault.is);
  }
  const found = await house.bridge.catalog.content.counts();
  t.equal(found.files, 10);
});

t.test('one folder that cannot be listed stops neither the others nor lets anything go', async (t) => {
  const clock = createHandClock();
  const house = await setup(t, { overrides: { clock }, simulator: { clock } });
  const { id } = house.simulator.account.folder('/Divers');
  house.simulator.faults.answer({
    is: 'ko',
    message: 'Resource not allowed #631',
    status: 403,
    folderId: id,
    times: Number.POSITIVE_INFINITY,
  });
  const result = await house.sync();
  t.equal(result.outcome, 'done');
  t.equal(result.note.failedFolders, 1);
  t.equal((await tree(house)).length, 10);
});

t.test('a folder as long as the cap is completed by dates', async (t) => {
  const files = Array.from({ length: 60 }, (_, n) => ({
    ...movie(`Le film ${'abcdefghij'[n % 10]}${'klmnop'[Math.floor(n / 10)]}`, 1900 + n),
    date: Date.UTC(2020, 0, 1 + n * 20),
  }));
  const house = await setup(t, {
    simulator: { account: { folders: [{ name: 'Films', files }] }, listingCap: 10 },
    env: { FICHIER_LISTING_CAP: '10' },
  });
  await house.sync();
  t.equal((await house.bridge.catalog.content.counts()).files, 60);
  t.equal((await tree(house)).length, 60);
  t.ok(
    (house.simulator.counters.calls['file/ls'] ?? 0) < 60,
    `${house.simulator.counters.calls['file/ls']} calls by date`,
  );
  await house.sync();
  t.equal((await house.bridge.catalog.content.counts()).missing, 0);
});

t.test(
  'too many files of one second at the cap: what is seen stays, nothing is called missing',
  async (t) => {
    const files = Array.from({ length: 30 }, (_, n) => ({
      ...movie('Same', 1900 + n),
      date: Date.UTC(2020, 0, 1),
    }));
    const house = await setup(t, {
      simulator: { account: { folders: [{ name: 'Films', files }] }, listingCap: 10 },
      env: { FICHIER_LISTING_CAP: '10' },
    });
    const result = await house.sync();
    t.equal(result.outcome, 'done');
    const { files: seen, missing } = await house.bridge.catalog.content.counts();
    t.ok(seen >= 10);
    t.equal(missing, 0);
  },
);

t.test('roots limit what is indexed, and are found by path', async (t) => {
  const house = await setup(t, { env: { PASSERELLE_ROOTS: '/Séries/Les Brigades du Tigre' } });
  await house.sync();
  t.equal((await tree(house)).length, 4);
  const { counters } = house.simulator;
  t.equal(
    counters.listings.get(house.simulator.account.folder('/Films').id),
    undefined,
    'other folders are left alone',
  );
  const calls = counters.requests.length;
  await house.sync();
  // And one for the account itself, which the second crawl asks about.
  t.equal(counters.requests.length - calls, 4, 'a known root costs no search');
});

t.test('a root that does not exist is named, and the rest of the message says what to do', async (t) => {
  const house = await setup(t, { env: { PASSERELLE_ROOTS: '/Nowhere' } });
  const result = await house.sync();
  t.match(result.reason, { code: 'BRIDGE_ROOT_NOT_FOUND', message: /\/Nowhere/ });
});

t.test(
  'a renamed folder at the host moves nothing in the tree; what is new in it has its name',
  async (t) => {
    const account = {
      folders: [
        { name: 'Le Bal (1983)', files: [{ name: 'movie.mkv', content: { sizeBytes: 100, seed: 1 } }] },
      ],
    };
    const house = await setup(t, { simulator: { account } });
    await house.sync();
    t.match(await tree(house), ['Movies/Le Bal (1983)/Le Bal (1983).strm']);
    house.simulator.account.rename('/Le Bal (1983)', 'Ridicule (1996)');
    house.simulator.account.addFile('/Ridicule (1996)', {
      name: 'film.mkv',
      content: { sizeBytes: 50, seed: 2 },
    });
    await house.sync();
    t.same(await tree(house), [
      'Movies/Le Bal (1983)/Le Bal (1983).strm',
      'Movies/Ridicule (1996)/Ridicule (1996).strm',
    ]);
  },
);

t.test('an NFO that a person edited stays; a deleted STRM comes back with a full sync', async (t) => {
  const house = await setup(t);
  await house.sync();
  const film = join(house.libraryDir, 'Movies/Metropolis (1927)/Metropolis (1927)');
  await writeFile(`${film}.nfo`, '<movie><title>Mine</title></movie>');
  await unlink(`${film}.strm`);
  const result = await house.sync({ full: true });
  t.equal(result.tree.counts.conflict, 1);
  t.match(await readFile(`${film}.nfo`, 'utf8'), /Mine/);
  t.match(await readFile(`${film}.strm`, 'utf8'), /^http:.*\n$/);
});

t.test('subtitles that cannot be fetched do not stop the sync; small files wait their time', async (t) => {
  const clock = createHandClock();
  const house = await setup(t, {
    overrides: { clock },
    simulator: { clock },
    env: { PASSERELLE_SMALL_FILE_INTERVAL_MS: '10000' },
  });
  const running = house.sync();
  let waited = 0;
  const done = running.then(() => true);
  while (!(await Promise.race([done, settle(20).then(() => false)]))) {
    if (clock.sleeping() > 0) {
      waited += 10_000;
      await clock.advance(10_000);
    }
  }
  t.ok(waited >= 10_000, 'two subtitles, one pause');
});

t.test('the guard, as a table', async (t) => {
  const none = { total: 100, candidates: 0 };
  const rows: [string, Parameters<typeof whatStops>[0], RegExp | undefined][] = [
    ['nothing to remove', { whole: none, roots: [], removePercent: 20 }, undefined],
    [
      'exactly the bound',
      {
        whole: { total: 100, candidates: 20 },
        roots: [{ path: '/a', total: 100, candidates: 20 }],
        removePercent: 20,
      },
      undefined,
    ],
    [
      'one more',
      { whole: { total: 100, candidates: 21 }, roots: [], removePercent: 20 },
      /21 of 100 files \(21 %\)/,
    ],
    [
      'all of a small root',
      {
        whole: { total: 100, candidates: 2 },
        roots: [{ path: '/a', total: 2, candidates: 2 }],
        removePercent: 20,
      },
      /everything in \/a/,
    ],
    [
      'an empty root',
      {
        whole: { total: 100, candidates: 2 },
        roots: [{ path: '/a', total: 0, candidates: 0 }],
        removePercent: 20,
      },
      undefined,
    ],
    ['never', { whole: { total: 100, candidates: 1 }, roots: [], removePercent: 0 }, /1 of 100/],
  ];
  for (const [what, question, expected] of rows) {
    const why = whatStops(question)?.why;
    if (expected) t.match(why, expected, what);
    else t.equal(why, undefined, what);
  }
});

t.test(
  'the scheduler syncs at start, at intervals and when asked, and waits for a lock to end',
  async (t) => {
    const clock = createHandClock();
    const at: number[] = [];
    const start = clock.now();
    const done = {
      outcome: 'done',
      calls: 1,
      note: {},
      tree: { counts: {}, wanted: [], plans: [] },
      away: [],
    };
    const answers: object[] = [
      done,
      { ...done, outcome: 'stopped', retryAt: start + 90 * 60_000 },
      done,
      done,
    ];
    const sync = {
      state: () => ({ running: false, progress: undefined }),
      run: async () => {
        at.push((clock.now() - start) / 60_000);
        return (answers.shift() ?? done) as never;
      },
    };
    const scheduler = createScheduler({ sync, clock, log: silentLog, intervalMs: 30 * 60_000 });
    scheduler.start();
    await clock.advance(95 * 60_000);
    t.same(at, [0, 30, 90]);
    scheduler.trigger();
    await settle();
    t.same(at, [0, 30, 90, 95]);
    await scheduler.stop();
    await clock.advance(100 * 60_000);
    t.equal(at.length, 4, 'stopped means stopped');
    t.equal(clock.sleeping(), 0, 'no sleeper is left');
  },
);
