import type { Clock } from '../core/clock.ts';
import { minuteMs } from '../core/durations.ts';
import type { Log } from '../core/log.ts';
import type { Broker, LinkedFile } from './broker.ts';
import type { LinkProbe } from './link-probe.ts';

export interface RenewalOptions {
  broker: Broker;
  probe: LinkProbe;
  clock: Clock;
  log: Log;
}

/** A link is replaced so long before its end, or a tenth of what was left when it was looked at. */
const aheadMs = minuteMs;
/** Between two looks at a file whose link cannot be renewed or is not there yet. */
const againMs = 30_000;

/** Links of films that run are replaced before they end. */
export interface Renewal {
  /**
   * Somebody watches this file until the returned function is called, which may be called twice. What cannot be renewed
   * is tried again and never thrown.
   */
  watch(file: LinkedFile): () => void;
}

/** Keeps a living lease at hand for files that somebody watches, so that no jump waits for the host's API. */
export function createRenewal({ broker, probe, clock, log }: RenewalOptions): Renewal {
  const watched = new Map<string, { watchers: number; stop: AbortController }>();

  async function keep(file: LinkedFile, signal: AbortSignal): Promise<void> {
    for (;;) {
      const lease = broker.livingLease(file.id);
      const leftMs = lease ? broker.remainingMs(lease) : 0;
      const ahead = Math.min(aheadMs, leftMs / 10);
      await clock.sleep(lease ? leftMs - ahead : againMs, signal);
      const now = broker.livingLease(file.id);
      if (!now || now !== lease) continue;
      // Used meanwhile: its life is another one.
      if (broker.remainingMs(now) > ahead + 1) continue;
      try {
        const next = await broker.renew(file);
        // A link that was never used ends sooner: a film would cost a call every four minutes.
        await probe.ask(next);
      } catch (error) {
        log.debug({ err: error, fileId: file.id }, 'a link in use could not be renewed yet');
        await clock.sleep(againMs, signal);
      }
    }
  }

  return {
    watch(file) {
      let entry = watched.get(file.id);
      if (!entry) {
        entry = { watchers: 0, stop: new AbortController() };
        watched.set(file.id, entry);
        // Ends by its signal alone.
        keep(file, entry.stop.signal).catch(() => undefined);
      }
      const mine = entry;
      mine.watchers++;
      let left = false;
      return () => {
        if (left) return;
        left = true;
        if (--mine.watchers > 0) return;
        watched.delete(file.id);
        mine.stop.abort();
      };
    },
  };
}
