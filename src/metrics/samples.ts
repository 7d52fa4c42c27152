import { statfs } from 'node:fs/promises';
import type { Clock } from '../core/clock.ts';
import { secondMs } from '../core/durations.ts';
import { version } from '../core/version.ts';
import type { RangeCache } from '../delivery/cache/range-cache.ts';
import type { ConnectionSlots } from '../delivery/stream/connection-slots.ts';
import type { Reader } from '../delivery/stream/reader.ts';
import type { Host, HostState } from '../host/host.ts';
import type { Notifier } from '../notify/notifier.ts';
import type { EventLoopLag } from './event-loop-lag.ts';
import { labelValues, type MetricName } from './metric-table.ts';
import type { Tallies } from './tallies.ts';
import type { Tallied } from './tally.ts';

/** One value of one metric. Values of a histogram are what is new since the last time; all others are what is. */
export interface Sample {
  name: MetricName;
  value: number;
  labels?: Readonly<Record<string, string>>;
}

export interface SampleSources {
  clock: Clock;
  tallies: Tallies;
  /** Calls by verb and outcome. */
  calls: () => readonly { verb: string; outcome: string; calls: number }[];
  host: Pick<Host, 'state' | 'knownAccount' | 'limits'>;
  delivery: {
    rangeCache: Pick<RangeCache, 'state'>;
    reader: Pick<Reader, 'running'>;
    slots: Pick<ConnectionSlots, 'used'>;
  };
  /** How many files and folders there are. */
  counts: () => Promise<{ files: number; missing: number; folders: number }>;
  openProposals: () => Promise<readonly { kind: string }[]>;
  notify: Pick<Notifier, 'state'>;
  openUploads: () => Promise<readonly unknown[]>;
  /** Whether somebody looks for new files between crawls. */
  isSearching: () => boolean;
  lag: Pick<EventLoopLag, 'take'>;
  /** Folders whose disks are looked at. */
  folders: Readonly<Record<'data' | 'library', string>>;
}

/** What is read together, and is missing together where it cannot be read. */
export type ReadSamples = () => Sample[] | Promise<Sample[]>;

/** One source after the other, each read by itself. */
export function sampleReaders(sources: SampleSources): readonly ReadSamples[] {
  const { clock, tallies, host, delivery, lag, folders } = sources;
  const known = heldFor(clock, () => Promise.all([sources.counts(), sources.openProposals()]));
  const ageOf = (at: number) => Math.max(0, clock.now() - at) / 1000;

  return [
    ofProcess,
    () =>
      lag
        .take()
        .map(({ quantile, seconds }) => sample('passerelle_event_loop_lag_seconds', seconds, { quantile })),
    () => ofHost(host.state(), clock.now()),
    () =>
      sources
        .calls()
        .map(({ verb, outcome, calls }) => sample('passerelle_host_calls_total', calls, { verb, outcome })),
    ofAccount,
    ofPlays,
    ofDelivery,
    ofLibrary,
    ofNotify,
    ofUploads,
    () => ofDisk('data'),
    () => ofDisk('library'),
  ];

  function ofAccount(): Sample[] {
    const { premiumUntil, availableStorageBytes } = host.knownAccount() ?? {};
    return [
      ...(premiumUntil === undefined
        ? []
        : [sample('passerelle_account_ends_timestamp_seconds', premiumUntil / 1000)]),
      ...(availableStorageBytes === undefined
        ? []
        : [sample('passerelle_account_free_bytes', availableStorageBytes)]),
    ];
  }

  function ofPlays(): Sample[] {
    const figures = tallies.plays.figures();
    const background = tallies.background();
    const over = sumOf(figures.ended);
    const failed = sumOf(figures.ended.filter(({ labels }) => labels.end.startsWith('BRIDGE_')));
    const bytes = (way: string, use: string, value: number) =>
      sample('passerelle_bytes_total', value, { way, use });
    return [
      ...figures.ended.map(({ labels, count }) => sample('passerelle_plays_total', count, labels)),
      sample('passerelle_plays_over_total', over - failed, { outcome: 'ok' }),
      sample('passerelle_plays_over_total', failed, { outcome: 'failed' }),
      ...Object.entries(figures.running).map(([way, count]) =>
        sample('passerelle_plays_running', count, { way }),
      ),
      sample('passerelle_play_requests_total', figures.requests),
      sample('passerelle_play_seeks_total', figures.seeks),
      sample('passerelle_play_resumes_total', figures.resumes),
      sample('passerelle_play_calls_total', figures.calls),
      ...countsOf('source', labelValues.leases, figures.leases).map(([source, count]) =>
        sample('passerelle_leases_total', count, { source }),
      ),
      ...tallies.plays
        .takeFirstBytes()
        .map(({ start, seconds }) => sample('passerelle_first_byte_seconds', seconds, { start })),
      bytes('cache', 'play', figures.cachedBytes),
      bytes('host', 'play', figures.hostBytes),
      bytes('cache', 'background', background.cachedBytes),
      bytes('host', 'background', background.hostBytes),
      sample('passerelle_cache_starts_total', figures.hits, { result: 'hit' }),
      sample('passerelle_cache_starts_total', figures.misses, { result: 'miss' }),
    ];
  }

  function ofDelivery(): Sample[] {
    const { bytes, totalBytes } = delivery.rangeCache.state();
    return [
      sample('passerelle_cache_bytes', bytes),
      sample('passerelle_cache_max_bytes', totalBytes),
      sample('passerelle_streams_open', delivery.reader.running()),
      sample('passerelle_connections_used', delivery.slots.used()),
      sample('passerelle_connections_max', host.limits.connections),
    ];
  }

  async function ofLibrary(): Promise<Sample[]> {
    const [counts, open] = await known();
    const crawledAt = tallies.crawledAt();
    return [
      sample('passerelle_files', counts.files),
      sample('passerelle_files_missing', counts.missing),
      sample('passerelle_folders', counts.folders),
      ...labelValues.proposals.map((kind) =>
        sample('passerelle_proposals_open', open.filter((one) => one.kind === kind).length, { kind }),
      ),
      ...(crawledAt === undefined ? [] : [sample('passerelle_crawl_age_seconds', ageOf(crawledAt))]),
      ...(sources.isSearching()
        ? [sample('passerelle_discovery_age_seconds', ageOf(tallies.searchedAt()))]
        : []),
    ];
  }

  async function ofNotify(): Promise<Sample[]> {
    const byKind = Map.groupBy(await sources.notify.state(), ({ server }) => serverKindOf(server));
    return [
      ...tallies.notified.all().map(({ labels, count }) => sample('passerelle_notify_total', count, labels)),
      ...[...byKind].flatMap(([kind, servers]) => [
        sample(
          'passerelle_notify_waiting',
          servers.reduce((sum, { waiting }) => sum + waiting, 0),
          { kind },
        ),
        sample('passerelle_notify_failing', servers.filter(({ last }) => last?.ok === false).length, {
          kind,
        }),
      ]),
    ];
  }

  async function ofUploads(): Promise<Sample[]> {
    return [
      ...countsOf('result', labelValues.uploads, tallies.uploads.all()).map(([result, count]) =>
        sample('passerelle_uploads_total', count, { result }),
      ),
      sample('passerelle_upload_bytes_total', tallies.uploadBytes()),
      sample('passerelle_uploads_open', (await sources.openUploads()).length),
    ];
  }

  async function ofDisk(folder: 'data' | 'library'): Promise<Sample[]> {
    const { bavail, blocks, bsize } = await statfs(folders[folder]);
    return [
      sample('passerelle_disk_free_bytes', bavail * bsize, { folder }),
      sample('passerelle_disk_size_bytes', blocks * bsize, { folder }),
    ];
  }
}

