import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { systemClock } from '../src/core/clock.ts';
import { BridgeError } from '../src/core/errors.ts';
import { type DownloadWish, download } from '../src/downloads/download.ts';
import { openPart, type PartHandle } from '../src/downloads/part-file.ts';
import { createRetries } from '../src/downloads/retries.ts';
import { createHandClock, minuteMs } from './fixtures/hand-clock.ts';
import { createScriptedSource } from './fixtures/scripted-source.ts';
import { signal, type Test } from './fixtures/setup.ts';

/** A file of the account becomes a file of this machine: in ranges, each byte once, and under its name when it is right. */

const sizeBytes = 5_000_001;
/** Nobody waits between two tries. */
const clock = { ...systemClock, sleep: async () => undefined };

function fetching(t: Test, { size = sizeBytes, name = 'Film.mkv' } = {}) {
  const dir = t.testdir();
  const target = join(dir, name);
  const scripted = createScriptedSource({ sizeBytes: size });
  const { source, id } = scripted;
  const run = (wish: Partial<DownloadWish> = {}, openHandle?: (path: string) => Promise<PartHandle>) =>
    download(
      { id, target, isForced: false, connections: 4, signal, ...wish },
      { source, clock, ...(openHandle && { openHandle }) },
    );
  return { ...scripted, dir, target, run, there: () => readdirSync(dir).sort() };
}

t.test('a file comes in several ranges at one time, and nothing is left beside it', async (t) => {
  const { run, state, target, bytes, there } = fetching(t);
  const told: number[] = [];
  const result = await run({ onBytes: (done) => told.push(done) });
  t.match(result, { fate: 'fetched', sizeBytes, isVerified: true, resumedBytes: 0 });
  t.ok(readFileSync(target).equals(bytes()));
  t.same(there(), ['Film.mkv']);
  t.equal(state.openMost, 4);
  t.ok(state.asked.length >= 4);
  t.same([told[0], told.at(-1)], [0, sizeBytes]);
  t.match(await run(), { fate: 'same' }, 'again: it is there already');
  t.same(
    state.asked.reduce((sum, [from, to]) => sum + to - from, 0),
    sizeBytes,
    'no byte was asked for twice',
  );
});

t.test('one connection, one byte, none at all', async (t) => {
  for (const size of [0, 1, 1024 * 1024, 1024 * 1024 + 1]) {
    const { run, target, bytes, state } = fetching(t, { size, name: `${size}.mkv` });
    t.match(await run({ connections: 1 }), { fate: 'fetched', isVerified: true });
    t.ok(readFileSync(target).equals(bytes()), `${size} bytes`);
    t.ok(state.openMost <= 1);
  }
});

t.test('whatever the connection does, each byte is asked for until it has come', async (t) => {
  const { run, state, target, bytes } = fetching(t);
  state.steps = [
    { cutAfter: 0 },
    { cutAfter: 1 },
    { cutAfter: 70_000 },
    { refuses: 'BRIDGE_UPSTREAM_CUT' },
    { cutAfter: 900_000 },
    { refuses: 'BRIDGE_HOST_NOT_READY' },
    { cutAfter: 200_000 },
  ];
  t.match(await run(), { fate: 'fetched' });
  t.ok(readFileSync(target).equals(bytes()));
});

t.test('a run that is stopped leaves a part, and the next one fetches what is missing alone', async (t) => {
  const { run, state, target, bytes, there } = fetching(t);
  state.steps = [
    { hangsAfter: 600_000 },
    { hangsAfter: 300_000 },
    { hangsAfter: 100_000 },
    { hangsAfter: 0 },
  ];
  const stop = new AbortController();
  const stopped = run({
    signal: stop.signal,
    onBytes: (done) => {
      // The whole pieces of a range that hangs come with its end.
      if (done >= 524_288) stop.abort(new Error('Ctrl-C'));
    },
  });
  await t.rejects(stopped, { message: 'Ctrl-C' });
  t.same(there(), ['Film.mkv.part', 'Film.mkv.part.ranges']);
  const { whole } = JSON.parse(readFileSync(`${target}.part.ranges`, 'utf8'));
  const left = whole.reduce((sum: number, [from, to]: [number, number]) => sum + to - from, 0);
  t.ok(left >= 524_288, `${left} bytes`);
  for (const [from, to] of whole)
    t.ok(readFileSync(`${target}.part`).subarray(from, to).equals(bytes().subarray(from, to)));
  state.asked = [];
  t.match(await run(), { fate: 'fetched', resumedBytes: left });
  t.equal(
    state.asked.reduce((sum, [from, to]) => sum + to - from, 0),
    sizeBytes - left,
  );
  t.ok(readFileSync(target).equals(bytes()));
  t.same(there(), ['Film.mkv']);
});

