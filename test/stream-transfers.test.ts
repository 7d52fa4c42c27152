import { once } from 'node:events';
import t from 'tap';
import { BridgeError } from '../src/core/errors.ts';
import { createRetryPolicy } from '../src/delivery/stream/retry-policy.ts';
import { TransferFault } from '../src/delivery/stream/transfer-fault.ts';
import { createHandClock } from './fixtures/hand-clock.ts';
import { proxy } from './fixtures/listed.ts';
import { passTime } from './fixtures/passing-time.ts';
import { sha256 } from './fixtures/setup.ts';
import { film, MiB, path, playing, read, whole } from './fixtures/streamed-film.ts';

/** What players notice of a host that cuts, stalls, refuses, locks or sends something else: as little as can be. */

t.test(
  'the proxy gives the same bytes while the host cuts every third transfer and ends the link twice',
  async (t) => {
    const started = await playing(t, proxy, { expiredAnswer: '410' });
    const { faults, counters } = started.simulator;
    faults.download.cut = { every: 3 };
    // A third of the file a link: two of them end in mid-film.
    faults.download.expireAfterBytes = { bytes: 9 * MiB, cut: true };
    const answer = await read(started.streamUrl(path));
    t.equal(answer.status, 200);
    t.equal(sha256(answer.body), sha256(whole));
    t.equal(counters.tokens, 3, 'one link at the start, and one for each that ended');
    t.ok(counters.downloads > 3, `${counters.downloads} transfers`);
  },
);

t.test('a link that the host refuses is dropped and asked for once more', async (t) => {
  for (const form of ['404', '410', '403-html', '200-html', '302-html'] as const) {
    const started = await playing(t, proxy);
    started.simulator.faults.download.dead = { form, times: 1 };
    const answer = await read(started.streamUrl(path), { range: 'bytes=3-8' });
    t.equal(answer.status, 206, form);
    t.ok(answer.body.equals(whole.subarray(3, 9)), form);
    t.equal(started.simulator.counters.tokens, 2, form);
    await started.close();
  }
});

t.test('when the new link is refused too, the player gets 503 and no third call is spent', async (t) => {
  const started = await playing(t, proxy);
  started.simulator.faults.download.dead = { form: '404' };
  const answer = await read(started.streamUrl(path));
  t.equal(answer.status, 503);
  t.equal(JSON.parse(answer.body.toString()).code, 'BRIDGE_LINK_DEAD');
  t.ok(Number(answer.headers['retry-after']) > 0);
  t.equal(started.simulator.counters.tokens, 2);
});

t.test('a host that stalls, sends another range or ignores the range costs the player nothing', async (t) => {
  const started = await playing(t, { ...proxy, PASSERELLE_STALL_MS: '150' });
  const url = started.streamUrl(path);
  started.simulator.faults.download.stall = { afterBytes: 100_000, times: 1 };
  t.ok((await read(url)).body.equals(whole), 'after a stall');
  started.simulator.faults.download.stall = undefined as never;
  for (const kind of ['other', 'whole'] as const) {
    started.simulator.faults.download.wrongRange = { kind, times: 1 };
    const answer = await read(url, { range: 'bytes=5000-5999' });
    t.ok(answer.body.equals(whole.subarray(5000, 6000)), kind);
  }
});

t.test('a file of another size at the host is refused instead of mixed', async (t) => {
  const started = await playing(t, proxy);
  started.simulator.faults.download.wrongTotal = { byBytes: 1 };
  const answer = await read(started.streamUrl(path), { range: 'bytes=5000-5999' });
  t.equal(answer.status, 502);
  t.equal(JSON.parse(answer.body.toString()).code, 'BRIDGE_UPSTREAM_CHANGED');
});

t.test(
  'a host that cuts without progress is given up after the tries, and the body ends short',
  async (t) => {
    const started = await playing(t, { ...proxy, PASSERELLE_DELIVERY_TRIES: '2' });
    started.simulator.faults.download.cut = { every: 1, atByte: 0 };
    const answer = await read(started.streamUrl(path)).catch((error: Error) => error);
    // Cut before the first byte of the body: the headers may or may not have gone out.
    if (answer instanceof Error) t.match(answer.message, /other side closed|terminated|aborted/);
    else t.equal(answer.status, 502);
    t.ok(started.simulator.counters.downloads <= 4);
  },
);

