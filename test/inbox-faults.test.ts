import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmdirSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { hourMs, minuteMs } from '../src/core/durations.ts';
import type { Log } from '../src/core/log.ts';
import { hashOf } from '../src/inbox/beside.ts';
import { pauseAfter } from '../src/inbox/waiting-files.ts';
import { startInbox } from './fixtures/inbox.ts';
import { signal } from './fixtures/setup.ts';

/** Whatever goes wrong, the account has the file once in the end, and here lies the file or what replaces it. */

const film = 'Metropolis (1927).mkv';
const strm = 'Metropolis (1927).strm';

/** A log that is looked at: warnings and worse. */
function listening() {
  const lines: string[] = [];
  const note = (_values: object, words: string) => void lines.push(words);
  const log: Log = { debug() {}, info() {}, plain() {}, warn: note, error: note };
  return { log, about: (words: RegExp) => lines.filter((line) => words.test(line)) };
}

t.test('a host that is locked is told once, and everything goes when it is open again', async (t) => {
  const { log, about } = listening();
  const one = await startInbox(t, { after: 'strm' }, { log });
  const { simulator, lay, run, here, there, list, add } = one;
  for (const name of ['A (2001).mkv', 'B (2002).mkv', 'C (2003).mkv']) lay(name);
  simulator.faults.answer({ is: 'flood', lockMs: hourMs, verb: 'upload/get_upload_server' });
  await run(30);
  t.ok(
    (simulator.counters.calls['upload/get_upload_server'] ?? 0) <= 3,
    'one asks for all, when a pause of the host ends',
  );
  t.equal(about(/nothing can be sent now/).length, 1);
  t.match(await list(), { paused: { error: { code: 'BRIDGE_HOST_FLOOD' } }, waitingCount: 3 });
  t.match(
    await add('A (2001).mkv'),
    [{ fate: 'later', error: { code: 'BRIDGE_HOST_FLOOD' } }],
    'nor by hand',
  );
  await run(200);
  t.equal(there().length, 3);
  t.same(here(), ['A (2001).strm', 'B (2002).strm', 'C (2003).strm']);
  t.ok(about(/nothing can be sent now/).length <= 2, 'told again only where it was another reason');
});

t.test('nodes that fail, one after the other, make the pauses longer', async (t) => {
  const one = await startInbox(t, { after: 'delete' });
  const { simulator, lay, run, here, there } = one;
  lay(film);
  simulator.faults.upload = { noDisk: {} };
  await run(120);
  const asked = simulator.counters.calls['upload/get_upload_server'] ?? 0;
  t.ok(asked >= 6 && asked <= 15, `${asked} in two hours, three for each try`);
  t.same(here(), [film]);
  simulator.faults.upload = {};
  await run(400);
  t.same([here(), there()], [[], [`/Films/${film}`]]);
  t.same(
    [0, 1, 2, 6, 99].map(pauseAfter),
    [1, 1, 5, 360, 360].map((minutes) => minutes * minuteMs),
  );
});

t.test(
  'a file that the host does not take holds up the others once, and is tried more and more seldom',
  async (t) => {
    const { log, about } = listening();
    const one = await startInbox(t, { after: 'delete', minAgeMinutes: 0 }, { log });
    const { simulator, lay, run, here, there } = one;
    for (const name of ['A (2001).mkv', 'B (2002).mkv', 'C (2003).mkv']) lay(name);
    simulator.faults.upload = { status: { status: 413, times: 1 } };
    await run(0.5);
    t.equal(there().length, 0, 'it may be the account that is full');
    await run(3);
    t.ok(there().length >= 2, 'the others');
    await run(20);
    t.same([here(), there().length], [[], 3]);
    t.equal(about(/nothing can be sent now/).length, 1);
  },
);

t.test(
  'a folder that cannot be read, and a name that is no text, are told once; the rest goes',
  async (t) => {
    const { log, about } = listening();
    const one = await startInbox(t, { after: 'keep', minAgeMinutes: 0 }, { log });
    one.lay(film);
    writeFileSync(
      Buffer.concat([Buffer.from(`${one.dir}/Caf`), Buffer.from([0xe9]), Buffer.from('.mkv')]),
      'x',
    );
    await one.run(10);
    t.same(one.there(), [`/Films/${film}`]);
    t.equal(about(/an inbox cannot be read/).length, 1);
    rmSync(one.dir, { recursive: true });
    await one.run(10);
    t.equal(about(/an inbox cannot be read/).length, 2, 'the folder itself');
    mkdirSync(one.dir);
    one.lay('B (2002).mkv');
    await one.run(5);
    t.equal(one.there().length, 2, 'and it is there again');
  },
);

t.test('what the host has and lists late is not sent again, and stays here until it was seen', async (t) => {
  const one = await startInbox(t, { after: 'delete' });
  const { simulator, lay, run, here, list } = one;
  lay(film);
  simulator.faults.upload = { noLinks: { times: 99 } };
  simulator.faults.listingLagMs = 3 * hourMs;
  await run(60);
  t.match((await list()).waiting, [{ state: 'stored' }]);
  t.same([here(), simulator.counters.uploads], [[film], 1]);
  await run(500);
  t.same([here(), simulator.counters.uploads], [[], 1]);
});

