import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import t from 'tap';
import { request } from 'undici';
import { parseStringPromise } from 'xml2js';
import { openCatalog } from '../src/catalog/catalog.ts';
import { BridgeError } from '../src/errors.ts';
import { labelVersions } from '../src/library/labels.ts';
import { labelWords, type MediaFacts } from '../src/library/media-facts.ts';
import { episodeNfo, movieNfo, seasonNfo, tvshowNfo } from '../src/library/nfo.ts';
import { profiles } from '../src/library/profiles.ts';
import type { Recognition } from '../src/library/recognition.ts';
import { headBytes, inspect } from '../src/media/inspect.ts';
import { threeLetters } from '../src/media/language-codes.ts';
import { readReport } from '../src/media/report.ts';
import { createHandClock, settle } from './fixtures/hand-clock.ts';
import { until } from './fixtures/listed.ts';
import { comparable, ffprobeFacts, sourceOf, sourceOfFile } from './fixtures/media-probe.ts';
import { factsOf, large, queue, small } from './fixtures/media-queue.ts';
import { hasPlayer } from './fixtures/players.ts';
import { probe } from './fixtures/probe.ts';
import { setup } from './fixtures/setup.ts';
import { media, mediaFile } from './media/index.ts';
import { createSimulator } from './simulator/simulator.ts';

const clock = createHandClock();
const hour = 3_600_000;

t.test('every film of test/media: what is in it, as ffprobe says too', async (t) => {
  const hasFfprobe = await hasPlayer(t, 'ffprobe');
  for (const { file, path, sizeBytes, container, videoCodec, durationSeconds } of media) {
    const source = await sourceOfFile(path);
    const facts = await inspect(source.readAt, { sizeBytes, clock });
    t.match(facts, { container, video: [{ codec: videoCodec, width: 320, height: 180, bitDepth: 8 }] }, file);
    t.ok(Math.abs((facts.durationMs ?? 0) / 1000 - durationSeconds) < 0.2, `${file}: ${facts.durationMs} ms`);
    if (!hasFfprobe) continue;
    const { seconds, ...said } = await ffprobeFacts(path);
    t.strictSame(comparable(facts), said, `${file}: the tracks that ffprobe sees`);
    t.ok(Math.abs((facts.durationMs ?? 0) / 1000 - seconds) < 0.2);
  }
});

t.test('a long film: its beginning and its end are read, and no more', async (t) => {
  const [ts, mkv] = await Promise.all(
    ['h264.mpegts', 'h264-two-languages.mkv'].map((name) => readFile(mediaFile(name).path)),
  );
  const limit = 256 * 1024;
  for (const bytes of [ts, mkv] as Buffer[]) {
    const source = sourceOf(bytes);
    const { sizeBytes } = source;
    const facts = await inspect(source.readAt, { sizeBytes, clock, headBytes: limit });
    t.equal(facts.audio[0]?.codec, 'aac');
    t.ok(Math.abs((facts.durationMs ?? 0) - 66_000) < 200, `${facts.durationMs} ms`);
  }
  // The same stream twenty times over: its times start again, so only the reading is looked at.
  const source = sourceOf(Buffer.concat(Array.from({ length: 20 }, () => ts as Buffer)));
  await inspect(source.readAt, { sizeBytes: source.sizeBytes, clock });
  const tail = source.sizeBytes - 1024 * 1024;
  t.strictSame(
    source.reads.filter(({ position }) => position >= headBytes && position < tail),
    [],
  );
  t.ok(
    source.reads.some(({ position }) => position >= tail),
    'a stream tells its length at its end',
  );
});

