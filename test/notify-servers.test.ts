import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { getGlobalDispatcher } from 'undici';
import { silentLog } from '../src/core/log.ts';
import { checkServer } from '../src/notify/check.ts';
import { createHttp } from '../src/notify/http.ts';
import { createOutboxQueue } from '../src/notify/outbox/queue.ts';
import { rclone as rcloneWays } from '../src/notify/servers/rclone.ts';
import { serversOf } from '../src/notify/servers/servers.ts';
import { createHandClock, settle } from './fixtures/hand-clock.ts';
import { until } from './fixtures/listed.ts';
import { fakeEmby, fakeJellyfin, fakeKodi, fakePlex, fakeRclone } from './fixtures/media-servers.ts';
import { signal } from './fixtures/setup.ts';
import { telling, tellingJellyfin } from './fixtures/telling.ts';

/** The servers that are told: faults of theirs, libraries, warnings. */

t.test('a mount that does not know the folders above a new one either looks at all of it anew', async (t) => {
  const at = 'Unsorted/Box/Deep';
  const ask = async (dirsThere: (forgotAll: boolean) => string[]) => {
    const heard: string[] = [];
    const ways = rcloneWays({ kind: 'rclone', url: 'http://mount' });
    const tell = ways.tell([{ path: at, change: 'created' }], {
      clock: createHandClock(),
      signal: signal,
      send: async ({ path, body }) => {
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
    const named = server ? [server] : [];
    const name = server?.name ?? '';
    const waiting = new Map([[name, { firstMajorAt: 0, lastMajorAt: 0, firstMinorAt: undefined, count: 1 }]]);
    const queue = createOutboxQueue({
      servers: () => named,
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
      watch: () => ({ begin: async () => Number.POSITIVE_INFINITY, rest: async () => undefined }),
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

t.test('an answer that never ends is cut off, and nothing is followed elsewhere', async (t) => {
  const plex = await fakePlex(t);
  const { start, clock } = await telling(t, () => [{ kind: 'plex', url: plex.url, token: 'plex-token' }]);
  const started = await start();
  plex.locations = ['x'.repeat(2_000_000)];
  await started.sync();
  await started.bridge.notify.flush();
  const [first] = await started.bridge.notify.state();
  t.match(first?.last, { ok: false, words: 'answers more than 1048576 bytes' });
  plex.broken = 302;
  await clock.advance(60_000);
  await started.bridge.notify.flush();
  t.match((await started.bridge.notify.state())[0]?.last, { ok: false, words: 'sends us elsewhere (302)' });
});

t.test(
  'at start each server is asked whether the tree lies in a library of it, and the warning says what to do',
  async (t) => {
    const jellyfin = await fakeJellyfin(t);
    const emby = await fakeEmby(t);
    const plex = await fakePlex(t);
    const kodi = await fakeKodi(t);
    const rclone = await fakeRclone(t);
    const warnings: { server?: string; words?: string; remedy?: string }[] = [];
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
    plex.locations = ['/mnt/p/Movies', '/mnt/p/Shows'];
    kodi.locations = ['/mnt/p/Movies/'];
    const started = await start();
    await started.sync();
    await mkdir(join(started.tree, 'Shows'));
    started.bridge.notify.start();
    await until(() => warnings.length >= 5);
    const of = (kind: string) => warnings.find(({ server }) => server?.startsWith(kind));
    t.match(of('jellyfin'), {
      words: /^no library of it holds .*library; they hold \/media\/passerelle\/Movies/,
      remedy: `pathMap: {"${started.tree}": "/media/passerelle"}`,
    });
    t.match(of('emby'), { words: 'does not accept the token (401)', remedy: /API Keys/ });
    t.equal(of('plex'), undefined, 'all is well');
    t.match(of('kodi'), { words: 'has no source that holds /mnt/p/Shows' });
    t.match(of('rclone'), { words: 'has no mount :other:', remedy: /:webdav/ });
    t.match(of('webhook'), { words: /its pathMap covers no tree/ });
    t.notMatch(JSON.stringify(warnings), /secret|jelly-key|wrong|plex-token/);
  },
);

t.test('each shelf of each tree has to be in a library; Unsorted may be left out', async (t) => {
  const jellyfin = await fakeJellyfin(t);
  const connection = {
    send: createHttp({
      url: jellyfin.url,
      dispatcher: getGlobalDispatcher(),
      userAgent: 'test',
      clock: createHandClock(),
      signal,
      tokenRemedy: '',
    }),
    clock: createHandClock(),
    signal,
  };
  const all = ['Movies', 'Shows', 'Unsorted'];
  const check = (locations: string[], shelves: string[] = all, pathMap?: Record<string, string>) => {
    jellyfin.locations = locations;
    const trees = [{ name: '', dir: '/lib', shelves }];
    const setting = { kind: 'jellyfin' as const, url: jellyfin.url, token: 'jelly-key' };
    const [server] = serversOf([{ ...setting, ...(pathMap && { pathMap }) }], trees);
    if (!server) throw new Error('there is one');
    return checkServer(server, trees, connection);
  };
  t.match(await check(['/lib']), { state: 'ok', words: 'knows /lib' });
  t.match(await check(['/lib/Movies', '/lib/Shows/', '/lib/Unsorted']), { state: 'ok', words: 'knows /lib' });
  t.match(await check(['/lib/Movies', '/lib/Shows']), {
    state: 'ok',
    words: 'knows /lib; no library holds /lib/Unsorted, which is as you like',
  });
  for (const [one, other] of [
    ['Movies', 'Shows'],
    ['Shows', 'Movies'],
  ])
    t.match(await check([`/lib/${one}`, '/elsewhere']), {
      state: 'warn',
      words: `no library of it holds /lib/${other}: what is there is not seen`,
      remedy: `add a library there for /lib/${other}`,
    });
  t.match(await check(['/lib/Movies'], ['Movies']), { state: 'ok' }, 'only what is there');
  t.match(await check(['D:\\m\\Movies'], all, { '/lib': 'D:\\m' }), {
    state: 'warn',
    words: /D:\\m\\Shows/,
  });
  t.match(
    await check(['/lib/Movies', '/lib/Shows'], []),
    { state: 'warn', words: /is empty/, remedy: /first sync, then add its libraries/ },
    'it hears of nothing in a library that was empty',
  );
  jellyfin.locations = ['/lib/Movies', '/other/Movies', '/other/Shows'];
  const trees = ['/lib', '/other'].map((dir) => ({ name: dir, dir, shelves: all }));
  const [server] = serversOf([{ kind: 'jellyfin', url: jellyfin.url, token: 'jelly-key' }], trees);
  if (!server) throw new Error('there is one');
  t.match(await checkServer(server, trees, connection), { state: 'warn', words: /holds \/lib\/Shows/ });
});

t.test('the API shows how telling went, and no secret', async (t) => {
  const { jellyfin, start } = await tellingJellyfin(t);
  const started = await start();
  await started.sync();
  await started.bridge.notify.flush();
  const answer = await started.app.inject({
    url: '/api/v1/notify',
    headers: { authorization: `Bearer ${started.bridge.secrets.adminToken}` },
  });
  t.match(answer.json(), {
    servers: [
      { server: `jellyfin ${jellyfin.url}`, waiting: 0, last: { ok: true, words: 'told', folders: 1 } },
    ],
  });
  t.notMatch(answer.body, 'jelly-key');
});