t.test('a part of another version is not gone on with', async (t) => {
  const { run, state, target, bytes } = fetching(t);
  state.steps = Array.from({ length: 40 }, () => ({ refuses: 'BRIDGE_OWNER_GONE' }) as const);
  state.steps[0] = undefined as never;
  await t.rejects(run({ connections: 1 }), { code: 'BRIDGE_OWNER_GONE' });
  t.match(JSON.parse(readFileSync(`${target}.part.ranges`, 'utf8')), {
    etag: '"one"',
    whole: [[0, 2_500_001]],
  });
  Object.assign(state, { etag: '"two"', content: { sizeBytes, seed: 2 }, steps: [], asked: [] });
  t.match(await run(), { fate: 'fetched', resumedBytes: 0 });
  t.ok(readFileSync(target).equals(bytes()));
});

t.test('a file that changes at the host in the middle is begun anew', async (t) => {
  const { run, state, target, bytes, there } = fetching(t);
  const change = (seed: number, etag: string) =>
    Object.assign(state, { etag, content: { sizeBytes: sizeBytes + seed, seed } });
  let isChanged = false;
  const result = await run({
    onBytes(done) {
      if (done === 0 || isChanged) return;
      isChanged = true;
      change(2, '"two"');
    },
  });
  t.match(result, { fate: 'fetched', sizeBytes: sizeBytes + 2, isVerified: true });
  t.ok(readFileSync(target).equals(bytes()), 'all of it is of the newer version');
  t.same(there(), ['Film.mkv']);

  const other = fetching(t, { name: 'Other.mkv' });
  let seed = 2;
  const hunted = other.run({
    onBytes: (done) => void (done > 0 && Object.assign(other.state, { etag: `"${seed++}"` })),
  });
  await t.rejects(
    hunted,
    { code: 'BRIDGE_PRECONDITION' },
    'one that changes again and again is not run after',
  );
  const lying = fetching(t, { name: 'Lying.mkv' });
  lying.state.steps = [{ refuses: 'BRIDGE_UPSTREAM_CHANGED' }];
  await t.rejects(
    lying.run(),
    { code: 'BRIDGE_UPSTREAM_CHANGED' },
    'one of which nothing new is known neither',
  );
});

t.test('damaged bytes are told, and nothing of them stays', async (t) => {
  const { run, state, there } = fetching(t);
  state.checksum = 'f'.repeat(128);
  await t.rejects(run(), { code: 'BRIDGE_DOWNLOAD_DAMAGED' });
  t.same(there(), []);
  state.checksum = 'none';
  t.match(await run(), { fate: 'fetched', isVerified: false }, 'without a checksum its size alone is known');
  await t.rejects(run(), { code: 'BRIDGE_DOWNLOAD_EXISTS' }, 'and nobody can say that it is the same');
});

t.test('what has the name already stays, unless it is to be replaced', async (t) => {
  const { run, target, bytes, there, state } = fetching(t);
  writeFileSync(target, 'mine');
  await t.rejects(run(), { code: 'BRIDGE_DOWNLOAD_EXISTS' });
  t.equal(readFileSync(target, 'utf8'), 'mine');
  t.same([there(), state.asked], [['Film.mkv'], []], 'and nothing was fetched');
  t.match(await run({ isForced: true }), { fate: 'fetched' });
  t.ok(readFileSync(target).equals(bytes()));

  const late = fetching(t, { name: 'Late.mkv' });
  const raced = late.run({ onBytes: () => writeFileSync(late.target, 'came meanwhile') });
  await t.rejects(raced, { code: 'BRIDGE_DOWNLOAD_EXISTS' });
  t.equal(readFileSync(late.target, 'utf8'), 'came meanwhile');

  const folder = fetching(t, { name: 'Folder.mkv' });
  mkdirSync(folder.target);
  await t.rejects(folder.run({ isForced: true }), { code: 'BRIDGE_DOWNLOAD_EXISTS', message: /no file/ });
});

t.test('a part that somebody cut or took away is begun anew', async (t) => {
  for (const spoil of [(part: string) => truncateSync(part, 1000), (part: string) => rmSync(part)]) {
    const { run, state, target, bytes } = fetching(t);
    state.steps = [
      undefined,
      ...Array.from({ length: 9 }, () => ({ refuses: 'BRIDGE_OWNER_GONE' }) as const),
    ];
    await t.rejects(run({ connections: 1 }), { code: 'BRIDGE_OWNER_GONE' });
    state.steps = [];
    spoil(`${target}.part`);
    t.match(await run(), { fate: 'fetched', resumedBytes: 0, isVerified: true });
    t.ok(readFileSync(target).equals(bytes()));
  }
});

t.test('what a run left that was killed behind the naming is taken away by the next one', async (t) => {
  for (const isLinked of [true, false]) {
    const { run, target, there } = fetching(t);
    await run();
    const journal = { passerelle: 1, fileId: 'x', sizeBytes, etag: '"one"', whole: [[0, sizeBytes]] };
    writeFileSync(`${target}.part.ranges`, JSON.stringify(journal));
    if (isLinked) linkSync(target, `${target}.part`);
    t.match(await run(), { fate: 'same' });
    t.same(there(), ['Film.mkv']);
  }
});