t.test('what is no film, or half of one, tells nothing or what is there', async (t) => {
  const noFacts = { name: 'NoFacts' };
  const of = (bytes: Uint8Array, sizeBytes?: number) => {
    const source = sourceOf(bytes, sizeBytes);
    return { source, facts: inspect(source.readAt, { sizeBytes: source.sizeBytes, clock }) };
  };
  const text = await readFile(mediaFile('subtitles.fr.srt').path);
  await t.rejects(of(text).facts, noFacts, 'a text');
  await t.rejects(of(Buffer.alloc(0), 0).facts, noFacts, 'nothing');
  let seed = 1;
  const noise = Buffer.alloc(300_000);
  for (let i = 0; i < noise.length; i++) {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    noise[i] = seed >> 16;
  }
  await t.rejects(of(noise).facts, noFacts, 'noise');
  const mp4 = await readFile(mediaFile('h264-moov-last.mp4').path);
  await t.rejects(of(mp4.subarray(0, 100_000)).facts, noFacts, 'an MP4 without its index');
  const mkv = await readFile(mediaFile('hevc.mkv').path);
  t.match(await of(mkv.subarray(0, 100_000)).facts, { video: [{ codec: 'hevc' }] }, 'a cut Matroska film');

  const box = Buffer.alloc(200_000);
  box.writeUInt32BE(1, 0);
  box.write('ftyp', 4);
  box.writeBigUInt64BE(2n ** 62n, 8);
  await t.rejects(of(box).facts, noFacts, 'a box larger than any disk');
  const vast = of(mkv, 2 ** 52);
  await vast.facts.catch(() => undefined);
  t.ok(vast.source.reads.length < 300, 'a file that claims a petabyte');
  const damaged = Buffer.from(mkv);
  for (let i = 40; i < 30_000; i += 5) damaged[i] = noise[i] as number;
  await of(damaged).facts.catch((error: unknown) => t.match(error, noFacts));

  let taken = 0;
  const endless = async (_position: number, length: number) => {
    taken += length;
    return Buffer.alloc(length, 0x47);
  };
  await inspect(endless, { sizeBytes: 2 ** 50, clock }).catch(() => undefined);
  t.ok(taken <= 17 * 1024 * 1024, `${taken} bytes of a stream that never ends`);
});

t.test('an inspection ends: by its signal, by its time, by a reader that fails', async (t) => {
  const clock = createHandClock();
  let asked: (() => void) | undefined;
  const hang = () => {
    asked?.();
    return new Promise<Uint8Array>(() => undefined);
  };
  const whenAsked = () => new Promise<void>((resolve) => (asked = resolve));
  const gone = new AbortController();
  let isAsked = whenAsked();
  const aborted = inspect(hang, { sizeBytes: 1000, clock, signal: gone.signal });
  await isAsked;
  gone.abort(new Error('gone'));
  await t.rejects(aborted, { message: 'gone' });
  await t.rejects(inspect(hang, { sizeBytes: 1000, clock, signal: gone.signal }), { message: 'gone' });
  isAsked = whenAsked();
  const late = inspect(hang, { sizeBytes: 1000, clock });
  await Promise.all([
    t.rejects(late, { name: 'NoFacts', message: /not read within 120000 ms/ }),
    isAsked.then(() => clock.advance(120_000)),
  ]);
  const cut = new BridgeError('BRIDGE_UPSTREAM_CUT');
  await t.rejects(
    inspect(() => Promise.reject(cut), { sizeBytes: 1000, clock }),
    cut,
  );
  t.equal(clock.sleeping(), 0, 'nothing waits any more');
});

const report = (...track: object[]) => readReport(JSON.stringify({ media: { track } }));

