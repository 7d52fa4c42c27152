import t from 'tap';
import { saidIn } from '../src/api/words/said.ts';
import { BridgeError } from '../src/core/errors.ts';
import { toFileId } from '../src/core/ids.ts';
import { silentLog } from '../src/core/log.ts';
import { checkLinks } from '../src/doctor/checks.ts';
import { createLinkCheck } from '../src/host/fichier/download-hosts.ts';
import { createBroker, type LeaseStore } from '../src/links/broker.ts';
import type { Lease } from '../src/links/lease.ts';
import { createLinkTtl } from '../src/links/link-ttl.ts';
import { createHandClock, settle } from './fixtures/hand-clock.ts';

const film = { id: toFileId('aaaaaaaaaaaaaaaaaaaa'), url: 'https://1fichier.com/?aaaaaaaaaaaaaaaaaaaa' };
const windows = { startWindowMs: 240_000, resumeWindowMs: 1_500_000 };

/** A broker whose host answers with numbered links, as the test says. */
function arrange(store: LeaseStore = memoryStore()) {
  const clock = createHandClock();
  const calls: { url: string; signal: AbortSignal }[] = [];
  const linkTtl = createLinkTtl({
    ...windows,
    account: 'one',
    minMs: 30_000,
    maxMs: 21_600_000,
    memory: { read: () => undefined, write: () => {} },
  });
  let answer: () => Promise<string> = async () => `https://a-1.1fichier.com/p${calls.length}`;
  const broker = createBroker({
    clock,
    log: silentLog,
    linkTtl,
    store,
    directLink: (url, { signal }) => {
      calls.push({ url, signal });
      return answer();
    },
  });
  return { clock, calls, broker, answer: (next: typeof answer) => (answer = next), store };
}

function memoryStore(): LeaseStore & { kept: Map<string, Lease> } {
  const kept = new Map<string, Lease>();
  return {
    kept,
    get: async (id) => kept.get(id) && { ...(kept.get(id) as Lease) },
    put: async (lease) => void kept.set(lease.fileId, { ...lease }),
    drop: async (id) => void kept.delete(id),
  };
}

const play = { urgency: 'play' } as const;

t.test('one lease serves all until its window ends: 4 minutes unused, 25 minutes once used', async (t) => {
  const { broker, clock, calls } = arrange();
  const first = await broker.acquire(film, play);
  await clock.advance(239_000);
  t.equal(await broker.acquire(film, play), first);
  await clock.advance(1000);
  const second = await broker.acquire(film, play);
  t.not(second.url, first.url);
  broker.used(second);
  await clock.advance(1_499_000);
  t.equal((await broker.acquire(film, play)).url, second.url);
  await clock.advance(1000);
  await broker.acquire(film, play);
  t.equal(calls.length, 3);
});

t.test(
  'who asks at the same time shares the call; one that leaves does not take it from the others',
  async (t) => {
    const { broker, calls, answer } = arrange();
    const { promise, resolve } = Promise.withResolvers<string>();
    answer(() => promise);
    const leaves = new AbortController();
    const one = broker.acquire(film, { ...play, signal: leaves.signal });
    const two = broker.acquire(film, play);
    await settle();
    leaves.abort(new Error('gone'));
    await t.rejects(one, { message: 'gone' });
    resolve('https://a-1.1fichier.com/p1');
    t.equal((await two).url, 'https://a-1.1fichier.com/p1');
    t.equal(calls.length, 1);
    t.notOk(calls[0]?.signal.aborted);
  },
);

t.test(
  'when the last one leaves, the waiting call is taken back, and the next one starts anew',
  async (t) => {
    const { broker, calls, answer } = arrange();
    answer(
      () =>
        new Promise((_resolve, reject) =>
          calls.at(-1)?.signal.addEventListener('abort', () => reject(calls.at(-1)?.signal.reason)),
        ),
    );
    const leaves = new AbortController();
    const one = broker.acquire(film, { ...play, signal: leaves.signal });
    await settle();
    leaves.abort(new Error('gone'));
    await t.rejects(one);
    t.ok(calls[0]?.signal.aborted);
    answer(async () => 'https://a-1.1fichier.com/p2');
    t.equal((await broker.acquire(film, play)).url, 'https://a-1.1fichier.com/p2');
  },
);

t.test('a refusal is remembered until its time, and costs nothing meanwhile', async (t) => {
  const { broker, clock, calls, answer } = arrange();
  answer(async () => {
    throw new BridgeError('BRIDGE_HOST_LOCATION', { retryAt: clock.now() + 300_000 });
  });
  await t.rejects(broker.acquire(film, play), { code: 'BRIDGE_HOST_LOCATION' });
  await clock.advance(299_000);
  await t.rejects(broker.acquire(film, play), { code: 'BRIDGE_HOST_LOCATION' });
  t.equal(calls.length, 1);
  await clock.advance(1000);
  answer(async () => 'https://a-1.1fichier.com/p9');
  await broker.acquire(film, play);
  t.equal(calls.length, 2);
});

