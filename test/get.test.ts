import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { loadSettings } from '../config/load.ts';
import { readBytes } from '../src/api/files.ts';
import { buildApi } from '../src/api-app.ts';
import { becomeOwner } from '../src/commands/owner.ts';
import { silentLog } from '../src/core/log.ts';
import { createApiClient } from '../src/owner/client.ts';
import { socketTransport } from '../src/owner/transport.ts';
import { cleanEnv } from './fixtures/bridge-process.ts';
import { passerelle } from './fixtures/passerelle.ts';
import { until } from './fixtures/playing.ts';
import { envOver, setupListed, type Test } from './fixtures/setup.ts';
import { keepChecksum } from './simulator/content.ts';
import { type AccountFolder, expectedBytes } from './simulator/simulator.ts';
import { whirlpoolOf } from './simulator/whirlpool.ts';

/** `passerelle get`, from the words that are typed to the files that are there, over a simulated host. */

const film = (name: string, seed: number, sizeBytes = 3_000_000 + seed) => {
  const content = { sizeBytes, seed };
  keepChecksum(content, whirlpoolOf(expectedBytes(content, 0, sizeBytes)));
  return { name, content };
};

const hidden = film('.bashrc', 7, 100);
const account: AccountFolder = {
  folders: [
    {
      name: 'Films',
      files: [
        film('Metropolis.1927.mkv', 1),
        film('Heat.1995.mkv', 2),
        film('[FR] Heat.srt', 3, 500),
        hidden,
      ],
      folders: [{ name: 'Silent', files: [film('Sunrise.1927.mkv', 4, 2000)] }],
    },
    { name: '..', files: [film('..\\..\\evil\u001b[31m?.mkv', 5, 1000)] },
    { name: 'Twins', files: [film('Same.mkv', 6, 1000), film('Same.mkv', 8, 1001)] },
  ],
};

/** The account has been listed, and nobody holds dataDir: the command is the owner itself. */
async function getting(t: Test) {
  const { simulator, home, app, bridge } = await setupListed(t, { simulator: { account } });
  await app.close();
  await bridge.close();
  const env = { ...cleanEnv(), ...envOver(simulator, home) };
  const here = join(home, 'here');
  mkdirSync(here);
  const bytesOf = (path: string) => {
    const { content } = simulator.account.file(path);
    return expectedBytes(content, 0, Number.MAX_SAFE_INTEGER);
  };
  const get = (...args: string[]) => passerelle(['get', ...args], { env, cwd: here });
  const there = () => (readdirSync(here, { recursive: true }) as string[]).sort();
  return { simulator, home, here, get, there, bytesOf, env };
}

t.test('a film, under its own name, under another one, and into a folder', async (t) => {
  const { simulator, here, get, there, bytesOf } = await getting(t);
  const path = '/Films/Metropolis.1927.mkv';
  t.match(await get(path), { code: 0, stdout: /^Metropolis\.1927\.mkv \(3 MB\): fetched\n$/, stderr: '' });
  t.ok(readFileSync(join(here, 'Metropolis.1927.mkv')).equals(bytesOf(path)));
  t.same(simulator.counters.calls, { 'download/get_token': 1 }, 'for one link');
  t.match(await get('Films/Metropolis.1927.mkv'), { code: 0, stdout: /there already/ });
  t.match(await get(path, 'Other.mkv'), { code: 0, stdout: /^Other\.mkv / });
  const json = await get(path, 'new/', '--json');
  t.match(JSON.parse(json.stdout), {
    path,
    target: join(here, 'new', 'Metropolis.1927.mkv'),
    fate: 'fetched',
    sizeBytes: 3_000_001,
    isVerified: true,
    resumedBytes: 0,
  });
  t.same(there(), ['Metropolis.1927.mkv', 'Other.mkv', 'new', 'new/Metropolis.1927.mkv']);
});

t.test('a folder with all that is in it, and what fits a pattern', async (t) => {
  const { here, get, there, bytesOf } = await getting(t);
  t.match(await get('/Films'), { code: 1, stderr: /\/Films is a folder\nWith -r all/ });
  t.same(there(), []);
  t.match(await get('/Films', '-r', '--connections', '2'), { code: 0 });
  t.same(there(), [
    'Films',
    'Films/.bashrc',
    'Films/Heat.1995.mkv',
    'Films/Metropolis.1927.mkv',
    'Films/Silent',
    'Films/Silent/Sunrise.1927.mkv',
    'Films/[FR] Heat.srt',
  ]);
  const sunrise = '/Films/Silent/Sunrise.1927.mkv';
  t.ok(readFileSync(join(here, sunrise)).equals(bytesOf(sunrise)));

  const glob = await get('/F*/*', 'globbed', '--json');
  t.equal(glob.code, 0);
  t.same(readdirSync(join(here, 'globbed')).sort(), [
    'Heat.1995.mkv',
    'Metropolis.1927.mkv',
    '[FR] Heat.srt',
  ]);
  t.match(glob.stderr, /\/Films\/Silent is a folder, and is left out/);
  t.match(
    await get('/Films/[FR] Heat.srt', 'as-written/'),
    { code: 0 },
    'a name that is there is no pattern',
  );
  t.match(await get('/*/*.mkv', 'all', '--dry-run'), {
    code: 0,
    stdout: /all\/Metropolis\.1927\.mkv \(3 MB\): would be fetched\n.*4 files, 6 MB; nothing was fetched\n$/s,
  });
  t.notOk(existsSync(join(here, 'all')));
  t.match(await get('/Films/*.avi'), { code: 1, stderr: /Nothing that is known fits/ });
  t.match(await get('/Films/Nosferatu.mkv'), { code: 1, stderr: /passerelle sync|ls/ });
});