t.test("MediaInfo's words in Kodi's", async (t) => {
  const videoOf = (track: object) => report({ '@type': 'Video', ...track })?.video[0];
  const audioOf = (track: object) => report({ '@type': 'Audio', ...track })?.audio[0];
  t.match(
    [
      { HDR_Format: 'Dolby Vision / SMPTE ST 2086', HDR_Format_Compatibility: 'Blu-ray / HDR10' },
      { HDR_Format: 'SMPTE ST 2094 App 4', HDR_Format_Compatibility: 'HDR10+ Profile B' },
      { HDR_Format: 'SMPTE ST 2086', HDR_Format_Compatibility: 'HDR10' },
      { transfer_characteristics: 'PQ' },
      { transfer_characteristics: 'HLG' },
      { transfer_characteristics: 'BT.709' },
    ].map((track) => videoOf({ Format: 'HEVC', ...track })?.hdr),
    ['dolbyvision', 'hdr10plus', 'hdr10', 'hdr10', 'hlg', undefined],
  );
  t.strictSame(
    [
      { Format: 'AVC' },
      { Format: 'AV1' },
      { Format: 'MPEG Video', Format_Version: 'Version 2' },
      { Format: 'VC-1' },
      { Format: 'MPEG-4 Visual' },
      { Format: 'VP9' },
      { Format: '<evil>&"' },
      {},
    ].map((track) => videoOf(track)?.codec),
    ['h264', 'av1', 'mpeg2video', 'vc1', 'mpeg4', 'vp9', 'evil', 'unknown'],
  );
  t.strictSame(
    [
      { Format: 'DTS', Format_AdditionalFeatures: 'XLL' },
      { Format: 'DTS', Format_Commercial_IfAny: 'DTS-HD High Resolution Audio' },
      { Format: 'DTS' },
      { Format: 'MLP FBA', Format_Commercial_IfAny: 'Dolby TrueHD with Dolby Atmos' },
      { Format: 'E-AC-3', Format_AdditionalFeatures: 'JOC' },
      { Format: 'AC-3' },
      { Format: 'MPEG Audio', Format_Profile: 'Layer 3' },
      { Format: 'MPEG Audio', Format_Profile: 'Layer 2' },
      { Format: 'FLAC' },
      { Format: 'Opus' },
    ].map((track) => audioOf(track)?.codec),
    ['dtshd_ma', 'dtshd_hra', 'dts', 'truehd', 'eac3', 'ac3', 'mp3', 'mp2', 'flac', 'opus'],
  );
  t.match(audioOf({ Format: 'AC-3', Channels: '8 / 6', Title: ' VFF\u0000 ', Default: 'Yes' }), {
    channels: 8,
    title: 'VFF',
    isDefault: true,
  });
  t.strictSame(
    ['fr', 'fra', 'fre', 'FRE', 'pt-BR', 'zh-Hans', 'deu', 'und', 'mul', '', undefined, 'English', 'qaa'].map(
      threeLetters,
    ),
    [
      'fre',
      'fre',
      'fre',
      'fre',
      'por',
      'chi',
      'ger',
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      'qaa',
    ],
  );
  t.match(videoOf({ Format: 'AVC', MultiView_Layout: 'Side by Side (left eye first)' }), {
    stereoMode: 'left_right',
  });
});

t.test('a report is believed as far as it can be', async (t) => {
  t.equal(report(), undefined);
  t.equal(readReport('{"media":null}'), undefined);
  t.equal(report({ '@type': 'General', Format: 'PDF' }), undefined);
  const menu = { _00_00_00_000: 'en:One', _01_02_03_004: 'Deux', pointer_field: '0' };
  const odd = report(
    { '@type': 'General', Format: 'Matroska', Duration: '9e99' },
    { '@type': 'Video', Format: 'AVC', Width: '-5', Height: '1e9', FrameRate: 'NaN', Duration: '60.5' },
    ...Array.from({ length: 500 }, () => ({ '@type': 'Text', Format: 'UTF-8', Title: 'x'.repeat(5000) })),
    { '@type': 'Menu', extra: menu },
  ) as MediaFacts;
  t.strictSame(odd.video, [{ codec: 'h264' }]);
  t.equal(odd.durationMs, 60_500, 'its longest track where the whole says nonsense');
  t.equal(odd.subtitles.length, 60);
  t.equal(odd.subtitles[0]?.title?.length, 200);
  t.strictSame(odd.chapters, [
    { startMs: 0, title: 'One' },
    { startMs: 3_723_004, title: 'Deux' },
  ]);
});