/** Counting 100,000 files takes a while: who asks again soon gets what the last one got. */
const countsHoldMs = 5 * secondMs;

function heldFor<T>(clock: Clock, read: () => Promise<T>): () => Promise<T> {
  let held: { at: number; value: T } | undefined;
  return async () => {
    const now = clock.now();
    if (!held || now - held.at >= countsHoldMs || now < held.at) held = { at: now, value: await read() };
    return held.value;
  };
}

/** One for each value, also where nothing was counted: what first appears as 1 has not grown, to Prometheus. */
function countsOf<L extends string>(
  label: L,
  values: readonly string[],
  tallied: readonly Tallied<L>[],
): [value: string, count: number][] {
  return values.map((value) => [value, sumOf(tallied.filter(({ labels }) => labels[label] === value))]);
}

function sumOf(tallied: readonly { count: number }[]): number {
  return tallied.reduce((sum, { count }) => sum + count, 0);
}

function sample(name: MetricName, value: number, labels?: Sample['labels']): Sample {
  return { name, value, ...(labels && { labels }) };
}

function ofProcess(): Sample[] {
  const { user, system } = process.cpuUsage();
  return [
    sample('passerelle_info', 1, { version }),
    sample('process_start_time_seconds', performance.timeOrigin / 1000),
    sample('process_cpu_seconds_total', (user + system) / 1e6),
    sample('process_resident_memory_bytes', process.memoryUsage.rss()),
  ];
}

function ofHost({ isBlocked, blockedUntil, blockedBy, ...state }: HostState, now: number): Sample[] {
  const circuit = !isBlocked
    ? 'closed'
    : blockedUntil !== undefined && blockedUntil <= now
      ? 'trying'
      : 'open';
  return [
    ...labelValues.circuit.map((one) =>
      sample('passerelle_host_circuit', Number(one === circuit), { state: one }),
    ),
    ...(blockedBy === undefined ? [] : [sample('passerelle_host_blocked', 1, { code: blockedBy })]),
    ...Object.entries(state.waiting).map(([urgency, count]) =>
      sample('passerelle_host_waiting', count, { urgency }),
    ),
    sample('passerelle_host_running', state.running),
    sample('passerelle_host_calls_left', state.callsLeft),
    sample('passerelle_host_turns_total', state.callsMade),
  ];
}

/** Of the name of a server its first word: the rest is an address. */
export function serverKindOf(server: string): string {
  return server.split(' ', 1)[0] as string;
}
