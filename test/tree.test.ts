import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import {
  type ApplyResult,
  applyTree,
  createDiskThread,
  type Desired,
  type Disk,
  describePlan,
  disk,
  type ManifestEntry,
  planTree,
  type TreePlan,
} from '../src/library/tree/tree.ts';

const address = 'http://box:8790/stream/abc/sig/x.mkv\n';

function strm(at: string, content: Desired['content'] = address): Desired {
  return { path: at, kind: 'strm', fileId: 'abc', titleKey: 'k', content };
}
function nfo(at: string, content = '<movie/>'): Desired {
  return { path: at, kind: 'nfo', titleKey: 'k', content };
}
function subtitle(at: string, content: Desired['content']): Desired {
  return { path: at, kind: 'subtitle', fileId: 's1', titleKey: 'k', content };
}

/** As many files as are written at one time, and more that come behind them. */
const handful = Array.from({ length: 64 }, (_, i) => strm(`a${String(i).padStart(2, '0')}.strm`));
const later = Array.from({ length: 80 }, (_, i) => strm(`z${String(i).padStart(2, '0')}.strm`));

/** A tree with what a sync remembers of it. */
function tree(dir: string) {
  let manifest: ManifestEntry[] = [];
  return {
    dir,
    rows: () => manifest,
    forgetAll: () => {
      manifest = [];
    },
    plan: (desired: Desired[]) => planTree({ dir, desired, manifest }),
    remember(result: ApplyResult): ApplyResult {
      const written = new Set(result.written.map((row) => row.path));
      const removed = new Set(result.removed);
      manifest = manifest
        .filter((row) => !written.has(row.path) && !removed.has(row.path))
        .concat(result.written);
      return result;
    },
    async sync(desired: Desired[], signal?: AbortSignal) {
      const plan = await planTree({ dir, desired, manifest });
      const result = await applyTree(plan, { dir, ...(signal && { signal }) });
      return { plan, result: this.remember(result) };
    },
    at: (relative: string) => path.join(dir, relative),
    read: (relative: string) => readFileSync(path.join(dir, relative), 'utf8'),
  };
}

function ops(plan: TreePlan): string[] {
  return plan.ops.map(({ op, path: at }) => `${op} ${at}`);
}

t.test('writes what is missing and leaves no temporary file', async (t) => {
  const lib = tree(t.testdir({}));
  const { plan, result } = await lib.sync([
    strm('Movies/A (2001)/A (2001).strm'),
    nfo('Movies/A (2001)/A (2001).nfo'),
  ]);
  t.match(plan.counts, { create: 2, delete: 0 });
  t.equal(lib.read('Movies/A (2001)/A (2001).strm'), address);
  t.strictSame(readdirSync(lib.at('Movies/A (2001)')).sort(), ['A (2001).nfo', 'A (2001).strm']);
  t.equal(result.written.length, 2);
  t.strictSame(result.failed, []);
  t.strictSame(describePlan(plan)[0], 'create   Movies/A (2001)/A (2001).nfo  (new)');
});

t.test('a plan touches nothing', async (t) => {
  const lib = tree(t.testdir({}));
  await lib.plan([strm('Movies/A/A.strm')]);
  t.strictSame(readdirSync(lib.dir), []);
});

t.test('never rewrites a file whose content is the same', async (t) => {
  const lib = tree(t.testdir({}));
  await lib.sync([strm('a.strm'), nfo('a.nfo')]);
  const before = statSync(lib.at('a.strm'));
  const { plan, result } = await lib.sync([strm('a.strm'), nfo('a.nfo')]);
  t.strictSame(ops(plan), ['keep a.nfo', 'keep a.strm']);
  t.strictSame(result.written, []);
  t.match(statSync(lib.at('a.strm')), { mtimeMs: before.mtimeMs, ino: before.ino });
});

