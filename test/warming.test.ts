import t from 'tap';
import { request } from 'undici';
import { silentLog } from '../src/core/log.ts';
import { checkWarming } from '../src/doctor/warming.ts';
import { ServerFault, type UnprobedItem } from '../src/notify/servers/adapter.ts';
import { createLedger, maxFailed, type WarmingRecord } from '../src/notify/warming/ledger.ts';
import type { HeaderState } from '../src/notify/warming/to-warm.ts';
import { createWarmer } from '../src/notify/warming/warmer.ts';
import { createWarming } from '../src/notify/warming/warming.ts';
import { fakeMediaServer, sendJson } from './fixtures/fake-media-server.ts';
import { createHandClock, dayMs, hourMs, minuteMs } from './fixtures/hand-clock.ts';
import { factsOf } from './fixtures/media-queue.ts';
import { movie } from './fixtures/numbered-films.ts';
import { signal, type Test } from './fixtures/setup.ts';
import { telling } from './fixtures/telling.ts';

const wholeItem = (name: string): UnprobedItem => ({ id: name, addresses: [`http://bridge/${name}`] });

/** A server of one page that shows what a test says, and the warmer of it. */
function warmed(t: Test, shown: string[], kept: { record?: WarmingRecord } = {}) {
  const clock = createHandClock();
  const world = {
    clock,
    shown,
    kept,
    isQuiet: true,
    headerState: new Map<string, HeaderState>(),
    refused: new Set<string>(),
    fault: undefined as ServerFault | undefined,
    badPages: new Set<number>(),
    probed: [] as string[],
    since: [] as (number | undefined)[],
  };
  const adapter = {
    existingOnly: false,
    tokenRemedy: '',
    tell: async () => '',
    async unprobed(page: number, since: number | undefined) {
      if (world.fault) throw world.fault;
      if (world.badPages.has(page)) throw new ServerFault('answers 500', undefined, 'question');
      world.since.push(since);
      return { items: world.shown.map(wholeItem), isLast: true };
    },
    async probe({ id }: UnprobedItem) {
      if (world.fault) throw world.fault;
      world.probed.push(id);
      if (world.refused.has(id)) throw new ServerFault('answers 500', undefined, 'question');
      world.shown = world.shown.filter((one) => one !== id);
      return true;
    },
  };
  const warmer = createWarmer({
    server: {
      kind: 'jellyfin',
      url: 'http://server',
      name: 'jellyfin http://server',
      setting: { kind: 'jellyfin', url: 'http://server' },
      adapter,
      pathMap: undefined,
    },
    connect: () => ({ send: async () => '', clock, signal }),
    headerState: async (address) => world.headerState.get(address.slice(14)) ?? 'read',
    isQuiet: () => world.isQuiet,
    onProbe: () => () => undefined,
    clock,
    log: silentLog,
    memory: {
      read: () => kept.record,
      write(next) {
        kept.record = next;
      },
    },
  });
  t.teardown(() => warmer.stop());
  warmer.start();
  return { warmer, ...world, world };
}

t.test(
  'films are looked into one by one, those that are read at length last, and foreign ones never',
  async (t) => {
    const { world, warmer, clock } = warmed(t, ['ts', 'a', 'foreign', 'b', 'unread']);
    world.headerState.set('ts', 'costly').set('foreign', 'foreign').set('unread', 'unread');
    await clock.advance(minuteMs - 1);
    t.strictSame(world.probed, [], 'a process that starts has other work first');
    await clock.advance(2);
    t.strictSame(world.since, [undefined], 'first everything');
    await clock.advance(501);
    t.strictSame(world.probed, ['a']);
    await clock.advance(5000);
    t.strictSame(world.probed, ['a', 'b', 'ts']);
    t.match(warmer.state(), { done: 3, ready: 0, unread: 1, givenUp: 0 });
    world.headerState.set('unread', 'read');
    await clock.advance(minuteMs);
    t.strictSame(world.probed, ['a', 'b', 'ts', 'unread'], 'once its header was read');
    await clock.advance(3 * dayMs);
    t.equal(world.probed.length, 4, 'each once');
  },
);

