import { join } from 'node:path';
import t, { type Test } from 'tap';
import { BridgeError } from '../src/core/errors.ts';
import { lockFile } from '../src/core/files/file-lock.ts';
import { type FileId, toFileId } from '../src/core/ids.ts';
import { createTreeTurns } from '../src/reconcile/tree-turns.ts';
import { gatherRefreshes } from '../src/sync/refreshes.ts';

/** Who may write the trees, of several who want to. */

const running = { code: 'BRIDGE_CRAWL_RUNNING' };

function turnsOf(t: Test) {
  const path = join(t.testdir({}), 'crawl.lock');
  return { path, turns: createTreeTurns(path) };
}

/** Work that ends when it is told to. */
function begun() {
  const end = Promise.withResolvers<string>();
  const start = Promise.withResolvers<void>();
  return {
    started: start.promise,
    end: end.resolve,
    fail: end.reject,
    work: () => {
      start.resolve();
      return end.promise;
    },
  };
}

t.test('short work waits for short work, and a sync for both', async (t) => {
  const { turns } = turnsOf(t);
  const order: string[] = [];
  const first = begun();
  const told = (name: string) => async () => void order.push(name);
  const all = [
    turns.brief(first.work).then(() => order.push('first')),
    turns.brief(told('second')),
    turns.briefUnlessSynced(told('third')),
    turns.sync(told('sync')),
  ];
  await first.started;
  t.strictSame(order, []);
  first.end('');
  await Promise.all(all);
  t.strictSame(order, ['first', 'second', 'third', 'sync']);
});

t.test('while a sync runs, nobody else has a turn', async (t) => {
  const { turns } = turnsOf(t);
  const sync = begun();
  const done = turns.sync(sync.work);
  await sync.started;
  t.ok(turns.isSynced());
  await t.rejects(
    turns.brief(async () => 0),
    running,
  );
  await t.rejects(
    turns.sync(async () => 0),
    running,
  );
  t.equal(await turns.briefUnlessSynced(async () => 0), undefined);
  sync.end('synced');
  t.equal(await done, 'synced');
  t.notOk(turns.isSynced());
  t.strictSame(await turns.briefUnlessSynced(async () => 7), { done: 7 });
});

t.test('another process has its turn alone, too', async (t) => {
  const { turns, path } = turnsOf(t);
  const release = lockFile(path, 'BRIDGE_CRAWL_RUNNING');
  await t.rejects(
    turns.sync(async () => 0),
    running,
  );
  t.equal(await turns.briefUnlessSynced(async () => 0), undefined);
  t.notOk(turns.isSynced(), 'a sync of this process alone counts');
  release();
  t.equal(await turns.sync(async () => 1), 1);
});

t.test('what can be done in the middle of a sync is done there, one after the other', async (t) => {
  const { turns, path } = turnsOf(t);
  const [sync, first] = [begun(), begun()];
  const order: string[] = [];
  t.notOk(await turns.alsoBesideSync(async (isBeside) => isBeside));
  const done = turns.sync(sync.work);
  await sync.started;
  const beside = [
    turns.alsoBesideSync(async (isBeside) => {
      order.push(`first ${isBeside}`);
      await first.work();
      order.push('ended');
    }),
    turns.alsoBesideSync(async () => void order.push('second')),
  ];
  await first.started;
  sync.end('');
  await done;
  const next = turns.sync(async () => void order.push('next sync'));
  first.end('');
  await Promise.all([...beside, next]);
  t.strictSame(order, ['first true', 'ended', 'second', 'next sync']);
  const release = lockFile(path, 'BRIDGE_CRAWL_RUNNING');
  await t.rejects(
    turns.alsoBesideSync(async () => 0),
    running,
    'another process writes the same trees',
  );
  release();
});

t.test('a turn ends when its work fails, and the fault is the work’s own', async (t) => {
  const { turns } = turnsOf(t);
  const fail = async () => {
    throw new BridgeError('BRIDGE_CRAWL_RUNNING', { detail: 'elsewhere' });
  };
  await t.rejects(turns.sync(fail), running);
  await t.rejects(turns.brief(fail), running);
  await t.rejects(turns.briefUnlessSynced(fail), running, 'nothing is taken for a sync that runs');
  t.equal(await turns.sync(async () => 2), 2);
});

const ids = (...names: string[]) => names.map(toFileId);

/** Refreshes whose work ends when it is told to. */
function refreshing() {
  const asked: { ids: readonly FileId[]; signal: AbortSignal; end: ReturnType<typeof begun> }[] = [];
  const refresh = gatherRefreshes(async (fileIds, signal) => {
    const end = begun();
    asked.push({ ids: fileIds, signal, end });
    return (await end.work()) === 'well';
  });
  const until = async (count: number) => {
    while (asked.length < count) await new Promise(setImmediate);
    return asked[count - 1] as (typeof asked)[0];
  };
  return { asked, refresh, until };
}

t.test('what is asked for while others are served comes in one go after them', async (t) => {
  const { asked, refresh, until } = refreshing();
  const { signal } = new AbortController();
  const first = refresh(ids('a'), signal);
  const one = await until(1);
  const rest = [refresh(ids('b', 'c'), signal), refresh(ids('c', 'd'), signal), refresh(ids('a'), signal)];
  one.end.end('well');
  t.equal(await first, true);
  const two = await until(2);
  t.strictSame([one.ids, two.ids], [ids('a'), ids('b', 'c', 'd', 'a')]);
  two.end.end('badly');
  t.strictSame(await Promise.all(rest), [false, false, false]);
  const last = refresh(ids('e'), signal);
  (await until(3)).end.fail(new Error('no disk'));
  await t.rejects(last, { message: 'no disk' });
  t.equal(asked.length, 3);
});

t.test('who leaves is let go, and the work goes on for those who stay', async (t) => {
  const { refresh, until } = refreshing();
  const [leaving, staying] = [new AbortController(), new AbortController()];
  const both = [refresh(ids('a'), leaving.signal), refresh(ids('b'), staying.signal)] as const;
  const one = await until(1);
  leaving.abort(new Error('has left'));
  await t.rejects(both[0], { message: 'has left' });
  t.notOk(one.signal.aborted);
  staying.abort(new Error('has left too'));
  t.ok(one.signal.aborted, 'nobody waits any more');
  one.end.fail(one.signal.reason);
  await t.rejects(both[1], { message: 'has left too' });
  const late = refresh(ids('c'), leaving.signal);
  await t.rejects(late, { message: 'has left' });
});

t.test('who comes when those before have left gets what he asks for', async (t) => {
  const { asked, refresh, until } = refreshing();
  const [leaving, staying] = [new AbortController(), new AbortController()];
  const first = refresh(ids('a'), staying.signal);
  const one = await until(1);
  const left = t.rejects(refresh(ids('b'), leaving.signal), { message: 'has left' });
  leaving.abort(new Error('has left'));
  const late = refresh(ids('c'), staying.signal);
  one.end.end('well');
  (await until(2)).end.end('well');
  t.strictSame(await Promise.all([first, late]), [true, true]);
  await left;
  t.strictSame(asked[1]?.ids, ids('c'));
});
