import type { Pending } from './debounce.ts';

/** What waits for a server, folder by folder. `rev` changes when something is added to it. */
export interface Notice {
  tree: string;
  dir: string;
  changes: number;
  major: boolean;
  rev: number;
}

/** Keeps what waits, over a restart and between processes. */
export interface OutboxStore {
  add(servers: readonly string[], notices: readonly Omit<Notice, 'rev'>[], now: number): Promise<void>;
  /** By server: since when what waits, and how much. */
  waiting(): Promise<Map<string, Pending>>;
  of(server: string): Promise<Notice[]>;
  done(server: string, notices: readonly Notice[]): Promise<void>;
  /** What waits for servers that the settings no longer name is forgotten. */
  keepOnly(servers: readonly string[]): Promise<void>;
}

/** How the last try to tell a server ended. Times in milliseconds UTC. */
export interface Result {
  at: number;
  ok: boolean;
  words: string;
  remedy?: string;
  folders: number;
  /** Tries in a row that went wrong, and when the next one is due. */
  failures: number;
  retryAt?: number;
}

/** Keeps the last result of each server. */
export interface ResultStore {
  get(server: string): Promise<Result | undefined>;
  put(server: string, result: Result): Promise<void>;
}