t.test('labels: the class of a picture by width and height, and its light', async (t) => {
  const words = (width: number, height: number, hdr?: string) =>
    labelWords(factsOf(width, height, hdr ? { hdr } : {})).join(' ');
  t.strictSame(
    [
      [3840, 2160],
      [3840, 1604],
      [4096, 1716],
      [1920, 1080],
      [1920, 800],
      [1440, 1080],
      [1916, 1036],
      [1280, 720],
      [1280, 534],
      [960, 720],
      [1024, 576],
      [720, 576],
      [720, 480],
      [640, 272],
      [320, 180],
    ].map(([width = 0, height = 0]) => words(width, height)),
    [
      ...['2160p', '2160p', '2160p', '1080p', '1080p', '1080p', '1080p', '720p', '720p', '720p'],
      ...['576p', '576p', '480p', '480p', '180p'],
    ],
  );
  t.equal(words(3840, 2160, 'hdr10'), '2160p HDR10');
  t.equal(words(3840, 2160, 'hdr10plus'), '2160p HDR10+');
  t.equal(words(3840, 2160, 'dolbyvision'), '2160p DV');
  t.strictSame(labelWords({ ...factsOf(1, 1), video: [] }), []);

  const item = (id: string, name: string, facts?: MediaFacts) => ({
    file: { fileId: id.repeat(20), path: `/${name}`, name, sizeBytes: 1 },
    recognition: { path: `/${name}`, kind: 'movie', title: 'X', confidence: 1, because: [] } as Recognition,
    ...(facts && { facts }),
  });
  const labels = (...items: ReturnType<typeof item>[]) => [
    ...labelVersions(items, profiles.jellyfin).values(),
  ];
  t.strictSame(labels(item('a', 'X.mkv', factsOf(3840, 2160)), item('b', 'X.mkv', factsOf(1920, 1080))), [
    '2160p',
    '1080p',
  ]);
  t.strictSame(labels(item('a', 'X.mkv', factsOf(3840, 2160))), ['']);
  const named = item('c', 'X.720p.mkv', factsOf(1920, 1080));
  named.recognition.resolution = '720p';
  t.strictSame(labels(item('a', 'X.mkv', factsOf(3840, 2160)), named), ['', '720p'], 'names come first');
});

t.test('NFO files say what the header says, the same for the same', async (t) => {
  const base = { path: '/x', confidence: 1, because: [] };
  const ids = { tmdb: '1', imdb: 'tt12345', tvdb: '77' };
  const movie = { ...base, kind: 'movie', title: 'A & B', year: 1968, date: '1968-10-30', ids } as const;
  const facts = factsOf(3840, 1604, { hdr: 'hdr10', stereoMode: 'left_right' });
  const text = movieNfo(movie, { lockData: false }, facts);
  t.equal(movieNfo(structuredClone(movie), { lockData: false }, structuredClone(facts)), text);
  const { movie: parsed } = await parseStringPromise(text, { explicitArray: false });
  t.match(parsed, {
    title: 'A & B',
    year: '1968',
    premiered: '1968-10-30',
    runtime: '90',
    tmdbid: '1',
    imdbid: 'tt12345',
    tvdbid: '77',
    lockdata: 'false',
  });
  t.notOk('imdb_id' in parsed || 'dateadded' in parsed || 'originaltitle' in parsed);
  t.strictSame(
    parsed.uniqueid.map((id: { _: string; $: object }) => ({ ...id.$, id: id._ })),
    [
      { type: 'tmdb', default: 'true', id: '1' },
      { type: 'imdb', id: 'tt12345' },
      { type: 'tvdb', id: '77' },
    ],
  );
  t.same(JSON.parse(JSON.stringify(parsed.fileinfo.streamdetails)), {
    video: {
      codec: 'hevc',
      aspect: '1.778',
      width: '3840',
      height: '1604',
      durationinseconds: '5400',
      stereomode: 'left_right',
      hdrtype: 'hdr10',
    },
    audio: [
      { codec: 'truehd', language: 'eng', channels: '8' },
      { codec: 'ac3', channels: '6' },
    ],
    subtitle: [{ language: 'fre' }, { language: 'und' }],
  });

  const show = { ...base, kind: 'episode', title: 'Dark', season: 1, episodes: [1, 2], ids } as const;
  const { tvshow } = await parseStringPromise(tvshowNfo({ ...show, episodes: [1] }, { lockData: true }));
  t.match(tvshow, { tmdbid: ['1'], imdb_id: ['tt12345'], tvdbid: ['77'], lockdata: ['true'] });
  t.notOk('imdbid' in tvshow);
  const two = episodeNfo({ ...show, episodes: [1, 2] }, { lockData: false }, facts);
  t.equal(two.match(/<streamdetails>/g)?.length, 2);
  t.equal(two.match(/<runtime>90</g)?.length, 2);
  const roots = await parseStringPromise(`<all>${two.replace(/<\?.*\?>/, '')}</all>`);
  t.match(roots.all.episodedetails, [{ episode: ['1'] }, { episode: ['2'] }]);
  t.match(await parseStringPromise(seasonNfo(2, { lockData: false })), {
    season: { seasonnumber: ['2'], lockdata: ['false'] },
  });
  t.match(seasonNfo(0, { lockData: true }), /<title>Specials</);
  t.notMatch(
    seasonNfo(1, { lockData: false }),
    /<title>/,
    "a provider's title in the viewer's language stays",
  );
  const bare = movieNfo(movie, { lockData: false }, { ...facts, durationMs: undefined as never, video: [] });
  t.notMatch(bare, /runtime|durationinseconds|undefined/);
});