t.test(
  'a file that is taken away while it is sent is nobody’s fault, and neither is one before',
  async (t) => {
    const { log, about } = listening();
    const one = await startInbox(t, { after: 'delete' }, { log });
    const { simulator, lay, meanwhile, bridge, here, list } = one;
    const path = lay(film, 'x'.repeat(500_000));
    simulator.faults.upload = { wait: { times: 3 } };
    const work = bridge.inbox.add([path], { wait: true, signal });
    const taken = (async () => {
      while (simulator.counters.reports < 2) await new Promise(setImmediate);
      unlinkSync(path);
    })();
    await meanwhile(Promise.all([work, taken]));
    t.same([here(), (await list()).waiting, about(/./)], [[], [], []]);
  },
);

t.test('a disk that takes no STRM keeps the film, and it is tried again', async (t) => {
  const one = await startInbox(t, { after: 'strm' });
  const { simulator, lay, run, here, list, dir } = one;
  lay(film);
  // Where it would be written first.
  const temporary = join(dir, `.passerelle-${hashOf(strm).slice(0, 16)}.tmp`);
  mkdirSync(temporary);
  await run(8);
  t.match((await list()).waiting, [{ state: 'later', error: { code: 'BRIDGE_DISK' } }]);
  t.same(here(), [film]);
  rmdirSync(temporary);
  await run(60);
  t.same([here(), simulator.counters.uploads], [[strm], 1]);
});

t.test('a disk that is full is told as that', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'passerelle-inbox-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', dir]).status === 0;
  t.teardown(() => {
    if (mounted) spawnSync('umount', ['-l', dir]);
    rmSync(dir, { recursive: true, force: true });
  });
  if (!mounted) return t.comment('SKIPPED: nobody may mount here');
  const inbox = JSON.stringify([{ dir, to: '/Films', after: 'strm' }]);
  const { bridge, meanwhile, simulator } = await startInbox(t, {}, { env: { PASSERELLE_INBOX: inbox } });
  writeFileSync(join(dir, film), Buffer.alloc(32_000));
  writeFileSync(join(dir, '.rest'), '');
  try {
    for (;;) writeFileSync(join(dir, '.rest'), Buffer.alloc(1024), { flag: 'a' });
  } catch {
    // Full.
  }
  const add = () => meanwhile(bridge.inbox.add([join(dir, film)], { wait: true, signal }));
  t.match(await add(), [{ fate: 'later', error: { code: 'BRIDGE_DISK', message: /full \(ENOSPC\)/ } }]);
  unlinkSync(join(dir, '.rest'));
  t.match(await add(), [{ fate: 'replaced' }]);
  t.equal(simulator.counters.uploads, 1);
});

t.test('a STRM file of somebody else stays, with the film, until it is moved away', async (t) => {
  const { log, about } = listening();
  const one = await startInbox(t, { after: 'strm' }, { log });
  const { lay, run, here, list, read, dir, simulator } = one;
  lay(film);
  writeFileSync(join(dir, strm), 'http://somewhere/else\n');
  await run(100);
  t.match((await list()).waiting, [{ state: 'later', error: { code: 'BRIDGE_INBOX_STRM' } }]);
  t.same([here(), read(strm)], [[film, strm], 'http://somewhere/else\n']);
  t.equal(about(/could not be sent/).length, 1, 'told once');
  rmSync(join(dir, strm));
  await run(400);
  t.same([here(), simulator.counters.uploads], [[strm], 1]);
});

t.test('a kill between any two steps ends with one file there, and the right one here', async (t) => {
  const steps: Record<
    string,
    { has: string[]; before?: (one: Awaited<ReturnType<typeof startInbox>>) => void }
  > = {
    'behind the sending': { has: [film] },
    'in the writing of the STRM': {
      has: [film],
      before: ({ dir }) =>
        writeFileSync(join(dir, `.passerelle-${hashOf(strm).slice(0, 16)}.tmp`), 'http://half'),
    },
    'behind the STRM, before the removal': {
      has: [film, strm],
      before: ({ dir, bridge, simulator }) => {
        const { id } = simulator.account.file(`/Films/${film}`);
        const { settings, signer } = bridge;
        const address = `${settings.server.baseUrl}/stream/${id}/${signer.sign(id)}/${encodeURIComponent(film).replaceAll('(', '%28').replaceAll(')', '%29')}\n`;
        writeFileSync(join(dir, strm), address);
      },
    },
  };
  for (const [step, { has, before }] of Object.entries(steps)) {
    const one = await startInbox(t, { after: 'strm' });
    const { bridge, lay, meanwhile, here, there, run, simulator, read } = one;
    const source = lay(film);
    await meanwhile(bridge.uploader.put({ source, to: '/Films', signal }));
    before?.(one);
    t.same(
      here().filter((name) => !name.startsWith('.')),
      has,
      step,
    );
    await run(10);
    t.same(here(), [strm], step);
    t.match(read(strm), /^http:\/\/192\.0\.2\.1:8790\/stream\//);
    t.same([there(), simulator.counters.uploads], [[`/Films/${film}`], 1], step);
  }
});

t.test('STRM files follow new keys, but for those that somebody changed', async (t) => {
  const one = await startInbox(t, { after: 'strm' });
  const { lay, add, run, read, dir, bridge, meanwhile } = one;
  lay('A (2001).mkv');
  lay('B (2002).mkv');
  await add('');
  await run(2);
  const before = read('A (2001).strm');
  writeFileSync(join(dir, 'B (2002).strm'), 'mine\n');
  await meanwhile(bridge.keys.rotate(signal));
  await run(2);
  t.not(read('A (2001).strm'), before);
  t.equal(read('A (2001).strm').length, before.length);
  t.equal(read('B (2002).strm'), 'mine\n');
  // A better release with another extension takes over the name.
  lay('A (2001).mp4');
  await add('A (2001).mp4');
  t.match(read('A (2001).strm'), /\.mp4\n$/);
});
