import t from 'tap';
import { createDownloadAnswers } from '../src/host/fichier/download-answers.ts';
import { createLinkCheck } from '../src/host/fichier/download-hosts.ts';
import { createHandClock } from './fixtures/hand-clock.ts';
import { bytesOf, headBytes, keep, path, proxy, read, startBridge, until } from './fixtures/listed.ts';
import { rerouted, startLyingHost } from './fixtures/lying-host.ts';
import { setup } from './fixtures/setup.ts';
import { expectedBytes } from './simulator/content.ts';
import { createSimulator } from './simulator/simulator.ts';

/** Download servers that send on to others, or give nothing more of a film of which the beginning is kept. */

t.test('a redirect leads where links may lead, and nowhere else', async (t) => {
  const check = createLinkCheck(
    ['*.1fichier.com', 'dl.test', '127.0.0.1:8792'],
    'https://api.1fichier.com/v1',
  );
  const { follow } = createDownloadAnswers(check);
  const from = 'https://a-1.1fichier.com/p123/x?y=1';
  const table: [location: string, leads: string | undefined][] = [
    ['https://a-2.1fichier.com/p9', 'https://a-2.1fichier.com/p9'],
    ['https://dl.test/p9#part', 'https://dl.test/p9#part'],
    ['/p9', 'https://a-1.1fichier.com/p9'],
    ['p9', 'https://a-1.1fichier.com/p123/p9'],
    ['../p9', 'https://a-1.1fichier.com/p9'],
    ['?z=2', 'https://a-1.1fichier.com/p123/x?z=2'],
    ['', from],
    ['//a-3.1fichier.com/p9', 'https://a-3.1fichier.com/p9'],
    ['https://127.0.0.1:8792/p9', 'https://127.0.0.1:8792/p9'],
    ['HTTPS://A-2.1FICHIER.COM/p9', 'https://a-2.1fichier.com/p9'],
    ['https://evil.test/p9', undefined],
    ['//evil.test/p9', undefined],
    ['\\\\evil.test\\p9', undefined],
    ['https:\\\\evil.test/p9', undefined],
    ['https://1fichier.com.evil.test/p9', undefined],
    ['https://evil1fichier.com/p9', undefined],
    ['https://a-1.1fichier.com./p9', undefined],
    ['https://a-1.1fichier.com@evil.test/p9', undefined],
    ['https://user:secret@a-2.1fichier.com/p9', undefined],
    ['https://a-2.1fichier.com:8443/p9', undefined],
    ['https://127.0.0.1/p9', undefined],
    ['https://[::1]/p9', undefined],
    ['http://a-2.1fichier.com/p9', undefined],
    ['ftp://a-2.1fichier.com/p9', undefined],
    ['file:///etc/passwd', undefined],
    ['javascript:alert(1)', undefined],
    ['data:text/plain,x', undefined],
    ['https://', undefined],
    ['https://a b/p9', undefined],
  ];
  for (const [location, leads] of table) {
    if (leads !== undefined) t.equal(follow(location, from), leads, location);
    else t.throws(() => follow(location, from), { code: 'BRIDGE_LINK_ELSEWHERE' }, location);
  }
});

