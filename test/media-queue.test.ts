import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import t from 'tap';
import { request } from 'undici';
import { BridgeError } from '../src/core/errors.ts';
import type { MediaFacts } from '../src/library/media-facts.ts';
import { headBytes, NoFacts, TookParserDown } from '../src/media/inspect.ts';
import { createHandClock, hourMs, settle } from './fixtures/hand-clock.ts';
import { until } from './fixtures/listed.ts';
import { factsOf, large, queue, small } from './fixtures/media-queue.ts';
import { hasPlayer } from './fixtures/players.ts';
import { probe } from './fixtures/probe.ts';
import { setup, signal } from './fixtures/setup.ts';
import { mediaFile } from './media/index.ts';
import { createSimulator } from './simulator/simulator.ts';

/** Who reads the headers of films, and when. */

t.test('one after the other, small ones ten seconds apart', async (t) => {
  const { start, stop, state, one } = queue(t, [large('a'), large('b'), small('c'), small('d'), large('e')]);
  t.equal(state().isRunning, false);
  await start();
  await one.clock.advance(120_000);
  t.strictSame(one.seconds(), ['a 0', 'b 2', 'c 12', 'd 22', 'e 32']);
  t.equal(state().callsToday, 5);
  await stop();
  t.equal(state().isRunning, false);
  t.equal(one.clock.sleeping(), 0);
});

t.test('nothing is read while something plays; a play that begins interrupts', async (t) => {
  let during: (() => void) | undefined;
  const reasons: unknown[] = [];
  const { start, interrupt, one, state } = queue(t, [large('a')], {
    inspect: (_readAt, { signal }) =>
      new Promise((resolve, reject) => {
        one.seen.push(['a', one.clock.now()]);
        during = () => resolve(factsOf(1920, 1080));
        signal?.addEventListener('abort', () => {
          reasons.push(signal.reason);
          reject(signal.reason);
        });
      }),
  });
  one.isQuiet = false;
  await start();
  await one.clock.advance(60_000);
  t.strictSame(one.seen, []);
  one.isQuiet = true;
  await one.clock.advance(5000);
  t.equal(state().isReading, true);
  one.isQuiet = false;
  interrupt();
  await settle();
  t.match(reasons, [{ message: 'a film needs the line' }]);
  t.equal(state().isReading, false);
  await one.clock.advance(60_000);
  one.isQuiet = true;
  await one.clock.advance(5000);
  t.equal(one.seen.length, 2, 'it has its turn later');
  during?.();
  await settle();
  t.strictSame([one.waiting, one.failed], [[], []], 'and that was no failure');
});

t.test(
  'the order to stop is obeyed in the middle of a reading, and nothing is held against the file',
  async (t) => {
    const { start, stop, one, state } = queue(t, [large('a')], {
      inspect: (_readAt, { signal }) =>
        new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
    });
    await start();
    t.equal(state().isReading, true);
    await stop();
    t.equal(state().isReading, false);
    t.strictSame([one.waiting.length, one.failed, one.clock.sleeping()], [1, [], 0]);
  },
);

t.test('what is likely to be played next goes first, also when it comes up while others wait', async (t) => {
  const { start, interrupt, one } = queue(t, ['a', 'b', 'c', 'd', 'e'].map(large));
  one.nextEpisodes = ['d'];
  await start();
  one.nextEpisodes = ['c'];
  interrupt();
  await one.clock.advance(60_000);
  t.strictSame(
    one.seen.map(([id]) => id),
    ['d', 'c', 'a', 'b', 'e'],
  );
});

t.test('so many calls a day; the rest waits for the next one', async (t) => {
  const { start, one, state } = queue(t, [large('a'), large('b'), large('c')], { callsPerDay: () => 2 });
  await start();
  await one.clock.advance(hourMs);
  t.strictSame(one.seconds(), ['a 0', 'b 2']);
  t.equal(state().callsToday, 2);
  await one.clock.advance(12 * hourMs);
  t.equal(one.seen.length, 3);
  t.equal(state().callsToday, 1);
});

t.test('a lock is no fault of a file; a file that fails lets the others go on', async (t) => {
  const errors: unknown[] = [];
  const asked: string[] = [];
  const { start, one } = queue(t, [large('a'), large('b')], {
    reader: {
      etagOf: () => '"a"',
      async open({ id }, _range, { onSource }) {
        asked.push(`${id} ${(one.clock.now() - began) / 1000}`);
        const error = errors.shift();
        if (error) throw error;
        onSource?.('new');
        return Readable.from([Buffer.alloc(100)]);
      },
    },
  });
  const began = one.clock.now() + 30_000;
  errors.push(new BridgeError('BRIDGE_HOST_FLOOD', { retryAt: began + 900_000 }), undefined);
  errors.push(new BridgeError('BRIDGE_HOST_FILE_GONE'));
  await start();
  await one.clock.advance(899_000);
  t.strictSame(asked, ['a 0']);
  await one.clock.advance(60_000);
  t.strictSame(asked, ['a 0', 'a 900', 'b 902']);
  t.strictSame(one.failed, ['b']);
});

