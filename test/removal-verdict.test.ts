import t from 'tap';
import { type FileId, type FolderId, toFileId } from '../src/core/ids.ts';
import type { Stop } from '../src/sync/retention/guard.ts';
import { countShares, noShares } from '../src/sync/retention/removal-shares.ts';
import { judgeRemovals, trustIn } from '../src/sync/retention/removal-verdict.ts';
import { folder } from './fixtures/ids.ts';

/** What a crawl that misses files may do to them: how far it is believed, what goes, and what waits for a person. */

t.test('how far a crawl is believed', async (t) => {
  const nothing = { acceptRemovals: false, open: [] };
  const said = (...open: string[]) => ({ acceptRemovals: true, open });
  const other = { otherAccount: 'the API key is another one' };
  const cases: [string, Parameters<typeof trustIn>, [string | undefined, boolean, boolean, boolean]][] = [
    ['a whole listing', [{}, nothing], [undefined, false, true, true]],
    ['with a word', [{}, said()], [undefined, true, true, true]],
    ['folders failed', [{ failedFolders: 2 }, nothing], ['failed', false, false, false]],
    ['folders failed, with a word', [{ failedFolders: 2 }, said()], ['failed', true, true, true]],
    ['a root is not there', [{ missingRoots: ['/Films'] }, nothing], ['failed', false, false, false]],
    [
      'a root is not there, with a word',
      [{ missingRoots: ['/Films'] }, said()],
      ['failed', true, true, false],
    ],
    ['nothing was listed', [{ isEmpty: true }, nothing], ['empty', false, false, true]],
    [
      'nothing was listed, a word of nothing',
      [{ isEmpty: true }, said('many')],
      ['empty', false, false, true],
    ],
    ['nothing was listed, a word of it', [{ isEmpty: true }, said('empty')], ['empty', true, true, true]],
    ['another account', [other, nothing], ['account', false, false, true]],
    ['another account, a word of nothing', [other, said()], ['account', false, false, true]],
    ['another account, a word of it', [other, said('account')], ['account', true, true, true]],
  ];
  for (const [what, args, expected] of cases) {
    const { spoilt, hasWord, isSure, maySayMissing } = trustIn(...args);
    t.strictSame([spoilt?.cause, hasWord, isSure, maySayMissing], expected, what);
  }
});

t.test('what goes, and what is held back', async (t) => {
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(toFileId) as [FileId, FileId, FileId, FileId];
  const files = { due: [a, b], waiting: new Set([b, c]), lost: [b, d] };
  const cases: [Stop['cause'] | undefined, { going: string[]; held: string[] }][] = [
    [undefined, { going: ['a'], held: [] }],
    ['many', { going: [], held: ['a', 'b', 'c'] }],
    ['failed', { going: [], held: ['a', 'b', 'd'] }],
    ['empty', { going: [], held: ['b', 'd'] }],
    ['account', { going: [], held: ['b', 'd'] }],
  ];
  for (const [cause, expected] of cases)
    t.strictSame(judgeRemovals(cause && { cause, why: '' }, files), expected, String(cause));
});

t.test('the losses of the last day count with what would go now, and only with it', async (t) => {
  const windows = { monotonicMs: 0, confirmMs: 0, graceMs: 0 };
  const losses = { files: 7, in: (part: string) => ({ '/Films': 4, 'tree /tv': 2 })[part] ?? 0 };
  const roots = [
    { path: '/Films', folderId: folder(1) },
    { path: '/Shows', folderId: folder(2) },
  ];
  const removals = {
    share: async () => ({ total: 100, candidates: 5 }),
    shareBelow: async (id: FolderId) => ({ total: Number(id) * 10, candidates: id === folder(1) ? 5 : 0 }),
    shareInTree: async (tree: string) => ({ total: 50, candidates: tree === '' ? 0 : 3 }),
  };
  const one = [{ name: '', dir: '/library' }];
  const two = [...one, { name: '/tv', dir: '/tv' }];
  const films = { name: '/Films', path: '/Films', total: 14, candidates: 9, gone: 5 };
  const shows = { name: '/Shows', path: '/Shows', total: 20, candidates: 0, gone: 0 };
  t.strictSame(await countShares(removals, { roots, trees: one }, windows, losses), {
    whole: { total: 107, candidates: 12, gone: 5 },
    parts: [films, shows],
  });
  t.strictSame((await countShares(removals, { roots, trees: two }, windows, losses)).parts, [
    films,
    shows,
    { name: 'tree /library', path: '/library', total: 50, candidates: 0, gone: 0 },
    { name: 'tree /tv', path: '/tv', total: 52, candidates: 5, gone: 3 },
  ]);
  t.strictSame(noShares(roots.slice(0, 1), losses), {
    whole: { total: 7, candidates: 0, gone: 0 },
    parts: [{ name: '/Films', path: '/Films', total: 4, candidates: 0, gone: 0 }],
  });
});