t.test('a film behind three redirects plays; a fourth, a loop and a stranger are refused', async (t) => {
  const clock = createHandClock();
  const content = { sizeBytes: 100_000, seed: 7 };
  const film = expectedBytes(content, 0, content.sizeBytes);
  const simulator = await createSimulator({
    clock,
    account: { files: [{ name: 'Film (2001).mkv', content }] },
  });
  t.teardown(() => simulator.close());
  let location: (path: string) => string | undefined = () => undefined;
  const give = ({ path, start, end }: { path: string; start: number; end: number }) => {
    const to = location(path);
    if (to !== undefined) return { status: 302, headers: { location: to } };
    const range = `bytes ${start}-${end}/${content.sizeBytes}`;
    return { status: 206, headers: { 'content-range': range }, body: film.subarray(start, end + 1) };
  };
  const [first, second, stranger] = await Promise.all(
    [1, 2, 3].map(() => startLyingHost(t, content.sizeBytes, give)),
  );
  if (!first || !second || !stranger) throw new Error('there are three');
  const dispatcher = rerouted(t, `http://${simulator.downloadHost}`, first.url);
  const one = await setup(t, {
    over: simulator,
    overrides: { clock, dispatcher },
    env: {
      ...proxy,
      PASSERELLE_CACHE_MIB: '0',
      FICHIER_DOWNLOAD_HOSTS: `${simulator.downloadHost},${second.host},${first.host}`,
    },
  });
  await one.sync();
  const { id } = simulator.account.file('/Film (2001).mkv');
  const steps = (count: number) => (path: string) => {
    const step = Number(/^\/hop(\d+)$/.exec(path)?.[1] ?? 0);
    return step < count ? `${step % 2 ? first.url : second.url}/hop${step + 1}` : undefined;
  };
  const table: [what: string, leads: (path: string) => string | undefined, status: number, code?: string][] =
    [
      ['another server', steps(1), 206],
      ['three in a row', steps(3), 206],
      ['a place on the same server', (path) => (path === '/here' ? undefined : '/here'), 206],
      ['four in a row', steps(4), 503, 'BRIDGE_LINK_DEAD'],
      ['a loop', (path) => path, 503, 'BRIDGE_LINK_DEAD'],
      ['a stranger', () => `${stranger.url}/p1`, 502, 'BRIDGE_LINK_ELSEWHERE'],
      [
        'a stranger behind one of ours',
        (path) => (path === '/hop1' ? `${stranger.url}/p1` : `${second.url}/hop1`),
        502,
        'BRIDGE_LINK_ELSEWHERE',
      ],
      ['no address', () => 'http://', 502, 'BRIDGE_LINK_ELSEWHERE'],
    ];
  for (const [what, leads, status, code] of table) {
    location = leads;
    // What was refused is remembered for a minute.
    await clock.advance(61_000);
    const lease = one.bridge.links.broker.livingLease(id);
    if (lease) await one.bridge.links.broker.drop(id, lease.url);
    const answer = await read(clock, one.streamUrl('/Film (2001).mkv'), { range: 'bytes=10-99' });
    t.equal(answer.status, status, what);
    if (code) t.equal(JSON.parse(`${answer.body}`).code, code, what);
    else t.ok(answer.body.equals(film.subarray(10, 100)), what);
  }
  t.same(stranger.asked, [], 'a stranger is never asked');
});

t.test('what is kept is not promised with a rest that the host does not give', async (t) => {
  const faults: [what: string, status: number, fault: object][] = [
    ['pages of a dead link', 503, { dead: { form: '404' } }],
    ['a page in the place of the file', 503, { dead: { form: '200-html' } }],
    ['a busy host', 503, { busy: { status: 503, forMs: 3_600_000 } }],
    ['another range', 502, { wrongRange: { kind: 'other' } }],
    ['nothing at all', 502, { cut: { every: 1, atByte: 0 } }],
  ];
  const one = await startBridge(t, proxy);
  await keep(one, 1);
  const url = one.streamUrl(path(1));
  const ask = (headers: Record<string, string> = {}) => read(one.clock, url, headers);
  for (const [what, status, fault] of faults) {
    Object.assign(one.simulator.faults.download, fault);
    for (const headers of [{}, { range: `bytes=1000-${headBytes}` }]) {
      const answer = await ask(headers);
      t.equal(answer.status, status, `${what}: ${headers.range ?? 'all of it'}`);
      t.ok(Number(answer.headers['retry-after']) > 0, `${what}: when to come back`);
    }
    const kept = await ask({ range: 'bytes=1000-1999' });
    t.equal(kept.status, 206, `${what}: what is kept is given`);
    t.ok(kept.body.equals(bytesOf(1, 1000, 2000)), what);
    one.simulator.faults.download = {};
    await one.clock.advance(240_000);
    const whole = await ask();
    t.ok(
      whole.status === 200 && whole.body.equals(bytesOf(1)),
      `${what}: all of it when the host is well again`,
    );
    await until(() => one.bridge.delivery.reader.running() === 0);
  }
});

t.test('a busy host says when to come back, as seconds or as a date', async (t) => {
  const { readPage } = createDownloadAnswers(() => undefined);
  const now = Date.UTC(2026, 1, 3, 10);
  const waitMs = (value: string, status = 503) =>
    readPage({ status, headers: { 'retry-after': value }, text: 'Busy', now }).waitMs;
  t.equal(waitMs('120'), 120_000);
  t.equal(waitMs('Tue, 03 Feb 2026 10:02:00 GMT', 429), 120_000);
  t.equal(waitMs('soon'), undefined);
  t.equal(waitMs('999999'), 3_600_000);
  const tooMany = { status: 403, headers: { 'retry-after': '10' }, text: 'too many connections', now };
  t.equal(readPage(tooMany).waitMs, 180_000, 'no sooner than is known to be right');
});
