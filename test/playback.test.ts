import t from 'tap';
import { request } from 'undici';
import type { CatalogFile } from '../src/catalog/account/files.ts';
import { BridgeError } from '../src/core/errors.ts';
import { toFileId } from '../src/core/ids.ts';
import { silentLog } from '../src/core/log.ts';
import { createBroker } from '../src/links/broker.ts';
import { createLinkTtl, type LearnedTtl } from '../src/links/link-ttl.ts';
import { createRenewal } from '../src/links/renewal.ts';
import { createHandClock, settle } from './fixtures/hand-clock.ts';
import {
  bytesOf,
  headBytes,
  meanwhile,
  path,
  proxy,
  read,
  redirect,
  sizeBytes,
  startBridge,
  until,
} from './fixtures/listed.ts';

t.test('how long links live is learned from those that work and those that do not', async (t) => {
  let memory: LearnedTtl | undefined;
  const linkTtl = (account = 'one') =>
    createLinkTtl({
      account,
      startWindowMs: 240_000,
      resumeWindowMs: 1_500_000,
      minMs: 30_000,
      maxMs: 3_600_000,
      memory: {
        read: () => memory,
        write: (next) => {
          memory = structuredClone(next);
        },
      },
    });
  const one = linkTtl();
  const used = { fileId: toFileId('x'), url: '', issuedAt: 1_000_000, firstUsedAt: 1_000_000 };
  const at = (ms: number) => used.issuedAt + ms;
  const rows: [string, () => void, believedMs: number, provenMs: number][] = [
    ['nothing yet', () => {}, 1_500_000, 0],
    ['a young one that works proves its age', () => one.worked(used, at(600_000)), 1_500_000, 600_000],
    ['one near its end that works', () => one.worked(used, at(1_400_000)), 1_750_000, 1_400_000],
    ['no growth past the bound', () => one.worked(used, at(3_500_000)), 3_600_000, 3_500_000],
    ['an early refusal halves', () => one.refused(true, 60_000), 1_800_000, 54_000],
    ['a late refusal goes to just below it', () => one.refused(true, 1_700_000), 1_530_000, 54_000],
    ['a refusal beyond what is believed', () => one.refused(true, 1_600_000), 1_530_000, 54_000],
    ['a clock set back teaches nothing', () => one.worked(used, at(-5)), 1_530_000, 54_000],
    ['nor in a refusal', () => one.refused(true, -5), 1_530_000, 54_000],
    ['never below the bound', () => Array.from({ length: 9 }, () => one.refused(true, 1)), 30_000, 0.9],
  ];
  for (const [what, happens, believedMs, provenMs] of rows) {
    happens();
    t.same(one.state().resume, { believedMs, provenMs }, what);
  }
  t.same(one.state().start, { believedMs: 240_000, provenMs: 0 }, 'the other window has stayed');
  t.equal(one.endOf(used), at(30_000));
  t.equal(one.endOf({ ...used, firstUsedAt: undefined }), at(240_000));
  t.same(linkTtl().state().resume.believedMs, 30_000, 'after a restart');
  t.same(linkTtl('two').state().resume, { believedMs: 1_500_000, provenMs: 0 }, 'of another account');
  memory = { account: 'one', start: {}, resume: { believedMs: 'x' } } as never;
  t.same(linkTtl().state().resume, { believedMs: 1_500_000, provenMs: 0 }, 'what is damaged is not believed');
});

t.test('a refused link teaches how long links live, unless its file turns out to be dead', async (t) => {
  const one = await startBridge(t, proxy);
  const { simulator, clock, bridge } = one;
  const jump = () => read(clock, one.streamUrl(path(1)), { range: `bytes=${headBytes}-${headBytes + 9}` });
  simulator.faults.download.dead = { form: '404', times: 2 };
  t.equal((await jump()).status, 503);
  await clock.advance(61_000);
  t.equal((await jump()).status, 206);
  t.same(bridge.links.ttl.state().start.believedMs, 240_000, 'a dead file');
  await clock.advance(600_000);
  simulator.expireLinks();
  t.equal((await jump()).status, 206);
  t.same(bridge.links.ttl.state().resume.believedMs, 750_000, 'a link that ended');
});

