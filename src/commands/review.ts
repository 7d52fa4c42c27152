import { type Context, type ExitCode, exitCodes, say, sayAll } from './context.ts';
import { doubtLines } from './format/doubts.ts';
import { widthOfStream } from './format/width.ts';
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
    if (json) for (const doubt of doubts) say(context, JSON.stringify(doubt));
    else sayAll(context, doubtLines(doubts, { width: widthOfStream(context.out) }));
    return exitCodes.done;
  });
}
