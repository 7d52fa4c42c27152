import { shareEntry } from '../../api/changes.ts';
import { BridgeError } from '../../core/errors.ts';
import { asAccountPath } from '../api.ts';
import { type Context, type ExitCode, say } from '../context.ts';
import { printable } from '../format/printable.ts';
import { oneByOne } from './one-by-one.ts';
import { standsAt } from './whole-listing.ts';

export interface ShareOptions {
  end?: boolean;
  dryRun?: boolean;
  json?: boolean;
}

/** Shows folders of the account to everybody who has the address of their page, or ends that. */
export function share(
  context: Context,
  paths: readonly string[],
  { end = false, dryRun = false, json = false }: ShareOptions,
): Promise<ExitCode> {
  return oneByOne(
    context,
    { command: 'share', words: paths, isFitted: true, isDry: dryRun, json },
    async (api, given) => {
      const path = asAccountPath(given);
      if (dryRun) {
        if ((await standsAt(api, path, context.signal)) !== 'folder')
          throw new BridgeError('BRIDGE_BAD_REQUEST', {
            says: `${path} is no folder`,
            remedy: 'Name a folder',
          });
        const planned = end ? 'would not be shared any more' : 'would be shared';
        say(context, json ? JSON.stringify({ path, url: null, dryRun }) : printable(`${path}: ${planned}`));
        return;
      }
      const { url } = await api.call(shareEntry, { body: { path, share: !end } }, context.signal);
      say(
        context,
        json
          ? JSON.stringify({ path, url: url ?? null })
          : printable(`${path}: ${url ?? 'not shared any more'}`),
      );
    },
  );
}
