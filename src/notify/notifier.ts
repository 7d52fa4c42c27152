import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dispatcher } from 'undici';
import type { Clock } from '../core/clock.ts';
import { exists } from '../core/files/exists.ts';
import type { Log } from '../core/log.ts';
import { checkArrival, urge } from './arrival-check.ts';
import { checkServer, type ServerCheck } from './check.ts';
import { createConnect } from './http.ts';
import { changeOf, type FolderChange, gather, outerOf, reduce, type Written } from './outbox/changes.ts';
import type {
  Notice,
  OutboxStore,
  Result,
  ResultStore,
  Sight,
  SightStore,
  ToldStore,
} from './outbox/notices.ts';
import { createOutboxQueue } from './outbox/queue.ts';
import { createWatch } from './outbox/watch.ts';
import type { ServerSetting } from './servers/adapter.ts';
import { createCurrentServers } from './servers/current-servers.ts';
import { type NotifiedTree, pathSeenBy, type Server } from './servers/servers.ts';

export interface NotifierOptions {
  /** As they count now: read anew whenever they are needed. */
  settings: () => readonly ServerSetting[];
  trees: readonly NotifiedTree[];
  store: OutboxStore;
  results: ResultStore;
  told: ToldStore;
  sights: SightStore;
  clock: Clock;
  log: Log;
  dispatcher: Dispatcher;
  userAgent: string;
  lock: () => (() => void) | undefined;
  /** A server shows folders that it was told of. */
  onSeen?: (server: string) => void;
}

/** What is shown of a server. */
export interface ServerState {
  server: string;
  /** Folders that it has not been told of yet. */
  waiting: number;
  last: Result | undefined;
  /** Whether it is asked afterwards if it shows what it was told of; others are told only. */
  isAsked: boolean;
  /** Folders that it was told of and that were not seen there yet. */
  unseen: number;
  sight: Sight | undefined;
}

/** Tells media servers what changed in the trees. A server that is down, slow or hostile holds up nobody else. */
export interface Notifier {
  /** Notes what was written to a tree; telling comes later. Paths are relative to the tree's folder. */
  written(treeName: string, written: Written): Promise<void>;
  /** Asks every server whether it will find what it is told of. Faults of servers are answers. @throws the signal's reason */
  check(signal: AbortSignal): Promise<ServerCheck[]>;
  /** How telling went, for a person: one for each server, in the order in which they are told. */
  state(): Promise<ServerState[]>;
  /** Tells, and warns of servers that will not find what they are told of, until it is stopped. */
  start(): void;
  /** Other servers may count from now on: what waits for one that is no longer named is dropped. */
  settingsChanged(): void;
  /** Tells now what waits, unless another process does it. */
  flush(): Promise<void>;
  stop(): Promise<void>;
}

export function createNotifier(options: NotifierOptions): Notifier {
  const { trees, store, results, told, sights, clock, log, dispatcher, userAgent } = options;
  const servers = createCurrentServers(options.settings, trees);
  const treeOf = new Map(trees.map((tree) => [tree.name, tree]));
  const queue = createOutboxQueue({
    servers,
    store,
    results,
    clock,
    log,
    tell,
    lock: options.lock,
    watch: (signal, onEnd) =>
      createWatch({
        servers: () => servers().filter(({ adapter }) => adapter.shown),
        store: told,
        sights,
        clock,
        log,
        signal,
        onEnd,
        check: (server, folders) => checkArrival(server, folders, treeOf, connect(server, signal)),
        onSeen: options.onSeen,
        urge: (server, folders) => urge(server, folders, treeOf, connect(server, signal)),
      }),
  });

  const connect = createConnect({ dispatcher, userAgent, clock });

  async function tell(server: Server, notices: readonly Notice[]) {
    const { adapter } = server;
    const news = [];
    for (const [name, own] of Map.groupBy(notices, (notice) => notice.tree)) {
      const tree = treeOf.get(name);
      if (!tree) continue;
      const there = adapter.existingOnly
        ? await Promise.all(own.map((one) => nearestStanding(tree, one)))
        : own;
      for (const { dir, changes } of reduce(there, adapter.maxFolders)) {
        const path = pathSeenBy(server, tree, dir);
        if (path !== undefined) news.push({ path, change: changeOf(changes) });
      }
    }
    if (news.length === 0) return { words: 'nothing to tell', folders: 0 };
    return { words: await adapter.tell(news, connect(server, queue.signal)), folders: news.length };
  }

  return {
    async written(treeName, written) {
      const tree = treeOf.get(treeName);
      const folders = gather(written);
      if (!tree || folders.length === 0) return;
      const named = servers();
      const seeing = named.filter((server) => pathSeenBy(server, tree, '') !== undefined);
      if (seeing.length === 0) return;
      const notices = folders.map((folder) => ({ ...folder, tree: treeName }));
      await store.add(
        seeing.map(({ name }) => name),
        notices,
        clock.now(),
      );
      // For one that was taken out meanwhile nobody asks any more.
      if (servers() !== named) queue.settingsChanged();
      queue.added();
    },

    async check(signal) {
      const asked = servers();
      if (asked.length === 0) return [];
      const checked = await Promise.all(
        trees.map(async (tree) => ({ ...tree, shelves: await shelvesOf(tree) })),
      );
      return Promise.all(asked.map((server) => checkServer(server, checked, connect(server, signal))));
    },

    async state() {
      const [waiting, unseen] = await Promise.all([store.waiting(), told.unseen()]);
      return Promise.all(
        servers().map(async ({ name, adapter }) => ({
          server: name,
          waiting: waiting.get(name)?.count ?? 0,
          last: await results.get(name),
          isAsked: adapter.shown !== undefined,
          unseen: unseen.get(name)?.count ?? 0,
          sight: await sights.get(name),
        })),
      );
    },

    start() {
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

    settingsChanged: queue.settingsChanged,
    flush: queue.flush,
    stop: queue.stop,
  };
}

/** The nearest folder that is still there. */
async function nearestStanding(tree: NotifiedTree, change: FolderChange): Promise<FolderChange> {
  for (let dir = change.dir; dir !== ''; dir = outerOf(dir)) {
    if (await exists(join(tree.dir, dir))) return { ...change, dir };
  }
  return { ...change, dir: '' };
}

async function shelvesOf({ dir }: NotifiedTree): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => []);
  return entries.flatMap((entry) => (entry.isDirectory() && !entry.name.startsWith('.') ? entry.name : []));
}
