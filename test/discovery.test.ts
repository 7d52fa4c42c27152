import t from 'tap';
import { dayMs } from '../src/core/durations.ts';
import type { FolderId } from '../src/core/ids.ts';
import { silentLog } from '../src/core/log.ts';
import { createScheduler } from '../src/sync/scheduler.ts';
import { createCountedAgent } from './fixtures/counted-agent.ts';
import { createHandClock, type HandClock, hourMs, minuteMs } from './fixtures/hand-clock.ts';
import { fakeJellyfin } from './fixtures/media-servers.ts';
import { movie } from './fixtures/numbered-films.ts';
import { passerelle } from './fixtures/passerelle.ts';
import { envOver, type Setup, type SetupOptions, setup } from './fixtures/setup.ts';
import { strmPaths } from './fixtures/strm-files.ts';
import { type AccountFolder, createSimulator, type SimulatorOptions } from './simulator/simulator.ts';

const now = Date.UTC(2026, 0, 15, 12);

const wire = createCountedAgent();
t.teardown(() => wire.agent.destroy());

/** Moves the clock on, a piece at a time, and lets what is on the wire arrive in between. */
async function pass(clock: HandClock, ms: number, pieceMs = 20_000): Promise<void> {
  for (let left = ms; left > 0; left -= pieceMs) {
    await clock.advance(Math.min(pieceMs, left));
    await wire.arrived({ turns: 12, maxMs: 500 });
  }
}

/** Films in folders of their own, a show, and `count` folders in which nothing happens. */
function account(count = 30): AccountFolder {
  return {
    folders: [
      { name: 'Films', folders: [{ name: 'Metropolis', files: [movie('Metropolis', 1927)] }] },
      {
        name: 'Shows',
        folders: [
          {
            name: 'Belphegor',
            files: [1, 2].map((episode) => ({
              name: `Belphegor.S01E0${episode}.720p.mkv`,
              content: { sizeBytes: 2000 + episode, seed: episode },
            })),
          },
        ],
      },
      {
        name: 'Old',
        folders: Array.from({ length: count }, (_, n) => ({
          name: `Box ${n}`,
          files: [movie(`Old ${'abcdefghij'[n % 10]}${n}`, 1900 + n)],
        })),
      },
    ],
  };
}

/** A bridge that has crawled once and looks for new files, over a host that is strict about its limits. */
async function looking(
  t: Parameters<typeof setup>[0],
  {
    env = {},
    more = {},
    simulator = {},
  }: { env?: Record<string, string>; more?: SetupOptions; simulator?: SimulatorOptions } = {},
) {
  const clock = createHandClock(now);
  const over = await createSimulator({ clock, account: account(), ...simulator });
  t.teardown(() => over.close());
  const started = await setup(t, {
    over,
    overrides: { clock, dispatcher: wire.agent },
    env: {
      PASSERELLE_SYNC_CALLS_PER_DAY: '600',
      // Longer than the pieces in which the clock moves: an answer on the wire is not taken for one that never comes.
      FICHIER_TIME_LIMIT_MS: '600000',
      ...env,
    },
    ...more,
  });
  let isOver = false;
  const synced = started.sync().finally(() => {
    isOver = true;
  });
  while (!isOver) await pass(clock, 1000, 1000);
  await synced;
  over.reset();
  over.faults.accountListingHasFolderId = true;
  return { started, clock, over };
}

const listedFolders = ({ simulator }: Pick<Setup, 'simulator'>) =>
  [...simulator.counters.listings]
    .filter(([key]) => !String(key).includes('-1'))
    .reduce((sum, [, count]) => sum + count, 0);

t.test(
  'a new film in a new folder is found within the hour, told to the media server, and costs few calls',
  async (t) => {
    const jellyfin = await fakeJellyfin(t);
    const { started, clock, over } = await looking(t, {
      env: {
        PASSERELLE_NOTIFY: JSON.stringify([{ kind: 'jellyfin', url: jellyfin.url, token: 'jelly-key' }]),
      },
    });
    await started.bridge.notify.flush();
    jellyfin.heard.length = 0;
    started.bridge.notify.start();
    started.bridge.discovery.start();
    await pass(clock, 10 * minuteMs);
    over.account.addFolder('/Films/Nosferatu');
    over.account.addFile('/Films/Nosferatu', movie('Nosferatu', 1922));
    over.account.addFile('/Shows/Belphegor', {
      name: 'Belphegor.S01E03.720p.mkv',
      content: { sizeBytes: 2003, seed: 3 },
    });
    await pass(clock, 65 * minuteMs);
    const tree = await strmPaths(started);
    t.ok(tree.some((path) => path.includes('Nosferatu (1922)')));
    t.ok(tree.some((path) => path.includes('S01E03')));
    const told = jellyfin.heard.map(({ body }) => body).join();
    t.match(told, 'Nosferatu (1922)');
    t.match(told, 'Belphegor');
    t.ok(over.counters.requests.length < 600, `${over.counters.requests.length} calls`);
  },
);

