import { removeEntry } from '../../api/changes.ts';
import { counted } from '../../core/plural.ts';
import { asAccountPath } from '../api.ts';
import { type Context, type ExitCode, say, settingsOf } from '../context.ts';
import { printable } from '../format/printable.ts';
import { size } from '../format/size.ts';
import { oneByOne } from './one-by-one.ts';
import { withPurgeView } from './purge-view.ts';

export interface RmOptions {
  recursive?: boolean;
  dryRun?: boolean;
  json?: boolean;
}

/** Moves files and folders of the account into its trash. */
export function rm(
  context: Context,
  paths: readonly string[],
  { recursive = false, dryRun = false, json = false }: RmOptions,
): Promise<ExitCode> {
  const keepsNothing = dryRun && settingsOf(context).settings.uploads.trashDays === 0;
  return oneByOne(
    context,
    { command: 'rm', words: paths, isFitted: true, isDry: dryRun, json },
    async (api, path) => {
      const body = { path: asAccountPath(path), recursive, dryRun };
      const { entries } = await withPurgeView(context, api.events(removeEntry, { body }, context.signal));
      for (const entry of entries) {
        const { trashId } = entry;
        const where =
          trashId === undefined
            ? 'removed for good'
            : `in the trash; passerelle trash restore ${trashId} takes it back`;
        const planned = keepsNothing ? 'would be removed for good' : 'would go into the trash';
        const what = `${entry.path} (${counted(entry.files, 'file')}, ${size(entry.sizeBytes)})`;
        say(
          context,
          json ? JSON.stringify({ ...entry, dryRun }) : printable(`${what}: ${dryRun ? planned : where}`),
        );
      }
    },
  );
}
