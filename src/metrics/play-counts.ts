import type { PlayRecord } from '../delivery/play.ts';
import { labelValues } from './metric-table.ts';
import { createTally, type Tallied } from './tally.ts';

/** From which a first byte came, and how long it took. */
export interface FirstByte {
  start: 'cache' | 'host';
  seconds: number;
}

/** Figures of all plays since the start of the process. */
export interface PlayFigures {
  /** Plays that are over. */
  ended: Tallied<'rule' | 'way' | 'end'>[];
  running: Record<PlayRecord['give'], number>;
  requests: number;
  seeks: number;
  resumes: number;
  calls: number;
  leases: Tallied<'source'>[];
  cachedBytes: number;
  hostBytes: number;
  hits: number;
  misses: number;
}

/**
 * Counts plays from what is noted of them anyway. The hot path pays for a comparison: everything else is read from the
 * records when somebody asks.
 */
export interface PlayCounts {
  /** A request belongs to this play. On the hot path. */
  asked(play: PlayRecord): void;
  /** Nobody goes on with these. */
  over(plays: readonly PlayRecord[]): void;
  figures(): PlayFigures;
  /** Of plays of which none was told before. */
  takeFirstBytes(): FirstByte[];
}

/** More than ever run at one time: those that were pushed out by others never end by themselves. */
const maxLive = 2000;
/** Nobody takes first bytes where nobody asks for metrics. */
const maxFirstBytes = 10_000;

export function createPlayCounts(): PlayCounts {
  const live = new Set<PlayRecord>();
  /** Of those, the ones whose first byte was noted. */
  const begun = new WeakSet<PlayRecord>();
  const ended = createTally<'rule' | 'way' | 'end'>();
  const leases = createTally<'source'>();
  let firstBytes: FirstByte[] = [];
  const past = zero();

  /** What is told of a play once. */
  function noteFirstByte(play: PlayRecord): void {
    if (play.firstByteMs === undefined || begun.has(play)) return;
    begun.add(play);
    past[play.cacheHit ? 'hits' : 'misses']++;
    if (firstBytes.length < maxFirstBytes)
      firstBytes.push({ start: play.cacheHit ? 'cache' : 'host', seconds: play.firstByteMs / 1000 });
  }

  function end(play: PlayRecord): void {
    if (!live.delete(play)) return;
    noteFirstByte(play);
    addTo(past, play);
    if (play.lease !== undefined) leases.add({ source: play.lease });
    ended.add({ rule: ruleOf(play.rule), way: play.give, end: endOf(play.ended) });
  }

  return {
    asked(play) {
      if (play.requests > 1) return;
      if (live.size >= maxLive) end(live.values().next().value as PlayRecord);
      live.add(play);
    },

    over(plays) {
      for (const play of plays) end(play);
    },

    figures() {
      for (const play of live) noteFirstByte(play);
      const sums = { ...past };
      const running = { bytes: 0, redirect: 0 };
      const sources = createTally(leases.all());
      for (const play of live) {
        running[play.give]++;
        addTo(sums, play);
        if (play.lease !== undefined) sources.add({ source: play.lease });
      }
      return { ...sums, running, ended: ended.all(), leases: sources.all() };
    },

    takeFirstBytes() {
      for (const play of live) noteFirstByte(play);
      const taken = firstBytes;
      firstBytes = [];
      return taken;
    },
  };
}

type Sums = Omit<PlayFigures, 'ended' | 'running' | 'leases'>;

function zero(): Sums {
  return { requests: 0, seeks: 0, resumes: 0, calls: 0, cachedBytes: 0, hostBytes: 0, hits: 0, misses: 0 };
}

function addTo(sums: Sums, play: PlayRecord): void {
  sums.requests += play.requests;
  sums.seeks += play.seeks;
  sums.resumes += play.resumes;
  sums.calls += play.apiCalls;
  sums.cachedBytes += play.cachedBytes;
  sums.hostBytes += play.bytes - play.cachedBytes;
}

const rules: readonly string[] = labelValues.rules;

function ruleOf(rule: string): string {
  return rules.includes(rule) ? rule : 'own';
}

/** `left at 63 %` is `left`, whatever the place; a play that was never told how it ended is unfinished. */
function endOf(ended: string): string {
  if (ended.startsWith('left')) return 'left';
  return ended === 'running' ? 'unfinished' : ended;
}
