import { BridgeError, isHostRefusal } from '../../core/errors.ts';
import type { ApiClient } from '../../owner/client.ts';
import { withApi } from '../api.ts';
import { type Context, type ExitCode, exitCodes } from '../context.ts';
import { printable } from '../format/printable.ts';
import { accountPathsFor } from './whole-listing.ts';

/** Things of the account to which the same is done. */
export interface OneByOne {
  /** As it was typed, also for the person who is told what goes wrong. */
  command: string;
  words: readonly string[];
  /** The words are paths of what is there: those with wildcards stand for all that fit. */
  isFitted?: boolean;
  /** Nothing is asked of the host: neither a key nor a folder is needed. */
  isDry?: boolean;
}

/**
 * Does the same to several things of the account, one after the other. What goes wrong with one is told, and the others
 * are done all the same, unless the host wants nothing more.
 */
export async function oneByOne(
  context: Context,
  { command, words, isFitted = false, isDry = false }: OneByOne,
  work: (api: ApiClient, word: string) => Promise<void>,
): Promise<ExitCode> {
  let code: ExitCode = exitCodes.done;

  async function unlessAll(word: string, attempt: () => Promise<void>): Promise<void> {
    try {
      await attempt();
    } catch (error) {
      context.signal.throwIfAborted();
      if (!(error instanceof BridgeError) || error.code === 'BRIDGE_OWNER_GONE' || isHostRefusal(error))
        throw error;
      context.err.write(`${printable(word)}: ${printable(error.message)}. ${error.remedy}\n`);
      code = exitCodes.failed;
    }
  }

  const needs = { key: !isDry, folders: !isDry };
  return withApi(context, { command, needs, tellsRefusals: true }, async (api) => {
    for (const word of words) {
      let paths = [word];
      if (isFitted)
        await unlessAll(word, async () => {
          paths = [];
          paths = await accountPathsFor(api, word, context.signal);
        });
      for (const path of paths) await unlessAll(path, () => work(api, path));
    }
    return code;
  });
}
