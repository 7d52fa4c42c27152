import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { loadSettings } from '../config/load.ts';
import { silentLog } from '../src/log.ts';
import { changeBits, gather, reduce } from '../src/notify/changes.ts';
import { mapPath } from '../src/notify/path-map.ts';
import { readSections, sectionOf } from '../src/notify/plex.ts';
import { createQueue } from '../src/notify/queue.ts';
import { rclone as rcloneWays } from '../src/notify/rclone.ts';
import { serversOf } from '../src/notify/servers.ts';
import { createCountedAgent } from './fixtures/counted-agent.ts';
import { createHandClock, type HandClock, settle } from './fixtures/hand-clock.ts';
import { until } from './fixtures/listed.ts';
import {
  type FakeServer,
  fakeEmby,
  fakeJellyfin,
  fakeKodi,
  fakePlex,
  fakeRclone,
  fakeWebhook,
  type Heard,
  sectionsXml,
} from './fixtures/media-servers.ts';
import { type SetupOptions, setup } from './fixtures/setup.ts';
import { createSimulator } from './simulator/simulator.ts';

/** A bridge that tells these servers, on a hand clock, over an account with one film; what was there has been told. */
async function telling(
  t: Parameters<typeof setup>[0],
  servers: (home: string) => object[],
  options: SetupOptions = {},
) {
  const clock = createHandClock();
  const over = await createSimulator({
    clock,
    account: { folders: [{ name: 'Films', files: [film('Metropolis', 1927)] }] },
  });
  // Before the folder is asked for: what is registered only later, tap does when it has taken the folder away.
  const houses: { close(): Promise<void> }[] = [];
  t.teardown(async () => {
    for (const house of houses) await house.close();
    await over.close();
  });
  const home = t.testdir();
  const start = async () => {
    const one = await setup(t, {
      ...options,
      overrides: { clock, dispatcher: wire.agent },
      over,
      home,
      env: { PASSERELLE_NOTIFY: JSON.stringify(servers(home)), ...options.env },
    });
    houses.push(one);
    return { ...one, clock, tree: one.libraryDir };
  };
  return { start, clock, over };
}

const film = (title: string, year: number) => ({
  name: `${title}.${year}.1080p.mkv`,
  content: { sizeBytes: 1000 + year, seed: year },
});

const wire = createCountedAgent();
t.teardown(() => wire.agent.destroy());

/** Answers that are on their way arrive, and what follows from them; a server that is silent is not waited for. */
async function quiet(): Promise<void> {
  const began = performance.now();
  // Long enough for a busy machine, and its disk.
  const isWithin = (ms: number) => performance.now() - began < ms;
  for (let still = 0; still < 25 && isWithin(2000); ) {
    await settle(1);
    const isBusy =
      (wire.underWay() > 0 && isWithin(100)) ||
      process.getActiveResourcesInfo().some((name) => /^FSReq/.test(name));
    still = isBusy ? 0 : still + 1;
  }
}

/** Lets the clock run, and answers arrive, until this is so; no further than `mostMs`. */
async function within(clock: HandClock, mostMs: number, met: () => boolean): Promise<number> {
  const began = clock.now();
  for (;;) {
    await quiet();
    if (met()) return clock.now() - began;
    if (clock.now() - began >= mostMs) throw new Error(`not within ${mostMs} ms`);
    await clock.advance(500);
  }
}

/** Everything that is on its way arrives; the clock runs on by `ms`. */
async function pass(clock: HandClock, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 5000) {
    await clock.advance(Math.min(5000, left));
    await quiet();
  }
}

const told = ({ heard }: FakeServer) =>
  heard.filter(({ line, body }) => /Updated|refresh|hook|^POST $/.test(line) || /VideoLibrary/.test(body));

const mapped = '/media/passerelle';