t.test('updates what differs, and only that', async (t) => {
  const lib = tree(t.testdir({}));
  await lib.sync([strm('a.strm'), strm('b.strm')]);
  const { plan } = await lib.sync([strm('a.strm', address.replace('sig', 'new')), strm('b.strm')]);
  t.strictSame(ops(plan), ['update a.strm', 'keep b.strm']);
  t.match(lib.read('a.strm'), '/new/');
});

t.test('a row of another title or file is renewed without a write', async (t) => {
  const lib = tree(t.testdir({}));
  await lib.sync([strm('a.strm')]);
  const before = statSync(lib.at('a.strm'));
  const { result } = await lib.sync([{ ...strm('a.strm'), titleKey: 'other' }]);
  t.match(result.written, [{ path: 'a.strm', titleKey: 'other' }]);
  t.equal(statSync(lib.at('a.strm')).ino, before.ino);
});

t.test('a file that was only touched is kept and remembered', async (t) => {
  const lib = tree(t.testdir({}));
  await lib.sync([nfo('a.nfo')]);
  utimesSync(lib.at('a.nfo'), 1000, 1000);
  const { plan, result } = await lib.sync([nfo('a.nfo')]);
  t.match(plan.ops, [{ op: 'keep', changed: true }]);
  t.equal(result.written[0]?.mtimeMs, 1_000_000);
});

t.test('size and time that equal the manifest are trusted without reading', async (t) => {
  const lib = tree(t.testdir({}));
  await lib.sync([nfo('a.nfo', 'one')]);
  const { atime, mtime } = statSync(lib.at('a.nfo'));
  writeFileSync(lib.at('a.nfo'), 'two');
  utimesSync(lib.at('a.nfo'), atime, mtime);
  t.strictSame(ops(await lib.plan([nfo('a.nfo', 'one')])), ['keep a.nfo']);
});

t.test('deletes what is no longer wanted, then empty folders, never the library itself', async (t) => {
  const lib = tree(t.testdir({}));
  await lib.sync([strm('Movies/A/A.strm'), strm('Movies/B/B.strm')]);
  const { plan, result } = await lib.sync([strm('Movies/B/B.strm')]);
  t.strictSame(ops(plan), ['delete Movies/A/A.strm', 'keep Movies/B/B.strm']);
  t.strictSame(result.removed, ['Movies/A/A.strm']);
  t.strictSame(readdirSync(lib.at('Movies')), ['B']);
  await lib.sync([]);
  t.strictSame(readdirSync(lib.dir), []);
  t.ok(existsSync(lib.dir));
});

t.test("a folder with a person's file stays", async (t) => {
  const lib = tree(t.testdir({}));
  await lib.sync([strm('Movies/A/A.strm')]);
  writeFileSync(lib.at('Movies/A/poster.jpg'), 'x');
  await lib.sync([]);
  t.strictSame(readdirSync(lib.at('Movies/A')), ['poster.jpg']);
});

t.test('a temporary file that a crash left does not keep a folder', async (t) => {
  const lib = tree(t.testdir({}));
  await lib.sync([strm('Movies/A/A.strm')]);
  writeFileSync(lib.at('Movies/A/.passerelle-0123456789abcdef.tmp'), 'half');
  await lib.sync([]);
  t.strictSame(readdirSync(lib.dir), []);
});

t.test('what is gone from the disk is forgotten, or written again when wanted', async (t) => {
  const dir = t.testdir({});
  const lib = tree(dir);
  const row = { path: 'x.strm', kind: 'strm', titleKey: 'k', sha256: '0', sizeBytes: 1, mtimeMs: 1 } as const;
  const plan = await planTree({ dir, desired: [], manifest: [row] });
  t.match(plan.ops, [{ op: 'delete', reason: /already gone/ }]);
  t.strictSame((await applyTree(plan, { dir })).removed, ['x.strm']);
  t.match((await planTree({ dir, desired: [strm('x.strm')], manifest: [row] })).ops, [{ op: 'create' }]);
  t.strictSame(readdirSync(lib.dir), []);
});

