import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import t, { type Test as Tap } from 'tap';
import { loadSettings } from '../config/load.ts';
import { appliesFromPage, hasOwnForm } from '../config/page-settings.ts';
import { settingList } from '../config/settings.ts';
import { createAdjustableLog } from '../src/commands/start/adjustable-log.ts';
import { scheduleSyncs } from '../src/commands/start/sync-schedule.ts';
import { streamPath } from '../src/delivery/address.ts';
import { hourMs, minuteMs, settle } from './fixtures/hand-clock.ts';
import { type FakeServer, fakeJellyfin } from './fixtures/media-servers.ts';
import { film, films, pathOf, strmOf } from './fixtures/numbered-films.ts';
import { until } from './fixtures/playing.ts';
import { openSettings, type SettingsPage } from './fixtures/settings-page.ts';
import { told } from './fixtures/telling.ts';
import { metadataOf, tusHeaders } from './fixtures/tus.ts';

/** Settings that count as soon as they are entered: each changed over the API, and what it does then seen from outside. */

const env = {
  PASSERELLE_PASSWORD: 'test-password',
  PASSERELLE_DAV_WRITE: 'account',
};

/** A bridge with films of two folders, and how its settings are changed. */
async function open(t: Tap) {
  const account = { folders: [films(10), films(2, 'More', 10)] };
  const page = await openSettings(t, { account, env, hasKey: true });
  const change = async (changes: Record<string, unknown>) => {
    const { status, json } = await page.ask('PATCH', '/settings', { changes });
    if (status !== 200) throw new Error(JSON.stringify(json));
  };
  return { ...page, change };
}

type Open = Awaited<ReturnType<typeof open>>;

const syncOf = ({ ask }: Pick<SettingsPage, 'ask'>) => ask('POST', '/sync', {});
const hasStrm = ({ home }: Pick<SettingsPage, 'home'>, n: number) =>
  existsSync(join(home, 'library', strmOf(n)));
const removeFilm = ({ simulator }: Pick<SettingsPage, 'simulator'>, n: number) =>
  simulator.account.removeFile(pathOf(n, n < 10 ? 'Films' : 'More'));

/** What is answered where a film plays. */
async function playOf({ app, simulator, bridge }: Open, agent: string, path?: string): Promise<number> {
  const file = simulator.account.file(pathOf(0));
  const url = path ?? streamPath(file.id, bridge.signer.sign(file.id), file.name);
  const basic = `Basic ${Buffer.from('passerelle:test-password').toString('base64')}`;
  const { statusCode } = await app.inject({
    url,
    headers: { 'user-agent': agent, authorization: basic, range: 'bytes=0-99' },
  });
  return statusCode;
}

const asked = ({ simulator }: Open, verb: string) => simulator.counters.calls[verb] ?? 0;
/** Tells the last crawl apart from every other, also from what it was before it went on. */
const lastCrawl = async ({ bridge }: Open) => {
  const { id, endedAt } = (await bridge.catalog.crawls.last()) ?? {};
  return `${id} ${endedAt}`;
};

/** A run of the scheduler that `serve` has, whose first sync is over. */
async function scheduled(t: Tap, one: Open) {
  const scheduler = scheduleSyncs(one.bridge, one.live.onChange);
  t.teardown(() => scheduler.stop());
  const before = await lastCrawl(one);
  scheduler.start();
  await until(
    'the first sync',
    async () => (await lastCrawl(one)) !== before && !one.bridge.sync.state().running,
  );
  await settle();
  return lastCrawl(one);
}

const tus = async ({ app, authorization }: Open, name: string, sizeBytes: number) => {
  const answer = await app.inject({
    method: 'POST',
    url: '/api/v1/uploads',
    headers: {
      ...{ authorization, ...tusHeaders, 'upload-length': String(sizeBytes) },
      'upload-metadata': metadataOf({ filename: name, folder: '/Films' }),
    },
  });
  return { status: answer.statusCode, id: String(answer.headers.location).split('/').at(-1) };
};

const inTrash = ({ home }: Open) =>
  readdirSync(join(home, 'data'), { recursive: true }).filter((name) =>
    /^trash\/.*\.strm$/.test(String(name)),
  );

