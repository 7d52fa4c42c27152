import t from 'tap';
import { type BackgroundLoopOptions, createBackgroundLoop } from '../src/core/background-loop.ts';
import { minuteMs } from '../src/core/durations.ts';
import { createHandClock, settle } from './fixtures/hand-clock.ts';

/** What goes on in the background: when it has its turns, what a fault does to it, and how it ends. */

function laidOut(
  pauseMs: (turn: number) => number | undefined,
  more: Partial<Omit<BackgroundLoopOptions, 'clock' | 'turn'>> = {},
) {
  const clock = createHandClock();
  const began = clock.now();
  const turns: number[] = [];
  const faults: unknown[] = [];
  const loop = createBackgroundLoop({
    clock,
    turn: async () => {
      turns.push((clock.now() - began) / minuteMs);
      return pauseMs(turns.length);
    },
    onError: (error) => {
      faults.push(error);
      return 5 * minuteMs;
    },
    ...more,
  });
  return { clock, loop, turns, faults };
}

t.test('each turn says how long the pause after it is', async (t) => {
  const { clock, loop, turns } = laidOut((turn) => turn * minuteMs);
  await clock.advance(minuteMs);
  t.strictSame(turns, [], 'nothing before it is started');
  t.notOk(loop.isRunning());
  loop.start();
  loop.start();
  t.ok(loop.isRunning());
  await clock.advance(6 * minuteMs);
  t.strictSame(turns, [1, 2, 4, 7]);
  await loop.stop();
});

t.test('a loop may begin with a pause', async (t) => {
  const { clock, loop, turns } = laidOut(() => 2 * minuteMs, { firstPauseMs: 3 * minuteMs });
  loop.start();
  await clock.advance(6 * minuteMs);
  t.strictSame(turns, [3, 5]);
  await loop.stop();
});

t.test('a pause is never longer than the longest', async (t) => {
  const { clock, loop, turns } = laidOut((turn) => (turn === 1 ? undefined : 9 * minuteMs), {
    maxPauseMs: 2 * minuteMs,
  });
  loop.start();
  await clock.advance(5 * minuteMs);
  t.strictSame(turns, [0, 2, 4]);
  await loop.stop();
});

t.test('without a pause the next turn waits until the loop is woken', async (t) => {
  const { clock, loop, turns } = laidOut((turn) => (turn === 1 ? undefined : Number.POSITIVE_INFINITY));
  loop.start();
  await clock.advance(1000 * minuteMs);
  t.strictSame(turns, [0]);
  loop.wake();
  await settle();
  t.strictSame(turns, [0, 1000]);
  await clock.advance(minuteMs);
  t.equal(turns.length, 2, 'woken once, it has one turn');
  await loop.stop();
});

t.test('who wakes the loop in mid-turn is heard when the turn ends', async (t) => {
  const clock = createHandClock();
  let turns = 0;
  const loop = createBackgroundLoop({
    clock,
    turn: async () => {
      turns++;
      await clock.sleep(minuteMs);
      return 60 * minuteMs;
    },
    onError: () => undefined,
  });
  loop.start();
  await settle();
  loop.wake();
  loop.wake();
  await settle();
  t.equal(turns, 1, 'one turn at a time');
  await clock.advance(minuteMs);
  t.equal(turns, 2);
  await clock.advance(30 * minuteMs);
  t.equal(turns, 2, 'two calls, one turn');
  const stopped = loop.stop();
  await clock.advance(minuteMs);
  await stopped;
});

t.test('a turn that throws is told, and the loop goes on after the pause of its fault', async (t) => {
  const fault = new Error('the disk is full');
  const { clock, loop, turns, faults } = laidOut((turn) => {
    if (turn % 2 === 1) throw fault;
    return minuteMs;
  });
  loop.start();
  await clock.advance(11 * minuteMs);
  t.strictSame(turns, [0, 5, 6, 11]);
  t.strictSame(faults, [fault, fault]);
  loop.wake();
  await settle();
  t.strictSame(turns, [0, 5, 6, 11, 11], 'also the pause of a fault can be cut short');
  await loop.stop();
});

t.test('stopping cuts a pause short, leaves nothing behind and is for good', async (t) => {
  const { clock, loop, turns } = laidOut(() => minuteMs);
  loop.start();
  await settle();
  t.equal(clock.sleeping(), 1);
  await loop.stop();
  t.equal(clock.sleeping(), 0);
  t.ok(loop.signal.aborted);
  t.notOk(loop.isRunning());
  loop.start();
  loop.wake();
  await clock.advance(10 * minuteMs);
  t.strictSame(turns, [0]);
  await loop.stop();
});

t.test('stopping aborts the turn that runs, waits for it, and takes its fault for what it is', async (t) => {
  const clock = createHandClock();
  const faults: unknown[] = [];
  let hasEnded = false;
  const loop = createBackgroundLoop({
    clock,
    async turn(signal) {
      try {
        await clock.sleep(60 * minuteMs, signal);
      } finally {
        await settle(3);
        hasEnded = true;
      }
      return 0;
    },
    onError: (error) => {
      faults.push(error);
      return 0;
    },
  });
  loop.start();
  await settle();
  await loop.stop();
  t.ok(hasEnded);
  t.strictSame(faults, []);
});

t.test('a loop that was never started, or is stopped before its first turn, has none', async (t) => {
  const idle = laidOut(() => 0);
  await idle.loop.stop();
  const late = laidOut(() => 0, { firstPauseMs: minuteMs });
  late.loop.start();
  await settle();
  await late.loop.stop();
  await late.clock.advance(10 * minuteMs);
  t.strictSame([...idle.turns, ...late.turns], []);
});
