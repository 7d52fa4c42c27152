import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import t from 'tap';
import { Agent, request } from 'undici';
import { endWhenStalled } from '../plugins/gateway/places.ts';
import { nodeWith } from './fixtures/bridge-process.ts';
import type { Arrived } from './fixtures/fake-media-server.ts';
import { itemId, setupGateway } from './fixtures/gateway.ts';

/** Apps that ask the gateway for much at once: those that read wait for each other, those that do not hold nobody up. */

let answer: (asked: Arrived, response: ServerResponse) => void = (_asked, response) => void response.end();
const one = await setupGateway(t as never, (asked, response) => answer(asked, response));
const { gatewayUrl } = one;
const { port } = new URL(gatewayUrl);
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

t.test('hundreds of pictures at once from one address are all answered, some after others', async (t) => {
  const held: ServerResponse[] = [];
  let most = 0;
  answer = (_asked, response) => {
    held.push(response);
    most = Math.max(most, held.length);
  };
  const dispatcher = new Agent({ connections: null });
  t.teardown(() => dispatcher.close());
  const all = Array.from({ length: 500 }, (_, at) =>
    request(`${gatewayUrl}/Items/${at}/Images/Primary`, { dispatcher }).then(async ({ statusCode, body }) => {
      await body.dump();
      return statusCode;
    }),
  );
  while (held.length < 128) await turn();
  const stream = `${gatewayUrl}/Videos/${itemId}/hls1/main/0.ts`;
  const beside = request(stream, { dispatcher });
  while (held.length < 129) await turn();
  held.pop()?.end('a piece');
  t.equal(await (await beside).body.text(), 'a piece', 'a film that runs waits for none of them');
  const answered = Promise.all(all);
  const over = answered.then(() => true);
  while (!(await Promise.race([over, turn().then(() => false)]))) held.shift()?.end('picture');
  t.strictSame(new Set(await answered), new Set([200]));
  t.ok(most <= 129, `${most} at the server at one time`);
});

t.test('who leaves while waiting gives up a place, and only thousands are refused', async (t) => {
  let asked = 0;
  const held: ServerResponse[] = [];
  answer = (_asked, response) => {
    asked += 1;
    held.push(response);
  };
  const sockets = Array.from({ length: 300 }, () => {
    const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined);
    socket.resume().write('GET /Users HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(8));
    return socket;
  });
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
  });
  while (asked < 128) await turn();
  let refused = '';
  while (refused === '') {
    const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined);
    sockets.push(socket);
    socket.on('data', (bytes) => {
      refused += bytes;
    });
    socket.write('GET /Users HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(socket, 'connect');
  }
  t.match(refused, /^HTTP\/1\.1 429 .*retry-after: 1/is);
  t.equal(asked, 128);
  for (const socket of sockets) socket.destroy();
  answer = (_asked, response) => void response.end('ok');
  let status = 429;
  while (status === 429) {
    const back = await request(`${gatewayUrl}/Users`);
    await back.body.dump();
    status = back.statusCode;
  }
  t.equal(status, 200, 'and when they have gone everybody is served');
});

t.test('clients that pipeline lists and pictures and read nothing hold nobody else up', async (t) => {
  const list = Buffer.from(
    `{"Items":[${'{"Name":"A film of some length","Path":"/a/b"},'.repeat(20_000)}0]}`,
  );
  answer = ({ url }, response) => {
    if (url === '/healthz') return void response.end('ok');
    const type = url.includes('Images') ? 'image/jpeg' : 'application/json';
    response.writeHead(200, { 'content-type': type, 'content-length': list.length }).end(list);
  };
  const lines = ['/Items', `/Items/${itemId}/Images/Primary`, `/Videos/${itemId}/hls1/main/0.ts`];
  const words = lines.map((path) => `GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`);
  for (const requests of [8, 300]) {
    const before = process.memoryUsage().rss;
    const fixture = join(import.meta.dirname, 'fixtures', 'greedy-clients.ts');
    const delay = monitorEventLoopDelay({ resolution: 10 });
    delay.enable();
    const greedy = spawn(
      ...nodeWith([fixture, port, '200', `${requests}`, JSON.stringify(words), '127.0.0.9']),
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );
    t.teardown(() => greedy.kill('SIGKILL'));
    const gone = once(greedy, 'exit');
    const [slowest] = await Promise.race([once(greedy.stdout, 'data'), gone]);
    delay.disable();
    const loopMs = Math.round(delay.max / 1e6);
    const grownMb = Math.round((process.memoryUsage().rss - before) / 2 ** 20);
    t.comment(`${requests} each: ${`${slowest}`.trim()} ms, the loop ${loopMs} ms, ${grownMb} MB more`);
    t.ok(loopMs < 1000, `no turn of the loop over ${loopMs} ms`);
    t.ok(grownMb < 150, `${grownMb} MB more`);
    greedy.stdin.end();
    t.same(await gone, [0, null], 'all that others asked was answered');
  }
});

t.test('one address has a few hundred WebSockets open, and others have theirs', async (t) => {
  let open = 0;
  one.origin.server.removeAllListeners('upgrade');
  one.origin.server.on('upgrade', (_asked, socket) => {
    open += 1;
    socket
      .on('error', () => undefined)
      .once('close', () => {
        open -= 1;
      });
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
    socket.resume().on('end', () => socket.end());
  });
  const say = async (from: string) => {
    const socket = connect({ port: Number(port), host: '127.0.0.1', localAddress: from });
    t.teardown(() => socket.destroy());
    socket.write('GET /socket HTTP/1.1\r\nHost: g\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    const [head] = await once(socket, 'data');
    return { socket, status: Number(/^HTTP\/1\.1 (\d+)/.exec(String(head))?.[1]) };
  };
  const all = await Promise.all(Array.from({ length: 300 }, () => say('127.0.0.9')));
  const statuses = all.map(({ status }) => status).sort();
  t.strictSame([statuses.lastIndexOf(101) + 1, statuses.length - statuses.indexOf(429)], [256, 44]);
  t.equal((await say('127.0.0.8')).status, 101);
  for (const { socket } of all) socket.destroy();
  while (open > 1) await turn();
  t.equal((await say('127.0.0.9')).status, 101, 'and again when they have gone');
});

t.test('an answer that nobody takes is ended, and one that lets wait for itself is not', async (t) => {
  const later: ServerResponse[] = [];
  const server = createServer((asked, response) => {
    endWhenStalled(response, 50);
    if (asked.url === '/later') later.push(response.writeHead(200));
    else response.end(Buffer.alloc(64 << 20));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const { port } = server.address() as { port: number };
  const patient = connect(port, '127.0.0.1');
  patient.write('GET /later HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  const still = connect(port, '127.0.0.1').pause();
  const [lost] = (await Promise.all([
    once(server, 'connection').then(() => once(server, 'request')),
    still.write('GET /now HTTP/1.1\r\nHost: a\r\n\r\n'),
  ]).then(([[, response]]) => [response])) as [ServerResponse];
  await once(lost.req.url === '/now' ? lost : (await once(server, 'request'))[1], 'close');
  t.pass('who takes nothing is let go');
  later[0]?.end('here it is');
  let got = '';
  for await (const bytes of patient) got += bytes;
  t.match(got, /here it is/, 'and who waits gets it');
  still.destroy();
});
