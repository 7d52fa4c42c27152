import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import t from 'tap';
import { request } from 'undici';
import { createHandClock, settle } from './fixtures/hand-clock.ts';
import { passTime } from './fixtures/passing-time.ts';
import { type Setup, setup, sha256 } from './fixtures/setup.ts';
import { expectedBytes } from './simulator/simulator.ts';

const MiB = 1024 * 1024;
const film = { name: 'Un film (2001).mkv', content: { sizeBytes: 24 * MiB + 17, seed: 7 } };
const path = `/Films/${film.name}`;
const account = {
  folders: [{ name: 'Films', files: [film, { name: 'Empty (2002).mkv', content: Buffer.alloc(0) }] }],
};
const whole = expectedBytes(film.content, 0, film.content.sizeBytes);

async function playing(
  t: Parameters<typeof setup>[0],
  env: Record<string, string>,
  simulator = {},
  overrides = {},
): Promise<Setup> {
  const house = await setup(t, { env, simulator: { account, ...simulator }, overrides });
  await house.sync();
  house.simulator.reset();
  return house;
}

const proxy = { PASSERELLE_DELIVERY: 'proxy' };
const redirect = { PASSERELLE_DELIVERY: 'redirect' };

async function read(url: string, headers: Record<string, string> = {}) {
  const answer = await request(url, { headers });
  return {
    status: answer.statusCode,
    headers: answer.headers,
    body: Buffer.from(await answer.body.arrayBuffer()),
  };
}

t.test(
  'the proxy gives the same bytes while the host cuts every third transfer and ends the link twice',
  async (t) => {
    const house = await playing(t, proxy, { expiredAnswer: '410' });
    const { faults, counters } = house.simulator;
    faults.download.cut = { every: 3 };
    // A third of the file a link: two of them end in mid-film.
    faults.download.expireAfterBytes = { bytes: 9 * MiB, cut: true };
    const answer = await read(house.streamUrl(path));
    t.equal(answer.status, 200);
    t.equal(sha256(answer.body), sha256(whole));
    t.equal(counters.tokens, 3, 'one link at the start, and one for each that ended');
    t.ok(counters.downloads > 3, `${counters.downloads} transfers`);
  },
);

t.test('whole files and ranges come as asked, in one transfer each', async (t) => {
  const house = await playing(t, proxy);
  const url = house.streamUrl(path);
  const size = film.content.sizeBytes;
  const cases: [string | undefined, number, number, number][] = [
    [undefined, 200, 0, size],
    ['bytes=0-', 206, 0, size],
    ['bytes=0-0', 206, 0, 1],
    ['bytes=1000-1999', 206, 1000, 2000],
    [`bytes=${size - 5}-`, 206, size - 5, size],
    ['bytes=-7', 206, size - 7, size],
    [`bytes=5-${size * 3}`, 206, 5, size],
    ['bytes=9-1', 200, 0, size],
    ['bytes=0-1,5-6', 200, 0, size],
  ];
  for (const [range, status, start, end] of cases) {
    const answer = await read(url, range ? { range } : {});
    t.equal(answer.status, status, `${range}`);
    t.equal(answer.headers['content-length'], String(end - start), `${range}`);
    t.equal(
      answer.headers['content-range'],
      status === 206 ? `bytes ${start}-${end - 1}/${size}` : undefined,
      `${range}`,
    );
    t.ok(answer.body.equals(whole.subarray(start, end)), `${range} holds the right bytes`);
  }
  t.equal(house.simulator.counters.tokens, 1, 'one link for all of them');
  t.equal(house.simulator.counters.heads, 0, 'the host is never asked by HEAD');
});

t.test('HEAD, 304, 412 and 416 never reach the host', async (t) => {
  const house = await playing(t, proxy);
  const url = house.streamUrl(path);
  const head = await request(url, { method: 'HEAD', headers: { range: 'bytes=5-6' } });
  t.equal(head.statusCode, 200);
  t.match(head.headers, {
    'content-length': String(film.content.sizeBytes),
    'content-type': 'video/x-matroska',
    'accept-ranges': 'bytes',
    'content-disposition': "inline; filename*=UTF-8''Un%20film%20%282001%29.mkv",
  });
  const etag = head.headers.etag as string;
  t.match(etag, /^"[^"]+"$/, 'a strong tag');
  t.equal((await read(url, { 'if-none-match': etag })).status, 304);
  t.equal((await read(url, { 'if-match': '"other"' })).status, 412);
  const beyond = await read(url, { range: `bytes=${film.content.sizeBytes}-` });
  t.equal(beyond.status, 416);
  t.equal(beyond.headers['content-range'], `bytes */${film.content.sizeBytes}`);
  t.equal(JSON.parse(beyond.body.toString()).code, 'BRIDGE_RANGE');
  t.same(house.simulator.counters.calls, {}, 'no call');
  t.equal(house.simulator.counters.downloads, 0);
});

