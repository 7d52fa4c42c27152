import { errorTable } from '../core/errors.ts';
import { version } from '../core/version.ts';
import { builtInRules } from '../delivery/policy/rules.ts';
import type { Urgency } from '../host/host.ts';
import type { LeaseSource } from '../links/lease.ts';
import { recipientKinds } from '../notify/people/recipient.ts';
import type { ServerName } from '../notify/servers/adapter.ts';

/** One metric. */
export interface MetricRow {
  type: 'counter' | 'gauge' | 'histogram';
  help: string;
  /**
   * Every value that a label may have: what is not among them is shown as `other`, so that no name, path or secret can
   * become one. `verbs` are those of the host.
   */
  labels: Readonly<Record<string, readonly string[] | 'verbs'>>;
  /** Where its values come from, for people. */
  source: string;
  /** Of a histogram: upper bounds, in the unit of the metric. */
  buckets?: readonly number[];
}

const codes = Object.keys(errorTable);
const urgencies: readonly Urgency[] = ['play', 'write', 'refresh', 'probe', 'index', 'background'];
const serverKinds: readonly ServerName[] = ['jellyfin', 'emby', 'plex', 'kodi', 'rclone', 'webhook'];

const row =
  (type: MetricRow['type']) =>
  (help: string, source: string, labels: MetricRow['labels'] = {}): MetricRow => ({
    type,
    help,
    labels,
    source,
  });
const counter = row('counter');
const gauge = row('gauge');

const plays = 'plays';
const governor = 'the pace of the host';
const catalog = 'the catalog';
const machine = 'the process';

/** Values of the labels that are made elsewhere than in this table. */
export const labelValues = {
  rules: [...builtInRules.map(({ name }) => name), 'mode', 'own'],
  ends: ['sent on', 'to the end', 'left', 'unfinished', ...codes],
  leases: ['new', 'shared', 'kept'] satisfies LeaseSource[],
  circuit: ['closed', 'open', 'trying'],
  uploads: ['stored', 'untold', 'unsure', 'stopped', 'failed'],
  proposals: ['account', 'empty', 'failed', 'many'],
} as const satisfies Record<string, readonly string[]>;

