import { join } from 'node:path';
import t from 'tap';
import { giveBackMemoryOfStart } from '../src/core/low-memory-mode.ts';
import { run } from './fixtures/run.ts';

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

t.test('what a burst of requests has compiled leaves nothing behind but what was compiled', async (t) => {
  const script = join(import.meta.dirname, 'fixtures', 'much-compiled.ts');
  const mbOf = async (...how: string[]) => Number((await run(process.execPath, [script, ...how])).stdout);
  const [small, large] = [await mbOf('small'), await mbOf()];
  t.ok(large - small > 20, `${small.toFixed(0)} MB in the place of ${large.toFixed(0)}`);
});

t.test('what a start gives back does not make the ticks of every answer slower', async (t) => {
  const script = join(import.meta.dirname, 'fixtures', 'many-ticks.ts');
  const costOf = async (...how: string[]) => Number((await run(process.execPath, [script, ...how])).stdout);
  const [forgotten, kept] = [await costOf(), await costOf('kept')];
  t.ok(kept > 0 && kept < forgotten / 1.5, `${kept.toFixed(2)} us in the place of ${forgotten.toFixed(2)}`);
});
