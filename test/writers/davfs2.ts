import { join } from 'node:path';
import { canMount } from '../fixtures/can-mount.ts';
import { mountWithDavfs2 } from '../fixtures/davfs2.ts';
import { until } from '../fixtures/playing.ts';
import { mustBeSame, seeded, sha, type World } from './world.ts';

/** A mount of davfs2, which locks what it writes. */
export async function tryDavfs2(world: World): Promise<void> {
  if (!(await world.has('davfs2', 'mount.davfs')) || !(await canMount(world.t as never))) return;
  const { check, run, bridge, user, password, atHost, simulator } = world;
  const film = seeded(700_000, 41);
  const source = await world.folder({ 'film.bin': film });
  const url = `${bridge.url}/dav/account/Films/`;
  const top = '/Films';
  await check('davfs2: cp -p, mv, a file changed in place, rm', async () => {
    const dir = await mountWithDavfs2(world.t, url, [user, password], 'rw');
    await run('mkdir', [join(dir, 'davfs2')]);
    await run('cp', ['-p', join(source, 'film.bin'), join(dir, 'davfs2/film.bin')]);
    const there = (path: string, sum: string | undefined) => () => {
      const found = atHost(top)[`davfs2/${path}`];
      return found === sum;
    };
    await until('the copy is at the host', there('film.bin', sha(film)), 120_000);
    await run('mv', [join(dir, 'davfs2/film.bin'), join(dir, 'davfs2/renamed.bin')]);
    await until('it has its other name', there('renamed.bin', sha(film)), 120_000);
    await run('sh', [
      '-c',
      'printf changed | dd of="$1" bs=1 seek=1000 conv=notrunc 2>/dev/null',
      'sh',
      join(dir, 'davfs2/renamed.bin'),
    ]);
    const changed = Buffer.from(film);
    changed.write('changed', 1000);
    await until('the change is at the host', there('renamed.bin', sha(changed)), 120_000);
    const read = await run('sha256sum', [join(dir, 'davfs2/renamed.bin')]);
    if (!read.stdout.startsWith(sha(changed))) throw new Error('it reads otherwise');
    await run('sh', ['-c', 'echo words > "$1"', 'sh', join(dir, 'davfs2/words.txt')]);
    await until('a second one is there', there('words.txt', sha(Buffer.from('words\n'))), 120_000);
    await run('rm', [join(dir, 'davfs2/words.txt')]);
    await until('it is gone', there('words.txt', undefined), 120_000);
    mustBeSame(atHost(`${top}/davfs2`), { 'renamed.bin': sha(changed) });
    const shown = await run('curl', ['-sS', '-I', '-u', `${user}:${password}`, `${url}davfs2/renamed.bin`]);
    const date = /^last-modified: (.*)$/im.exec(shown.stdout)?.[1]?.trim();
    return `${simulator.counters.breaches} breaches; it sends no dates: the file is of ${date}`;
  });
}
