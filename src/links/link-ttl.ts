import { z } from 'zod';
import { jsonOf } from '../core/codec.ts';
import type { KeptFact } from '../core/kept-fact.ts';
import type { Lease } from './lease.ts';

/** What is known of one of the two lives of a link: before its first use (`start`), and after it (`resume`). */
export interface LearnedWindow {
  /** A link younger than this is handed out. Milliseconds. */
  believedMs: number;
  /** The greatest age at which the host was seen to answer, since it last refused a younger one. */
  provenMs: number;
}

/** What was learned of the links of one account. */
export interface LearnedTtl {
  /** Whose links these are; another account begins anew. Holds no key. */
  account: string;
  start: LearnedWindow;
  resume: LearnedWindow;
}

const learnedWindow = z.object({ believedMs: z.number(), provenMs: z.number() });
const learned: z.ZodType<LearnedTtl> = z.object({
  account: z.string(),
  start: learnedWindow,
  resume: learnedWindow,
});
export const learnedTtlCodec = jsonOf(learned);

export interface LinkTtlOptions {
  account: string;
  /** What is believed before anything is learned (facts/1fichier-api 3.3: documented, never measured). */
  startWindowMs: number;
  resumeWindowMs: number;
  /** Bounds of what may be learned. */
  minMs: number;
  maxMs: number;
  /** Where it outlives a restart. */
  memory: KeptFact<LearnedTtl>;
}

/**
 * How long direct links of an account live, learned from each link that the host answers and each that it refuses:
 * the documented times are a first guess. A window grows a little past what was seen to work, so that in the end it
 * swings around the true one; where a refusal would reach a player, `provenUntil` is the time to go by.
 * Times in milliseconds UTC.
 */
export interface LinkTtl {
  /** The moment from which this lease is not handed out any more. */
  endOf(lease: Lease): number;
  /** Until when links like this one have been seen to live, from their first use on. */
  provenUntil(lease: Lease): number;
  /** Until when a player that has begun with this lease may go on with it, as far as was seen. */
  provenResumeUntil(lease: Lease): number;
  /** No link is tried after this, whatever is believed. */
  lastHopeUntil(lease: Lease): number;
  /** The host answered with the file. */
  worked(lease: Lease, now: number): void;
  /** The host refused a link at this age in milliseconds, and the file is alive: another link worked. */
  refused(isUsed: boolean, ageMs: number): void;
  /** What was learned so far, for people. */
  state(): Readonly<LearnedTtl>;
}

/** A refusal may be a bad moment of the host: one alone halves a window at most. */
const shrink = 0.5;
/** A link this near to its believed end that still works makes the next ones be tried for longer. */
const nearEnd = 0.75;
const growth = 1.25;
/** How far below an age that was refused links are trusted. */
const margin = 0.9;

/** @see LinkTtl */
export function createLinkTtl(options: LinkTtlOptions): LinkTtl {
  const { account, startWindowMs, resumeWindowMs, memory } = options;
  // What a person believes is never out of bounds.
  const minMs = Math.min(options.minMs, startWindowMs, resumeWindowMs);
  const maxMs = Math.max(options.maxMs, startWindowMs, resumeWindowMs);
  const bounded = (ms: number) => Math.min(maxMs, Math.max(minMs, ms));
  const kept = memory.read();
  const linkTtl: LearnedTtl =
    kept && isTtl(kept) && kept.account === account
      ? { account, start: within(kept.start), resume: within(kept.resume) }
      : {
          account,
          start: { believedMs: startWindowMs, provenMs: 0 },
          resume: { believedMs: resumeWindowMs, provenMs: 0 },
        };
  let written = structuredClone(linkTtl);

  function within({ believedMs, provenMs }: LearnedWindow): LearnedWindow {
    return { believedMs: bounded(believedMs), provenMs: Math.min(maxMs, Math.max(0, provenMs)) };
  }

  const windowOf = (lease: Lease): LearnedWindow =>
    lease.firstUsedAt === undefined ? linkTtl.start : linkTtl.resume;

  /** A proven age grows with every jump: only a step worth keeping is written. */
  function save(): void {
    const isWorth = (a: LearnedWindow, b: LearnedWindow) =>
      a.believedMs !== b.believedMs || Math.abs(a.provenMs - b.provenMs) > 10_000;
    if (!isWorth(linkTtl.start, written.start) && !isWorth(linkTtl.resume, written.resume)) return;
    written = structuredClone(linkTtl);
    memory.write(written);
  }

  return {
    endOf: (lease: Lease): number => lease.issuedAt + windowOf(lease).believedMs,

    provenUntil: (lease: Lease): number =>
      lease.issuedAt + Math.min(windowOf(lease).provenMs, windowOf(lease).believedMs),

    provenResumeUntil: (lease: Lease): number =>
      lease.issuedAt + Math.min(linkTtl.resume.provenMs, linkTtl.resume.believedMs),

    lastHopeUntil: (lease: Lease): number => lease.issuedAt + maxMs,

    worked(lease: Lease, now: number): void {
      const window = windowOf(lease);
      const ageMs = now - lease.issuedAt;
      if (ageMs < 0) return;
      window.provenMs = Math.max(window.provenMs, Math.min(ageMs, maxMs));
      if (ageMs >= window.believedMs * nearEnd)
        window.believedMs = Math.max(window.believedMs, bounded(ageMs * growth));
      save();
    },

    refused(isUsed: boolean, ageMs: number): void {
      const window = isUsed ? linkTtl.resume : linkTtl.start;
      if (ageMs < 0) return;
      window.provenMs = Math.min(window.provenMs, ageMs * margin);
      if (ageMs < window.believedMs)
        window.believedMs = bounded(Math.max(ageMs * margin, window.believedMs * shrink));
      save();
    },

    state: (): Readonly<LearnedTtl> => structuredClone(linkTtl),
  };
}

function isTtl(kept: LearnedTtl): boolean {
  return [kept.start, kept.resume].every(
    (window) => Number.isFinite(window?.believedMs) && Number.isFinite(window?.provenMs),
  );
}
