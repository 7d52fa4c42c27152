import { type Context, type ExitCode, exitCodes, say } from './context.ts';
import { withBridge } from './with-bridge.ts';

/** Lines shown to a person; `--json` has all. */
const maxShown = 40;

/** What would be looked into during the next day if nothing new came. Asks the host nothing. */
export async function syncPlan(context: Context, { json = false }: { json?: boolean }): Promise<ExitCode> {
  return withBridge(context, async (bridge) => {
    const { steps, tiers } = await bridge.discovery.plan();
    const ids = [...new Set(steps.flatMap(({ folderId }) => folderId ?? []))];
    const paths = await bridge.catalog.files.folderPaths(ids);
    const lines = steps.map(({ at, folderId, why }) => ({
      at: new Date(at).toISOString(),
      path: folderId === undefined ? 'the whole account' : (paths.get(folderId) ?? `folder ${folderId}`),
      why,
    }));
    if (json) {
      for (const line of lines) say(context, JSON.stringify(line));
      return exitCodes.done;
    }
    if (lines.length === 0) say(context, 'nothing is planned: the first complete sync comes first');
    else
      say(
        context,
        `${lines.length} calls in the next 24 hours; ${tiers.hot} hot, ${tiers.warm} warm, ${tiers.cold} cold folders`,
      );
    for (const { at, path, why } of lines.slice(0, maxShown))
      say(context, `${at}  ${why.padEnd(36)}  ${path}`);
    if (lines.length > maxShown) say(context, `... and ${lines.length - maxShown} more; --json shows all`);
    const { callsPerDay, discovery, intervalMinutes } = bridge.settings.sync;
    if (!discovery || intervalMinutes === 0)
      say(
        context,
        'sync.discovery is off, or sync.intervalMinutes is 0: only what is asked for is looked into',
      );
    else if (callsPerDay > 0)
      say(context, `complete crawls come beside that; together at most ${callsPerDay} calls a day`);
    return exitCodes.done;
  });
}
