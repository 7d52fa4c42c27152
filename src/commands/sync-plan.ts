import { getSyncPlan } from '../api/sync.ts';
import { withApi } from './api.ts';
import { type Context, type ExitCode, exitCodes, say, sayAll } from './context.ts';
import { planLines } from './format/sync-plan.ts';
import { widthOfStream } from './format/width.ts';

/** What would be looked into during the next day if nothing new came. Asks the host nothing. */
export async function syncPlan(context: Context, { json = false }: { json?: boolean }): Promise<ExitCode> {
  return withApi(context, { command: 'sync --plan' }, async (api) => {
    const { steps, tiers, settings } = await api.call(getSyncPlan, {}, context.signal);
    if (json) {
      for (const step of steps) say(context, JSON.stringify(step));
      return exitCodes.done;
    }
    const width = widthOfStream(context.out);
    sayAll(context, planLines(steps, { tiers, sync: settings, width }));
    return exitCodes.done;
  });
}
