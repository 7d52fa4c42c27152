import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { strFromU8, unzipSync } from 'fflate';
import t from 'tap';
import { request } from 'undici';
import { createProcessLog } from '../src/commands/start/process-log.ts';
import { createRecentLines } from '../src/core/log/recent-lines.ts';
import { passerelle } from './fixtures/passerelle.ts';
import { envOver, setup } from './fixtures/setup.ts';
import { createSimulator } from './simulator/simulator.ts';

/** Everything of which no byte may leave this machine, by what it is. */
const planted = {
  adminToken: 'planted-admin-token-0123456789',
  password: 'planted "password" é&?/',
  jellyfinKey: 'planted0jellyfin0key0abcdef',
  gatewayKey: 'planted0gateway0key0abcdef',
  kodiPassword: 'planted-kodi-password',
  gotifyToken: 'planted.gotify.token',
  mailPassword: 'planted:mail:password',
  discordToken: 'planted_discord_webhook_token',
  discordHook: '987654321987654321',
  topic: 'planted-topic-of-ntfy',
  hook: 'planted-hook-path',
  hookKey: 'planted-hook-key',
};
const names = ['Planted Film', 'planted-folder', 'Planted.Show'];

const notify = [
  { kind: 'jellyfin', url: 'http://127.0.0.1:1/', token: planted.jellyfinKey },
  { kind: 'kodi', url: 'http://127.0.0.1:1', token: `kodi:${planted.kodiPassword}` },
  { kind: 'gotify', url: 'http://127.0.0.1:1', token: planted.gotifyToken },
  {
    kind: 'email',
    url: 'smtp://127.0.0.1:1',
    token: `me:${planted.mailPassword}`,
    to: 'planted-person@example.org',
  },
  {
    kind: 'discord',
    url: `http://127.0.0.1:1/api/webhooks/${planted.discordHook}`,
    token: planted.discordToken,
  },
  { kind: 'ntfy', url: `http://127.0.0.1:1/${planted.topic}` },
  { kind: 'webhook', url: `http://127.0.0.1:1/${planted.hook}?key=${planted.hookKey}` },
];
const env = {
  PASSERELLE_ADMIN_TOKEN: planted.adminToken,
  PASSERELLE_PASSWORD: planted.password,
  PASSERELLE_DELIVERY: 'redirect',
  PASSERELLE_NOTIFY: JSON.stringify(notify),
  PASSERELLE_GATEWAYS: JSON.stringify([
    { kind: 'jellyfin', url: 'http://127.0.0.1:1', port: 18_097, apiKey: planted.gatewayKey },
  ]),
};
const film = (name: string, seed: number) => ({ name, content: { sizeBytes: 1000 + seed, seed } });
const account = {
  folders: [
    {
      name: 'planted-folder',
      files: [film('Planted Film (1999).mkv', 1), film('Planted.Show.S01E01.mkv', 2)],
    },
  ],
};

function filesIn(zip: Uint8Array): Record<string, string> {
  return Object.fromEntries(Object.entries(unzipSync(zip)).map(([name, bytes]) => [name, strFromU8(bytes)]));
}

t.test(
  'what is handed to somebody who helps has no secret in it, and names only where they are wanted',
  async (t) => {
    const recentLines = createRecentLines();
    const out = { write: () => {}, writeKept: recentLines.write, kept: recentLines };
    const log = createProcessLog({ level: 'debug', format: 'json' }, new Writable(), out);
    const one = await setup(t, { env, log, overrides: { recentLines }, simulator: { account } });
    await one.sync();
    const stream = one.streamUrl('/planted-folder/Planted Film (1999).mkv');
    const played = await request(stream);
    const direct = String(played.headers.location);
    await played.body.dump();
    t.equal(played.statusCode, 302);
    const cookie = 'planted-cookie-of-the-page-0123456789';
    const password = Buffer.from(`passerelle:${planted.password}`).toString('base64');
    await (
      await request(`${one.url}/browse/`, {
        headers: { cookie: `passerelle=${cookie}`, authorization: `Basic ${password}` },
      })
    ).body.dump();
    // As no line may be written, and as one might be all the same.
    for (const text of [...Object.values(planted), one.simulator.apiKey, direct, stream])
      log.warn(
        { words: `it said ${text}`, err: new Error(`no ${encodeURIComponent(text)}`) },
        `odd: ${text}`,
      );
    log.info({ cookie, headers: { authorization: `Basic ${password}`, cookie } }, 'headers');

    const signature = stream.split('/').at(-2) ?? '';
    const keys = JSON.parse(await readFile(join(one.home, 'data', 'keys.json'), 'utf8'));
    const secrets = [
      ...[...Object.values(planted), one.simulator.apiKey, direct, signature, cookie, password],
      ...[keys.password, keys.adminToken, keys.signingKeys[0].secret],
    ].flatMap((secret: string) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]);
    const headers = { authorization: `Bearer ${planted.adminToken}` };
    const get = async (query: string) => {
      const answer = await request(`${one.url}/api/v1/support-bundle${query}`, { headers });
      t.equal(answer.headers['content-type'], 'application/zip');
      t.match(
        answer.headers['content-disposition'],
        /^attachment; filename="passerelle-support-[\d-]+\.zip"$/,
      );
      return filesIn(new Uint8Array(await answer.body.arrayBuffer()));
    };
    const [plain, named] = [await get(''), await get('?names=true')];
    for (const [which, files] of Object.entries({ plain, named })) {
      const text = Object.values(files).join('\n');
      t.strictSame(
        secrets.filter((secret) => secret !== '' && text.includes(secret)),
        [],
        which,
      );
      t.match(files['about.json'], /"schemaVersion": \d+/);
      t.match(
        files['settings.json'],
        /"setting": "delivery\.mode",\s+"isDefault": false,\s+"value": "redirect"/,
      );
      t.match(JSON.parse(files['doctor.json'] ?? '').findings.length > 10, true);
      t.match(JSON.parse(files['status.json'] ?? '').catalog, { files: 2 });
      t.match(files['metrics.txt'], 'passerelle_info');
      t.match(files['log.jsonl'], '"msg":"request"');
      t.match(files['plays.json'], 'redirect');
    }
    const without = Object.values(plain).join('\n');
    t.strictSame(
      [...names, 'planted-person'].filter((name) => without.includes(name)),
      [],
      'no name where none was wanted',
    );
    const withNames = Object.values(named).join('\n');
    t.strictSame(
      names.filter((name) => !withNames.includes(name)),
      [],
      'and all where they were',
    );
  },
);

t.test('by a command: into a file of its own, readable by its owner alone', async (t) => {
  const simulator = await createSimulator({ account });
  t.teardown(() => simulator.close());
  const cwd = t.testdir();
  const run = (...more: string[]) =>
    passerelle(['support-bundle', 'help.zip', ...more], { cwd, env: envOver(simulator, cwd) });
  const { code, stdout } = await run();
  t.equal(code, 0);
  t.match(stdout, /help\.zip: .*B, without secrets and names/);
  const file = join(cwd, 'help.zip');
  t.equal((await stat(file)).mode & 0o777, 0o600);
  t.notMatch(Object.values(filesIn(await readFile(file))).join('\n'), simulator.apiKey);
  const again = await run('--names');
  t.equal(again.code, 1);
  t.match(again.stderr, 'help.zip is there already');
});
