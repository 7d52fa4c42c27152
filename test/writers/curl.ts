import { join } from 'node:path';
import { mustBeSame, seeded, sha, type World } from './world.ts';

/** `curl -T` in the ways in which it sends. */
export async function tryCurl(world: World): Promise<void> {
  if (!(await world.has('curl', 'curl'))) return;
  const { check, run, bridge, user, password, atHost } = world;
  const body = seeded(400_000, 31);
  const dir = await world.folder({ 'film.bin': body });
  const file = join(dir, 'film.bin');
  const curl = async (to: string, ...args: string[]) => {
    const url = `${bridge.url}/dav/account/Films/${to}`;
    const login = ['-u', `${user}:${password}`];
    return (await run('curl', ['-sS', '-f', '-D', '-', '-o', '/dev/null', ...login, ...args, url])).stdout;
  };
  const ways: readonly (readonly [what: string, to: string, args: readonly string[], answer: RegExp])[] = [
    ['with its length', 'length.bin', ['-T', file], /^HTTP\/1\.1 201/m],
    ['without Expect', 'plain.bin', ['-T', file, '-H', 'Expect:'], /^HTTP\/1\.1 201/],
    ['over HTTP/1.0', 'old.bin', ['-0', '-T', file], /^HTTP\/1\.[01] 201/m],
    [
      'in the place of another',
      'length.bin',
      ['-T', file, '-H', 'X-OC-Mtime: 946684800'],
      /^X-OC-Mtime: accepted/im,
    ],
  ];
  for (const [what, to, args, answer] of ways)
    await check(`curl -T, ${what}`, async () => {
      const head = await curl(to, ...args);
      if (!answer.test(head)) throw new Error(head);
      if (/^transfer-encoding/im.test(head)) throw new Error(`in chunks: ${head}`);
      return undefined;
    });
  await check('curl -T, of unknown length, with Expect', async () => {
    const url = `${bridge.url}/dav/account/Films/piped.bin`;
    const words = 'cat "$1" | curl -sS -f -D - -o /dev/null -u "$2" -T - -H "Expect: 100-continue" "$3"';
    const { stdout } = await run('sh', ['-c', words, 'sh', file, `${user}:${password}`, url]);
    if (!/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 201/.test(stdout)) throw new Error(stdout);
    return undefined;
  });
  await check('curl -T, all of them at the host', async () => {
    const names = ['length.bin', 'plain.bin', 'old.bin', 'piped.bin'];
    mustBeSame(atHost('/Films'), Object.fromEntries(names.map((name) => [name, sha(body)])));
    return undefined;
  });
}
