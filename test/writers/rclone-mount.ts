import { join } from 'node:path';
import { until } from '../fixtures/playing.ts';
import { mountWithRclone } from '../fixtures/rclone-mount.ts';
import { rcloneRemote } from './rclone.ts';
import { mustBeSame, onDisk, seeded, type World } from './world.ts';

/** A mount of rclone that programs write into. */
export async function tryRcloneMount(world: World): Promise<void> {
  if (!(await world.has('rclone mount', 'rclone', 'fusermount3'))) return;
  const { check, run, atHost } = world;
  const source = await world.folder({ 'film.mkv': seeded(2_000_000, 21), 'notes.txt': 'first' });
  await check('rclone mount: cp, mkdir, mv, rm', async () => {
    const cache = await world.folder();
    const flags = ['--vfs-cache-mode', 'writes', '--vfs-write-back', '0s', '--cache-dir', cache];
    const remote = await rcloneRemote(world, 'Backup');
    const dir = await mountWithRclone(world.t, '', [...flags, '--dir-cache-time', '1s'], remote, []);
    await run('mkdir', [join(dir, 'mounted')]);
    await run('cp', [join(source, 'film.mkv'), join(source, 'notes.txt'), join(dir, 'mounted')]);
    const sent = (files: number) => () =>
      Object.keys(atHost('/Backup')).filter((path) => path.startsWith('mounted/')).length === files;
    await until('both are at the host', sent(2), 120_000);
    await run('mkdir', [join(dir, 'mounted/deeper')]);
    await run('mv', [join(dir, 'mounted/film.mkv'), join(dir, 'mounted/deeper/renamed.mkv')]);
    await run('rm', [join(dir, 'mounted/notes.txt')]);
    await until('one of them is left', sent(1), 120_000);
    const { 'film.mkv': film } = await onDisk(source);
    mustBeSame(atHost('/Backup/mounted'), { 'deeper/renamed.mkv': film as string });
    const { stdout } = await run('sha256sum', [join(dir, 'mounted/deeper/renamed.mkv')]);
    if (!stdout.startsWith(film as string)) throw new Error('it reads otherwise');
    return undefined;
  });
}
