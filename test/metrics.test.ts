import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { errorTable } from '../src/core/errors.ts';
import { silentLog } from '../src/core/log.ts';
import { countedVerbs, createCallCounts } from '../src/host/fichier/call-counts.ts';
import { labelValues, type MetricRow, metricTable } from '../src/metrics/metric-table.ts';
import { createMetrics } from '../src/metrics/metrics.ts';
import { createPlayCounts } from '../src/metrics/play-counts.ts';
import { root } from './fixtures/checkout.ts';
import { rowsOf } from './fixtures/documents.ts';
import { samplesOf, sumOf } from './fixtures/exposition.ts';
import { fakeMediaServer } from './fixtures/fake-media-server.ts';
import { minuteMs } from './fixtures/hand-clock.ts';
import { createHurriedClock } from './fixtures/hurried-clock.ts';
import { film, headBytes, kept, path, read, sizeBytes, startBridge, until } from './fixtures/listed.ts';
import { setupListed, signal } from './fixtures/setup.ts';

const codes = Object.keys(errorTable);
const vlc = { 'user-agent': 'VLC/3.0.24 LibVLC/3.0.24' };
const ffmpeg = { 'user-agent': 'Lavf/59.27.100' };

/** A label as docs/monitoring.md tells of it. */
function toldLabel(label: string, values: readonly string[] | 'verbs'): string {
  if (label === 'version') return 'version: that of Passerelle';
  if (values === 'verbs') return `${label}: what the host is asked`;
  const own = values.filter((value) => !codes.includes(value));
  return `${label}: ${[...own, ...(own.length < values.length ? ['[codes of errors](errors.md)'] : [])].join(', ')}`;
}

t.test(
  'docs/monitoring.md tells of every metric: type, labels with all their values, meaning, source',
  async (t) => {
    const rows = Object.entries<MetricRow>(metricTable).map(([name, { type, labels, help, source }]) => [
      [name, type],
      Object.keys(labels).length === 0
        ? ['']
        : Object.entries(labels).map(([label, values]) => toldLabel(label, values)),
      [help, `from ${source}`],
    ]);
    t.strictSame(rowsOf('docs/monitoring.md', 'metrics'), rows);
    for (const [name, { type }] of Object.entries(metricTable)) {
      t.match(name, /^(?:passerelle|process)_[a-z_]+$/);
      t.equal(name.endsWith('_total'), type === 'counter', `${name} says what it is`);
    }
  },
);

t.test('every verb that the host may be asked is counted under its name, another one is not', async (t) => {
  const folder = join(root, 'src/host/fichier');
  const files = ['wire.ts', 'client.ts', 'writes/writes.ts', 'writes/remote.ts'];
  const asked = files.flatMap((file) =>
    [
      ...readFileSync(join(folder, file), 'utf8').matchAll(
        /'((?:folder|file|download|user|upload|remote)\/\w+)'/g,
      ),
    ].map(([, verb = '']) => verb),
  );
  t.ok(asked.length > 10, `${asked.length} verbs`);
  t.strictSame([...new Set(asked)].sort(), [...countedVerbs].sort());
  const { log, counts } = createCallCounts(silentLog);
  log.info({ verb: 'folder/ls', outcome: 'ok' }, 'host call');
  log.debug({ verb: '/Films/Heat', outcome: 'BRIDGE_HOST_KEY' }, 'host call');
  log.warn({ verb: 'folder/ls', outcome: 'ok' }, 'another line');
  t.strictSame(counts(), [
    { verb: 'folder/ls', outcome: 'ok', calls: 1 },
    { verb: 'other', outcome: 'BRIDGE_HOST_KEY', calls: 1 },
  ]);
});

