import t from 'tap';
import { BridgeError, isBridgeError } from '../src/errors.ts';
import { faultOf, HostRefusal } from '../src/fichier/faults.ts';
import {
  createGovernor,
  type GovernorMemory,
  type GovernorOptions,
  type GovernorState,
  type RunOptions,
  type Urgency,
} from '../src/fichier/governor.ts';
import { silentLog } from '../src/log.ts';
import { createHandClock, settle } from './fixtures/hand-clock.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

function refusal(message: string, status = 403, headers = {}): HostRefusal {
  const fault = faultOf({ status, body: { status: 'KO', message }, headers });
  if (!fault) throw new Error('no fault');
  return new HostRefusal(fault);
}
const flood = () => refusal('Flood detected: IP Locked #374');

/** A memory that goes through JSON, as the real one does. */
function keep(): GovernorMemory & { state: GovernorState | undefined } {
  let text: string | undefined;
  return {
    read: () => (text === undefined ? undefined : JSON.parse(text)),
    write: (state) => {
      text = JSON.stringify(state);
    },
    get state() {
      return text === undefined ? undefined : JSON.parse(text);
    },
  };
}

/** A governor on a hand clock, and calls that say when they start and end when they are told to. */
function setup(options: Partial<GovernorOptions> = {}, clock = createHandClock()) {
  const memory = keep();
  const governor = createGovernor({
    clock,
    memory,
    log: silentLog,
    requestIntervalMs: 2500,
    folderIntervalMs: 30_000,
    ...options,
  });
  const began = clock.now();
  const started: string[] = [];
  const times: number[] = [];
  /** A call that ends at once, or when `until` does. */
  const call = (name: string, urgency: Urgency, more: Partial<RunOptions> = {}, until?: Promise<unknown>) => {
    const result = governor.run({ urgency, verb: 'test', ...more }, async () => {
      started.push(name);
      times.push(clock.now() - began);
      await until;
      return name;
    });
    result.catch(() => {});
    return result;
  };
  /** A call that the host refuses. */
  const fail = (error: unknown, urgency: Urgency = 'index') =>
    governor.run({ urgency, verb: 'test' }, () => Promise.reject(error)).catch((thrown) => thrown);
  return { clock, memory, governor, started, times, call, fail };
}

/** Something that a test ends by hand. */
function gated() {
  return Promise.withResolvers<void>();
}

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'ok',
    (error) => (error instanceof BridgeError ? error.code : error),
  );

t.test('calls keep the sustained pace, whatever was saved up', async (t) => {
  const { clock, call, times } = setup();
  for (let i = 0; i < 4; i++) void call(`${i}`, 'index');
  await clock.advance(20_000);
  t.same(times, [0, 2500, 5000, 7500]);
});

t.test('order is urgency, then first come', async (t) => {
  const { clock, call, started } = setup();
  const first = gated();
  void call('first', 'index', {}, first.promise);
  await settle();
  for (const name of ['background', 'index', 'probe', 'refresh'] as const) {
    void call(`${name} 1`, name);
    void call(`${name} 2`, name);
  }
  first.resolve();
  await clock.advance(60_000);
  const order = ['refresh', 'probe', 'index', 'background'].flatMap((name) => [`${name} 1`, `${name} 2`]);
  t.same(started, ['first', ...order]);
});

t.test(
  'a play starts at once beside a slow index call, two at a time, and the index waits its pace',
  async (t) => {
    const { clock, call, started, times, governor } = setup();
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
  const { clock, call, started, times } = setup();
  for (const name of ['p1', 'p2', 'p3', 'p4']) void call(name, 'play');
  void call('i1', 'index');
  await clock.advance(60_000);
  t.same(started, ['p1', 'p2', 'p3', 'p4', 'i1']);
  t.same(times, [0, 0, 0, 2500, 2500 + 7500]);
});

t.test('one folder waits for its interval and holds up nobody behind it', async (t) => {
  const { clock, call, started, times } = setup();
  void call('a', 'index', { key: 'folder:1' });
  await clock.advance(2500);
  void call('a again', 'refresh', { key: 'folder:1' });
  void call('b', 'index', { key: 'folder:2' });
  await clock.advance(40_000);
  t.same(started, ['a', 'b', 'a again']);
  t.same(times, [0, 2500, 30_000]);
});

t.test('a folder whose interval ends after the deadline is refused at once', async (t) => {
  const { clock, call } = setup();
  await call('a', 'index', { key: 'folder:1' });
  const error = await call('a', 'refresh', { key: 'folder:1', deadlineMs: 5000 }).catch((thrown) => thrown);
  t.ok(isBridgeError(error, 'BRIDGE_GATE_BUSY'));
  t.equal(error.retryAt, clock.now() + 30_000);
  t.equal(clock.sleeping(), 0);
});

