import type { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Log } from '../core/log.ts';
import { type MetricName, type MetricRow, metricTable } from './metric-table.ts';
import type { ReadSamples, Sample } from './samples.ts';

export interface MetricsOptions {
  readers: readonly ReadSamples[];
  /** What the label `verb` may be. */
  verbs: readonly string[];
  log: Log;
}

/** The text of all metrics. */
export interface Exposition {
  contentType: string;
  text: string;
}

/** What Prometheus reads. Nothing is loaded and nothing is measured before somebody asks. */
export interface Metrics {
  /** Who asks while another is answered gets the same answer. A source that fails is left out, and counted. */
  read(): Promise<Exposition>;
}

type Instrument = Counter | Gauge | Histogram;

export function createMetrics({ readers, verbs, log }: MetricsOptions): Metrics {
  let registry: Promise<{ registry: Registry; instruments: Map<MetricName, Instrument> }> | undefined;
  let running: Promise<Exposition> | undefined;

  async function load() {
    const { Registry, Counter, Gauge, Histogram } = await import('prom-client');
    const registry = new Registry();
    const instruments = new Map<MetricName, Instrument>();
    for (const [name, row] of Object.entries<MetricRow>(metricTable)) {
      const common = { name, help: row.help, labelNames: Object.keys(row.labels), registers: [registry] };
      instruments.set(
        name as MetricName,
        row.type === 'histogram'
          ? new Histogram({ ...common, buckets: [...(row.buckets ?? [])] })
          : row.type === 'counter'
            ? new Counter(common)
            : new Gauge(common),
      );
    }
    return { registry, instruments };
  }

  /** Labels as the table allows them. */
  function bounded(name: MetricName, labels: Sample['labels'] = {}): Record<string, string> {
    const allowed: MetricRow['labels'] = metricTable[name].labels;
    return Object.fromEntries(
      Object.entries(labels).map(([label, value]) => {
        const values = allowed[label] === 'verbs' ? verbs : (allowed[label] ?? []);
        return [label, values.includes(value) ? value : 'other'];
      }),
    );
  }

  async function samples(): Promise<Sample[]> {
    let unread = 0;
    const all = await Promise.all(
      readers.map(async (read) => {
        try {
          return await read();
        } catch (error) {
          unread++;
          log.debug({ err: error }, 'a source of metrics cannot be read');
          return [];
        }
      }),
    );
    return [...all.flat(), { name: 'passerelle_unread_sources', value: unread }];
  }

  async function expose(): Promise<Exposition> {
    registry ??= load();
    const { registry: known, instruments } = await registry;
    const taken = await samples();
    for (const [name, instrument] of instruments) {
      const { type, labels }: MetricRow = metricTable[name];
      if (type === 'histogram') continue;
      instrument.reset();
      // What has no labels would be 0 from now on, also where nobody knows it.
      if (Object.keys(labels).length === 0) instrument.remove();
    }
    for (const { name, value, labels } of taken) {
      const instrument = instruments.get(name) as Instrument;
      // What was reset has no other value than what is added; two that both became `other` are added up.
      if ('observe' in instrument) instrument.observe(bounded(name, labels), value);
      else instrument.inc(bounded(name, labels), value);
    }
    return { contentType: known.contentType, text: await known.metrics() };
  }

  return {
    read() {
      running ??= expose().finally(() => {
        running = undefined;
      });
      return running;
    },
  };
}
