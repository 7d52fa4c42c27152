import { listPlays, maxPlays } from '../api/plays.ts';
import { withApi } from './api.ts';
import { type Context, type ExitCode, exitCodes, say, sayAll } from './context.ts';
import { playsLines } from './format/plays.ts';
import { widthOfStream } from './format/width.ts';

/** The last plays, newest first. */
export async function plays(
  context: Context,
  { json = false, limit = '20' }: { json?: boolean; limit?: string },
): Promise<ExitCode> {
  const count = Math.min(maxPlays, Number(limit));
  if (!/^\d+$/.test(limit) || count < 1) {
    context.err.write(`passerelle: --limit must be a number from 1 to ${maxPlays}\n`);
    return exitCodes.wrongUse;
  }
  return withApi(context, { command: 'plays' }, async (api) => {
    const { plays } = await api.call(listPlays, { query: { limit: count } }, context.signal);
    if (json) for (const one of plays) say(context, JSON.stringify(one));
    else sayAll(context, playsLines(plays, { width: widthOfStream(context.out) }));
    return exitCodes.done;
  });
}