t.test('a file that takes the parser down is put aside, and one that tells nothing is not', async (t) => {
  const { start, one } = queue(t, [large('a'), large('b')], {
    async inspect(_readAt, { sizeBytes }) {
      throw sizeBytes === large('a').sizeBytes ? new TookParserDown('it did harm') : new NoFacts('nothing');
    },
  });
  await start();
  await one.clock.advance(60_000);
  t.strictSame(one.failed, ['a for good', 'b']);
  t.strictSame(one.aside, ['a: it did harm']);
});

t.test('facts are handed on together: after a minute or fifty, again when that had to wait', async (t) => {
  const many = Array.from({ length: 60 }, (_, i) => large(String.fromCharCode(0x100 + i)));
  const { start, one } = queue(t, many, { intervalMs: () => 1000 });
  await start();
  await one.clock.advance(300_000);
  t.strictSame(
    one.handed.map((ids) => ids.length),
    [50, 10],
  );
  const later = queue(t, [large('a')]);
  later.one.isDone = false;
  await later.start();
  await later.one.clock.advance(100_000);
  t.strictSame(later.one.handed, []);
  later.one.isDone = true;
  await later.one.clock.advance(60_000);
  t.strictSame(later.one.handed, [['a']]);
});

t.test('from the account to the NFO, without a play; then the first probe costs no call', async (t) => {
  const clock = createHandClock();
  const names = { mkv: 'Long Film (2001).mkv', mp4: 'Other Film (2002).mp4' };
  const files = [
    { name: names.mkv, content: { path: mediaFile('h264-two-languages.mkv').path } },
    { name: names.mp4, content: { path: mediaFile('h264-moov-last.mp4').path } },
    { name: 'Bad Film (2003).mkv', content: { path: mediaFile('subtitles.fr.ass').path } },
  ];
  const over = await createSimulator({ clock, account: { files } });
  t.teardown(() => over.close());
  const started = await setup(t, { over, overrides: { clock } });
  const { bridge, simulator, libraryDir, url } = started;
  await started.sync();
  simulator.reset();
  const stem = join(libraryDir, 'Movies', 'Long Film (2001)', 'Long Film (2001)');
  const before = await stat(`${stem}.strm`);
  t.notMatch(await readFile(`${stem}.nfo`, 'utf8'), /streamdetails/);

  // A play a moment ago: nothing is read for a minute.
  const played = await request(started.streamUrl(`/${names.mp4}`), { headers: { range: 'bytes=0-9' } });
  await played.body.dump();
  await until(() => bridge.delivery.slots.used() === 0);
  t.equal(simulator.counters.tokens, 1);
  bridge.media.start();
  await clock.advance(50_000);
  t.equal(simulator.counters.tokens, 1);
  t.equal(bridge.media.state().isReading, false);

  const events: string[] = [];
  let note: (() => void) | undefined;
  const { put, failed } = bridge.catalog.media;
  const noted = async (work: Promise<void>, what: string) => {
    await work;
    events.push(what);
    note?.();
  };
  Object.assign(bridge.catalog.media, {
    put: (...args: Parameters<typeof put>) => noted(put(...args), 'read'),
    failed: (...args: Parameters<typeof failed>) => noted(failed(...args), 'failed'),
  });
  /** The parser is a process of its own: it is waited for, while time stands still. */
  const nextEvent = async (count: number) => {
    while (events.length < count) {
      const happened = new Promise<void>((resolve) => {
        note = resolve;
      });
      await clock.advance(bridge.media.state().isReading ? 0 : 10_000);
      if (bridge.media.state().isReading) await happened;
    }
  };
  await nextEvent(3);
  t.strictSame(events.sort(), ['failed', 'read', 'read']);
  t.equal(simulator.counters.tokens, 3, 'one call for each, none for the one that was played');
  const nfo = () => readFile(`${stem}.nfo`, 'utf8');
  await clock.advance(61_000);
  await until(async () => /streamdetails/.test(await nfo()));
  t.match(await nfo(), /<runtime>1<.*<durationinseconds>66<.*<language>fre<.*<language>eng</s);
  const after = await stat(`${stem}.strm`);
  t.equal(after.mtimeMs, before.mtimeMs, 'an STRM file is not touched');

  // A request of a player interrupts, and is remembered for a minute.
  let interruptions = 0;
  bridge.media.interrupt = () => interruptions++;
  t.equal(bridge.delivery.plays.isIdle(), true);
  await (await request(started.streamUrl(`/${names.mp4}`), { headers: { range: 'bytes=0-9' } })).body.dump();
  t.equal(interruptions, 1);
  t.equal(bridge.delivery.plays.isIdle(), false);
  await clock.advance(61_000);
  t.equal(bridge.delivery.plays.isIdle(), true);

  // A sync and the work of a moment on the tree, whichever is asked for first.
  const { id: anyId } = simulator.account.file(`/${names.mkv}`);
  const refresh = () => bridge.sync.refresh([anyId], signal);
  const first = refresh();
  const syncing = started.sync();
  t.equal(await first, true);
  t.match(await syncing, { outcome: 'done' });
  const again = started.sync();
  await until(() => bridge.sync.state().running);
  t.equal(await refresh(), true, 'a sync runs');
  t.match(await again, { outcome: 'done' });
  t.equal(await refresh(), true);

  const headers = { authorization: `Bearer ${bridge.secrets.adminToken}` };
  const ask = async (path: string, more = headers) => {
    const { statusCode, body } = await request(`${url}${path}`, { headers: more });
    return { statusCode, ...((await body.json()) as object) };
  };
  t.match(await ask('/api/v1/media'), {
    enabled: true,
    files: { known: 2, waiting: 1, givenUp: 0 },
    calls: { today: 2, limit: 500 },
  });
  const { id } = simulator.account.file(`/${names.mkv}`);
  t.match(await ask(`/api/v1/files/${id}`), {
    ...{ id, name: names.mkv, path: `/${names.mkv}`, recognition: { kind: 'movie', year: 2001 } },
    media: { container: 'matroska', subtitles: [{ format: 'srt', language: 'fre' }, { language: 'eng' }] },
  });
  t.equal((await ask(`/api/v1/files/${'0'.repeat(20)}`)).statusCode, 404);
  t.equal((await ask(`/api/v1/files/${id}`, { authorization: 'Bearer x' })).statusCode, 401);
  await bridge.media.stop();

  if (!(await hasPlayer(t, 'ffprobe'))) return;
  for (const name of Object.values(names))
    t.ok((await probe(started.streamUrl(`/${name}`))).durationSeconds > 65, name);
  t.equal(simulator.counters.tokens, 3, 'the bytes of the inspection serve the probe');
});

