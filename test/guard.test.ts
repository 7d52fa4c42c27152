import t from 'tap';
import { whatStops } from '../src/sync/retention/guard.ts';
import { createHandClock, hourMs } from './fixtures/hand-clock.ts';
import { films, movie } from './fixtures/numbered-films.ts';
import { setup } from './fixtures/setup.ts';
import { startBridge } from './fixtures/start-bridge.ts';
import { strmFiles, strmPaths } from './fixtures/strm-files.ts';

/** What lets nothing go: too many at once, a root that is gone, listings that lack entries. */

t.test('the guard, as a table: what stops a deletion, and why', async (t) => {
  const share = (total: number, candidates: number) => ({ total, candidates });
  const base = { whole: share(1000, 3), roots: [{ path: '/a', ...share(1000, 3) }], removePercent: 20 };
  const rows: [string, Parameters<typeof whatStops>[0], RegExp | undefined][] = [
    ['few of many', base, undefined],
    ['a failed folder', { ...base, crawl: { failedFolders: 2 } }, /^failed 2 folders could not/],
    ['a root that is gone', { ...base, crawl: { missingRoots: ['/b'] } }, /^failed not in the account: \/b/],
    ['nothing listed', { ...base, crawl: { isEmpty: true } }, /^empty .*is empty; everything in \/a/],
    [
      'another account is more than all else',
      { ...base, crawl: { isEmpty: true, failedFolders: 1, otherAccount: 'other key' } },
      /^account other key/,
    ],
    [
      'a spoilt crawl stops also where nothing is due',
      { ...base, whole: share(9, 0), crawl: { failedFolders: 1 } },
      /^failed/,
    ],
    ['as many as may', { ...base, removeMax: 3 }, undefined],
    ['one more', { ...base, removeMax: 2 }, /^many 3 files would go, more than 2 at once/],
    [
      'a fifth of one root',
      { ...base, roots: [{ path: '/a', ...share(10, 3) }] },
      /^many 3 of 10 files in \/a \(30 %\)/,
    ],
    ['a fifth of a root, no more', { ...base, roots: [{ path: '/a', ...share(15, 3) }] }, undefined],
  ];
  for (const [what, question, expected] of rows) {
    const stop = whatStops(question);
    if (expected) t.match(stop && `${stop.cause} ${stop.why}`, expected, what);
    else t.equal(stop, undefined, what);
  }
});

t.test('the guard, as a table', async (t) => {
  const none = { total: 100, candidates: 0 };
  const rows: [string, Parameters<typeof whatStops>[0], RegExp | undefined][] = [
    ['nothing to remove', { whole: none, roots: [], removePercent: 20 }, undefined],
    [
      'exactly the bound',
      {
        whole: { total: 100, candidates: 20 },
        roots: [{ path: '/a', total: 100, candidates: 20 }],
        removePercent: 20,
      },
      undefined,
    ],
    [
      'one more',
      { whole: { total: 100, candidates: 21 }, roots: [], removePercent: 20 },
      /21 of 100 files \(21 %\)/,
    ],
    [
      'all of a small root',
      {
        whole: { total: 100, candidates: 2 },
        roots: [{ path: '/a', total: 2, candidates: 2 }],
        removePercent: 20,
      },
      /everything in \/a/,
    ],
    [
      'an empty root',
      {
        whole: { total: 100, candidates: 2 },
        roots: [{ path: '/a', total: 0, candidates: 0 }],
        removePercent: 20,
      },
      undefined,
    ],
    ['never', { whole: { total: 100, candidates: 1 }, roots: [], removePercent: 0 }, /1 of 100/],
  ];
  for (const [what, question, expected] of rows) {
    const why = whatStops(question)?.why;
    if (expected) t.match(why, expected, what);
    else t.equal(why, undefined, what);
  }
});

t.test('more than a fifth of the tree is not removed without a word', async (t) => {
  const one = await startBridge(t, { folders: [films(10)] });
  await one.sync();
  for (const n of [0, 1, 2])
    one.simulator.account.removeFile(`/Films/Film ${'abc'[n]}0.${1950 + n}.1080p.mkv`);
  await one.sync();
  await one.clock.advance(2 * hourMs);
  const held = await one.sync();
  t.equal((await strmPaths(one)).length, 10);
  t.match(held.note.held, { files: 3, why: /3 of 10 files \(30 %\)/ });
  await one.clock.advance(2 * hourMs);
  const accepted = await one.sync({ acceptRemovals: true });
  t.equal(accepted.note.removed, 3);
  t.equal((await strmPaths(one)).length, 7);
});

t.test('a folder that comes back empty, or a vanished root, removes nothing', async (t) => {
  const one = await startBridge(
    t,
    { folders: [films(10)] },
    { PASSERELLE_ROOTS: '/Films', PASSERELLE_SYNC_REMOVE_PERCENT: '100' },
  );
  await one.sync();
  for (let n = 0; n < 10; n++)
    one.simulator.account.removeFile(`/Films/Film ${'abcdefghij'[n]}0.${1950 + n}.1080p.mkv`);
  await one.sync();
  await one.clock.advance(2 * hourMs);
  const held = await one.sync();
  t.match(held.note.held?.why, /everything in \/Films would go/);
  one.simulator.account.removeFolder('/Films');
  await one.clock.advance(2 * hourMs);
  const noRoot = await one.sync();
  t.equal(noRoot.outcome, 'stopped');
  t.match(noRoot.reason, { code: 'BRIDGE_ROOT_NOT_FOUND' });
  t.equal((await strmPaths(one)).length, 10);
});