t.test('while something plays nothing is begun', async (t) => {
  const { world, clock } = warmed(t, ['a', 'b']);
  await clock.advance(minuteMs + 600);
  t.strictSame(world.probed, ['a']);
  world.isQuiet = false;
  await clock.advance(hourMs);
  t.strictSame(world.probed, ['a']);
  world.isQuiet = true;
  await clock.advance(6000);
  t.strictSame(world.probed, ['a', 'b']);
});

t.test('what is new is looked for when the server shows it, and no further back than needed', async (t) => {
  const { world, warmer, clock } = warmed(t, []);
  await clock.advance(2 * minuteMs);
  const walkedAt = clock.now() - minuteMs;
  world.shown = ['new'];
  warmer.news();
  await clock.advance(1500);
  t.strictSame(world.probed, ['new']);
  t.equal(world.since.length, 2);
  t.ok(walkedAt - (world.since[1] ?? 0) <= hourMs + 1000, 'an hour for clocks that are apart');
  await clock.advance(hourMs);
  t.ok(world.since.length <= 7, `${world.since.length} looks in an hour`);
  await clock.advance(dayMs);
  t.ok(world.since.filter((since) => since === undefined).length <= 2, 'everything once a day');
});

t.test(
  'what cannot be looked into is given up, over a restart too, and tried again in a month',
  async (t) => {
    const first = warmed(t, ['bad', 'good']);
    first.world.refused.add('bad');
    await first.clock.advance(2 * dayMs);
    const tries = () => first.world.probed.filter((id) => id === 'bad').length;
    t.equal(tries(), 3);
    t.match(first.warmer.state(), { done: 1, givenUp: 1 });
    await first.clock.advance(4 * dayMs);
    t.equal(tries(), 3);
    const second = warmed(t, ['bad'], first.kept);
    second.clock.jump(first.clock.now());
    await second.clock.advance(2 * dayMs);
    t.strictSame(second.world.probed, []);
    second.clock.jump(second.clock.now() + 26 * dayMs);
    await second.clock.advance(dayMs);
    t.ok(second.world.probed.length > 0);
    t.match(second.warmer.state(), { done: 2, givenUp: 0 });
  },
);

t.test('a server that is down costs no film its tries, and is asked ever more rarely', async (t) => {
  const { world, warmer, clock, kept } = warmed(t, ['a', 'b']);
  world.fault = new ServerFault('does not accept the token (401)', 'make a key');
  await clock.advance(dayMs);
  t.strictSame(world.probed, []);
  t.match(warmer.state(), { fault: { words: 'does not accept the token (401)', remedy: 'make a key' } });
  const [[, finding] = []] = checkWarming({
    warming: { state: () => [warmer.state()] },
    settings: { media: { warm: true } } as never,
  });
  t.match(finding, { state: 'warn', remedy: 'make a key' });
  world.fault = undefined;
  await clock.advance(2 * hourMs);
  t.strictSame(world.probed, ['a', 'b']);
  t.strictSame(kept.record?.failed, []);
  t.equal(warmer.state().fault, undefined);
});

t.test('a page that cannot be had does not hide those behind it', async (t) => {
  const { world, clock } = warmed(t, ['a']);
  world.badPages = new Set([0]);
  await clock.advance(hourMs);
  t.strictSame(world.probed, ['a'], 'of the second page');
});

t.test('thousands of failures are remembered within bounds', async (t) => {
  let record: WarmingRecord | undefined;
  const memory = {
    read: () => record,
    write(next: WarmingRecord) {
      record = next;
    },
  };
  const ledger = createLedger({ clock: createHandClock(), memory });
  for (let n = 0; n < maxFailed + 50; n++) ledger.failed(`f${n}`);
  t.equal(record?.failed.length, maxFailed);
  t.equal(ledger.mayTry('f0'), true, 'the oldest are forgotten');
  t.equal(ledger.mayTry('f60'), false);
});

