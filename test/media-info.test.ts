import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { openCatalog } from '../src/catalog/catalog.ts';
import { BridgeError } from '../src/core/errors.ts';
import { toFileId } from '../src/core/ids.ts';
import { keptValues } from '../src/library/kept-values.ts';
import type { MediaFacts } from '../src/library/media-facts.ts';
import { headBytes, inspect } from '../src/media/inspect.ts';
import { threeLetters } from '../src/media/language-codes.ts';
import { readReport } from '../src/media/report.ts';
import { createHandClock, settle } from './fixtures/hand-clock.ts';
import { folder } from './fixtures/ids.ts';
import { comparable, ffprobeFacts, sourceOf, sourceOfFile } from './fixtures/media-probe.ts';
import { hasPlayer } from './fixtures/players.ts';
import { media, mediaFile } from './media/index.ts';

/** What the header of a film says, and what the catalog keeps of it. */

const clock = createHandClock();

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

t.test(
  'a title that the parser never comes to the end of: it is ended after a minute of its work',
  async (t) => {
    const clock = createHandClock();
    const element = (id: string, body: Buffer) => {
      const head = Buffer.alloc(8);
      head.writeUIntBE(body.length, 2, 6);
      head[0] = 1;
      return Buffer.concat([Buffer.from(id, 'hex'), head, body]);
    };
    const header = element('1a45dfa3', element('4282', Buffer.from('matroska')));
    const title = element('1549a966', element('7ba9', Buffer.alloc(1_000_000, '\\')));
    const source = sourceOf(Buffer.concat([header, element('18538067', title)]));
    const pieces = Math.ceil(source.sizeBytes / (64 * 1024));
    const whole = Promise.withResolvers<void>();
    const readAt = (position: number, length: number) => {
      if (source.reads.length === pieces - 1) whole.resolve();
      return source.readAt(position, length);
    };
    const facts = inspect(readAt, { sizeBytes: source.sizeBytes, clock });
    const isEnded = t.rejects(facts, { name: 'TookParserDown', message: 'its parser went on for 60 s' });
    await whole.promise;
    await settle();
    t.equal(clock.sleeping(), 2, 'its time, and its work');
    await clock.advance(59_000);
    await clock.advance(1000);
    await isEnded;
    t.equal(clock.sleeping(), 0, 'nothing waits any more');
  },
);

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

/** What a header may say that names little. */
const facts: MediaFacts = { container: 'avi', video: [], audio: [], subtitles: [], chapters: [] };

t.test('the catalog: the newest first, three failures, a new size begins anew', async (t) => {
  const path = join(t.testdir(), 'catalog.db');
  let catalog = await openCatalog(path, keptValues);
  const crawl = await catalog.crawls.start(['/'], 0);
  const idOf = (name: string) => toFileId(name.padEnd(20, '0'));
  const listed = (names: readonly string[], now: number, sizeBytes = 100) => {
    const files = names.map((name) => ({
      ...{ id: idOf(name), url: `https://1fichier.com/?${idOf(name)}`, name: `${name}.mkv`, sizeBytes },
      ...{ sentAt: 1, contentType: undefined, checksum: undefined, hasPassword: name === 'p' },
      hasAccessRules: false,
    }));
    return catalog.crawls.listed(
      crawl,
      { folderId: folder(0), name: 'x', folders: [], files, complete: true },
      now,
      1,
    );
  };
  await listed(['a', 'p', 'x'], 10);
  await listed(['a', 'b', 'p', 'x'], 20);
  const rows = ['a', 'b', 'p'].map((id) => ({ fileId: idOf(id), titleKey: 'k', stem: undefined }));
  await catalog.placements.place([], rows);
  const next = async (now = 0) => (await catalog.media.next(10, now)).map(({ id }) => id[0]);
  t.strictSame(await next(), ['b', 'a'], 'not what has no place in the tree, nor what is behind a password');
  await catalog.dirty.clear(await catalog.dirty.all());
  await catalog.media.put({ id: idOf('b'), sizeBytes: 100 }, facts, 30);
  t.strictSame(await catalog.dirty.all(), [idOf('b')], 'the tree is behind for it');
  t.strictSame(await next(), ['a']);
  for (const at of [100, 200, 300]) {
    t.strictSame(await next(at), ['a']);
    await catalog.media.failed({ id: idOf('a'), sizeBytes: 100 }, at);
    t.strictSame(await next(at - 1), [], 'not at once again');
  }
  await catalog.close();
  catalog = await openCatalog(path, keptValues);
  t.teardown(() => catalog.close());
  t.strictSame(await next(9e12), [], 'given up, over a restart too');
  t.strictSame(await catalog.media.counts(), { known: 1, waiting: 0, givenUp: 1 });
  t.strictSame([...(await catalog.media.factsOf([idOf('a'), idOf('b')]))], [[idOf('b'), facts]]);
  await listed(['a', 'b', 'p', 'x'], 40, 101);
  t.strictSame(await next(), ['b', 'a'], 'other bytes');
  t.equal((await catalog.media.factsOf([idOf('b')])).size, 0);
  await catalog.media.failed({ id: idOf('a'), sizeBytes: 101 }, 50);
  t.strictSame(await next(50), ['b', 'a'], 'failures are counted anew');
  t.strictSame(await catalog.media.counts(), { known: 0, waiting: 2, givenUp: 0 });
  await catalog.media.failed({ id: idOf('a'), sizeBytes: 101 }, 50, true);
  t.strictSame(await next(5000), ['b'], 'what took the parser down is not tried again');
});