t.test(
  'a new film is told to every server in its own form, within 15 s of the crawl that saw it, once',
  async (t) => {
    const log: Heard[] = [];
    const jellyfin = await fakeJellyfin(t, log);
    const emby = await fakeEmby(t, log);
    const plex = await fakePlex(t, log);
    const kodi = await fakeKodi(t, log);
    const rclone = await fakeRclone(t, log);
    const webhook = await fakeWebhook(t, log);
    const { start, clock, over } = await telling(t, (home) => {
      const pathMap = { [join(home, 'library')]: mapped };
      return [
        { kind: 'plex', url: plex.url, token: 'plex-token', pathMap },
        { kind: 'jellyfin', url: `${jellyfin.url}/`, token: 'jelly-key', pathMap },
        { kind: 'emby', url: emby.url, token: 'emby-key' },
        { kind: 'kodi', url: kodi.url, token: 'kodi:secret', pathMap },
        { kind: 'webhook', url: `${webhook.url}/hook?who=1`, token: 'hook-token', pathMap },
        { kind: 'rclone', url: rclone.url },
      ];
    });
    const all = [jellyfin, emby, plex, kodi, rclone, webhook];
    plex.locations = ['/media', `${mapped}/Movies`];
    rclone.locations = ['Movies', 'Movies/Metropolis (1927)', "Movies/L'Été (1999)"];
    const house = await start();
    await house.sync();
    house.bridge.notify.start();
    await within(clock, 15_000, () => all.every((one) => told(one).length > 0));
    await pass(clock, 120_000);
    for (const one of all) one.heard.length = 0;
    log.length = 0;

    over.account.addFile('/Films', film("L'Été", 1999));
    await house.sync();
    await clock.advance(9000);
    await settle(60);
    t.equal(log.length, 0, 'gathered for 10 s');
    const tookMs = await within(clock, 6000, () => all.every((one) => told(one).length > 0));
    t.comment(`told ${9000 + tookMs} ms after the crawl`);
    await pass(clock, 300_000);

    const folder = "Movies/L'Été (1999)";
    t.strictSame(
      jellyfin.heard.map(({ line, body, headers }) => [
        line,
        headers['content-type'],
        headers.authorization,
        body,
      ]),
      [
        [
          'POST /Library/Media/Updated',
          'application/json',
          'MediaBrowser Token="jelly-key"',
          `{"Updates":[{"Path":"${mapped}/${folder}","UpdateType":"Created"}]}`,
        ],
      ],
    );
    t.strictSame(
      emby.heard.map(({ line, body, headers }) => [
        line,
        headers['x-emby-token'],
        headers.authorization,
        body,
      ]),
      [
        [
          'POST /Library/Media/Updated',
          'emby-key',
          undefined,
          `{"Updates":[{"Path":"${house.tree}/${folder}","UpdateType":"Created"}]}`,
        ],
      ],
    );
    t.strictSame(
      plex.heard.map(({ line, headers }) => [line, headers['x-plex-token']]),
      [
        ['GET /library/sections', 'plex-token'],
        [
          'GET /library/sections/2/refresh?path=%2Fmedia%2Fpasserelle%2FMovies%2FL%27%C3%89t%C3%A9%20%281999%29',
          'plex-token',
        ],
      ],
      'the section with the longest location',
    );
    t.strictSame(
      kodi.heard.map(({ line, body }) => [line, body]),
      [
        [
          'POST /jsonrpc',
          '{"jsonrpc":"2.0","id":1,"method":"XBMC.GetInfoBooleans","params":{"booleans":["Library.IsScanningVideo"]}}',
        ],
        [
          'POST /jsonrpc',
          `{"jsonrpc":"2.0","id":1,"method":"VideoLibrary.Scan","params":{"directory":"${mapped}/${folder}/","showdialogs":false}}`,
        ],
      ],
    );
    t.strictSame(
      rclone.heard.map(({ line, body }) => [line, body]),
      [
        ['POST /vfs/forget', '{"dir":"Movies"}'],
        ['POST /vfs/refresh', `{"dir":"${folder}","recursive":"true"}`],
      ],
    );
    t.strictSame(
      webhook.heard.map(({ line, body, headers }) => [line, headers.authorization, body]),
      [
        [
          'POST /hook?who=1',
          'Bearer hook-token',
          `{"event":"library.changed","folders":[{"path":"${mapped}/${folder}","change":"created"}]}`,
        ],
      ],
    );
    const order = log.map(({ at }) => at);
    t.ok(order.lastIndexOf('rclone') < order.indexOf('plex'), 'Plex after the mount');
  },
);

