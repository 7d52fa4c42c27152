import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import t from 'tap';
import type { PlainFields } from '../src/core/log.ts';
import { silentLog } from '../src/core/log.ts';
import { newSigningKey } from '../src/delivery/signature.ts';
import { type Setup, setupListed } from './fixtures/setup.ts';
import { path } from './fixtures/streamed-film.ts';

/*
 * A redirect to a link at hand goes out before the framework looks at its request. Whatever is asked in an ordinary way is
 * asked once more with a query, which only the framework answers: both answers must be the same.
 */

const account = {
  folders: [
    {
      name: 'Films',
      files: [
        { name: 'Un film (2001).mkv', content: { sizeBytes: 1 << 20, seed: 7 } },
        { name: 'Un film (2001).srt', content: Buffer.from('1\n00:00:01,000 --> 00:00:02,000\nOne\n\n') },
      ],
    },
  ],
};

async function playing(t: Parameters<typeof setupListed>[0], env: Record<string, string> = {}) {
  const lines: PlainFields[] = [];
  const log = { ...silentLog, plain: (values: PlainFields) => void lines.push(values) };
  const started = await setupListed(t, {
    env: { PASSERELLE_DELIVERY: 'redirect', ...env },
    simulator: { account },
    log,
  });
  const address = new URL(started.streamUrl(path)).pathname;
  // The link is made, and all ways have been gone.
  for (const query of ['', '?by=framework', '']) await ask(started, 'GET', address + query);
  lines.length = 0;
  return { started, lines, address };
}

/** A whole answer as it came, but for what is another one at each time. */
async function ask({ url }: Setup, method: string, address: string, headers: string[] = []): Promise<string> {
  const { port, host } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  let text = '';
  socket.on('data', (bytes) => {
    text += bytes.toString('latin1');
  });
  const lines = [`${method} ${address} HTTP/1.1`, `host: ${host}`, 'connection: close', ...headers];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  await once(socket, 'close');
  const [head = '', ...body] = text.split('\r\n\r\n');
  const [status, ...rest] = head.split('\r\n').filter((line) => !/^date:/i.test(line));
  return [status, ...rest.map((line) => line.toLowerCase()).sort(), '', ...body].join('\n');
}

const same = (values: PlainFields | undefined) => ({ ...values, ms: 0, url: `${values?.url}`.split('?')[0] });

t.test('what is asked of the framework is answered as before it', async (t) => {
  const { started, lines, address } = await playing(t);
  const [, , id = '', signature = '', name = ''] = address.split('/');
  const stream = (...parts: string[]) => `/stream/${parts.join('/')}`;
  const other = `${signature.slice(0, -1)}${signature.endsWith('A') ? 'B' : 'A'}`;
  const rows: [what: string, status: number, address: string, headers?: string[], method?: string][] = [
    ['a film', 302, address],
    ['a part of it', 302, address, ['range: bytes=100-']],
    ['a range that is none', 302, address, ['range: bytes=9-1']],
    ['one behind its end', 416, address, [`range: bytes=${1 << 20}-`]],
    ['what a player has already', 304, address, ['if-none-match: *']],
    ['what it has not', 412, address, ['if-match: "other"']],
    ['by a proxy', 302, address, ['x-forwarded-for: 203.0.113.7', 'via: 1.1 somebody']],
    ['by a player that is known', 302, address, ['user-agent: Lavf/61.7.100']],
    ['in a trace', 302, address, [`traceparent: 00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`]],
    ['with a body', 302, address, ['content-length: 0']],
    ['under another name', 302, stream(id, signature, 'other.mkv')],
    ['under a name with a slash', 302, stream(id, signature, 'a/b.mkv')],
    ['under a name with an escaped slash', 302, stream(id, signature, 'a%2fb.mkv')],
    ['under a name with a semicolon', 302, stream(id, signature, 'a;b.mkv')],
    ['under a name that is no text', 400, stream(id, signature, '%ff.mkv')],
    ['under a name that is too long', 414, stream(id, signature, 'a'.repeat(8192))],
    ['without a name', 404, stream(id, signature, '')],
    ['with another signature', 404, stream(id, other, name)],
    ['with a shorter one', 404, stream(id, signature.slice(1), name)],
    ['of another file', 404, stream(`${id}0`, signature, name)],
    ['of what is no id', 404, stream('..', signature, name)],
    ['with two slashes', 302, `/${address}`],
    ['with an escaped door', 302, address.replace('/stream', '/%73tream')],
    ['only its head', 200, address, [], 'HEAD'],
    ['with a method that is none of its own', 405, address, [], 'DELETE'],
    ['from another page', 204, address, ['origin: https://example.org'], 'OPTIONS'],
  ];
  for (const [what, status, where, headers = [], method = 'GET'] of rows) {
    lines.length = 0;
    const first = await ask(started, method, where, headers);
    t.equal(Number(first.split(' ')[1]), status, what);
    t.equal(await ask(started, method, `${where}?by=framework`, headers), first, `${what}, by the framework`);
    t.equal(await ask(started, method, where, headers), first, `${what}, by an address that is known`);
    t.equal(lines.length, 3, `${what}: a line each`);
    t.notMatch(JSON.stringify(lines), signature, `${what}: and no key in it`);
    t.same(same(lines[0]), same(lines[1]), `${what}: the same line`);
    t.same(same(lines[2]), same(lines[1]), `${what}: the same line as ever`);
  }
  const recent = await started.bridge.delivery.plays.recent();
  t.ok(
    recent.length > 0 && recent.every(({ requests }) => requests % 3 === 0),
    'all three belong to one play',
  );
});

