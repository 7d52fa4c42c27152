import t from 'tap';
import { createHandClock, settle } from './fixtures/hand-clock.ts';
import { bytes, call, get, large, link, open, small, start } from './fixtures/simulated-host.ts';
import { expectedBytes } from './simulator/content.ts';
import type { SimulatedFile } from './simulator/tree.ts';

/** What the simulated host refuses by its limits, and everything in which it can be made to fail. */
const minuteMs = 60_000;

t.test('strict limits refuse every breach and nothing else', async (t) => {
  const clock = createHandClock();
  const simulator = await start(t, { clock, limits: 'strict' });
  const ask = async (verb: string, body = {}) => {
    const { status, json } = await call(simulator, verb, body);
    return status === 200 ? 'OK' : `${status} ${json.message.replace(/ #\d+$/, '')}`;
  };
  const flood = '403 Flood detected: IP Locked';
  t.equal(await ask('folder/ls', { files: 1 }), 'OK');
  t.equal(await ask('file/ls'), flood, 'the other listing of the same folder counts too');
  t.equal(await ask('folder/ls', { folder_id: 3357645 }), 'OK');
  t.equal(await ask('folder/ls', { folder_id: 3357646 }), flood, 'the fourth call of a second');
  await clock.advance(1000);
  t.equal(await ask('folder/ls', { folder_id: 3357646 }), 'OK', 'a refusal locks nothing');
  await clock.advance(29_000);
  t.equal(await ask('folder/ls'), 'OK', 'the same folder after 30 s');
  t.equal(await ask('file/ls', { folder_id: -1 }), 'OK');
  await clock.advance(59 * minuteMs);
  t.equal(await ask('file/ls', { folder_id: -1 }), flood);
  t.equal(await ask('user/info'), 'OK');
  await clock.advance(minuteMs - 1);
  t.equal(await ask('user/info'), flood);
  await clock.advance(1);
  t.equal(await ask('user/info'), '403 Flood detected: User Locked');
  await clock.advance(4 * minuteMs);
  t.equal(await ask('user/info'), 'OK');
  t.equal(await ask('file/ls', { folder_id: -1 }), 'OK', 'the whole account after an hour');
  t.equal(simulator.counters.breaches, 5);
});

t.test(
  'lenient limits allow a burst, then lock the address for five minutes while links go on',
  async (t) => {
    const clock = createHandClock();
    const simulator = await start(t, { clock, limits: 'lenient' });
    const [file] = simulator.account.files() as unknown as [SimulatedFile];
    const url = await link(simulator, file);
    await clock.advance(1000);
    const statuses: number[] = [];
    for (let turn = 0; turn < 8; turn++) {
      statuses.push((await call(simulator, 'folder/ls')).status);
      await clock.advance(1000);
    }
    t.same(statuses, [200, 200, 200, 200, 200, 200, 403, 403]);
    t.match((await call(simulator, 'download/get_token', { url: file.url })).json.message, /^Flood detected/);
    t.equal((await get(url, 'bytes=0-9')).status, 206);
    await clock.advance(5 * minuteMs);
    t.equal((await call(simulator, 'folder/ls')).status, 200);
  },
);

t.test('repeated refusals lock the address', async (t) => {
  const clock = createHandClock();
  const simulator = await start(t, { clock, limits: { refusalsAllowed: 2, refusalLockMs: minuteMs } });
  for (let turn = 0; turn < 3; turn++)
    t.equal((await call(simulator, 'file/info', { url: 'x' })).status, 404);
  t.match((await call(simulator, 'folder/ls')).json.message, /^Flood detected/);
  await clock.advance(minuteMs);
  t.equal((await call(simulator, 'folder/ls')).status, 200);
});

t.test('many small downloads in a row lock downloads', async (t) => {
  const clock = createHandClock();
  const simulator = await start(t, {
    clock,
    limits: { smallFilesInARow: 2 },
    account: { files: [small, large] },
  });
  const status = async (path: string) => (await get(await link(simulator, path), 'bytes=0-0')).status;
  t.same([await status('/small.mkv'), await status('/small.mkv')], [206, 206]);
  t.equal(await status('/small.mkv'), 403);
  await clock.advance(5 * minuteMs);
  t.equal(await status('/small.mkv'), 206);
  t.equal(await status('/large.mkv'), 206);
});

