import type { Settings } from '../config/settings.ts';
import type { Crawls } from './catalog/account/crawls.ts';
import type { Clock } from './core/clock.ts';
import type { KeepFact } from './core/kept-fact.ts';
import type { Log } from './core/log.ts';
import { createEventLoopLag } from './metrics/event-loop-lag.ts';
import { createMetrics, type Metrics } from './metrics/metrics.ts';
import { type SampleSources, sampleReaders } from './metrics/samples.ts';
import { crawlEndCodec, createTallies, type Tallies } from './metrics/tallies.ts';

export interface MeasuringParts {
  clock: Clock;
  log: Log;
  keep: KeepFact;
  crawls: Crawls;
}

/** What is counted while the parts work, and what tells of it. */
export interface Measuring {
  tallies: Tallies;
  /** The same crawls; the ends of complete ones are noted. */
  crawls: Crawls;
  metricsOf(parts: MetricParts): Metrics;
  stop(): void;
}

export interface MetricParts extends Omit<SampleSources, 'clock' | 'tallies' | 'lag' | 'isSearching'> {
  settings: Pick<Settings, 'sync'>;
  /** What the host may be asked, for labels. */
  verbs: readonly string[];
}

/** Counters for the parts that are built after this, and the metrics that are made of them. */
export async function createMeasuring({ clock, log, keep, crawls }: MeasuringParts): Promise<Measuring> {
  const lastCrawl = await keep('lastCrawl', crawlEndCodec);
  // Of before there was this fact.
  const last = lastCrawl.read() ? undefined : await crawls.last();
  if (last?.outcome === 'done' && last.endedAt !== undefined) lastCrawl.write({ at: last.endedAt });
  const tallies = createTallies(clock, lastCrawl);
  const lag = createEventLoopLag();

  return {
    tallies,
    crawls: {
      ...crawls,
      async end(id, outcome, ...rest) {
        await crawls.end(id, outcome, ...rest);
        if (outcome === 'done') tallies.crawled();
      },
    },
    metricsOf: ({ settings: { sync }, verbs, ...parts }) =>
      createMetrics({
        readers: sampleReaders({
          ...parts,
          clock,
          tallies,
          lag,
          isSearching: () => sync.discovery && sync.intervalMinutes > 0,
        }),
        verbs,
        log,
      }),
    stop: lag.stop,
  };
}
