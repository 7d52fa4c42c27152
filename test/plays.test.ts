import { request as httpRequest } from 'node:http';
import t from 'tap';
import { request } from 'undici';
import { toFileId } from '../src/core/ids.ts';
import { playCodec } from '../src/delivery/play.ts';
import type { PlayRecord } from '../src/delivery/plays.ts';
import { builtInRules } from '../src/delivery/policy/rules.ts';
import { nextAfter } from '../src/library/next-episode.ts';
import type { Recognition } from '../src/naming/text/recognition.ts';
import { settle } from './fixtures/hand-clock.ts';
import {
  film,
  headBytes,
  kept,
  meanwhile,
  path,
  player,
  proxy,
  read,
  type Started,
  sizeBytes,
  startBridge,
  until,
} from './fixtures/listed.ts';

const vlc = { 'user-agent': 'VLC/3.0.24 LibVLC/3.0.24' };
const ffmpeg = { 'user-agent': 'Lavf/59.27.100' };

/** What is told of the last play, once nothing is read any more. */
async function last({ bridge, clock }: Started): Promise<PlayRecord> {
  await until(() => bridge.delivery.reader.running() === 0);
  // Plays of the same millisecond have no order.
  await clock.advance(1);
  return (await bridge.delivery.plays.recent(1))[0] as PlayRecord;
}

t.test('the trace tells what a play cost and how it ended', async (t) => {
  const one = await startBridge(t);
  const { simulator, clock } = one;
  const url = (seed: number) => one.streamUrl(path(seed));
  /** The next one is another play. */
  const later = () => clock.advance(61_000);

  simulator.faults.download.cut = { every: 1, atByte: 1_000_000, times: 1 };
  await read(clock, url(1), vlc);
  const whole = await last(one);
  t.match(whole, {
    fileId: simulator.account.file(path(1)).id,
    name: film(1).name,
    client: 'vlc',
    address: '127.0.0.1',
    rule: 'sticky',
    give: 'bytes',
    lease: 'new',
    apiCalls: 1,
    cacheHit: false,
    cachedBytes: 0,
    bytes: sizeBytes,
    requests: 1,
    seeks: 0,
    resumes: 1,
    ended: 'to the end',
  });
  t.ok((whole.firstByteMs ?? -1) >= 0);

  await read(clock, url(1), { ...vlc, range: 'bytes=2000000-2000009' });
  t.match(await last(one), {
    id: whole.id,
    requests: 2,
    seeks: 1,
    bytes: sizeBytes + 10,
    ended: 'left at 63 %',
  });
  await read(clock, url(1), { ...vlc, range: 'bytes=2000010-2000019' });
  t.match(await last(one), { id: whole.id, requests: 3, seeks: 1 }, 'to go on is no jump');

  await later();
  // It comes to the disk beside the play.
  await until(() => kept(one, 1) === headBytes);
  await read(clock, url(1), { ...vlc, range: 'bytes=0-99' });
  const again = await last(one);
  t.not(again.id, whole.id);
  t.match(again, { cacheHit: true, cachedBytes: 100, bytes: 100, apiCalls: 0, ended: 'left at 0 %' });
  t.notOk('lease' in again, 'no link was needed');

  await read(clock, url(1), { ...ffmpeg, range: 'bytes=2000000-' });
  t.match(await last(one), {
    client: 'ffmpeg',
    rule: 'returning',
    give: 'redirect',
    lease: 'kept',
    apiCalls: 0,
    bytes: 0,
    ended: 'sent on',
  });

  simulator.faults.download.dead = { form: '404', times: 2 };
  await read(clock, url(2), vlc);
  t.match(await last(one), { lease: 'new', apiCalls: 2, bytes: 0, ended: 'BRIDGE_LINK_DEAD' });

  simulator.faults.answer({ is: 'ko', message: 'Resource not found #469', status: 404 });
  t.equal((await read(clock, url(3), { ...ffmpeg, range: 'bytes=2000000-' })).status, 404);
  t.match(await last(one), { client: 'ffmpeg', ended: 'BRIDGE_HOST_FILE_GONE' }, 'refused before a redirect');
});

