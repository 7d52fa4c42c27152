import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { copyOver, moveFile } from '../src/library/tree/move.ts';
import type { Log } from '../src/log.ts';
import { silentLog } from '../src/log.ts';
import { whatStops } from '../src/sync/removal/guard.ts';
import { createSteady } from '../src/sync/removal/steady.ts';
import { createHandClock, type HandClock } from './fixtures/hand-clock.ts';
import { type Setup, setup } from './fixtures/setup.ts';
import { strmFiles } from './fixtures/strm-files.ts';
import { type AccountFolder, createSimulator, type FileSpec } from './simulator/simulator.ts';

/** Deletions: each rung of the ladder, what stops them, what a person decides, the trash and the way back. */
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const letters = 'abcdefghijklmnopqrst';
const noGrace = { PASSERELLE_SYNC_GRACE_HOURS: '0' };

const nameOf = (n: number) => `Film ${letters[n % 20]}${Math.floor(n / 20)}`;
const pathOf = (n: number, folder = 'Films') => `/${folder}/${nameOf(n)}.${1950 + n}.1080p.mkv`;
const strmOf = (n: number) => {
  const title = `${nameOf(n)} (${1950 + n})`;
  return `Movies/${title}/${title}.strm`;
};

function film(n: number): FileSpec {
  return { name: `${nameOf(n)}.${1950 + n}.1080p.mkv`, content: { sizeBytes: 1000 + n, seed: n } };
}

function films(count: number, folder = 'Films', from = 0): AccountFolder {
  return { name: folder, files: Array.from({ length: count }, (_, n) => film(from + n)) };
}

type House = Setup & { clock: HandClock; loud: string[]; later(hours: number): ReturnType<Setup['sync']> };

async function house(t: Test, folders: AccountFolder[], more: Partial<Parameters<typeof setup>[1]> = {}) {
  const clock = (more?.overrides?.clock as HandClock | undefined) ?? createHandClock();
  const loud: string[] = [];
  const log: Log = { ...silentLog, error: (_values, words) => void loud.push(words) };
  const one = await setup(t, {
    ...more,
    log,
    overrides: { ...more?.overrides, clock },
    simulator: { clock, account: { folders }, ...more?.simulator },
  });
  const later = async (hours: number) => {
    await clock.advance(hours * hourMs);
    return one.sync();
  };
  return { ...one, clock, loud, later };
}

async function tree({ libraryDir }: Pick<Setup, 'libraryDir'>): Promise<string[]> {
  return (await strmFiles(libraryDir).catch(() => [])).map((file) => file.path);
}

/** Every file in the trash, with the folder of its batch. */
async function trash({ home }: Pick<Setup, 'home'>): Promise<string[]> {
  const dir = join(home, 'data', 'trash');
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1))
    .sort();
}

const remove = (one: Setup, ...numbers: number[]) => {
  for (const n of numbers) one.simulator.account.removeFile(pathOf(n));
};

/** Takes out without grace what was removed: missed, and an hour later confirmed. */
async function takeOut(one: House) {
  await one.sync();
  return one.later(1);
}

const mtime = async (one: Setup, path: string) => (await stat(join(one.libraryDir, path))).mtimeMs;

t.test('a file goes after two crawls and a day of grace, not an hour sooner', async (t) => {
  const one = await house(t, [films(10)]);
  await one.sync();
  remove(one, 0);
  await one.sync();
  await one.later(30);
  t.equal((await tree(one)).length, 10, 'confirmed now, however long it was missing');
  await one.later(23);
  t.equal((await tree(one)).length, 10, 'an hour of grace is left');
  const last = await one.later(1);
  t.equal(last.note.removed, 1);
  t.notOk((await tree(one)).includes(strmOf(0)));
  t.match(await trash(one), [/^2026-01-\d\d-1\/Movies\/Film a0 \(1950\)\/Film a0 \(1950\)\.nfo$/, /\.strm$/]);
  t.same(one.loud, [], 'nothing was stopped');
});