t.test('half answers and maintenance pages remove nothing', async (t) => {
  const one = await startBridge(t, { folders: [films(10)] });
  await one.sync();
  for (const fault of [
    { is: 'emptyListing' },
    { is: 'maintenance', status: 200 },
    { is: 'maintenance' },
    { is: 'status', status: 502 },
  ] as const) {
    one.simulator.faults.answer({ ...fault, times: 1 });
    await one.sync();
    await one.clock.advance(2 * hourMs);
    t.equal((await strmPaths(one)).length, 10, fault.is);
  }
  const found = await one.bridge.catalog.files.counts();
  t.equal(found.files, 10);
});

t.test('one folder that cannot be listed stops neither the others nor lets anything go', async (t) => {
  const clock = createHandClock();
  const one = await setup(t, { overrides: { clock }, simulator: { clock } });
  const { id } = one.simulator.account.folder('/Divers');
  one.simulator.faults.answer({
    is: 'ko',
    message: 'Resource not allowed #631',
    status: 403,
    folderId: id,
    times: Number.POSITIVE_INFINITY,
  });
  const result = await one.sync();
  t.equal(result.outcome, 'done');
  t.equal(result.note.failedFolders, 1);
  t.equal((await strmPaths(one)).length, 10);
});

t.test('photos and archives beside the films do not soften the guard', async (t) => {
  const photos = {
    name: 'Photos',
    files: Array.from({ length: 100 }, (_, n) => ({ name: `photo ${n}.jpg`, content: Buffer.from('x') })),
  };
  const one = await startBridge(t, { folders: [films(10), photos] });
  await one.sync();
  for (const file of [...one.simulator.account.folder('/Films').files.values()])
    one.simulator.account.removeFile(file);
  await one.sync();
  await one.clock.advance(2 * hourMs);
  const held = await one.sync();
  t.ok(held.note.held);
  t.equal((await strmPaths(one)).length, 10);
});

t.test('many small losses within a day are one large loss', async (t) => {
  const one = await startBridge(t, { folders: [films(40)] });
  await one.sync();
  const files = [...one.simulator.account.folder('/Films').files.values()];
  for (let round = 0; round < 4; round++) {
    for (const file of files.splice(0, 5)) one.simulator.account.removeFile(file);
    await one.sync();
    await one.clock.advance(2 * hourMs);
    await one.sync();
  }
  t.equal((await strmPaths(one)).length, 35, 'the first 5 of 40 went, the rest waits for a word');
});

t.test('a listing that may lack entries is no second confirmation', async (t) => {
  const one = await startBridge(t, { folders: [films(10)] });
  await one.sync();
  const folder = one.simulator.account.folder('/Films');
  one.simulator.account.removeFile('/Films/Film a0.1950.1080p.mkv');
  await one.sync();
  await one.clock.advance(2 * hourMs);
  one.simulator.faults.listingCap = 5;
  await one.sync();
  t.equal((await strmPaths(one)).length, 10);
  one.simulator.faults.listingCap = 5000;
  t.ok(folder);
  await one.clock.advance(2 * hourMs);
  await one.sync();
  t.equal((await strmPaths(one)).length, 10, 'missed for the first time again');
});

t.test('one root that is gone stops neither the others nor lets anything go', async (t) => {
  const one = await startBridge(
    t,
    { folders: [films(10), films(5, 'Series')] },
    { PASSERELLE_ROOTS: '/Films,/Series' },
  );
  await one.sync();
  one.simulator.account.removeFolder('/Series');
  one.simulator.account.addFile('/Films', movie('New', 2001));
  for (let n = 0; n < 3; n++) {
    await one.clock.advance(2 * hourMs);
    const result = await one.sync();
    t.equal(result.outcome, 'done');
    t.same(result.note.missingRoots, ['/Series']);
  }
  t.equal((await strmPaths(one)).length, (await strmFiles(one.libraryDir)).length);
  t.ok((await strmPaths(one)).includes('Movies/New (2001)/New (2001).strm'));
  t.equal((await one.bridge.catalog.files.counts()).files, 16);
});

t.test('a folder that can never be listed holds removals back until a person says so', async (t) => {
  const one = await startBridge(t, { folders: [films(10), films(2, 'Other')] });
  await one.sync();
  one.simulator.account.removeFile('/Films/Film a0.1950.1080p.mkv');
  one.simulator.faults.answer({
    is: 'ko',
    message: 'Resource not allowed #631',
    status: 403,
    folderId: one.simulator.account.folder('/Other').id,
    times: Number.POSITIVE_INFINITY,
  });
  const before = (await one.bridge.catalog.files.counts()).files;
  await one.sync({ acceptRemovals: true });
  await one.clock.advance(2 * hourMs);
  await one.sync();
  t.equal((await one.bridge.catalog.files.counts()).files, before);
  await one.sync({ acceptRemovals: true });
  t.equal((await one.bridge.catalog.files.counts()).files, before - 1);
});

t.test('a dry run tells of removals, and neither makes nor starts them', async (t) => {
  const one = await startBridge(t, { folders: [films(10)] });
  await one.sync();
  one.simulator.account.removeFile('/Films/Film a0.1950.1080p.mkv');
  await one.sync({ dryRun: true });
  await one.clock.advance(2 * hourMs);
  await one.sync();
  t.equal((await strmPaths(one)).length, 10, 'the dry run did not count');
  await one.clock.advance(2 * hourMs);
  const dry = await one.sync({ dryRun: true });
  t.ok(
    dry.tree.plans.flatMap((plan) => plan.ops).some((op) => op.op === 'delete' && op.path.endsWith('.strm')),
  );
  t.equal((await strmPaths(one)).length, 10);
  t.equal((await one.sync()).note.removed, 1);
});
