import { BridgeError, isBridgeError, isHostRefusal } from '../../core/errors.ts';
import { shellWord } from '../../core/shell-word.ts';
import type { ApiClient } from '../../owner/client.ts';
import { asAccountPath, withApi } from '../api.ts';
import { type Context, type ExitCode, exitCodes, say } from '../context.ts';
import { failureJson, failureLine } from '../format/failures.ts';
import { accountPathsFor, standsAt } from './whole-listing.ts';

/** Things of the account to which the same is done. */
export interface OneByOne {
  /** As it was typed, also for the person who is told what goes wrong. */
  command: string;
  words: readonly string[];
  /** The words are paths of what is there: those with wildcards stand for all that fit. */
  isFitted?: boolean;
  /** Where all of them go. Several, or what a pattern stands for, go into a folder that is there and to no new name. */
  to?: string;
  /** The words are numbers, and no paths. */
  isNumbered?: boolean;
  /** A script reads what is said. */
  json: boolean;
  /** Nothing is asked of the host: neither a key nor a folder is needed. */
  isDry?: boolean;
}

/**
 * Does the same to several things of the account, one after the other. What goes wrong with one is told, and the others
 * are done all the same, unless the host wants nothing more.
 * @param work is given the target too, with a slash at its end where it is a folder and nothing else
 */
export async function oneByOne(
  context: Context,
  { command, words, isFitted = false, isNumbered = false, json, to = '', isDry = false }: OneByOne,
  work: (api: ApiClient, word: string, to: string) => Promise<void>,
): Promise<ExitCode> {
  let code: ExitCode = exitCodes.done;

  async function unlessAll(word: string, attempt: () => Promise<void>): Promise<void> {
    try {
      await attempt();
    } catch (error) {
      context.signal.throwIfAborted();
      if (!(error instanceof BridgeError) || error.code === 'BRIDGE_OWNER_GONE' || isHostRefusal(error))
        throw error;
      const what = isNumbered ? { id: Number(word) } : { path: asAccountPath(word) };
      if (json) say(context, failureJson(error, what));
      context.err.write(`${failureLine(word, error, asAccountPath(word))}\n`);
      code = exitCodes.failed;
    }
  }

  const needs = { key: !isDry, folders: !isDry };
  return withApi(context, { command, needs, tellsRefusals: true }, async (api) => {
    // A pattern is read before anything is done: what was moved by then would fit it too.
    const all: string[] = [];
    for (const word of words) {
      let paths = [word];
      if (isFitted)
        await unlessAll(word, async () => {
          paths = [];
          paths = await accountPathsFor(api, word, context.signal);
        });
      all.push(...paths);
    }
    const isOne = words.length === 1 && all[0] === words[0];
    if (to !== '' && !isOne) await mustBeFolder(api, to, context.signal);
    const target = isOne || to.endsWith('/') ? to : `${to}/`;
    for (const path of all) await unlessAll(path, () => work(api, path, target));
    return code;
  });
}

/**
 * Of what was never listed the catalog says nothing here; whoever carries out the work says whether it is a folder.
 * @throws BridgeError BRIDGE_NOT_FOUND, BRIDGE_BAD_REQUEST
 */
async function mustBeFolder(api: ApiClient, to: string, signal: AbortSignal): Promise<void> {
  const path = to.replace(/(?<!\/)\/+$/, '') || '/';
  let standing: 'folder' | 'file' | undefined;
  try {
    standing = await standsAt(api, path, signal);
  } catch (error) {
    if (!isBridgeError(error, 'BRIDGE_NOT_INDEXED')) throw error;
    return;
  }
  if (standing === 'folder') return;
  throw standing === 'file'
    ? new BridgeError('BRIDGE_BAD_REQUEST', {
        says: `${path} is a file, and several things go into a folder`,
        remedy: 'Name at last a folder of the account; nothing was done',
      })
    : new BridgeError('BRIDGE_NOT_FOUND', {
        says: `${path} is no folder that is there, and several things go into a folder`,
        remedy: `Look at how it is written, or make it: passerelle mkdir -p ${shellWord(path)}; nothing was done`,
      });
}