t.test('the catalog: the newest first, three failures, a new size begins anew', async (t) => {
  const path = join(t.testdir(), 'catalog.db');
  let catalog = await openCatalog(path);
  const crawl = await catalog.crawls.start(['/'], 0);
  const idOf = (name: string) => name.padEnd(20, '0');
  const listed = (names: readonly string[], now: number, sizeBytes = 100) => {
    const files = names.map((name) => ({
      ...{ id: idOf(name), url: `https://1fichier.com/?${idOf(name)}`, name: `${name}.mkv`, sizeBytes },
      ...{ sentAt: 1, contentType: undefined, checksum: undefined, hasPassword: name === 'p' },
      hasAccessRules: false,
    }));
    return catalog.crawls.listed(
      crawl,
      { folderId: 0, name: 'x', folders: [], files, complete: true },
      now,
      1,
    );
  };
  await listed(['a', 'p', 'x'], 10);
  await listed(['a', 'b', 'p', 'x'], 20);
  const rows = ['a', 'b', 'p'].map((id) => ({ fileId: idOf(id), titleKey: 'k', stem: undefined }));
  await catalog.titles.place([], rows);
  const next = async (now = 0) => (await catalog.media.next(10, now)).map(({ id }) => id[0]);
  t.strictSame(await next(), ['b', 'a'], 'not what has no place in the tree, nor what is behind a password');
  await catalog.dirty.clear(await catalog.dirty.all());
  await catalog.media.put({ id: idOf('b'), sizeBytes: 100 }, '{"v":1}', 30);
  t.strictSame(await catalog.dirty.all(), [idOf('b')], 'the tree is behind for it');
  t.strictSame(await next(), ['a']);
  for (const at of [100, 200, 300]) {
    t.strictSame(await next(at), ['a']);
    await catalog.media.failed({ id: idOf('a'), sizeBytes: 100 }, at);
    t.strictSame(await next(at - 1), [], 'not at once again');
  }
  await catalog.close();
  catalog = await openCatalog(path);
  t.teardown(() => catalog.close());
  t.strictSame(await next(9e12), [], 'given up, over a restart too');
  t.strictSame(await catalog.media.counts(), { known: 1, waiting: 0, givenUp: 1 });
  t.strictSame([...(await catalog.media.factsOf([idOf('a'), idOf('b')]))], [[idOf('b'), '{"v":1}']]);
  await listed(['a', 'b', 'p', 'x'], 40, 101);
  t.strictSame(await next(), ['b', 'a'], 'other bytes');
  t.equal((await catalog.media.factsOf([idOf('b')])).size, 0);
  await catalog.media.failed({ id: idOf('a'), sizeBytes: 101 }, 50);
  t.strictSame(await next(50), ['b', 'a'], 'failures are counted anew');
  t.strictSame(await catalog.media.counts(), { known: 0, waiting: 2, givenUp: 0 });
});

