import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import t from 'tap';
import { request } from 'undici';
import { nodeWith } from './fixtures/bridge-process.ts';
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
  const asked = listings.map((line) => {
    const authorization = line.includes('/api/') ? `Bearer ${adminToken}` : `Basic ${basic}`;
    return `${line} HTTP/1.1\r\nhost: a\r\ndepth: 1\r\nauthorization: ${authorization}\r\n\r\n`;
  });

  for (const requests of [8, 300]) {
    const before = process.memoryUsage().rss;
    const words = [join(import.meta.dirname, 'fixtures', 'greedy-clients.ts'), port, '200', `${requests}`];
    const delay = monitorEventLoopDelay({ resolution: 10 });
    delay.enable();
    const greedy = spawn(...nodeWith([...words, JSON.stringify(asked)]), {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    t.teardown(() => greedy.kill('SIGKILL'));
    const gone = once(greedy, 'exit');
    const [slowest] = await Promise.race([once(greedy.stdout, 'data'), gone]);
    delay.disable();
    const loopMs = Math.round(delay.max / 1e6);
    const grownMb = Math.round((process.memoryUsage().rss - before) / 2 ** 20);
    t.comment(
      `${requests} requests each: /healthz ${`${slowest}`.trim()} ms, the loop ${loopMs} ms, ${grownMb} MB more`,
    );
    // What others do on this machine makes an answer slower, and hardly a turn of the loop.
    t.ok(loopMs < 1000, `no turn of the loop over ${loopMs} ms`);
    t.ok(grownMb < 150, `${grownMb} MB more`);
    greedy.stdin.end();
    t.same(await gone, [0, null], 'all that others asked was answered');
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
    const send = (count: number, more = '') =>
      socket.write(`GET /healthz HTTP/1.1\r\nhost: a\r\n${more}\r\n`.repeat(count));
    send(requests);
    return { socket, send, answers: (status = 200) => text.split(`HTTP/1.1 ${status}`).length - 1 };
  };
  const few = open(8);
  while (few.answers() < 8) await wait(5);
  t.pass('eight at once are answered in order');
  const many = open(500);
  await once(many.socket, 'close');
  t.ok(many.answers() < 500, 'hundreds at once end the connection');
  const refused = open(0);
  // Node answers these by itself, before anybody here is asked.
  refused.send(50, 'expect: something\r\n');
  while (refused.answers(417) < 50) await wait(5);
  refused.send(40);
  await once(refused.socket, 'close');
  t.ok(refused.answers() < 40, 'and what Node refuses by itself gives nobody more');
});
