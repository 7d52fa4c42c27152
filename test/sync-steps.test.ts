import t from 'tap';
import { type FileId, toFileId } from '../src/core/ids.ts';
import { filesAtOnce, slicesOf } from '../src/sync/file-slices.ts';
import { createGatherer } from '../src/sync/gather.ts';
import { scopeOf } from '../src/sync/sync-scope.ts';
import { createHandClock } from './fixtures/hand-clock.ts';
import { folder } from './fixtures/ids.ts';

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

t.test('what waits is cut where a folder ends', async (t) => {
  const cases: [string, [folderId: number | 'gone', files: number][], number[]][] = [
    ['nothing', [], []],
    ['little', [[1, 20]], [20]],
    ['one folder', [[1, 3 * filesAtOnce + 7]], [3 * filesAtOnce + 7]],
    [
      'a folder that reaches over',
      [
        [1, 400],
        [2, 300],
        [3, 100],
      ],
      [700, 100],
    ],
    [
      'a folder that ends there',
      [
        [1, 400],
        [2, 100],
        [3, 100],
      ],
      [500, 100],
    ],
    [
      'a folder that begins there',
      [
        [1, 499],
        [2, 1200],
        [3, 1],
      ],
      [1699, 1],
    ],
    ['small folders', Array.from({ length: 30 }, (_, n) => [n, 50]), [500, 500, 500]],
    ['what has left the library', [['gone', 1200]], [500, 500, 200]],
    [
      'what has left it before a folder',
      [
        ['gone', 500],
        [1, 600],
      ],
      [500, 600],
    ],
  ];
  for (const [what, folders, wanted] of cases) {
    const files = folders.flatMap(([folderId, count], at) =>
      Array.from({ length: count }, (_, n) => ({ id: toFileId(`${at}-${n}`), folderId, name: '' })),
    );
    const there = files.flatMap((file) =>
      file.folderId === 'gone' ? [] : { ...file, folderId: folder(file.folderId) },
    );
    const namesByIds = async (ids: readonly FileId[]) => there.filter(({ id }) => ids.includes(id));
    const ids = files.map(({ id }) => id);
    const slices: (readonly FileId[])[] = [];
    for await (const slice of slicesOf({ namesByIds }, ids)) slices.push(slice);
    t.strictSame(
      slices.map(({ length }) => length),
      wanted,
      what,
    );
    t.strictSame(slices.flat(), ids, what);
  }
});