t.test('an account is used from one address at a time', async (t) => {
  const clock = createHandClock();
  const simulator = await start(t, { clock, locationRule: true, account: { files: [small] } });
  const url = await link(simulator, '/small.mkv');
  const other = await open(url, '127.0.0.2');
  t.equal(other.statusCode, 403);
  t.match(other.headers['content-type'], /^text\/html/);
  other.resume();
  t.equal((await get(url)).status, 200);
  await clock.advance(4 * minuteMs);
  t.equal((await get(url)).status, 200, 'each use holds the account longer');
  await clock.advance(5 * minuteMs);
  const moved = await open(url, '127.0.0.2');
  t.equal(moved.statusCode, 200, 'after a while the other address may have it');
  moved.resume();
  const refused = await call(simulator, 'download/get_token', {
    url: simulator.account.file('/small.mkv').url,
  });
  t.match(refused.json.message, /^Only 1 location allowed at a time #\d+$/);
});

t.test('a staged flood locks every call for its time, and a rule can pick verb and folder', async (t) => {
  const clock = createHandClock();
  const simulator = await start(t, { clock });
  const { faults } = simulator;
  faults.answer({ is: 'flood', lockMs: minuteMs, whose: 'User' });
  t.match((await call(simulator, 'folder/ls')).json.message, /^Flood detected: User Locked #\d+$/);
  t.equal((await call(simulator, 'file/ls')).status, 403);
  await clock.advance(minuteMs);
  t.equal((await call(simulator, 'folder/ls')).status, 200);

  faults.answer({ is: 'status', status: 502, verb: 'folder/ls', folderId: 3357646, times: 2, skip: 1 });
  const statuses: number[] = [];
  for (const folder_id of [3357645, 3357646, 3357646, 3357646, 3357646]) {
    statuses.push((await call(simulator, 'folder/ls', { folder_id })).status);
  }
  t.same(statuses, [200, 200, 502, 502, 200]);
  faults.answer({ is: 'ipLocked', lockMs: minuteMs });
  t.match((await call(simulator, 'folder/ls')).json.message, /^IP Locked #\d+$/);
  simulator.reset();
  t.equal((await call(simulator, 'folder/ls')).status, 200, 'reset takes locks away');
  t.equal(simulator.counters.requests.length, 1);
});

t.test('calls fail in every way that clients have seen', async (t) => {
  const simulator = await start(t);
  const { faults } = simulator;
  const list = { folder_id: 3357645, files: 1 };
  faults.answer({ is: 'badJson' });
  const bad = await call(simulator, 'folder/ls', list);
  t.equal(bad.json, undefined);
  t.match(bad.text, /AC\\DC/);
  t.ok(JSON.parse(bad.text.replaceAll('\\', '\\\\')), 'and that is all that is wrong with it');
  faults.answer({ is: 'emptyListing' });
  t.match((await call(simulator, 'folder/ls', list)).json, { status: 'OK', files: 0, size: null, items: [] });
  faults.answer({ is: 'bareText' });
  t.match(await call(simulator, 'folder/ls'), { status: 403, text: 'IP Locked' });
  for (const status of [200, 503] as const) {
    faults.answer({ is: 'maintenance', status });
    t.match(await call(simulator, 'folder/ls'), { status, text: /maintenance/ });
  }
  faults.answer({ is: 'ko', message: 'Owner locked #649' });
  t.match(await call(simulator, 'file/info'), {
    status: 200,
    json: { status: 'KO', message: 'Owner locked #649' },
  });
  faults.answer({ is: 'reset' });
  await t.rejects(call(simulator, 'folder/ls'));
  faults.answer({ is: 'halfBody' });
  await t.rejects(call(simulator, 'folder/ls', list));
  faults.answer({ is: 'silent' });
  const leaving = new AbortController();
  const silent = fetch(`${simulator.apiUrl}/folder/ls.cgi`, { method: 'POST', signal: leaving.signal });
  while (simulator.counters.callsNow === 0) await settle();
  leaving.abort();
  await t.rejects(silent);
  faults.answer({ is: 'slow', ms: 1 });
  faults.answer({ is: 'status', status: 500 });
  t.equal((await call(simulator, 'folder/ls')).status, 500, 'slow goes together with another');
  t.equal((await call(simulator, 'folder/ls')).status, 200);
});

t.test('a transfer can be cut at a byte, at random, or stall', async (t) => {
  const simulator = await start(t, { account: { files: [large] } });
  const { faults } = simulator;
  const url = await link(simulator, '/large.mkv');
  const received = async (range: string) => {
    const response = await get(url, range);
    const parts: Uint8Array[] = [];
    try {
      for await (const part of response.body ?? []) parts.push(part);
    } catch {
      return [Buffer.concat(parts), 'cut'] as const;
    }
    return [Buffer.concat(parts), 'whole'] as const;
  };
  faults.download.cut = { every: 2, atByte: 300_001 };
  const seen = [];
  for (let turn = 0; turn < 4; turn++) seen.push(await received('bytes=1000000-1999999'));
  t.same(
    seen.map(([part, end]) => [part.length, end]),
    [
      [1_000_000, 'whole'],
      [300_001, 'cut'],
      [1_000_000, 'whole'],
      [300_001, 'cut'],
    ],
  );
  t.ok(
    seen[1]?.[0].equals(expectedBytes(large.content, 1_000_000, 1_300_001)),
    'the right bytes up to the cut',
  );
  faults.download = { cut: { every: 1, times: 1 } };
  const [part, end] = await received('bytes=0-999999');
  t.equal(end, 'cut');
  t.ok(part.length < 1_000_000);
  t.equal((await received('bytes=0-999999'))[1], 'whole');

  faults.download = { stall: { afterBytes: 1000, times: 1 } };
  const stalled = await open(url);
  let arrived = 0;
  stalled.on('data', (piece: Buffer) => {
    arrived += piece.length;
  });
  while (arrived < 1000) await settle();
  await settle(50);
  t.equal(arrived, 1000);
  stalled.destroy();
  t.equal((await received('bytes=0-9999'))[1], 'whole');
});

t.test('ranges and sizes can be wrong', async (t) => {
  const simulator = await start(t, { account: { files: [large] } });
  const { faults } = simulator;
  const url = await link(simulator, '/large.mkv');
  const right = expectedBytes(large.content, 8000, 8100);
  faults.download.wrongRange = { kind: 'other', times: 1 };
  const other = await get(url, 'bytes=8000-8099');
  t.equal(other.headers.get('content-range'), `bytes 3904-4003/${large.content.sizeBytes}`);
  t.ok((await bytes(other)).equals(expectedBytes(large.content, 3904, 4004)));
  t.ok((await bytes(await get(url, 'bytes=8000-8099'))).equals(right), 'once');
  faults.download.wrongRange = { kind: 'lying', times: 1 };
  const lying = await get(url, 'bytes=8000-8099');
  t.equal(lying.headers.get('content-range'), `bytes 8000-8099/${large.content.sizeBytes}`);
  t.notOk((await bytes(lying)).equals(right));
  faults.download.wrongRange = { kind: 'whole', times: 1 };
  const whole = await get(url, 'bytes=8000-8099');
  t.equal(whole.status, 200);
  await whole.body?.cancel();
  faults.download.wrongTotal = { byBytes: 5, times: 1 };
  const longer = await get(url, 'bytes=-5');
  const total = large.content.sizeBytes + 5;
  t.equal(longer.headers.get('content-range'), `bytes ${total - 5}-${total - 1}/${total}`);
  t.ok((await bytes(longer)).equals(Buffer.alloc(5)));
});

t.test('a link can die after so many bytes, and a transfer can be slow', async (t) => {
  const simulator = await start(t, { account: { files: [large] } });
  const { faults } = simulator;
  const url = await link(simulator, '/large.mkv');
  faults.download = { expireAfterBytes: { bytes: 5000 } };
  t.equal((await bytes(await get(url, 'bytes=0-9999'))).length, 10_000, 'the transfer goes on');
  t.equal((await get(url)).status, 404);
  faults.download = { expireAfterBytes: { bytes: 5000, cut: true } };
  const second = await link(simulator, '/large.mkv');
  t.equal((await bytes(await get(second, 'bytes=0-2999'))).length, 3000);
  await t.rejects(get(second, 'bytes=0-2999').then(bytes));
  t.equal(simulator.counters.downloadRequests.at(-1)?.bytes, 2000);
  t.equal((await get(second)).status, 404);

  faults.download = { firstByteMs: 5, bytesPerSecond: 200_000 };
  const begin = performance.now();
  const slow = await get(await link(simulator, '/large.mkv'), 'bytes=0-9999');
  t.equal((await bytes(slow)).length, 10_000);
  t.ok(performance.now() - begin > 50, 'a twentieth of a second for a twentieth of the speed');
});