t.test('who is named twice is asked once, and nobody without a key', async (t) => {
  const clock = createHandClock();
  const one = { kind: 'jellyfin', url: 'http://a:8096' } as const;
  const warming = await createWarming({
    settings: () => [
      { ...one, token: 'a' },
      { ...one, token: 'b' },
      { kind: 'emby', url: 'http://b:8096', token: 'c' },
      { kind: 'jellyfin', url: 'http://c:8096' },
      { kind: 'plex', url: 'http://d', token: 'e' },
    ],
    connect: () => ({ send: async () => '', clock, signal }),
    memoryOf: async () => ({ read: () => undefined, write: () => undefined }),
    headerState: async () => 'read',
    isQuiet: () => true,
    onProbe: () => () => undefined,
    clock,
    log: silentLog,
  });
  t.strictSame(
    warming.state().map(({ server }) => server),
    ['jellyfin http://a:8096', 'emby http://b:8096'],
  );
});

t.test('a film whose header lies here costs the host nothing, and a look at it is no play', async (t) => {
  let strm = '';
  /** When each of two items of this film was looked into. */
  const probedAt = new Map<string, number>();
  let now = () => 0;
  const item = (Id: string) => {
    const known = probedAt.has(Id) && { RunTimeTicks: 9 };
    return { Id, Path: `/l/${Id}.strm`, ...known, MediaSources: [{ Path: strm, ...known }] };
  };
  const origin = await fakeMediaServer(t, async ({ url }, response) => {
    if (url.startsWith('/Items?')) return sendJson(response, { Items: ['a1', 'a2'].map(item) });
    const id = /^\/Items\/(a\d)\//.exec(url)?.[1];
    if (id === undefined) return sendJson(response, [], 200);
    // What ffprobe asks for.
    const { body } = await request(strm, { headers: { 'user-agent': 'Lavf/59.27.100', range: 'bytes=0-' } });
    await body.dump();
    probedAt.set(id, now());
    return sendJson(response, item(id));
  });
  const gateways = [
    { kind: 'jellyfin', url: origin.url, port: 0, apiKey: 'k' },
    { kind: 'emby', url: 'http://127.0.0.1:9', port: 0, apiKey: 'k' },
    { kind: 'jellyfin', url: 'http://127.0.0.1:9', port: 0 },
  ];
  const { start, pass, within } = await telling(
    t,
    () => [{ kind: 'jellyfin', url: origin.url, token: 'k' }],
    {
      env: { PASSERELLE_GATEWAYS: JSON.stringify(gateways) },
    },
  );
  const house = await start();
  await house.sync();
  const { name } = movie('Metropolis', 1927);
  const {
    files: [file],
  } = await house.bridge.catalog.files.byPath(`/Films/${name}`);
  if (!file) return t.fail('no film');
  strm = house.streamUrl(`/Films/${name}`);
  const { bridge } = house;
  bridge.warming.start();
  await pass(90_000);
  t.equal(probedAt.size, 0, 'its header has not been read');
  const names = [`jellyfin ${origin.url}`, 'emby http://127.0.0.1:9'];
  t.strictSame(
    bridge.warming.state().map(({ server }) => server),
    names,
    'those of gateways with a key too, each once',
  );
  t.match(bridge.warming.state()[0], { unread: 2 });
  now = house.clock.now;
  await (await request(strm)).body.dump();
  let interruptions = 0;
  bridge.media.interrupt = () => interruptions++;
  await bridge.catalog.media.put(file, factsOf(1920, 1080), house.clock.now());
  await house.clock.advance(61_000);
  house.simulator.reset();
  await within(120_000, () => bridge.warming.state()[0]?.done === 2);
  const [first = 0, second = 0] = probedAt.values();
  t.ok(second - first < 30_000, `${second - first} ms later: the first look was no play`);
  t.equal(interruptions, 0, 'headers of other films are read on meanwhile');
  t.match(bridge.warming.state()[0], { unread: 0 });
  t.equal(house.simulator.counters.tokens, 0, 'no link was asked for');
  await (await request(strm, { headers: { range: 'bytes=0-9' } })).body.dump();
  t.equal(interruptions, 1, 'a person who plays goes first');
});