t.test('a film larger than what is read of it: its index at the end is read and kept too', async (t) => {
  const clock = createHandClock();
  const film = await readFile(mediaFile('h264-moov-last.mp4').path);
  const moov = film.lastIndexOf('moov') - 4;
  // A box that says nothing stands between the pictures and the index.
  const filler = Buffer.alloc(12 * 1024 * 1024);
  filler.writeUInt32BE(filler.length, 0);
  filler.write('free', 4);
  const home = t.testdir();
  const path = join(home, 'film.mp4');
  await writeFile(path, Buffer.concat([film.subarray(0, moov), filler, film.subarray(moov)]));
  const account = { files: [{ name: 'Vast Film (2004).mp4', content: { path } }] };
  const over = await createSimulator({ clock, account });
  t.teardown(() => over.close());
  const { bridge, streamUrl, sync, simulator } = await setup(t, { over, home, overrides: { clock } });
  await sync();
  simulator.reset();
  const { put } = bridge.catalog.media;
  const known = new Promise<MediaFacts>((resolve) => {
    bridge.catalog.media.put = async (file, facts, now) => {
      await put(file, facts, now);
      resolve(facts);
    };
  });
  await bridge.delivery.rangeCache.load();
  bridge.media.start();
  await clock.advance(30_000);
  // The host is asked in steps, a moment apart. While the parser works, time stands still.
  await until(() => simulator.counters.bytesSent >= headBytes, clock);
  t.match(await known, { container: 'mp4', durationMs: 66_000, audio: [{ codec: 'aac' }] });
  t.equal(simulator.counters.tokens, 1);
  await until(() => simulator.counters.connectionsNow === 0);
  t.ok(simulator.counters.bytesSent < 6 * 1024 * 1024, `${simulator.counters.bytesSent} bytes`);
  await bridge.media.stop();
  if (!(await hasPlayer(t, 'ffprobe'))) return;
  t.ok((await probe(streamUrl('/Vast Film (2004).mp4'))).durationSeconds > 65);
  t.equal(simulator.counters.tokens, 1);
});
