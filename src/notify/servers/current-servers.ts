import { isDeepStrictEqual } from 'node:util';
import type { ServerSetting } from './adapter.ts';
import { type NotifiedTree, type Server, serversOf } from './servers.ts';

/** The servers of a setting as it counts now. As long as nothing about it changes, a server is the same object. */
export type CurrentServers = () => readonly Server[];

/** @param settings read anew each time */
export function createCurrentServers(
  settings: () => readonly ServerSetting[],
  trees: readonly NotifiedTree[],
): CurrentServers {
  let from: readonly ServerSetting[] = [];
  let current: readonly Server[] = [];
  return () => {
    const now = settings();
    if (now === from) return current;
    if (isDeepStrictEqual(now, from)) {
      from = now;
      return current;
    }
    const before = new Map(current.map((server) => [server.name, server]));
    current = serversOf(now, trees).map((server) => {
      const known = before.get(server.name);
      return known && isDeepStrictEqual(known.setting, server.setting) ? known : server;
    });
    from = now;
    return current;
  };
}