t.test('many new films of one crawl are one call', async (t) => {
  const jellyfin = await fakeJellyfin(t);
  const { start, clock, over } = await telling(t, () => [
    { kind: 'jellyfin', url: jellyfin.url, token: 'jelly-key' },
  ]);
  const house = await start();
  for (let n = 0; n < 20; n++)
    over.account.addFile('/Films', film(`Film ${'abcdefghijklmnopqrst'[n]}`, 1950 + n));
  await house.sync();
  house.bridge.notify.start();
  await within(clock, 15_000, () => told(jellyfin).length > 0);
  await pass(clock, 120_000);
  const [update] = told(jellyfin);
  t.equal(told(jellyfin).length, 1);
  t.equal((JSON.parse(update?.body ?? '{}') as { Updates: object[] }).Updates.length, 21);
});

t.test('a server that is down is told later, with growing pauses, and holds up nobody', async (t) => {
  const log: Heard[] = [];
  const jellyfin = await fakeJellyfin(t, log);
  const emby = await fakeEmby(t, log);
  const plex = await fakePlex(t, log);
  const rclone = await fakeRclone(t, log);
  const { start, clock } = await telling(t, () => [
    { kind: 'jellyfin', url: jellyfin.url, token: 'jelly-key' },
    { kind: 'emby', url: emby.url, token: 'emby-key' },
    { kind: 'plex', url: plex.url, token: 'plex-token', pathMap: { '/': '/' } },
    { kind: 'rclone', url: rclone.url },
  ]);
  const house = await start();
  plex.locations = [house.tree];
  jellyfin.broken = 503;
  rclone.broken = 'silent';
  await house.sync();
  house.bridge.notify.start();
  await within(clock, 15_000, () => told(emby).length > 0);
  await within(clock, 30_000, () => told(plex).length > 0);
  await pass(clock, 5000);
  const state = async (kind: string) =>
    (await house.bridge.notify.state()).find(({ server }) => server.startsWith(kind));
  t.match(await state('jellyfin'), { waiting: 1, last: { ok: false, words: 'answers 503', failures: 1 } });
  t.match(await state('rclone'), { last: { ok: false, words: 'did not answer within 10 s' } });
  const pauses: number[] = [];
  for (let failures = 2; failures < 6; failures++) {
    const { retryAt = 0, at = 0 } = (await state('jellyfin'))?.last ?? {};
    pauses.push((retryAt - at) / 1000);
    await clock.advance(retryAt - clock.now());
    await until(async () => (await state('jellyfin'))?.last?.failures === failures);
  }
  t.strictSame(pauses, [30, 60, 120, 300]);

  const before = told(plex).length;
  jellyfin.broken = undefined;
  rclone.broken = undefined;
  rclone.locations = ['Movies', 'Movies/Metropolis (1927)'];
  await pass(clock, 3_600_000);
  t.match(await state('jellyfin'), { waiting: 0, last: { ok: true, words: 'told', failures: 0 } });
  t.match(await state('rclone'), { waiting: 0, last: { ok: true } });
  t.equal(told(plex).length, before + 1, 'Plex looks again once the mount is right');
  t.equal(told(emby).length, 1, 'who was told is left alone');
});