/** What each of them does, for somebody who looks on; the others are as they are without a word. */
const effects: Record<string, (t: Tap, one: Open) => Promise<void>> = {
  async 'log.level'(t, { live, change }) {
    const lines: string[] = [];
    const stream = new Writable();
    const log = createAdjustableLog(live, stream, { write: (line) => void lines.push(line) });
    log.debug({}, 'too quiet');
    await change({ 'log.level': 'debug' });
    log.debug({}, 'loud enough');
    await change({ 'log.level': null });
    log.debug({}, 'too quiet again');
    t.match(lines, [/loud enough/]);
    t.equal(lines.length, 1);
  },

  async 'delivery.mode'(t, one) {
    const dav = `/dav/account${pathOf(0)}`;
    for (const [mode, status] of [
      ['redirect', 302],
      ['proxy', 206],
      ['redirect', 302],
    ] as const) {
      await one.change({ 'delivery.mode': mode });
      t.equal(await playOf(one, 'Lavf/60'), status, mode);
      t.equal(await playOf(one, 'Lavf/60', dav), mode === 'proxy' ? 206 : 302, `${mode} over WebDAV`);
    }
  },

  async 'sync.intervalMinutes'(t, one) {
    const first = await scheduled(t, one);
    await one.clock.advance(10 * minuteMs);
    t.equal(await lastCrawl(one), first, 'it is not time yet');
    await one.change({ 'sync.intervalMinutes': 10 });
    await until('the next one', async () => (await lastCrawl(one)) !== first);
    await one.change({ 'sync.intervalMinutes': 0 });
    await until('its end', () => !one.bridge.sync.state().running);
    await settle();
    const last = await lastCrawl(one);
    await one.clock.advance(48 * hourMs);
    t.equal(await lastCrawl(one), last, 'none comes by itself');
  },

  async 'sync.discovery'(t, { ask, change }) {
    const steps = async () => (await ask('GET', '/sync/plan')).json.steps.length;
    t.ok((await steps()) > 0);
    await change({ 'sync.discovery': false });
    t.equal(await steps(), 0);
  },

  async 'sync.callsPerDay'(t, one) {
    const steps = async () => (await one.ask('GET', '/sync/plan')).json.steps.length;
    t.ok((await steps()) > 10);
    await one.change({ 'sync.callsPerDay': 10 });
    t.ok((await steps()) <= 10);
    const first = await scheduled(t, one);
    await one.clock.advance(10 * hourMs);
    t.equal(await lastCrawl(one), first, 'the calls of the day are spent');
    await one.change({ 'sync.callsPerDay': 10_000 });
    await until('the next one', async () => (await lastCrawl(one)) !== first);
  },

  async 'sync.maxFolders'(t, one) {
    const left = async () => JSON.stringify((await one.ask('GET', '/review/left-out')).json);
    t.notMatch(await left(), /more folders than one crawl lists/);
    await one.change({ 'sync.maxFolders': 1 });
    await syncOf(one);
    t.match(await left(), /more folders than one crawl lists/);
  },

  async 'sync.confirmMinutes'(t, one) {
    await one.change({ 'sync.graceHours': 0 });
    removeFilm(one, 0);
    await syncOf(one);
    await syncOf(one);
    t.ok(hasStrm(one, 0));
    await one.change({ 'sync.confirmMinutes': 0 });
    await syncOf(one);
    t.notOk(hasStrm(one, 0));
  },

  async 'sync.graceHours'(t, one) {
    await one.change({ 'sync.confirmMinutes': 0 });
    removeFilm(one, 0);
    for (let turn = 0; turn < 3; turn++) await syncOf(one);
    t.ok(hasStrm(one, 0));
    await one.change({ 'sync.graceHours': 0 });
    await syncOf(one);
    t.notOk(hasStrm(one, 0));
  },

  async notify(t, one) {
    const [first, second] = [await fakeJellyfin(t), await fakeJellyfin(t)];
    const enter = async (path: string, { url }: FakeServer, more = {}) => {
      const server = { kind: 'jellyfin', url, ...more };
      t.match(await one.ask('POST', `/settings/servers${path}`, server), { json: { isWaiting: false } });
    };
    const news = async (n: number) => {
      one.simulator.account.addFile('/Films', film(n));
      await syncOf(one);
      await one.clock.advance(15_000);
    };
    one.bridge.notify.start();
    const key = { token: 'jelly-key' };
    await enter('', first, key);
    await news(50);
    await until('the first one', () => told(first).length === 1);
    first.broken = 503;
    await enter('', second, key);
    await news(51);
    await until('the second one', () => told(second).length === 1);
    await until('what waits', async () => (await one.bridge.notify.state())[0]?.waiting === 1);
    await enter('/remove', first);
    await until('nothing', async () => (await one.bridge.catalog.outbox.waiting()).size === 0);
    t.match(await one.bridge.notify.state(), [{ server: `jellyfin ${second.url}` }]);
  },

  async 'metrics.open'(t, { app, change }) {
    const status = async () => (await app.inject({ url: '/metrics' })).statusCode;
    t.equal(await status(), 401);
    await change({ 'metrics.open': true });
    t.equal(await status(), 200);
    await change({ 'metrics.open': null });
    t.equal(await status(), 401);
  },

  'sync.removePercent': (t, one) => holdsBack(t, one, 'sync.removePercent'),
  'sync.removeMax': (t, one) => holdsBack(t, one, 'sync.removeMax'),

  async 'sync.trashDays'(t, one) {
    await one.change({ 'sync.confirmMinutes': 0, 'sync.graceHours': 0 });
    removeFilm(one, 0);
    for (let turn = 0; turn < 3; turn++) await syncOf(one);
    t.equal(inTrash(one).length, 1);
    await one.change({ 'sync.trashDays': 0 });
    await one.clock.advance(minuteMs);
    await syncOf(one);
    t.equal(inTrash(one).length, 0);
  },

  async 'media.callsPerDay'(t, { ask, change }) {
    t.match((await ask('GET', '/media')).json, { calls: { limit: 500 } });
    await change({ 'media.callsPerDay': 7 });
    t.match((await ask('GET', '/media')).json, { calls: { limit: 7 } });
  },

  async 'media.intervalMs'(t, one) {
    await one.change({ 'media.intervalMs': hourMs });
    one.bridge.media.start();
    await one.clock.advance(30_000);
    const links = () => asked(one, 'download/get_token');
    await until('the first header', () => links() === 1 && !one.bridge.media.state().isReading);
    await one.clock.advance(minuteMs);
    t.equal(links(), 1);
    await one.change({ 'media.intervalMs': 10_000 });
    await until('the next one', () => links() === 2);
  },

  async 'uploads.parallel'(t, one) {
    const gone = new AbortController();
    one.simulator.faults.upload.bytesPerSecond = 1;
    const puts = [1, 2, 3, 4].map((at) => {
      const source = join(one.home, `Sent.${2000 + at}.mkv`);
      writeFileSync(source, 'x'.repeat(1000 + at));
      return one.bridge.uploader.put({ source, to: '/Films', signal: gone.signal }).catch(() => undefined);
    });
    const begun = () => asked(one, 'upload/get_upload_server');
    await until('two of them', () => begun() === 2);
    await settle(50);
    t.equal(begun(), 2);
    await one.change({ 'uploads.parallel': 4 });
    await until('all of them', () => begun() === 4);
    gone.abort();
    await Promise.all(puts);
  },

  async 'uploads.spoolMiB'(t, one) {
    const sizeBytes = 2 * 1024 * 1024;
    t.equal((await tus(one, 'One.2001.mkv', sizeBytes)).status, 201);
    await one.change({ 'uploads.spoolMiB': 1 });
    t.equal((await tus(one, 'Two.2002.mkv', sizeBytes)).status, 507);
  },

  async 'uploads.resumeHours'(t, one) {
    const { id } = await tus(one, 'One.2001.mkv', 1000);
    const left = async () =>
      Date.parse((await one.ask('GET', `/uploads/${id}`)).json.expiresAt) - one.clock.now();
    t.equal(await left(), 24 * hourMs);
    await one.change({ 'uploads.resumeHours': 1 });
    t.equal(await left(), hourMs);
  },

  async 'uploads.trashDays'(t, { ask, change, bridge }) {
    const remove = (n: number) => ask('POST', '/files/changes/remove', { path: pathOf(n) });
    await remove(0);
    t.equal((await bridge.accountChanges.trash()).length, 1);
    await change({ 'uploads.trashDays': 0 });
    await remove(1);
    t.match(await bridge.accountChanges.trash(), [{ path: pathOf(0) }], 'the next one is gone at once');
  },
};

