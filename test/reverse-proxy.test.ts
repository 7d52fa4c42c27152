import t from 'tap';
import { Agent, request } from 'undici';
import { freePort } from './fixtures/bridge-process.ts';
import { read } from './fixtures/checkout.ts';
import { crawl } from './fixtures/crawl.ts';
import { password, user } from './fixtures/dav.ts';
import { hasPlayer } from './fixtures/players.ts';
import { findProgram } from './fixtures/programs.ts';
import { type Site, startCaddy, startNginx } from './fixtures/reverse-proxies.ts';
import { run } from './fixtures/run.ts';
import { setupListed } from './fixtures/setup.ts';
import { expectedBytes } from './simulator/simulator.ts';

/** nginx and Caddy as the documents set them up, over TLS, with a path that they take away or do not; rclone as client. */
const publicUrl = 'https://films.test/passerelle';
const programs = {
  nginx: await findProgram(t, 'nginx'),
  caddy: await findProgram(t, 'caddy'),
  openssl: await findProgram(t, 'openssl'),
};
const started = await setupListed(t, {
  env: { PASSERELLE_BASE_URL: publicUrl, PASSERELLE_DELIVERY: 'proxy', PASSERELLE_TRUST_PROXY: 'true' },
});
const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
t.teardown(() => dispatcher.close());

/** What the documents show of a proxy: for the whole of it, with a path that is taken away, with one that is kept. */
function shown(language: string): string[] {
  const [, ...blocks] = read('docs/operations.md').split(`\`\`\`${language}\n`);
  return blocks.map((text) =>
    (text.split('```')[0] ?? '').replaceAll('127.0.0.1:8790', new URL(started.url).host),
  );
}

const forms = ['the path is taken away', 'the path is kept'] as const;

async function sitesOf(language: string): Promise<Site[]> {
  const [, away = '', kept = ''] = shown(language);
  const inner = (lines: string) =>
    language === 'caddy' ? lines.replace(/^[^\n]*\{\n([\s\S]*)\}\n$/, '$1') : lines;
  return Promise.all([away, kept].map(async (lines) => ({ port: await freePort(), lines: inner(lines) })));
}

for (const [name, start] of [
  ['nginx', startNginx],
  ['caddy', startCaddy],
] as const)
  t.test(`behind ${name}`, async (t) => {
    const program = programs[name];
    if (program === undefined || programs.openssl === undefined) return;
    const sites = await sitesOf(name);
    await start(t, program, sites, t.testdir());
    for (const [index, form] of forms.entries())
      await t.test(`where ${form}`, async (t) => {
        const url = `https://127.0.0.1:${sites[index]?.port}/passerelle`;
        const { bridge } = started;
        const seen = await crawl({
          publicUrl,
          reachedAt: url,
          adminToken: bridge.secrets.adminToken,
          most: 70,
          dispatcher,
        });
        t.strictSame(seen.wrong, []);
        t.ok(seen.asked >= 60, `${seen.asked} addresses`);

        const film = started.simulator.account.file('/Films/Metropolis.1927.RESTORED.720p.HDTV.ts');
        const place = new URL(started.streamUrl('/Films/Metropolis.1927.RESTORED.720p.HDTV.ts')).pathname;
        const part = await request(url + place, {
          dispatcher,
          headers: { range: 'bytes=1000-1999' },
        });
        t.equal(part.statusCode, 206);
        t.ok(Buffer.from(await part.body.arrayBuffer()).equals(expectedBytes(film.content, 1000, 2000)));

        if (!(await hasPlayer(t, 'rclone'))) return;
        for (const remote of [await webdavOf(url), httpOf(url)]) {
          const words = ['lsf', '-R', '--files-only', '--no-check-certificate', remote];
          const { code, stdout } = await run('rclone', words, { env: { ...process.env, RCLONE_CONFIG: '' } });
          t.equal(code, 0);
          t.match(stdout, 'account/Films/Metropolis.1927.RESTORED.720p.HDTV.ts');
          t.ok(stdout.split('\n').length > 20, stdout);
        }
      });
  });

async function webdavOf(url: string): Promise<string> {
  const { stdout } = await run('rclone', ['obscure', password]);
  return `:webdav,url='${url}/dav/',vendor=other,user=${user},pass='${stdout.trim()}':`;
}

const httpOf = (url: string) => `:http,url='${url.replace('://', `://${user}:${password}@`)}/browse/':`;