t.test(
  'a redirect may be kept for as long as links were seen to live; none leads to a dead one',
  async (t) => {
    const one = await startBridge(t, redirect);
    const { simulator, clock } = one;
    const ask = async (seed: number, agent = 'Lavf/59.27.100') => {
      const headers = { 'user-agent': agent };
      const answer = await meanwhile(clock, request(one.streamUrl(path(seed)), { headers }));
      await answer.body.dump();
      t.equal(answer.statusCode, 302);
      return { to: answer.headers.location as string, cache: answer.headers['cache-control'] };
    };
    t.equal((await ask(1)).cache, 'no-store', 'nothing is known yet');
    t.equal(one.looks(), 0);
    await clock.advance(100_000);
    await ask(1);
    await clock.advance(200_000);
    await ask(1);
    t.equal(one.looks(), 2, 'a look at each new age');
    await ask(2);
    for (const agent of ['Lavf/59.27.100', 'libmpv'])
      t.match((await ask(2, agent)).cache, /^private, max-age=2[67]\d$/, agent);
    t.equal((await ask(2, 'VLC/3.0.24 LibVLC/3.0.24')).cache, 'no-store');
    t.equal(one.looks(), 2);
    const old = (await ask(1)).to;
    const before = one.looks();
    await clock.advance(400_000);
    simulator.expireLinks();
    const { to } = await ask(1);
    t.not(to, old);
    t.equal((await request(to, { headers: { range: 'bytes=0-9' } })).statusCode, 206);
    t.equal(one.looks(), before + 1, 'one look, and none at the new one');
  },
);

t.test('who was sent on to a link that had ended comes back to one that lives', async (t) => {
  const one = await startBridge(t, redirect);
  const { simulator, clock } = one;
  const ask = async (seed: number, from: number) => {
    const headers = { 'user-agent': 'VLC/3.0.24 LibVLC/3.0.24', range: `bytes=${from}-` };
    const answer = await meanwhile(clock, request(one.streamUrl(path(seed)), { headers }));
    await answer.body.dump();
    t.equal(answer.statusCode, 302);
    const looks = one.looks();
    const film = await request(answer.headers.location as string, { headers: { range: 'bytes=0-9' } });
    await film.body.dump();
    return { isAlive: film.statusCode === 206, looks };
  };
  // Links of any age that follows were seen to live.
  await ask(1, 0);
  await clock.advance(200_000);
  await ask(1, 0);
  const looks = one.looks();
  const seen = async (seed: number, from: number) => {
    const { isAlive, looks: now } = await ask(seed, from);
    return `${isAlive ? 'alive' : 'dead'}, ${now - looks} looks`;
  };
  for (const [seed, from] of [
    [2, 0],
    [3, 50_000],
  ] as const) {
    const before = Number((await seen(seed, 9)).match(/\d+/)?.[0]);
    await clock.advance(10_000);
    simulator.expireLinks();
    t.equal(
      await seen(seed, from),
      `dead, ${before} looks`,
      'nobody looks before a first play, nor at a jump',
    );
    await clock.advance(2500);
    t.equal(await seen(seed, from), `alive, ${before + 1} looks`, 'after a while it is looked at first');
    await clock.advance(1500);
    t.equal(await seen(seed, from), `alive, ${before + 1} looks`, 'what was seen alive a moment ago is not');
    simulator.expireLinks();
    await clock.advance(2500);
    t.equal(
      await seen(seed, from + 500),
      `alive, ${before + 2} looks`,
      'who has just found nothing and goes on elsewhere gets none that ended meanwhile either',
    );
    await clock.advance(10_000);
    simulator.expireLinks();
    t.equal(await seen(seed, from + 1), `dead, ${before + 2} looks`, 'later, at another byte');
    await clock.advance(100);
    await seen(seed, from + 1);
    await settle();
    await clock.advance(100);
    t.equal(
      await seen(seed, from + 1),
      `alive, ${before + 3} looks`,
      'who hurries back is given it meanwhile',
    );
  }
});

t.test('films asked for again and again share their looks: links of one age live alike', async (t) => {
  const one = await startBridge(t, redirect);
  const ask = async (seed: number) => {
    const answer = await meanwhile(one.clock, request(one.streamUrl(path(seed))));
    await answer.body.dump();
    t.equal(answer.statusCode, 302);
  };
  for (let round = 0; round < 8; round++) {
    await Promise.all([1, 2, 3].map(ask));
    await settle();
    await one.clock.advance(500);
  }
  // One a second for links that were used, one for those that were not; each film alone would make nine.
  t.ok(one.looks() > 0 && one.looks() <= 6, `${one.looks()} looks in 4 seconds`);
});

t.test('links outlive a restart', async (t) => {
  const one = await startBridge(t, proxy);
  await read(one.clock, one.streamUrl(path(1)), { range: 'bytes=2000000-2000009' });
  const again = await one.restart();
  await one.clock.advance(1_400_000);
  t.equal((await read(one.clock, again.streamUrl(path(1)), { range: 'bytes=2000000-2000009' })).status, 206);
  t.equal(one.simulator.counters.tokens, 1);
});

