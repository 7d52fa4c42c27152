import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { openCatalog } from '../src/catalog/catalog.ts';
import { silentLog } from '../src/core/log.ts';
import { checkServers } from '../src/doctor/notify.ts';
import { keptValues } from '../src/library/kept-values.ts';
import { checkArrival, urge } from '../src/notify/arrival-check.ts';
import { checkPausesMs, missingNames } from '../src/notify/outbox/check-schedule.ts';
import type { Sight } from '../src/notify/outbox/notices.ts';
import { createWatch } from '../src/notify/outbox/watch.ts';
import { parentOf } from '../src/notify/path-map.ts';
import { ServerFault } from '../src/notify/servers/adapter.ts';
import type { Server } from '../src/notify/servers/servers.ts';
import { listShown, maxPages, pageItems } from '../src/notify/servers/shown-items.ts';
import { createHandClock, dayMs, hourMs, minuteMs } from './fixtures/hand-clock.ts';
import { until } from './fixtures/listed.ts';
import { fakeWebhook } from './fixtures/media-servers.ts';
import { movie } from './fixtures/numbered-films.ts';
import { signal, type Test } from './fixtures/setup.ts';
import { telling, tellingJellyfin, told } from './fixtures/telling.ts';

/** What servers were told is looked for in them, and told again until it is there. */

t.test('what a server does not show: versions hide behind the first of them', async (t) => {
  const inSeason = (expected: string[], shown: string[], title = 'Show (2001)') =>
    missingNames({ title, isTitle: false, expected, shown });
  const e1 = 'Show (2001) S01E01.strm';
  const e2 = 'Show (2001) S01E02.strm';
  t.strictSame(inSeason([e1, e2], [e1, e2]), []);
  t.strictSame(inSeason([e1, e2], [e1]), [e2]);
  t.strictSame(inSeason([e1, e2], []), [e1, e2]);
  t.strictSame(inSeason(['Show (2001) S01E01 - 720p.strm', 'Show (2001) S01E01 - 1080p.strm'], [e1]), []);
  t.strictSame(
    inSeason([e1, 'Show (2001) S01E01 - 1080p.strm'], ['Show (2001) S01E01 - 1080p.strm']),
    [],
    'whichever of them comes first',
  );
  t.strictSame(
    inSeason(
      ['A - B (2001) S01E01.strm', 'A - B (2001) S01E02.strm'],
      ['A - B (2001) S01E01.strm'],
      'A - B (2001)',
    ),
    ['A - B (2001) S01E02.strm'],
    'a title with a dash is no version',
  );
  t.strictSame(
    inSeason(['e\u0301 S01E01.strm'], ['\u00e9 S01E01.strm'], '\u00e9'),
    [],
    'two spellings of one letter',
  );
  const film = { title: 'Film (2001) [tmdbid-1]', isTitle: true };
  t.strictSame(
    missingNames({
      ...film,
      expected: ['Film (2001) - 720p.strm', 'Film (2001) - 1080p.strm'],
      shown: ['Film (2001) - 720p.strm'],
    }),
    [],
  );
  t.strictSame(missingNames({ ...film, expected: ['Film (2001).strm'], shown: [] }), ['Film (2001).strm']);
});

/** A server that shows what a test says, watched over a catalog of its own; `Movies` is its one library. */
async function watched(t: Test, titles: readonly string[], file = join(t.testdir(), 'catalog.db')) {
  const clock = createHandClock();
  const dir = join(file, '..', 'library');
  for (const title of titles) {
    await mkdir(join(dir, 'Movies', title), { recursive: true });
    await writeFile(join(dir, 'Movies', title, `${title}.strm`), 'http://host');
  }
  const path = (title: string) => `${dir}/Movies/${title}/${title}.strm`;
  const server = {
    shown: [] as string[],
    isWhole: true,
    fault: undefined as ServerFault | undefined,
    asks: 0,
    told: [] as string[][],
    scans: [] as (readonly string[])[],
  };
  const adapter: Server['adapter'] = {
    existingOnly: false,
    tokenRemedy: '',
    tell: async (news) => {
      server.told.push(news.map((one) => one.path));
      return 'told';
    },
    libraries: async () => {
      server.asks++;
      if (server.fault) throw server.fault;
      return [{ locations: [`${dir}/Movies`], id: 'films' }];
    },
    shown: async (folders) => {
      server.asks++;
      const paths = new Set(server.shown.filter((one) => folders.has(parentOf(one))));
      return { paths, isWhole: server.isWhole };
    },
    scan: async (ids) => void server.scans.push(ids),
  };
  const one: Server = {
    kind: 'jellyfin',
    url: '',
    name: 'jellyfin',
    adapter,
    setting: { kind: 'jellyfin', url: '' },
    pathMap: undefined,
  };
  const catalog = await openCatalog(file, keptValues);
  t.teardown(() => catalog.close());
  const trees = new Map([['', { name: '', dir }]]);
  const connection = { send: async () => '', clock, signal };
  let sight: Sight | undefined;
  let hasLooked = false;
  const watch = createWatch({
    servers: () => [one],
    store: catalog.toldFolders,
    sights: {
      get: async () => sight,
      put: async (_, next) => {
        sight = next;
      },
    },
    clock,
    log: silentLog,
    signal,
    check: (server, folders) => checkArrival(server, folders, trees, connection),
    urge: (server, folders) => urge(server, folders, trees, connection),
    onEnd: () => {
      hasLooked = true;
    },
  });
  return {
    server,
    clock,
    path,
    dir,
    file,
    catalog,
    sight: () => sight,
    unseen: async () => (await catalog.toldFolders.unseen()).get('jellyfin')?.count ?? 0,
    /** Notes that it was told of these titles. */
    async tell(folders = titles.map((title) => `Movies/${title}`)) {
      const toldAt = clock.now();
      const looked = { toldAt, dueAt: toldAt + (checkPausesMs[0] as number) };
      await catalog.outbox.done('jellyfin', [], {
        folders: folders.map((dir) => ({ tree: '', dir })),
        ...looked,
      });
    },
    /** Lets everything happen that is due within this time. */
    async pass(ms: number): Promise<void> {
      for (const end = clock.now() + ms; ; ) {
        hasLooked = false;
        const next = await watch.begin();
        await watch.rest();
        if (hasLooked) continue;
        if (next > end) return clock.advance(end - clock.now());
        await clock.advance(next - clock.now());
      }
    },
  };
}

