import { z } from 'zod';
import { jsonOf } from '../../core/codec.ts';
import type { Pending } from './debounce.ts';

/** What waits for a server, folder by folder. `rev` changes when something is added to it. */
export interface Notice {
  tree: string;
  dir: string;
  changes: number;
  major: boolean;
  rev: number;
}

/** Folders to look for in a server. Times in milliseconds UTC. */
export interface ArrivalCheck {
  folders: readonly { tree: string; dir: string }[];
  toldAt: number;
  dueAt: number;
}

/** A folder that a server was told of, and how often it was looked for there since. */
export interface UnseenFolder {
  tree: string;
  dir: string;
  /** Milliseconds UTC. */
  toldAt: number;
  checks: number;
}

/** Keeps what was told until it is seen, over a restart and between processes. */
export interface ToldStore {
  /** By server: when the next check is due, and of how many folders. */
  unseen(): Promise<Map<string, { dueAt: number; count: number }>>;
  due(server: string, now: number, limit: number): Promise<UnseenFolder[]>;
  settle(server: string, folders: readonly UnseenFolder[]): Promise<void>;
  /** These were looked for in vain. */
  postpone(server: string, folders: readonly UnseenFolder[], dueAt: number): Promise<void>;
}

/** Keeps what waits, over a restart and between processes. */
export interface OutboxStore {
  add(servers: readonly string[], notices: readonly Omit<Notice, 'rev'>[], now: number): Promise<void>;
  /** By server: since when what waits, and how much. */
  waiting(): Promise<Map<string, Pending>>;
  of(server: string): Promise<Notice[]>;
  /** @param checkArrival of them, the folders that are to be looked for in the server, and from when on */
  done(server: string, notices: readonly Notice[], checkArrival?: ArrivalCheck): Promise<void>;
  /** What waits for servers that the settings no longer name is forgotten. */
  keepOnly(servers: readonly string[]): Promise<void>;
}

const moment = { at: z.number(), ok: z.boolean(), words: z.string(), remedy: z.string().exactOptional() };

const result = z.object({
  ...moment,
  folders: z.number(),
  /** Tries in a row that went wrong, and when the next one is due. */
  failures: z.number(),
  retryAt: z.number().exactOptional(),
});
/** How the last try to tell a server ended. Times in milliseconds UTC. */
export type Result = z.infer<typeof result>;
export const resultCodec = jsonOf(result);

/** Keeps the last result of each server. */
export interface ResultStore {
  get(server: string): Promise<Result | undefined>;
  put(server: string, result: Result): Promise<void>;
}

const sight = z.object({
  ...moment,
  /** Folders that it shows. */
  seen: z.number(),
  /** Folders that it does not show, and the first of them. */
  missing: z.number(),
  folders: z.array(z.string()).readonly(),
});
/**
 * What the last check of a server found; not `ok` where it could not be asked, or does not show what it was told of
 * some time ago. Times in milliseconds UTC.
 */
export type Sight = z.infer<typeof sight>;
export const sightCodec = jsonOf(sight);

/** Keeps the last check of each server. */
export interface SightStore {
  get(server: string): Promise<Sight | undefined>;
  put(server: string, sight: Sight): Promise<void>;
}
