import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { settle } from './fixtures/hand-clock.ts';
import { until } from './fixtures/listed.ts';
import {
  fakeEmby,
  fakeJellyfin,
  fakeKodi,
  fakePlex,
  fakeRclone,
  fakeWebhook,
  type Heard,
} from './fixtures/media-servers.ts';
import { movie } from './fixtures/numbered-films.ts';
import { noGrace } from './fixtures/setup.ts';
import { telling, tellingJellyfin, told } from './fixtures/telling.ts';

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
    const { start, clock, over, within, pass } = await telling(t, (home) => {
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
    const started = await start();
    await started.sync();
    started.bridge.notify.start();
    await within(15_000, () => all.every((one) => told(one).length > 0));
    await pass(120_000);
    for (const one of all) one.heard.length = 0;
    log.length = 0;

    over.account.addFile('/Films', movie("L'Été", 1999));
    await started.sync();
    await clock.advance(9000);
    await settle(60);
    t.equal(log.length, 0, 'gathered for 10 s');
    const tookMs = await within(6000, () => all.every((one) => told(one).length > 0));
    t.comment(`told ${9000 + tookMs} ms after the crawl`);
    await pass(300_000);

    const folder = "Movies/L'Été (1999)";
    t.strictSame(
      told(jellyfin).map(({ line, body, headers }) => [
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
      told(emby).map(({ line, body, headers }) => [
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
          `{"Updates":[{"Path":"${started.tree}/${folder}","UpdateType":"Created"}]}`,
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
  const { jellyfin, start, over, within, pass } = await tellingJellyfin(t);
  const started = await start();
  for (let n = 0; n < 20; n++)
    over.account.addFile('/Films', movie(`Film ${'abcdefghijklmnopqrst'[n]}`, 1950 + n));
  await started.sync();
  started.bridge.notify.start();
  await within(15_000, () => told(jellyfin).length > 0);
  await pass(120_000);
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
  const { start, clock, within, pass } = await telling(t, () => [
    { kind: 'jellyfin', url: jellyfin.url, token: 'jelly-key' },
    { kind: 'emby', url: emby.url, token: 'emby-key' },
    { kind: 'plex', url: plex.url, token: 'plex-token', pathMap: { '/': '/' } },
    { kind: 'rclone', url: rclone.url },
  ]);
  const started = await start();
  plex.locations = [started.tree];
  jellyfin.broken = 503;
  rclone.broken = 'silent';
  await started.sync();
  started.bridge.notify.start();
  await within(15_000, () => told(emby).length > 0);
  await within(30_000, () => told(plex).length > 0);
  await pass(5000);
  const state = async (kind: string) =>
    (await started.bridge.notify.state()).find(({ server }) => server.startsWith(kind));
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
  await pass(3_600_000);
  t.match(await state('jellyfin'), { waiting: 0, last: { ok: true, words: 'told', failures: 0 } });
  t.match(await state('rclone'), { waiting: 0, last: { ok: true } });
  t.equal(told(plex).length, before + 1, 'Plex looks again once the mount is right');
  t.equal(told(emby).length, 1, 'who was told is left alone');
});

t.test('what waits is kept over a restart', async (t) => {
  const { jellyfin, start, within, pass } = await tellingJellyfin(t);
  const first = await start();
  await first.sync();
  t.equal(told(jellyfin).length, 0);
  await first.close();
  const second = await start();
  second.bridge.notify.start();
  await within(15_000, () => told(jellyfin).length > 0);
  await pass(60_000);
  t.equal(told(jellyfin).length, 1);
  await second.close();
  const third = await start();
  third.bridge.notify.start();
  await pass(60_000);
  t.equal(told(jellyfin).length, 1, 'and told once');
});

t.test('one process tells at a time; a sync by hand tells at its end if nobody else does', async (t) => {
  const { jellyfin, start, within } = await tellingJellyfin(t);
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
  await within(25_000, () => told(jellyfin).length > 1);
});

t.test(
  'a removed film: Jellyfin hears of its folder, Plex and Kodi of the one above that is still there',
  async (t) => {
    const jellyfin = await fakeJellyfin(t);
    const plex = await fakePlex(t);
    const kodi = await fakeKodi(t);
    const { start, clock, over, within, pass } = await telling(
      t,
      () => [
        { kind: 'jellyfin', url: jellyfin.url, token: 'jelly-key' },
        { kind: 'plex', url: plex.url, token: 'plex-token' },
        { kind: 'kodi', url: kodi.url, token: 'kodi:secret', clean: true },
      ],
      { env: { ...noGrace, PASSERELLE_SYNC_REMOVE_PERCENT: '100' } },
    );
    over.account.addFile('/Films', movie('Nosferatu', 1922));
    over.account.addFile('/Films', movie('Faust', 1926));
    const started = await start();
    plex.locations = [`${started.tree}/Movies`];
    await started.sync();
    started.bridge.notify.start();
    await within(15_000, () => [jellyfin, plex, kodi].every((one) => told(one).length > 0));
    await pass(60_000);
    for (const one of [jellyfin, plex, kodi]) one.heard.length = 0;
    over.account.removeFile('/Films/Faust.1926.1080p.mkv');
    await started.sync();
    await clock.advance(3_600_000);
    await started.sync({ acceptRemovals: true });
    kodi.state.scanning = 2;
    await within(40_000, () => told(kodi).length > 1);
    t.match(told(jellyfin)[0]?.body, `{"Path":"${started.tree}/Movies/Faust (1926)","UpdateType":"Deleted"}`);
    t.equal(
      plex.lines().at(-1),
      `GET /library/sections/1/refresh?path=${encodeURIComponent(`${started.tree}/Movies`)}`,
    );
    t.strictSame(
      kodi.heard.map(({ body }) => (JSON.parse(body) as { method: string }).method.split('.')[1]),
      ['GetInfoBooleans', 'GetInfoBooleans', 'GetInfoBooleans', 'Scan', 'GetInfoBooleans', 'Clean'],
      'a scan that runs is not stopped by another one',
    );
    t.match(told(kodi)[0]?.body, `"directory":"${started.tree}/Movies/"`);
  },
);

t.test('a late subtitle is told too, but the film does not wait for it', async (t) => {
  const { jellyfin, start, clock, within, pass } = await tellingJellyfin(t);
  const { bridge } = await start();
  bridge.notify.start();
  const nothing = { created: [], updated: [], removed: [] };
  await bridge.notify.written('', { ...nothing, created: ['Movies/A (2000)/A (2000).strm'] });
  for (let n = 0; n < 3; n++) {
    await clock.advance(4000);
    await bridge.notify.written('', { ...nothing, created: [`Movies/B (2000)/B (2000).f${n}.srt`] });
  }
  await within(1000, () => told(jellyfin).length === 1);
  t.match(told(jellyfin)[0]?.body, 'Movies/A (2000)"');
  await bridge.notify.written('', { ...nothing, updated: ['Movies/C (2000)/C (2000).nfo'] });
  await pass(30_000);
  t.equal(told(jellyfin).length, 1);
  await within(60_000, () => told(jellyfin).length === 2);
  t.match(told(jellyfin)[1]?.body, '"Modified"');
});