t.test('If-Range with the right tag gives the part, with a wrong one the whole', async (t) => {
  const house = await playing(t, proxy);
  const url = house.streamUrl(path);
  const { etag } = (await request(url, { method: 'HEAD' })).headers as { etag: string };
  t.equal((await read(url, { range: 'bytes=0-3', 'if-range': etag })).status, 206);
  t.equal((await read(url, { range: 'bytes=0-3', 'if-range': '"old"' })).status, 200);
  t.equal((await read(url, { range: 'bytes=0-3', 'if-range': `W/${etag}` })).status, 200);
});

t.test('a redirect leads to the host', async (t) => {
  const house = await playing(t, redirect);
  const url = house.streamUrl(path);
  const first = await request(url, { headers: { 'user-agent': 'Lavf/59.27.100' } });
  t.equal(first.statusCode, 302);
  await first.body.dump();
  t.match(first.headers.location, /^http:\/\/127\.0\.0\.1:\d+\/p\d+$/);
  t.equal(first.headers['cache-control'], 'no-store', 'nothing is known yet of how long links live');
  const second = await request(url, { headers: { 'user-agent': 'VLC/3.0.24' } });
  await second.body.dump();
  t.equal(second.headers.location, first.headers.location, 'one link for both');
  t.equal(second.headers['cache-control'], 'no-store');
  t.equal(house.simulator.counters.tokens, 1);
  const bytes = await request(first.headers.location as string, { headers: { range: 'bytes=10-19' } });
  t.ok(Buffer.from(await bytes.body.arrayBuffer()).equals(whole.subarray(10, 20)));
});

t.test('auto sends home those who come back by themselves, and gives bytes to all others', async (t) => {
  const house = await playing(t, {});
  const url = house.streamUrl(path);
  const status = async (agent: string) => {
    const answer = await request(url, {
      headers: { 'user-agent': agent, range: `bytes=${12 * MiB}-${12 * MiB + 9}` },
    });
    await answer.body.dump();
    return answer.statusCode;
  };
  for (const agent of ['Lavf/60.16.100', 'libmpv', 'rclone/v1.60.1', 'Dalvik ExoPlayerLib/2.19'])
    t.equal(await status(agent), 302, agent);
  for (const agent of ['VLC/3.0.24 LibVLC/3.0.24', 'Kodi/20.1', 'Mozilla/5.0', 'Jellyfin-Server/12.0.0', ''])
    t.equal(await status(agent), 206, agent);
});

t.test('who comes at the same time shares one call for a link', async (t) => {
  const house = await playing(t, proxy);
  const url = house.streamUrl(path);
  const answers = await Promise.all(Array.from({ length: 8 }, () => read(url, { range: 'bytes=100-199' })));
  t.ok(answers.every(({ status, body }) => status === 206 && body.equals(whole.subarray(100, 200))));
  t.equal(house.simulator.counters.tokens, 1);
});

t.test('a link that the host refuses is dropped and asked for once more', async (t) => {
  for (const form of ['404', '410', '403-html', '200-html', '302-html'] as const) {
    const house = await playing(t, proxy);
    house.simulator.faults.download.dead = { form, times: 1 };
    const answer = await read(house.streamUrl(path), { range: 'bytes=3-8' });
    t.equal(answer.status, 206, form);
    t.ok(answer.body.equals(whole.subarray(3, 9)), form);
    t.equal(house.simulator.counters.tokens, 2, form);
    await house.close();
  }
});

t.test('when the new link is refused too, the player gets 503 and no third call is spent', async (t) => {
  const house = await playing(t, proxy);
  house.simulator.faults.download.dead = { form: '404' };
  const answer = await read(house.streamUrl(path));
  t.equal(answer.status, 503);
  t.equal(JSON.parse(answer.body.toString()).code, 'BRIDGE_LINK_DEAD');
  t.ok(Number(answer.headers['retry-after']) > 0);
  t.equal(house.simulator.counters.tokens, 2);
});

