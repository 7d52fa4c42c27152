import t from 'tap';
import { Agent } from 'undici';
import type { TreeRow } from '../src/catalog/tree/placements.ts';
import { silentLog } from '../src/core/log.ts';
import { pictureTypeOf } from '../src/library/sidecars/picture-type.ts';
import { createConnect, createFetchBytes, type FetchBytes } from '../src/notify/http.ts';
import { ServerFault } from '../src/notify/servers/adapter.ts';
import { createPosters } from '../src/posters/posters.ts';
import { fakeMediaServer, sendJson } from './fixtures/fake-media-server.ts';
import { createHandClock, minuteMs, settle } from './fixtures/hand-clock.ts';
import { until } from './fixtures/listed.ts';
import { fakePlex } from './fixtures/media-servers.ts';
import { setupListed } from './fixtures/setup.ts';

/** Pictures of titles: whose, how often they are asked for, and what is hostile about them. */
const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]);
const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 4]);

t.test('a picture is one by its bytes, whatever it is called', async (t) => {
  const table: [bytes: Buffer, type: string | undefined][] = [
    [jpeg, 'image/jpeg'],
    [png, 'image/png'],
    [Buffer.from('RIFF1234WEBPVP8 '), 'image/webp'],
    [Buffer.from('RIFF1234WAVEfmt '), undefined],
    [Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'), undefined],
    [Buffer.from('GIF89a'), undefined],
    [Buffer.from('<html>'), undefined],
    [jpeg.subarray(0, 2), undefined],
    [Buffer.alloc(0), undefined],
  ];
  for (const [bytes, type] of table) t.equal(pictureTypeOf(bytes), type, bytes.toString('latin1'));
});

/** Items of one page of a media server, and what it gives of each. */
function partsOver(items: object[], fetchBytes: FetchBytes) {
  const clock = createHandClock();
  const asked: string[] = [];
  let answer: () => string = () => JSON.stringify({ Items: items });
  const servers = [{ kind: 'jellyfin', url: 'http://jellyfin.test', token: 'jelly-key' }] as const;
  const posters = createPosters({
    servers: () => servers,
    tree: { name: '', dir: '/library' },
    catalog: {
      placementsOf: () =>
        ({
          treeOfKeys: async ([key = '']: readonly string[]) => rowsOf(key),
        }) as never,
    },
    connect: (_server, signal) => ({
      clock,
      signal,
      send: async ({ path }) => {
        asked.push(path);
        return answer();
      },
    }),
    fetchBytes,
    clock,
    log: silentLog,
  });
  const answerWith = (next: () => string) => {
    answer = next;
  };
  return { posters, clock, asked, answerWith };
}

const rowsOf = (key: string): Pick<TreeRow, 'kind' | 'path' | 'sha256'>[] =>
  key === 'none' ? [] : [{ kind: 'strm', path: `${key}/film.strm`, sha256: '' }];

const item = (Path: unknown, at: number, more: object = {}) => ({
  Id: `item${at}`,
  Path,
  ImageTags: { Primary: `tag${at}` },
  ...more,
});

t.test('a media server is asked once for what it has, and once for each picture', async (t) => {
  let fetches = 0;
  let give: () => Promise<Buffer> = async () => jpeg;
  const items = [
    item('/media/Movies/Heat (1995)/Heat (1995).strm', 1),
    item('D:\\media\\Shows\\Lupin', 2, { IsFolder: true }),
    item('/media/Movies/No Picture (1990)/x.strm', 3, { ImageTags: {} }),
    item('/media/Other/Elsewhere (1990)/x.strm', 4),
    item('heat.strm', 5),
    item(null, 6),
  ];
  const { posters, clock, asked, answerWith } = partsOver(items, async () => {
    fetches++;
    return give();
  });
  const versionOf = (dir: string) => posters.versionOf({ dir, poster: undefined });
  t.equal(versionOf('movies/heat (1995)'), undefined);
  for (let turn = 0; turn < 5; turn++) posters.refresh();
  await settle();
  t.equal(asked.length, 1, 'however many look');
  t.match(asked[0], 'IncludeItemTypes=Movie%2CSeries');
  t.equal(posters.revision(), 1);
  t.match(versionOf('movies/heat (1995)'), /^[0-9a-f]{16}$/);
  t.match(versionOf('shows/lupin'), /^[0-9a-f]{16}$/);
  for (const dir of ['movies/no picture (1990)', 'other/elsewhere (1990)', '/heat.strm', ''])
    t.equal(versionOf(dir), undefined, dir);
  t.equal(
    posters.versionOf({ dir: 'movies/heat (1995)', poster: 'ab'.repeat(32) }),
    'ab'.repeat(8),
    'one of the account goes before',
  );

  const both = await Promise.all([posters.read('movies/heat (1995)'), posters.read('movies/heat (1995)')]);
  for (const one of both) t.match(one, { type: 'image/jpeg', bytes: jpeg });
  t.match(await posters.read('movies/heat (1995)'), { version: versionOf('movies/heat (1995)') });
  t.equal(fetches, 1, 'one that is under way, or was had, is not asked for again');
  t.equal(await posters.read('none'), undefined);
  t.equal(await posters.read('movies/unknown (1990)'), undefined);

  give = async () => Buffer.from('<html>not found');
  t.equal(await posters.read('shows/lupin'), undefined, 'no picture');
  give = async () => jpeg;
  t.equal(await posters.read('shows/lupin'), undefined);
  t.equal(fetches, 2, 'what was refused is not asked for again');
  clock.jump(clock.now() + 11 * minuteMs);
  t.match(await posters.read('shows/lupin'), { type: 'image/jpeg' }, 'until some time has passed');

  posters.refresh();
  await settle();
  t.equal(posters.revision(), 1, 'the same list is no news');
  answerWith(() =>
    JSON.stringify({ Items: [item('/m/Movies/Heat (1995)/x.strm', 1, { ImageTags: { Primary: 'new' } })] }),
  );
  clock.jump(clock.now() + 11 * minuteMs);
  const before = versionOf('movies/heat (1995)');
  posters.refresh();
  await settle();
  t.equal(posters.revision(), 2);
  t.not(versionOf('movies/heat (1995)'), before, 'another picture has another version');
  for (const odd of ['{', '[]', '{"Items":[{"Id":1}]}', '{"Items":[{"Id":"x","Path":7}]}']) {
    answerWith(() => odd);
    clock.jump(clock.now() + 11 * minuteMs);
    posters.refresh();
    await settle();
    t.ok(versionOf('movies/heat (1995)'), `${odd}: what was known stays known`);
  }
  await posters.stop();
  posters.refresh();
  t.equal(await posters.read('shows/lupin'), undefined);
});

t.test('Plex lists films with their files, shows with their folders, and makes pictures small', async (t) => {
  const plex = await fakePlex(t);
  const dispatcher = new Agent();
  t.teardown(() => dispatcher.destroy());
  const clock = createHandClock();
  const lines: string[] = [];
  const note = (values: object, words: string) => void lines.push(`${words} ${JSON.stringify(values)}`);
  const ways = { dispatcher, userAgent: 'Passerelle/test', clock };
  const servers = [{ kind: 'plex', url: plex.url, token: 'plex-token' }] as const;
  const posters = createPosters({
    servers: () => servers,
    tree: { name: '', dir: '/library' },
    catalog: {
      placementsOf: () => ({ treeOfKeys: async ([key = '']: readonly string[]) => rowsOf(key) }) as never,
    },
    connect: createConnect(ways),
    fetchBytes: createFetchBytes(ways),
    clock,
    log: { ...silentLog, info: note, debug: note },
  });
  t.teardown(() => posters.stop());
  const thumbOf = (at: number) => `/library/metadata/${at}/thumb/170000000${at}`;
  const folder = (at: number) => `Film ${at} (1990)`;
  plex.shelves.films = Array.from({ length: 250 }, (_, at) => ({
    thumb: thumbOf(at + 1),
    paths: [`/mnt/p/Movies/${folder(at)}/a.mkv`, `/mnt/p/Movies/${folder(at)}/b.mkv`],
  }));
  plex.shelves.films.push(
    { paths: ['/mnt/p/Movies/Without (1990)/a.mkv'] },
    { thumb: 'http://127.0.0.1:8080/admin', paths: ['/mnt/p/Movies/Elsewhere (1990)/a.mkv'] },
    { thumb: '/library/metadata/1/thumb/2?X=/../../prefs', paths: ['/mnt/p/Movies/Odd (1990)/a.mkv'] },
  );
  plex.shelves.shows = Array.from({ length: 45 }, (_, at) => ({
    thumb: thumbOf(1000 + at),
    paths: [`D:\\p\\Shows\\Show ${at} (2001)`],
  }));
  const versionOf = (dir: string) => posters.versionOf({ dir, poster: undefined });
  posters.refresh();
  await until(() => versionOf('shows/show 44 (2001)') !== undefined);
  for (const at of [0, 99, 100, 249])
    t.match(versionOf(`movies/film ${at} (1990)`), /^[0-9a-f]{16}$/, `film ${at}`);
  t.match(versionOf('shows/show 0 (2001)'), /^[0-9a-f]{16}$/);
  for (const dir of ['without', 'elsewhere', 'odd'])
    t.equal(versionOf(`movies/${dir} (1990)`), undefined, dir);
  t.equal(
    plex.heard.length,
    1 + 3 + 1 + 3,
    'sections, three pages of films, one of shows, their folders by twenties',
  );

  plex.shelves.pictures = { [thumbOf(1)]: jpeg, [thumbOf(1000)]: png, [thumbOf(2)]: Buffer.from('<html>') };
  t.match(await posters.read('movies/film 0 (1990)'), { type: 'image/jpeg', bytes: jpeg });
  t.match(
    plex.lines().at(-1),
    'GET /photo/:/transcode?url=%2Flibrary%2Fmetadata%2F1%2Fthumb%2F1700000001&width=400',
  );
  plex.shelves.transcodes = false;
  t.match(
    await posters.read('shows/show 0 (2001)'),
    { type: 'image/png' },
    'the picture itself, where it makes none smaller',
  );
  t.equal(await posters.read('movies/film 1 (1990)'), undefined, 'no picture');
  t.notMatch(JSON.stringify([plex.lines(), lines]), 'plex-token', 'the token is in no address and no line');

  plex.shelves.pictures[thumbOf(3)] = jpeg;
  t.equal(await posters.read('movies/film 4 (1990)'), undefined, 'one that is gone');
  t.match(await posters.read('movies/film 2 (1990)'), { type: 'image/jpeg' }, 'holds up no other');
  plex.broken = 401;
  const asked = plex.heard.length;
  t.equal(await posters.read('movies/film 5 (1990)'), undefined);
  t.equal(plex.heard.length, asked + 1, 'who refuses the token is not asked in another way');
  clock.jump(clock.now() + 11 * minuteMs);
  posters.refresh();
  await until(() => lines.some((line) => line.includes('does not list its posters')));
  t.ok(versionOf('movies/film 0 (1990)'), 'what was known stays known');
});

t.test('a server that does not answer holds nobody up, and memory has an end', async (t) => {
  const many = Array.from({ length: 60 }, (_, at) => item(`/m/Movies/Film ${at} (1990)/x.strm`, at));
  let fetches = 0;
  let flying = 0;
  let highest = 0;
  let give: () => Buffer = () => Buffer.concat([jpeg, Buffer.alloc(1024 * 1024)]);
  const { posters, clock } = partsOver(many, async () => {
    fetches++;
    highest = Math.max(highest, ++flying);
    await settle(1);
    flying--;
    return give();
  });
  posters.refresh();
  await settle();
  const key = (at: number) => `movies/film ${at} (1990)`;
  await Promise.all(many.map((_, at) => posters.read(key(at))));
  t.equal(fetches, 60);
  t.ok(highest <= 4, `${highest} at one time`);
  await posters.read(key(59));
  t.equal(fetches, 60, 'the last ones are kept');
  await posters.read(key(0));
  t.equal(fetches, 61, 'the first ones went: of all 32 MB are kept');
  give = () => {
    throw new ServerFault('does not answer');
  };
  for (const at of [1, 2, 3]) t.equal(await posters.read(key(at)), undefined);
  t.equal(fetches, 62, 'it is left alone');
  give = () => png;
  clock.jump(clock.now() + 2 * minuteMs);
  t.match(await posters.read(key(1)), { type: 'image/png' });
  await posters.stop();
});

t.test(
  'the API gives pictures of the account and of media servers, and the host is asked for none',
  async (t) => {
    const server = await fakeMediaServer(t, ({ url, headers }, response) => {
      if (headers.authorization !== 'MediaBrowser Token="jelly-key"') response.writeHead(401).end();
      else if (url.startsWith('/Items?'))
        sendJson(response, {
          Items: [
            item('/srv/films/Movies/Heat (1995)/Heat (1995).strm', 1),
            item('/srv/films/Movies/Le Bal (1983)/Le Bal (1983).strm', 2),
          ],
        });
      else if (url.startsWith('/Items/item1/Images/Primary?')) response.end(png);
      else response.writeHead(404).end();
    });
    const film = (name: string, seed: number) => ({ name, content: { sizeBytes: 5000 + seed, seed } });
    const one = await setupListed(t, {
      simulator: {
        account: {
          folders: [
            {
              name: 'Films',
              files: [film('Heat.1995.mkv', 1), film('Ran.1985.mkv', 2)],
              folders: [
                {
                  name: 'Le Bal (1983)',
                  files: [film('Le.Bal.1983.mkv', 3), { name: 'folder.jpg', content: jpeg }],
                },
              ],
            },
          ],
        },
      },
      env: {
        PASSERELLE_ARTWORK: 'true',
        PASSERELLE_NOTIFY: JSON.stringify([{ kind: 'jellyfin', url: server.url, token: 'jelly-key' }]),
      },
    });
    const authorization = `Bearer ${one.bridge.secrets.adminToken}`;
    const ask = (path: string, headers: Record<string, string> = {}) =>
      one.app.inject({ url: `/api/v1/library/${path}`, headers: { authorization, ...headers } });
    const version = (await one.bridge.live.read()).library.version;
    const posterOf = async (title: string): Promise<string | undefined> =>
      (await ask('titles')).json().titles.find((found: { title: string }) => found.title === title)?.poster;
    const bal = await posterOf('Le Bal');
    t.match(bal, /^[0-9a-f]{16}$/);
    await until(async () => (await posterOf('Heat')) !== undefined);
    t.equal(await posterOf('Ran'), undefined);
    t.not((await one.bridge.live.read()).library.version, version, 'who looks on is told');

    const path = `title/poster?key=${encodeURIComponent('movies/le bal (1983)')}`;
    const own = await ask(`${path}&v=${bal}`);
    t.match(own.headers, {
      'content-type': 'image/jpeg',
      etag: `"${bal}"`,
      'cache-control': 'private, max-age=31536000, immutable',
      'cross-origin-resource-policy': 'same-origin',
    });
    t.same(own.rawPayload, jpeg);
    t.equal(
      (await ask(path)).headers['cache-control'],
      'private, no-cache',
      'without a version it is asked again',
    );
    t.equal((await ask(path, { 'if-none-match': `"${bal}"` })).statusCode, 304);
    const heat = await ask(`title/poster?key=${encodeURIComponent('movies/heat (1995)')}`);
    t.equal(heat.headers['content-type'], 'image/png');
    t.same(heat.rawPayload, png);
    t.equal(
      (await ask(`title?key=${encodeURIComponent('movies/heat (1995)')}`)).json().poster,
      await posterOf('Heat'),
    );
    t.equal((await ask(`title/poster?key=${encodeURIComponent('movies/ran (1985)')}`)).statusCode, 404);
    t.equal((await ask(`${path}&v=../../etc`)).statusCode, 400);
    t.equal((await ask(path, { authorization: 'Bearer wrong' })).statusCode, 401);
    t.strictSame(one.simulator.counters.tokens, 0, 'the host gave nothing');
    t.notMatch(JSON.stringify([heat.headers, own.headers]), 'jelly-key');
  },
);
