import t from 'tap';
import { toFileId } from '../src/core/ids.ts';
import { createGatherer, filesAtOnce } from '../src/sync/gather.ts';
import { scopeOf } from '../src/sync/sync-scope.ts';
import { createHandClock } from './fixtures/hand-clock.ts';

/** The steps of a sync that need no host: what it looks at, and when what was listed is written. */

t.test('what a sync looks at', async (t) => {
  const cases: [Partial<Parameters<typeof scopeOf>[0]>, 'everything' | 'differing' | 'changes'][] = [
    [{}, 'everything'],
    [{ isSameAsThen: true }, 'differing'],
    [{ hasCheckedAll: true }, 'changes'],
    [{ hasCheckedAll: true, isSameAsThen: true }, 'changes'],
    [{ full: true }, 'everything'],
    [{ full: true, isSameAsThen: true }, 'everything'],
    [{ full: true, hasCheckedAll: true }, 'everything'],
    [{ dryRun: true }, 'everything'],
    [{ dryRun: true, isSameAsThen: true }, 'everything'],
    [{ dryRun: true, hasCheckedAll: true }, 'everything'],
  ];
  const none = { full: false, dryRun: false, hasCheckedAll: false, isSameAsThen: false };
  for (const [facts, expected] of cases) {
    const { everything, differing } = scopeOf({ ...none, ...facts });
    const found = everything ? 'everything' : differing ? 'differing' : 'changes';
    t.equal(found, expected, JSON.stringify(facts));
    t.notOk(everything && differing, 'one of the two');
  }
});

t.test('what was listed is written at once, then when a second has passed or many wait', async (t) => {
  const clock = createHandClock();
  const ids = (...names: string[]) => names.map(toFileId);
  const written: number[] = [];
  const gatherer = createGatherer(clock, async (files) => void written.push(files.length));
  await gatherer.add([]);
  t.strictSame(written, [], 'nothing waits');
  await gatherer.add(ids('a'));
  t.strictSame(written, [1]);
  await gatherer.add(ids('b'));
  await clock.advance(999);
  await gatherer.add(ids('c'));
  t.strictSame(written, [1]);
  await clock.advance(1);
  await gatherer.add([]);
  t.strictSame(written, [1, 2]);
  const many = Array.from({ length: filesAtOnce }, (_, n) => toFileId(String(n)));
  await gatherer.add(many.slice(1));
  t.strictSame(written, [1, 2]);
  await gatherer.add(many.slice(0, 1));
  t.strictSame(written, [1, 2, filesAtOnce]);
  await gatherer.add(ids('d'));
  await gatherer.rest();
  t.strictSame(written, [1, 2, filesAtOnce, 1], 'the rest at the end');
});
