import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { films, pathOf, strmOf } from './fixtures/numbered-films.ts';
import { mtime, remove, type Started, startBridge, takeOut } from './fixtures/removals.ts';
import { noGrace, signal } from './fixtures/setup.ts';
import { strmPaths } from './fixtures/strm-files.ts';
import { createSimulator } from './simulator/simulator.ts';

/** What a person decides about deletions, and another account behind the key. */

t.test('a proposal grows and shrinks with the crawls, and is settled when all came back', async (t) => {
  const one = await startBridge(t, [films(10)], { env: noGrace });
  await one.sync();
  const lost = [0, 1, 2].map((n) => one.simulator.account.file(pathOf(n)));
  one.simulator.account.addFolder('/Away');
  remove(one, 0, 1, 2);
  await takeOut(one);
  remove(one, 3);
  await takeOut(one);
  const listed = () => one.bridge.curation.proposals.list(9);
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
  t.equal((await strmPaths(one)).length, 10);
  remove(one, 5);
  await one.sync();
  await one.later(1);
  t.match(await listed(), [
    { state: 'accepted', files: 1 },
    { id: 1, state: 'open', files: 1 },
  ]);
  t.notOk((await strmPaths(one)).includes(strmOf(5)));
});

t.test('a proposal whose files all came back is settled, and nothing has happened', async (t) => {
  const one = await startBridge(t, [films(10)], { env: noGrace });
  await one.sync();
  const before = await Promise.all((await strmPaths(one)).map((path) => mtime(one, path)));
  const folder = one.simulator.account.folder('/Films');
  const lost = [...folder.files.values()].slice(0, 4);
  for (const file of lost) one.simulator.account.removeFile(file);
  await takeOut(one);
  for (const file of lost) folder.files.set(file.id, file);
  await one.later(1);
  t.match(await one.bridge.curation.proposals.list(9), [{ state: 'settled' }]);
  t.same(await Promise.all((await strmPaths(one)).map((path) => mtime(one, path))), before);
  await t.rejects(one.bridge.curation.proposals.refuse(1), {
    code: 'BRIDGE_PROPOSAL_DECIDED',
    message: /settled/,
  });
  await t.rejects(one.bridge.curation.proposals.refuse(7), { code: 'BRIDGE_PROPOSAL_UNKNOWN' });
});

t.test('what a person refused stays and is not asked again, until they take it up again', async (t) => {
  const one = await startBridge(t, [films(10)], { env: noGrace });
  await one.sync();
  remove(one, 0, 1, 2);
  await takeOut(one);
  const { proposals } = one.bridge.curation;
  t.match(await proposals.refuse(1), { files: 3, proposal: { state: 'refused' } });
  for (let n = 0; n < 3; n++) t.equal((await one.later(30)).note.held, undefined);
  t.equal((await strmPaths(one)).length, 10);
  remove(one, 4);
  t.equal((await takeOut(one)).note.removed, 1, 'others are no prisoners of that word');
  t.match(await proposals.undo(1), { proposal: { id: 1, state: 'open' }, files: 3 });
  t.equal((await strmPaths(one)).length, 9);
  t.match(await proposals.accept(1, signal), { files: 3, tree: 'written' });
  t.equal((await strmPaths(one)).length, 6);
});

t.test('sync --accept-removals accepts what waits', async (t) => {
  const one = await startBridge(t, [films(10)], { env: noGrace });
  await one.sync();
  remove(one, 0, 1, 2);
  await takeOut(one);
  t.equal((await one.sync({ acceptRemovals: true })).note.removed, 3);
  t.match(await one.bridge.curation.proposals.list(9), [{ id: 1, state: 'accepted', files: 3 }]);
  t.match(await one.bridge.curation.proposals.undo(), { proposal: { id: 1, state: 'undone' }, files: 3 });
  t.equal((await strmPaths(one)).length, 10);
});

/** The started again, over another account: its data folder, a key that may be another. */
async function rekeyed(
  t: Test,
  one: Started,
  simulator: Parameters<typeof createSimulator>[0],
  env: Record<string, string> = noGrace,
) {
  // Whose the account is, is asked with the second crawl.
  await one.sync();
  await one.close();
  const other = await createSimulator({ clock: one.clock, ...simulator });
  t.teardown(() => other.close());
  return startBridge(t, [], { over: other, home: one.home, env, overrides: { clock: one.clock } });
}

const newKey = 'OTHERKEYotherkey0123456789-_=ABC';

let chance = 0.1;

/** Ids that no other account has. */
const random = () => {
  chance = (chance * 9301 + 0.49297) % 1;
  return chance;
};

