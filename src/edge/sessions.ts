import { createHmac, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../core/clock.ts';
import { jsonOf } from '../core/codec.ts';
import { dayMs, hourMs } from '../core/durations.ts';
import type { KeptFact } from '../core/kept-fact.ts';

/** Somebody has logged in and not out again. Times in milliseconds UTC. */
export interface Session {
  /** Of what the browser shows: whoever reads it here cannot log in with it. */
  digest: string;
  begunAt: number;
  /** To the hour: not every request is a write. */
  usedAt: number;
}

const kept: z.ZodType<Session[]> = z.array(
  z.object({ digest: z.string(), begunAt: z.number(), usedAt: z.number() }),
);
export const sessionsCodec = jsonOf(kept);

/** A browser that does not come back for so long has to log in again, and every browser after a month. */
const idleMs = 7 * dayMs;
/** How long a log-in lasts at most. */
export const sessionMs = 30 * dayMs;
/** More browsers than a household has; the one that came longest ago goes. */
const maxSessions = 100;

export interface SessionsOptions {
  clock: Pick<Clock, 'now'>;
  /** User and password of today: with others, nobody is logged in any more. */
  credentials: string;
  memory: KeptFact<Session[]>;
}

/** Who is logged in to the page. What is kept says nothing to who reads it; a log-in outlives a restart. */
export interface Sessions {
  /** @returns what the browser shows from now on: 256 bits, base64url */
  begin(): string;
  /** Whether this was given to a browser that is still logged in. */
  isLive(shown: string): boolean;
  end(shown: string): void;
}

export function createSessions({ clock, credentials, memory }: SessionsOptions): Sessions {
  const live = new Map((memory.read() ?? []).map((session) => [session.digest, session]));
  // Found by a digest under the password: comparing it tells nothing of what would be right.
  const digestOf = (shown: string) => createHmac('sha256', credentials).update(shown).digest('base64url');

  function keep(): void {
    const now = clock.now();
    for (const session of live.values()) if (isOver(session, now)) live.delete(session.digest);
    const sessions = [...live.values()].sort((a, b) => b.usedAt - a.usedAt);
    for (const { digest } of sessions.splice(maxSessions)) live.delete(digest);
    memory.write(sessions);
  }

  return {
    begin() {
      const shown = randomBytes(32).toString('base64url');
      const digest = digestOf(shown);
      live.set(digest, { digest, begunAt: clock.now(), usedAt: clock.now() });
      keep();
      return shown;
    },

    isLive(shown) {
      const session = live.get(digestOf(shown));
      const now = clock.now();
      if (!session || isOver(session, now)) return false;
      if (now - session.usedAt > hourMs) {
        session.usedAt = now;
        keep();
      }
      return true;
    },

    end(shown) {
      if (live.delete(digestOf(shown))) keep();
    },
  };
}

/** A clock that was set back must not make a log-in last longer than any does. */
function isOver({ begunAt, usedAt }: Session, now: number): boolean {
  return now - usedAt >= idleMs || now - begunAt >= sessionMs || begunAt - now > dayMs;
}