/** Every metric, once. The table of docs/monitoring.md is held to this one by a test. */
export const metricTable = {
  passerelle_info: gauge('Always 1; the label has the version', machine, { version: [version] }),
  passerelle_event_loop_lag_seconds: gauge(
    'How late the event loop was since the last scrape: half of its turns, 99 of 100, the worst one',
    machine,
    { quantile: ['0.5', '0.99', '1'] },
  ),
  process_start_time_seconds: gauge('When the process started, seconds since 1970', machine),
  process_cpu_seconds_total: counter('Seconds of processor time that the process took', machine),
  process_resident_memory_bytes: gauge('Memory of the process', machine),
  passerelle_unread_sources: gauge('Sources of metrics that could not be read at this scrape', 'the scrape'),

  passerelle_host_calls_total: counter(
    'Calls to the API of the host that went out, by what was asked and how it ended',
    'lines of calls',
    { verb: 'verbs', outcome: ['ok', 'cancelled', 'failed', ...codes] },
  ),
  passerelle_host_turns_total: counter('Turns that the host was given: calls, and pages of shares', governor),
  passerelle_host_circuit: gauge(
    'Whether calls may go out: 1 for the state that is; trying = one call shows whether a lock is over',
    governor,
    { state: labelValues.circuit },
  ),
  passerelle_host_blocked: gauge('1 while the host is closed to us, by why', governor, { code: codes }),
  passerelle_host_waiting: gauge('Calls that wait for their turn', governor, { urgency: urgencies }),
  passerelle_host_running: gauge('Calls that are under way', governor),
  passerelle_host_calls_left: gauge('Plays that could start at once', governor),
  passerelle_account_ends_timestamp_seconds: gauge(
    'When the subscription of the account ends, seconds since 1970; absent while the host has not said it',
    'the account',
  ),
  passerelle_account_free_bytes: gauge(
    'What is free in the account; negative = too much is stored',
    'the account',
  ),

  passerelle_plays_total: counter(
    'Plays that are over (a minute without a request), by rule, way and end; rules of your own are own',
    plays,
    {
      rule: labelValues.rules,
      way: ['bytes', 'redirect'],
      end: labelValues.ends,
    },
  ),
  passerelle_plays_over_total: counter(
    'Plays that are over, by whether they ended with an error; both are there from the start',
    plays,
    { outcome: ['ok', 'failed'] },
  ),
  passerelle_plays_running: gauge('Plays that are not over', plays, { way: ['bytes', 'redirect'] }),
  passerelle_play_requests_total: counter('Requests of plays', plays),
  passerelle_play_seeks_total: counter(
    'Requests of plays that began elsewhere than the last one ended',
    plays,
  ),
  passerelle_play_resumes_total: counter('Times that the host broke off and a film went on', plays),
  passerelle_play_calls_total: counter('Links that plays had made by calls of their own', plays),
  passerelle_leases_total: counter('Plays by where their first link came from', plays, {
    source: labelValues.leases,
  }),
  passerelle_first_byte_seconds: {
    type: 'histogram',
    help: 'From the first request of a play that gave bytes to its first byte, by where that came from',
    labels: { start: ['cache', 'host'] },
    source: plays,
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  },
  passerelle_bytes_total: counter(
    'Bytes of files that passed through Passerelle, by where they came from; those of redirects do not',
    'plays and readings',
    { way: ['cache', 'host'], use: ['play', 'background'] },
  ),
  passerelle_cache_starts_total: counter(
    'Plays with bytes whose first byte came from the cache, and those whose did not',
    plays,
    { result: ['hit', 'miss'] },
  ),
  passerelle_cache_bytes: gauge('Beginnings and ends of films that are kept', 'the range cache'),
  passerelle_cache_max_bytes: gauge('How much of them may be kept', 'the range cache'),
  passerelle_streams_open: gauge('Readings that are open', 'the reader'),
  passerelle_connections_used: gauge('Connections to download servers of the host', 'the connection slots'),
  passerelle_connections_max: gauge('How many of them there may be', 'the connection slots'),

  passerelle_files: gauge('Files in the library', catalog),
  passerelle_files_missing: gauge('Files in it that the last crawls did not see', catalog),
  passerelle_folders: gauge('Folders that are known', catalog),
  passerelle_crawl_age_seconds: gauge(
    'Since the last complete crawl; absent before the first one',
    'the ends of crawls',
  ),
  passerelle_discovery_age_seconds: gauge(
    'Since somebody last looked for new files between crawls, or since the start; absent where nobody does',
    'looks for new files',
  ),
  passerelle_proposals_open: gauge('Proposals that wait for a word, by cause', catalog, {
    kind: labelValues.proposals,
  }),

  passerelle_notify_total: counter(
    'Times that media servers and people were told, and how it ended',
    'results of telling',
    {
      kind: [...serverKinds, ...recipientKinds],
      result: ['ok', 'failed'],
    },
  ),
  passerelle_notify_waiting: gauge('Folders that servers have not been told of yet', 'the outbox', {
    kind: serverKinds,
  }),
  passerelle_notify_failing: gauge('Servers that could not be told the last time', 'the outbox', {
    kind: serverKinds,
  }),

  passerelle_uploads_total: counter('Files that were sent to the host, and how it ended', 'uploads', {
    result: labelValues.uploads,
  }),
  passerelle_upload_bytes_total: counter('Bytes of files that were sent to the host', 'uploads'),
  passerelle_uploads_open: gauge('Uploads that were begun and are not done with', catalog),

  passerelle_disk_free_bytes: gauge('What is free on the disk of a folder', 'the disk', {
    folder: ['data', 'library'],
  }),
  passerelle_disk_size_bytes: gauge('How large the disk of a folder is', 'the disk', {
    folder: ['data', 'library'],
  }),
} satisfies Record<string, MetricRow>;

export type MetricName = keyof typeof metricTable;