t.test('an .nfo or subtitle that a person edited is neither overwritten nor deleted', async (t) => {
  const lib = tree(t.testdir({}));
  await lib.sync([nfo('a.nfo'), subtitle('a.srt', 'text')]);
  writeFileSync(lib.at('a.nfo'), '<movie>mine</movie>');
  writeFileSync(lib.at('a.srt'), 'mine too');
  const first = await lib.sync([nfo('a.nfo', '<movie>new</movie>'), subtitle('a.srt', 'text 2')]);
  t.strictSame(ops(first.plan), ['conflict a.nfo', 'conflict a.srt']);
  t.match(describePlan(first.plan)[0], 'edited by somebody else');
  const second = await lib.sync([]);
  t.strictSame(ops(second.plan), ['conflict a.nfo', 'conflict a.srt']);
  t.equal(lib.read('a.nfo'), '<movie>mine</movie>');
  t.strictSame(lib.rows(), [], "they are the person's now");
});

t.test('what a power cut emptied is written again, or deleted when it is no longer wanted', async (t) => {
  const lib = tree(t.testdir({}));
  const desired = [nfo('m.nfo'), subtitle('m.fr.srt', 'text'), strm('m.strm')];
  await lib.sync(desired);
  for (const { path: at } of desired) writeFileSync(lib.at(at), '');
  t.match((await lib.sync(desired)).plan.counts, { update: 3, conflict: 0 });
  t.equal(lib.read('m.nfo'), '<movie/>');
  for (const { path: at } of desired) writeFileSync(lib.at(at), '');
  t.match((await lib.sync([])).plan.counts, { delete: 3, conflict: 0 });
  t.strictSame(readdirSync(lib.dir), []);
});

t.test('a .strm that was changed on the disk is put right', async (t) => {
  const lib = tree(t.testdir({}));
  await lib.sync([strm('a.strm')]);
  writeFileSync(lib.at('a.strm'), 'http://elsewhere/\n');
  t.strictSame(ops((await lib.sync([strm('a.strm')])).plan), ['update a.strm']);
  t.equal(lib.read('a.strm'), address);
});

t.test("a person's file at our path is a conflict", async (t) => {
  const lib = tree(
    t.testdir({ 'a.strm': 'http://elsewhere/film.mkv\n', 'a.nfo': '<movie>mine</movie>', d: { x: '' } }),
  );
  const { plan } = await lib.sync([strm('a.strm'), nfo('a.nfo'), nfo('d')]);
  t.strictSame(ops(plan), ['conflict a.nfo', 'conflict a.strm', 'conflict d']);
  t.equal(lib.read('a.strm'), 'http://elsewhere/film.mkv\n');
  t.strictSame(lib.rows(), []);
});

t.test('when the manifest was lost, our files are taken back', async (t) => {
  const lib = tree(t.testdir({}));
  await lib.sync([strm('a.strm'), strm('b.strm'), nfo('a.nfo')]);
  lib.forgetAll();
  const ino = statSync(lib.at('a.strm')).ino;
  const { plan } = await lib.sync([
    strm('a.strm'),
    strm('b.strm', address.replace('/sig/', '/newkey/')),
    nfo('a.nfo'),
  ]);
  t.strictSame(ops(plan), ['adopt a.nfo', 'adopt a.strm', 'update b.strm']);
  t.equal(statSync(lib.at('a.strm')).ino, ino);
  t.match(lib.read('b.strm'), '/newkey/');
  t.equal(lib.rows().length, 3);
});

t.test('two lines are no address of ours', async (t) => {
  const lib = tree(t.testdir({ 'a.strm': `${address}# note\n` }));
  t.strictSame(ops(await lib.plan([strm('a.strm', 'http://b/stream/1/2/x.mkv')])), ['conflict a.strm']);
});

t.test('a subtitle is fetched once, and only when it must be written', async (t) => {
  const lib = tree(t.testdir({}));
  let calls = 0;
  const fetched = subtitle('a.srt', async () => {
    calls++;
    return Buffer.from('text');
  });
  await lib.sync([fetched]);
  await lib.sync([fetched]);
  t.equal(calls, 1);
  await lib.sync([{ ...fetched, fileId: 's2' }]);
  t.equal(calls, 2);
});

