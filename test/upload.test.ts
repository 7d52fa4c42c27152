import { createHash } from 'node:crypto';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { request } from 'undici';
import { hourMs, secondMs } from '../src/core/durations.ts';
import { cleanEnv } from './fixtures/bridge-process.ts';
import { createHandClock } from './fixtures/hand-clock.ts';
import { passerelle } from './fixtures/passerelle.ts';
import { passTime } from './fixtures/passing-time.ts';
import { envOver, type SetupOptions, setupListed, type Test } from './fixtures/setup.ts';
import { strmPaths } from './fixtures/strm-files.ts';
import { createSimulator, expectedBytes } from './simulator/simulator.ts';

/** Files of this machine are sent into the account: each is there once in the end, whatever happens in between. */

const account = { folders: [{ name: 'Films' }, { name: 'Other' }] };
const name = 'Metropolis.1927.1080p.mkv';
const bytes = expectedBytes({ sizeBytes: 2_500_000, seed: 9 }, 0, 2_500_000);

async function uploading(t: Test, options: SetupOptions = {}) {
  const clock = createHandClock();
  const started = await setupListed(t, {
    simulator: { account, clock },
    ...options,
    overrides: { clock, ...options.overrides },
  });
  const { simulator, bridge, home } = started;
  const source = join(home, name);
  writeFileSync(source, bytes);
  const moved = () => simulator.counters.uploadRequests.map((one) => `${one.bytes} ${one.status}`).join();
  /** Time passes whenever nothing moves, until it is over. */
  const meanwhile = async <T>(work: Promise<T>): Promise<T> =>
    (await passTime(work, { clock, simulator, moved, stepMs: secondMs })).value;
  const put = (to = '/Films', from = source) =>
    meanwhile(bridge.uploader.put({ source: from, to, signal: new AbortController().signal }));
  const names = (folder = '/Films') =>
    [...simulator.account.folder(folder).files.values()].map((file) => file.name);
  const left = () => bridge.catalog.uploads.all();
  return { ...started, clock, source, put, names, left, meanwhile };
}

t.test('a film that is sent is in the library with one call and no listing', async (t) => {
  const { simulator, put, libraryDir, bridge, left } = await uploading(t);
  const result = await put();
  t.match(result, { fate: 'sent', path: '/Films', file: { name, sizeBytes: bytes.length } });
  t.same(simulator.counters.calls, { 'upload/get_upload_server': 1 });
  t.match((await strmPaths({ libraryDir })).join('\n'), 'Metropolis (1927)');
  const file = await bridge.catalog.files.byId(result.file?.id as never);
  t.match(file, { name, sizeBytes: bytes.length });
  const content = simulator.account.file(`/Films/${name}`).content;
  const sha = (one: Buffer) => createHash('sha256').update(one).digest('hex');
  t.equal(sha(expectedBytes(content, 0, bytes.length)), sha(bytes), 'the same bytes');
  t.same(await left(), [], 'nothing is left in the journal');
});

t.test('a sync afterwards finds it as it is, and the same file is not sent twice', async (t) => {
  const { simulator, put, sync, names, home, meanwhile } = await uploading(t);
  await put();
  const { tree } = await meanwhile(sync());
  t.match(tree.counts, { create: 0, update: 0, delete: 0 });
  t.match(await put(), { fate: 'same' });
  t.equal(simulator.counters.uploads, 1);
  const other = join(home, 'other.mkv');
  writeFileSync(other, 'something else');
  await t.rejects(put(`/Films/${name}`, other), { code: 'BRIDGE_UPLOAD_EXISTS' }, 'nothing is replaced');
  t.match(await put('/Films/Other Name (1999).mkv', other), {
    fate: 'sent',
    file: { name: 'Other Name (1999).mkv' },
  });
  t.same(names(), [name, 'Other Name (1999).mkv']);
});

t.test('each way to fail ends with one file, or with none and a word', async (t) => {
  const one = await uploading(t);
  const { simulator, put, names, left } = one;
  const faults = simulator.faults.upload;
  const clear = () => {
    simulator.account.removeFile(`/Films/${name}`);
    Object.assign(simulator.faults, { upload: {} });
  };
  const rows: [string, object, number][] = [
    ['a node without a disk, twice', { noDisk: { times: 2 } }, 1],
    ['a node that ends in mid-body', { cut: { atByte: 1_000_000, times: 2 } }, 1],
    ['502', { status: { status: 502, times: 1 } }, 1],
    ['a lost answer', { cutAnswer: { times: 1 } }, 1],
    ['a report that never comes', { reportAsPage: () => true }, 1],
    ['no links', { noLinks: { times: 99 } }, 1],
    ['a report that must be waited for', { wait: { times: 5 } }, 1],
    ['a wrong checksum, once', { wrongChecksum: { times: 1 } }, 1],
  ];
  t.ok(faults);
  for (const [what, fault] of rows) {
    simulator.faults.upload = { ...fault };
    t.match(await put(), { fate: 'sent', file: { name } }, what);
    t.same(names(), [name], `${what}: it is there once`);
    t.same(names('/'), [], what);
    t.same(await left(), [], what);
    // As if it had never been.
    const id = simulator.account.file(`/Films/${name}`).id;
    clear();
    await one.bridge.catalog.removals.missOutside([], one.clock.now());
    await one.bridge.catalog.removals.remove([id], one.clock.now(), {
      kind: 'x',
      why: 'y',
      facts: {},
    } as never);
    one.bridge.catalog.files.forget([id]);
  }
  for (const [what, fault, code] of [
    ['nodes that all fail', { noDisk: { times: 3 } }, 'BRIDGE_UPLOAD_NODE'],
    ['wrong each time', { wrongChecksum: { times: 3 } }, 'BRIDGE_UPLOAD_DAMAGED'],
  ] as const) {
    simulator.faults.upload = { ...fault };
    await t.rejects(put(), { code }, what);
    t.same([names(), await left()], [[], []], `${what}: nothing is there`);
  }
});