/** One film of twelve is a larger part, or more, than may go by itself. */
async function holdsBack(t: Tap, one: Open, path: string): Promise<void> {
  await one.change({ 'sync.confirmMinutes': 0, 'sync.graceHours': 0, [path]: 0 });
  removeFilm(one, 0);
  for (let turn = 0; turn < 3; turn++) await syncOf(one);
  t.ok(hasStrm(one, 0), 'it waits for a word');
  await one.change({ [path]: 50, 'sync.removeMax': 500, 'sync.removePercent': 50 });
  removeFilm(one, 1);
  for (let turn = 0; turn < 3; turn++) await syncOf(one);
  t.notOk(hasStrm(one, 1), 'and may go now');
}

const declared = settingList.filter(({ isLive }) => isLive).map(({ path }) => path);

t.test('every setting that is declared to count at once does', async (t) => {
  t.strictSame(Object.keys(effects).sort(), [...declared].sort(), 'each is looked at');
  t.ok(
    settingList.every(
      (setting) => !setting.isLive || appliesFromPage(setting) === 'now' || hasOwnForm(setting),
    ),
    'what the page does not take counts at no time',
  );
  for (const path of declared)
    await t.test(path, async (t) => {
      const one = await open(t);
      await syncOf(one);
      await effects[path]?.(t, one);
    });
});

t.test('of two who enter at one time the last one counts, and the file is whole', async (t) => {
  const { ask, file, live, load } = await open(t);
  const values = Array.from({ length: 12 }, (_, at) => at + 1);
  const answers = await Promise.all(
    values.map((value) =>
      ask('PATCH', '/settings', { changes: { 'uploads.parallel': value, 'sync.trashDays': value } }),
    ),
  );
  t.ok(answers.every(({ status }) => status === 200));
  const { settings } = loadSettings(load);
  t.equal(settings.uploads.parallel, settings.sync.trashDays, 'both of one of them');
  t.equal(live.settings.uploads.parallel, settings.uploads.parallel, 'what counts is what is kept');
  t.notOk(existsSync(`${file}.tmp`));
});
