import t from 'tap';
import { BridgeError, isBridgeError } from '../src/core/errors.ts';
import type { KeptFact } from '../src/core/kept-fact.ts';
import type { GovernorState } from '../src/host/fichier/pace/governor-memory.ts';
import type { Urgency } from '../src/host/host.ts';
import { codeOf, flood, gated, governed, refusal } from './fixtures/governed.ts';
import { createHandClock, settle } from './fixtures/hand-clock.ts';

/** What blocks calls to the API, for how long, what lets them pass again, and what of it outlives a restart. */
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

t.test('a flood answer blocks the calls of everyone and says until when', async (t) => {
  const { clock, call, fail, governor, started } = governed();
  const error = await fail(flood());
  t.ok(isBridgeError(error, 'BRIDGE_HOST_FLOOD'));
  t.equal(error.retryAt, clock.now() + 5 * minuteMs);
  t.match(governor.state(), { isBlocked: true, callsLeft: 0, blockedBy: 'BRIDGE_HOST_FLOOD' });
  const play = await call('play', 'play').catch((thrown) => thrown);
  t.ok(isBridgeError(play, 'BRIDGE_GATE_CLOSED'), 'refused at once');
  t.equal(play.retryAt, clock.now() + 5 * minuteMs);
  t.same(started, []);
});

t.test('a block looks again at what already waits', async (t) => {
  const { clock, governor, call } = governed();
  const slow = gated();
  const failing = governor
    .run({ urgency: 'index', verb: 'x' }, async () => {
      await slow.promise;
      throw flood();
    })
    .catch(() => {});
  const short = codeOf(call('short', 'refresh', { deadlineMs: 60_000 }));
  const long = call('long', 'index');
  await settle();
  slow.resolve();
  await failing;
  t.equal(await short, 'BRIDGE_GATE_CLOSED');
  t.equal(governor.state().waiting.index, 1, 'what has no deadline waits on');
  await clock.advance(5 * minuteMs);
  t.equal(await long, 'long');
});

t.test('pauses grow, one trial goes out at the end of each, and success resets them', async (t) => {
  const { clock, fail, call, governor, started } = governed();
  const pauses: number[] = [];
  for (let i = 0; i < 4; i++) {
    const failed = fail(flood());
    await clock.advance(0);
    const error = await failed;
    pauses.push((error.retryAt - clock.now()) / minuteMs);
    await clock.advance(error.retryAt - clock.now());
  }
  t.same(pauses, [5, 15, 60, 60]);
  t.match(governor.state(), { isBlocked: true }, 'they pass only when a trial has gone well');

  const trial = gated();
  void call('index', 'index', {}, trial.promise);
  await settle();
  void call('play', 'play');
  await settle();
  t.same(started, ['index'], 'everybody waits for the trial');
  trial.resolve();
  await settle();
  t.same(started, ['index', 'play']);
  t.equal(governor.state().isBlocked, false);
  await clock.advance(10_000);
  const error = await fail(flood());
  t.equal(error.retryAt - clock.now(), 5 * minuteMs);
});

t.test('the trial is the most urgent of those that wait', async (t) => {
  const { clock, fail, call, started } = governed();
  await fail(flood());
  const trial = gated();
  void call('index', 'index', {}, trial.promise);
  void call('play', 'play', { deadlineMs: hourMs }, trial.promise);
  await clock.advance(5 * minuteMs);
  t.same(started, ['play']);
  trial.resolve();
  await clock.advance(2500);
  t.same(started, ['play', 'index']);
});

t.test('a trial that tells nothing lets the next one try', async (t) => {
  const { clock, fail, call, governor } = governed();
  await fail(flood());
  await clock.advance(5 * minuteMs);
  t.ok(isBridgeError(await fail(new BridgeError('BRIDGE_HOST_UNREACHABLE'))));
  t.equal(governor.state().isBlocked, true);
  await clock.advance(2500);
  t.equal(await call('next', 'index'), 'next');
  t.equal(governor.state().isBlocked, false);
});