const films = ['Faust (1926)', 'Metropolis (1927)', 'Nosferatu (1922)'];

t.test('a server that shows what it was told of is asked once, and left alone', async (t) => {
  const { server, path, tell, pass, sight, unseen } = await watched(t, films);
  server.shown = films.map(path);
  await tell();
  t.equal(await unseen(), 3);
  await pass(minuteMs);
  t.equal(server.asks, 0, 'Jellyfin waits a minute before it looks');
  await pass(minuteMs);
  t.match(sight(), { ok: true, seen: 3, missing: 0, words: 'shows 3 folders that it was told of' });
  await pass(30 * dayMs);
  t.equal(server.asks, 2, 'for its libraries, and for what it wrote down lately');
  t.equal(await unseen(), 0);
  t.strictSame(server.told, []);
});

t.test('what a server lost is told again within minutes, each folder in a call of its own', async (t) => {
  const { server, path, dir, tell, pass, sight, unseen } = await watched(t, films);
  server.shown = [path('Metropolis (1927)')];
  await tell();
  await pass(2 * minuteMs);
  const again = [[`${dir}/Movies/Faust (1926)`], [`${dir}/Movies/Nosferatu (1922)`]];
  t.strictSame(server.told, again);
  t.match(sight(), {
    ok: true,
    seen: 1,
    missing: 2,
    folders: ['Movies/Faust (1926)', 'Movies/Nosferatu (1922)'],
  });
  t.equal(await unseen(), 2);
  server.shown = films.map(path);
  await pass(2 * minuteMs);
  t.match(sight(), { ok: true, seen: 2, missing: 0 });
  t.strictSame(server.told, again);
});

t.test(
  'of very many lost folders those above them are told; what is told anew is looked for anew',
  async (t) => {
    const many = Array.from({ length: 30 }, (_, n) => `Film ${n} (2000)`);
    const { server, tell, pass, dir, clock, unseen, path } = await watched(t, many);
    await tell();
    await pass(2 * minuteMs);
    t.strictSame(server.told, [[`${dir}/Movies`]]);
    await tell(['Movies/Film 7 (2000)']);
    server.shown = many.filter((title) => title !== 'Film 7 (2000)').map(path);
    await clock.advance(90_000);
    await pass(0);
    t.equal(await unseen(), 1);
  },
);

t.test('what it never shows: its library is looked through, and after a week it is given up', async (t) => {
  const { server, tell, pass, sight, unseen } = await watched(t, ['Faust (1926)']);
  await tell();
  await pass(hourMs);
  t.equal(server.told.length, 2, 'told again twice');
  t.strictSame(server.scans, [['films'], ['films']]);
  t.match(sight(), { ok: false, missing: 1, remedy: /library/ });
  await pass(10 * dayMs);
  t.equal(await unseen(), 0);
  t.match(sight(), { ok: false, missing: 1 }, 'the last word stays');
  t.ok(server.asks < 50, `${server.asks} questions`);
});

t.test('what is gone from the tree, or lies in no library of it, is not looked for', async (t) => {
  const { server, tell, pass, sight, unseen } = await watched(t, ['Faust (1926)']);
  await tell(['Movies/Gone (1999)', 'Shows/Other (2000)/Season 01']);
  await pass(2 * minuteMs);
  t.match(sight(), { ok: true, seen: 0, missing: 0, words: '1 folder in no library of it' });
  t.equal(await unseen(), 0);
  t.strictSame(server.told, []);
});