t.test('a subtitle that cannot be fetched does not stop the others', async (t) => {
  const lib = tree(t.testdir({}));
  const bad = subtitle('a.srt', async () => {
    throw Object.assign(new Error('no'), { code: 'BRIDGE_GATE_CLOSED' });
  });
  const { result } = await lib.sync([bad, strm('b.strm')]);
  t.strictSame(result.failed, [{ path: 'a.srt', code: 'BRIDGE_GATE_CLOSED' }]);
  t.notOk(result.stopped);
  t.strictSame(readdirSync(lib.dir), ['b.strm']);
});

t.test('paths outside the library are refused', async (t) => {
  const dir = t.testdir({});
  const row = { kind: 'strm', titleKey: 'k', sha256: '0', sizeBytes: 1, mtimeMs: 1 } as const;
  for (const bad of ['../x', '/etc/x', 'a/../../x', 'a\0b', 'a//b', './x', '', 'C:/x', 'a\\..\\x', '..']) {
    await t.rejects(
      planTree({ dir, desired: [strm(bad)], manifest: [] }),
      { code: 'BRIDGE_INTERNAL' },
      JSON.stringify(bad),
    );
    await t.rejects(planTree({ dir, desired: [], manifest: [{ ...row, path: bad }] }), {
      code: 'BRIDGE_INTERNAL',
    });
  }
  await t.rejects(planTree({ dir, desired: [strm('a'), strm('a')], manifest: [] }), {
    code: 'BRIDGE_INTERNAL',
  });
});

t.test('links inside the tree are not followed', async (t) => {
  const outside = t.testdir({ out: { 'x.strm': address }, lib: {} });
  const lib = tree(path.join(outside, 'lib'));
  symlinkSync(path.join(outside, 'out'), lib.at('Movies'));
  symlinkSync(path.join(outside, 'out', 'x.strm'), lib.at('l.strm'));
  const row = {
    path: 'Movies/x.strm',
    kind: 'strm',
    titleKey: 'k',
    sha256: '0',
    sizeBytes: 1,
    mtimeMs: 1,
  } as const;
  const plan = await planTree({
    dir: lib.dir,
    desired: [strm('Movies/y.strm'), strm('l.strm')],
    manifest: [row],
  });
  t.strictSame(ops(plan), ['conflict Movies/x.strm', 'conflict Movies/y.strm', 'conflict l.strm']);
  await applyTree(plan, { dir: lib.dir });
  t.strictSame(readdirSync(path.join(outside, 'out')), ['x.strm']);
});

t.test('a link that appears after the plan is not followed either', async (t) => {
  const outside = t.testdir({ out: {}, lib: {} });
  const lib = tree(path.join(outside, 'lib'));
  const plan = await lib.plan([strm('Movies/deep/y.strm')]);
  symlinkSync(path.join(outside, 'out'), lib.at('Movies'));
  const result = await applyTree(plan, { dir: lib.dir });
  t.strictSame(result.failed, [{ path: 'Movies/deep/y.strm', code: 'CHANGED' }]);
  t.strictSame(readdirSync(path.join(outside, 'out')), []);
});

t.test('what changed since the plan is left alone', async (t) => {
  const lib = tree(t.testdir({}));
  await lib.sync([nfo('a.nfo'), strm('b.strm')]);
  const plan = await lib.plan([strm('b.strm', 'http://b/stream/1/2/x.mkv'), strm('new.strm')]);
  writeFileSync(lib.at('a.nfo'), 'edited meanwhile');
  writeFileSync(lib.at('b.strm'), 'edited meanwhile');
  writeFileSync(lib.at('new.strm'), 'a person was faster');
  const result = await applyTree(plan, { dir: lib.dir });
  t.strictSame(
    result.failed.map(({ code }) => code),
    ['CHANGED', 'CHANGED', 'CHANGED'],
  );
  t.equal(lib.read('new.strm'), 'a person was faster');
});

