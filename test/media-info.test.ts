import { readFile } from 'node:fs/promises';
import t from 'tap';
import { BridgeError } from '../src/core/errors.ts';
import type { MediaFacts } from '../src/library/media-facts.ts';
import { headBytes, inspect } from '../src/media/inspect.ts';
import { threeLetters } from '../src/media/language-codes.ts';
import { readReport } from '../src/media/report.ts';
import { createHandClock, settle } from './fixtures/hand-clock.ts';
import { comparable, ffprobeFacts, sourceOf, sourceOfFile } from './fixtures/media-probe.ts';
import { hasPlayer } from './fixtures/players.ts';
import { media, mediaFile } from './media/index.ts';

/** What the header of a film says. */

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
