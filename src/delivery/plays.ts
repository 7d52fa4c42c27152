import type { Clock } from '../core/clock.ts';
import type { FileId } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import type { Comeback } from '../links/link-probe.ts';
import { Play, type PlayRecord, type PlayStart } from './play.ts';
import type { PlayLog } from './play-log.ts';
import type { Client } from './policy/client.ts';

export type { Play, PlayRecord, PlayStart } from './play.ts';

/** Where plays outlive a restart. */
export interface PlayStore {
  /** Adds or replaces, and forgets all but the `keep` that began last. */
  put(plays: readonly PlayRecord[], keep: number): Promise<void>;
  /** Newest first. */
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

/** Plays are written together. */
const writeMs = 3000;
/** More films at one time, and more viewers of one film, than any home has. */
const maxLive = 500;
const maxViewers = 50;

/** Keeps a trace of the last plays. What cannot be kept on disk is warned of, never thrown. */
export interface Plays {
  /** Tells of every request that belongs to a play. One listener. */
  onPlay(listener: (play: PlayRecord) => void): void;
  /** Whether a request of this viewer comes back to where it was sent on to. Asked before `join`; waits for nothing. */
  comeback(fileId: FileId, client: Client, start: number): Comeback;
  /** The play that this request belongs to; a new one when there is none. On the hot path: waits for nothing. */
  join(begin: PlayStart): Play;
  /**
   * Nothing is being read, and nobody has asked for anything within a minute.
   * @param isOwn plays that do not count, since nobody looks at them
   */
  isIdle(isOwn?: (play: PlayRecord) => boolean): boolean;
  /** The last plays, newest first. */
  recent(limit?: number): Promise<PlayRecord[]>;
  /** Writes what is not written yet. */
  close(): Promise<void>;
}

export function createPlays({ clock, log, store, keep = 200, playLog }: PlaysOptions): Plays {
  let onPlay: ((play: PlayRecord) => void) | undefined;
  /** By file; a film has few viewers at one time. */
  const live = new Map<string, Play[]>();
  const unwritten = new Set<Play>();
  const closing = new AbortController();
  let writing: Promise<void> | undefined;

  const playOf = (fileId: FileId, client: Client): Play | undefined =>
    live.get(fileId)?.findLast((play) => play.isOf(client));

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
    onPlay(listener) {
      onPlay = listener;
    },

    comeback: (fileId, client, start) => playOf(fileId, client)?.comeback(start, clock.now()) ?? 'none',

    join(begin) {
      const { file, client } = begin;
      const now = clock.now();
      const plays = live.get(file.id);
      let play = playOf(file.id, client);
      if (!play || play.isOver(now)) {
        if (live.size >= maxLive) live.delete(live.keys().next().value as string);
        play = new Play(begin, now, changed);
        live.set(file.id, [...(plays ?? []).slice(-maxViewers), play]);
      }
      play.asked(begin, now);
      onPlay?.(play.record);
      return play;
    },

    isIdle(isOwn = () => false) {
      const now = clock.now();
      for (const plays of live.values())
        if (plays.some((play) => !play.isOver(now) && !isOwn(play.record))) return false;
      return true;
    },

    async recent(limit = keep) {
      await write();
      return store.recent(limit);
    },

    async close() {
      closing.abort(new Error('closing'));
      await writing;
      await write();
    },
  };
}
