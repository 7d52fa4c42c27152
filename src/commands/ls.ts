import { pathNotFound } from '../catalog/account/near-paths.ts';
import { type Context, type ExitCode, exitCodes, say, sayAll } from './context.ts';
import { listingLines } from './format/listing.ts';
import { widthOfStream } from './format/width.ts';
import { withBridge } from './with-bridge.ts';

/** What the catalog holds at an account path. Asks the host nothing. */
export async function ls(
  context: Context,
  path: string,
  { json = false }: { json?: boolean },
): Promise<ExitCode> {
  return withBridge(context, async ({ catalog }) => {
    const found = await catalog.files.byPath(path);
    if (!found.folder && found.files.length === 0) {
      throw await pathNotFound(catalog.files, path);
    }
    const { folders, files } = found.folder
      ? await catalog.files.children(found.folder)
      : { folders: [], files: found.files };
    if (json) {
      for (const { id, name, path: at, missingSince } of folders)
        say(
          context,
          JSON.stringify({ kind: 'folder', id, name, path: at, missing: missingSince !== undefined }),
        );
      for (const { id, name, sizeBytes, sentAt, missingSince } of files) {
        const date = sentAt === undefined ? {} : { date: new Date(sentAt).toISOString() };
        say(
          context,
          JSON.stringify({ kind: 'file', id, name, sizeBytes, ...date, missing: missingSince !== undefined }),
        );
      }
      return exitCodes.done;
    }
    sayAll(context, listingLines({ folders, files }, { width: widthOfStream(context.out) }));
    return exitCodes.done;
  });
}