t.test(
  'a server that is down for hours is asked ever less often, and looked at when it is back',
  async (t) => {
    const { server, path, tell, pass, sight, unseen } = await watched(t, ['Faust (1926)']);
    server.fault = new ServerFault('does not answer (ECONNREFUSED)', 'is it running?');
    await tell();
    await pass(12 * hourMs);
    t.match(sight(), { ok: false, words: 'does not answer (ECONNREFUSED)', remedy: 'is it running?' });
    t.ok(server.asks < 25, `${server.asks} questions in twelve hours`);
    t.equal(await unseen(), 1);
    server.fault = undefined;
    server.shown = [path('Faust (1926)')];
    await pass(hourMs);
    t.match(sight(), { ok: true, seen: 1 });
    t.strictSame(server.told, []);
  },
);

t.test('of a server that has more than is asked for nothing is said', async (t) => {
  const { server, tell, pass, sight, unseen } = await watched(t, ['Faust (1926)']);
  server.isWhole = false;
  await tell();
  await pass(hourMs);
  t.match(sight(), { ok: true, missing: 0 });
  t.equal(await unseen(), 0);
});

t.test('pages: as many as it takes, never more than a limit, and nonsense is a fault', async (t) => {
  const asked: URLSearchParams[] = [];
  const folders = new Set(['/films/A']);
  const list = (answer: (start: number) => unknown, since?: number) => {
    asked.length = 0;
    const send = async ({ path }: { path: string }) => {
      const query = new URLSearchParams(path.split('?')[1]);
      asked.push(query);
      return JSON.stringify(answer(Number(query.get('StartIndex'))));
    };
    return listShown({ headers: {}, folders, since }, { send, clock: createHandClock(), signal });
  };
  const page = (count: number, Path: string | null) => ({ Items: new Array(count).fill({ Path }) });
  t.match(await list((start) => page(start === 0 ? pageItems : 3, '/films/A/a.strm'), 0), {
    paths: new Set(['/films/A/a.strm']),
    isWhole: true,
  });
  t.equal(asked.length, 2);
  t.equal(asked[0]?.get('MinDateLastSaved'), '1970-01-01T00:00:00.000Z');
  t.match(await list(() => page(2, '/elsewhere/a.strm')), { paths: new Set(), isWhole: true });
  t.match(await list(() => page(2, null)), { isWhole: true });
  t.match(await list(() => page(pageItems, '/films/A/a.strm')), { isWhole: false });
  t.equal(asked.length, maxPages);
  for (const odd of [[], null, { Items: 'x' }, { Items: [1] }, { Items: [{ Path: 1 }] }])
    await t.rejects(
      list(() => odd),
      { name: 'ServerFault' },
      JSON.stringify(odd),
    );
});

t.test('over the wire, and over a restart: told, then seen', async (t) => {
  const { jellyfin, start, over, clock, within } = await tellingJellyfin(t);
  const first = await start();
  jellyfin.locations = [`${first.tree}/Movies`];
  over.account.addFile('/Films', movie('Faust', 1926));
  await first.sync();
  first.bridge.notify.start();
  await within(15_000, () => told(jellyfin).length > 0);
  const state = async ({ bridge } = first) => (await bridge.notify.state())[0];
  await until(async () => (await state())?.waiting === 0);
  t.match(await state(), { isAsked: true, unseen: 2, sight: undefined });
  await first.close();
  const second = await start();
  second.bridge.notify.start();
  await clock.advance(2 * minuteMs);
  await until(async () => (await state(second))?.unseen === 0);
  t.match(await state(second), { sight: { ok: true, seen: 2 } });
  t.equal(told(jellyfin).length, 1);
  const [asked] = jellyfin.lines().filter((line) => line.startsWith('GET /Items?'));
  t.match(asked, /Fields=Path.*MinDateLastSaved=2026-01-15T1[01]/);
  const [[, finding] = []] = await checkServers(second.bridge, signal);
  t.match(finding, { state: 'ok', words: /; looked 2026-.*: shows 2 folders that it was told of$/ });
});

t.test('who cannot be asked is told only, and doctor and the API say that', async (t) => {
  const webhook = await fakeWebhook(t);
  const { start } = await telling(t, () => [{ kind: 'webhook', url: webhook.url }]);
  const started = await start();
  await started.sync();
  await started.bridge.notify.flush();
  const answer = await started.app.inject({
    url: '/api/v1/notify',
    headers: { authorization: `Bearer ${started.bridge.secrets.adminToken}` },
  });
  t.match(answer.json(), { servers: [{ isAsked: false, unseen: 0 }] });
  const [[, finding] = []] = await checkServers(started.bridge, signal);
  t.match(finding?.words, /told only: it is not asked what it shows$/);
});