t.test('what waits is kept over a restart', async (t) => {
  const jellyfin = await fakeJellyfin(t);
  const { start, clock } = await telling(t, () => [
    { kind: 'jellyfin', url: jellyfin.url, token: 'jelly-key' },
  ]);
  const first = await start();
  await first.sync();
  t.equal(told(jellyfin).length, 0);
  await first.close();
  const second = await start();
  second.bridge.notify.start();
  await within(clock, 15_000, () => told(jellyfin).length > 0);
  await pass(clock, 60_000);
  t.equal(told(jellyfin).length, 1);
  await second.close();
  const third = await start();
  third.bridge.notify.start();
  await pass(clock, 60_000);
  t.equal(told(jellyfin).length, 1, 'and told once');
});

t.test(
  'a catalog that refuses for a while ends nothing: the server is told once it answers again',
  async (t) => {
    const clock = createHandClock();
    let isFull = true;
    const full = () => (isFull ? Promise.reject(new Error('SQLITE_FULL')) : Promise.resolve());
    const errors: string[] = [];
    const notice = { tree: 'a', dir: 'Movies/A', changes: 1, major: true, rev: 1 };
    let told = 0;
    let isHeld = false;
    let isLocked = true;
    const [server] = serversOf([{ kind: 'webhook', url: 'http://host' }], []);
    const name = server?.name ?? '';
    const waiting = new Map([[name, { firstMajorAt: 0, lastMajorAt: 0, firstMinorAt: undefined, count: 1 }]]);
    const queue = createQueue({
      servers: server ? [server] : [],
      store: {
        add: full,
        waiting: async () => {
          if (!isLocked) return waiting;
          isLocked = false;
          throw new Error('SQLITE_LOCKED');
        },
        of: () => full().then(() => [notice]),
        done: async () => void waiting.delete(name),
        keepOnly: async () => undefined,
      },
      results: { get: async () => undefined, put: full },
      clock,
      log: { ...silentLog, error: (_, words) => errors.push(words) },
      tell: async () => {
        told++;
        return { words: 'told', folders: 1 };
      },
      // As files are locked: who has it does not get it again.
      lock: () => {
        if (isHeld) return undefined;
        isHeld = true;
        return () => {
          isHeld = false;
        };
      },
    });
    queue.start();
    for (let second = 0; second < 20; second++) {
      await clock.advance(1000);
      await settle(50);
    }
    t.equal(told, 0);
    t.ok(
      errors.length > 0 && errors.length < 10,
      `${errors.length} lines: not again and again without a pause`,
    );
    isFull = false;
    for (let second = 0; second < 60; second++) {
      await clock.advance(1000);
      await settle(50);
    }
    t.equal(told, 1);
    await queue.stop();
  },
);

t.test('one process tells at a time; a sync by hand tells at its end if nobody else does', async (t) => {
  const jellyfin = await fakeJellyfin(t);
  const { start, clock } = await telling(t, () => [
    { kind: 'jellyfin', url: jellyfin.url, token: 'jelly-key' },
  ]);
  const service = await start();
  const command = await start();
  await command.sync();
  await command.bridge.notify.flush();
  t.equal(told(jellyfin).length, 1);
  service.bridge.notify.start();
  await settle(20);
  const again = await start();
  await rm(join(again.tree, 'Movies', 'Metropolis (1927)', 'Metropolis (1927).strm'));
  await again.sync({ full: true });
  await again.bridge.notify.flush();
  t.equal(told(jellyfin).length, 1, 'the service will do it');
  await within(clock, 25_000, () => told(jellyfin).length > 1);
});

