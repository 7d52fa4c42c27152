import { randomBytes } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { isBridgeError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { LeaseSource } from '../links/lease.ts';
import type { PlayLog } from './play-log.ts';
import type { Client } from './policy/client.ts';
import type { Family } from './policy/client-traits.ts';
import type { Rule } from './policy/rules.ts';

/** What is told of one play: all requests of one viewer for one file, until a minute passes without one. */
export interface PlayRecord {
  id: string;
  fileId: string;
  name: string;
  /** Milliseconds UTC. */
  startedAt: number;
  lastAt: number;
  client: Family;
  userAgent: string;
  address: string;
  /** The rule that fired last, and why. */
  rule: string;
  why: string;
  give: 'bytes' | 'redirect';
  /** Where the first link came from; absent = none was needed. */
  lease?: LeaseSource;
  apiCalls: number;
  /** Bytes from what is kept here, and whether the play began with them. */
  keptBytes: number;
  shieldHit: boolean;
  /** Of the first request that gave bytes, milliseconds. */
  firstByteMs?: number;
  bytes: number;
  requests: number;
  seeks: number;
  /** How often the host broke off and the film went on. */
  resumes: number;
  /** `running`, `sent on` (redirect), `to the end`, `left at N %`, or an error code. */
  ended: string;
}

export interface PlayStore {
  put(plays: readonly PlayRecord[], keep: number): Promise<void>;
  recent(limit: number): Promise<PlayRecord[]>;
}

export interface PlaysOptions {
  clock: Clock;
  log: Log;
  store: PlayStore;
  /** How many are kept. */
  keep?: number;
  /** Told of plays that began and that are over. */
  playLog?: PlayLog;
}

/** Who plays what, as the first request tells it. */
export interface PlayStart {
  file: { id: string; name: string; sizeBytes: number };
  client: Client;
  family: Family;
  start: number;
  rule: Rule;
}

/** A viewer that asks nothing for so long has stopped; what comes later is another play. */
const idleMs = 60_000;
/** Plays are written together. */
const writeMs = 3000;
/** More films at one time, and more viewers of one film, than any home has. */
const maxLive = 500;
const maxViewers = 50;

/** Keeps a trace of the last plays. */
export function createPlays({ clock, log, store, keep = 200, playLog }: PlaysOptions) {
  let onPlay: (() => void) | undefined;
  /** By file; a film has few viewers at one time. */
  const live = new Map<string, Play[]>();
  const unwritten = new Set<Play>();
  const closing = new AbortController();
  let writing: Promise<void> | undefined;

  async function write(): Promise<void> {
    const some = [...unwritten].map((play) => ({ ...play.record }));
    unwritten.clear();
    if (some.length === 0) return;
    await store
      .put(some, keep)
      .catch((error: unknown) => log.warn({ err: error }, 'plays could not be kept on disk'));
    await playLog?.going(some);
  }

  /** Forgets plays that are over. */
  function takeOver(now: number): PlayRecord[] {
    const over: PlayRecord[] = [];
    for (const [fileId, plays] of live) {
      const going = plays.filter((play) => !play.isOver(now));
      if (going.length < plays.length)
        for (const play of plays) if (!going.includes(play)) over.push(play.record);
      if (going.length > 0) live.set(fileId, going);
      else live.delete(fileId);
    }
    return over;
  }

  async function writeSoon(): Promise<void> {
    while (unwritten.size > 0 || live.size > 0) {
      await clock.sleep(writeMs, closing.signal);
      await write();
      await playLog?.over(takeOver(clock.now()));
    }
  }

  function changed(play: Play): void {
    unwritten.add(play);
    writing ??= writeSoon()
      .catch(() => undefined)
      .finally(() => {
        writing = undefined;
      });
  }

  return {
    /** Tells of every request that belongs to a play. One listener. */
    onPlay(listener: () => void): void {
      onPlay = listener;
    },

    /** The play that this request belongs to; a new one when there is none. */
    join(begin: PlayStart): Play {
      const { file, client } = begin;
      const now = clock.now();
      const plays = live.get(file.id);
      let play = plays?.findLast((one) => one.isOf(client));
      if (!play || play.isOver(now)) {
        if (live.size >= maxLive) live.delete(live.keys().next().value as string);
        play = new Play(begin, now, changed);
        live.set(file.id, [...(plays ?? []).slice(-maxViewers), play]);
      }
      play.asked(begin, now);
      onPlay?.();
      return play;
    },

    /** Nothing is being read, and nobody has asked for anything within a minute. */
    isIdle(): boolean {
      const now = clock.now();
      for (const plays of live.values()) if (plays.some((play) => !play.isOver(now))) return false;
      return true;
    },

    /** The last plays, newest first. */
    async recent(limit: number = keep): Promise<PlayRecord[]> {
      await write();
      return store.recent(limit);
    },

    /** Writes what is not written yet. */
    async close(): Promise<void> {
      closing.abort(new Error('closing'));
      await writing;
      await write();
    },
  };
}

export type Plays = ReturnType<typeof createPlays>;

/** One play as it goes on. */
export class Play {
  readonly record: PlayRecord;
  readonly #client: Client;
  readonly #sizeBytes: number;
  readonly #changed: (play: Play) => void;
  #streams = 0;
  /** Where the last reading is: what begins elsewhere is a jump. */
  #position = 0;
  #isMarked = false;

  constructor({ file, client, family, rule }: PlayStart, now: number, changed: (play: Play) => void) {
    this.#client = client;
    this.#sizeBytes = file.sizeBytes;
    this.#changed = changed;
    this.record = {
      id: randomBytes(5).toString('hex'),
      fileId: file.id,
      name: file.name,
      startedAt: now,
      lastAt: now,
      client: family,
      userAgent: client.userAgent.slice(0, 200),
      address: client.address,
      rule: rule.name,
      why: rule.why,
      give: rule.give,
      apiCalls: 0,
      keptBytes: 0,
      shieldHit: false,
      bytes: 0,
      requests: 0,
      seeks: 0,
      resumes: 0,
      ended: 'running',
    };
  }

  isOf({ address, userAgent }: Client): boolean {
    return this.#client.address === address && this.#client.userAgent === userAgent;
  }

  /** Nobody has asked for a minute, and nothing is being read. */
  isOver(now: number): boolean {
    return this.#streams === 0 && (now - this.record.lastAt >= idleMs || now < this.record.lastAt);
  }

  asked({ start, rule }: PlayStart, now: number): void {
    const { record } = this;
    if (record.requests++ > 0 && start !== this.#position) record.seeks++;
    this.#position = start;
    record.lastAt = now;
    record.rule = rule.name;
    record.why = rule.why;
    record.give = rule.give;
    this.#changed(this);
  }

  source(from: LeaseSource): void {
    this.record.lease ??= from;
    if (from === 'new') this.record.apiCalls++;
  }

  sentOn(): void {
    this.record.ended = 'sent on';
  }

  /** A reading begins; what is returned is called when it is over. */
  reads(now: number): {
    firstByte(at: number): void;
    over(at: number, error: Error | null | undefined): void;
  } {
    const { record } = this;
    this.#streams++;
    record.ended = 'running';
    return {
      firstByte: (at) => {
        record.firstByteMs ??= at - now;
      },
      over: (at, error) => {
        this.#streams--;
        record.lastAt = at;
        if (this.#streams === 0) record.ended = this.#howEnded(error);
        this.#changed(this);
      },
    };
  }

  kept(bytes: number): void {
    if (this.record.bytes === 0) this.record.shieldHit = true;
    this.record.keptBytes += bytes;
  }

  passed(from: number, to: number): void {
    this.record.bytes += to - from;
    this.#position = to;
    // Once a play is enough: the rest is written at its end.
    if (this.#isMarked) return;
    this.#isMarked = true;
    this.#changed(this);
  }

  resumed(): void {
    this.record.resumes++;
  }

  failed(error: unknown): void {
    this.record.ended = isBridgeError(error) ? this.#howEnded(error) : 'BRIDGE_INTERNAL';
    this.#changed(this);
  }

  #howEnded(error: Error | null | undefined): string {
    // What a player is told that has gone before its answer: nobody refused it anything.
    if (isBridgeError(error) && error.code !== 'BRIDGE_BAD_REQUEST') return error.code;
    if (this.#position >= this.#sizeBytes) return 'to the end';
    return `left at ${Math.floor((this.#position / this.#sizeBytes) * 100)} %`;
  }
}
