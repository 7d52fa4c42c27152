import { existsSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { toFileId } from '../src/core/ids.ts';
import { applyTree, describePlan, planTree } from '../src/tree/tree.ts';
import { address, nfo, ops, strm, subtitle, tree } from './fixtures/disk-tree.ts';

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
  await lib.sync([{ ...fetched, fileId: toFileId('s2') }]);
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

t.test(
  "a person's .strm on a path that was never written stays, one of ours there is written over",
  async (t) => {
    const dir = t.testdir({ 'a.strm': 'plugin://somewhere\n', 'b.strm': address, 'c.strm': '' });
    const paths = ['a.strm', 'b.strm', 'c.strm'];
    const intended = {
      kind: 'strm',
      fileId: toFileId('abc'),
      titleKey: 'k',
      sha256: 'x',
      sizeBytes: 1,
      mtimeMs: 0,
    } as const;
    const plan = await planTree({
      dir,
      desired: paths.map((path) => strm(path, address.replace('sig', 'new'))),
      manifest: paths.map((path) => ({ ...intended, path })),
    });
    t.strictSame(ops(plan), ['conflict a.strm', 'update b.strm', 'update c.strm']);
  },
);