t.test('a host that is strict is never asked too soon, for hours', async (t) => {
  const { started, clock, over } = await looking(t, {
    env: {
      FICHIER_REQUEST_INTERVAL_MS: '2500',
      FICHIER_FOLDER_INTERVAL_MS: '30000',
      PASSERELLE_SYNC_CALLS_PER_DAY: '4000',
    },
    simulator: { account: account(3), limits: 'strict' },
  });
  started.bridge.discovery.start();
  await pass(clock, 4 * hourMs, minuteMs);
  const whole = over.counters.requests.filter(
    ({ verb, body }) => verb === 'file/ls' && body.folder_id === -1,
  );
  t.ok(whole.length >= 3 && whole.length <= 4, `the whole account ${whole.length} times in 4 hours`);
  t.strictSame(
    [...new Set(over.counters.requests.map(({ status }) => status))],
    [200],
    'and refuses nothing',
  );
  const perFolder = Map.groupBy(
    over.counters.requests.filter(({ verb }) => verb === 'folder/ls'),
    ({ body }) => body.folder_id,
  );
  for (const [, calls] of perFolder)
    for (let n = 1; n < calls.length; n++)
      t.ok((calls[n]?.at ?? 0) - (calls[n - 1]?.at ?? 0) >= 30_000, 'the interval of a folder');
});

t.test(
  'without folder ids, or with no listing of the account at all, it is found all the same',
  async (t) => {
    for (const how of ['no ids', 'refused'] as const) {
      const { started, clock, over } = await looking(t);
      over.faults.accountListingHasFolderId = false;
      if (how === 'refused') over.faults.answer({ is: 'notAllowed', verb: 'file/ls', times: 1000 } as never);
      started.bridge.discovery.start();
      await pass(clock, 5 * minuteMs);
      over.account.addFile('/Shows/Belphegor', {
        name: 'Belphegor.S01E04.720p.mkv',
        content: { sizeBytes: 2004, seed: 4 },
      });
      await pass(clock, 3 * hourMs, minuteMs);
      t.ok(
        (await strmPaths(started)).some((path) => path.includes('S01E04')),
        how,
      );
      const plan = await started.bridge.discovery.plan();
      t.ok(plan.steps.length > 10);
      await started.close();
    }
  },
);

t.test('POST /api/v1/refresh lists a folder as soon as its interval allows, and once', async (t) => {
  const { started, clock, over } = await looking(t, {
    env: { PASSERELLE_SYNC_DISCOVERY: 'false', FICHIER_FOLDER_INTERVAL_MS: '0' },
  });
  started.bridge.discovery.start();
  await pass(clock, hourMs, minuteMs);
  t.equal(over.counters.requests.length, 0, 'turned off: nothing is looked into by itself');
  over.account.addFolder('/Films/Faust');
  over.account.addFile('/Films/Faust', movie('Faust', 1926));
  const ask = (payload: object) =>
    started.app.inject({
      method: 'POST',
      url: '/api/v1/refresh',
      headers: { authorization: `Bearer ${started.bridge.secrets.adminToken}` },
      payload,
    });
  t.equal((await ask({ path: '/Films' })).statusCode, 202);
  t.equal((await ask({ path: '/Films/' })).statusCode, 202);
  await pass(clock, minuteMs);
  t.ok(
    (await strmPaths(started)).some((path) => path.includes('Faust (1926)')),
    'and the new folder in it too',
  );
  t.equal(over.counters.requests.length, 2);
  // What is not known yet is looked for in the folder above.
  over.account.addFolder('/Shows/Judex');
  over.account.addFile('/Shows/Judex', { ...movie('Judex', 1916), name: 'Judex.S01E01.mkv' });
  t.equal((await ask({ path: '/Shows/Judex' })).statusCode, 202, 'a folder that is not known');
  await pass(clock, minuteMs);
  t.ok((await strmPaths(started)).some((path) => path.includes('Judex')));
  t.equal((await ask({ path: '/Films/Judex.1916.mkv' })).statusCode, 202, 'a file that is not known');
  t.equal((await ask({ path: '/Nothing/Deeper' })).statusCode, 404, 'nor is the folder above');
  t.equal((await ask({ path: 'Films' })).statusCode, 400);
  t.equal((await ask({})).statusCode, 400);
});