t.test('whoever chose the names, nothing is written but below the folder that was named', async (t) => {
  const { get, there } = await getting(t);
  const ran = await get('/*', 'box', '-r');
  t.equal(ran.code, 0, ran.stderr);
  const [twin = ''] = there().filter((path) => path.includes('Same ~'));
  t.match(twin, /^box\/Twins\/Same ~[a-z0-9]{20}\.mkv$/, 'two files of one name are two files');
  t.strictSame(
    there().filter((path) => !path.includes('Films')),
    ['box', 'box/Twins', twin, 'box/Twins/Same.mkv', 'box/．．', 'box/．．/..＼..＼evil [31m？.mkv'],
  );
  t.notMatch(ran.stdout, /\p{Cc}(?<!\n)/u, 'and nothing that a terminal would obey is printed');
});

t.test('what is there stays; with --force it is replaced', async (t) => {
  const { here, get, bytesOf } = await getting(t);
  const path = '/Films/Heat.1995.mkv';
  writeFileSync(join(here, 'Heat.1995.mkv'), 'mine');
  const refused = await get('/Films/*.mkv');
  t.match(refused, { code: 1, stderr: /^\/Films\/Heat.*another file of this name.*--force/m });
  t.match(refused.stdout, 'Metropolis.1927.mkv', 'the others come all the same');
  t.equal(readFileSync(join(here, 'Heat.1995.mkv'), 'utf8'), 'mine');
  t.match(await get(path, '--force'), { code: 0 });
  t.ok(readFileSync(join(here, 'Heat.1995.mkv')).equals(bytesOf(path)));
});

t.test('a host that cuts, and links that die, cost no byte twice and no error', async (t) => {
  const { simulator, here, get, bytesOf } = await getting(t);
  const path = '/Films/Metropolis.1927.mkv';
  simulator.faults.download.cut = { every: 1, atByte: 300_000, times: 6 };
  simulator.faults.download.expireAfterBytes = { bytes: 2_000_000, cut: true };
  t.match(await get(path), { code: 0 });
  t.ok(readFileSync(join(here, 'Metropolis.1927.mkv')).equals(bytesOf(path)));
});

t.test('a file that the host has lost is told, and the others come', async (t) => {
  const { simulator, get, there } = await getting(t);
  simulator.account.removeFile('/Films/Heat.1995.mkv');
  t.match(await get('/Films/*.mkv'), {
    code: 1,
    stdout: /^Metropolis\.1927\.mkv .*: fetched\n$/,
    stderr: /^\/Films\/Heat\.1995\.mkv: The host no longer has this file/,
  });
  t.same(there(), ['Metropolis.1927.mkv'], 'and no part without a byte is left');
});

t.test('damaged bytes and refusals are told, each with its exit code', async (t) => {
  const { simulator, get, there } = await getting(t);
  const path = '/Films/Metropolis.1927.mkv';
  simulator.faults.download.wrongRange = { kind: 'lying', times: 1 };
  t.match(await get(path), { code: 1, stderr: /not what the host says that it has; it was taken away/ });
  t.same(there(), []);
  simulator.faults.answer({ is: 'flood', lockMs: 600_000 });
  t.match(await get('/Films/Heat.1995.mkv'), { code: 3, stderr: /asked too often/ });
  t.match(await get(path, '--connections', '17'), { code: 2, stderr: /from 1 to 16/ });
});

t.test(
  'who leaves in the middle of a range gives its connection back, in this process and beside it',
  async (t) => {
    const { simulator, env, home } = await getting(t);
    const { settings } = loadSettings({ env, file: join(home, 'none.yaml') });
    const owner = await becomeOwner({
      settings,
      log: silentLog,
      command: 'get',
      build: buildApi,
      keepBaseUrl: true,
      now: 0,
    });
    t.teardown(() => owner.close(AbortSignal.abort()));
    const { slots } = owner.bridge.delivery;
    const { id } = simulator.account.file('/Films/Heat.1995.mkv');
    simulator.faults.download.bytesPerSecond = 400_000;
    for (const transport of [owner.transport, socketTransport(settings.dataDir)]) {
      const api = createApiClient(transport, 'this process');
      const stop = new AbortController();
      const wanted = { params: { id }, query: { from: 0, to: 3_000_000 } };
      const body = await api.bytes(readBytes, wanted, stop.signal);
      body.on('error', () => undefined);
      await once(body, 'readable');
      t.equal(slots.used(), 1);
      stop.abort();
      await until('it is free again', () => slots.used() === 0 && simulator.counters.connectionsNow === 0);
      await t.rejects(api.bytes(readBytes, wanted, stop.signal), { name: 'AbortError' }, 'nor asks again');
      api.close();
    }
  },
);
