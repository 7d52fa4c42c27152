import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import t from 'tap';
import { request } from 'undici';
import { settle } from './fixtures/hand-clock.ts';
import { proxy, redirect } from './fixtures/listed.ts';
import { film, MiB, path, playing, read, whole } from './fixtures/streamed-film.ts';

/** What players get for what they ask, however oddly, and what is left behind when they go. */

t.test('whole files and ranges come as asked, in one transfer each', async (t) => {
  const started = await playing(t, proxy);
  const url = started.streamUrl(path);
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
  t.equal(started.simulator.counters.tokens, 1, 'one link for all of them');
  t.equal(started.simulator.counters.heads, 0, 'the host is never asked by HEAD');
});

t.test('HEAD, 304, 412 and 416 never reach the host', async (t) => {
  const started = await playing(t, proxy);
  const url = started.streamUrl(path);
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
  t.same(started.simulator.counters.calls, {}, 'no call');
  t.equal(started.simulator.counters.downloads, 0);
});

t.test('If-Range with the right tag gives the part, with a wrong one the whole', async (t) => {
  const started = await playing(t, proxy);
  const url = started.streamUrl(path);
  const { etag } = (await request(url, { method: 'HEAD' })).headers as { etag: string };
  t.equal((await read(url, { range: 'bytes=0-3', 'if-range': etag })).status, 206);
  t.equal((await read(url, { range: 'bytes=0-3', 'if-range': '"old"' })).status, 200);
  t.equal((await read(url, { range: 'bytes=0-3', 'if-range': `W/${etag}` })).status, 200);
});

t.test('a redirect leads to the host', async (t) => {
  const started = await playing(t, redirect);
  const url = started.streamUrl(path);
  const first = await request(url, { headers: { 'user-agent': 'Lavf/59.27.100' } });
  t.equal(first.statusCode, 302);
  await first.body.dump();
  t.match(first.headers.location, /^http:\/\/127\.0\.0\.1:\d+\/p\d+$/);
  t.equal(first.headers['cache-control'], 'no-store', 'nothing is known yet of how long links live');
  const second = await request(url, { headers: { 'user-agent': 'VLC/3.0.24' } });
  await second.body.dump();
  t.equal(second.headers.location, first.headers.location, 'one link for both');
  t.equal(second.headers['cache-control'], 'no-store');
  t.equal(started.simulator.counters.tokens, 1);
  const bytes = await request(first.headers.location as string, { headers: { range: 'bytes=10-19' } });
  t.ok(Buffer.from(await bytes.body.arrayBuffer()).equals(whole.subarray(10, 20)));
});

t.test('auto sends home those who come back by themselves, and gives bytes to all others', async (t) => {
  const started = await playing(t, {});
  const url = started.streamUrl(path);
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
  const started = await playing(t, proxy);
  const url = started.streamUrl(path);
  const answers = await Promise.all(Array.from({ length: 8 }, () => read(url, { range: 'bytes=100-199' })));
  t.ok(answers.every(({ status, body }) => status === 206 && body.equals(whole.subarray(100, 200))));
  t.equal(started.simulator.counters.tokens, 1);
});

t.test('when the player leaves, the connection to the host is closed at once', async (t) => {
  const started = await playing(t, proxy);
  // In mid-film: a beginning is asked for in steps.
  const client = httpRequest(started.streamUrl(path), { headers: { range: `bytes=${11 * MiB}-` } });
  client.end();
  const [answer] = (await once(client, 'response')) as [import('node:http').IncomingMessage];
  await once(answer, 'readable');
  t.equal(started.simulator.counters.connectionsNow, 1);
  t.equal(started.bridge.delivery.reader.running(), 1);
  client.destroy();
  for (let turn = 0; turn < 2000 && started.simulator.counters.connectionsNow > 0; turn++) await settle(1);
  t.equal(started.simulator.counters.connectionsNow, 0);
  t.equal(started.bridge.delivery.reader.running(), 0);
});

t.test('a player that does not read makes the host wait', async (t) => {
  const started = await playing(t, proxy, {
    account: {
      folders: [{ name: 'Films', files: [{ ...film, content: { sizeBytes: 512 * MiB, seed: 7 } }] }],
    },
  });
  const client = httpRequest(started.streamUrl(path));
  client.end();
  await once(client, 'response');
  let before = -1;
  // Until nothing moves any more: what is sent fits into the buffers on the way.
  for (let still = 0; still < 200; still++) {
    await settle(1);
    if (started.simulator.counters.bytesSent !== before) still = 0;
    before = started.simulator.counters.bytesSent;
  }
  t.ok(before < 64 * MiB, `${before} bytes were sent`);
  client.destroy();
});

t.test('players that leave before the host has answered leave nothing behind', async (t) => {
  const started = await playing(t, { ...proxy, PASSERELLE_VIEWER_CONNECTIONS: '20' });
  const url = started.streamUrl(path);
  await read(url, { range: 'bytes=0-0' });
  started.simulator.faults.download.firstByteMs = 60_000;
  const leaving = Array.from({ length: 15 }, () => {
    const client = httpRequest(url);
    client.on('error', () => undefined);
    client.end();
    return client;
  });
  while (started.simulator.counters.connectionsNow < 15) await settle(1);
  for (const client of leaving) client.destroy();
  while (started.simulator.counters.connectionsNow > 0) await settle(1);
  t.equal(started.bridge.delivery.reader.running(), 0);
});

t.test('who leaves while a link is being made leaves it for the next', async (t) => {
  const started = await playing(t, proxy);
  const url = started.streamUrl(path);
  started.simulator.faults.answer({ is: 'slow', ms: 150, verb: 'download/get_token' });
  const client = httpRequest(url);
  client.on('error', () => undefined);
  client.end();
  while (started.simulator.counters.callsNow < 1) await settle(1);
  client.destroy();
  t.equal((await read(url, { range: 'bytes=0-9' })).status, 206);
  t.equal(started.simulator.counters.tokens, 1);
});

t.test('an empty file is an empty answer, without the host', async (t) => {
  const started = await playing(t, proxy);
  const url = started.streamUrl('/Films/Empty (2002).mkv');
  const answer = await read(url);
  t.same([answer.status, answer.headers['content-length'], answer.body.length], [200, '0', 0]);
  t.equal((await read(url, { range: 'bytes=0-' })).status, 416);
  t.equal(started.simulator.counters.tokens, 0);
});

t.test('bad input gets the right status, our error shape and never a stack', async (t) => {
  const started = await playing(t, proxy);
  const good = new URL(started.streamUrl(path));
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