t.test('what the circuit breaker refuses is asked again at once: it costs the host nothing', async (t) => {
  const { broker, calls, answer } = arrange();
  answer(async () => {
    throw new BridgeError('BRIDGE_GATE_BUSY');
  });
  await t.rejects(broker.acquire(film, play));
  await t.rejects(broker.acquire(film, play));
  t.equal(calls.length, 2);
});

t.test('a dropped lease is gone for good, but a newer one stays', async (t) => {
  const store = memoryStore();
  const { broker } = arrange(store);
  const first = await broker.acquire(film, play);
  await broker.drop(film.id, first.url);
  const second = await broker.acquire(film, play);
  t.not(second.url, first.url);
  await broker.drop(film.id, first.url);
  t.equal((await broker.acquire(film, play)).url, second.url);
  await settle();
  t.equal(store.kept.get(film.id)?.url, second.url);
});

t.test(
  'a link is written down behind what it is wanted for, once, and not when it was refused at once',
  async (t) => {
    const store = memoryStore();
    const written: (number | undefined)[] = [];
    const put: LeaseStore['put'] = async (lease) => {
      written.push(lease.firstUsedAt);
      await store.put(lease);
    };
    const { broker, clock } = arrange({ ...store, put });
    const first = await broker.acquire(film, play);
    t.same(written, [], 'the film goes first');
    broker.used(first);
    await settle();
    t.same(written, [clock.now()]);
    await broker.drop(film.id, first.url);
    const second = await broker.acquire(film, play);
    await broker.drop(film.id, second.url);
    await settle();
    t.equal(written.length, 1);
    t.equal(await store.get(film.id), undefined);
  },
);

t.test('a lease from before a restart still serves, an old one does not', async (t) => {
  const store = memoryStore();
  const one = arrange(store);
  const lease = await one.broker.acquire(film, play);
  one.broker.used(lease);
  await settle();
  const two = arrange(store);
  t.equal((await two.broker.acquire(film, play)).url, lease.url);
  t.equal(two.calls.length, 0);
  const three = arrange(store);
  three.clock.jump(three.clock.now() + 1_500_000);
  await three.broker.acquire(film, play);
  t.equal(three.calls.length, 1);
});

t.test('a clock that was set back ends leases instead of making them immortal', async (t) => {
  const { broker, clock, calls } = arrange();
  await broker.acquire(film, play);
  clock.jump(clock.now() - 3_600_000);
  await broker.acquire(film, play);
  t.equal(calls.length, 2);
});

t.test('a disk that cannot keep the lease does not stop the film', async (t) => {
  const store = { ...memoryStore(), put: async () => Promise.reject(new Error('disk full')) };
  t.match(await arrange(store).broker.acquire(film, play), { fileId: film.id });
});

t.test("only the host's own download servers are believed", async (t) => {
  const check = createLinkCheck(
    ['*.1fichier.com', 'one.example', '127.0.0.1:8792'],
    'https://api.1fichier.com/v1',
  );
  const right = [
    'https://a-12.1fichier.com/p2086862583',
    'https://o-5.1fichier.com/p1?inline=1',
    'https://one.example/p1',
  ];
  const wrong = [
    'http://a-12.1fichier.com/p1',
    'https://1fichier.com.evil.example/p1',
    'https://evil1fichier.com/p1',
    'https://a-1.1fichier.com:8443/p1',
    'https://user:pass@a-1.1fichier.com/p1',
    'https://127.0.0.1:9999/p1',
    'ftp://a-1.1fichier.com/p1',
    'file:///etc/passwd',
    'javascript:alert(1)',
    '',
    'not a link',
    'http://127.0.0.1:8792/p1',
    'https://two.one.example/p1',
  ];
  for (const link of right) t.doesNotThrow(() => check(link), link);
  for (const link of wrong) t.throws(() => check(link), { code: 'BRIDGE_LINK_ELSEWHERE' }, link);
  const local = createLinkCheck(['127.0.0.1:8792'], 'http://127.0.0.1:8791/v1');
  t.doesNotThrow(() => local('http://127.0.0.1:8792/p1'), 'http while the API itself is on loopback');
  t.throws(
    () => check('https://evil.example/p12345'),
    { message: /^(?!.*p12345)/ },
    'the text holds no link',
  );
});

t.test('doctor tells what was seen of links in a unit in which it is something', async (t) => {
  const words = async (provenMs: number) => {
    const state = () => ({
      start: { believedMs: 240_000, provenMs },
      resume: { believedMs: 1_500_000, provenMs: 0 },
    });
    const links = { ttl: { state } } as unknown as Parameters<typeof checkLinks>[0]['links'];
    return (await checkLinks({ links } as Parameters<typeof checkLinks>[0])).words;
  };
  t.equal(
    await words(2500),
    'unused links live 4 min (longest seen so far: 3 s), used ones 25 min (none was seen yet)',
  );
  t.match(await words(90_000), 'longest seen so far: 1.5 min');
  for (const provenMs of [0, 2500])
    t.notMatch(JSON.stringify(saidIn(await words(provenMs))), /"text"/, 'it has codes');
});
