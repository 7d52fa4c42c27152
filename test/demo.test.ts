import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { request } from 'undici';
import { readOptions } from './demo/options.ts';
import { cleanEnv, freePort, nodeWith } from './fixtures/bridge-process.ts';
import { run } from './fixtures/run.ts';
import { readSimulatorRun, simulatorHelp } from './simulator/options.ts';

const main = join(import.meta.dirname, 'demo', 'main.ts');

/** The demo to its end. */
const demo = (...args: string[]) => run(...nodeWith([main, ...args]), { env: cleanEnv() });

t.test('what may be asked of the demo', async (t) => {
  const rows: [string[], object][] = [
    [[], { help: false, check: false }],
    [['--help'], { help: true, check: false }],
    [['-h'], { help: true, check: false }],
    [['--check', '--port', '9000'], { help: false, check: true, port: 9000 }],
    [['--port=9000'], { help: false, check: false, port: 9000 }],
    [['--port', '0'], { wrong: /--port must be a number from 1 to 65535, not 0/ }],
    [['--port', 'x'], { wrong: /not x/ }],
    [['--port'], { wrong: /--port/ }],
    [['--chek'], { wrong: /--chek/ }],
    [['films'], { wrong: /films/ }],
  ];
  for (const [args, expected] of rows) t.match(readOptions(args), expected, args.join(' '));
});

t.test('help is printed and nothing started; what is not known is refused', async (t) => {
  const helped = await demo('--help');
  t.equal(helped.code, 0);
  t.match(helped.stdout, /--port N.*--check/s);
  t.notMatch(helped.stdout, /Ctrl-C ends it/);
  const wrong = await demo('--prot', '1');
  t.equal(wrong.code, 2);
  t.match(wrong.stderr, /--prot.*npm run demo/s);
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  const refused = await demo('--port', String(port));
  taken.close();
  t.equal(refused.code, 1);
  t.match(refused.stderr, `port ${port} is taken`);
});

t.test('every door that the demo names opens with what it names', async (t) => {
  const port = await freePort();
  const child = spawn(...nodeWith([main, '--port', String(port)]), { env: cleanEnv() });
  t.teardown(() => child.kill('SIGKILL'));
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  while (!text.includes('Ctrl-C ends it.')) await once(child.stdout, 'data');
  const [, user, password] = /User and password +(\S+) +(\S+)/.exec(text) ?? [];
  const [, token] = /Admin token +(\S+)/.exec(text) ?? [];
  const basic = { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
  const bearer = { authorization: `Bearer ${token}` };
  const doors: [path: string, headers: Record<string, string>][] = [
    ['/ ', {}],
    ['/strm/', basic],
    ['/dav/', basic],
    ['/browse/', basic],
    ['/library.m3u', basic],
    ['/api/v1/status', bearer],
    ['/api/v1/plays', bearer],
    ['/readyz', {}],
  ];
  for (const [path, headers] of doors) {
    t.match(text, `http://127.0.0.1:${port}${path}`);
    const { statusCode, body } = await request(`http://127.0.0.1:${port}${path.trim()}`, { headers });
    await body.dump();
    t.equal(statusCode, 200, path);
  }
  const [, film = ''] = /mpv "(.*)"/.exec(text) ?? [];
  const played = await request(film, { headers: { range: 'bytes=0-9' } });
  t.ok([206, 302].includes(played.statusCode), film);
  await played.body.dump();
  t.match(text, /curl -u \S+ http.*\n.*curl -H "Authorization: Bearer /);
  child.kill('SIGINT');
  const [code] = await once(child, 'close');
  t.equal(code, 0);
});

t.test('the simulator that runs alone says what it takes, and refuses the rest in words', async (t) => {
  t.match(readSimulatorRun(['--strict'], { SIMULATOR_API_PORT: '9000' }), {
    strict: true,
    ports: { apiPort: 9000, downloadPort: 8792 },
  });
  const simulator = (args: string[], env: object = {}) =>
    run(...nodeWith([join(import.meta.dirname, 'simulator', 'main.ts'), ...args]), {
      env: { ...cleanEnv(), ...env },
    });
  const helped = await simulator(['--help']);
  t.equal(helped.code, 0);
  t.equal(helped.stdout, `${simulatorHelp}\n`);
  const wrong = await simulator(['--strikt'], { SIMULATOR_API_PORT: '0' });
  t.equal(wrong.code, 2);
  t.match(wrong.stderr, /^simulator: .*--strikt.*\n\nnpm run simulator/);
  t.match(readSimulatorRun([], { SIMULATOR_API_PORT: 'x' }), {
    wrong: 'SIMULATOR_API_PORT must be a number',
  });
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  const others = { SIMULATOR_DOWNLOAD_PORT: '0', SIMULATOR_UPLOAD_PORT: '0', SIMULATOR_SITE_PORT: '0' };
  const refused = await simulator([], { ...others, SIMULATOR_API_PORT: String(port) });
  taken.close();
  t.equal(refused.code, 1);
  t.match(refused.stderr, `simulator: port ${port} is taken`);
  t.notMatch(refused.stderr, /\n {4}at /, 'no stack');
});