t.test(
  'a removed film: Jellyfin hears of its folder, Plex and Kodi of the one above that is still there',
  async (t) => {
    const jellyfin = await fakeJellyfin(t);
    const plex = await fakePlex(t);
    const kodi = await fakeKodi(t);
    const { start, clock, over } = await telling(
      t,
      () => [
        { kind: 'jellyfin', url: jellyfin.url, token: 'jelly-key' },
        { kind: 'plex', url: plex.url, token: 'plex-token' },
        { kind: 'kodi', url: kodi.url, token: 'kodi:secret', clean: true },
      ],
      { env: { PASSERELLE_SYNC_GRACE_HOURS: '0', PASSERELLE_SYNC_REMOVE_PERCENT: '100' } },
    );
    over.account.addFile('/Films', film('Nosferatu', 1922));
    over.account.addFile('/Films', film('Faust', 1926));
    const house = await start();
    plex.locations = [`${house.tree}/Movies`];
    await house.sync();
    house.bridge.notify.start();
    await within(clock, 15_000, () => [jellyfin, plex, kodi].every((one) => told(one).length > 0));
    await pass(clock, 60_000);
    for (const one of [jellyfin, plex, kodi]) one.heard.length = 0;
    over.account.removeFile('/Films/Faust.1926.1080p.mkv');
    await house.sync();
    await clock.advance(3_600_000);
    await house.sync({ acceptRemovals: true });
    kodi.state.scanning = 2;
    await within(clock, 40_000, () => told(kodi).length > 1);
    t.match(told(jellyfin)[0]?.body, `{"Path":"${house.tree}/Movies/Faust (1926)","UpdateType":"Deleted"}`);
    t.equal(
      plex.lines().at(-1),
      `GET /library/sections/1/refresh?path=${encodeURIComponent(`${house.tree}/Movies`)}`,
    );
    t.strictSame(
      kodi.heard.map(({ body }) => (JSON.parse(body) as { method: string }).method.split('.')[1]),
      ['GetInfoBooleans', 'GetInfoBooleans', 'GetInfoBooleans', 'Scan', 'GetInfoBooleans', 'Clean'],
      'a scan that runs is not stopped by another one',
    );
    t.match(told(kodi)[0]?.body, `"directory":"${house.tree}/Movies/"`);
  },
);

t.test('a late subtitle is told too, but the film does not wait for it', async (t) => {
  const jellyfin = await fakeJellyfin(t);
  const { start, clock } = await telling(t, () => [
    { kind: 'jellyfin', url: jellyfin.url, token: 'jelly-key' },
  ]);
  const { bridge } = await start();
  bridge.notify.start();
  const nothing = { created: [], updated: [], removed: [] };
  await bridge.notify.written('', { ...nothing, created: ['Movies/A (2000)/A (2000).strm'] });
  for (let n = 0; n < 3; n++) {
    await clock.advance(4000);
    await bridge.notify.written('', { ...nothing, created: [`Movies/B (2000)/B (2000).f${n}.srt`] });
  }
  await within(clock, 1000, () => told(jellyfin).length === 1);
  t.match(told(jellyfin)[0]?.body, 'Movies/A (2000)"');
  await bridge.notify.written('', { ...nothing, updated: ['Movies/C (2000)/C (2000).nfo'] });
  await pass(clock, 30_000);
  t.equal(told(jellyfin).length, 1);
  await within(clock, 60_000, () => told(jellyfin).length === 2);
  t.match(told(jellyfin)[1]?.body, '"Modified"');
});

