import { z } from 'zod';
import { readJson } from '../http.ts';
import { outerOf } from '../outbox/changes.ts';
import {
  type Connection,
  type FolderNews,
  type ServerAdapter,
  ServerFault,
  type ServerSetting,
} from './adapter.ts';
import { basic } from './kodi.ts';

const refreshShape = z.object({ result: z.record(z.string(), z.unknown()) });
const listShape = z.object({ vfses: z.array(z.string()) });

/** A mount by rclone, told over its remote control (facts/media-servers 6.4). Paths begin at the mount. */
export function rclone({ token, fs }: ServerSetting): ServerAdapter {
  const headers = token === undefined ? {} : { authorization: basic(token) };
  const which = fs === undefined ? {} : { fs };
  const post = async ({ send }: Connection, path: string, body: object) =>
    readJson(await send({ method: 'POST', path, headers, body }));

  /** Has some folders forgotten and others read anew. @returns the first that is not found */
  async function readAnew(connection: Connection, forget: readonly string[], dirs: readonly string[]) {
    // What lies at the top has no parent that could be named: no name at all forgets everything.
    await post(connection, '/vfs/forget', { ...which, ...(forget.includes('') ? {} : numbered(forget)) });
    const named = dirs.includes('') ? {} : numbered(dirs);
    // Text, not true: rclone answers an error otherwise.
    const read = refreshShape.safeParse(
      await post(connection, '/vfs/refresh', { ...which, ...named, recursive: 'true' }),
    );
    if (!read.success) throw new ServerFault('does not answer as rclone does', 'look at url');
    const [bad] = Object.entries(read.data.result).filter(([, said]) => said !== 'OK');
    return bad && { dir: bad[0], why: String(bad[1]) };
  }

  return {
    existingOnly: true,
    tokenRemedy: 'write user:password of --rc-user and --rc-pass into token',

    /** The parents are forgotten, so that a new folder is found in them; then the folders are read anew. */
    async tell(folders: readonly FolderNews[], connection: Connection) {
      const dirs = folders.map(({ path }) => path.replace(/^\/+|(?<!\/)\/+$/g, ''));
      const parents = [...new Set(dirs.map(outerOf))];
      let unknown = await readAnew(connection, parents, dirs);
      // Folders further up may be new as well, and the mount may keep what it knows of them for weeks.
      if (unknown) unknown = await readAnew(connection, [''], dirs);
      if (unknown)
        throw new ServerFault(
          `does not find ${unknown.dir} (${unknown.why})`,
          'look at pathMap: paths begin at the mount',
        );
      return 'told';
    },

    /** It has no libraries; but whether it can be talked to, and which mount is meant, is found out. */
    async unknownPaths(_paths, connection) {
      const read = listShape.safeParse(await post(connection, '/vfs/list', {}));
      if (!read.success) throw new ServerFault('does not answer as rclone does', 'look at url');
      const { vfses } = read.data;
      if (fs !== undefined && !vfses.includes(fs))
        throw new ServerFault(`has no mount ${fs}`, `write one of these into fs: ${vfses.join(', ')}`);
      if (fs === undefined && vfses.length !== 1)
        throw new ServerFault(
          `has ${vfses.length} mounts`,
          vfses.length === 0
            ? 'start rclone mount with --rc'
            : `write one of these into fs: ${vfses.join(', ')}`,
        );
      return [];
    },
  };
}

/** dir, dir2, dir3 ... */
function numbered(dirs: readonly string[]): Record<string, string> {
  return Object.fromEntries(dirs.map((dir, at) => [at === 0 ? 'dir' : `dir${at + 1}`, dir]));
}