t.test('a clock that jumps ahead or back does not shorten the ladder', async (t) => {
  const clock = createHandClock();
  // The host's own clock is right.
  const hostClock = { now: () => clock.uptime?.() ?? 0 };
  const one = await house(t, [films(10)], { overrides: { clock }, simulator: { clock: hostClock } });
  await one.sync();
  remove(one, 0);
  const jump = (hours: number) => one.clock.jump(one.clock.now() + hours * hourMs);
  await one.sync();
  jump(50);
  await one.sync();
  jump(50);
  await one.sync();
  t.equal((await tree(one)).length, 10, 'no hour has passed since it was missed');
  await one.later(1);
  jump(500);
  await one.sync();
  jump(-700);
  await one.sync();
  jump(500);
  await one.later(22);
  t.equal((await tree(one)).length, 10, 'less than a day since it was confirmed');
  await one.later(2);
  t.equal((await tree(one)).length, 9);
});

t.test('steady time takes the smaller of what the clock and the uptime of the machine say', async (t) => {
  let kept: unknown;
  const memory = {
    get: async () => kept,
    put: async (_name: string, value: unknown) => {
      kept = value;
    },
  };
  const clocks = { wall: 1000, up: 50 };
  const steady = createSteady(memory as never, {
    now: () => clocks.wall,
    uptime: () => clocks.up,
    sleep: async () => {},
  });
  const after = async (wall: number, up: number) => {
    Object.assign(clocks, { wall, up });
    return steady.advance();
  };
  t.equal(await steady.advance(), 1000, 'it begins with the clock');
  t.equal(await after(1010, 60), 1010);
  t.equal(await after(5000, 70), 1020, 'the clock was set ahead');
  t.equal(await after(1030, 80), 1020, 'and back: that interval is lost');
  t.equal(await after(1130, 10), 1030, 'the machine was started: at least its uptime has passed');
  t.equal(await after(1140, 900), 1040, 'another machine, up for long');
  clocks.wall = 1150;
  clocks.up = 910;
  t.equal(await steady.now(), 1050);
  t.equal(await steady.now(), 1050, 'a look moves nothing');
});

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
    ['as many as may', { ...base, removeMost: 3 }, undefined],
    ['one more', { ...base, removeMost: 2 }, /^many 3 files would go, more than 2 at once/],
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

t.test('a fifth of one of several trees waits for a word, however large the others are', async (t) => {
  const home = t.testdir();
  const trees = [{ dir: join(home, 'all') }, { dir: join(home, 'kids'), roots: ['/Enfants'] }];
  const env = { ...noGrace, PASSERELLE_TREES: JSON.stringify(trees) };
  const one = await house(t, [films(40), films(4, 'Enfants', 40)], { env, home });
  await one.sync();
  for (const n of [40, 41]) one.simulator.account.removeFile(pathOf(n, 'Enfants'));
  const { note } = await takeOut(one);
  t.match(note.held, { files: 2, why: /2 of 4 files in .*kids \(50 %\)/ });
  t.equal((await strmFiles(join(home, 'kids'))).length, 4);
  await one.bridge.proposals.accept(1, new AbortController().signal);
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
  const one = await house(t, [films(80)], { env, home });
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
  const env = { ...noGrace, PASSERELLE_SYNC_REMOVE_MOST: '3' };
  const one = await house(t, [films(40)], { env });
  await one.sync();
  remove(one, 0, 1);
  t.equal((await takeOut(one)).note.removed, 2);
  remove(one, 2, 3);
  const held = await takeOut(one);
  t.match(held.note.held, { files: 2, why: /4 files would go, more than 3 at once/, proposal: 2 });
  t.equal((await tree(one)).length, 38);
  await one.bridge.proposals.accept(2, new AbortController().signal);
  t.equal((await tree(one)).length, 36, 'at once');
});

t.test('one root of two cannot lose more than a fifth without a word', async (t) => {
  const env = { ...noGrace, PASSERELLE_ROOTS: '/Films,/Series' };
  const one = await house(t, [films(40), films(5, 'Series', 40)], { env });
  await one.sync();
  for (const n of [40, 41]) one.simulator.account.removeFile(pathOf(n, 'Series'));
  t.match((await takeOut(one)).note.held?.why, /2 of 5 files in \/Series/);
  t.equal((await tree(one)).length, 45);
});