t.test('after plays of every kind the metrics are what the host counted', async (t) => {
  const one = await startBridge(t);
  const { simulator, bridge, clock, app } = one;
  const scrape = async () => {
    const headers = { authorization: `Bearer ${bridge.secrets.adminToken}` };
    const { statusCode, body } = await app.inject({ url: '/metrics', headers });
    t.equal(statusCode, 200);
    return body;
  };
  const later = () => clock.advance(minuteMs + 5000);
  const url = (seed: number) => one.streamUrl(path(seed));

  const before = await scrape();
  t.equal(sumOf(before, 'passerelle_host_calls_total', 'verb="folder/ls"'), 1, 'the crawl');
  t.equal(sumOf(before, 'passerelle_files'), 3);
  t.equal(sumOf(before, 'passerelle_plays_total'), 0);

  // The whole film through us, once cut by the host; its beginning again; a redirect; one that the host refuses.
  simulator.faults.download.cut = { every: 1, atByte: 1_000_000, times: 1 };
  t.equal((await read(clock, url(1), vlc)).body.length, sizeBytes);
  await until(() => kept(one, 1) === headBytes);
  const running = await scrape();
  t.equal(sumOf(running, 'passerelle_plays_running', 'bytes'), 1);
  t.equal(
    sumOf(running, 'passerelle_bytes_total', 'way="host",use="play"'),
    sizeBytes,
    'also before it is over',
  );
  await later();
  await read(clock, url(1), { ...vlc, range: 'bytes=0-99' });
  await read(clock, url(2), { ...ffmpeg, range: 'bytes=2000000-' });
  await later();
  simulator.faults.answer({ is: 'ko', message: 'Resource not found #469', status: 404 });
  t.equal((await read(clock, url(3), { ...ffmpeg, range: 'bytes=2000000-' })).status, 404);
  await later();

  const text = await scrape();
  const { counters } = simulator;
  for (const [verb, calls] of Object.entries(counters.calls))
    t.equal(
      sumOf(text, 'passerelle_host_calls_total', `verb="${verb}"`) -
        sumOf(before, 'passerelle_host_calls_total', `verb="${verb}"`),
      calls,
      verb,
    );
  t.equal(
    sumOf(text, 'passerelle_host_calls_total') - sumOf(before, 'passerelle_host_calls_total'),
    counters.requests.length,
    'and no other verb',
  );
  const ofLinks = 'verb="download/get_token"';
  t.equal(sumOf(text, 'passerelle_host_calls_total', `${ofLinks},outcome="ok"`), counters.tokens);
  t.equal(sumOf(text, 'passerelle_host_calls_total', `${ofLinks},outcome="BRIDGE_HOST_FILE_GONE"`), 1);
  t.equal(sumOf(text, 'passerelle_play_calls_total'), counters.tokens);
  t.equal(sumOf(text, 'passerelle_leases_total', 'new'), counters.tokens);
  t.equal(
    sumOf(text, 'passerelle_bytes_total', 'way="host"'),
    counters.bytesSent,
    'each byte once, also where it was cut',
  );
  t.equal(sumOf(text, 'passerelle_bytes_total', 'way="cache"'), 100);
  t.equal(sumOf(text, 'passerelle_play_resumes_total'), 1);

  const plays = [...samplesOf(text)].filter(([name]) => name.startsWith('passerelle_plays_total'));
  t.strictSame(Object.fromEntries(plays), {
    'passerelle_plays_total{rule="sticky",way="bytes",end="to the end"}': 1,
    'passerelle_plays_total{rule="sticky",way="bytes",end="left"}': 1,
    'passerelle_plays_total{rule="returning",way="redirect",end="sent on"}': 1,
    'passerelle_plays_total{rule="returning",way="redirect",end="BRIDGE_HOST_FILE_GONE"}': 1,
  });
  t.equal(sumOf(text, 'passerelle_plays_over_total', 'ok'), 3);
  t.equal(sumOf(text, 'passerelle_plays_over_total', 'failed'), 1);
  t.equal(sumOf(text, 'passerelle_plays_running'), 0);
  t.equal(sumOf(text, 'passerelle_play_requests_total'), 4);
  t.equal(sumOf(text, 'passerelle_first_byte_seconds_count', 'host'), 1);
  t.equal(sumOf(text, 'passerelle_first_byte_seconds_count', 'cache'), 1);
  t.equal(sumOf(text, 'passerelle_first_byte_seconds_bucket', 'le="+Inf"'), 2);
  t.equal(sumOf(text, 'passerelle_cache_starts_total', 'hit'), 1);
  t.equal(sumOf(text, 'passerelle_cache_starts_total', 'miss'), 1);
  t.equal(sumOf(text, 'passerelle_host_turns_total'), bridge.host.state().callsMade);
  t.equal(sumOf(text, 'passerelle_cache_bytes'), bridge.delivery.rangeCache.state().bytes);
  t.equal(sumOf(text, 'passerelle_unread_sources'), 0);

  const told = samplesOf(text).keys().toArray().join('\n');
  for (const secret of [
    bridge.secrets.adminToken,
    bridge.secrets.password,
    simulator.apiKey,
    simulator.downloadHost,
    one.home,
    film(1).name,
    'Film',
    simulator.account.file(path(1)).id,
  ])
    t.notOk(told.includes(secret), 'neither secret nor name');
});

