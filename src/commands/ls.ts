import { BridgeError } from '../core/errors.ts';
import { type Context, type ExitCode, exitCodes, say } from './context.ts';
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
      throw new BridgeError('BRIDGE_NOT_FOUND', { detail: `${path} is not in the catalog` });
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
    for (const folder of folders)
      say(context, `${'-'.padStart(14)}  ${' '.repeat(20)}  ${folder.name}/${mark(folder.missingSince)}`);
    for (const file of files)
      say(
        context,
        `${String(file.sizeBytes).padStart(14)}  ${file.id.padEnd(20)}  ${file.name}${mark(file.missingSince)}`,
      );
    return exitCodes.done;
  });
}

function mark(missingSince: number | undefined): string {
  return missingSince === undefined ? '' : `  (missing since ${new Date(missingSince).toISOString()})`;
}