t.test('the catalog: unread videos are found among many known ones, in their order', async (t) => {
  const catalog = await openCatalog(join(t.testdir(), 'catalog.db'));
  t.teardown(() => catalog.close());
  const crawl = await catalog.crawls.start(['/'], 0);
  const ids = Array.from({ length: 1300 }, (_, i) => String(i).padStart(20, '0'));
  for (const [at, part] of [ids.slice(0, 700), ids.slice(700)].entries()) {
    const files = part.map((id) => ({
      ...{ id, url: `https://1fichier.com/?${id}`, name: `${id}.mkv`, sizeBytes: 100, sentAt: 1 },
      ...{ contentType: undefined, checksum: undefined, hasPassword: false, hasAccessRules: false },
    }));
    await catalog.crawls.listed(
      crawl,
      { folderId: at, name: 'x', folders: [], files, complete: true },
      at,
      1,
    );
  }
  await catalog.titles.place(
    [],
    ids.map((fileId) => ({ fileId, titleKey: fileId, stem: undefined })),
  );
  const expected = [...ids].reverse();
  const found = async (limit: number) => (await catalog.media.next(limit, 0)).map(({ id }) => id);
  t.strictSame(await found(2000), expected);
  t.strictSame(await found(3), expected.slice(0, 3));
  for (const id of ids) if (id !== ids[5]) await catalog.media.put({ id, sizeBytes: 100 }, '{}', 1);
  t.strictSame(await found(3), [ids[5]]);
});

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

t.test('so many calls a day; the rest waits for the next one', async (t) => {
  const { start, one, state } = queue(t, [large('a'), large('b'), large('c')], { callsPerDay: 2 });
  await start();
  await one.clock.advance(hour);
  t.strictSame(one.seconds(), ['a 0', 'b 2']);
  t.equal(state().callsToday, 2);
  await one.clock.advance(12 * hour);
  t.equal(one.seen.length, 3);
  t.equal(state().callsToday, 1);
});

t.test('a lock is no fault of a file; a file that fails lets the others go on', async (t) => {
  const errors: unknown[] = [];
  const asked: string[] = [];
  const { start, one } = queue(t, [large('a'), large('b')], {
    reader: {
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

t.test('facts are handed on together: after a minute or fifty, again when that had to wait', async (t) => {
  const many = Array.from({ length: 60 }, (_, i) => large(String.fromCharCode(0x100 + i)));
  const { start, one } = queue(t, many, { intervalMs: 1000 });
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
  const house = await setup(t, { over, overrides: { clock } });
  const { bridge, simulator, libraryDir, url } = house;
  await house.sync();
  simulator.reset();
  const stem = join(libraryDir, 'Movies', 'Long Film (2001)', 'Long Film (2001)');
  const before = await stat(`${stem}.strm`);
  t.notMatch(await readFile(`${stem}.nfo`, 'utf8'), /streamdetails/);

  // A play a moment ago: nothing is read for a minute.
  const played = await request(house.streamUrl(`/${names.mp4}`), { headers: { range: 'bytes=0-9' } });
  await played.body.dump();
  await until(() => bridge.slots.used() === 0);
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
  t.equal(bridge.plays.isIdle(), true);
  await (await request(house.streamUrl(`/${names.mp4}`), { headers: { range: 'bytes=0-9' } })).body.dump();
  t.equal(interruptions, 1);
  t.equal(bridge.plays.isIdle(), false);
  await clock.advance(61_000);
  t.equal(bridge.plays.isIdle(), true);

  // A sync and the work of a moment on the tree: the one waits, the other comes again.
  const { id: anyId } = simulator.account.file(`/${names.mkv}`);
  const refresh = () => bridge.sync.refresh([anyId], new AbortController().signal);
  const first = refresh();
  const syncing = house.sync();
  t.equal(await first, true);
  await until(() => bridge.sync.state().running);
  t.equal(await refresh(), false, 'a sync runs');
  t.match(await syncing, { outcome: 'done' });
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
    t.ok((await probe(house.streamUrl(`/${name}`))).durationSeconds > 65, name);
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
      resolve(JSON.parse(facts));
    };
  });
  await bridge.shield.load();
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
