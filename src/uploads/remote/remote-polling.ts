import type { RemoteAddress, RemoteJournal } from '../../catalog/remote-journal.ts';
import type { Clock } from '../../core/clock.ts';
import { dayMs } from '../../core/durations.ts';
import { isBridgeError } from '../../core/errors.ts';
import type { FetchedAddress, FetchJob, FetchReport, WritableHost } from '../../host/host-writes.ts';
import { addressKey } from './address-key.ts';

/** Notes that these are over. */
export type EndAddresses = (
  addresses: readonly RemoteAddress[],
  state: 'added' | 'failed' | 'unsure',
  why?: string,
) => Promise<void>;

export interface RemotePollingOptions {
  host: Pick<WritableHost, 'writes'>;
  journal: RemoteJournal;
  clock: Clock;
  end: EndAddresses;
  tell: (addresses: readonly RemoteAddress[]) => Promise<void>;
}

/** What the host tells of its jobs becomes what is known of addresses. */
export interface RemotePolling {
  /** Asks after the jobs that are over, and after those that the host does not tell of any more. */
  read(fetching: readonly RemoteAddress[], jobs: readonly FetchJob[], signal: AbortSignal): Promise<void>;
}

/** No download takes longer. */
const givenUpMs = 2 * dayMs;
/** A job that is not told of so often is asked for by its number. */
const enoughMisses = 2;

export function createRemotePolling(options: RemotePollingOptions): RemotePolling {
  const { host, journal, clock, end, tell } = options;
  const misses = new Map<string, number>();

  async function reportOf(job: string, signal: AbortSignal): Promise<FetchReport | undefined> {
    try {
      return await host.writes.fetchReport(job, { urgency: 'write', signal });
    } catch (error) {
      if (isBridgeError(error, 'BRIDGE_HOST_FILE_GONE')) return undefined;
      throw error;
    }
  }

  async function take(
    addresses: readonly RemoteAddress[],
    results: readonly FetchedAddress[],
  ): Promise<void> {
    for (const [at, address] of addresses.entries()) {
      const result =
        resultFor(address, results) ?? (results.length === addresses.length ? results[at] : undefined);
      if (result?.outcome === 'stored') {
        const { id, url } = result.page;
        await tell(await journal.change([address.id], { state: 'stored', fileId: id, pageUrl: url }));
      } else if (result?.outcome === 'refused')
        await end([address], 'failed', result.says || 'the host does not say why');
      else await end([address], 'unsure', 'the host does not say what became of it: look into the folder');
    }
  }

  return {
    async read(fetching, jobs, signal) {
      const told = new Map(jobs.map((job) => [job.id, job]));
      for (const [job = '', addresses] of Map.groupBy(fetching, (one) => one.job)) {
        if (told.has(job)) misses.delete(job);
        else misses.set(job, (misses.get(job) ?? 0) + 1);
        const isAsked = told.get(job)?.isOver || (misses.get(job) ?? 0) >= enoughMisses;
        const report = isAsked ? await reportOf(job, signal) : { results: [] };
        if (report && report.results.length > 0) await take(addresses, report.results);
        else if (!report)
          await end(addresses, 'unsure', 'the host knows nothing of it any more: look into the folder');
        else if (addresses.some(({ askedAt = 0 }) => clock.now() - askedAt > givenUpMs))
          await end(addresses, 'unsure', 'the host has not ended it in two days');
      }
    },
  };
}

/** As it was asked, or as the host has written it since. */
function resultFor({ url }: RemoteAddress, results: readonly FetchedAddress[]): FetchedAddress | undefined {
  const key = addressKey(url);
  return (
    results.find(({ address }) => address === url) ??
    results.find(({ address }) => addressKey(address) === key)
  );
}