t.test('nothing is looked into while another process crawls, and a removal is left to crawls', async (t) => {
  const { started, clock, over } = await looking(t);
  over.account.removeFile('/Shows/Belphegor/Belphegor.S01E01.720p.mkv');
  started.bridge.discovery.start();
  await pass(clock, 6 * hourMs, minuteMs);
  t.ok(
    (await strmPaths(started)).some((path) => path.includes('S01E01')),
    'still there',
  );
  const before = listedFolders({ simulator: over });
  const release = (await import('../src/core/files/file-lock.ts')).lockFile(
    `${started.home}/data/crawl.lock`,
    'BRIDGE_CRAWL_RUNNING',
  );
  await pass(clock, hourMs, minuteMs);
  t.equal(listedFolders({ simulator: over }), before);
  release();
  await pass(clock, hourMs, minuteMs);
  t.ok(listedFolders({ simulator: over }) > before);
});

t.test('in the middle of a crawl, what somebody waits for is looked into, and nothing else', async (t) => {
  const { started, clock, over } = await looking(t);
  const { discovery, host } = started.bridge;
  const strm = async () => (await strmPaths(started)).join();
  discovery.start();
  await pass(clock, minuteMs);
  const { listFolder } = host;
  const crawl = Promise.withResolvers<void>();
  host.listFolder = async (id, options) => {
    host.listFolder = listFolder;
    await crawl.promise;
    return listFolder.call(host, id, options);
  };
  let isOver = false;
  const synced = started.sync().finally(() => {
    isOver = true;
  });
  await pass(clock, minuteMs);
  const before = listedFolders({ simulator: over });
  await pass(clock, 3 * hourMs, minuteMs);
  t.equal(listedFolders({ simulator: over }), before, 'the crawl comes to it by itself');
  over.account.addFile('/Films', movie('Faust', 1926));
  const idOf = (folder: string) => String(over.account.folder(folder).id) as FolderId;
  t.equal(discovery.hint(idOf('/Films')), clock.now());
  await pass(clock, minuteMs);
  t.match(await strm(), 'Faust (1926)', 'as it was promised');
  over.account.addFile('/Shows/Belphegor', movie('Judex', 1916));
  discovery.opened(idOf('/Shows/Belphegor'));
  await pass(clock, minuteMs);
  t.match(await strm(), 'Judex', 'somebody looks into it');
  t.equal(listedFolders({ simulator: over }), before + 2);
  crawl.resolve();
  while (!isOver) await pass(clock, 1000, 1000);
  t.match(await synced, { outcome: 'done' });
  const after = listedFolders({ simulator: over });
  await pass(clock, 3 * hourMs, minuteMs);
  t.ok(listedFolders({ simulator: over }) > after, 'it goes on when the crawl is over');
});

t.test('crawls stay within their share of the calls of a day; a large one takes several days', async (t) => {
  const { started, clock, over } = await looking(t, {
    env: {
      PASSERELLE_SYNC_CALLS_PER_DAY: '50',
      PASSERELLE_SYNC_DISCOVERY: 'false',
    },
  });
  await clock.advance(dayMs);
  const { sync, crawlBudget } = started.bridge;
  const scheduler = createScheduler({
    sync,
    clock,
    log: silentLog,
    intervalMs: () => 30 * minuteMs,
    budget: crawlBudget,
  });
  scheduler.start();
  const perDay: number[] = [];
  let before = 0;
  await pass(clock, dayMs - (clock.now() % dayMs) - 1, 9 * minuteMs);
  for (let day = 0; day < 3; day++) {
    perDay.push(over.counters.requests.length - before);
    before = over.counters.requests.length;
    await pass(clock, dayMs, 9 * minuteMs);
  }
  await scheduler.stop();
  for (const calls of perDay) t.ok(calls > 0 && calls <= 21, `${perDay}`);
  t.match(await started.bridge.catalog.crawls.everDone(), true);
  const counts = [...over.counters.listings.values()];
  t.ok(Math.max(...counts) - Math.min(...counts) <= 1, 'it goes on where it was');
});

t.test('passerelle sync --plan prints the day and asks the host nothing', async (t) => {
  const { started, over } = await looking(t);
  await started.close();
  const where = { cwd: started.home, env: envOver(over, started.home) };
  const answer = await passerelle(['sync', '--plan'], where);
  t.equal(answer.code, 0, answer.stderr);
  t.match(answer.stdout, /^[\d,]+ calls in the next 24 hours; \d+ busy, \d+ in between, \d+ quiet folders\n/);
  t.match(answer.stdout, /the whole account\n/);
  t.match(answer.stdout, /quiet +\/Old\/Box \d+\n/);
  const lines = (await passerelle(['sync', '--plan', '--json'], where)).stdout.trim().split('\n');
  t.match(JSON.parse(lines[0] ?? ''), { at: /Z$/, path: /./, why: /./ });
  t.equal(over.counters.requests.length, 0);
});