t.test('who reads it twice at one time is answered once, and a scrape changes no counter', async (t) => {
  const one = await startBridge(t, { PASSERELLE_METRICS_OPEN: 'true' });
  const ask = () => one.app.inject({ url: '/metrics' });
  const [first, second] = await Promise.all([ask(), ask()]);
  t.equal(first.statusCode, 200, 'open by setting');
  t.match(first.headers, { 'content-type': /^text\/plain; version=0\.0\.4/, 'cache-control': 'no-store' });
  t.equal(first.body, second.body);
  const counters = ({ body }: { body: string }) =>
    [...samplesOf(body)].filter(([name]) => name.startsWith('passerelle') && name.includes('_total'));
  t.strictSame(counters(await ask()), counters(first));
  t.equal((await one.app.inject({ method: 'HEAD', url: '/metrics' })).body, '');

  // Of files that were read in the background; the play of a stranger's rule is one of your own.
  const { reader, plays } = one.bridge.delivery;
  const file = await one.bridge.catalog.files.byId(one.simulator.account.file(path(1)).id as never);
  const reading = reader.open(file as never, { start: 2_000_000, end: 2_000_999 }, { urgency: 'background' });
  let bytes = 0;
  for await (const piece of await reading) bytes += piece.length;
  t.equal(bytes, 1000);
  plays.join({
    file: file as never,
    client: { address: '192.0.2.1', userAgent: 'x' } as never,
    family: 'unknown',
    start: 0,
    rule: { name: 'for-my-tv', give: 'bytes', why: '' },
  });
  await one.clock.advance(minuteMs);
  const { body } = await ask();
  t.equal(sumOf(body, 'passerelle_bytes_total', 'way="host",use="background"'), 1000);
  t.equal(sumOf(body, 'passerelle_bytes_total', 'use="play"'), 0);
});

t.test('without the token nobody reads it, and a wrong one counts as a guess', async (t) => {
  const { app, bridge } = await startBridge(t);
  const ask = (headers = {}) => app.inject({ url: '/metrics', headers });
  t.match(await ask(), { statusCode: 401, headers: { 'www-authenticate': /^Bearer/ } });
  t.equal((await ask({ authorization: 'Bearer wrong' })).statusCode, 401);
  const basic = Buffer.from(`passerelle:${bridge.secrets.password}`).toString('base64');
  t.equal((await ask({ authorization: `Basic ${basic}` })).statusCode, 401);
});

t.test('a lock of the host, the age of a crawl and what failed are told, also after a restart', async (t) => {
  const one = await startBridge(t, { PASSERELLE_METRICS_OPEN: 'true' });
  const { simulator, bridge, clock } = one;
  const ask = async (app = one.app) => (await app.inject({ url: '/metrics' })).body;
  t.equal(sumOf(await ask(), 'passerelle_crawl_age_seconds'), 0);
  simulator.faults.answer({ is: 'ko', message: 'Flood detected: User Locked #218', status: 403 });
  await bridge.host
    .directLink('https://1fichier.com/?abcdefghij', { urgency: 'play' })
    .catch(() => undefined);
  await clock.advance(10_000);
  const locked = await ask();
  t.equal(sumOf(locked, 'passerelle_host_circuit', 'open'), 1);
  t.equal(sumOf(locked, 'passerelle_host_circuit'), 1, 'one state at a time');
  t.equal(sumOf(locked, 'passerelle_host_blocked', 'BRIDGE_HOST_FLOOD'), 1);
  t.ok(sumOf(locked, 'passerelle_crawl_age_seconds') >= 10);
  t.ok(samplesOf(locked).has('passerelle_discovery_age_seconds'));

  const again = await one.restart();
  const restarted = await ask(again.app);
  t.ok(sumOf(restarted, 'passerelle_crawl_age_seconds') >= 10, 'kept');
  await again.bridge.sync.run({ signal }).catch(() => undefined);
  t.ok(sumOf(await ask(again.app), 'passerelle_crawl_age_seconds') >= 10, 'one that failed is none');
});

