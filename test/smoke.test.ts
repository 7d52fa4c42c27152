import t from 'tap';
import { createHandClock } from './fixtures/hand-clock.ts';
t.test('a hand clock wakes sleepers in order', async (t) => {
  const clock = createHandClock(0);
  const woken: number[] = [];
  void clock.sleep(20).then(() => woken.push(20));
  void clock.sleep(10).then(() => woken.push(10));
  await clock.advance(30);
  t.same(woken, [10, 20]);
});
