import { type Context, type ExitCode, exitCodes, say } from './context.ts';
import { withBridge } from './with-bridge.ts';

/** Files whose names say too little: what they were taken for, and why a person should look. */
export async function review(
  context: Context,
  { json = false, limit = '200' }: { json?: boolean; limit?: string },
): Promise<ExitCode> {
  if (!/^[1-9]\d{0,6}$/.test(limit)) {
    context.err.write('passerelle: --limit must be a number from 1\n');
    return exitCodes.wrongUse;
  }
  return withBridge(context, async (bridge) => {
    const doubts = await bridge.curation.review(Number(limit), context.signal);
    for (const doubt of doubts) say(context, json ? JSON.stringify(doubt) : `${doubt.path}\n  ${doubt.why}`);
    if (!json && doubts.length === 0) say(context, 'Nothing needs a look.');
    else if (!json)
      say(context, `${doubts.length} files; passerelle fix "<path>" --title ... says what one is`);
    return exitCodes.done;
  });
}
