import { join } from 'node:path';
import t from 'tap';
import { createMonotonicClock } from '../src/reconcile/monotonic-clock.ts';
import { createHandClock, hourMs } from './fixtures/hand-clock.ts';
import { opened } from './fixtures/listed-catalog.ts';
import { film, films, pathOf, strmOf } from './fixtures/numbered-films.ts';
import { remove, startBridge, takeOut, trash } from './fixtures/removals.ts';
import { noGrace, signal } from './fixtures/setup.ts';
import { strmFiles, strmPaths } from './fixtures/strm-files.ts';

/** Deletions: each window of retention, and what stops them. */

t.test('a file that disappears keeps its STRM until two crawls an hour apart have missed it', async (t) => {
  const one = await startBridge(t, [films(10)], { env: noGrace });
  await one.sync();
  const gone = one.simulator.account.file('/Films/Film a0.1950.1080p.mkv');
  one.simulator.account.removeFile(gone);
  await one.sync();
  t.equal((await strmPaths(one)).length, 10, 'missed once');
  await one.clock.advance(hourMs / 2);
  await one.sync();
  t.equal((await strmPaths(one)).length, 10, 'too soon');
  await one.clock.advance(hourMs / 2);
  const last = await one.sync();
  t.equal((await strmPaths(one)).length, 9);
  t.equal(last.note.removed, 1);
  t.notOk(await one.bridge.catalog.files.byId(gone.id));
});

t.test('a file that comes back, or moves, was never gone', async (t) => {
  const one = await startBridge(t, [films(10)], { env: noGrace });
  await one.sync();
  const before = await strmFiles(one.libraryDir);
  one.simulator.account.addFolder('/Films/Later');
  one.simulator.account.move('/Films/Film b0.1951.1080p.mkv', '/Films/Later');
  await one.sync();
  await one.clock.advance(2 * hourMs);
  await one.sync();
  await one.clock.advance(2 * hourMs);
  await one.sync();
  t.same(await strmFiles(one.libraryDir), before);
});

t.test('a file goes after two crawls and a day of grace, not an hour sooner', async (t) => {
  const one = await startBridge(t, [films(10)]);
  await one.sync();
  remove(one, 0);
  await one.sync();
  await one.later(30);
  t.equal((await strmPaths(one)).length, 10, 'confirmed now, however long it was missing');
  await one.later(23);
  t.equal((await strmPaths(one)).length, 10, 'an hour of grace is left');
  const last = await one.later(1);
  t.equal(last.note.removed, 1);
  t.notOk((await strmPaths(one)).includes(strmOf(0)));
  t.match(await trash(one), [/^2026-01-\d\d-1\/Movies\/Film a0 \(1950\)\/Film a0 \(1950\)\.nfo$/, /\.strm$/]);
  t.same(one.loud, [], 'nothing was stopped');
});

t.test('a clock that jumps ahead or back does not shorten retention', async (t) => {
  const clock = createHandClock();
  // The host's own clock is right.
  const hostClock = { now: () => clock.uptime?.() ?? 0 };
  const one = await startBridge(t, [films(10)], { overrides: { clock }, simulator: { clock: hostClock } });
  await one.sync();
  remove(one, 0);
  const jump = (hours: number) => one.clock.jump(one.clock.now() + hours * hourMs);
  await one.sync();
  jump(50);
  await one.sync();
  jump(50);
  await one.sync();
  t.equal((await strmPaths(one)).length, 10, 'no hour has passed since it was missed');
  await one.later(1);
  jump(500);
  await one.sync();
  jump(-700);
  await one.sync();
  jump(500);
  await one.later(22);
  t.equal((await strmPaths(one)).length, 10, 'less than a day since it was confirmed');
  await one.later(2);
  t.equal((await strmPaths(one)).length, 9);
});

t.test('monotonic time takes the smaller of what the clock and the uptime of the machine say', async (t) => {
  const { catalog } = await opened(t);
  const clocks = { wall: 1000, up: 50 };
  const monotonicClock = createMonotonicClock(catalog.keyValues, {
    now: () => clocks.wall,
    uptime: () => clocks.up,
    sleep: async () => {},
  });
  const after = async (wall: number, up: number) => {
    Object.assign(clocks, { wall, up });
    return monotonicClock.advance();
  };
  t.equal(await monotonicClock.advance(), 1000, 'it begins with the clock');
  t.equal(await after(1010, 60), 1010);
  t.equal(await after(5000, 70), 1020, 'the clock was set ahead');
  t.equal(await after(1030, 80), 1020, 'and back: that interval is lost');
  t.equal(await after(1130, 10), 1030, 'the machine was started: at least its uptime has passed');
  t.equal(await after(1140, 900), 1040, 'another machine, up for long');
  clocks.wall = 1150;
  clocks.up = 910;
  t.equal(await monotonicClock.now(), 1050);
  t.equal(await monotonicClock.now(), 1050, 'a reading moves nothing');
});