t.test(
  'a file that the host lays at the top, since its folder went meanwhile, is moved when it has one',
  async (t) => {
    const { simulator, put, names } = await uploading(t);
    // The report is lost too, so that it is looked for.
    Object.assign(simulator.faults.upload, { noLinks: { times: 99 } });
    const real = simulator.account.find;
    let hides = true;
    simulator.account.find = (target) => {
      const isFolder = target === Number(simulator.account.folder('/Films').id);
      if (hides && isFolder && simulator.counters.uploads === 0) {
        hides = false;
        return undefined;
      }
      return real(target);
    };
    t.match(await put(), { fate: 'sent', path: '/Films' });
    t.same([names(), names('/')], [[name], []]);
  },
);

t.test(
  'a film that listings lack is no reason to send nothing: it is sent, and then it is there',
  async (t) => {
    const { simulator, put, sync, names, meanwhile } = await uploading(t);
    await put();
    simulator.account.removeFile(`/Films/${name}`);
    await meanwhile(sync());
    t.same(names(), []);
    t.match(await put(), { fate: 'sent' });
    t.same([names(), simulator.counters.uploads], [[name], 2]);
  },
);

t.test('what is no file, or is empty, is told before a call', async (t) => {
  const { simulator, put, home } = await uploading(t);
  mkdirSync(join(home, 'folder'));
  writeFileSync(join(home, 'empty'), '');
  writeFileSync(join(home, 'huge'), '');
  truncateSync(join(home, 'huge'), 300_000_000_001);
  for (const from of ['folder', 'empty', 'nothing', 'huge'])
    await t.rejects(put('/Films', join(home, from)), { code: 'BRIDGE_UPLOAD_SOURCE' }, from);
  await t.rejects(put('/Nowhere/Deeper'), { code: 'BRIDGE_NOT_FOUND' });
  t.same(simulator.counters.calls, {});
});

t.test('two who send the same file send it once', async (t) => {
  const { simulator, bridge, source, meanwhile, names } = await uploading(t);
  const one = () => bridge.uploader.put({ source, to: '/Films', signal: new AbortController().signal });
  const both = await meanwhile(Promise.all([one(), one()]));
  t.same(both.map(({ fate }) => fate).sort(), ['same', 'sent']);
  t.same([names(), simulator.counters.uploads], [[name], 1]);
});

t.test('what a process had begun when it was killed is seen to by the next', async (t) => {
  const { simulator, bridge, source, meanwhile, names, left } = await uploading(t);
  const { signal } = new AbortController();
  const folderId = String(simulator.account.folder('/Films').id) as never;
  const begun = {
    source,
    sizeBytes: bytes.length,
    modifiedAt: 0,
    folderId,
    name,
    replaces: false,
    begunAt: 0,
  };
  const settle = () => meanwhile(bridge.uploader.settle(signal));
  const { mtimeMs } = (await import('node:fs')).statSync(source);

  // Killed before anything went out: sent now. Killed behind the last byte: the host is asked by the receipt.
  await bridge.catalog.uploads.begin({ ...begun, modifiedAt: Math.floor(mtimeMs) });
  t.equal(await settle(), 1);
  t.same([names(), await left(), simulator.counters.uploads], [[name], [], 1]);
});

t.test('a kill behind the last byte sends nothing again', async (t) => {
  const { simulator, bridge, source, meanwhile, names, left, clock } = await uploading(t);
  const folderId = String(simulator.account.folder('/Films').id) as never;
  const begun = {
    source,
    sizeBytes: bytes.length,
    modifiedAt: 0,
    folderId,
    name,
    replaces: false,
    begunAt: clock.now(),
  };
  const id = await bridge.catalog.uploads.begin(begun);
  // What the process did that was killed.
  await meanwhile(
    bridge.host.writes.upload(
      {
        folderId,
        name,
        sizeBytes: bytes.length,
        open: async function* () {
          yield bytes;
        },
      },
      { urgency: 'write', onReceipt: (receipt) => bridge.catalog.uploads.sending(id, receipt) },
    ),
  );
  simulator.reset();
  await meanwhile(bridge.uploader.settle(new AbortController().signal));
  t.same([names(), await left(), simulator.counters.uploads], [[name], [], 0]);
  t.equal(simulator.counters.reports, 1, 'it was asked by its receipt');
  t.ok(await bridge.catalog.files.byId(simulator.account.file(`/Films/${name}`).id));
});

