import { resolve } from 'node:path';
import { systemClock } from '../core/clock.ts';
import { keyOverlapMs, rotateSigningKey } from '../secrets.ts';
import { type Context, type ExitCode, exitCodes, say, settingsOf } from './context.ts';

/** Makes a new key for stream addresses; the old ones stay good for a while. */
export async function rotateKeys(context: Context): Promise<ExitCode> {
  const { settings } = settingsOf(context);
  rotateSigningKey(resolve(settings.dataDir), systemClock.now());
  say(
    context,
    'A new key signs from the next start of `passerelle serve` on; its first sync rewrites the STRM files.',
  );
  say(context, `Addresses with the old key stay good for ${keyOverlapMs / 86_400_000} days.`);
  return exitCodes.done;
}
