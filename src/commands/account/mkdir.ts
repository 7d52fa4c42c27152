import { makeFolder } from '../../api/changes.ts';
import { asAccountPath } from '../api.ts';
import { type Context, type ExitCode, say } from '../context.ts';
import { printable } from '../format/printable.ts';
import { oneByOne } from './one-by-one.ts';

export interface MkdirOptions {
  parents?: boolean;
  json?: boolean;
}

/** Makes folders in the account. */
export function mkdir(
  context: Context,
  paths: readonly string[],
  { parents = false, json = false }: MkdirOptions,
): Promise<ExitCode> {
  return oneByOne(context, 'mkdir', paths, async (api, path) => {
    const made = await api.call(makeFolder, { body: { path: asAccountPath(path), parents } }, context.signal);
    say(
      context,
      json ? JSON.stringify(made) : printable(`${made.path}: ${made.isNew ? 'made' : 'there already'}`),
    );
  });
}