t.test('changes become the fewest folders', async (t) => {
  const strm = (...dirs: string[]) => dirs.map((dir) => `${dir}/x.strm`);
  const dirsOf = (created: string[], most?: number) =>
    reduce(gather({ created, updated: [], removed: [] }), most).map(({ dir }) => dir);
  t.strictSame(dirsOf(strm('Movies/A', 'Movies/A', 'Movies/B')), ['Movies/A', 'Movies/B']);
  t.strictSame(dirsOf(strm('Shows/X', 'Shows/X/Season 01')), ['Shows/X'], 'inner ones go');
  t.strictSame(
    dirsOf(strm('Shows/X/Season 01', 'Shows/X/Season 02')),
    ['Shows/X'],
    'two seasons are the show',
  );
  t.strictSame(dirsOf(strm('Shows/X/Season 01', 'Shows/XY/Season 02')), [
    'Shows/X/Season 01',
    'Shows/XY/Season 02',
  ]);
  t.strictSame(dirsOf(strm('Movies/A', 'Movies/B', 'Movies/C', 'Shows/X'), 3), ['Movies', 'Shows/X']);
  t.strictSame(dirsOf(['a.strm', 'Movies/A/x.strm']), [''], 'the tree itself');
  const many = Array.from({ length: 5000 }, (_, n) => `Movies/M${n}/x.strm`);
  t.strictSame(dirsOf([...many, 'Shows/X/Season 01/x.strm']), ['Movies', 'Shows/X/Season 01']);
  const scattered = Array.from({ length: 5000 }, (_, n) => `Unsorted/${n % 300}/x${n}/y/z/x.strm`);
  const begin = performance.now();
  t.strictSame(dirsOf([...scattered, 'Movies/M/x.strm']), ['Movies/M', 'Unsorted']);
  t.ok(performance.now() - begin < 2000, 'films do not wait for it');
  t.strictSame(
    dirsOf(strm('Movies/A', 'Movies/B', 'Movies/C', 'Unsorted/a/b', 'Unsorted/c/d'), 4),
    ['Movies', 'Unsorted/a/b', 'Unsorted/c/d'],
    'no more is taken together than must be',
  );
  t.strictSame(gather({ created: [], updated: ['a/b.strm'], removed: ['a/c.nfo'] }), [
    { dir: 'a', changes: changeBits.updated + changeBits.removed, major: false },
  ]);
});

t.test('a mount that does not know the folders above a new one either looks at all of it anew', async (t) => {
  const at = 'Unsorted/Box/Deep';
  const ask = async (dirsThere: (forgotAll: boolean) => string[]) => {
    const heard: string[] = [];
    const ways = rcloneWays({ kind: 'rclone', url: 'http://mount' });
    const tell = ways.tell([{ path: at, change: 'created' }], {
      clock: createHandClock(),
      signal: new AbortController().signal,
      ask: async ({ path, body }) => {
        heard.push(`${path} ${JSON.stringify(body)}`);
        if (path === '/vfs/forget') return '{"forgotten":[]}';
        const said = dirsThere(heard.includes('/vfs/forget {}')).includes(at) ? 'OK' : 'file does not exist';
        return JSON.stringify({ result: { [at]: said } });
      },
    });
    return { heard, words: await tell.catch((error: Error) => error.message) };
  };
  const refresh = `/vfs/refresh {"dir":"${at}","recursive":"true"}`;
  const usual = [`/vfs/forget {"dir":"Unsorted/Box"}`, refresh];
  t.strictSame(await ask(() => [at]), { heard: usual, words: 'told' });
  t.strictSame(await ask((forgotAll) => (forgotAll ? [at] : [])), {
    heard: [...usual, '/vfs/forget {}', refresh],
    words: 'told',
  });
  t.match(await ask(() => []), { words: `does not find ${at} (file does not exist)` });
});

t.test('paths are mapped by the longest line that fits, with the separators of the other side', async (t) => {
  t.equal(mapPath('/library/Movies/A', undefined), '/library/Movies/A');
  t.equal(mapPath('/library/Movies/A', { '/library/': '/media/' }), '/media/Movies/A');
  t.equal(mapPath('/library/Movies/A', { '/library': '/a', '/library/Movies': '/b' }), '/b/A');
  t.equal(mapPath('/library2/A', { '/library': '/a' }), undefined, 'a name that only begins the same');
  t.equal(mapPath('/library/Movies/A', { '/library': 'D:\\media' }), 'D:\\media\\Movies\\A');
  t.equal(mapPath('/library/A', { '/library': '' }), 'A');
  t.equal(mapPath('/library/A', { '/': '/' }), '/library/A');
  t.equal(mapPath('/library', { '/library': '/media' }), '/media');
  t.equal(mapPath('/library', { '/library': 'D:\\' }), 'D:\\', 'a drive, not the folder it was left in');
  t.equal(mapPath('/library/A', { '/library': 'D:\\' }), 'D:\\A');
  t.equal(mapPath('/library/A/B', { '/library': '\\\\nas\\films\\' }), '\\\\nas\\films\\A\\B');
});

