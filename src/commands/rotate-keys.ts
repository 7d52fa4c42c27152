import { rotateKeys as rotate } from '../api/keys.ts';
import { counted } from '../core/plural.ts';
import { withApi } from './api.ts';
import { type Context, type ExitCode, exitCodes, say } from './context.ts';

/** Makes a new key for stream addresses, which signs from now on; the old ones stay good for a while. */
export async function rotateKeys(context: Context): Promise<ExitCode> {
  return withApi(context, { command: 'rotate-keys' }, async (api) => {
    // A key is new at once: no signal.
    const { tree, files, oldKeysForDays } = await api.call(rotate, {});
    const rest =
      tree === 'written'
        ? `${counted(files, 'file')} written anew`
        : 'the next sync writes the STRM files anew';
    say(context, `A new key signs from now on; ${rest}.`);
    say(context, `Addresses with the old key stay good for ${oldKeysForDays} days.`);
    return exitCodes.done;
  });
}