t.test(
  'while the host is locked, a living link still plays and a new film gets a true Retry-After',
  async (t) => {
    const other = { name: 'Autre (2003).mkv', content: { sizeBytes: 1000, seed: 9 } };
    const started = await playing(t, proxy, {
      account: { folders: [{ name: 'Films', files: [film, other] }] },
    });
    t.equal((await read(started.streamUrl(path), { range: 'bytes=0-9' })).status, 206);
    started.simulator.faults.answer({ is: 'flood', lockMs: 300_000, verb: 'download/get_token' });
    const refused = await read(started.streamUrl(`/Films/${other.name}`));
    t.equal(refused.status, 503);
    t.ok(Number(refused.headers['retry-after']) >= 299, `${refused.headers['retry-after']}`);
    const calls = started.simulator.counters.requests.length;
    t.equal((await read(started.streamUrl(`/Films/${other.name}`))).status, 503);
    t.equal(started.simulator.counters.requests.length, calls, 'nobody polls a locked host');
    t.equal(
      (await read(started.streamUrl(path), { range: 'bytes=20-29' })).status,
      206,
      'the other film goes on',
    );
  },
);

t.test('a dead file costs two links, however often it is asked for', async (t) => {
  const started = await playing(t, proxy);
  started.simulator.faults.download.dead = { form: '403-html' };
  for (let n = 0; n < 10; n++) t.equal((await read(started.streamUrl(path))).status, 503);
  t.equal(started.simulator.counters.tokens, 2);
});

t.test('a fault of the API in mid-film, when a new link is due, is put up with', async (t) => {
  for (const fault of [{ is: 'reset' }, { is: 'halfBody' }] as const) {
    const clock = createHandClock();
    const started = await playing(t, proxy, { clock }, { clock });
    const { simulator } = started;
    simulator.faults.download.expireAfterBytes = { bytes: 9 * MiB, cut: true };
    simulator.faults.answer({ ...fault, verb: 'download/get_token', skip: 1 });
    const { value, waitedMs } = await passTime(read(started.streamUrl(path)), { clock, simulator });
    t.equal(sha256(value.body), sha256(whole), fault.is);
    t.ok(waitedMs < 15_000, `${waitedMs} ms without a byte`);
    await started.close();
  }
});

t.test('a download server that is gone is left for another one', async (t) => {
  const started = await playing(t, proxy);
  const { id } = started.simulator.account.file(path);
  const gone = {
    fileId: id,
    url: 'http://127.0.0.1:9/p123456',
    issuedAt: Date.now(),
    firstUsedAt: Date.now(),
  };
  await started.bridge.catalog.leases.put(gone);
  const answer = await read(started.streamUrl(path), { range: 'bytes=7-9' });
  t.equal(answer.status, 206);
  t.ok(answer.body.equals(whole.subarray(7, 10)));
  t.equal(started.simulator.counters.tokens, 1);
});

t.test('what is not the file never reaches the player as film', async (t) => {
  const { createServer } = await import('node:http');
  const answers: [string, number, Record<string, string>, string][] = [
    ['JSON without a length', 200, { 'content-type': 'application/json' }, '{"status":"KO"}'],
    ['text without a length', 200, { 'content-type': 'text/plain' }, 'Sorry'],
    ['bytes without a length and a name', 200, { 'content-type': 'application/octet-stream' }, 'Sorry'],
    ['a coded part', 206, { 'content-encoding': 'gzip', 'content-range': 'RANGE' }, 'coded'],
    [
      'a coded whole',
      200,
      { 'content-encoding': 'gzip', 'content-disposition': 'attachment; filename="x"' },
      'coded',
    ],
  ];
  const started = await playing(t, proxy);
  const { id } = started.simulator.account.file(path);
  for (const [at, [what, status, headers, body]] of answers.entries()) {
    let asked = 0;
    // Each where nothing has been read before: what is cached is asked of nobody.
    const from = at * 4_000_000;
    if (headers['content-range']) headers['content-range'] = `bytes ${from}-${from + 9}/${whole.length}`;
    const odd = createServer((_request, response) => {
      asked++;
      response.writeHead(status, headers);
      response.write(body);
      response.end();
    }).listen(0, '127.0.0.1');
    await once(odd, 'listening');
    const { port } = odd.address() as { port: number };
    const lease = {
      fileId: id,
      url: `http://127.0.0.1:${port}/p123456`,
      issuedAt: Date.now(),
      firstUsedAt: Date.now(),
    };
    await started.bridge.links.broker.drop(id, started.bridge.links.broker.livingLease(id)?.url ?? '');
    await started.bridge.catalog.leases.put(lease);
    const answer = await read(started.streamUrl(path), { range: `bytes=${from}-${from + 9}` });
    t.ok(asked > 0, `${what}: was asked`);
    t.ok(answer.body.equals(whole.subarray(from, from + 10)), what);
    odd.close();
  }
});

