import { z } from 'zod';
import type { Connect } from '../notify/http.ts';
import { isWithin } from '../notify/path-map.ts';
import { type Connection, ServerFault, type ServerSetting } from '../notify/servers/adapter.ts';
import { type NotifiedTree, pathSeenBy, serversOf } from '../notify/servers/servers.ts';

/** A media server that answers at its usual port. */
export interface FoundServer {
  kind: 'jellyfin' | 'emby' | 'plex' | 'kodi';
  url: string;
  /** What it calls itself. */
  name: string;
}

/** What came of asking a media server with its key. Texts are for a person. */
export interface ServerTrial {
  isRight: boolean;
  words: string;
  remedy?: string;
  /** Whether one of its libraries holds the tree; absent where it cannot be asked. */
  holdsTree?: boolean;
}

/** Media servers that nobody has entered yet. */
export interface MediaServers {
  /** Asks a machine at the usual ports of media servers, without any key. */
  find(host: string, signal: AbortSignal): Promise<FoundServer[]>;
  /** Asks one with its key. Never throws for the server. */
  check(setting: ServerSetting, signal: AbortSignal): Promise<ServerTrial>;
}

/** For one answer: a machine that is there answers at once. */
const timeLimitMs = 3000;
const maxName = 100;

const publicInfo = z.object({ ServerName: z.string(), ProductName: z.string().nullish(), Id: z.string() });
const pong = z.object({ result: z.literal('pong') });

export function createMediaServers({
  connect,
  tree,
}: {
  connect: Connect;
  tree: NotifiedTree;
}): MediaServers {
  type PortProbe = (connection: Connection) => Promise<Pick<FoundServer, 'kind' | 'name'>>;

  const usualPorts: readonly (readonly [port: number, probe: PortProbe])[] = [
    [
      8096,
      async ({ send }) => {
        const answer = JSON.parse(await send({ method: 'GET', path: '/System/Info/Public', timeLimitMs }));
        const { ServerName: name, ProductName: product } = publicInfo.parse(answer);
        return { kind: product?.startsWith('Jellyfin') ? 'jellyfin' : 'emby', name };
      },
    ],
    [
      32_400,
      async ({ send }) => {
        const answer = await send({ method: 'GET', path: '/identity', timeLimitMs });
        if (!answer.includes('<MediaContainer') || !answer.includes('machineIdentifier='))
          throw new ServerFault('is no Plex');
        return { kind: 'plex', name: 'Plex' };
      },
    ],
    [
      8080,
      async ({ send }) => {
        const body = { jsonrpc: '2.0', id: 1, method: 'JSONRPC.Ping' };
        pong.parse(JSON.parse(await send({ method: 'POST', path: '/jsonrpc', body, timeLimitMs })));
        return { kind: 'kodi', name: 'Kodi' };
      },
    ],
  ];

  return {
    async find(host, signal) {
      const found = await Promise.all(
        usualPorts.map(async ([port, probe]) => {
          const url = `http://${host}:${port}`;
          try {
            const { kind, name } = await probe(connect({ url, adapter: { tokenRemedy: '' } }, signal));
            return [{ kind, url, name: name.slice(0, maxName) }];
          } catch {
            signal.throwIfAborted();
            // Nothing, or something else, answers there.
            return [];
          }
        }),
      );
      return found.flat();
    },

    async check(setting, signal) {
      const [server] = serversOf([setting], [tree]);
      if (!server) return { isRight: false, words: 'is no media server' };
      const path = pathSeenBy(server, tree, '') ?? tree.dir;
      const connection = connect(server, signal);
      try {
        const libraries = await server.adapter.libraries?.(connection);
        if (libraries) {
          const folders = libraries.flatMap(({ locations }) => locations);
          const holdsTree = folders.some((folder) => isWithin(folder, path) || isWithin(path, folder));
          return { isRight: true, words: 'answers, and takes the key', holdsTree };
        }
        const unknown = await server.adapter.unknownPaths?.([path], connection);
        return { isRight: true, words: 'answers', ...(unknown && { holdsTree: unknown.length === 0 }) };
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof ServerFault)) throw error;
        return { isRight: false, words: error.message, ...(error.remedy && { remedy: error.remedy }) };
      }
    },
  };
}