t.test('the catalog: unread videos are found among many known ones, in their order', async (t) => {
  const catalog = await openCatalog(join(t.testdir(), 'catalog.db'), keptValues);
  t.teardown(() => catalog.close());
  const crawl = await catalog.crawls.start(['/'], 0);
  const ids = Array.from({ length: 1300 }, (_, i) => toFileId(String(i).padStart(20, '0')));
  for (const [at, part] of [ids.slice(0, 700), ids.slice(700)].entries()) {
    const files = part.map((id) => ({
      ...{ id, url: `https://1fichier.com/?${id}`, name: `${id}.mkv`, sizeBytes: 100, sentAt: 1 },
      ...{ contentType: undefined, checksum: undefined, hasPassword: false, hasAccessRules: false },
    }));
    await catalog.crawls.listed(
      crawl,
      { folderId: folder(at), name: 'x', folders: [], files, complete: true },
      at,
      1,
    );
  }
  await catalog.placements.place(
    [],
    ids.map((fileId) => ({ fileId, titleKey: fileId, stem: undefined })),
  );
  const expected = [...ids].reverse();
  const found = async (limit: number) => (await catalog.media.next(limit, 0)).map(({ id }) => id);
  t.strictSame(await found(2000), expected);
  t.strictSame(await found(3), expected.slice(0, 3));
  for (const id of ids) if (id !== ids[5]) await catalog.media.put({ id, sizeBytes: 100 }, facts, 1);
  t.strictSame(await found(3), [ids[5]]);
});

t.test('the catalog: what came to the host last is read first, whenever it was indexed', async (t) => {
  const catalog = await openCatalog(join(t.testdir(), 'catalog.db'), keptValues);
  t.teardown(() => catalog.close());
  const crawl = await catalog.crawls.start(['/'], 0);
  const sentAt = { old: 100, newest: 300, middle: 200, undated: undefined };
  const ids = new Map(Object.keys(sentAt).map((name, at) => [name, toFileId(String(at).padStart(20, '0'))]));
  for (const [at, [name, id]] of [...ids].entries()) {
    const file = {
      ...{ id, url: `https://1fichier.com/?${id}`, name: `${name}.mkv`, sizeBytes: 100 },
      sentAt: sentAt[name as keyof typeof sentAt],
      ...{ contentType: undefined, checksum: undefined, hasPassword: false, hasAccessRules: false },
    };
    const listing = { folderId: folder(at), name: 'x', folders: [], files: [file], complete: true };
    await catalog.crawls.listed(crawl, listing, at, 1);
  }
  const placed = [...ids.values()].map((fileId) => ({ fileId, titleKey: fileId, stem: undefined }));
  await catalog.placements.place([], placed);
  const names = (files: readonly { name: string }[]) => files.map(({ name }) => name.split('.')[0]);
  t.strictSame(names(await catalog.media.next(10, 0)), ['newest', 'middle', 'old', 'undated']);
  const asked = ['undated', 'newest', 'old'].flatMap((name) => ids.get(name) ?? []);
  t.strictSame(names(await catalog.media.unreadOf(asked, 0)), ['undated', 'newest', 'old']);
  await catalog.media.put({ id: ids.get('newest') ?? toFileId('0'), sizeBytes: 100 }, facts, 1);
  t.strictSame(names(await catalog.media.unreadOf(asked, 0)), ['undated', 'old']);
  t.strictSame(await catalog.media.unreadOf([], 0), []);
});
