import { z } from 'zod';
import { readJson } from '../http.ts';
import {
  type Connection,
  type FolderNews,
  type ServerAdapter,
  ServerFault,
  type ServerSetting,
} from './adapter.ts';

const answerShape = z.object({
  result: z.unknown().optional(),
  error: z.object({ code: z.number() }).optional(),
});

/** A running scan is waited for so often, so long. */
const maxPolls = 15;
const pollMs = 2000;

/** A folder that is no source (facts/media-servers 4.4). */
const notASource = -32602;

/** Kodi over JSON-RPC; `token` is `user:password` (facts/media-servers 4.4). */
export function kodi({ token, clean = false }: ServerSetting): ServerAdapter {
  const headers = token === undefined ? {} : { authorization: basic(token) };

  async function call(connection: Connection, method: string, params: object) {
    const body = { jsonrpc: '2.0', id: 1, method, params };
    const read = answerShape.safeParse(
      readJson(await connection.send({ method: 'POST', path: '/jsonrpc', headers, body })),
    );
    if (!read.success) throw new ServerFault('does not answer as Kodi does', 'look at url');
    return read.data;
  }

  async function order(connection: Connection, method: string, params: object): Promise<void> {
    const { error } = await call(connection, method, params);
    if (error) throw new ServerFault(`refuses ${method} (${error.code})`);
  }

  /** An order to scan while one runs does not queue up: it ends the one that runs (xbmc LibraryBuiltins.cpp). */
  async function quiet(connection: Connection): Promise<void> {
    for (let poll = 0; poll < maxPolls; poll++) {
      const name = 'Library.IsScanningVideo';
      const { result } = await call(connection, 'XBMC.GetInfoBooleans', { booleans: [name] });
      if ((result as Record<string, unknown> | undefined)?.[name] !== true) return;
      await connection.clock.sleep(pollMs, connection.signal);
    }
    throw new ServerFault('is still busy with another scan');
  }

  return {
    existingOnly: true,
    // One after the other, each as long as a scan takes; unchanged folders below cost it little.
    maxFolders: 4,
    tokenRemedy: 'write user:password of Settings, Services, Control into token',

    async tell(folders: readonly FolderNews[], connection: Connection) {
      for (const { path } of folders) {
        await quiet(connection);
        await order(connection, 'VideoLibrary.Scan', { directory: directory(path), showdialogs: false });
      }
      if (clean && folders.some(({ change }) => change === 'removed')) {
        await quiet(connection);
        await order(connection, 'VideoLibrary.Clean', { showdialogs: false });
      }
      return 'told';
    },

    async unknownPaths(paths, connection) {
      const unknownPaths: string[] = [];
      for (const path of paths) {
        const { error } = await call(connection, 'Files.GetDirectory', {
          directory: directory(path),
          media: 'video',
        });
        if (error?.code === notASource) unknownPaths.push(path);
        else if (error) throw new ServerFault(`refuses Files.GetDirectory (${error.code})`);
      }
      return unknownPaths;
    },
  };
}

/** Without the slash at its end the answer is OK, and nothing is scanned. */
function directory(path: string): string {
  if (/[/\\]$/.test(path)) return path;
  return path + (path.includes('\\') && !path.includes('/') ? '\\' : '/');
}

/** Of `user:password`. */
export function basic(token: string): string {
  return `Basic ${Buffer.from(token).toString('base64')}`;
}