t.test('a host that stalls, sends another range or ignores the range costs the player nothing', async (t) => {
  const house = await playing(t, { ...proxy, PASSERELLE_STALL_MS: '150' });
  const url = house.streamUrl(path);
  house.simulator.faults.download.stall = { afterBytes: 100_000, times: 1 };
  t.ok((await read(url)).body.equals(whole), 'after a stall');
  house.simulator.faults.download.stall = undefined as never;
  for (const kind of ['other', 'whole'] as const) {
    house.simulator.faults.download.wrongRange = { kind, times: 1 };
    const answer = await read(url, { range: 'bytes=5000-5999' });
    t.ok(answer.body.equals(whole.subarray(5000, 6000)), kind);
  }
});

t.test('a file of another size at the host is refused instead of mixed', async (t) => {
  const house = await playing(t, proxy);
  house.simulator.faults.download.wrongTotal = { byBytes: 1 };
  const answer = await read(house.streamUrl(path), { range: 'bytes=5000-5999' });
  t.equal(answer.status, 502);
  t.equal(JSON.parse(answer.body.toString()).code, 'BRIDGE_UPSTREAM_CHANGED');
});

t.test(
  'a host that cuts without progress is given up after the tries, and the body ends short',
  async (t) => {
    const house = await playing(t, { ...proxy, PASSERELLE_DELIVERY_TRIES: '2' });
    house.simulator.faults.download.cut = { every: 1, atByte: 0 };
    const answer = await read(house.streamUrl(path)).catch((error: Error) => error);
    // Cut before the first byte of the body: the headers may or may not have gone out.
    if (answer instanceof Error) t.match(answer.message, /other side closed|terminated|aborted/);
    else t.equal(answer.status, 502);
    t.ok(house.simulator.counters.downloads <= 4);
  },
);

t.test('when the player leaves, the connection to the host is closed at once', async (t) => {
  const house = await playing(t, proxy);
  // In mid-film: a beginning is asked for in steps.
  const client = httpRequest(house.streamUrl(path), { headers: { range: `bytes=${11 * MiB}-` } });
  client.end();
  const [answer] = (await once(client, 'response')) as [import('node:http').IncomingMessage];
  await once(answer, 'readable');
  t.equal(house.simulator.counters.connectionsNow, 1);
  t.equal(house.bridge.reader.running(), 1);
  client.destroy();
  for (let turn = 0; turn < 2000 && house.simulator.counters.connectionsNow > 0; turn++) await settle(1);
  t.equal(house.simulator.counters.connectionsNow, 0);
  t.equal(house.bridge.reader.running(), 0);
});

t.test('a player that does not read makes the host wait', async (t) => {
  const house = await playing(t, proxy, {
    account: {
      folders: [{ name: 'Films', files: [{ ...film, content: { sizeBytes: 512 * MiB, seed: 7 } }] }],
    },
  });
  const client = httpRequest(house.streamUrl(path));
  client.end();
  await once(client, 'response');
  let before = -1;
  // Until nothing moves any more: what is sent fits into the buffers on the way.
  for (let still = 0; still < 200; still++) {
    await settle(1);
    if (house.simulator.counters.bytesSent !== before) still = 0;
    before = house.simulator.counters.bytesSent;
  }
  t.ok(before < 64 * MiB, `${before} bytes were sent`);
  client.destroy();
});

t.test(
  'while the host is locked, a living link still plays and a new film gets a true Retry-After',
  async (t) => {
    const other = { name: 'Autre (2003).mkv', content: { sizeBytes: 1000, seed: 9 } };
    const house = await playing(t, proxy, {
      account: { folders: [{ name: 'Films', files: [film, other] }] },
    });
    t.equal((await read(house.streamUrl(path), { range: 'bytes=0-9' })).status, 206);
    house.simulator.faults.answer({ is: 'flood', lockMs: 300_000, verb: 'download/get_token' });
    const refused = await read(house.streamUrl(`/Films/${other.name}`));
    t.equal(refused.status, 503);
    t.ok(Number(refused.headers['retry-after']) >= 299, `${refused.headers['retry-after']}`);
    const calls = house.simulator.counters.requests.length;
    t.equal((await read(house.streamUrl(`/Films/${other.name}`))).status, 503);
    t.equal(house.simulator.counters.requests.length, calls, 'nobody polls a locked host');
    t.equal(
      (await read(house.streamUrl(path), { range: 'bytes=20-29' })).status,
      206,
      'the other film goes on',
    );
  },
);

