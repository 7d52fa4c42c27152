import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { jsonOf } from '../core/codec.ts';
import { minuteMs } from '../core/durations.ts';
import { isBridgeError } from '../core/errors.ts';
import { type FileId, toFileId } from '../core/ids.ts';
import type { LeaseSource } from '../links/lease.ts';
import type { Comeback } from '../links/link-probe.ts';
import type { Client } from './policy/client.ts';
import type { Family } from './policy/client-traits.ts';
import type { Rule } from './policy/rules.ts';

/** What is told of one play: all requests of one viewer for one file, until a minute passes without one. */
export interface PlayRecord {
  id: string;
  fileId: FileId;
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
  cachedBytes: number;
  cacheHit: boolean;
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

/** Plays of versions up to 0.2 were written under other names. */
function withTodaysNames(raw: unknown): unknown {
  if (typeof raw !== 'object' || raw === null) return raw;
  const former = { cachedBytes: Reflect.get(raw, 'keptBytes'), cacheHit: Reflect.get(raw, 'shieldHit') };
  return { ...former, ...raw };
}

const shape = z.object({
  id: z.string(),
  fileId: z.string().transform(toFileId),
  name: z.string(),
  startedAt: z.number(),
  lastAt: z.number(),
  client: z.custom<Family>((family) => typeof family === 'string'),
  userAgent: z.string(),
  address: z.string(),
  rule: z.string(),
  why: z.string(),
  give: z.enum(['bytes', 'redirect']),
  lease: z.enum(['new', 'shared', 'kept']).exactOptional(),
  apiCalls: z.number(),
  cachedBytes: z.number(),
  cacheHit: z.boolean(),
  firstByteMs: z.number().exactOptional(),
  bytes: z.number(),
  requests: z.number(),
  seeks: z.number(),
  resumes: z.number(),
  ended: z.string(),
});
const play: z.ZodType<PlayRecord> = z.preprocess(withTodaysNames, shape);
export const playCodec = jsonOf(play);

/** Who plays what, as the first request tells it. */
export interface PlayStart {
  file: { id: FileId; name: string; sizeBytes: number };
  client: Client;
  family: Family;
  start: number;
  rule: Rule;
}

/** A viewer that asks nothing for so long has stopped; what comes later is another play. */
const idleMs = minuteMs;
/** Who opens a film twice does so within this. */
const soonMs = 2000;
/** For so long a viewer who found nothing counts as one who may find nothing again. */
const missedMs = 10_000;

/** One play as it goes on. */
export class Play {
  readonly record: PlayRecord;
  readonly #client: Client;
  readonly #sizeBytes: number;
  readonly #changed: (play: Play) => void;
  #streams = 0;
  /** Where the last reading is: what begins elsewhere is a jump. */
  #position = 0;
  /** How often in a row the viewer has come back to this byte. */
  #comebacks = 0;
  /** When it last did so as one does that found nothing there. */
  #missedAt = Number.NEGATIVE_INFINITY;
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
      cachedBytes: 0,
      cacheHit: false,
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

  /**
   * What a request at this moment would be, before it is counted. A third one in a hurry is no news. Who has just come
   * back from nothing may have had a part and found nothing behind it: then it is one wherever it goes on.
   */
  comeback(start: number, now: number): Comeback {
    const { ended, lastAt } = this.record;
    const isSame = start === this.#position;
    if (ended !== 'sent on' || this.isOver(now) || !(isSame || now - this.#missedAt < missedMs))
      return 'none';
    if (now - lastAt >= soonMs) return 'late';
    return isSame && this.#comebacks === 0 ? 'soon' : 'none';
  }

  asked({ start, rule }: PlayStart, now: number): void {
    const { record } = this;
    if (start === this.#position && this.comeback(start, now) === 'late') this.#missedAt = now;
    this.#comebacks = record.ended === 'sent on' && start === this.#position ? this.#comebacks + 1 : 0;
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

  cached(bytes: number): void {
    if (this.record.bytes === 0) this.record.cacheHit = true;
    this.record.cachedBytes += bytes;
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