t.test('retry policy: what is put up with, for how long, and when a new link is worth a call', async (t) => {
  const clock = createHandClock();
  const started = () => createRetryPolicy({ clock, tries: 4, resumeForMs: 60_000 });
  const cut = new TransferFault('cut', 'x');
  const link = new TransferFault('link', 'x');
  const later = new TransferFault('later', 'x', { code: 'BRIDGE_TOO_MANY_STREAMS', waitMs: 180_000 });

  const before = started();
  t.same(
    [1, 2, 3].map(() => before.afterFault(cut, false)),
    [
      { pauseMs: 0, dropLease: false, isRefused: false },
      { pauseMs: 250, dropLease: true, isRefused: false },
      { pauseMs: 500, dropLease: false, isRefused: false },
    ],
    'a server that cannot be reached twice: another link may name another one',
  );
  t.throws(() => before.afterFault(cut, false), { code: 'BRIDGE_UPSTREAM_CUT' });

  const begun = started();
  begun.progress();
  let waited = 0;
  t.throws(
    () => {
      for (;;) {
        const { pauseMs } = begun.afterFault(cut, false);
        waited += pauseMs;
        clock.jump(clock.now() + pauseMs);
      }
    },
    { code: 'BRIDGE_UPSTREAM_CUT' },
  );
  t.ok(waited > 50_000 && waited <= 60_000, `a film that has begun is held on to for ${waited} ms`);

  const dead = started();
  t.same(dead.afterFault(link, false), { pauseMs: 0, dropLease: true, isRefused: true });
  t.throws(() => dead.afterFault(link, false), { code: 'BRIDGE_LINK_DEAD', retryAt: clock.now() + 60_000 });

  const beside = started();
  t.same(
    [beside.afterFault(link, false, false), beside.afterFault(link, false, false)].map(
      (one) => one.dropLease,
    ),
    [true, true],
    'a link that another reading has used up is not the one that is made for this one',
  );
  t.throws(() => beside.afterFault(link, false, true), { code: 'BRIDGE_LINK_DEAD' });

  const busy = started();
  t.equal(busy.afterFault(later, false).pauseMs, 1000);
  t.throws(() => busy.afterFault(later, false), {
    code: 'BRIDGE_TOO_MANY_STREAMS',
    retryAt: clock.now() + 180_000,
  });
  t.throws(() => started().afterFault(new TransferFault('changed', 'x'), true), {
    code: 'BRIDGE_UPSTREAM_CHANGED',
  });

  const passing = new BridgeError('BRIDGE_HOST_NOT_READY', { retryAt: clock.now() + 10_000 });
  t.throws(() => started().afterRefusal(passing), passing, 'before the first byte the player is told');
  const film = started();
  film.progress();
  t.same(film.afterRefusal(passing), { pauseMs: 10_000, dropLease: false, isRefused: false });
  t.throws(
    () => film.afterRefusal(new BridgeError('BRIDGE_HOST_FLOOD', { retryAt: clock.now() + 300_000 })),
    { code: 'BRIDGE_HOST_FLOOD' },
  );
  t.throws(() => film.afterRefusal(new BridgeError('BRIDGE_HOST_FILE_GONE')), {
    code: 'BRIDGE_HOST_FILE_GONE',
  });
  t.throws(() => film.afterRefusal(new TypeError('ours')), TypeError);
});
