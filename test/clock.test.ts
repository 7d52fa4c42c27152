import t from 'tap';
import { systemClock } from '../src/core/clock.ts';

t.test(
  'a sleep that is cut short ends with the reason that was given, and leaves nothing behind',
  async (t) => {
    const stop = new AbortController();
    const reason = new Error('enough');
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    const sleep = systemClock.sleep(1e12, stop.signal);
    t.equal(timers(), before + 1);
    stop.abort(reason);
    t.equal(await sleep.catch((error: unknown) => error), reason);
    t.equal(timers(), before);
    t.equal(
      await systemClock.sleep(5, stop.signal).catch((error: unknown) => error),
      reason,
      'also when it begins late',
    );
    t.equal(await systemClock.sleep(0, stop.signal).catch((error: unknown) => error), reason);
  },
);

t.test('a sleep without a signal, and one that nobody cut short, ends in time', async () => {
  await systemClock.sleep(1);
  await systemClock.sleep(1, new AbortController().signal);
  await systemClock.sleep(-1);
});