t.test('an account that lists nothing confirms nothing, and says so once', async (t) => {
  const one = await house(t, [films(10)], { env: noGrace });
  await one.sync();
  one.simulator.account.removeFolder('/Films');
  for (let n = 0; n < 4; n++)
    t.match((await one.later(2)).note.held, { files: 10, why: /account is empty/, proposal: 1 });
  t.equal(one.loud.length, 1, 'loud once');
  t.match(one.loud[0], /NOTHING WAS REMOVED.*proposals accept 1.*refuse 1/);
  t.match(await one.bridge.proposals.list(9), [
    { id: 1, kind: 'empty', state: 'open', files: 10, films: 10, examples: Array(5).fill(/^\/Films\/Film /) },
  ]);
  t.equal((await tree(one)).length, 10);
  one.simulator.account.addFolder('/New');
  one.simulator.account.addFile('/New', film(30));
  t.match((await one.later(2)).note, { held: undefined });
  t.match(await one.bridge.proposals.list(9), [{ state: 'settled' }], 'its cause is over');
  t.match((await one.later(2)).note.held, { files: 10, why: /10 of 11 files/, proposal: 2 }, 'on the ladder');
});

t.test('while a folder cannot be listed nothing goes, and what is long missing is proposed', async (t) => {
  const one = await house(t, [films(10), films(2, 'Other', 30)], {});
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
  t.equal((await tree(one)).length, 12);
  one.simulator.faults.clear();
  t.equal((await one.later(1)).note.removed, 1, 'the next whole crawl goes on');
  t.match(await one.bridge.proposals.list(9), [
    { kind: 'ladder', state: 'accepted' },
    { kind: 'failed', state: 'settled' },
  ]);
});

t.test('a proposal grows and shrinks with the crawls, and is settled when all came back', async (t) => {
  const one = await house(t, [films(10)], { env: noGrace });
  await one.sync();
  const lost = [0, 1, 2].map((n) => one.simulator.account.file(pathOf(n)));
  one.simulator.account.addFolder('/Away');
  remove(one, 0, 1, 2);
  await takeOut(one);
  remove(one, 3);
  await takeOut(one);
  const listed = () => one.bridge.proposals.list(9);
  t.match(await listed(), [{ id: 1, state: 'open', files: 4 }]);
  t.equal(one.loud.length, 1);
  // The same files, by their ids, are listed again.
  const folder = one.simulator.account.folder('/Films');
  const back = (file: (typeof lost)[number]) => folder.files.set(file.id, file);
  for (const file of lost) back(file);
  await one.later(1);
  t.match(
    await listed(),
    [{ id: 1, state: 'open', files: 1 }],
    'what was proposed waits, though it is few now',
  );
  t.equal((await tree(one)).length, 10);
  remove(one, 5);
  await one.sync();
  await one.later(1);
  t.match(await listed(), [
    { state: 'accepted', files: 1 },
    { id: 1, state: 'open', files: 1 },
  ]);
  t.notOk((await tree(one)).includes(strmOf(5)));
});

t.test('a proposal whose files all came back is settled, and nothing has happened', async (t) => {
  const one = await house(t, [films(10)], { env: noGrace });
  await one.sync();
  const before = await Promise.all((await tree(one)).map((path) => mtime(one, path)));
  const folder = one.simulator.account.folder('/Films');
  const lost = [...folder.files.values()].slice(0, 4);
  for (const file of lost) one.simulator.account.removeFile(file);
  await takeOut(one);
  for (const file of lost) folder.files.set(file.id, file);
  await one.later(1);
  t.match(await one.bridge.proposals.list(9), [{ state: 'settled' }]);
  t.same(await Promise.all((await tree(one)).map((path) => mtime(one, path))), before);
  await t.rejects(one.bridge.proposals.refuse(1), { code: 'BRIDGE_PROPOSAL_DECIDED', message: /settled/ });
  await t.rejects(one.bridge.proposals.refuse(7), { code: 'BRIDGE_PROPOSAL_UNKNOWN' });
});

t.test('what a person refused stays and is not asked again, until they take it up again', async (t) => {
  const one = await house(t, [films(10)], { env: noGrace });
  await one.sync();
  remove(one, 0, 1, 2);
  await takeOut(one);
  const { proposals } = one.bridge;
  t.match(await proposals.refuse(1), { files: 3, proposal: { state: 'refused' } });
  for (let n = 0; n < 3; n++) t.equal((await one.later(30)).note.held, undefined);
  t.equal((await tree(one)).length, 10);
  remove(one, 4);
  t.equal((await takeOut(one)).note.removed, 1, 'others are no prisoners of that word');
  t.match(await proposals.undo(1), { proposal: { id: 1, state: 'open' }, files: 3 });
  t.equal((await tree(one)).length, 9);
  t.match(await proposals.accept(1, new AbortController().signal), { files: 3, tree: 'written' });
  t.equal((await tree(one)).length, 6);
});