t.test('players that leave before the host has answered leave nothing behind', async (t) => {
  const house = await playing(t, { ...proxy, PASSERELLE_VIEWER_CONNECTIONS: '20' });
  const url = house.streamUrl(path);
  await read(url, { range: 'bytes=0-0' });
  house.simulator.faults.download.firstByteMs = 60_000;
  const leaving = Array.from({ length: 15 }, () => {
    const client = httpRequest(url);
    client.on('error', () => undefined);
    client.end();
    return client;
  });
  while (house.simulator.counters.connectionsNow < 15) await settle(1);
  for (const client of leaving) client.destroy();
  while (house.simulator.counters.connectionsNow > 0) await settle(1);
  t.equal(house.bridge.reader.running(), 0);
});

t.test('a dead file costs two links, however often it is asked for', async (t) => {
  const house = await playing(t, proxy);
  house.simulator.faults.download.dead = { form: '403-html' };
  for (let n = 0; n < 10; n++) t.equal((await read(house.streamUrl(path))).status, 503);
  t.equal(house.simulator.counters.tokens, 2);
});

t.test('a fault of the API in mid-film, when a new link is due, is put up with', async (t) => {
  for (const fault of [{ is: 'reset' }, { is: 'halfBody' }] as const) {
    const clock = createHandClock();
    const house = await playing(t, proxy, { clock }, { clock });
    const { simulator } = house;
    simulator.faults.download.expireAfterBytes = { bytes: 9 * MiB, cut: true };
    simulator.faults.answer({ ...fault, verb: 'download/get_token', skip: 1 });
    const { value, waitedMs } = await passTime(read(house.streamUrl(path)), { clock, simulator });
    t.equal(sha256(value.body), sha256(whole), fault.is);
    t.ok(waitedMs < 15_000, `${waitedMs} ms without a byte`);
    await house.close();
  }
});

t.test('a download server that is gone is left for another one', async (t) => {
  const house = await playing(t, proxy);
  const { id } = house.simulator.account.file(path);
  const gone = {
    fileId: id,
    url: 'http://127.0.0.1:9/p123456',
    issuedAt: Date.now(),
    firstUsedAt: Date.now(),
  };
  await house.bridge.catalog.leases.put(gone);
  const answer = await read(house.streamUrl(path), { range: 'bytes=7-9' });
  t.equal(answer.status, 206);
  t.ok(answer.body.equals(whole.subarray(7, 10)));
  t.equal(house.simulator.counters.tokens, 1);
});

t.test('what is not the file never reaches the player as film', async (t) => {
  const { createServer } = await import('node:http');
  const answers: [string, number, Record<string, string>, string][] = [
    ['JSON without a length', 200, { 'content-type': 'application/json' }, '{"status":"KO"}'],
    ['text without a length', 200, { 'content-type': 'text/plain' }, 'Sorry'],
    ['bytes without a length and a name', 200, { 'content-type': 'application/octet-stream' }, 'Sorry'],
    ['a coded part', 206, { 'content-encoding': 'gzip', 'content-range': 'bytes 0-9/25165841' }, 'coded'],
    [
      'a coded whole',
      200,
      { 'content-encoding': 'gzip', 'content-disposition': 'attachment; filename="x"' },
      'coded',
    ],
  ];
  const house = await playing(t, proxy);
  const { id } = house.simulator.account.file(path);
  for (const [what, status, headers, body] of answers) {
    let asked = 0;
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
    await house.bridge.broker.drop(id, house.bridge.broker.atHand(id)?.url ?? '');
    await house.bridge.catalog.leases.put(lease);
    const answer = await read(house.streamUrl(path), { range: 'bytes=0-9' });
    t.ok(asked > 0, `${what}: was asked`);
    t.ok(answer.body.equals(whole.subarray(0, 10)), what);
    odd.close();
  }
});

