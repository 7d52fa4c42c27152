import type { Readable } from 'node:stream';
import t from 'tap';
import {
  type ConnectionSlotsOptions,
  createConnectionSlots,
  type SlotRequest,
} from '../src/delivery/stream/connection-slots.ts';
import type { Urgency } from '../src/host/host.ts';
import { createHandClock, type HandClock, settle } from './fixtures/hand-clock.ts';
import { setup } from './fixtures/setup.ts';
import { createSimulator, expectedBytes } from './simulator/simulator.ts';

/** Successors on a hand clock, and readers that note what happens to them. */
function arrange(options: Partial<ConnectionSlotsOptions> = {}) {
  const clock = createHandClock();
  const slots = createConnectionSlots({ clock, limit: 3, perViewer: 2, waitMs: 4000, ...options });
  const told: string[] = [];
  const taking = new Map<string, Promise<() => void>>();
  function take(name: string, urgency: Urgency = 'play', more: Partial<SlotRequest> = {}) {
    const taken = slots.take({
      viewer: name,
      urgency,
      giveUp: () => told.push(`${name} gives up`),
      idleSince: () => undefined,
      rest: () => told.push(`${name} rests`),
      ...more,
    });
    taking.set(name, taken);
    taken.then(
      () => told.push(`${name} has one`),
      () => told.push(`${name} has none`),
    );
    return taken;
  }
  const leave = async (name: string) => (await taking.get(name))?.();
  /** What was told since the last time. */
  const news = async () => {
    await settle();
    return told.splice(0);
  };
  return { clock, slots, take, leave, news };
}

t.test('connections are given up to the limit, and a viewer gets its part of them', async (t) => {
  const { slots, take, news, clock } = arrange();
  const first = await take('a');
  await take('a2', 'play', { viewer: 'a' });
  take('a3', 'play', { viewer: 'a' }).catch(() => undefined);
  await news();
  t.equal(slots.used(), 2, 'the third of one viewer waits, though there is room');
  await take('b');
  t.same(await news(), ['b has one'], 'another viewer does not');
  first();
  first();
  t.same(await news(), ['a3 has one'], 'given back twice, it is free once');
  t.equal(slots.used(), 3);
  await clock.advance(10_000);
  t.same(await news(), []);
});

t.test('who finds no room waits a moment, and is then told when to come back', async (t) => {
  const { clock, take, slots } = arrange({ limit: 1 });
  await take('a');
  const error = t.rejects(take('b'), { code: 'BRIDGE_TOO_MANY_STREAMS', retryAt: clock.now() + 9000 });
  await clock.advance(3999);
  t.equal(clock.sleeping(), 1, 'still waiting');
  await clock.advance(1);
  await error;
  t.equal(slots.used(), 1);
});

t.test('a film takes the place of the newest background reading, and of nothing more urgent', async (t) => {
  const { take, news, slots } = arrange();
  await take('old', 'background');
  await take('new', 'background');
  await take('probe', 'probe');
  await news();
  for (const name of ['a', 'b', 'c']) await take(name);
  t.same(await news(), [
    'new gives up',
    'a has one',
    'old gives up',
    'b has one',
    'probe gives up',
    'c has one',
  ]);
  take('d').catch(() => undefined);
  take('again', 'background').catch(() => undefined);
  t.same(await news(), [], 'films do not give way');
  t.equal(slots.used(), 3);
});

t.test('nobody gives way to a viewer whom that does not help', async (t) => {
  const { take, news, leave } = arrange();
  await take('a');
  await take('a2', 'play', { viewer: 'a' });
  await take('other', 'background');
  await news();
  take('a3', 'play', { viewer: 'a' }).catch(() => undefined);
  t.same(await news(), []);
  await leave('a');
  t.same(await news(), ['a3 has one']);
});

t.test('who waits is served by urgency, then in order; who has left is not', async (t) => {
  const { take, news, leave, clock } = arrange({ limit: 1 });
  await take('first');
  const left = new AbortController();
  take('background', 'background').catch(() => undefined);
  take('one').catch(() => undefined);
  take('left', 'play', { signal: left.signal }).catch(() => undefined);
  take('two').catch(() => undefined);
  await news();
  left.abort(new Error('gone'));
  t.same(await news(), ['left has none']);
  t.equal(clock.sleeping(), 3, 'its waiting has ended');
  for (const [name, next] of [
    ['first', 'one'],
    ['one', 'two'],
    ['two', 'background'],
  ] as const) {
    await leave(name);
    t.same(await news(), [`${next} has one`]);
  }
  t.equal(clock.sleeping(), 0);
  await t.rejects(take('late', 'play', { signal: left.signal }), { message: 'gone' });
});

t.test('the reader that has stopped longest ago lends its connection', async (t) => {
  const { take, news, clock } = arrange();
  const stopped = { a: clock.now() + 1000, b: clock.now(), c: undefined };
  for (const name of ['a', 'b', 'c'] as const) await take(name, 'play', { idleSince: () => stopped[name] });
  await news();
  await clock.advance(4999);
  const waits = take('d');
  t.same(await news(), [], 'not after a moment');
  await clock.advance(4000);
  await waits;
  t.same(await news(), ['b rests', 'd has one'], 'looked at again when the waiting is over');
  await take('e');
  t.same(await news(), ['a rests', 'e has one']);
});