t.test('a fifth of one of several trees waits for a word, however large the others are', async (t) => {
  const home = t.testdir();
  const trees = [{ dir: join(home, 'all') }, { dir: join(home, 'kids'), roots: ['/Enfants'] }];
  const env = { ...noGrace, PASSERELLE_TREES: JSON.stringify(trees) };
  const one = await startBridge(t, [films(40), films(4, 'Enfants', 40)], { env, home });
  await one.sync();
  for (const n of [40, 41]) one.simulator.account.removeFile(pathOf(n, 'Enfants'));
  const { note } = await takeOut(one);
  t.match(note.held, { files: 2, why: /2 of 4 files in .*kids \(50 %\)/ });
  t.equal((await strmFiles(join(home, 'kids'))).length, 4);
  await one.bridge.curation.proposals.accept(1, signal);
  remove(one, 0, 1);
  t.equal((await takeOut(one)).note.removed, 2, 'the tree of all loses little');
});

t.test('a root and a tree of one name do not count the losses of each other', async (t) => {
  const home = t.testdir();
  const same = join(home, 'same');
  const trees = [{ dir: join(home, 'all') }, { dir: same, roots: ['/Films'] }];
  const env = {
    ...noGrace,
    PASSERELLE_TREES: JSON.stringify(trees),
    PASSERELLE_ROOTS: `/Films,${same}`,
  };
  const one = await startBridge(t, [films(80)], { env, home });
  const { account } = one.simulator;
  account.addFolder(same);
  const more = Array.from({ length: 20 }, (_, n) => account.addFile(same, film(80 + n)));
  await one.sync();
  for (const file of more.splice(0, 3)) account.removeFile(file);
  t.equal((await takeOut(one)).note.removed, 3);
  for (const file of more.splice(0, 3)) account.removeFile(file);
  t.match((await takeOut(one)).note.held, { files: 3, why: /6 of 20 files in .*same \(30 %\)/ });
});

t.test('more than N at once wait for a word, also when they go one by one within a day', async (t) => {
  const env = { ...noGrace, PASSERELLE_SYNC_REMOVE_MAX: '3' };
  const one = await startBridge(t, [films(40)], { env });
  await one.sync();
  remove(one, 0, 1);
  t.equal((await takeOut(one)).note.removed, 2);
  remove(one, 2, 3);
  const held = await takeOut(one);
  t.match(held.note.held, { files: 2, why: /4 files would go, more than 3 at once/, proposal: 2 });
  t.equal((await strmPaths(one)).length, 38);
  await one.bridge.curation.proposals.accept(2, signal);
  t.equal((await strmPaths(one)).length, 36, 'at once');
});

t.test('one root of two cannot lose more than a fifth without a word', async (t) => {
  const env = { ...noGrace, PASSERELLE_ROOTS: '/Films,/Series' };
  const one = await startBridge(t, [films(40), films(5, 'Series', 40)], { env });
  await one.sync();
  for (const n of [40, 41]) one.simulator.account.removeFile(pathOf(n, 'Series'));
  t.match((await takeOut(one)).note.held?.why, /2 of 5 files in \/Series/);
  t.equal((await strmPaths(one)).length, 45);
});

t.test('an account that lists nothing confirms nothing, and says so once', async (t) => {
  const one = await startBridge(t, [films(10)], { env: noGrace });
  await one.sync();
  one.simulator.account.removeFolder('/Films');
  for (let n = 0; n < 4; n++)
    t.match((await one.later(2)).note.held, { files: 10, why: /account is empty/, proposal: 1 });
  t.equal(one.loud.length, 1, 'loud once');
  t.match(one.loud[0], /NOTHING WAS REMOVED.*proposals accept 1.*refuse 1/);
  t.match(await one.bridge.curation.proposals.list(9), [
    { id: 1, kind: 'empty', state: 'open', files: 10, films: 10, examples: Array(5).fill(/^\/Films\/Film /) },
  ]);
  t.equal((await strmPaths(one)).length, 10);
  one.simulator.account.addFolder('/New');
  one.simulator.account.addFile('/New', film(30));
  t.match((await one.later(2)).note, { held: undefined });
  t.match(await one.bridge.curation.proposals.list(9), [{ state: 'settled' }], 'its cause is over');
  t.match((await one.later(2)).note.held, { files: 10, why: /10 of 11 files/, proposal: 2 }, 'by retention');
});

t.test('while a folder cannot be listed nothing goes, and what is long missing is proposed', async (t) => {
  const one = await startBridge(t, [films(10), films(2, 'Other', 30)], {});
  await one.sync();
  remove(one, 0);
  await one.sync();
  await one.later(2);
  const folderId = one.simulator.account.folder('/Other').id;
  const times = Number.POSITIVE_INFINITY;
  one.simulator.faults.answer({
    is: 'ko',
    message: 'Resource not allowed #631',
    status: 403,
    folderId,
    times,
  });
  t.equal((await one.later(5)).note.held, undefined, 'its time of grace is not over: nothing was stopped');
  const held = await one.later(20);
  t.match(held.note, { failedFolders: 1, held: { files: 1, why: /1 folders could not be listed/ } });
  t.equal((await strmPaths(one)).length, 12);
  one.simulator.faults.clear();
  t.equal((await one.later(1)).note.removed, 1, 'the next whole crawl goes on');
  t.match(await one.bridge.curation.proposals.list(9), [
    { kind: 'retention', state: 'accepted' },
    { kind: 'failed', state: 'settled' },
  ]);
});
