import { BridgeError, isHostRefusal } from '../../core/errors.ts';
import type { ApiClient } from '../../owner/client.ts';
import { withApi } from '../api.ts';
import { type Context, type ExitCode, exitCodes } from '../context.ts';
import { printable } from '../format/printable.ts';

/**
 * Does the same to several things of the account, one after the other. What goes wrong with one is told, and the others
 * are done all the same, unless the host wants nothing more.
 */
export async function oneByOne(
  context: Context,
  command: string,
  words: readonly string[],
  work: (api: ApiClient, word: string) => Promise<void>,
): Promise<ExitCode> {
  let code: ExitCode = exitCodes.done;
  return withApi(
    context,
    { command, needs: { key: true, folders: true }, tellsRefusals: true },
    async (api) => {
      for (const word of words) {
        try {
          await work(api, word);
        } catch (error) {
          context.signal.throwIfAborted();
          if (!(error instanceof BridgeError) || error.code === 'BRIDGE_OWNER_GONE' || isHostRefusal(error))
            throw error;
          context.err.write(`${printable(word)}: ${error.message}. ${error.remedy}\n`);
          code = exitCodes.failed;
        }
      }
      return code;
    },
  );
}