t.test('hostile XML does nothing but fail', async (t) => {
  t.strictSame(await readSections(sectionsXml(['/a & b'.replace('&', '&amp;')])), [
    { key: '1', locations: ['/a & b'] },
  ]);
  const refused = [
    '<!DOCTYPE x [<!ENTITY a "b">]><MediaContainer>&a;</MediaContainer>',
    '<?xml version="1.0"?><!doctype x SYSTEM "file:///etc/passwd"><MediaContainer/>',
    '<MediaContainer>&a;</MediaContainer>',
    '<MediaContainer><Directory>',
    '<html><body>Hello</body></html>',
    '{"MediaContainer":{}}',
    '',
  ];
  for (const xml of refused) await t.rejects(readSections(xml), { name: 'ServerFault' }, xml);
  const odd =
    '<MediaContainer><Directory/><Directory key="1"><Location/></Directory><__proto__ key="2"/></MediaContainer>';
  t.strictSame(await readSections(odd), [{ key: '1', locations: [] }]);
  t.equal(({} as Record<string, unknown>).key, undefined);
  const deep = `<MediaContainer>${'<a>'.repeat(100_000)}${'</a>'.repeat(100_000)}</MediaContainer>`;
  t.strictSame(await readSections(deep), []);
  const sections = [
    { key: '1', locations: ['/media'] },
    { key: '2', locations: ['/media/Movies'] },
  ];
  t.equal(sectionOf('/media/Movies/A', sections)?.key, '2');
  t.equal(sectionOf('/media/MoviesX', sections)?.key, '1');
  t.equal(sectionOf('/other', sections), undefined);
});

t.test('an answer that never ends is cut off, and nothing is followed elsewhere', async (t) => {
  const plex = await fakePlex(t);
  const { start, clock } = await telling(t, () => [{ kind: 'plex', url: plex.url, token: 'plex-token' }]);
  const house = await start();
  plex.locations = ['x'.repeat(2_000_000)];
  await house.sync();
  await house.bridge.notify.flush();
  const [first] = await house.bridge.notify.state();
  t.match(first?.last, { ok: false, words: 'answers more than 1048576 bytes' });
  plex.broken = 302;
  await clock.advance(60_000);
  await house.bridge.notify.flush();
  t.match((await house.bridge.notify.state())[0]?.last, { ok: false, words: 'sends us elsewhere (302)' });
});

