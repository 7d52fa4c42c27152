import { type Context, type ExitCode, exitCodes, say, sayAll } from './context.ts';
import { planLines } from './format/sync-plan.ts';
import { widthOfStream } from './format/width.ts';
import { withBridge } from './with-bridge.ts';

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
    const { sync } = bridge.settings;
    sayAll(context, planLines(lines, { tiers, sync, width: widthOfStream(context.out) }));
    return exitCodes.done;
  });
}
