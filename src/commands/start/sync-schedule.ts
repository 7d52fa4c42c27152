import type { LiveSettings } from '../../../config/live-settings.ts';
import type { Bridge } from '../../bridge.ts';
import { minuteMs } from '../../core/durations.ts';
import { ofArea } from '../../core/log.ts';
import { createScheduler, type Scheduler } from '../../sync/scheduler.ts';

/** When a bridge that runs syncs: as its settings say, also where they become others meanwhile. */
export function scheduleSyncs(bridge: Bridge, onSettings: LiveSettings['onChange']): Scheduler {
  const { settings, sync, clock, log, crawlBudget: budget } = bridge;
  const intervalMs = () => settings.sync.intervalMinutes * minuteMs;
  const scheduler = createScheduler({ sync, clock, log: ofArea(log, 'library'), intervalMs, budget });
  onSettings(scheduler.settingsChanged);
  return scheduler;
}
