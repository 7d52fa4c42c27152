import t from 'tap';
import { isBridgeError } from '../src/core/errors.ts';
import { codeOf, gated, governed } from './fixtures/governed.ts';
import { createHandClock, settle } from './fixtures/hand-clock.ts';

/** The pace and order of the API calls, and how those that wait end. */
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

t.test('calls keep the sustained pace, whatever was saved up', async (t) => {
  const { clock, call, times } = governed();
  for (let i = 0; i < 4; i++) void call(`${i}`, 'index');
  await clock.advance(20_000);
  t.same(times, [0, 2500, 5000, 7500]);
});

t.test('order is urgency, then first come', async (t) => {
  const { clock, call, started } = governed();
  const first = gated();
  void call('first', 'index', {}, first.promise);
  await settle();
  for (const name of ['background', 'index', 'probe', 'refresh', 'write'] as const) {
    void call(`${name} 1`, name);
    void call(`${name} 2`, name);
  }
  first.resolve();
  await clock.advance(60_000);
  const order = ['write', 'refresh', 'probe', 'index', 'background'].flatMap((name) => [
    `${name} 1`,
    `${name} 2`,
  ]);
  t.same(started, ['first', ...order]);
});

t.test(
  'a play starts at once beside a slow index call, two at a time, and the index waits its pace',
  async (t) => {
    const { clock, call, started, times, governor } = governed();
    const slow = gated();
    const film = gated();
    void call('index 1', 'index', {}, slow.promise);
    void call('index 2', 'index');
    void call('play 1', 'play', {}, film.promise);
    void call('play 2', 'play', {}, film.promise);
    void call('play 3', 'play', { deadlineMs: 60_000 });
    await settle();
    t.same(started, ['index 1', 'play 1', 'play 2']);
    t.same(times, [0, 0, 0]);
    t.same(governor.state().running, 3);
    await clock.advance(10_000);
    t.equal(started.length, 3, 'no third play and no second index call beside them');
    film.resolve();
    await settle();
    t.same(started.slice(3), ['play 3']);
    slow.resolve();
    await clock.advance(10_000);
    t.same(started.slice(4), ['index 2']);
  },
);

t.test('only plays may use the burst, and it is paid back', async (t) => {
  const { clock, call, started, times } = governed();
  for (const name of ['p1', 'p2', 'p3', 'p4']) void call(name, 'play');
  void call('i1', 'index');
  await clock.advance(60_000);
  t.same(started, ['p1', 'p2', 'p3', 'p4', 'i1']);
  t.same(times, [0, 0, 0, 2500, 2500 + 7500]);
});

t.test('one folder waits for its interval and holds up nobody behind it', async (t) => {
  const { clock, call, started, times } = governed();
  void call('a', 'index', { key: 'folder:1' });
  await clock.advance(2500);
  void call('a again', 'refresh', { key: 'folder:1' });
  void call('b', 'index', { key: 'folder:2' });
  await clock.advance(40_000);
  t.same(started, ['a', 'b', 'a again']);
  t.same(times, [0, 2500, 30_000]);
});

t.test(
  'the interval of a folder counts from the answer: who knows how long the question was on its way',
  async (t) => {
    const { clock, call, times } = governed();
    const slow = gated();
    void call('a', 'index', { key: 'folder:1' }, slow.promise);
    await clock.advance(4000);
    slow.resolve();
    await settle();
    void call('a again', 'refresh', { key: 'folder:1' });
    await clock.advance(29_999);
    t.same(times, [0]);
    await clock.advance(1);
    t.same(times, [0, 34_000]);
  },
);

t.test('a folder whose interval ends after the deadline is refused at once', async (t) => {
  const { clock, call } = governed();
  await call('a', 'index', { key: 'folder:1' });
  const error = await call('a', 'refresh', { key: 'folder:1', deadlineMs: 5000 }).catch((thrown) => thrown);
  t.ok(isBridgeError(error, 'BRIDGE_GATE_BUSY'));
  t.equal(error.retryAt, clock.now() + 30_000);
  t.equal(clock.sleeping(), 0);
});

t.test('a turn that does not come in time is refused as busy', async (t) => {
  const { clock, call, governor } = governed();
  const slow = gated();
  void call('slow', 'index', {}, slow.promise);
  const late = codeOf(call('late', 'probe', { deadlineMs: 4000 }));
  await clock.advance(3999);
  t.equal(governor.state().waiting.probe, 1);
  await clock.advance(1);
  t.equal(await late, 'BRIDGE_GATE_BUSY');
  t.equal(clock.sleeping(), 0, 'nothing waits, so nothing sleeps');
  slow.resolve();
});