t.test('sync --accept-removals accepts what waits', async (t) => {
  const one = await house(t, [films(10)], { env: noGrace });
  await one.sync();
  remove(one, 0, 1, 2);
  await takeOut(one);
  t.equal((await one.sync({ acceptRemovals: true })).note.removed, 3);
  t.match(await one.bridge.proposals.list(9), [{ id: 1, state: 'accepted', files: 3 }]);
  t.match(await one.bridge.proposals.undo(), { proposal: { id: 1, state: 'undone' }, files: 3 });
  t.equal((await tree(one)).length, 10);
});

t.test('undo brings back every file at its path, with its old time, and it stays', async (t) => {
  const subtitle = {
    name: `${nameOf(0)}.1950.1080p.fr.srt`,
    content: Buffer.from('1\n00:00:01,000 --> 00:00:02,000\nx\n'),
  };
  const one = await house(t, [{ name: 'Films', files: [...(films(10).files ?? []), subtitle] }], {
    env: noGrace,
  });
  await one.sync();
  const folder = join(one.libraryDir, strmOf(0), '..');
  const names = (await readdir(folder)).sort();
  t.equal(names.length, 3, 'STRM, NFO, subtitle');
  const old = new Date('2024-02-03T04:05:06Z');
  for (const name of names) await utimes(join(folder, name), old, old);
  const wanted = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  await one.sync({ full: true });
  remove(one, 0);
  one.simulator.account.removeFile(`/Films/${subtitle.name}`);
  t.equal((await takeOut(one)).note.removed, 2);
  t.equal((await trash(one)).length, 3);
  await t.rejects(stat(folder), 'the folder is gone too');

  t.match(await one.bridge.proposals.undo(), { files: 2, tree: 'written' });
  t.same((await readdir(folder)).sort(), names);
  t.same(await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8'))), wanted);
  for (const name of names) t.equal((await stat(join(folder, name))).mtimeMs, old.getTime(), name);
  t.same(await trash(one), []);
  await one.later(100);
  await one.later(100);
  t.same((await readdir(folder)).sort(), names, 'a person has spoken');
  await t.rejects(one.bridge.proposals.undo(), { code: 'BRIDGE_PROPOSAL_UNKNOWN' }, 'nothing more to undo');
  await one.bridge.proposals.accept(1, new AbortController().signal);
  await t.rejects(stat(folder), 'and may say otherwise');
});

t.test('undo after the trash was emptied writes the files anew', async (t) => {
  const one = await house(t, [films(10)], { env: { ...noGrace, PASSERELLE_SYNC_TRASH_DAYS: '30' } });
  await one.sync();
  remove(one, 0);
  await takeOut(one);
  await one.later(29 * 24);
  t.equal((await trash(one)).length, 2, '29 days');
  one.clock.jump(one.clock.now() + 5 * dayMs);
  await one.sync();
  t.equal((await trash(one)).length, 2, 'five days on the clock alone');
  await one.later(25);
  t.same(await trash(one), []);
  t.same(await readdir(join(one.home, 'data', 'trash')), [], 'and no empty folder');
  await one.bridge.proposals.undo();
  t.ok((await tree(one)).includes(strmOf(0)));
});

t.test('a file that comes back takes its old path, and its old time from the trash', async (t) => {
  const one = await house(t, [films(10)], { env: noGrace });
  await one.sync();
  const lost = one.simulator.account.file(pathOf(0));
  const before = await mtime(one, strmOf(0));
  remove(one, 0);
  await takeOut(one);
  t.notOk((await tree(one)).includes(strmOf(0)));
  const folder = one.simulator.account.addFolder('/Again');
  lost.folder = folder;
  folder.files.set(lost.id, lost);
  await one.later(48);
  t.equal(await mtime(one, strmOf(0)), before);
  t.same(await trash(one), []);
});

t.test('what lies in the trash and was changed there is not given back', async (t) => {
  const one = await house(t, [films(10)], { env: noGrace });
  await one.sync();
  remove(one, 0);
  await takeOut(one);
  const [, strm = ''] = await trash(one);
  await writeFile(join(one.home, 'data', 'trash', strm), 'http://elsewhere/\n');
  await one.bridge.proposals.undo();
  t.match(await readFile(join(one.libraryDir, strmOf(0)), 'utf8'), /\/stream\//);
});

t.test('only what is ours and untouched goes to the trash', async (t) => {
  const one = await house(t, [films(10)], { env: noGrace });
  await one.sync();
  const nfo = join(one.libraryDir, strmOf(0).replace('.strm', '.nfo'));
  await writeFile(nfo, '<movie><title>Mine</title></movie>');
  remove(one, 0);
  await takeOut(one);
  t.match(await trash(one), [/\.strm$/]);
  t.match(await readFile(nfo, 'utf8'), /Mine/);
});

t.test('a title that was renamed at the host leaves nothing in the trash', async (t) => {
  const one = await house(t, [films(10)], { env: noGrace });
  await one.sync();
  one.simulator.account.rename(pathOf(0), 'Ridicule.1996.mkv');
  await one.sync();
  t.same(await trash(one), []);
});

t.test('when the trash cannot be written nothing is lost, and the next sync goes on', async (t) => {
  const one = await house(t, [films(10)], { env: noGrace });
  await one.sync();
  const before = await readFile(join(one.libraryDir, strmOf(0)), 'utf8');
  await writeFile(join(one.home, 'data', 'trash'), 'a file where the folder should be');
  remove(one, 0);
  await t.rejects(takeOut(one), { code: 'BRIDGE_DISK', message: /data\/trash.*(?:ENOTDIR|EEXIST)/ });
  t.equal(await readFile(join(one.libraryDir, strmOf(0)), 'utf8'), before);
  await rm(join(one.home, 'data', 'trash'));
  await one.sync();
  t.notOk((await tree(one)).includes(strmOf(0)));
  t.equal((await trash(one)).length, 2);
});

t.test('killed after the decision and before the tree, the next sync moves it to the trash', async (t) => {
  const one = await house(t, [films(10)], { env: noGrace });
  await one.sync();
  remove(one, 0);
  await one.sync();
  const { titles } = one.bridge.catalog;
  const { treeOfKeys } = titles;
  titles.treeOfKeys = async () => Promise.reject(new Error('killed'));
  await t.rejects(one.later(1), /killed/);
  titles.treeOfKeys = treeOfKeys;
  t.ok((await tree(one)).includes(strmOf(0)));
  t.notOk(await one.bridge.catalog.content.byPath(pathOf(0)).then(({ files }) => files[0]), 'decided');
  await one.sync();
  t.equal((await trash(one)).length, 2);
  await one.bridge.proposals.undo();
  t.equal((await tree(one)).length, 10);
});

t.test('a file moves over the border of two file systems with its time, or not at all', async (t) => {
  const dir = t.testdir({ from: 'bytes', one: 'bytes' });
  const when = new Date('2024-02-03T04:05:06.789Z');
  await utimes(join(dir, 'one'), when, when);
  await copyOver(join(dir, 'one'), join(dir, 'two'));
  t.same((await readdir(dir)).sort(), ['from', 'two']);
  t.equal(Math.round((await stat(join(dir, 'two'))).mtimeMs), when.getTime());
  await t.rejects(copyOver(join(dir, 'from'), join(dir, 'no/such/folder')), { code: 'ENOENT' });
  t.ok((await readdir(dir)).includes('from'));

  const other = await mkdtemp('/dev/shm/passerelle-').catch(() => mkdtemp(join(tmpdir(), 'passerelle-')));
  t.teardown(() => rm(other, { recursive: true, force: true }));
  await moveFile(join(dir, 'two'), join(other, 'three'));
  t.equal(Math.round((await stat(join(other, 'three'))).mtimeMs), when.getTime());
  if (process.getuid?.() === 0) return;
  await mkdir(join(dir, 'closed'));
  await chmod(join(dir, 'closed'), 0o500);
  await t.rejects(copyOver(join(dir, 'from'), join(dir, 'closed/x')), { code: 'EACCES' });
  t.equal(await readFile(join(dir, 'from'), 'utf8'), 'bytes');
});

t.test('a move on the host is never a deletion, wherever the crawl stands', async (t) => {
  // The order of listings is breadth first, by the order in the account: A, then B, then C.
  const folders = [films(1, 'A', 20), films(9, 'B'), films(1, 'C', 21)];
  for (const [what, to] of [
    ['to a folder that was listed before', '/A'],
    ['to one that is listed later', '/C'],
  ] as const) {
    for (const isKilled of [false, true]) {
      const one = await house(t, folders, { env: noGrace });
      await one.sync();
      const before = await strmFiles(one.libraryDir);
      const stop = new AbortController();
      const move = () => one.simulator.account.move(pathOf(0, 'B'), to);
      // 1 root, 2 A, 3 B: it moves when B was listed, or when A was and B was not.
      await one.sync({
        signal: stop.signal,
        onProgress: ({ foldersDone }) => {
          if (foldersDone === (to === '/A' ? 2 : 3)) move();
          if (foldersDone === 3 && isKilled) stop.abort(new Error('killed'));
        },
      });
      const name = `${what}${isKilled ? ', killed in between' : ''}`;
      const { missing } = await one.bridge.catalog.content.counts();
      t.equal(missing, to === '/A' ? 1 : 0, `${name}: what the crawl saw`);
      for (let n = 0; n < 3; n++) {
        t.same(await strmFiles(one.libraryDir), before, name);
        t.equal((await one.later(2)).outcome, 'done');
      }
      t.same(await one.bridge.proposals.list(9), [], `${name}: nothing was proposed`);
      t.match(await one.bridge.catalog.content.counts(), { missing: 0 });
    }
  }
});

t.test('a folder that moves takes its files with it, and none is missing in the end', async (t) => {
  const one = await house(t, [{ ...films(1, 'A', 20), folders: [films(8, 'Box')] }, films(1, 'C', 21)], {
    env: noGrace,
  });
  await one.sync();
  const before = await strmFiles(one.libraryDir);
  one.simulator.account.move(one.simulator.account.folder('/A/Box'), '/C');
  for (let n = 0; n < 3; n++) await one.later(2);
  t.same(await strmFiles(one.libraryDir), before);
  t.same(await trash(one), []);
});

/** The house again, over another account: its data folder, a key that may be another. */
async function rekeyed(
  t: Test,
  one: House,
  simulator: Parameters<typeof createSimulator>[0],
  env: Record<string, string> = noGrace,
) {
  // Whose the account is, is asked with the second crawl.
  await one.sync();
  await one.close();
  const other = await createSimulator({ clock: one.clock, ...simulator });
  t.teardown(() => other.close());
  return house(t, [], { over: other, home: one.home, env, overrides: { clock: one.clock } });
}

const newKey = 'OTHERKEYotherkey0123456789-_=ABC';
let chance = 0.1;
/** Ids that no other account has. */
const random = () => {
  chance = (chance * 9301 + 0.49297) % 1;
  return chance;
};

t.test('another account behind the key removes and confirms nothing until a person accepts', async (t) => {
  const one = await house(t, [films(10)], { env: noGrace });
  await one.sync();
  const account = { folders: [films(8, 'Cinema', 10)] };
  const two = await rekeyed(t, one, { apiKey: newKey, email: 'other@example.com', account, random });
  for (let n = 0; n < 3; n++)
    t.match((await two.later(2)).note.held, { files: 10, why: /belongs to another account/, proposal: 1 });
  t.equal((await tree(two)).length, 18, 'what the other has is there, what was stays');
  t.equal(two.loud.length, 1);
  t.equal(two.simulator.counters.calls['user/info'], 1, 'asked once in six hours');
  t.match(await two.bridge.proposals.accept(1, new AbortController().signal), { files: 10 });
  t.equal((await tree(two)).length, 8);
  t.equal((await two.later(2)).note.held, undefined, 'this account is the right one now');
  const memory = await readFile(join(two.home, 'data', 'catalog.db'), 'latin1');
  t.notMatch(memory, newKey);
});

t.test('another account that has folders of the same names changes nothing either', async (t) => {
  const env = { ...noGrace, PASSERELLE_ROOTS: '/Films,/Series' };
  const one = await house(t, [films(10), films(5, 'Series', 10)], { env });
  await one.sync();
  const account = { folders: [{ name: 'Else' }, films(10, 'Films', 20), films(5, 'Series', 30)] };
  const two = await rekeyed(t, one, { apiKey: newKey, email: 'other@example.com', account, random }, env);
  for (let n = 0; n < 4; n++) await two.later(2);
  const kept = await tree(two);
  for (let n = 0; n < 15; n++) t.ok(kept.includes(strmOf(n)), strmOf(n));
  t.match(await two.bridge.proposals.list(9), [{ kind: 'account', state: 'open' }]);
});

t.test('the same account with a new key passes silently', async (t) => {
  const one = await house(t, [films(10)], { env: noGrace });
  await one.sync();
  const two = await rekeyed(t, one, { apiKey: newKey, account: { folders: [films(10)] } });
  remove(two, 0);
  await two.sync();
  t.equal((await two.later(1)).note.removed, 1);
  t.same(two.loud, []);
});

t.test('where the host does not tell whose key it is, it is taken for another until it does', async (t) => {
  const one = await house(t, [films(10)], { env: noGrace });
  await one.sync();
  const two = await rekeyed(t, one, { apiKey: newKey, account: { folders: [films(10)] } });
  const times = Number.POSITIVE_INFINITY;
  two.simulator.faults.answer({ is: 'status', status: 500, verb: 'user/info', times });
  remove(two, 0);
  await two.sync();
  for (let n = 0; n < 2; n++) t.match((await two.later(2)).note.held?.why, /has not told/);
  t.equal((await tree(two)).length, 10);
  two.simulator.faults.clear();
  await two.later(2);
  t.equal((await two.later(2)).note.removed, 1, 'told: it climbs from the first rung');
  t.match((await two.bridge.proposals.list(9)).at(-1), { kind: 'account', state: 'settled' });
});

t.test('the API lists, accepts, refuses and undoes, for who has the token', async (t) => {
  const one = await house(t, [films(10)], { env: noGrace });
  await one.sync();
  remove(one, 0, 1, 2);
  await takeOut(one);
  const ask = async (method: string, path: string, token = one.bridge.secrets.adminToken) => {
    const headers = { authorization: `Bearer ${token}` };
    const reply = await fetch(`${one.url}/api/v1/proposals${path}`, { method, headers });
    return { status: reply.status, body: (await reply.json()) as Record<string, unknown> };
  };
  t.match(await ask('GET', '?state=open'), {
    status: 200,
    body: { proposals: [{ id: 1, state: 'open', files: 3, films: 3, why: /3 of 10/ }] },
  });
  t.equal((await ask('GET', '?state=odd')).status, 400);
  t.equal((await ask('POST', '/1/accept', 'wrong')).status, 401);
  t.equal((await ask('POST', '/x/accept')).status, 400);
  t.match(await ask('POST', '/9/accept'), { status: 404, body: { code: 'BRIDGE_PROPOSAL_UNKNOWN' } });
  t.match(await ask('POST', '/1/refuse'), { status: 200, body: { files: 3 } });
  t.match(await ask('POST', '/1/refuse'), { status: 409, body: { code: 'BRIDGE_PROPOSAL_DECIDED' } });
  t.match(await ask('POST', '/1/undo'), { status: 200, body: { proposal: { state: 'open' } } });
  t.match(await ask('POST', '/1/accept'), { status: 200, body: { files: 3, tree: 'written' } });
  t.equal((await tree(one)).length, 7);
  t.match(await ask('POST', '/1/undo'), { status: 200, body: { proposal: { state: 'undone' } } });
  t.equal((await tree(one)).length, 10);
});

t.test('a word that comes while a sync runs is carried out when it ends', async (t) => {
  const one = await house(t, [films(10), films(1, 'Other', 30)], { env: noGrace });
  await one.sync();
  remove(one, 0, 1, 2);
  await takeOut(one);
  let decided: Awaited<ReturnType<typeof one.bridge.proposals.accept>> | undefined;
  const pending: Promise<unknown>[] = [];
  await one.sync({
    onProgress: ({ foldersDone }) => {
      if (foldersDone !== 1) return;
      const word = one.bridge.proposals.accept(1, new AbortController().signal);
      pending.push(word.then((answer) => (decided = answer)));
    },
  });
  await Promise.all(pending);
  t.match(decided, { files: 3, tree: 'later' });
  t.equal((await tree(one)).length, 8);
});