t.test('a change of case loses no file', async (t) => {
  const lib = tree(t.testdir({}));
  await lib.sync([strm('Movies/Heat/Heat.strm')]);
  const { plan } = await lib.sync([strm('Movies/HEAT/HEAT.strm')]);
  t.strictSame(
    ops(plan),
    ['delete Movies/Heat/Heat.strm', 'create Movies/HEAT/HEAT.strm'],
    'deletes come first',
  );
  t.equal(lib.read('Movies/HEAT/HEAT.strm'), address);
});

t.test('on a disk that ignores case, the old name is not taken for a stranger', async (t) => {
  const lib = tree(t.testdir({}));
  await lib.sync([strm('a.strm')]);
  // One file under both names is what such a disk shows.
  linkSync(lib.at('a.strm'), lib.at('A.strm'));
  t.strictSame(ops(await lib.plan([strm('A.strm', 'other\n')])), ['delete a.strm', 'create A.strm']);
});

t.test('of two wanted names that differ in case or normal form only, one is written', async (t) => {
  const lib = tree(t.testdir({}));
  const plan = await lib.plan([strm('é.strm'), strm('e\u0301.strm'), strm('B.strm'), strm('b.strm')]);
  t.match(plan.counts, { create: 2, conflict: 2 });
});

t.test('a disk that refuses stops the run, and what was done before is told', async (t) => {
  if (process.getuid?.() === 0) {
    // Root may write everywhere: a stand-in for the refusal.
    const lib = tree(t.testdir({}));
    const full = subtitle('m.srt', async () => {
      throw Object.assign(new Error('full'), { code: 'ENOSPC' });
    });
    const { result } = await lib.sync([...handful, full, ...later]);
    t.match(result.stopped, { code: 'BRIDGE_DISK', message: /m\.srt \(ENOSPC\)/ });
    t.strictSame(result.failed, [{ path: 'm.srt', code: 'ENOSPC' }]);
    const told = result.written.map(({ path: at }) => at).sort();
    const before = handful.map(({ path: at }) => at);
    t.strictSame(
      told.filter((at) => before.includes(at)),
      before,
      'what was done before is told',
    );
    t.ok(told.length < before.length + later.length, 'what comes later is not begun');
    t.strictSame(readdirSync(lib.dir).sort(), told, 'nothing half written');
    return;
  }
  const lib = tree(t.testdir({ closed: {} }));
  chmodSync(lib.at('closed'), 0o500);
  t.teardown(() => chmodSync(lib.at('closed'), 0o700));
  const { result } = await lib.sync([strm('a.strm'), strm('closed/m.strm'), strm('z.strm')]);
  t.match(result.stopped, { code: 'BRIDGE_DISK', message: /closed\/m\.strm \(EACCES\)/ });
  t.strictSame(
    result.written.map(({ path: at }) => at),
    ['a.strm'],
  );
  t.strictSame(readdirSync(lib.at('closed')), [], 'nothing half written');
});

t.test('a name that the disk does not take fails alone', async (t) => {
  const lib = tree(t.testdir({}));
  const { result } = await lib.sync([strm(`${'x'.repeat(300)}.strm`), strm('z.strm')]);
  t.match(result.failed, [{ code: 'ENAMETOOLONG' }]);
  t.equal(result.written.length, 1);
});

t.test('an abort ends the run between two handfuls of files', async (t) => {
  const lib = tree(t.testdir({}));
  const stop = new AbortController();
  const last = subtitle('b.srt', async () => {
    stop.abort(new Error('stopping'));
    return 'text';
  });
  const { result } = await lib.sync([...handful, last, ...later], stop.signal);
  t.match(result.stopped, { aborted: { message: 'stopping' } });
  t.strictSame(
    readdirSync(lib.dir),
    handful.map(({ path: at }) => at),
  );
  mkdirSync(lib.at('x'));
  const again = await lib.sync(handful, stop.signal);
  t.ok(again.result.stopped === undefined, 'nothing to do is done');
});

