import { makeFolder } from '../../api/changes.ts';
import type { ApiClient } from '../../owner/client.ts';
import { splitAccountPath } from '../../uploads/changes/target.ts';
import { asAccountPath } from '../api.ts';
import { type Context, type ExitCode, say } from '../context.ts';
import { printable } from '../format/printable.ts';
import { mustBeThere } from '../put/put-target.ts';
import { oneByOne } from './one-by-one.ts';
import { standsAt } from './whole-listing.ts';

export interface MkdirOptions {
  parents?: boolean;
  dryRun?: boolean;
  json?: boolean;
}

/** Makes folders in the account. */
export function mkdir(
  context: Context,
  paths: readonly string[],
  { parents = false, dryRun = false, json = false }: MkdirOptions,
): Promise<ExitCode> {
  const all = { command: 'mkdir', words: paths, isDry: dryRun, json };
  return oneByOne(context, all, async (api, given) => {
    const path = asAccountPath(given);
    if (dryRun) {
      const isNew = await wouldBeMade(api, path, parents, context.signal);
      const planned = isNew ? 'would be made' : 'there already';
      say(context, json ? JSON.stringify({ path, isNew, dryRun }) : printable(`${path}: ${planned}`));
      return;
    }
    const made = await api.call(makeFolder, { body: { path, parents } }, context.signal);
    say(
      context,
      json ? JSON.stringify(made) : printable(`${made.path}: ${made.isNew ? 'made' : 'there already'}`),
    );
  });
}

/** @throws BridgeError BRIDGE_NOT_FOUND where the folder that it would lie in is missing */
async function wouldBeMade(
  api: ApiClient,
  path: string,
  mayMakeParents: boolean,
  signal: AbortSignal,
): Promise<boolean> {
  if ((await standsAt(api, path, signal)) === 'folder') return false;
  const { parent } = splitAccountPath(path);
  if (!mayMakeParents) await mustBeThere(api, parent, signal);
  return true;
}