t.test(
  'at start each server is asked whether the tree lies in a library of it, and the warning says what to do',
  async (t) => {
    const jellyfin = await fakeJellyfin(t);
    const emby = await fakeEmby(t);
    const plex = await fakePlex(t);
    const kodi = await fakeKodi(t);
    const rclone = await fakeRclone(t);
    const warnings: { server?: string; words?: string; cure?: string }[] = [];
    const log = {
      debug() {},
      info() {},
      plain() {},
      error() {},
      warn: (values: object, words: string) => words.includes('may not find') && warnings.push(values),
    };
    const { start } = await telling(
      t,
      (home) => [
        { kind: 'jellyfin', url: jellyfin.url, token: 'jelly-key' },
        { kind: 'emby', url: emby.url, token: 'wrong' },
        { kind: 'plex', url: plex.url, token: 'plex-token', pathMap: { [join(home, 'library')]: '/mnt/p' } },
        { kind: 'kodi', url: kodi.url, token: 'kodi:secret', pathMap: { [join(home, 'library')]: '/mnt/p' } },
        { kind: 'rclone', url: rclone.url, fs: ':other:' },
        { kind: 'webhook', url: 'http://127.0.0.1:9/secret-part', pathMap: { '/elsewhere': '/x' } },
      ],
      { log },
    );
    jellyfin.locations = ['/media/passerelle/Movies', '/media/passerelle/Shows'];
    plex.locations = ['/mnt/p/Movies'];
    kodi.locations = ['/mnt/p/Movies/'];
    const house = await start();
    await house.sync();
    await mkdir(join(house.tree, 'Shows'));
    house.bridge.notify.start();
    await until(() => warnings.length >= 5);
    const of = (kind: string) => warnings.find(({ server }) => server?.startsWith(kind));
    t.match(of('jellyfin'), {
      words: /^no library of it holds .*library; they hold \/media\/passerelle\/Movies/,
      cure: `pathMap: {"${house.tree}": "/media/passerelle"}`,
    });
    t.match(of('emby'), { words: 'does not accept the token (401)', cure: /API Keys/ });
    t.equal(of('plex'), undefined, 'all is well');
    t.match(of('kodi'), { words: 'has no source that holds /mnt/p/Shows' });
    t.match(of('rclone'), { words: 'has no mount :other:', cure: /:webdav/ });
    t.match(of('webhook'), { words: /its pathMap covers no tree/ });
    t.notMatch(JSON.stringify(warnings), /secret|jelly-key|wrong|plex-token/);
  },
);

t.test('the API shows how telling went, and no secret', async (t) => {
  const jellyfin = await fakeJellyfin(t);
  const { start } = await telling(t, () => [{ kind: 'jellyfin', url: jellyfin.url, token: 'jelly-key' }]);
  const house = await start();
  await house.sync();
  await house.bridge.notify.flush();
  const answer = await house.app.inject({
    url: '/api/v1/notify',
    headers: { authorization: `Bearer ${house.bridge.secrets.adminToken}` },
  });
  t.match(answer.json(), {
    servers: [
      { server: `jellyfin ${jellyfin.url}`, waiting: 0, last: { ok: true, words: 'told', folders: 1 } },
    ],
  });
  t.notMatch(answer.body, 'jelly-key');
});

t.test('the setting: a token or a file with it, and only what fits the kind', async (t) => {
  const dir = t.testdir();
  const tokenFile = join(dir, 'token');
  await writeFile(tokenFile, ' abc\n');
  const read = (row: object) => {
    const env = { PASSERELLE_NOTIFY: JSON.stringify([row]) };
    return loadSettings({ env, file: join(dir, 'none.yaml') }).settings.notify;
  };
  const url = 'http://host:1';
  t.strictSame(read({ kind: 'plex', url: `${url}/base/`, tokenFile }), [
    { kind: 'plex', url: `${url}/base`, token: 'abc' },
  ]);
  for (const wrong of [
    { kind: 'plex', url, token: 'a', tokenFile },
    { kind: 'plex', url, tokenFile: `${tokenFile}s` },
    { kind: 'plex', url: 'ftp://host' },
    { kind: 'plex', url: 'http://a:b@host' },
    { kind: 'plex', url: `${url}/?x=1` },
    { kind: 'plexx', url },
    { kind: 'plex', url, clean: true },
    { kind: 'jellyfin', url, fs: 'x' },
    { kind: 'jellyfin', url, token: 'a\r\nb: c' },
    { kind: 'jellyfin', url, path: {} },
  ])
    t.throws(() => read(wrong), { code: 'BRIDGE_SETTINGS' }, JSON.stringify(wrong));
  try {
    read({ kind: 'plex', url, token: 'hush', x: 1 });
    t.fail('a key that we do not know is refused');
  } catch (error) {
    t.notMatch((error as Error).message, 'hush', 'and the token is not told');
  }
});
