import { createHash } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { minuteMs } from '../core/durations.ts';
import type { Log } from '../core/log.ts';
import type { ItemId } from './item-id.ts';

/** What an app tells its server of a play. */
export interface PlayReport {
  /** The item, and the version of it where one is named. */
  itemIds: readonly ItemId[];
  token: string;
  isProgress: boolean;
  /** Passes it on. */
  send(): Promise<unknown>;
}

/**
 * Reports of plays that began before the server knew the film. Jellyfin marks a film without a run time as played at
 * the first report, and forgets where it was left (facts/gateway 3): an app that was answered by us instead would have
 * that happen while the server still probes.
 */
export interface HeldReports {
  /** From now on reports of this film with this token wait. @returns called when the server has looked */
  hold(itemId: ItemId, token: string): () => void;
  /** @returns whether it waits, and is passed on later; otherwise whoever has it passes it on now */
  take(report: PlayReport): boolean;
}

/** No probe lasts longer; an answer of the server that is lost must not keep what apps tell. */
const maxHeldMs = 2 * minuteMs;
const maxReports = 20;

interface Held {
  /** Answers that are being waited for. */
  probes: number;
  reports: PlayReport[];
}

export function createHeldReports({ clock, log }: { clock: Clock; log: Log }): HeldReports {
  const held = new Map<string, Held>();
  const keyOf = (itemId: ItemId, token: string) =>
    createHash('sha256').update(`${itemId} ${token}`).digest('base64url');

  /** One after the other, and those that come meanwhile after them. */
  async function passOn(key: string, one: Held): Promise<void> {
    while (one.probes === 0) {
      const report = one.reports.shift();
      if (!report) return void held.delete(key);
      await report.send().catch((error: unknown) => {
        log.warn({ err: error }, 'a report of a play did not reach the media server');
      });
    }
  }

  return {
    hold(itemId, token) {
      const key = keyOf(itemId, token);
      const one = held.get(key) ?? { probes: 0, reports: [] };
      held.set(key, one);
      one.probes++;
      const over = new AbortController();
      const end = () => {
        if (over.signal.aborted) return;
        over.abort();
        if (--one.probes === 0) void passOn(key, one);
      };
      clock.sleep(maxHeldMs, over.signal).then(end, () => undefined);
      return end;
    },

    take(report) {
      if (report.token === '') return false;
      for (const itemId of report.itemIds) {
        const one = held.get(keyOf(itemId, report.token));
        if (!one) continue;
        const last = one.reports.at(-1);
        // Where a play is now, makes what was told of it a moment ago worthless.
        if (report.isProgress && last?.isProgress) one.reports.pop();
        if (one.reports.length >= maxReports) return false;
        one.reports.push(report);
        return true;
      }
      return false;
    },
  };
}