t.test('an address that led to a film leads nowhere once its key is given up', async (t) => {
  const { started, address } = await playing(t);
  t.match(await ask(started, 'GET', address), /^HTTP\/1\.1 302 /);
  started.bridge.signer.replace([newSigningKey()]);
  const refused = await ask(started, 'GET', address);
  t.match(refused, /^HTTP\/1\.1 404 /);
  t.equal(await ask(started, 'GET', `${address}?by=framework`), refused);
});

t.test('below a path of a reverse proxy as well', async (t) => {
  const { started, address } = await playing(t, { PASSERELLE_BASE_URL: 'http://192.0.2.1:8420/films' });
  const first = await ask(started, 'GET', address);
  t.match(first, /^HTTP\/1\.1 302 /);
  for (const where of [`/films${address}`, `/films${address}?by=framework`])
    t.equal(await ask(started, 'GET', where), first, where.replace(address, '…'));
});

t.test('a subtitle that is wanted as WebVTT is no film', async (t) => {
  const { started } = await playing(t);
  const { pathname } = new URL(started.streamUrl('/Films/Un film (2001).srt'));
  const asked = pathname.replace(/\.srt$/, '.vtt');
  const first = await ask(started, 'GET', asked);
  t.match(first, /^HTTP\/1\.1 200 [\s\S]*WEBVTT/);
  t.equal(await ask(started, 'GET', `${asked}?by=framework`), first);
});

t.test('a subtitle of which nothing is taken for a minute is not sent any more', async (t) => {
  const { started, address } = await playing(t);
  const stalls: { ms: number; end?: () => void }[] = [];
  started.app.server.prependListener('request', (_, response: ServerResponse) => {
    const { setTimeout } = response;
    response.setTimeout = (ms, end) => {
      stalls.push({ ms, ...(end && { end }) });
      return setTimeout.call(response, ms, end);
    };
  });
  const { pathname } = new URL(started.streamUrl('/Films/Un film (2001).srt'));
  const { port, host } = new URL(started.url);
  const client = connect(Number(port), '127.0.0.1');
  client.write(`GET ${pathname.replace(/\.srt$/, '.vtt')} HTTP/1.1\r\nhost: ${host}\r\n\r\n`);
  await once(client, 'data');
  t.match(stalls, [{ ms: 60_000 }]);
  const closed = once(client, 'close');
  stalls[0]?.end?.();
  await closed;
  await ask(started, 'GET', address);
  t.equal(stalls.length, 1, 'a player may pause its film');
});

t.test('what fails inside is told, and whoever asks next is served', async (t) => {
  const { started, address } = await playing(t);
  const { files } = started.bridge.catalog;
  const { cachedById } = files;
  files.cachedById = () => {
    throw new Error('made by a test');
  };
  const failed = await ask(started, 'GET', address);
  t.match(failed, /^HTTP\/1\.1 500 [\s\S]*BRIDGE_INTERNAL/);
  t.equal(await ask(started, 'GET', `${address}?by=framework`), failed);
  files.cachedById = cachedById;
  t.match(await ask(started, 'GET', address), /^HTTP\/1\.1 302 /);
});

t.test('a bridge that stops sends nobody on', async (t) => {
  const { started, address } = await playing(t);
  started.app.stopping.now = true;
  const first = await ask(started, 'GET', address);
  t.match(first, /^HTTP\/1\.1 503 [\s\S]*BRIDGE_STOPPING/);
  t.equal(await ask(started, 'GET', `${address}?by=framework`), first);
});
