import type { RemoteAddress, RemoteJournal } from '../../catalog/remote-journal.ts';
import type { Clock } from '../../core/clock.ts';
import { minuteMs } from '../../core/durations.ts';
import { type BridgeError, type ErrorCode, isBridgeError, isHostRefusal } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import type { FetchJob, WritableHost } from '../../host/host-writes.ts';
import { addressKey } from './address-key.ts';
import type { EndAddresses } from './remote-polling.ts';

export interface RemoteAskingOptions {
  host: Pick<WritableHost, 'writes' | 'limits'>;
  journal: RemoteJournal;
  clock: Clock;
  log: Log;
  end: EndAddresses;
  tell: (addresses: readonly RemoteAddress[]) => Promise<void>;
}

/** The host is asked to fetch, some addresses at a time, and never twice for what it may have begun. */
export interface RemoteAsking {
  /**
   * Asks for the first of those that wait, if it is time for it.
   * @throws what keeps the host from being asked at all
   */
  askNext(waiting: readonly RemoteAddress[], signal: AbortSignal): Promise<void>;
  /** When it may be asked next. */
  dueAt(): number;
  /** Finds the jobs of which the answer was lost, among those that the host tells of. */
  adopt(asked: readonly RemoteAddress[], jobs: readonly FetchJob[], signal: AbortSignal): Promise<void>;
}

/** A word about what was asked: another address may well be taken. */
const refusals: readonly ErrorCode[] = [
  'BRIDGE_HOST_REFUSED',
  'BRIDGE_HOST_FORBIDDEN',
  'BRIDGE_HOST_NOTHING_DONE',
  'BRIDGE_HOST_FILE_GONE',
  'BRIDGE_BAD_REQUEST',
];
const isAboutAddress = (error: unknown): error is BridgeError =>
  isBridgeError(error) && refusals.includes(error.code);
/** The clock of the host may be so far off ours. */
const clockSlackMs = 10 * minuteMs;
/** Jobs of others that are asked what they are about, each time. */
const maxQuestions = 5;
/** So often nothing is found before it counts as not begun. */
const enoughPolls = 2;

export function createRemoteAsking(options: RemoteAskingOptions): RemoteAsking {
  const { host, journal, clock, log, end, tell } = options;
  const { addressesAtOnce, pauseMs } = host.limits.fetching;
  let dueAt = 0;
  /** One of several was refused: which one shows when each is asked for by itself. */
  const alone = new Set<number>();
  /** Of jobs that are none of ours as far as we know. */
  const keysOf = new Map<string, ReadonlySet<string>>();
  const polls = new Map<number, number>();
  const askedAgain = new Set<number>();

  function next(waiting: readonly RemoteAddress[]): readonly RemoteAddress[] {
    const [first] = waiting;
    if (!first || alone.has(first.id)) return first ? [first] : [];
    return waiting
      .filter((one) => one.folderId === first.folderId && !alone.has(one.id))
      .slice(0, addressesAtOnce);
  }

  async function ask(batch: readonly RemoteAddress[], signal: AbortSignal): Promise<void> {
    const [first] = batch;
    if (!first) return;
    const ids = batch.map(({ id }) => id);
    let isOut = false;
    let job: string;
    await tell(await journal.change(ids, { state: 'asked', askedAt: clock.now() }));
    try {
      job = await host.writes.fetchAddresses(
        batch.map(({ url }) => url),
        first.folderId,
        {
          urgency: 'write',
          signal,
          onTurn: () => {
            isOut = true;
          },
        },
      );
    } catch (error) {
      // Whatever is no word of the host itself leaves it open whether it has begun.
      if (isOut && !isHostRefusal(error) && !isAboutAddress(error)) {
        log.warn({ err: error }, 'whether the host fetches what it was asked for is found out');
        if (signal.aborted || !isBridgeError(error) || error.retryAt !== undefined) throw error;
        return;
      }
      if (!isAboutAddress(error)) {
        await tell(await journal.change(ids, { state: 'waiting' }));
        throw error;
      }
      if (ids.length === 1) {
        alone.delete(first.id);
        return end(batch, 'failed', error.message);
      }
      for (const id of ids) alone.add(id);
      await tell(await journal.change(ids, { state: 'waiting' }));
      return;
    } finally {
      dueAt = clock.now() + pauseMs;
    }
    await tell(await journal.change(ids, { state: 'fetching', job }));
    log.info({ addresses: ids.length }, 'the host was asked to fetch');
  }

  /** Keys of what a job is about; undefined where the host does not say, or has not been asked yet. */
  async function keysOfJob(id: string, signal: AbortSignal): Promise<ReadonlySet<string> | undefined> {
    const known = keysOf.get(id);
    if (known) return known;
    const { addresses } = await host.writes
      .fetchReport(id, { urgency: 'write', signal })
      .catch((error: unknown) => {
        if (isBridgeError(error, 'BRIDGE_HOST_FILE_GONE')) return { addresses: [] };
        throw error;
      });
    if (addresses.length === 0) return undefined;
    const keys = new Set(addresses.map(addressKey));
    keysOf.set(id, keys);
    return keys;
  }

  return {
    dueAt: () => dueAt,
    async askNext(waiting, signal) {
      if (clock.now() >= dueAt) await ask(next(waiting), signal);
    },
    async adopt(asked, jobs, signal) {
      if (asked.length === 0) return;
      const since = Math.min(...asked.map(({ askedAt = 0 }) => askedAt)) - clockSlackMs;
      const ours = await journal.jobs();
      const others = jobs.filter(({ id, askedAt = since }) => !ours.has(id) && askedAt >= since);
      // What was asked for together is in one job, and each of two that are alike in its own.
      const batches = [...Map.groupBy(asked, (one) => `${one.askedAt} ${one.folderId}`).values()];
      const isUntold = new Set<string>();
      let questions = 0;
      for (const { id } of others) {
        const isAsked = keysOf.has(id) || questions++ < maxQuestions;
        const keys = isAsked ? await keysOfJob(id, signal) : undefined;
        if (!keys) isUntold.add(id);
        const at = batches.findIndex((batch) => batch.every(({ url }) => keys?.has(addressKey(url))));
        const [found] = at < 0 ? [] : batches.splice(at, 1);
        const ids = found?.map((one) => one.id);
        if (ids) await tell(await journal.change(ids, { state: 'fetching', job: id }));
      }
      for (const one of batches.flat()) {
        const count = (polls.get(one.id) ?? 0) + 1;
        polls.set(one.id, count);
        if (count < enoughPolls) continue;
        polls.delete(one.id);
        // The host tells of every job: where it tells of none that could be this one, it never heard of it.
        if (isUntold.size === 0 && !askedAgain.has(one.id)) {
          askedAgain.add(one.id);
          await tell(await journal.change([one.id], { state: 'waiting' }));
        } else
          await end(
            [one],
            'unsure',
            'the answer of the host was lost: look into the folder before you ask again',
          );
      }
    },
  };
}
