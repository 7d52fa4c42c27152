import { createDerived } from '../../core/derived.ts';
import type { KeptFact } from '../../core/kept-fact.ts';
import type { Connection, ServerSetting } from '../servers/adapter.ts';
import { createCurrentServers } from '../servers/current-servers.ts';
import type { Server } from '../servers/servers.ts';
import type { WarmingRecord } from './ledger.ts';
import { createWarmer, type Warmer, type WarmerOptions, type WarmerState } from './warmer.ts';

export interface WarmingOptions extends Omit<WarmerOptions, 'server' | 'connect' | 'memory'> {
  /** All that may be asked, as they count now; who is named twice is asked once. */
  settings: () => readonly ServerSetting[];
  connect: (server: Server, signal: AbortSignal) => Connection;
  /** A small fact that outlives a restart. */
  memoryOf: (name: string) => Promise<KeptFact<WarmingRecord>>;
}

/**
 * Has media servers look into new films before anybody plays them: of a film that it never looked into, Jellyfin knows
 * no run time, marks it played at the first moment and forgets where one was (facts/gateway 3, 10.1). Only films whose
 * header lies on this disk, so that it costs the host nothing, and only while nothing plays.
 */
export interface Warming {
  start(): void;
  /** Other servers may count from now on. */
  settingsChanged(): void;
  /** This server shows something that is new. */
  news(server: string): void;
  stop(): Promise<void>;
  /** One for each server that is asked. */
  state(): WarmerState[];
}

export async function createWarming({ settings, memoryOf, ...options }: WarmingOptions): Promise<Warming> {
  const servers = createCurrentServers(createDerived(settings, onceEach), []);
  const warmers = new Map<Server, Warmer>();
  let isStarted = false;
  let isStopped = false;
  let following = follow();

  /** One for each server that counts now; what another one of the same name has noted is on the disk before. */
  async function follow(): Promise<void> {
    const wanted = servers().filter(({ adapter }) => adapter.unprobed && adapter.probe);
    for (const [server, warmer] of warmers)
      if (!wanted.includes(server)) {
        warmers.delete(server);
        await warmer.stop();
      }
    for (const server of wanted) {
      if (warmers.has(server)) continue;
      const memory = await memoryOf(`warming ${server.name}`);
      if (isStopped) return;
      const warmer = createWarmer({ ...options, server, memory });
      warmers.set(server, warmer);
      if (isStarted) warmer.start();
    }
  }

  await following;
  return {
    start() {
      isStarted = true;
      for (const warmer of warmers.values()) warmer.start();
    },
    settingsChanged() {
      following = following.then(follow).catch((error: unknown) => {
        options.log.error({ err: error }, 'which media servers look into new films could not be changed');
      });
    },
    news(name) {
      for (const [server, warmer] of warmers) if (server.name === name) warmer.news();
    },
    async stop() {
      isStopped = true;
      await following;
      await Promise.all([...warmers.values()].map((warmer) => warmer.stop()));
    },
    state: () => [...warmers.values()].map((warmer) => warmer.state()),
  };
}

/** A server with a key, once: its gateway and its line in `notify` are one server. */
function onceEach(settings: readonly ServerSetting[]): ServerSetting[] {
  const seen = new Set<string>();
  return settings.filter(({ kind, url, token }) => {
    const key = `${kind} ${url.toLowerCase()}`;
    if (token === undefined || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