t.test('a turn that does not come in time is refused as busy', async (t) => {
  const { clock, call, governor } = setup();
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
  const { call } = setup();
  t.equal(await call('now', 'index', { deadlineMs: 0 }), 'now');
  t.equal(await codeOf(call('later', 'index', { deadlineMs: 0 })), 'BRIDGE_GATE_BUSY');
});

t.test('a waiting call is cancelled by its signal with its reason', async (t) => {
  const { clock, call, governor, started } = setup();
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
  const { governor, call, clock } = setup();
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

t.test('a flood answer closes the gate for everyone and says until when', async (t) => {
  const { clock, call, fail, governor, started } = setup();
  const error = await fail(flood());
  t.ok(isBridgeError(error, 'BRIDGE_HOST_FLOOD'));
  t.equal(error.retryAt, clock.now() + 5 * minuteMs);
  t.match(governor.state(), { open: false, callsLeft: 0, why: 'BRIDGE_HOST_FLOOD' });
  const play = await call('play', 'play').catch((thrown) => thrown);
  t.ok(isBridgeError(play, 'BRIDGE_GATE_CLOSED'), 'refused at once');
  t.equal(play.retryAt, clock.now() + 5 * minuteMs);
  t.same(started, []);
});

t.test('closing the gate looks again at what already waits', async (t) => {
  const { clock, governor, call } = setup();
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
  const { clock, fail, call, governor, started } = setup();
  const pauses: number[] = [];
  for (let i = 0; i < 4; i++) {
    const failed = fail(flood());
    await clock.advance(0);
    const error = await failed;
    pauses.push((error.retryAt - clock.now()) / minuteMs);
    await clock.advance(error.retryAt - clock.now());
  }
  t.same(pauses, [5, 15, 60, 60]);
  t.match(governor.state(), { open: false }, 'open only when a trial has gone well');

  const trial = gated();
  void call('index', 'index', {}, trial.promise);
  await settle();
  void call('play', 'play');
  await settle();
  t.same(started, ['index'], 'everybody waits for the trial');
  trial.resolve();
  await settle();
  t.same(started, ['index', 'play']);
  t.equal(governor.state().open, true);
  await clock.advance(10_000);
  const error = await fail(flood());
  t.equal(error.retryAt - clock.now(), 5 * minuteMs);
});

t.test('the trial is the most urgent of those that wait', async (t) => {
  const { clock, fail, call, started } = setup();
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
  const { clock, fail, call, governor } = setup();
  await fail(flood());
  await clock.advance(5 * minuteMs);
  t.ok(isBridgeError(await fail(new BridgeError('BRIDGE_HOST_UNREACHABLE'))));
  t.equal(governor.state().open, false);
  await clock.advance(2500);
  t.equal(await call('next', 'index'), 'next');
  t.equal(governor.state().open, true);
});

t.test('a trial that the host answers with a refusal of that file opens the gate', async (t) => {
  const { clock, fail, governor } = setup();
  await fail(flood());
  await clock.advance(5 * minuteMs);
  await fail(refusal('Resource not found #469', 404));
  t.equal(governor.state().open, true);
});

t.test('several calls that are out when the gate closes count as one closing', async (t) => {
  const { clock, governor } = setup();
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

t.test('an older call that goes well does not open the gate', async (t) => {
  const { fail, call, governor } = setup();
  const slow = gated();
  const old = call('old', 'index', {}, slow.promise);
  await fail(flood(), 'play');
  slow.resolve();
  await old;
  t.equal(governor.state().open, false);
});

t.test('maintenance pauses for one and then five minutes, an address lock for an hour', async (t) => {
  const { clock, fail } = setup();
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
  const { clock, fail } = setup();
  const error = await fail(refusal('', 429, { 'retry-after': '1200' }));
  t.equal(error.retryAt - clock.now(), 20 * minuteMs);
});

t.test('refusals without words close the gate at the third in a row', async (t) => {
  const { clock, fail, call, governor } = setup();
  const next = async () => {
    const failed = fail(refusal(''));
    await clock.advance(2500);
    await failed;
    return governor.state().open;
  };
  t.same([await next(), await next()], [true, true]);
  await call('good', 'index');
  t.same([await next(), await next(), await next()], [true, true, false]);
});

t.test('a lock outlives a restart, a refused key does not', async (t) => {
  const first = setup();
  await first.fail(flood());
  const later = createHandClock(first.clock.now() + minuteMs);
  const second = setup({ memory: first.memory }, later);
  t.match(second.governor.state(), {
    open: false,
    why: 'BRIDGE_HOST_FLOOD',
    closedUntil: later.now() + 4 * minuteMs,
  });
  t.equal(await codeOf(second.call('play', 'play')), 'BRIDGE_GATE_CLOSED');
  await later.advance(4 * minuteMs);
  const again = await second.fail(flood());
  t.equal(again.retryAt - later.now(), 15 * minuteMs, 'and so do the growing pauses');

  const third = setup();
  await third.fail(refusal('Not authenticated #29', 401));
  t.equal(await codeOf(third.call('play', 'play')), 'BRIDGE_GATE_CLOSED');
  t.equal(await codeOf(setup({ memory: third.memory }).call('play', 'play')), 'ok');
});

t.test('a stored lock further away than the longest pause is cut to it', async (t) => {
  const first = setup({}, createHandClock(Date.UTC(2035, 0, 1)));
  await first.fail(flood());
  const clock = createHandClock();
  const { governor } = setup({ memory: first.memory }, clock);
  t.equal(governor.state().closedUntil, clock.now() + hourMs);
});

t.test('a memory that is broken, full of nonsense or cannot be written stops nothing', async (t) => {
  const broken: GovernorMemory = {
    read: () => {
      throw new Error('no such file');
    },
    write: () => {
      throw new Error('disk full');
    },
  };
  const { call, fail, clock } = setup({ memory: broken });
  t.equal(await call('a', 'index'), 'a');
  await clock.advance(2500);
  t.ok(isBridgeError(await fail(flood()), 'BRIDGE_HOST_FLOOD'));
  const nonsense = {
    closure: { kind: 'toString', why: 'x', until: 'y' },
    closings: { flood: 'z' },
    next: { a: null },
  };
  const odd = setup({ memory: { read: () => nonsense as never, write: () => {} } });
  t.equal(odd.governor.state().open, true);
  t.equal((await odd.fail(flood())).retryAt - odd.clock.now(), 5 * minuteMs);
});

t.test(
  'user/info is asked once in six hours, over a restart too; a failed one may come again sooner',
  async (t) => {
    const { call, clock, memory, governor } = setup();
    const key = 'user:abc';
    t.equal(await call('user', 'probe', { key }), 'user');
    const error = await call('user', 'probe', { key }).catch((thrown) => thrown);
    t.ok(isBridgeError(error, 'BRIDGE_GATE_BUSY'));
    t.equal(error.retryAt, clock.now() + 6 * hourMs);
    const later = createHandClock(clock.now() + hourMs);
    t.equal(await codeOf(setup({ memory }, later).call('user', 'probe', { key })), 'BRIDGE_GATE_BUSY');
    t.equal(await codeOf(setup({ memory }, later).call('user', 'probe', { key: 'user:other' })), 'ok');
    await clock.advance(6 * hourMs);
    await governor
      .run({ urgency: 'probe', verb: 'user/info', key }, () => Promise.reject(new Error('cut')))
      .catch(() => {});
    await clock.advance(10 * minuteMs);
    t.equal(await call('user', 'probe', { key }), 'user');
  },
);

t.test('the whole account is listed once an hour and never waited for', async (t) => {
  const { call, clock } = setup();
  t.equal(await call('all', 'index', { key: 'folder:all' }), 'all');
  await clock.advance(hourMs - 1);
  t.equal(await codeOf(call('all', 'index', { key: 'folder:all' })), 'BRIDGE_GATE_BUSY');
  await clock.advance(1);
  t.equal(await call('all', 'index', { key: 'folder:all' }), 'all');
});

t.test(
  'a clock that is set back stalls neither the pace nor a folder nor a lock nor a deadline',
  async (t) => {
    const { clock, call, fail, governor } = setup();
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
    t.equal(governor.state().closedUntil, clock.now() + 5 * minuteMs);
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

t.test('at most one sleep is pending, and none when nothing waits', async (t) => {
  const { clock, call } = setup();
  for (let i = 0; i < 20; i++) void call(`${i}`, 'index', { deadlineMs: 3000 + i, key: `folder:${i % 3}` });
  await settle();
  t.equal(clock.sleeping(), 1);
  await clock.advance(hourMs);
  t.equal(clock.sleeping(), 0);
});

t.test('close refuses what waits, aborts what runs and takes nothing more', async (t) => {
  const { clock, governor, call } = setup();
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
  const { call, governor } = setup({ requestIntervalMs: 0, folderIntervalMs: 0 });
  for (let i = 0; i < 10; i++) await call('x', 'index', { key: 'folder:1' });
  t.match(governor.state(), { callsMade: 10, callsLeft: 3, running: 0 });
});