t.test('who leaves while a link is being made leaves it for the next', async (t) => {
  const house = await playing(t, proxy);
  const url = house.streamUrl(path);
  house.simulator.faults.answer({ is: 'slow', ms: 150, verb: 'download/get_token' });
  const client = httpRequest(url);
  client.on('error', () => undefined);
  client.end();
  while (house.simulator.counters.callsNow < 1) await settle(1);
  client.destroy();
  t.equal((await read(url, { range: 'bytes=0-9' })).status, 206);
  t.equal(house.simulator.counters.tokens, 1);
});

t.test(
  'an error answer says nothing of the film, and the log nothing of the signature however it is escaped',
  async (t) => {
    const lines: string[] = [];
    const note = (values: object, words: string) => void lines.push(JSON.stringify({ ...values, words }));
    const house = await setup(t, {
      env: proxy,
      simulator: { account },
      log: { debug: note, info: note, warn: note, error: note, plain: note },
    });
    await house.sync();
    house.simulator.faults.download.wrongTotal = { byBytes: 1 };
    const url = new URL(house.streamUrl(path));
    const answer = await read(url.href, { range: 'bytes=5-9' });
    t.equal(answer.status, 502);
    for (const name of ['etag', 'last-modified', 'content-range', 'content-disposition', 'accept-ranges'])
      t.equal(answer.headers[name], undefined, name);
    const signature = url.pathname.split('/')[3] as string;
    await read(`${url.origin}${url.pathname.replace('/stream', '/%73tream')}`);
    await read(`${url.origin}/stream%2F${url.pathname.slice(8)}`);
    t.ok(lines.length > 4);
    t.notMatch(lines.join('\n'), new RegExp(signature));
  },
);

t.test('an empty file is an empty answer, without the host', async (t) => {
  const house = await playing(t, proxy);
  const url = house.streamUrl('/Films/Empty (2002).mkv');
  const answer = await read(url);
  t.same([answer.status, answer.headers['content-length'], answer.body.length], [200, '0', 0]);
  t.equal((await read(url, { range: 'bytes=0-' })).status, 416);
  t.equal(house.simulator.counters.tokens, 0);
});

t.test('bad input gets the right status, our error shape and never a stack', async (t) => {
  const house = await playing(t, proxy);
  const good = new URL(house.streamUrl(path));
  const [, , id, signature] = good.pathname.split('/') as [string, string, string, string];
  const raw = (head: string): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect(Number(good.port), good.hostname, () => socket.write(head));
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk;
      });
      // A server that refuses may close before it has read everything.
      socket.on('close', () => resolve(text)).on('error', () => undefined);
    });
  const ask = (target: string, extra = '', method = 'GET', body = '') =>
    raw(`${method} ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${extra}\r\n${body}`);
  const cases: [string, Promise<string>, number, string?][] = [
    ['a wrong signature', ask(`/stream/${id}/${'A'.repeat(signature.length)}/x.mkv`), 404],
    ['a short signature', ask(`/stream/${id}/A/x.mkv`), 404],
    ['no name', ask(`/stream/${id}/${signature}/`), 404],
    ['no signature', ask(`/stream/${id}/x.mkv`), 404],
    ['an unknown id', ask(`/stream/zzzzzzzzzzzzzzzzzzzz/${signature}/x.mkv`), 404],
    ['an id of another form', ask(`/stream/..%2F..%2Fetc/${signature}/x.mkv`), 404],
    ['a broken escape', ask(`/stream/${id}/${signature}/%zz.mkv`), 400],
    ['a broken escape in UTF-8', ask('/strm/%ff%fe'), 400],
    ['a NUL in the name', ask(`/stream/${id}/${signature}/a%00b.mkv`, 'Range: bytes=0-0\r\n'), 206],
    ['a NUL in an id', ask(`/stream/%00/${signature}/b.mkv`), 404],
    ['a raw NUL', ask(`/stream/\0/${signature}/b.mkv`), 400],
    ['a 10 KB path', ask(`/stream/${'a'.repeat(10_000)}`), 414],
    ['a 20 KB path', ask(`/stream/${'a'.repeat(20_000)}`), 431],
    ['a reversed range', ask(good.pathname, 'Range: bytes=9-1\r\n', 'HEAD'), 200],
    [
      '500 ranges',
      ask(
        good.pathname,
        `Range: bytes=${Array.from({ length: 500 }, (_, n) => `${n}-${n}`).join(',')}\r\n`,
        'HEAD',
      ),
      200,
    ],
    ['huge numbers', ask(good.pathname, `Range: bytes=${'9'.repeat(100)}-\r\n`), 416],
    ['another unit', ask(good.pathname, 'Range: lines=1-2\r\n', 'HEAD'), 200],
    ['a body on GET', ask(good.pathname, 'Content-Length: 5\r\nRange: bytes=0-0\r\n', 'GET', 'hello'), 206],
    ['POST', ask(good.pathname, 'Content-Length: 0\r\n', 'POST'), 405],
    ['DELETE', ask(good.pathname, '', 'DELETE'), 405],
    ['an unknown method', ask(good.pathname, '', 'BREW'), 400],
    ['no such address', ask('/nothing/here'), 404],
    ['dots in an address', ask('/../../etc/passwd'), 404],
    ['a listing without a password', ask('/strm/'), 401],
  ];
  for (const [what, answer, status] of cases) {
    const text = await answer;
    t.equal(Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]), status, what);
    t.notMatch(text, / at .*\.ts|node_modules|Error:/, `${what}: no stack`);
    if (status >= 400 && !text.startsWith('HTTP/1.1 400') && status !== 431)
      t.match(text, /"code":"BRIDGE_/, `${what}: our shape`);
  }
  const wrong = await ask(`/stream/${id}/${'A'.repeat(signature.length)}/x.mkv`);
  const unknown = await ask(`/stream/zzzzzzzzzzzzzzzzzzzz/${signature}/x.mkv`);
  const body = (text: string) => text.slice(text.indexOf('\r\n\r\n'));
  t.equal(body(wrong), body(unknown), 'a wrong signature and an unknown file look the same');
});

