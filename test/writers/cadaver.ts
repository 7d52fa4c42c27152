import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mustBeSame, seeded, sha, type World } from './world.ts';

/** cadaver, as a script types it. */
export async function tryCadaver(world: World): Promise<void> {
  if (!(await world.has('cadaver', 'cadaver'))) return;
  const { check, run, bridge, user, password, atHost } = world;
  const body = seeded(150_000, 51);
  const dir = await world.folder({ 'film.bin': body, 'other.txt': 'other' });
  await writeFile(join(dir, '.netrc'), `machine 127.0.0.1 login ${user} password ${password}\n`);
  await chmod(join(dir, '.netrc'), 0o600);
  await check('cadaver: mkcol, put, move, copy, lock, get, delete', async () => {
    const words = [
      'mkcol cadaver',
      'cd cadaver',
      'put film.bin',
      'put other.txt',
      'move film.bin moved.bin',
      'copy moved.bin copied.bin',
      'lock moved.bin',
      'put other.txt moved.bin',
      'unlock moved.bin',
      'get copied.bin back.bin',
      'delete other.txt',
      'ls',
      'quit',
    ];
    const { stdout } = await run('cadaver', [`${bridge.url}/dav/account/Films/`], {
      cwd: dir,
      env: { ...process.env, HOME: dir },
      input: `${words.join('\n')}\n`,
    });
    const failed = /^.*\b(?:failed|Could not|error)\b.*$/im.exec(stdout);
    if (failed) throw new Error(`${failed[0]}\n${stdout}`);
    if (sha(await readFile(join(dir, 'back.bin'))) !== sha(body))
      throw new Error('what came back is another');
    mustBeSame(atHost('/Films/cadaver'), {
      'moved.bin': sha(Buffer.from('other')),
      'copied.bin': sha(body),
    });
    return undefined;
  });
}