t.test('a trial that the host answers with a refusal of that file ends the block', async (t) => {
  const { clock, fail, governor } = governed();
  await fail(flood());
  await clock.advance(5 * minuteMs);
  await fail(refusal('Resource not found #469', 404));
  t.equal(governor.state().isBlocked, false);
});

t.test('several calls that are out when a block begins count as one', async (t) => {
  const { clock, governor } = governed();
  const both = gated();
  const run = (urgency: Urgency) =>
    governor
      .run({ urgency, verb: 'x' }, async () => {
        await both.promise;
        throw flood();
      })
      .catch((error) => error.retryAt);
  const results = Promise.all([run('index'), run('play'), run('play')]);
  await settle();
  both.resolve();
  const until = clock.now() + 5 * minuteMs;
  t.same(await results, [until, until, until]);
});

t.test('an older call that goes well ends no block', async (t) => {
  const { fail, call, governor } = governed();
  const slow = gated();
  const old = call('old', 'index', {}, slow.promise);
  await fail(flood(), 'play');
  slow.resolve();
  await old;
  t.equal(governor.state().isBlocked, true);
});

t.test('maintenance pauses for one and then five minutes, an address lock for an hour', async (t) => {
  const { clock, fail } = governed();
  const pauses: number[] = [];
  for (const words of [
    'Our services are in maintenance',
    'Our services are in maintenance',
    'IP Locked #38',
  ]) {
    const error = await fail(refusal(words, 503));
    pauses.push((error.retryAt - clock.now()) / minuteMs);
    await clock.advance(error.retryAt - clock.now());
  }
  t.same(pauses, [1, 5, 60]);
});

t.test('a longer wait that the host asks for is kept', async (t) => {
  const { clock, fail } = governed();
  const error = await fail(refusal('', 429, { 'retry-after': '1200' }));
  t.equal(error.retryAt - clock.now(), 20 * minuteMs);
});

t.test('refusals without words block at the third in a row', async (t) => {
  const { clock, fail, call, governor } = governed();
  const next = async () => {
    const failed = fail(refusal(''));
    await clock.advance(2500);
    await failed;
    return !governor.state().isBlocked;
  };
  t.same([await next(), await next()], [true, true]);
  await call('good', 'index');
  t.same([await next(), await next(), await next()], [true, true, false]);
});

t.test('a lock outlives a restart, and so does a refused key, until there is another', async (t) => {
  const first = governed();
  await first.fail(flood());
  const later = createHandClock(first.clock.now() + minuteMs);
  const second = governed({ memory: first.memory }, later);
  t.match(second.governor.state(), {
    isBlocked: true,
    blockedBy: 'BRIDGE_HOST_FLOOD',
    blockedUntil: later.now() + 4 * minuteMs,
  });
  t.equal(await codeOf(second.call('play', 'play')), 'BRIDGE_GATE_CLOSED');
  await later.advance(4 * minuteMs);
  const again = await second.fail(flood());
  t.equal(again.retryAt - later.now(), 15 * minuteMs, 'and so do the growing pauses');

  const third = governed({ keyFingerprint: 'a' });
  const refused = await third.fail(refusal('Not authenticated #29', 401));
  const restarted = (keyFingerprint?: string) =>
    governed({ memory: third.memory, ...(keyFingerprint && { keyFingerprint }) }, third.clock);
  const same = restarted('a');
  t.equal(same.governor.state().blockedUntil, refused.retryAt, 'what was told is what is kept');
  t.equal(await codeOf(same.call('play', 'play')), 'BRIDGE_GATE_CLOSED');
  t.equal(await codeOf(restarted('b').call('play', 'play')), 'ok', 'another key is tried at once');
  t.equal(await codeOf(restarted().call('play', 'play')), 'ok', 'and so is one that nobody can tell apart');
});

