import { type Context, type ExitCode, exitCodes, say, sayAll } from './context.ts';
import { playsLines } from './format/plays.ts';
import { widthOfStream } from './format/width.ts';
import { withBridge } from './with-bridge.ts';

/** The last plays, newest first. */
export async function plays(
  context: Context,
  { json = false, limit = '20' }: { json?: boolean; limit?: string },
): Promise<ExitCode> {
  const count = Math.min(200, Number(limit));
  if (!/^\d+$/.test(limit) || count < 1) {
    context.err.write('passerelle: --limit must be a number from 1 to 200\n');
    return exitCodes.wrongUse;
  }
  return withBridge(context, async (bridge) => {
    const records = await bridge.delivery.plays.recent(count);
    if (json) for (const record of records) say(context, JSON.stringify(record));
    else sayAll(context, playsLines(records, { width: widthOfStream(context.out) }));
    return exitCodes.done;
  });
}