t.test('what the host has stored and lists late is looked for, and never sent again', async (t) => {
  const { simulator, bridge, put, meanwhile, names, left, clock } = await uploading(t);
  simulator.faults.upload = { noLinks: { times: 99 } };
  simulator.faults.listingLagMs = hourMs;
  t.match(await put(), { fate: 'stored' });
  t.equal((await left()).length, 1);
  const settle = () => meanwhile(bridge.uploader.settle(new AbortController().signal));
  await settle();
  t.match([(await left()).length, simulator.counters.uploads], [1, 1], 'still nobody has seen it');
  t.match(await put(), { fate: 'stored' }, 'nor does who asks again send it again');
  t.equal(simulator.counters.uploads, 1);
  await clock.advance(hourMs);
  await settle();
  t.same([await left(), simulator.counters.uploads, names()], [[], 1, [name]]);
  t.ok(await bridge.catalog.files.byId(simulator.account.file(`/Films/${name}`).id));
});

t.test('while the host is locked it is said at once, with the time', async (t) => {
  const { simulator, put, left } = await uploading(t);
  simulator.faults.answer({ is: 'flood', lockMs: hourMs, verb: 'upload/get_upload_server' });
  await t.rejects(put(), { code: 'BRIDGE_HOST_FLOOD' });
  await t.rejects(put(), { code: 'BRIDGE_GATE_CLOSED' });
  t.same([await left(), simulator.counters.calls['upload/get_upload_server']], [[], 1]);
});

t.test('over HTTP nobody can name files of this machine, whatever token he has', async (t) => {
  const { bridge, url, source } = await uploading(t);
  const answer = await request(`${url}/api/v1/uploads`, {
    method: 'POST',
    headers: { authorization: `Bearer ${bridge.secrets.adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ source, to: '/Films' }),
  });
  t.equal(answer.statusCode, 400);
  t.match(await answer.body.json(), { code: 'BRIDGE_BAD_REQUEST', message: /passerelle put/ });
});

t.test('passerelle put: files, a folder, a new name, and what it ends with', async (t) => {
  const simulator = await createSimulator({ account });
  t.teardown(() => simulator.close());
  const home = t.testdir({ 'A (2001).mkv': 'film a', 'B (2002).mkv': 'film b' });
  const env = { ...cleanEnv(), ...envOver(simulator, home), PASSERELLE_BASE_URL: 'http://127.0.0.1:9' };
  const run = (args: string[]) => passerelle(args, { env, cwd: home });
  t.equal((await run(['sync'])).code, 0);
  t.match(await run(['put', 'A (2001).mkv', 'B (2002).mkv', '/Films']), {
    code: 0,
    stdout: '/Films/A (2001).mkv (6 B): sent\n/Films/B (2002).mkv (6 B): sent\n',
  });
  t.match(await run(['put', 'A (2001).mkv', '/Films']), { code: 0, stdout: /there already/ });
  t.match(await run(['put', 'B (2002).mkv', 'none.mkv', '/Other']), {
    code: 1,
    stdout: /\/Other\/B \(2002\)\.mkv/,
    stderr: /^\S+none\.mkv is not there \(ENOENT\)\. Name a file/,
  });
  t.match(await run(['put', '--json', 'A (2001).mkv', '/Other/Renamed (1999).mkv']), {
    code: 0,
    stdout: /"fate":"sent".*Renamed \(1999\)\.mkv/,
  });
  t.equal((await run(['put', 'A (2001).mkv'])).code, 2);
  t.match((await strmPaths({ libraryDir: join(home, 'library') })).join('\n'), /Renamed \(1999\)/);
});

t.test('two are sent at a time, and of one name one', async (t) => {
  const { bridge, simulator, home, meanwhile, names } = await uploading(t);
  const sources = ['A (2001).mkv', 'B (2002).mkv', 'C (2003).mkv'].map((one) => join(home, one));
  for (const source of sources) writeFileSync(source, bytes);
  let [now, peak] = [0, 0];
  const { signal } = new AbortController();
  const put = async (source: string, to = '/Films') => {
    let isCounted = false;
    const onBytes = (sent: number, total: number) => {
      if (!isCounted && sent > 0) peak = Math.max(peak, ++now);
      isCounted = true;
      if (sent === total) now--;
    };
    return bridge.uploader.put({ source, to, signal, onBytes });
  };
  await meanwhile(Promise.all(sources.map((source) => put(source))));
  t.ok(peak <= 2, `${peak} at a time`);
  t.equal(simulator.counters.uploads, 3);
  const twice = await meanwhile(
    Promise.all([
      put(sources[0] as string, '/Other/D (2004).mkv'),
      put(sources[1] as string, '/Other/D (2004).mkv'),
    ]),
  );
  t.same(twice.map(({ fate }) => fate).sort(), ['same', 'sent']);
  t.same(names('/Other'), ['D (2004).mkv']);
});
