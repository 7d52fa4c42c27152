import type { Clock } from '../core/clock.ts';
import { hourMs, minuteMs } from '../core/durations.ts';
import type { BridgeError } from '../core/errors.ts';
import type { FoundFile } from './scan-inbox.ts';

/** A file of an inbox that is not done with. */
export interface WaitingFile {
  dir: string;
  file: FoundFile;
  /** Since when it is as it is. */
  since: number;
  /** Somebody who must know says that it is finished. */
  isAsked: boolean;
  /** How often it did not go. */
  tries: number;
  /** Not before this, milliseconds UTC. */
  notBefore: number;
  /** Why it did not go; `stored`: the host has it and lists it later. */
  problem: BridgeError | 'stored' | undefined;
}

/** What waits in inboxes, since when, and when it is tried again. It is made anew by looking into them. */
export interface WaitingFiles {
  /** Notes what was found in an inbox: all of it, or `only` some that were asked for. What has gone is forgotten. */
  found(dir: string, files: readonly FoundFile[]): void;
  /** One of them, found by itself. */
  ask(dir: string, file: FoundFile): void;
  /** Those of an inbox, in the order of their paths. */
  of(dir: string): WaitingFile[];
  at(dir: string, path: string): WaitingFile | undefined;
  done(one: WaitingFile): void;
  /** Tried again later, each time later. @returns whether it is the first time that this is why */
  later(one: WaitingFile, problem: BridgeError | 'stored'): boolean;
}

const pauses = [minuteMs, 5 * minuteMs, 15 * minuteMs, hourMs, 3 * hourMs, 6 * hourMs] as const;

/** How long the next try waits after so many that failed, milliseconds. */
export function pauseAfter(tries: number): number {
  return pauses[Math.min(Math.max(tries, 1), pauses.length) - 1] ?? minuteMs;
}

export function createWaitingFiles(clock: Clock): WaitingFiles {
  const all = new Map<string, Map<string, WaitingFile>>();
  const ofDir = (dir: string) => {
    const known = all.get(dir) ?? new Map<string, WaitingFile>();
    all.set(dir, known);
    return known;
  };
  const fresh = (dir: string, file: FoundFile): WaitingFile => ({
    dir,
    file,
    since: clock.now(),
    isAsked: false,
    tries: 0,
    notBefore: 0,
    problem: undefined,
  });
  const codeOf = (problem: WaitingFile['problem']) => (typeof problem === 'object' ? problem.code : problem);

  return {
    found(dir, files) {
      const known = ofDir(dir);
      const paths = new Set(files.map(({ path }) => path));
      for (const path of known.keys()) if (!paths.has(path)) known.delete(path);
      for (const file of files)
        if (known.get(file.path)?.file.version !== file.version) known.set(file.path, fresh(dir, file));
    },
    ask(dir, file) {
      const known = ofDir(dir);
      const before = known.get(file.path);
      const one = before?.file.version === file.version ? before : fresh(dir, file);
      known.set(file.path, Object.assign(one, { isAsked: true, notBefore: 0 }));
    },
    of: (dir) => [...ofDir(dir).values()].sort((a, b) => (a.file.path < b.file.path ? -1 : 1)),
    at: (dir, path) => ofDir(dir).get(path),
    done({ dir, file }) {
      if (ofDir(dir).get(file.path)?.file.version === file.version) ofDir(dir).delete(file.path);
    },
    later(one, problem) {
      const isNews = codeOf(one.problem) !== codeOf(problem);
      one.tries++;
      one.problem = problem;
      const retryAt = typeof problem === 'object' ? (problem.retryAt ?? 0) : 0;
      one.notBefore = Math.max(retryAt, clock.now() + pauseAfter(one.tries));
      return isNews;
    },
  };
}
