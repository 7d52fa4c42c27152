import t from 'tap';
import { giveBackMemoryOfStart } from '../src/core/low-memory-mode.ts';

t.test('what a start leaves is given back before anybody is served', async (t) => {
  const usedMb = () => process.memoryUsage().heapUsed / 1e6;
  giveBackMemoryOfStart();
  const before = usedMb();
  let left: object[] | undefined = Array.from({ length: 300_000 }, (_, at) => ({ at, text: `film ${at}` }));
  const full = usedMb();
  t.ok(full - before > 15, `${left.length} objects take memory`);
  left = undefined;
  giveBackMemoryOfStart();
  t.ok(usedMb() - before < (full - before) / 4);
});

t.test('nobody else can ask for it afterwards', async (t) => {
  giveBackMemoryOfStart();
  t.equal(typeof globalThis.gc, 'undefined');
});
