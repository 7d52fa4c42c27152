import { copyEntry, moveEntry } from '../../api/changes.ts';
import { isThereAlready } from '../../uploads/changes/target.ts';
import { asAccountPath } from '../api.ts';
import { type Context, type ExitCode, say } from '../context.ts';
import { printable } from '../format/printable.ts';
import { UsageError } from '../line/usage.ts';
import { oneByOne } from './one-by-one.ts';

export interface MvOptions {
  dryRun?: boolean;
  json?: boolean;
}

/** Gives files and folders of the account another place or another name; the last word is where to. */
export function mv(context: Context, words: readonly string[], options: MvOptions): Promise<ExitCode> {
  return carry(context, 'mv', words, options);
}

/** Copies them at the host, without a byte being sent. */
export function cp(
  context: Context,
  words: readonly string[],
  options: MvOptions & { recursive?: boolean },
): Promise<ExitCode> {
  return carry(context, 'cp', words, options);
}

async function carry(
  context: Context,
  command: 'mv' | 'cp',
  words: readonly string[],
  { dryRun = false, json = false, recursive = false }: MvOptions & { recursive?: boolean },
): Promise<ExitCode> {
  const [to = '', ...sources] = words.toReversed();
  if (sources.length === 0)
    throw new UsageError(command, ['name a path of the account, and at last where to']);
  const all = {
    command,
    words: sources.toReversed(),
    isFitted: true,
    isDry: dryRun,
    json,
    to: asAccountPath(to),
  };
  const planned = createPlannedNames();
  return oneByOne(context, all, async (api, from, to) => {
    const wish = { from: asAccountPath(from), to, dryRun };
    const { entries } =
      command === 'mv'
        ? await api.call(moveEntry, { body: wish }, context.signal)
        : await api.call(copyEntry, { body: { ...wish, recursive } }, context.signal);
    if (dryRun) planned.add(entries.map((entry) => entry.to));
    const would = dryRun ? `: would be ${command === 'mv' ? 'moved' : 'copied'}` : '';
    for (const entry of entries)
      say(
        context,
        json ? JSON.stringify({ ...entry, dryRun }) : printable(`${entry.from} -> ${entry.to}${would}`),
      );
    if (entries.length === 0 && !json) say(context, printable(`${wish.from}: there already`));
  });
}

/** What a dry run has given away: nothing stands there yet that could refuse the second. */
function createPlannedNames(): { add(paths: readonly string[]): void } {
  const seen = new Set<string>();
  return {
    add(paths) {
      const taken = paths.find((path) => seen.has(path));
      if (taken !== undefined) throw isThereAlready(taken, 'would be there already');
      for (const path of paths) seen.add(path);
    },
  };
}