t.test('files of any name play by their STRM address', async (t) => {
  const names = [
    '100 % pur (2001).mkv',
    'a#b (2001).mkv',
    'a&b=c (2001).mkv',
    'a+b (2001).mkv',
    "l'été “là” (2001).mkv",
    'ａ＂ｂ (2001).mkv',
    '🎬 film 🍿 (2001).mkv',
    'שלום עולם (2001).mkv',
    'a|b (2001).mkv',
    'liste.m3u.m3u8 (2001).mkv',
    `${'é'.repeat(120)}.mkv`,
    'a;b,c (2001).mkv',
    '%2e%2e%2f.mkv',
  ];
  const house = await playing(t, proxy, {
    account: {
      folders: [
        { name: 'Films', files: names.map((name, seed) => ({ name, content: { sizeBytes: 100, seed } })) },
      ],
    },
  });
  for (const [seed, name] of names.entries()) {
    const url = house.streamUrl(`/Films/${name}`);
    t.notMatch(url.slice(10), /["|#?\\ ]|\.m3u/, name);
    const answer = await read(url);
    t.equal(answer.status, 200, name);
    t.ok(answer.body.equals(expectedBytes({ sizeBytes: 100, seed }, 0, 100)), name);
    t.match(answer.headers['content-disposition'], /^inline; filename\*=UTF-8''[\w%.~-]+$/, name);
  }
});

t.test('links, signatures and keys never stand in the log or in an answer', async (t) => {
  const lines: string[] = [];
  const note = (values: object, words: string) =>
    void lines.push(
      JSON.stringify({ words, ...values }, (_key, value) =>
        value instanceof Error ? { ...value, text: value.stack } : value,
      ),
    );
  const house = await setup(t, {
    env: proxy,
    simulator: { account },
    log: { debug: note, info: note, warn: note, error: note, plain: note },
  });
  await house.sync();
  const url = house.streamUrl(path);
  house.simulator.faults.download.cut = { every: 2 };
  await read(url);
  house.simulator.faults.download.dead = { form: '404' };
  house.simulator.expireLinks();
  // The beginning is kept here by now.
  const refused = await read(url, { range: `bytes=${12 * MiB}-` });
  const text = lines.join('\n') + refused.body.toString();
  t.ok(lines.length > 5);
  t.notMatch(text, /\/p\d{5,}/, 'no direct link');
  t.notMatch(text, new RegExp(house.simulator.apiKey), 'no key');
  t.notMatch(text, new RegExp(new URL(url).pathname.split('/')[3] as string), 'no signature');
});