t.test("a part, or a journal, of another program is nobody's to write into", async (t) => {
  for (const [end, text] of [
    ['.part', 'of a browser'],
    ['.part.ranges', '{"of":"somebody"}'],
    ['.part.ranges', '\0\0\0\0'],
  ] as const) {
    const { run, target, state } = fetching(t);
    writeFileSync(target + end, text);
    await t.rejects(run(), { code: 'BRIDGE_DOWNLOAD_EXISTS' });
    t.same(
      [readFileSync(target + end, 'utf8'), state.asked, existsSync(`${target}.part.lock`)],
      [text, [], false],
    );
  }
});

t.test('two runs into one file: one fetches, the other is told', async (t) => {
  const { run, target, bytes, there } = fetching(t);
  const both = await Promise.allSettled([run(), run()]);
  t.same(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  t.match(
    both.find(({ status }) => status === 'rejected'),
    { reason: { code: 'BRIDGE_DOWNLOAD_BUSY' } },
  );
  t.ok(readFileSync(target).equals(bytes()));
  t.same(there(), ['Film.mkv']);
  const part = await openPart(`${target}.2`, { clock: systemClock });
  await t.rejects(openPart(`${target}.2`, { clock: systemClock }), { code: 'BRIDGE_DOWNLOAD_BUSY' });
  await part.close();
  await part.close();
  await (await openPart(`${target}.2`, { clock: systemClock })).close();
});

t.test('a disk that is full, read-only or failing is told as that, and the part stays', async (t) => {
  for (const [code, says] of [
    ['ENOSPC', /full/],
    ['EROFS', /read-only/],
    ['EIO', /fails/],
  ] as const) {
    const { run, target, bytes, there } = fetching(t);
    let room = 2_000_000;
    const failing = async (path: string): Promise<PartHandle> => {
      const handle = await open(path, 'a+').then(async (made) => {
        await made.close();
        return open(path, 'r+');
      });
      return {
        async writev(pieces, at) {
          room -= pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);
          if (room < 0) throw Object.assign(new Error(code), { code });
          return handle.writev(pieces, at);
        },
        truncate: (length) => handle.truncate(length),
        datasync: () => handle.datasync(),
        close: () => handle.close(),
      };
    };
    await t.rejects(run({}, failing), { code: 'BRIDGE_DISK', message: says });
    t.same(there(), ['Film.mkv.part', 'Film.mkv.part.ranges']);
    const result = await run();
    t.ok(result.resumedBytes > 1_000_000, `${code}: the next run goes on with ${result.resumedBytes} bytes`);
    t.ok(readFileSync(target).equals(bytes()));
  }
  const large = fetching(t);
  const facts = async () => ({ id: large.id, sizeBytes: 2 ** 50, checksum: undefined, etag: '"x"' });
  const wish = { id: large.id, target: large.target, isForced: false, connections: 1, signal };
  await t.rejects(
    download(wish, { source: { ...large.source, facts }, clock: systemClock }),
    { code: 'BRIDGE_DISK', message: /no room/ },
    'what cannot fit is not begun',
  );
});

t.test('a film that has all connections is waited for, a host that refuses is not', async (t) => {
  const clock = createHandClock();
  const retries = createRetries(clock);
  const after = async (error: unknown) => {
    const began = clock.now();
    let waited: number | unknown = 'waits';
    const done = retries.after(error, signal).then(
      () => {
        waited = clock.now() - began;
      },
      (given: unknown) => {
        waited = (given as BridgeError).code;
      },
    );
    for (let tick = 0; waited === 'waits' && tick < 200; tick++) await clock.advance(500);
    await done;
    return waited;
  };
  const busy = () => new BridgeError('BRIDGE_TOO_MANY_STREAMS', { retryAt: clock.now() + 2000 });
  for (let times = 0; times < 20; times++) t.equal(await after(busy()), 5000);
  t.equal(await after(new Error('ECONNRESET')), 0, 'the first break is tried again at once');
  t.equal(await after(new Error('ECONNRESET')), 2000);
  t.equal(await after(new BridgeError('BRIDGE_HOST_TIMEOUT', { retryAt: clock.now() + 30_000 })), 30_000);
  t.equal(await after(new Error('x')), 8000);
  t.equal(await after(new Error('x')), 16_000);
  t.equal(await after(new Error('x')), 'BRIDGE_UPSTREAM_CUT', 'and six times without a byte is enough');
  retries.progress();
  t.equal(await after(new Error('x')), 0, 'a byte begins the count anew');
  for (const code of [
    'BRIDGE_HOST_FLOOD',
    'BRIDGE_HOST_FILE_GONE',
    'BRIDGE_DISK',
    'BRIDGE_OWNER_GONE',
  ] as const)
    t.equal(await after(new BridgeError(code)), code);
  await clock.advance(11 * minuteMs);
  t.equal(await after(busy()), 'BRIDGE_TOO_MANY_STREAMS', 'ten minutes without a byte are too long');
});