t.test('a path that gets another film is written before that film gets its new one', async (t) => {
  const lib = tree(t.testdir({}));
  await lib.sync([strm('z.strm')]);
  const order: string[] = [];
  const noting: Disk = {
    ...disk,
    write(to, files) {
      order.push(...files.map(({ path: at }) => at));
      return disk.write(to, files);
    },
  };
  const other = address.replace('abc', 'def');
  await applyTree(await lib.plan([strm('a.strm'), strm('z.strm', other)]), { dir: lib.dir, disk: noting });
  t.strictSame(order, ['z.strm', 'a.strm'], 'a kill in between leaves no two that lead to it');
});

t.test('large files are handed to the disk few at a time', async (t) => {
  const dir = t.testdir({});
  const most = { files: 0, bytes: 0 };
  const counting: Disk = {
    ...disk,
    write(to, files) {
      most.files = Math.max(most.files, files.length);
      most.bytes = Math.max(
        most.bytes,
        files.reduce((sum, { content }) => sum + content.length, 0),
      );
      return disk.write(to, files);
    },
  };
  const pictures = Array.from({ length: 40 }, (_, i) =>
    subtitle(`p${i}.jpg`, async () => Buffer.alloc(1_000_000)),
  );
  const plan = await planTree({ dir, desired: [...handful, ...pictures, ...later], manifest: [] });
  const { written } = await applyTree(plan, { dir, disk: counting });
  t.equal(written.length, handful.length + pictures.length + later.length);
  t.ok(most.files > 50 && most.bytes < 6_000_000, `at most ${most.files} files, ${most.bytes} bytes`);
});

t.test('a disk behind a thread of its own does the same, and rests in between', async (t) => {
  const dir = t.testdir({ 'a link': t.fixture('symlink', 'elsewhere') });
  const disk = createDiskThread();
  const desired = [...handful, nfo('films/one/movie.nfo'), nfo('a link/x.nfo'), nfo('c.nfo'), ...later];
  const plan = await planTree({ dir, disk, desired, manifest: [] });
  writeFileSync(path.join(dir, 'c.nfo'), 'a person was quicker');
  const { written, failed } = await applyTree(plan, { dir, disk });
  t.equal(written.length, handful.length + later.length + 1);
  t.strictSame(failed, [{ path: 'c.nfo', code: 'CHANGED' }]);
  t.match(
    ops(plan),
    ['conflict a link/x.nfo'],
    'what is no part of the tree is told as by a disk in this thread',
  );
  t.equal(readFileSync(path.join(dir, 'films/one/movie.nfo'), 'utf8'), '<movie/>');
  await disk.rest();
  const again = await planTree({ dir, disk, desired: handful, manifest: written });
  t.equal(again.counts.keep, handful.length, 'it is there again when it is asked');
  await t.rejects(
    disk.look(dir, ['../x']),
    /not a path of the library/,
    'a fault is the answer to its question alone',
  );
  t.match(await Promise.all([disk.look(dir, ['a00.strm']), disk.look(dir, ['none'])]), [
    [{ is: 'file' }],
    [{ is: 'missing' }],
  ]);
  await disk.rest();
});

t.test('a thread of the disk that ends takes nothing along that was asked of the next one', async (t) => {
  const dir = t.testdir({ a: 'one' });
  const disk = createDiskThread();
  t.match(await disk.look(dir, ['a']), [{ is: 'file' }]);
  const resting = disk.rest();
  const asked = [disk.look(dir, ['a']), disk.look(dir, ['b'])];
  await resting;
  t.match(await Promise.all(asked), [[{ is: 'file' }], [{ is: 'missing' }]]);

  // What no thread can be sent is told at once, and no later answer is taken for its own.
  await t.rejects(disk.write(dir, [{ path: 'c', content: (() => '') as unknown as string }]));
  t.match(await disk.look(dir, ['a']), [{ is: 'file' }]);
  await disk.rest();
});
