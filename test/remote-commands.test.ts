import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import t from 'tap';
import { request } from 'undici';
import { runCli } from '../src/cli.ts';
import { type Log, silentLog } from '../src/core/log.ts';
import { cleanEnv } from './fixtures/bridge-process.ts';
import { passerelle } from './fixtures/passerelle.ts';
import { until } from './fixtures/playing.ts';
import { envOver, setupListed } from './fixtures/setup.ts';
import { startSource } from './fixtures/source-server.ts';
import { strmPaths } from './fixtures/strm-files.ts';
import { createSimulator } from './simulator/simulator.ts';

/** `passerelle fetch` and `/api/v1/remote`: what they take, tell and end with, and what others see. */

const account = { folders: [{ name: 'Films' }] };

t.test('the address of the API: asked, listed without tokens, told as events', async (t) => {
  const source = await startSource(t);
  const logged: string[][] = [];
  const note = (level: string) => (_values: object, words: string) => void logged.push([level, words]);
  const log: Log = { ...silentLog, error: note('error'), warn: note('warn'), debug: noteLeaving };
  function noteLeaving(_values: object, words: string) {
    if (words.includes('has left')) note('debug')({}, words);
  }
  const { app, bridge, url } = await setupListed(t, { simulator: { account }, log });
  const ask = async (body?: object, accept = 'application/json') => {
    const answer = await request(`${url}/api/v1/remote`, {
      method: body ? 'POST' : 'GET',
      headers: {
        authorization: `Bearer ${bridge.secrets.adminToken}`,
        ...(body && { 'content-type': 'application/json' }),
        accept,
      },
      body: body ? JSON.stringify(body) : null,
    });
    return { status: answer.statusCode, text: await answer.body.text() };
  };
  const address = `${source.at}/dl/9a8b7c6d/slow.mkv?token=secret-of-somebody`;
  const { status, text } = await ask({ urls: [address, 'ftp://x/y'], to: '/Films' });
  t.equal(status, 200);
  t.match(JSON.parse(text).addresses, [
    { url: address, state: 'fetching', path: '/Films' },
    { url: 'ftp://x/y', state: 'refused', why: /no http/ },
  ]);
  const list = await ask();
  t.match(JSON.parse(list.text).addresses, [{ url: `${source.at}/…/slow.mkv`, state: 'fetching' }]);
  t.notMatch(list.text, /secret-of-somebody|9a8b7c6d/);
  const events = (await ask({ urls: [`${source.at}/b.mkv`, 'x'], to: '/Films' }, 'text/event-stream')).text;
  t.same(
    [...new Set([...events.matchAll(/^event: (\w+)$/gm)].map(([, name]) => name))],
    ['address', 'progress', 'result'],
  );
  t.match(
    (await ask({ urls: ['https://example.com/a'], to: '/Nowhere' }, 'text/event-stream')).text,
    /event: error\ndata: .*BRIDGE_NOT_FOUND/,
  );
  for (const body of [
    { urls: [], to: '/Films' },
    { urls: Array(501).fill('https://example.com/a'), to: '/Films' },
    { urls: ['https://example.com/a'], to: 'Films' },
    { urls: ['https://example.com/a'], to: '/Films', headers: { cookie: 'x' } },
    { urls: [`https://example.com/${'a'.repeat(2000)}`], to: '/Films' },
  ])
    t.equal((await ask(body)).status, 400);

  // Whoever leaves in the middle, as Ctrl-C does, is no fault of ours.
  const leaving = await request(`${url}/api/v1/remote`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${bridge.secrets.adminToken}`,
      'content-type': 'application/json',
      accept: 'text/event-stream',
    },
    body: JSON.stringify({ urls: [`${source.at}/slow2.mkv`], to: '/Films', wait: true }),
  });
  await leaving.body[Symbol.asyncIterator]().next();
  leaving.body.on('error', () => undefined).destroy();
  await until('its work has ended', () => app.apiState.running.size === 0);
  t.match(logged, [['debug', 'whoever waited has left']]);
  source.release();
});

t.test('who stops the waiting is told what goes on', async (t) => {
  const source = await startSource(t);
  const simulator = await createSimulator({ account });
  t.teardown(() => simulator.close());
  const env = { ...envOver(simulator, t.testdir()), PASSERELLE_BASE_URL: 'http://192.0.2.1:8790' };
  const stop = new AbortController();
  let said = '';
  const err = new Writable({
    write(chunk, _encoding, done) {
      said += String(chunk);
      done();
    },
  });
  const out = new Writable({
    write: (_chunk, _encoding, done) => done(),
  });
  const run = (args: string[], signal = new AbortController().signal) =>
    runCli({ env, cwd: '/', out, err, stdin: Readable.from([]) as never, signal }, args);
  t.equal(await run(['sync']), 0);
  said = '';
  const fetching = run(['fetch', `${source.at}/slow.mkv`, '/Films'], stop.signal);
  await until('the host fetches it', () => source.asked.length > 0);
  stop.abort(new Error('stopped by SIGINT'));
  t.equal(await fetching, 1);
  t.match(said, /^stopped waiting: what was asked for is gone on with by the host/);
  source.release();
});

t.test('passerelle fetch: asked and left, gone on with, and what it ends with', async (t) => {
  const source = await startSource(t);
  const simulator = await createSimulator({ account });
  t.teardown(() => simulator.close());
  const home = t.testdir();
  const env = { ...cleanEnv(), ...envOver(simulator, home), PASSERELLE_BASE_URL: 'http://192.0.2.1:8790' };
  const run = (args: string[], input = '') => passerelle(args, { env, cwd: home, input });
  t.match(await run(['fetch', `${source.at}/a.mkv`, '/Films']), {
    code: 1,
    stderr: /Nothing was synced yet/,
  });
  t.equal((await run(['sync'])).code, 0);
  const film = `${source.at}/Faust%20(1926).mkv`;
  t.strictSame(await run(['fetch', '--no-wait', `${source.at}/gone.mkv`, film, '/Films']), {
    code: 0,
    stdout: `${source.at}/gone.mkv: the host fetches it\n${film}: the host fetches it\n0 files fetched, 2 under way\n`,
    stderr: '',
  });
  await until('the host has it', () => [...simulator.account.files()].length === 1);
  // The next one asks after what was left at once, and joins what is the same.
  t.match(await run(['fetch', film, '/Films']), {
    code: 0,
    stdout: `${film}: /Films/Faust (1926).mkv (19 B): fetched\n1 file fetched\n`,
    stderr: '',
  });
  t.equal(source.asked.filter((path) => path.includes('Faust')).length, 1);
  t.match((await strmPaths({ libraryDir: join(home, 'library') })).join('\n'), /Faust \(1926\)/);
  t.match(await run(['fetch', 'ftp://x/a', 'https://me:pw@example.com/a', 'Films']), {
    code: 1,
    stdout:
      /^ftp:\/\/x\/a: not asked for: it is no http or https address\n.*a name or a password stands in it.*\n0 files fetched, 2 not asked for\n$/,
  });
  t.match(await run(['fetch', '--no-wait', '--json', '/Films'], `\n${source.at}/b.mkv\r\n`), {
    code: 0,
    stdout: /^\{"id":\d+,"url":"http:\/\/127\.0\.0\.1:\d+\/b\.mkv","state":"fetching".*\}\n$/,
  });
  t.match(await run(['fetch', film]), { code: 2, stderr: /name at last the folder/ });
  t.match(await run(['fetch', '/Films'], ' \n'), { code: 2, stderr: /name an address/ });
  t.match(await run(['fetch', film, '/Filme']), { code: 1, stderr: /did you mean \/Films/ });
  simulator.faults.answer({ is: 'flood', lockMs: 60_000, verb: 'remote/request' });
  t.match(await run(['fetch', `${source.at}/c.mkv`, '/Films']), {
    code: 3,
    stdout: /c\.mkv|0 files fetched, 1 under way/,
    stderr: /^stopped: .*locked us out.* The rest is gone on with/m,
  });
});
