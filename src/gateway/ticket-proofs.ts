import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { KeyValue, KeyValues } from '../catalog/db/key-values.ts';
import type { Clock } from '../core/clock.ts';
import { jsonOf } from '../core/codec.ts';
import { dayMs, minuteMs, secondMs } from '../core/durations.ts';
import type { ItemAccess } from './item-access.ts';
import type { ItemId } from './item-id.ts';
import { keepNewest } from './keep-newest.ts';
import type { Ticket } from './tickets.ts';

/** To whom a ticket was given, and for what: with this the server can be asked again. The token is secret. */
export interface Proof {
  token: string;
  /** The person that an API key asked for. */
  userId: string | undefined;
  /** The item that the answer to PlaybackInfo was about; its versions have ids of their own. */
  askedId: ItemId;
  /** Whether the answer was the server's own. */
  isServersWord: boolean;
}

/**
 * What stands behind the tickets. A ticket is worth as much as the log-in that it was given to: it ends with that, and
 * with the right to see the item. The server is asked about it, with the same token, once in five minutes in which the
 * ticket is used, and at its next use where something has happened that may have ended it; never for each request of a
 * film. A server that does not answer ends nothing.
 */
export interface TicketProofs {
  /** @returns the mark of this log-in, to be written into the ticket; it tells nothing of the token */
  note(itemId: ItemId, proof: Proof): string;
  /** Whether the server has answered the bearer of this token about this item, and nothing has made that doubtful. */
  hasShown(token: string, itemId: ItemId): boolean;
  /** Whether a ticket of ours may be used now. */
  holds(ticket: Ticket): Promise<boolean>;
  /** The bearer of this token has logged out, or the key is deleted: its tickets are over, after a restart too. */
  end(token: string): void;
  /** The bearer of this token, or anybody, may have lost what was theirs: asked at the next use of a ticket. */
  doubt(token?: string): void;
}

export interface TicketProofsOptions {
  clock: Clock;
  /** How long after its issue a ticket ends. */
  ticketMs: number;
  check: ItemAccess['check'];
  keyValues: KeyValues;
  /** Of the server, so that each gateway has its own. */
  name: string;
  /** Is told that an end could not be kept for after a restart. */
  onFault(error: unknown): void;
}

interface NotedProof extends Proof {
  /** When the server is to be asked again; 0 = at the next use. */
  dueAt: number;
  asking: Promise<void> | undefined;
}

const provenMs = 5 * minuteMs;
/** The first picture after a jump waits for it. */
const maxWaitMs = 2 * secondMs;
/** Films that are watched at one time, with their versions, many times over; the oldest goes first. */
const maxProofs = 4000;
const maxEnds = 1000;

const keptEnds = z.array(z.tuple([z.string(), z.number()]));

export function createTicketProofs(options: TicketProofsOptions): TicketProofs {
  const { clock, check, ticketMs } = options;
  const proofs = new Map<string, NotedProof>();
  /** Of whom anything is known: whoever tries wrong tokens by the thousand has nothing looked through. */
  const marks = new Map<string, true>();
  /** Until when it counts that an item was shown to a mark. */
  const shown = new Map<string, number>();
  /** When the tickets of a mark, or of a mark and an item, ended. */
  const ends = new Map<string, number>();
  const kept: KeyValue<[string, number][]> = options.keyValues.entry(
    `endedTickets ${options.name}`,
    jsonOf(keptEnds),
  );
  const loaded = kept
    .get()
    .then((old) => {
      for (const [mark, at] of old ?? []) keepNewest(ends, mark, Math.max(at, ends.get(mark) ?? 0), maxEnds);
    })
    .catch(options.onFault);

  function endMark(mark: string): void {
    keepNewest(ends, mark, clock.now(), maxEnds);
    for (const key of proofs.keys()) if (key.startsWith(`${mark} `)) proofs.delete(key);
    hide(mark);
    void loaded
      .then(() => {
        const young = [...ends].filter(([key, at]) => !key.includes(' ') && clock.now() - at < dayMs);
        return kept.put(young);
      })
      .catch(options.onFault);
  }

  function hide(mark: string): void {
    for (const key of shown.keys()) if (key.startsWith(`${mark} `)) shown.delete(key);
  }

  async function ask(key: string, mark: string, known: NotedProof): Promise<void> {
    const { askedId, token, userId } = known;
    // Whoever doubts while the answer is on its way has it asked for again.
    known.dueAt = clock.now() + provenMs;
    const found = await check(askedId, { token, userId, signal: AbortSignal.timeout(maxWaitMs) });
    known.asking = undefined;
    if (found === 'tokenRefused') endMark(mark);
    else if (found === 'refused') {
      keepNewest(ends, key, clock.now(), maxEnds);
      proofs.delete(key);
      hide(mark);
    }
    // Not at every request: whoever watches waits for each of them.
    else if (found === 'unknown') known.dueAt = Math.min(known.dueAt, clock.now() + minuteMs);
  }

  return {
    note(itemId, proof) {
      const mark = markOf(proof.token);
      keepNewest(marks, mark, true, maxProofs);
      for (const id of proof.isServersWord ? [itemId, proof.askedId] : [])
        keepNewest(shown, `${mark} ${id}`, clock.now() + ticketMs, maxProofs);
      if (proof.token !== '')
        keepNewest(
          proofs,
          `${mark} ${itemId}`,
          { ...proof, dueAt: clock.now() + provenMs, asking: undefined },
          maxProofs,
        );
      return mark;
    },

    hasShown: (token, itemId) => (shown.get(`${markOf(token)} ${itemId}`) ?? 0) > clock.now(),

    async holds({ user: mark, itemId, endsAt }) {
      await loaded;
      const key = `${mark} ${itemId}`;
      // The end of a ticket is written to the second.
      const issuedAt = endsAt - ticketMs;
      const isOver = () => Math.max(ends.get(mark) ?? 0, ends.get(key) ?? 0) >= issuedAt;
      if (isOver()) return false;
      const known = proofs.get(key);
      if (known === undefined) return true;
      const leftMs = known.dueAt - clock.now();
      // Never further away than it can be, whatever the clock says.
      if (known.asking === undefined && leftMs > 0 && leftMs <= provenMs) return true;
      known.asking ??= ask(key, mark, known);
      await known.asking;
      return !isOver();
    },

    end(token) {
      endMark(markOf(token));
    },

    doubt(token) {
      const mark = token === undefined ? undefined : markOf(token);
      if (mark === undefined) shown.clear();
      else if (marks.has(mark)) hide(mark);
      else return;
      for (const [key, known] of proofs)
        if (mark === undefined || key.startsWith(`${mark} `)) known.dueAt = 0;
    },
  };
}

function markOf(token: string): string {
  return createHash('sha256').update(token).digest('hex').slice(0, 12);
}
