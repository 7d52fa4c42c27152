import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { applyTree, createDiskThread, type Disk, disk, planTree } from '../src/tree/tree.ts';
import { address, nfo, ops, strm, subtitle, tree } from './fixtures/disk-tree.ts';

/** As many files as are written at one time, and more that come behind them. */
const handful = Array.from({ length: 64 }, (_, i) => strm(`a${String(i).padStart(2, '0')}.strm`));

const later = Array.from({ length: 80 }, (_, i) => strm(`z${String(i).padStart(2, '0')}.strm`));

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
    disk.states(dir, ['../x']),
    /not a path of the library/,
    'a fault is the answer to its question alone',
  );
  t.match(await Promise.all([disk.states(dir, ['a00.strm']), disk.states(dir, ['none'])]), [
    [{ is: 'file' }],
    [{ is: 'missing' }],
  ]);
  await disk.rest();
});

t.test('a thread of the disk that ends takes nothing along that was asked of the next one', async (t) => {
  const dir = t.testdir({ a: 'one' });
  const disk = createDiskThread();
  t.match(await disk.states(dir, ['a']), [{ is: 'file' }]);
  const resting = disk.rest();
  const asked = [disk.states(dir, ['a']), disk.states(dir, ['b'])];
  await resting;
  t.match(await Promise.all(asked), [[{ is: 'file' }], [{ is: 'missing' }]]);

  // What no thread can be sent is told at once, and no later answer is taken for its own.
  await t.rejects(disk.write(dir, [{ path: 'c', content: (() => '') as unknown as string }]));
  t.match(await disk.states(dir, ['a']), [{ is: 'file' }]);
  await disk.rest();
});
