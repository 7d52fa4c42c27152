import type { PlayRecord } from '../delivery/plays.ts';
import { type Context, type ExitCode, exitCodes, say } from './context.ts';
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
    if (records.length === 0 && !json) say(context, 'nothing was played yet');
    for (const record of records) say(context, json ? JSON.stringify(record) : lineOf(record));
    return exitCodes.done;
  });
}

function lineOf(play: PlayRecord): string {
  const facts = [
    new Date(play.startedAt).toISOString().slice(0, 19).replace('T', ' '),
    play.id,
    `${play.client} at ${play.address || 'an unknown address'}`,
    play.give === 'bytes' ? `bytes (${play.rule})` : `redirect (${play.rule})`,
    `link ${play.lease ?? 'none'}`,
    `${play.apiCalls} calls`,
    play.shieldHit ? `${megabytes(play.keptBytes)} kept here` : 'nothing kept here',
    play.firstByteMs === undefined ? undefined : `first byte ${play.firstByteMs} ms`,
    megabytes(play.bytes),
    `${play.seeks} jumps`,
    play.resumes > 0 ? `${play.resumes} resumed` : undefined,
    play.ended,
    play.name,
  ];
  return facts.filter((fact) => fact !== undefined).join('  ');
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
