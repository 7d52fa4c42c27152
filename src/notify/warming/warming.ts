import type { KeptFact } from '../../core/kept-fact.ts';
import type { Connection, ServerSetting } from '../servers/adapter.ts';
import { type Server, serversOf } from '../servers/servers.ts';
import type { WarmingRecord } from './ledger.ts';
import { createWarmer, type WarmerOptions, type WarmerState } from './warmer.ts';

export interface WarmingOptions extends Omit<WarmerOptions, 'server' | 'connect' | 'memory'> {
  /** All that may be asked; who is named twice is asked once. */
  settings: readonly ServerSetting[];
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
  /** This server shows something that is new. */
  news(server: string): void;
  stop(): Promise<void>;
  /** One for each server that is asked. */
  state(): WarmerState[];
}

export async function createWarming({ settings, memoryOf, ...options }: WarmingOptions): Promise<Warming> {
  const servers = serversOf(onceEach(settings), []).filter(
    ({ adapter }) => adapter.unprobed && adapter.probe,
  );
  const warmers = new Map(
    await Promise.all(
      servers.map(async (server) => {
        const memory = await memoryOf(`warming ${server.name}`);
        return [server.name, createWarmer({ ...options, server, memory })] as const;
      }),
    ),
  );
  const all = [...warmers.values()];
  return {
    start() {
      for (const warmer of all) warmer.start();
    },
    news: (server) => warmers.get(server)?.news(),
    async stop() {
      await Promise.all(all.map((warmer) => warmer.stop()));
    },
    state: () => all.map((warmer) => warmer.state()),
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
