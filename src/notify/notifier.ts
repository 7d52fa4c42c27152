import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dispatcher } from 'undici';
import type { Clock } from '../core/clock.ts';
import { exists } from '../core/exists.ts';
import type { Log } from '../core/log.ts';
import { type Check, checkServer } from './check.ts';
import { createAsk } from './http.ts';
import { above, changeOf, type FolderChange, gather, reduce, type Written } from './outbox/changes.ts';
import type { Notice, OutboxStore, Result, ResultStore } from './outbox/notices.ts';
import { createQueue } from './outbox/queue.ts';
import type { ServerSetting, Talk } from './servers/adapter.ts';
import { type NotifiedTree, type Server, seenBy, serversOf } from './servers/servers.ts';

export interface NotifierOptions {
  settings: readonly ServerSetting[];
  trees: readonly NotifiedTree[];
  store: OutboxStore;
  results: ResultStore;
  clock: Clock;
  log: Log;
  dispatcher: Dispatcher;
  userAgent: string;
  lock: () => (() => void) | undefined;
}

/** What is shown of a server. */
export interface ServerState {
  server: string;
  /** Folders that it has not been told of yet. */
  waiting: number;
  last: Result | undefined;
}

/** Tells media servers what changed in the trees. */
export function createNotifier(options: NotifierOptions) {
  const { trees, store, results, clock, log, dispatcher, userAgent } = options;
  const servers = serversOf(options.settings, trees);
  const treeOf = new Map(trees.map((tree) => [tree.name, tree]));
  const queue = createQueue({ servers, store, results, clock, log, tell, lock: options.lock });

  function talkTo({ url, ways }: Server, signal: AbortSignal): Talk {
    const { tokenRemedy } = ways;
    return { ask: createAsk({ url, dispatcher, userAgent, clock, signal, tokenRemedy }), clock, signal };
  }

  async function tell(server: Server, notices: readonly Notice[]) {
    const { ways } = server;
    const news = [];
    for (const [name, own] of Map.groupBy(notices, (notice) => notice.tree)) {
      const tree = treeOf.get(name);
      if (!tree) continue;
      const there = ways.existingOnly ? await Promise.all(own.map((one) => standing(tree, one))) : own;
      for (const { dir, changes } of reduce(there, ways.maxFolders)) {
        const path = seenBy(server, tree, dir);
        if (path !== undefined) news.push({ path, change: changeOf(changes) });
      }
    }
    if (news.length === 0) return { words: 'nothing to tell', folders: 0 };
    return { words: await ways.tell(news, talkTo(server, queue.signal)), folders: news.length };
  }

  return {
    /** Notes what was written to a tree; telling comes later. */
    async written(treeName: string, written: Written): Promise<void> {
      const tree = treeOf.get(treeName);
      const folders = gather(written);
      if (!tree || folders.length === 0) return;
      const seeing = servers.filter((server) => seenBy(server, tree, '') !== undefined);
      if (seeing.length === 0) return;
      const notices = folders.map((folder) => ({ ...folder, tree: treeName }));
      await store.add(
        seeing.map(({ name }) => name),
        notices,
        clock.now(),
      );
      queue.added();
    },

    /** Asks every server whether it will find what it is told of. */
    async check(signal: AbortSignal): Promise<Check[]> {
      if (servers.length === 0) return [];
      const checked = await Promise.all(
        trees.map(async (tree) => ({ ...tree, shelves: await shelvesOf(tree) })),
      );
      return Promise.all(servers.map((server) => checkServer(server, checked, talkTo(server, signal))));
    },

    async state(): Promise<ServerState[]> {
      const waiting = await store.waiting();
      return Promise.all(
        servers.map(async ({ name }) => ({
          server: name,
          waiting: waiting.get(name)?.count ?? 0,
          last: await results.get(name),
        })),
      );
    },

    /** Tells, and warns of servers that will not find what they are told of, until it is stopped. */
    start(): void {
      queue.start();
      this.check(queue.signal).then(
        (checks) => {
          for (const { server, state, words, remedy } of checks)
            if (state === 'warn')
              log.warn({ server, words, remedy }, 'a media server may not find what it is told of');
        },
        (error: unknown) => {
          if (!queue.signal.aborted) log.error({ err: error }, 'media servers could not be asked');
        },
      );
    },

    /** Tells now what waits, unless another process does it. */
    flush: queue.flush,
    stop: queue.stop,
  };
}

export type Notifier = ReturnType<typeof createNotifier>;

/** The nearest folder that is still there. */
async function standing(tree: NotifiedTree, change: FolderChange): Promise<FolderChange> {
  for (let dir = change.dir; dir !== ''; dir = above(dir)) {
    if (await exists(join(tree.dir, dir))) return { ...change, dir };
  }
  return { ...change, dir: '' };
}

async function shelvesOf({ dir }: NotifiedTree): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => []);
  return entries.flatMap((entry) => (entry.isDirectory() && !entry.name.startsWith('.') ? entry.name : []));
}
