import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import t from 'tap';
import { createHandClock, settle } from './fixtures/hand-clock.ts';
import { call, get, large, link, open, small, start } from './fixtures/simulated-host.ts';
import { media, mediaFile, subtitles } from './media/index.ts';
import type { DeadForm } from './simulator/faults.ts';
import { messages } from './simulator/messages.ts';
import { createSimulator } from './simulator/simulator.ts';
import type { SimulatedFile } from './simulator/tree.ts';

/** Direct links of the simulated host: who gets one, what it serves, how long it lives, how a transfer ends; and the films behind them. */
const run = promisify(execFile);
const minuteMs = 60_000;

t.test('get_token refuses what may not be downloaded, in the words of the host', async (t) => {
  const clock = createHandClock();
  const files = [
    { ...small, name: 'password', password: 'secret' },
    { ...small, name: 'owner', ownerLocked: true },
    { ...small, name: 'acl', acl: { country: ['FR'] } },
    { ...small, name: 'premium', acl: { premium: 1 as const } },
  ];
  const simulator = await start(t, { clock, account: { files } });
  const ask = async (name: string, more = {}) => {
    const { url } = simulator.account.file(`/${name}`);
    const { status, json } = await call(simulator, 'download/get_token', { url, ...more });
    return [status, json.message?.replace(/ #\d+$/, '') ?? 'OK'];
  };
  t.same(await ask('password'), [403, messages.noPassword.words]);
  t.same(await ask('password', { pass: 'wrong' }), [403, messages.wrongPassword.words]);
  t.same(await ask('password', { pass: 'secret' }), [200, 'OK']);
  t.same(await ask('owner'), [403, messages.ownerLocked.words]);
  t.same(await ask('acl'), [403, messages.notAllowed.words]);
  t.same(await ask('premium'), [200, 'OK']);
  simulator.faults.notReadyMs = 20_000;
  simulator.account.addFile('/', { ...small, name: 'new' });
  t.same(await ask('new'), [200, messages.notReady.words], 'a KO with HTTP 200');
  await clock.advance(20_000);
  t.same(await ask('new'), [200, 'OK']);

  const free = await start(t, { offer: 0 });
  const [file] = free.account.files();
  t.match((await call(free, 'download/get_token', { url: file?.url })).json.message, /^Must be a customer/);
  const ended = await start(t, { clock, subscriptionEnd: '2026-01-14' });
  t.equal((await call(ended, 'download/get_token', { url: file?.url })).status, 403);
  const lastDay = await start(t, { clock, subscriptionEnd: '2026-01-15' });
  t.equal((await call(lastDay, 'download/get_token', { url: file?.url })).status, 200);
});

t.test('a link serves HEAD, one range, or the whole file, with the headers of the host', async (t) => {
  const simulator = await start(t, { account: { files: [{ ...small, name: 'Été "1".mkv' }] } });
  const [file] = simulator.account.files() as unknown as [SimulatedFile];
  const url = await link(simulator, file);
  t.match(url, new RegExp(`^http://${simulator.downloadHost}/p\\d+$`));
  const head = await get(url, undefined, 'HEAD');
  t.equal(head.headers.get('content-length'), '10');
  t.equal(head.headers.get('content-type'), 'application/octet-stream');
  const name = Buffer.from(head.headers.get('content-disposition') ?? '', 'latin1').toString();
  t.equal(name, 'attachment; filename="Été _1_.mkv"');
  for (const header of ['etag', 'last-modified', 'accept-ranges']) t.notOk(head.headers.has(header), header);

  const cases: [
    range: string | undefined,
    status: number,
    body: string | undefined,
    header: string | null,
  ][] = [
    [undefined, 200, '0123456789', null],
    ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
    ['bytes=7-', 206, '789', 'bytes 7-9/10'],
    ['bytes=7-99', 206, '789', 'bytes 7-9/10'],
    ['bytes=-3', 206, '789', 'bytes 7-9/10'],
    ['bytes=-99', 206, '0123456789', 'bytes 0-9/10'],
    ['bytes=10-', 416, undefined, 'bytes */10'],
    ['bytes=-0', 416, undefined, 'bytes */10'],
    ['bytes=0-1,3-4', 200, '0123456789', null],
    ['bytes=5-2', 200, '0123456789', null],
    ['rubbish', 200, '0123456789', null],
  ];
  for (const [range, status, body, header] of cases) {
    const response = await get(url, range);
    t.equal(response.status, status, range ?? 'no range');
    t.equal(response.headers.get('content-range'), header);
    const text = await response.text();
    if (body !== undefined) t.equal(text, body);
  }
  t.equal(simulator.counters.heads, 1);
  t.equal(simulator.counters.downloads, cases.length - 2);
  t.equal(simulator.counters.bytesSent, 10 * 5 + 3 * 4);

  for (const inline of [await link(simulator, file, { inline: 1 }), `${url}&inline=1`, `${url}?inline=1`]) {
    const shown = await get(inline);
    t.equal(shown.headers.get('content-type'), 'video/x-matroska');
    t.match(shown.headers.get('content-disposition'), /^inline; /);
    await shown.text();
  }
  simulator.faults.download.acceptRanges = true;
  t.equal((await get(url, undefined, 'HEAD')).headers.get('accept-ranges'), 'bytes');
});

t.test('a link must start within 5 minutes and serves for 30 minutes from its issue', async (t) => {
  const clock = createHandClock();
  const simulator = await start(t, { clock, account: { files: [small] } });
  const status = async (url: string) => {
    const response = await get(url);
    await response.text();
    return response.status;
  };
  const unused = await link(simulator, '/small.mkv');
  const used = await link(simulator, '/small.mkv');
  await clock.advance(5 * minuteMs);
  t.equal(await status(used), 200, 'at the last moment of the start window');
  await clock.advance(1);
  t.equal(await status(unused), 404);
  await clock.advance(25 * minuteMs - 1);
  t.equal(await status(used), 200, 'at the last moment of the resume window');
  await clock.advance(1);
  t.equal(await status(used), 404, 'each use does not make it live longer');

  const once = await link(simulator, '/small.mkv', { single: 1 });
  t.equal(await status(once), 200);
  t.equal(await status(once), 404, 'a single link serves one request');
  const removed = await link(simulator, '/small.mkv');
  simulator.account.removeFile('/small.mkv');
  t.equal(await status(removed), 404);
});

t.test('a dead link answers in the form that was chosen', async (t) => {
  const forms: [DeadForm, number][] = [
    ['404', 404],
    ['410', 410],
    ['403-html', 403],
    ['200-html', 200],
    ['302-html', 302],
  ];
  for (const [expiredAnswer, status] of forms) {
    const simulator = await start(t, { expiredAnswer, account: { files: [small] } });
    const url = await link(simulator, '/small.mkv');
    t.equal((await get(url)).status, 200);
    simulator.expireLinks();
    const response = await get(url);
    t.equal(response.status, status, expiredAnswer);
    t.match(response.headers.get('content-type'), /^text\/html/);
    t.notOk(response.headers.has('content-disposition'));
    t.match(await response.text(), /<html>/);
    simulator.faults.download.dead = { form: '410', times: 1 };
    const fresh = await link(simulator, '/small.mkv');
    t.equal((await get(fresh)).status, 410, 'a staged death');
    t.equal((await get(fresh)).status, 200, 'passes');
  }
});

t.test('the 31st transfer gets the page about too many connections', async (t) => {
  const simulator = await start(t, { account: { files: [large] } });
  const url = await link(simulator, '/large.mkv');
  const held = await Promise.all(Array.from({ length: 30 }, () => open(url)));
  t.equal(simulator.counters.connectionsNow, 30);
  const refused = await open(url);
  t.equal(refused.statusCode, 403);
  t.match(refused.headers['content-type'], /^text\/html/);
  refused.resume();
  await once(refused, 'close');
  for (const response of held) response.destroy();
  while (simulator.counters.connectionsNow > 0) await settle();
  const again = await open(url);
  t.equal(again.statusCode, 200);
  t.equal(simulator.counters.connectionsMost, 31);
  again.destroy();
});

t.test('a reader that stops reading stops the sending', async (t) => {
  const simulator = await start(t, {
    account: { files: [{ ...large, content: { sizeBytes: 2 ** 31, seed: 1 } }] },
  });
  const response = await open(await link(simulator, '/large.mkv'));
  let before = -1;
  // Loopback buffers differ between machines; the sending has stopped when a hundred turns bring nothing.
  while (before !== simulator.counters.bytesSent) {
    before = simulator.counters.bytesSent;
    await settle(100);
  }
  t.ok(before < 2 ** 30, `${before} bytes of 2 GiB`);
  response.destroy();
  while (simulator.counters.connectionsNow > 0) await settle();
  t.ok(simulator.counters.bytesSent < 2 ** 30);
});

t.test('closing ends what is in progress', async (t) => {
  const simulator = await createSimulator({ account: { files: [large] } });
  const response = await open(await link(simulator, '/large.mkv'));
  simulator.faults.answer({ is: 'slow', ms: 1e9 });
  const waiting = t.rejects(call(simulator, 'folder/ls'));
  while (simulator.counters.callsNow === 0) await settle();
  await simulator.close();
  await waiting;
  response.resume();
  if (!response.closed) await new Promise((resolve) => response.once('close', resolve));
  t.notOk(response.complete);
});

t.test('the media are what their list says', async (t) => {
  for (const film of media) {
    const { stdout } = await run('ffprobe', [
      '-v',
      'error',
      '-of',
      'json',
      '-show_format',
      '-show_streams',
      film.path,
    ]);
    const { format, streams } = JSON.parse(stdout);
    t.ok(Math.abs(Number(format.duration) - film.durationSeconds) < 0.5, film.file);
    t.equal(streams[0].codec_name, film.videoCodec);
    t.ok(format.format_name.includes(film.container === 'matroska' ? 'matroska' : film.container));
    t.equal(Number(format.size), film.sizeBytes);
  }
  const { stdout } = await run('ffprobe', [
    ...['-v', 'error', '-show_entries', 'stream=codec_name:stream_tags=language', '-of', 'csv=p=0'],
    mediaFile('h264-two-languages.mkv').path,
  ]);
  t.match(stdout, /h264\naac,fra\naac,eng\nsubrip,fra\nsubrip,eng/);
  t.equal(subtitles.length, 3);
  t.throws(() => mediaFile('nothing.mkv'), /no nothing/);
});

t.test('ffprobe jumps into the middle of every film over a direct link', async (t) => {
  const simulator = await start(t);
  for (const film of media) {
    const file = [...simulator.account.files()].find(
      ({ content }) => 'path' in content && content.path === film.path,
    );
    const { stdout } = await run('ffprobe', [
      ...['-v', 'error', '-read_intervals', '40%+1', '-select_streams', 'v'],
      ...['-show_entries', 'packet=pts_time', '-of', 'csv=p=0', await link(simulator, file as SimulatedFile)],
    ]);
    const first = Number.parseFloat(stdout);
    t.ok(first > 36 && first <= 42, `${film.file}: ${first} s`);
  }
  t.ok(
    simulator.counters.downloadRequests.some(({ range, status }) => status === 206 && range !== 'bytes=0-'),
  );
});