t.test('what is not in the table is `other`, a source that fails is left out and counted', async (t) => {
  const told: string[] = [];
  const metrics = createMetrics({
    log: { ...silentLog, debug: (_values, words) => void told.push(words) },
    verbs: ['a/b'],
    readers: [
      () => [
        { name: 'passerelle_host_calls_total', value: 2, labels: { verb: 'a/b', outcome: 'ok' } },
        { name: 'passerelle_host_calls_total', value: 3, labels: { verb: '/Films/"x"\n', outcome: 'ok' } },
        { name: 'passerelle_host_calls_total', value: 4, labels: { verb: 'secret', outcome: 'ok' } },
        { name: 'passerelle_account_free_bytes', value: -5 },
      ],
      async () => {
        throw new Error('the catalog is closed');
      },
    ],
  });
  const { text } = await metrics.read();
  t.equal(sumOf(text, 'passerelle_host_calls_total', '{verb="a/b",outcome="ok"}'), 2);
  t.equal(sumOf(text, 'passerelle_host_calls_total', '{verb="other",outcome="ok"}'), 7);
  t.equal(sumOf(text, 'passerelle_account_free_bytes'), -5);
  t.equal(sumOf(text, 'passerelle_unread_sources'), 1);
  t.notOk(samplesOf(text).has('passerelle_files'), 'what nobody knows is absent, and not 0');
  t.strictSame(told, ['a source of metrics cannot be read']);
});

t.test(
  'plays that never end are let go of, and no more first bytes are kept than anybody reads',
  async (t) => {
    const counts = createPlayCounts();
    const play = (id: number) =>
      ({
        id: String(id),
        requests: 1,
        seeks: 0,
        resumes: 0,
        apiCalls: 0,
        cachedBytes: 0,
        bytes: 7,
        rule: 'odd',
      }) as never;
    for (let id = 0; id < 2100; id++)
      counts.asked(Object.assign(play(id), { give: 'bytes', ended: 'running', firstByteMs: 5 }));
    const { running, ended, hostBytes, misses } = counts.figures();
    t.equal(running.bytes, 2000);
    t.strictSame(ended, [{ labels: { rule: 'own', way: 'bytes', end: 'unfinished' }, count: 100 }]);
    t.equal(hostBytes, 2100 * 7);
    t.equal(misses, 2100);
    t.equal(counts.takeFirstBytes().length, 2100);
    t.equal(counts.takeFirstBytes().length, 0, 'each is told once');
    t.ok(labelValues.ends.includes('unfinished'));
  },
);

t.test('prom-client is loaded by who asks for metrics, and by nobody else', async (t) => {
  const code = readFileSync(join(root, 'src/metrics/metrics.ts'), 'utf8');
  t.match(code, /^import type \{[^}]+\} from 'prom-client';$/m);
  t.equal(code.match(/'prom-client'/g)?.length, 2);
  t.match(code, "await import('prom-client')");
});

t.test('uploads and telling are counted as they end, and are there before the first one', async (t) => {
  const told: string[] = [];
  const hook = await fakeMediaServer(t, ({ body }, response) => {
    told.push(body);
    response.writeHead(told.length === 1 ? 500 : 200).end();
  });
  const one = await setupListed(t, {
    simulator: { account: { folders: [{ name: 'Films' }] } },
    overrides: { clock: createHurriedClock() },
    env: {
      PASSERELLE_METRICS_OPEN: 'true',
      PASSERELLE_NOTIFY: JSON.stringify([{ kind: 'webhook', url: `${hook.url}/secret` }]),
    },
  });
  const { bridge, simulator, home, app } = one;
  const ask = async () => (await app.inject({ url: '/metrics' })).body;
  t.equal(samplesOf(await ask()).get('passerelle_uploads_total{result="stored"}'), 0);
  const source = join(home, 'Heat.1995.mkv');
  writeFileSync(source, Buffer.alloc(300_000, 7));
  t.match(await bridge.uploader.put({ source, to: '/Films', signal }), { fate: 'sent' });
  await t.rejects(bridge.uploader.put({ source: `${source}.gone`, to: '/Films', signal }));
  await bridge.notify.flush();
  await bridge.notify.flush();
  const text = await ask();
  t.equal(sumOf(text, 'passerelle_uploads_total'), simulator.counters.uploads);
  t.equal(sumOf(text, 'passerelle_uploads_total', 'stored'), 1);
  t.equal(sumOf(text, 'passerelle_upload_bytes_total'), 300_000);
  t.equal(sumOf(text, 'passerelle_uploads_open'), 0);
  t.equal(sumOf(text, 'passerelle_notify_total', 'kind="webhook",result="failed"'), 1);
  t.equal(sumOf(text, 'passerelle_notify_failing', 'webhook'), 1);
  t.equal(sumOf(text, 'passerelle_notify_waiting', 'webhook'), 1);
  t.notMatch(text, 'secret');
});