t.test(
  'a film that rests lends its connection to films alone, and a download gives way to them',
  async (t) => {
    const { take, news, clock } = arrange();
    for (const name of ['a', 'b', 'c']) await take(name, 'play', { idleSince: () => 0 });
    await news();
    const refused = take('get', 'refresh');
    refused.catch(() => undefined);
    await clock.advance(5000);
    t.same(await news(), ['get has none']);
    await t.rejects(refused, { code: 'BRIDGE_TOO_MANY_STREAMS' });
    const other = arrange();
    await other.take('old', 'background');
    await other.take('get', 'refresh');
    await other.take('get 2', 'refresh');
    await other.take('film');
    await other.take('film 2');
    t.same(await other.news(), [
      'old has one',
      'get has one',
      'get 2 has one',
      'old gives up',
      'film has one',
      'get 2 gives up',
      'film 2 has one',
    ]);
  },
);

const sizeBytes = 24 * 1024 * 1024;
const film = (seed: number) => ({ name: `Film ${seed} (2001).mkv`, content: { sizeBytes, seed } });

/** Readings of a real bridge. */
async function readers(t: Parameters<typeof setup>[0], env: Record<string, string>) {
  const clock = createHandClock();
  const over = await createSimulator({ clock, account: { files: [film(1), film(2)] } });
  t.teardown(() => over.close());
  const one = await setup(t, { overrides: { clock }, over, env: { PASSERELLE_CACHE_MIB: '0', ...env } });
  await one.sync();
  const open = async (seed: number, start: number, urgency: Urgency = 'play', signal?: AbortSignal) => {
    const file = await one.bridge.catalog.files.byId(over.account.file(`/${film(seed).name}`).id);
    if (!file) throw new Error('not listed');
    const range = { start, end: sizeBytes - 1 };
    const more = signal ? { signal } : {};
    return one.bridge.delivery.reader.open(file, range, { urgency, viewer: 'tv', ...more });
  };
  return { ...one, clock, open, now: () => over.counters.connectionsNow };
}

async function until(met: () => boolean): Promise<void> {
  for (let turn = 0; !met(); turn++) {
    if (turn > 200_000) throw new Error('waited in vain');
    await settle(1);
  }
}

/** Reads all that is left, with the clock running. */
async function rest(stream: Readable, clock: HandClock): Promise<Buffer> {
  const reading = stream.toArray().finally(() => {
    isOver = true;
  });
  let isOver = false;
  while (!isOver) await clock.advance(1);
  return Buffer.concat(await reading);
}

const right = (bytes: Buffer, seed: number, start: number) =>
  bytes.equals(expectedBytes(film(seed).content, start, start + bytes.length));

/** Reads until this one takes nothing more: it is full. */
const full = (stream: Readable) => until(() => stream.readableLength >= 256 * 1024);

t.test('a paused film lends its connection to another one, and goes on at the right byte', async (t) => {
  const { open, clock, now, bridge } = await readers(t, { FICHIER_CONNECTIONS: '1' });
  const paused = await open(1, 0);
  const begin = paused.read(1000) as Buffer;
  await full(paused);
  await clock.advance(5000);
  const other = await open(2, 5000);
  t.equal(bridge.delivery.slots.used(), 1);
  await until(() => now() === 1);
  t.ok(right(await rest(other, clock), 2, 5000));
  await until(() => now() === 0);
  const all = Buffer.concat([begin, await rest(paused, clock)]);
  t.equal(all.length, sizeBytes);
  t.ok(right(all, 1, 0));
  await until(() => bridge.delivery.slots.used() === 0);
});

t.test('with a jump the old connection is closed, and the old reading goes on if it is read', async (t) => {
  const { open, clock, now, bridge, simulator } = await readers(t, {});
  const before = await open(1, 0);
  const begin = before.read(1000) as Buffer;
  await full(before);
  t.equal(now(), 1);
  const after = await open(1, sizeBytes / 2);
  await until(() => after.readableLength > 0);
  await full(after);
  await until(() => now() === 1);
  t.equal(bridge.delivery.slots.used(), 1);
  t.notOk(before.destroyed);
  const place = 1000 + before.readableLength;
  const all = Buffer.concat([begin, await rest(before, clock)]);
  t.equal(all.length, sizeBytes);
  t.ok(right(all, 1, 0));
  t.equal(simulator.counters.downloadRequests.at(-1)?.range, `bytes=${place}-${sizeBytes - 1}`);
  t.ok(right(await rest(after, clock), 1, sizeBytes / 2));
  t.equal(simulator.counters.tokens, 1);
});

t.test('a film comes before a background reading, which ends with an error of ours', async (t) => {
  const { open, now } = await readers(t, { FICHIER_CONNECTIONS: '1' });
  const background = await open(1, 0, 'background');
  const ended = t.rejects(background.toArray(), { code: 'BRIDGE_TOO_MANY_STREAMS' });
  const other = await open(2, 0);
  await ended;
  await until(() => now() === 1);
  other.destroy();
  await until(() => now() === 0);
});

t.test('a background reading that the host has not answered yet gives way with the same word', async (t) => {
  const { open, now, simulator } = await readers(t, { FICHIER_CONNECTIONS: '1' });
  simulator.faults.download.firstByteMs = 200;
  const background = open(1, 0, 'background');
  const ended = t.rejects(background, { code: 'BRIDGE_TOO_MANY_STREAMS' });
  await until(() => now() === 1);
  const other = await open(2, 0);
  await ended;
  other.destroy();
  await until(() => now() === 0);
});

t.test('who leaves in the moment of its turn takes no connection with it', async (t) => {
  const { open, bridge, clock } = await readers(t, { FICHIER_CONNECTIONS: '1' });
  const first = await open(1, 0);
  const leaves = new AbortController();
  const second = open(1, 5000, 'play', leaves.signal);
  second.catch(() => undefined);
  await settle();
  // In one go: the first gives its connection back to one who has just left as well.
  first.destroy();
  leaves.abort(new Error('gone'));
  await t.rejects(second, { message: 'gone' });
  await settle();
  t.equal(bridge.delivery.slots.used(), 0);
  (await open(2, 0)).destroy();
  await clock.advance(5000);
});
