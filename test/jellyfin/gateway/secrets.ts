import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { request } from 'undici';
import { appOf, type GatewayAround, itemOf, playbackInfo, titles } from './around.ts';
import { type App, authorization } from './people.ts';

const plays = 200;
const apps: readonly App[] = ['web', 'kodi', 'androidtv'];

/**
 * 200 plays by different apps, some of them wrong: what leads to the bytes, or into the server, is in no log line of
 * ours, in no answer but the one place where it belongs, and in no error.
 */
export async function secretsStayWhereTheyBelong(around: GatewayAround): Promise<void> {
  const { house, viewer, say } = around;
  const items = await Promise.all([titles.warm, titles.mp4, titles.tracks].map((one) => itemOf(around, one)));
  const signatures = await signaturesIn(house.libraryDir);
  /** Links of the host that players were sent to. */
  const links = new Set<string>();
  const tickets = new Set<string>();
  const answers: { what: string; text: string }[] = [];
  let played = 0;
  for (let n = 0; n < plays; n++) {
    const app = apps[n % apps.length] as App;
    const { Id } = items[n % items.length] as { Id: string };
    const talks = appOf(around, app);
    const info = await playbackInfo(talks, app, Id, viewer);
    answers.push({ what: 'PlaybackInfo', text: info.text });
    const [source] = info.json.MediaSources;
    tickets.add(source.ETag);
    const address =
      source.Protocol === 'Http'
        ? source.Path
        : `${house.gatewayUrl}/Videos/${Id}/stream?static=true&mediaSourceId=${source.Id}&tag=${source.ETag}`;
    const answer = await request(address, {
      headers: { range: 'bytes=5000000-', 'user-agent': n % 2 === 0 ? 'mpv 0.40' : 'Chrome/140.0' },
    });
    const { location } = answer.headers;
    if (typeof location === 'string') links.add(location);
    if (answer.statusCode === 302 || answer.statusCode === 206 || answer.statusCode === 416) played++;
    answer.body.on('error', () => {});
    answer.body.destroy();
    for (const path of wrongOf(Id, source.ETag, viewer.token, n)) {
      const wrong = await request(house.gatewayUrl + path, {
        headers: { authorization: authorization(app, n % 3 === 0 ? viewer.token : 'wrong') },
      });
      const type = String(wrong.headers['content-type'] ?? '');
      if (/json|text|problem/.test(type)) answers.push({ what: path, text: await wrong.body.text() });
      else {
        wrong.body.on('error', () => {});
        wrong.body.destroy();
      }
    }
  }
  for (const path of ['/status', '/plays', '/notify', '/links'])
    answers.push({ what: path, text: JSON.stringify((await house.api(path).catch((e) => String(e))) ?? '') });
  const logged = house.logged();
  const found: string[] = [];
  const look = (where: string, text: string, secrets: Iterable<string>, of: string) => {
    for (const secret of secrets) if (text.includes(secret)) found.push(`${of} in ${where}`);
  };
  look('the log', logged, links, 'a link');
  look('the log', logged, tickets, 'a ticket');
  look('the log', logged, signatures, 'a signature');
  look('the log', logged, [viewer.token], 'a token');
  for (const { what, text } of answers) {
    look(what.split('?')[0] ?? '', text, links, 'a link');
    look(what.split('?')[0] ?? '', text, signatures, 'a signature');
  }
  const different = [...new Set(found)];
  say(
    played === plays && links.size > 0 && signatures.size > 0 && different.length === 0,
    `${played} plays, ${links.size} links, ${tickets.size} tickets, ${signatures.size} signatures, ${logged.length} characters of log, ${answers.length} answers: ${different.length === 0 ? 'nothing of them where it does not belong' : different.join(', ')}`,
  );
}

/** Lists, and requests that are refused. */
function wrongOf(id: string, ticket: string, token: string, n: number): string[] {
  const all = [
    `/Items/${id}?Fields=Path,MediaSources`,
    `/Items?ids=${id}&fields=Path,MediaSources&ApiKey=${token}`,
    `/Videos/${id}/stream?Static=true&Tag=${ticket}x`,
    `/Videos/${id.split('').reverse().join('')}/stream?Static=true&Tag=${ticket}`,
    `/Items/${id}/Download`,
    `/Items/${id}/../../secret?ApiKey=${token}`,
  ];
  return [all[n % all.length] as string];
}

/** The last but one part of each address in the tree. */
async function signaturesIn(dir: string): Promise<Set<string>> {
  const signatures = new Set<string>();
  for (const path of await readdir(dir, { recursive: true })) {
    if (!path.endsWith('.strm')) continue;
    const [, signature] = /\/stream\/[^/]+\/([^/]+)\//.exec(await readFile(join(dir, path), 'utf8')) ?? [];
    if (signature !== undefined) signatures.add(signature);
  }
  return signatures;
}