t.test('while the API is closed, links at hand play, and the rest is told when it opens', async (t) => {
  const one = await startBridge(t, proxy);
  const { simulator, clock } = one;
  const jump = (seed: number) => read(clock, one.streamUrl(path(seed)), { range: 'bytes=2000000-2000009' });
  await jump(1);
  simulator.faults.answer({ is: 'flood', lockMs: 300_000, verb: 'download/get_token' });
  const before = clock.now();
  t.equal((await jump(2)).status, 503);
  await clock.advance(before + 100_000 - clock.now());
  const late = await jump(3);
  const until = one.bridge.host.state().blockedUntil as number;
  t.equal(late.status, 503);
  t.match(JSON.parse(late.body.toString()), { code: 'BRIDGE_GATE_CLOSED' });
  t.ok(Math.abs(Number(late.headers['retry-after']) - (until - clock.now()) / 1000) <= 1);
  t.ok(Number(late.headers['retry-after']) >= 199, `${late.headers['retry-after']}`);
  t.equal((await jump(1)).status, 206, 'a link that lives');
  t.equal(simulator.counters.tokens, 1);
  await clock.advance(1_450_000);
  simulator.faults.answer({ is: 'flood', lockMs: 300_000, verb: 'download/get_token' });
  t.equal((await jump(2)).status, 503);
  t.equal((await jump(1)).status, 206, 'one past its believed life, as a last hope');
  simulator.expireLinks();
  t.equal((await jump(1)).status, 503, 'and it is not believed blindly');
  t.equal(simulator.counters.tokens, 1);
});

t.test('the link of a film that is being read is renewed before its end, and of no other', async (t) => {
  const one = await startBridge(t, proxy);
  const { simulator, clock, bridge } = one;
  const { counters } = simulator;
  const file = (await bridge.catalog.files.byId(simulator.account.file(path(1)).id)) as CatalogFile;
  const open = (start: number) =>
    bridge.delivery.reader.open(file, { start, end: sizeBytes - 1 }, { urgency: 'play', viewer: `${start}` });
  // A reader that takes almost nothing.
  const slow = await open(0);
  await clock.advance(1_430_000);
  t.equal(counters.tokens, 1);
  await clock.advance(20_000);
  await until(() => counters.tokens === 2 && one.looks() === 1);
  await clock.advance(200_000);
  (await open(1_000_000)).destroy();
  t.equal(counters.tokens, 2, 'a jump finds it at hand');
  slow.destroy();
  await clock.advance(3_000_000);
  t.equal(counters.tokens, 2, 'nobody reads any more');
});

t.test('a renewal waits behind the plays of others, and is tried again when it fails', async (t) => {
  const clock = createHandClock();
  const asked: string[] = [];
  const broker = createBroker({
    clock,
    log: silentLog,
    linkTtl: createLinkTtl({
      account: 'one',
      startWindowMs: 240_000,
      resumeWindowMs: 1_500_000,
      minMs: 1000,
      maxMs: 1_500_000,
      memory: { read: () => undefined, write: () => {} },
    }),
    store: { get: async () => undefined, put: async () => {}, drop: async () => {} },
    directLink: async (_url, { urgency, onTurn }) => {
      await settle(1);
      onTurn();
      if (asked.push(urgency) === 2) throw new BridgeError('BRIDGE_GATE_CLOSED');
      return `https://a-1.1fichier.com/p${asked.length}`;
    },
  });
  const renewal = createRenewal({ broker, probe: { ask: async () => true } as never, clock, log: silentLog });
  broker.used(await broker.acquire({ id: toFileId('x'), url: '' }, { urgency: 'play' }));
  const leave = [1, 2].map(() => renewal.watch({ id: toFileId('x'), url: '' }));
  await clock.advance(1_439_000);
  t.same(asked, ['play']);
  await clock.advance(2000);
  t.same(asked, ['play', 'refresh'], 'a minute before its end');
  leave[0]?.();
  leave[0]?.();
  await clock.advance(57_000);
  t.same(asked, ['play', 'refresh', 'refresh'], 'the other one still reads');
  leave[1]?.();
  await clock.advance(500_000);
  t.equal(clock.sleeping(), 0);
});

t.test('while the host sees another location nobody is redirected, and afterwards as before', async (t) => {
  const one = await startBridge(t);
  const { simulator, clock } = one;
  const jump = async (seed: number) => {
    const headers = { 'user-agent': 'Lavf/59.27.100', range: 'bytes=2000000-2000009' };
    const { status, body } = await read(clock, one.streamUrl(path(seed)), headers);
    if (status === 206) t.ok(body.equals(bytesOf(seed, 2_000_000, 2_000_010)));
    return status;
  };
  t.equal(await jump(2), 302);
  const message = 'Only 1 location allowed at a time #887';
  simulator.faults.answer({ is: 'ko', message, status: 403, verb: 'download/get_token' });
  t.equal(await jump(1), 503);
  const before = clock.now();
  t.equal(await jump(2), 206);
  await clock.advance(before + 299_000 - clock.now());
  t.equal(await jump(2), 206);
  await clock.advance(1000);
  t.equal(await jump(2), 302);
});
