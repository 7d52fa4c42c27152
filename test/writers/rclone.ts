import { join } from 'node:path';
import { mustBeSame, onDisk, seeded, type World } from './world.ts';

/** As people write it in their settings. */
const vendors = [
  { vendor: 'other', at: '/dav/account', keepsDates: false },
  { vendor: 'owncloud', at: '/dav/account', keepsDates: true },
  { vendor: 'nextcloud', at: '/dav/files/passerelle', keepsDates: true },
] as const;

/** A remote without a file of settings. @param path below the top of the account */
export async function rcloneRemote(
  { run, bridge, user, password }: World,
  path: string,
  { vendor, at }: { vendor: string; at: string } = vendors[0],
): Promise<string> {
  // Two remotes are one for it only where they are written alike, and this is written otherwise each time.
  obscured ??= run('rclone', ['obscure', password], rcloneEnv).then(({ stdout }) => stdout.trim());
  const pass = await obscured;
  return `:webdav,url='${bridge.url}${at}',vendor=${vendor},user=${user},pass='${pass}':${path}`;
}

let obscured: Promise<string> | undefined;

/** Nobody's own settings. */
export const rcloneEnv = { env: { ...process.env, RCLONE_CONFIG: '' } };

/** What rclone says that it has sent. */
const sentNothing = /There was nothing to transfer/;

/** rclone as its users run it, once as each kind of server that it knows us as. */
export async function tryRclone(world: World): Promise<void> {
  if (!(await world.has('rclone', 'rclone'))) return;
  const version = /v(\d+)\.(\d+)/.exec((await world.run('rclone', ['version'], rcloneEnv)).stdout);
  const hasChunks = Number(version?.[2]) >= 63 || Number(version?.[1]) > 1;
  for (const kind of vendors) await tryVendor(world, kind, hasChunks);
}

async function tryVendor(world: World, kind: (typeof vendors)[number], hasChunks: boolean): Promise<void> {
  const { vendor, keepsDates } = kind;
  const { check, simulator, atHost } = world;
  const top = `Backup/${vendor}`;
  const remote = (path: string) => rcloneRemote(world, path, kind);
  const rclone = async (...args: string[]) =>
    world.run('rclone', [...args, '--retries', '1', '--timeout', '10m'], rcloneEnv);
  const dir = await world.folder({
    'one.txt': 'one',
    'deep/two words.bin': seeded(300_000, 1),
    'deep/deeper/äöü “q”.bin': seeded(120_000, 2),
    'deep/empty': '',
    ...(vendor === 'nextcloud' && { 'large.bin': seeded(25 * 1024 * 1024, 3) }),
  });
  // Without dates of its own, a server is compared with by sizes (docs/webdav-and-players.md).
  const byWhat = keepsDates ? [] : ['--size-only'];

  await check(`rclone, vendor ${vendor}: copy`, async () => {
    await rclone(
      'copy',
      dir,
      await remote(top),
      ...(vendor === 'nextcloud' && hasChunks ? ['--webdav-nextcloud-chunk-size', '10M'] : []),
    );
    mustBeSame(atHost(`/${top}`), await onDisk(dir));
    if (vendor !== 'nextcloud') return undefined;
    return hasChunks ? '25 MiB in chunks of 10 MiB' : 'this rclone has no chunks (1.63 has)';
  });
  await check(`rclone, vendor ${vendor}: check --download`, async () => {
    const { stderr } = await rclone('check', '--download', dir, await remote(top));
    return /\d+ matching files/.exec(stderr)?.[0];
  });
  await check(`rclone, vendor ${vendor}: a second sync${keepsDates ? ' by dates' : ''}`, async () => {
    const before = simulator.counters.uploads;
    const { stderr } = await rclone('sync', '-v', ...byWhat, dir, await remote(top));
    if (simulator.counters.uploads > before || !sentNothing.test(stderr)) throw new Error(stderr);
    return '0 uploads';
  });
  if (keepsDates)
    await check(`rclone, vendor ${vendor}: a file whose date alone is another`, async () => {
      await world.run('touch', ['-d', '2021-03-04 05:06:07Z', join(dir, 'one.txt')]);
      const { stderr } = await rclone('sync', '-v', dir, await remote(top));
      const listed = await rclone('lsl', await remote(`${top}/one.txt`));
      if (!/2021-03-04 05:06:07/.test(listed.stdout)) throw new Error(`${listed.stdout}${stderr}`);
      return /one\.txt: (Updated modification time|Copied)[^\n]*/.exec(stderr)?.[0];
    });
  await check(`rclone, vendor ${vendor}: move, moveto, copyto`, async () => {
    const wanted = atHost(`/${top}`);
    const before = simulator.counters.uploads;
    await rclone('move', await remote(`${top}/deep`), await remote(`${top}/moved`));
    await rclone('moveto', await remote(`${top}/one.txt`), await remote(`${top}/other name.txt`));
    await rclone('copyto', await remote(`${top}/other name.txt`), await remote(`${top}/copies/copy.txt`));
    const now = atHost(`/${top}`);
    mustBeSame(now, {
      ...Object.fromEntries(
        Object.entries(wanted).map(([path, sum]) => [
          path.replace(/^deep\//, 'moved/').replace(/^one\.txt$/, 'other name.txt'),
          sum,
        ]),
      ),
      'copies/copy.txt': wanted['one.txt'] as string,
    });
    if (simulator.counters.uploads > before) throw new Error('bytes were sent');
    if (!keepsDates) return undefined;
    const { stdout } = await rclone('lsl', await remote(`${top}/copies/copy.txt`));
    if (!/2021-03-04 05:06:07/.test(stdout)) throw new Error(`the copy has another date: ${stdout}`);
    return 'dates went along';
  });
  await check(`rclone, vendor ${vendor}: purge`, async () => {
    await rclone('purge', await remote(top));
    if (simulator.account.folder('/Backup').folders.size > 0) {
      const left = [...simulator.account.folder('/Backup').folders.values()].map(({ name }) => name);
      if (left.includes(vendor)) throw new Error('it is there still');
    }
    return undefined;
  });
}
