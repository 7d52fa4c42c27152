import { hostileNames } from '../fixtures/hostile-names.ts';
import { ourReader, pathOf, type Reader } from '../fixtures/score.ts';
import type { Corpus } from './corpora.ts';
import { libraryAlone } from './library-alone.ts';

/** How fast names are read, in processor time: what else the machine does counts little. */
export interface Speed {
  names: number;
  perSecond: number;
  alonePerSecond: number;
  worst: { ms: number; path: string };
}

const rounds = 5;

export function measureSpeed(corpora: readonly Corpus[]): Speed {
  // Each name in a folder of its own: nothing that a folder is known by can be taken from the one before.
  const paths = corpora.flatMap(({ entries }) => entries.map(pathOf)).map((path, at) => `/${at}/${path}`);
  const best = { own: 0, alone: 0 };
  for (let round = 0; round < rounds; round++) {
    best.own = Math.max(best.own, namesPerSecond(ourReader, paths));
    best.alone = Math.max(best.alone, namesPerSecond(libraryAlone, paths));
  }
  const worst = { ms: 0, path: '' };
  for (const path of [...paths, ...hostileNames().map((name) => `/Films/${name}.mkv`)]) {
    const once = cpuMs(() => ourReader.recognise(path));
    // Collecting garbage may fall into any one of them: a slow name is slow again.
    const ms = once > 2 ? Math.min(once, ...[0, 1].map(() => cpuMs(() => ourReader.recognise(path)))) : once;
    if (ms > worst.ms) Object.assign(worst, { ms, path });
  }
  return { names: paths.length, perSecond: best.own, alonePerSecond: best.alone, worst };
}

function namesPerSecond(reader: Reader, paths: readonly string[]): number {
  const ms = cpuMs(() => {
    for (const path of paths) reader.recognise(path);
  });
  return Math.round((paths.length * 1000) / ms);
}

function cpuMs(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}
