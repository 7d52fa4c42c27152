/** What is known of a media server that is told of changes. Times in milliseconds UTC. */
export interface ToldServer<Last, Sight> {
  server: string;
  waiting: number;
  last: Last | undefined;
  isAsked: boolean;
  unseen: number;
  sight: Sight | undefined;
}

/** Media servers for scripts: times as ISO 8601. */
export function serversView<
  Last extends { at: number; retryAt?: number },
  Sight extends { at: number; folders: readonly string[] },
>(servers: readonly ToldServer<Last, Sight>[]) {
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

/** People who are told what needs somebody, for scripts: times as ISO 8601. */
export function peopleView<Last extends { at: number }>(
  people: readonly { recipient: string; last: Last | undefined }[],
) {
  return people.map(({ recipient, last }) => ({
    recipient,
    ...(last && { last: { ...last, at: new Date(last.at).toISOString() } }),
  }));
}