t.test('the trace tells of players that leave, and of those that share a link', async (t) => {
  const big = { name: 'Big (2001).mkv', content: { sizeBytes: 64 * 1024 * 1024, seed: 5 } };
  const one = await startBridge(t, proxy, { account: { files: [big, film(1)] } });
  const { simulator, clock, bridge } = one;
  const early = httpRequest(one.streamUrl(`/${big.name}`), { headers: vlc, agent: false });
  early.on('error', () => undefined).end();
  simulator.faults.download.firstByteMs = 60_000;
  await until(() => simulator.counters.connectionsNow === 1);
  early.destroy();
  t.match(await last(one), { bytes: 0, ended: 'left at 0 %' }, 'nobody refused it anything');
  simulator.faults.download = {};
  const leaving = await player(one.streamUrl(`/${big.name}`), vlc);
  await leaving.take(1_000_000);
  t.match(await bridge.delivery.plays.recent(1), [{ requests: 2, ended: 'running' }]);
  leaving.leave();
  t.match((await last(one)).ended, /^left at [1-9]\d? %$/);

  // One waits for all: three that move the clock would outrun the time a host is given.
  simulator.faults.answer({ is: 'slow', ms: 50, verb: 'download/get_token' });
  const asked = ['one', 'two', 'three'].map(async (agent) => {
    const headers = { 'user-agent': agent, range: 'bytes=2000000-2000009' };
    const answer = await request(one.streamUrl(path(1)), { headers });
    await answer.body.dump();
    return answer.statusCode;
  });
  t.same(await meanwhile(clock, Promise.all(asked)), [206, 206, 206]);
  await last(one);
  const leases = (await bridge.delivery.plays.recent(3)).map(({ lease, apiCalls }) => [lease, apiCalls]);
  t.same(leases.sort(), [
    ['new', 1],
    ['shared', 0],
    ['shared', 0],
  ]);
});

t.test('the last 200 plays are kept, newest first, also over a restart', async (t) => {
  const one = await startBridge(t);
  const { clock, bridge } = one;
  const rule = builtInRules.at(-1) as (typeof builtInRules)[number];
  for (let n = 0; n < 205; n++) {
    await clock.advance(1000);
    const client = { userAgent: '', address: `192.0.2.${n}` };
    bridge.delivery.plays.join({
      file: { id: toFileId('x'), name: 'x', sizeBytes: 1 },
      client,
      family: 'unknown',
      start: 0,
      rule,
    });
  }
  const addresses = (plays: readonly PlayRecord[]) => plays.map(({ address }) => address);
  const expected = Array.from({ length: 200 }, (_, n) => `192.0.2.${204 - n}`);
  t.same(addresses(await bridge.delivery.plays.recent()), expected);
  const again = await one.restart();
  t.same(addresses(await again.bridge.delivery.plays.recent(500)), expected);
  t.equal((await again.bridge.delivery.plays.recent(3)).length, 3);
});

const episodes = [1, 2].map((n) => ({ name: `Lupin.S01E0${n}.1080p.mkv`, content: { sizeBytes, seed: n } }));
const show = { files: [film(3)], folders: [{ name: 'Lupin', files: episodes }] };

t.test('near the end of an episode the next one is made ready, once', async (t) => {
  const one = await startBridge(t, proxy, { account: show });
  const { simulator, clock, bridge } = one;
  const [first, second] = episodes.map(({ name }) => `/Lupin/${name}`) as [string, string];
  const next = { id: simulator.account.file(second).id, sizeBytes };
  const play = async () => {
    t.equal((await read(clock, one.streamUrl(first), { range: 'bytes=2000000-' })).status, 206);
    await settle(300);
  };
  const links = () => simulator.counters.requests.filter(({ verb }) => verb === 'download/get_token').length;
  await read(clock, one.streamUrl(first), { range: 'bytes=2000000-2000009' });
  t.equal(links(), 1, 'not before');
  simulator.faults.answer({ is: 'flood', lockMs: 1000, verb: 'download/get_token' });
  await read(clock, one.streamUrl(path(3)));
  await play();
  t.equal(links(), 2, 'not while the API is closed');
  await clock.advance(300_000);
  await read(clock, one.streamUrl(path(3)), { range: 'bytes=0-9' });
  await play();
  await until(() => bridge.delivery.rangeCache.covers(next, 0) === headBytes);
  t.equal(links(), 4);
  t.equal(one.ranges().at(-1), `bytes=0-${headBytes - 1}`);
  bridge.delivery.rangeCache.drop(next.id);
  await play();
  t.equal(bridge.delivery.rangeCache.covers(next, 0), 0, 'not twice');
  t.equal(links(), 4);
});

