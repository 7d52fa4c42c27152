import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRandom } from '../simulator/random.ts';
import { rcloneEnv, rcloneRemote } from './rclone.ts';
import { mustBeSame, onDisk, type World } from './world.ts';

const filesCount = 2000;
const goneCount = 100;

/** Small files of which no two are alike. */
function smallFiles(): Record<string, Buffer> {
  const random = createRandom(61);
  return Object.fromEntries(
    Array.from({ length: filesCount }, (_, index) => {
      const content = Buffer.alloc(200 + Math.floor(random() * 8000));
      for (let at = 0; at < content.length; at++) content[at] = Math.floor(random() * 256);
      return [`folder ${index % 40}/file ${index}.txt`, content];
    }),
  );
}

/** restic through rclone, at the pace of the host. */
export async function tryRestic(world: World): Promise<void> {
  if (!(await world.has('restic', 'restic', 'rclone'))) return;
  const { check, run, simulator } = world;
  const dir = await world.folder(smallFiles());
  const remote = await rcloneRemote(world, 'Backup/restic');
  const cache = await world.folder();
  const env = { ...rcloneEnv.env, RESTIC_PASSWORD: 'a word of nobody', RESTIC_CACHE_DIR: cache };
  const restic = (...args: string[]) =>
    run('restic', ['-r', `rclone:${remote}`, '-o', 'rclone.connections=4', ...args], { env });
  /** What the host was asked for, by verbs. */
  const verbs = async (work: () => Promise<unknown>) => {
    const before = { ...simulator.counters.calls };
    await work();
    return Object.entries(simulator.counters.calls)
      .map(([verb, count]) => [verb, count - (before[verb] ?? 0)] as const)
      .filter(([, count]) => count > 0)
      .map(([verb, count]) => `${count} ${verb}`)
      .join(', ');
  };

  await check('restic: init', () => verbs(() => restic('init')));
  await check(`restic: backup of ${filesCount} small files`, () => verbs(() => restic('backup', dir)));
  await check(`restic: backup again, ${goneCount} files gone`, () =>
    verbs(async () => {
      for (let index = 0; index < goneCount; index++)
        await rm(join(dir, `folder ${index % 40}/file ${index}.txt`));
      await writeFile(join(dir, 'new.txt'), 'new');
      await restic('backup', dir);
    }),
  );
  await check('restic: forget --keep-last 1 --prune', () =>
    verbs(() => restic('forget', '--keep-last', '1', '--prune')),
  );
  await check('restic: check --read-data', () => verbs(() => restic('check', '--read-data')));
  await check('restic: restore', async () => {
    const target = await world.folder();
    const told = await verbs(() => restic('restore', 'latest', '--target', target));
    mustBeSame(await onDisk(join(target, dir)), await onDisk(dir));
    return told;
  });
}
