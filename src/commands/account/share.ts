import { shareEntry } from '../../api/changes.ts';
import { asAccountPath } from '../api.ts';
import { type Context, type ExitCode, say } from '../context.ts';
import { printable } from '../format/printable.ts';
import { oneByOne } from './one-by-one.ts';

export interface ShareOptions {
  end?: boolean;
  json?: boolean;
}

/** Shows folders of the account to everybody who has the address of their page, or ends that. */
export function share(
  context: Context,
  paths: readonly string[],
  { end = false, json = false }: ShareOptions,
): Promise<ExitCode> {
  return oneByOne(context, 'share', paths, async (api, given) => {
    const path = asAccountPath(given);
    const { url } = await api.call(shareEntry, { body: { path, share: !end } }, context.signal);
    say(
      context,
      json
        ? JSON.stringify({ path, url: url ?? null })
        : printable(`${path}: ${url ?? 'not shared any more'}`),
    );
  });
}