t.test('no next episode is made ready where the settings say so', async (t) => {
  const one = await startBridge(t, { ...proxy, PASSERELLE_NEXT_EPISODE: 'false' }, { account: show });
  await read(one.clock, one.streamUrl(`/Lupin/${episodes[0]?.name}`));
  await settle(300);
  t.equal(one.simulator.counters.tokens, 1);
});

t.test('what a person watches next', async (t) => {
  const of = (fileId: string, is: Partial<Recognition>) => ({
    fileId: toFileId(fileId),
    recognition: { path: '', kind: 'episode', confidence: 1, reasons: [], ...is } as Recognition,
  });
  const e = (season: number, ...episodes: number[]) => ({ season, episodes });
  const all = [
    of('s0e1', e(0, 1)),
    of('s0e2', e(0, 2)),
    of('s1e1', e(1, 1)),
    of('s1e2-3', e(1, 2, 3)),
    of('s1e3', e(1, 3)),
    of('s1e10 sd', { ...e(1, 10), resolution: '480p' }),
    of('s1e10 hd', { ...e(1, 10), resolution: '1080p' }),
    of('s2e1', { ...e(2, 1), resolution: '1080p' }),
    of('day 1', { date: '2024-05-31', ...e(2024, 151) }),
    of('day 2', { date: '2024-06-01' }),
    of('cd1', { kind: 'movie', part: 1 }),
    of('cd2', { kind: 'movie', part: 2 }),
    of('film', { kind: 'movie' }),
    of('extra', { kind: 'extra', ...e(1, 11) }),
    of('nameless', { season: 1 }),
  ];
  const next = (id: string) => nextAfter(all.find((one) => one.fileId === id) as never, all);
  const rows: [string, string | undefined][] = [
    ['s1e1', 's1e2-3'],
    ['s1e2-3', 's1e10 hd'],
    ['s1e3', 's1e10 hd'],
    ['s1e10 sd', 's2e1'],
    ['s2e1', undefined],
    ['s0e1', 's0e2'],
    ['s0e2', undefined],
    ['day 1', 'day 2'],
    ['day 2', undefined],
    ['cd1', 'cd2'],
    ['cd2', undefined],
    ['film', undefined],
    ['extra', undefined],
    ['nameless', undefined],
  ];
  for (const [id, expected] of rows) t.equal(next(id), expected, `after ${id}`);
  const sd = nextAfter(of('x', { ...e(1, 3), resolution: '480p' }), all);
  t.equal(sd, 's1e10 sd', 'the version most like the present one');
});

t.test('plays that an older version kept are read, and scripts find what they asked for', async (t) => {
  const one = await startBridge(t);
  await read(one.clock, one.streamUrl(path(1)), vlc);
  const play = await last(one);
  const { cachedBytes, cacheHit, ...rest } = play;
  const former = JSON.stringify({ ...rest, keptBytes: 7, shieldHit: true });
  t.strictSame(playCodec.decode(former), { ...play, cachedBytes: 7, cacheHit: true });
  t.strictSame(playCodec.decode(playCodec.encode(play)), play);
  t.throws(() => playCodec.decode(JSON.stringify(rest)));
  t.throws(() => playCodec.decode('null'));
  const headers = { authorization: `Bearer ${one.bridge.secrets.adminToken}` };
  const answer = await one.app.inject({ url: '/api/v1/plays?limit=1', headers });
  t.match(answer.json().plays[0], { cachedBytes, cacheHit, keptBytes: cachedBytes, shieldHit: cacheHit });
  const playback = (await one.app.inject({ url: '/api/v1/playback', headers })).json();
  t.match(playback.host, { open: true });
  t.strictSame(playback.gate, playback.host);
});
