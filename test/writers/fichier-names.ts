import { once } from 'node:events';
import { createServer as createHttpServer, request as forward } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { makeCertificate } from '../fixtures/certificates.ts';
import { ask, list } from '../fixtures/dav.ts';
import { awkwardNames } from '../tables/awkward-names.ts';
import { rcloneEnv, rcloneRemote } from './rclone.ts';
import type { World } from './world.ts';

const apiHost = 'api.1fichier.com';

/**
 * A proxy that leads who asks for the API of 1fichier to the simulated one: rclone's backend has that address built in,
 * and takes a proxy and a certificate from its user.
 */
async function startApiDoor({ simulator, t, folder }: World): Promise<{ proxy: string; certFile: string }> {
  const { cert, key, certFile } = await makeCertificate(await folder(), 'api', [apiHost]);
  const api = new URL(simulator.apiUrl);
  const inside = createTlsServer({ cert, key }, (asked, answer) => {
    const to = { host: api.hostname, port: api.port, method: asked.method, path: asked.url };
    const headers = { ...asked.headers, host: api.host };
    const passed = forward({ ...to, headers }, (told) => {
      answer.writeHead(told.statusCode ?? 502, told.headers);
      told.pipe(answer);
    });
    passed.on('error', () => answer.destroy());
    asked.pipe(passed);
  }).listen(0, '127.0.0.1');
  const proxy = createHttpServer().listen(0, '127.0.0.1');
  proxy.on('connect', (asked, socket, head) => {
    socket.on('error', () => undefined);
    if (asked.url !== `${apiHost}:443`) return socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    socket.unshift(head);
    inside.emit('connection', socket);
  });
  await Promise.all([once(inside, 'listening'), once(proxy, 'listening')]);
  t.teardown(() => {
    for (const server of [inside, proxy]) {
      server.closeAllConnections();
      server.close();
    }
  });
  return { proxy: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, certFile };
}

/** Names that WebDAV takes and rclone's own backend for 1fichier reads are the same, and the other way round. */
export async function tryFichierNames(world: World): Promise<void> {
  if (!(await world.has('names', 'rclone', 'openssl'))) return;
  const { check, run, bridge, simulator } = world;
  const folder = `${bridge.url}/dav/account/Films/names`;
  const names = awkwardNames;
  await check(`${names.length} awkward names by WebDAV`, async () => {
    await ask(folder, 'MKCOL');
    for (const name of names) {
      const { status, text } = await ask(`${folder}/${encodeURIComponent(name)}`, 'PUT', {
        body: `of ${name}`,
      });
      if (status !== 201) throw new Error(`${name}: ${status} ${text}`);
    }
    const listed = (await list(`${folder}/`)).map(({ path }) => path.split('/names/')[1]).filter(Boolean);
    mustBeAlike(listed as string[], names);
    return undefined;
  });
  await check(
    "rclone's backend fichier sees the same names",
    async () => {
      const { proxy, certFile } = await startApiDoor(world);
      const env = { ...rcloneEnv.env, HTTPS_PROXY: proxy };
      const args = ['lsf', '--ca-cert', certFile, `:fichier,api_key=${simulator.apiKey}:Films/names`];
      // Inside, rclone quotes what looks like an encoding of its own: as it shows the same names of a disk.
      const files = names.filter((name) => !Object.hasOwn(dots, name)).map((name) => [name, name]);
      const folder = await world.folder(Object.fromEntries(files));
      const shown = linesOf((await run('rclone', ['lsf', folder], rcloneEnv)).stdout);
      shown.push(...Object.values(dots));
      mustBeAlike(linesOf((await run('rclone', args, { env })).stdout), shown);
      return `${names.length} of ${names.length}`;
    },
    false,
  );
  await check('and so does its backend webdav', async () => {
    const { stdout } = await run('rclone', ['lsf', await rcloneRemote(world, 'Films/names')], rcloneEnv);
    mustBeAlike(linesOf(stdout), names);
    return `${names.length} of ${names.length}`;
  });
}

/** Of a disk, rclone takes these for what it writes for `.` and `..`; at the host they are what they are, and quoted. */
const dots: Readonly<Record<string, string>> = { '．': '‛．', '．．': '‛．‛．' };

const linesOf = (text: string) => text.split('\n').filter((line) => line !== '');

function mustBeAlike(found: readonly string[], wanted: readonly string[]): void {
  const lacking = wanted.filter((name) => !found.includes(name));
  const more = found.filter((name) => !wanted.includes(name));
  if (lacking.length + more.length > 0)
    throw new Error(`not seen: ${JSON.stringify(lacking)}; seen instead: ${JSON.stringify(more)}`);
}