t.test('a deadline of 0 gets a turn that is free', async (t) => {
  const { call } = governed();
  t.equal(await call('now', 'index', { deadlineMs: 0 }), 'now');
  t.equal(await codeOf(call('later', 'index', { deadlineMs: 0 })), 'BRIDGE_GATE_BUSY');
});

t.test('a waiting call is cancelled by its signal with its reason', async (t) => {
  const { clock, call, governor, started } = governed();
  void call('first', 'index');
  const controller = new AbortController();
  const reason = new Error('gone');
  const waiting = codeOf(call('second', 'index', { signal: controller.signal }));
  await settle();
  t.equal(governor.state().waiting.index, 1);
  controller.abort(reason);
  t.equal(await waiting, reason);
  t.equal(governor.state().waiting.index, 0);
  t.equal(clock.sleeping(), 0);
  t.equal(
    await codeOf(call('third', 'index', { signal: controller.signal })),
    reason,
    'aborted before it came',
  );
  t.same(started, ['first']);
});

t.test('a running call is told of its cancellation and its place is given back', async (t) => {
  const { governor, call, clock } = governed();
  const controller = new AbortController();
  const running = governor.run({ urgency: 'index', verb: 'x', signal: controller.signal }, (signal) => {
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  });
  await settle();
  controller.abort('stop');
  t.equal(await codeOf(running), 'stop');
  const next = call('next', 'index');
  await clock.advance(2500);
  t.equal(await next, 'next');
});

t.test(
  'user/info is asked once in six hours, over a restart too; a failed one may come again sooner',
  async (t) => {
    const { call, clock, memory, governor } = governed();
    const key = 'user:abc';
    t.equal(await call('user', 'probe', { key }), 'user');
    const error = await call('user', 'probe', { key }).catch((thrown) => thrown);
    t.ok(isBridgeError(error, 'BRIDGE_GATE_BUSY'));
    t.equal(error.retryAt, clock.now() + 6 * hourMs);
    const later = createHandClock(clock.now() + hourMs);
    t.equal(await codeOf(governed({ memory }, later).call('user', 'probe', { key })), 'BRIDGE_GATE_BUSY');
    t.equal(await codeOf(governed({ memory }, later).call('user', 'probe', { key: 'user:other' })), 'ok');
    await clock.advance(6 * hourMs);
    await governor
      .run({ urgency: 'probe', verb: 'user/info', key }, () => Promise.reject(new Error('cut')))
      .catch(() => {});
    await clock.advance(10 * minuteMs);
    t.equal(await call('user', 'probe', { key }), 'user');
  },
);

t.test('the whole account is listed once an hour and never waited for', async (t) => {
  const { call, clock } = governed();
  t.equal(await call('all', 'index', { key: 'folder:all' }), 'all');
  await clock.advance(hourMs - 1);
  t.equal(await codeOf(call('all', 'index', { key: 'folder:all' })), 'BRIDGE_GATE_BUSY');
  await clock.advance(1);
  t.equal(await call('all', 'index', { key: 'folder:all' }), 'all');
});

t.test('at most one sleep is pending, and none when nothing waits', async (t) => {
  const { clock, call } = governed();
  for (let i = 0; i < 20; i++) void call(`${i}`, 'index', { deadlineMs: 3000 + i, key: `folder:${i % 3}` });
  await settle();
  t.equal(clock.sleeping(), 1);
  await clock.advance(hourMs);
  t.equal(clock.sleeping(), 0);
});

t.test('close refuses what waits, aborts what runs and takes nothing more', async (t) => {
  const { clock, governor, call } = governed();
  const running = governor.run({ urgency: 'index', verb: 'x' }, (signal) => {
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  });
  const waiting = call('waiting', 'index');
  await settle();
  governor.close();
  governor.close();
  for (const promise of [running, waiting, call('late', 'play')]) {
    t.equal(await codeOf(promise), 'BRIDGE_STOPPING');
  }
  t.equal(clock.sleeping(), 0);
});

t.test('with an interval of 0 nothing waits for the pace', async (t) => {
  const { call, governor } = governed({ requestIntervalMs: 0, folderIntervalMs: 0 });
  for (let i = 0; i < 10; i++) await call('x', 'index', { key: 'folder:1' });
  t.match(governor.state(), { callsMade: 10, callsLeft: 3, running: 0 });
});
