import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import t from 'tap';
import { Agent, request } from 'undici';
import { setup } from './fixtures/setup.ts';

/** Clients that ask for much and read nothing: everybody else is served as before. */

const account = {
  folders: Array.from({ length: 4 }, (_, f) => ({
    name: `Films ${f}`,
    files: Array.from({ length: 75 }, (_, n) => ({
      name: `A Film With A Name Of Some Length Number ${f * 75 + n} (${1950 + f}).mkv`,
      content: { sizeBytes: 1000, seed: f * 75 + n },
    })),
  })),
};

const listings = [
  'GET /library.m3u',
  'GET /browse/library/Movies/',
  'GET /strm/Movies/',
  'PROPFIND /dav/library/Movies/',
  'GET /api/v1/review?limit=1000',
];

t.test('200 clients that pipeline listings and read nothing hold nobody up', async (t) => {
  const started = await setup(t, { simulator: { account } });
  await started.sync();
  const { port } = new URL(started.url);
  const { password, adminToken } = started.bridge.secrets;
  const basic = Buffer.from(`${started.bridge.settings.auth.user}:${password}`).toString('base64');
  const asked = (line: string) =>
    `${line} HTTP/1.1\r\nhost: a\r\ndepth: 1\r\nauthorization: ${line.includes('/api/') ? `Bearer ${adminToken}` : `Basic ${basic}`}\r\n\r\n`;
  const sockets: Socket[] = [];
  t.teardown(() => sockets.map((socket) => socket.destroy()));
  const agent = new Agent();
  t.teardown(() => agent.close());
  const attack = async (requests: number) => {
    for (let n = 0; n < 200; n++) {
      const socket = connect(Number(port), '127.0.0.1');
      sockets.push(socket);
      socket.on('error', () => undefined).pause();
      socket.write(asked(listings[n % listings.length] ?? '').repeat(requests));
    }
    const delay = monitorEventLoopDelay({ resolution: 10 });
    delay.enable();
    let worstMs = 0;
    for (let n = 0; n < 40; n++) {
      const before = performance.now();
      const answer = await request(`${started.url}/healthz`, { dispatcher: agent });
      await answer.body.dump();
      if (answer.statusCode !== 200) t.fail(`/healthz answered ${answer.statusCode}`);
      worstMs = Math.max(worstMs, performance.now() - before);
      await wait(10);
    }
    delay.disable();
    return { worstMs: Math.round(worstMs), loopMs: Math.round(delay.max / 1e6) };
  };

  for (const requests of [8, 300]) {
    const before = process.memoryUsage().rss;
    const { worstMs, loopMs } = await attack(requests);
    const grownMb = Math.round((process.memoryUsage().rss - before) / 2 ** 20);
    t.comment(`${requests} requests each: /healthz ${worstMs} ms, the loop ${loopMs} ms, ${grownMb} MB more`);
    // What others do on this machine makes an answer slower, and hardly a turn of the loop.
    t.ok(loopMs < 1000, `no turn of the loop over ${loopMs} ms`);
    t.ok(grownMb < 150, `${grownMb} MB more`);
    for (const socket of sockets.splice(0)) socket.destroy();
    await wait(50);
  }

  const ask = () => request(`${started.url}/library.m3u`, { headers: { authorization: `Basic ${basic}` } });
  let again = await ask();
  for (let tries = 0; tries < 100 && again.statusCode === 429; tries++) {
    await again.body.dump();
    await wait(50);
    again = await ask();
  }
  t.equal(again.statusCode, 200, 'and whoever reads is served when they have gone');
  t.equal((await again.body.text()).split('#EXTINF').length - 1, 300);
});

t.test('one connection may have a few requests waiting, one address some more', async (t) => {
  const started = await setup(t, { simulator: { account: { folders: [] } } });
  const { port } = new URL(started.url);
  const open = (requests: number) => {
    const socket = connect(Number(port), '127.0.0.1');
    t.teardown(() => socket.destroy());
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes;
    });
    socket.on('error', () => undefined);
    socket.write('GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n'.repeat(requests));
    return { socket, answers: () => text.split('HTTP/1.1 200').length - 1 };
  };
  const few = open(8);
  while (few.answers() < 8) await wait(5);
  t.pass('eight at once are answered in order');
  const many = open(500);
  await once(many.socket, 'close');
  t.ok(many.answers() < 500, 'hundreds at once end the connection');
});
