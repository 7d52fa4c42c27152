/** What is known of a media server that is told of changes. Times in milliseconds UTC. */
export interface ToldServer {
  server: string;
  waiting: number;
  last:
    | {
        at: number;
        ok: boolean;
        words: string;
        remedy?: string;
        folders: number;
        failures: number;
        retryAt?: number;
      }
    | undefined;
  isAsked: boolean;
  unseen: number;
  sight:
    | {
        at: number;
        ok: boolean;
        words: string;
        remedy?: string;
        seen: number;
        missing: number;
        folders: readonly string[];
      }
    | undefined;
}

/** Media servers for scripts: times as ISO 8601. */
export function serversView(servers: readonly ToldServer[]) {
  return servers.map(({ server, waiting, last, isAsked, unseen, sight }) => ({
    server,
    waiting,
    ...(last && {
      last: {
        ...last,
        at: new Date(last.at).toISOString(),
        retryAt: last.retryAt === undefined ? undefined : new Date(last.retryAt).toISOString(),
      },
    }),
    isAsked,
    unseen,
    ...(sight && {
      seen: { ...sight, folders: [...sight.folders], at: new Date(sight.at).toISOString() },
    }),
  }));
}