t.test('another account behind the key removes and confirms nothing until a person accepts', async (t) => {
  const one = await startBridge(t, [films(10)], { env: noGrace });
  await one.sync();
  const account = { folders: [films(8, 'Cinema', 10)] };
  const two = await rekeyed(t, one, { apiKey: newKey, email: 'other@example.com', account, random });
  for (let n = 0; n < 3; n++)
    t.match((await two.later(2)).note.held, { files: 10, why: /belongs to another account/, proposal: 1 });
  t.equal((await strmPaths(two)).length, 18, 'what the other has is there, what was stays');
  t.equal(two.loud.length, 1);
  t.equal(two.simulator.counters.calls['user/info'], 1, 'asked once in six hours');
  t.match(await two.bridge.curation.proposals.accept(1, signal), { files: 10 });
  t.equal((await strmPaths(two)).length, 8);
  t.equal((await two.later(2)).note.held, undefined, 'this account is the right one now');
  const memory = await readFile(join(two.home, 'data', 'catalog.db'), 'latin1');
  t.notMatch(memory, newKey);
});

t.test('another account that has folders of the same names changes nothing either', async (t) => {
  const env = { ...noGrace, PASSERELLE_ROOTS: '/Films,/Series' };
  const one = await startBridge(t, [films(10), films(5, 'Series', 10)], { env });
  await one.sync();
  const account = { folders: [{ name: 'Else' }, films(10, 'Films', 20), films(5, 'Series', 30)] };
  const two = await rekeyed(t, one, { apiKey: newKey, email: 'other@example.com', account, random }, env);
  for (let n = 0; n < 4; n++) await two.later(2);
  const kept = await strmPaths(two);
  for (let n = 0; n < 15; n++) t.ok(kept.includes(strmOf(n)), strmOf(n));
  t.match(await two.bridge.curation.proposals.list(9), [{ kind: 'account', state: 'open' }]);
});

t.test('the same account with a new key passes silently', async (t) => {
  const one = await startBridge(t, [films(10)], { env: noGrace });
  await one.sync();
  const two = await rekeyed(t, one, { apiKey: newKey, account: { folders: [films(10)] } });
  remove(two, 0);
  await two.sync();
  t.equal((await two.later(1)).note.removed, 1);
  t.same(two.loud, []);
});

t.test('where the host does not tell whose key it is, it is taken for another until it does', async (t) => {
  const one = await startBridge(t, [films(10)], { env: noGrace });
  await one.sync();
  const two = await rekeyed(t, one, { apiKey: newKey, account: { folders: [films(10)] } });
  const times = Number.POSITIVE_INFINITY;
  two.simulator.faults.answer({ is: 'status', status: 500, verb: 'user/info', times });
  remove(two, 0);
  await two.sync();
  for (let n = 0; n < 2; n++) t.match((await two.later(2)).note.held?.why, /has not told/);
  t.equal((await strmPaths(two)).length, 10);
  two.simulator.faults.clear();
  await two.later(2);
  t.equal((await two.later(2)).note.removed, 1, 'told: retention begins anew');
  t.match((await two.bridge.curation.proposals.list(9)).at(-1), { kind: 'account', state: 'settled' });
});

t.test('the API lists, accepts, refuses and undoes, for who has the token', async (t) => {
  const one = await startBridge(t, [films(10)], { env: noGrace });
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
  t.equal((await strmPaths(one)).length, 7);
  t.match(await ask('POST', '/1/undo'), { status: 200, body: { proposal: { state: 'undone' } } });
  t.equal((await strmPaths(one)).length, 10);
});

t.test('what is brought back while a sync runs is there before that ends', async (t) => {
  const one = await startBridge(t, [films(10), films(1, 'Other', 30)], { env: noGrace });
  await one.sync();
  remove(one, 0, 1, 2);
  await takeOut(one);
  const { host, curation } = one.bridge;
  await curation.proposals.accept(1, signal);
  t.equal((await strmPaths(one)).length, 8);
  const { listFolder } = host;
  host.listFolder = async (...asked) => {
    host.listFolder = listFolder;
    t.match(await curation.proposals.undo(), { files: 3, tree: 'written' });
    t.equal((await strmPaths(one)).length, 11);
    return listFolder.call(host, ...asked);
  };
  t.match(await one.sync(), { outcome: 'done' });
  t.equal((await strmPaths(one)).length, 11);
});

t.test('a word that comes while a sync runs is carried out when it ends', async (t) => {
  const one = await startBridge(t, [films(10), films(1, 'Other', 30)], { env: noGrace });
  await one.sync();
  remove(one, 0, 1, 2);
  await takeOut(one);
  let decided: Awaited<ReturnType<typeof one.bridge.curation.proposals.accept>> | undefined;
  const pending: Promise<unknown>[] = [];
  await one.sync({
    onProgress: ({ foldersDone }) => {
      if (foldersDone !== 1) return;
      const word = one.bridge.curation.proposals.accept(1, signal);
      pending.push(word.then((answer) => (decided = answer)));
    },
  });
  await Promise.all(pending);
  t.match(decided, { files: 3, tree: 'later' });
  t.equal((await strmPaths(one)).length, 8);
});
