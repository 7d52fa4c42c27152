import { minuteMs } from '../core/durations.ts';
import type { FileId } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import type { PlayRecord } from './play.ts';

/** Tells the log of plays: a line when one has begun, and one when it is over. */
export interface PlayLog {
  /** Plays as they are now, in any state; each is told of once. */
  going(plays: readonly PlayRecord[]): Promise<void>;
  /** Plays that nobody goes on with. */
  over(plays: readonly PlayRecord[]): Promise<void>;
}

export interface PlayLogOptions {
  log: Log;
  /** How people call what these files hold, as far as that is known. */
  titlesOf: (fileIds: readonly FileId[]) => Promise<ReadonlyMap<string, string>>;
}

/** What lasted less was a look into the file: its beginning was told, and that is enough. */
const tellsEndMs = minuteMs;
const maxTold = 10_000;

/** Called in the background, with the plays of some seconds at once: the hot path is not held up. */
export function createPlayLog({ log, titlesOf }: PlayLogOptions): PlayLog {
  const told = new Set<string>();

  async function titled(plays: readonly PlayRecord[]): Promise<{ title: string; play: PlayRecord }[]> {
    if (plays.length === 0) return [];
    // A file's own name says enough where the catalog cannot be asked.
    const titles = await titlesOf(plays.map(({ fileId }) => fileId)).catch(() => new Map<string, string>());
    return plays.map((play) => ({ play, title: titles.get(play.fileId) ?? play.name }));
  }

  return {
    async going(plays) {
      const begun = plays.filter((play) => !told.has(play.id) && hasBegun(play));
      for (const { id } of begun) told.add(id);
      for (const { play, title } of await titled(begun))
        log.info(
          {
            title,
            client: play.client,
            give: play.give,
            lease: play.lease,
            cached: play.cacheHit || undefined,
            calls: play.apiCalls,
            rule: play.rule,
            play: play.id,
          },
          'playing',
        );
    },

    async over(plays) {
      const ended = plays.filter(({ id }) => told.delete(id));
      // Those that were pushed out by others never end.
      if (told.size > maxTold) told.clear();
      const long = ended.filter(
        ({ bytes, startedAt, lastAt }) => bytes > 0 && lastAt - startedAt >= tellsEndMs,
      );
      for (const { play, title } of await titled(long))
        log.info(
          {
            title,
            client: play.client,
            ended: play.ended,
            ms: play.lastAt - play.startedAt,
            bytes: play.bytes,
            calls: play.apiCalls,
            play: play.id,
          },
          'played',
        );
    },
  };
}

/** It was sent to the host, or got its first byte; one that was refused has its line as an error. */
function hasBegun({ give, ended, firstByteMs }: PlayRecord): boolean {
  return give === 'redirect' ? ended === 'sent on' : firstByteMs !== undefined;
}