t.test('whoever is refused for a block is told what helps against its cause', async (t) => {
  for (const [words, status, remedy] of [
    ['Not authenticated #29', 401, /^Make a new key/],
    ['Flood detected: IP Locked #374', 403, /^Wait; nothing is lost.*requestIntervalMs/],
    ['IP Locked #38', 403, /^Wait up to an hour/],
    ['Our services are in maintenance', 503, /^Wait; the library stays/],
  ] as const) {
    const { fail, call } = governed();
    await fail(refusal(words, status));
    const error = await call('play', 'play').catch((thrown) => thrown);
    t.match(error, { code: 'BRIDGE_GATE_CLOSED', remedy }, words);
    t.notMatch(error.message, /Make a new key/, 'it is said once');
  }
  const { call } = governed();
  await call('user', 'probe', { key: 'user:a' });
  const early = await call('user', 'probe', { key: 'user:a' }).catch((thrown) => thrown);
  t.match(early, { code: 'BRIDGE_GATE_BUSY', remedy: /^Wait until/ });
});

t.test('a lock that an older version kept is known by the names that it had then', async (t) => {
  const clock = createHandClock();
  const until = clock.now() + 4 * minuteMs;
  const former = {
    closure: { kind: 'flood', why: 'BRIDGE_HOST_FLOOD', until, pauseMs: 5 * minuteMs },
    closings: { flood: 1 },
    next: {},
  };
  const { governor, fail } = governed({ memory: { read: () => former as never, write: () => {} } }, clock);
  t.match(governor.state(), { isBlocked: true, blockedBy: 'BRIDGE_HOST_FLOOD', blockedUntil: until });
  await clock.advance(4 * minuteMs);
  t.equal((await fail(flood())).retryAt - clock.now(), 15 * minuteMs, 'and the waits go on growing');
});

t.test('a stored lock further away than the longest pause is cut to it', async (t) => {
  const first = governed({}, createHandClock(Date.UTC(2035, 0, 1)));
  await first.fail(flood());
  const clock = createHandClock();
  const { governor } = governed({ memory: first.memory }, clock);
  t.equal(governor.state().blockedUntil, clock.now() + hourMs);
});

t.test('a memory that is broken, full of nonsense or cannot be written stops nothing', async (t) => {
  const broken: KeptFact<GovernorState> = {
    read: () => {
      throw new Error('no such file');
    },
    write: () => {
      throw new Error('disk full');
    },
  };
  const { call, fail, clock } = governed({ memory: broken });
  t.equal(await call('a', 'index'), 'a');
  await clock.advance(2500);
  t.ok(isBridgeError(await fail(flood()), 'BRIDGE_HOST_FLOOD'));
  const nonsense = {
    closure: { kind: 'toString', why: 'x', until: 'y' },
    closings: { flood: 'z' },
    next: { a: null },
  };
  const odd = governed({ memory: { read: () => nonsense as never, write: () => {} } });
  t.equal(odd.governor.state().isBlocked, false);
  t.equal((await odd.fail(flood())).retryAt - odd.clock.now(), 5 * minuteMs);
});

t.test(
  'a clock that is set back stalls neither the pace nor a folder nor a lock nor a deadline',
  async (t) => {
    const { clock, call, fail, governor } = governed();
    await call('a', 'index', { key: 'folder:1' });
    clock.jump(clock.now() - 24 * hourMs);
    const at = clock.now();
    const second = call('b', 'index');
    const folder = call('a', 'index', { key: 'folder:1' });
    const slow = gated();
    await clock.advance(2500);
    t.equal(await second, 'b');
    await clock.advance(27_500);
    t.equal(await folder, 'a');
    t.equal(clock.now() - at, 30_000);
    await clock.advance(2500);
    await fail(flood());
    clock.jump(clock.now() - 24 * hourMs);
    t.equal(governor.state().blockedUntil, clock.now() + 5 * minuteMs);
    await clock.advance(5 * minuteMs);
    void call('slow', 'index', {}, slow.promise);
    await settle();
    const late = codeOf(call('late', 'index', { deadlineMs: 5 * minuteMs }));
    clock.jump(clock.now() - hourMs);
    void call('other', 'background').catch(() => {});
    await clock.advance(5 * minuteMs);
    t.equal(await late, 'BRIDGE_GATE_CLOSED', 'the trial is still out');
    slow.resolve();
    governor.close();
  },
);
