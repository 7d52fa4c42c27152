import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { getSupportBundle } from '../api/setup/support-bundle.ts';
import { BridgeError } from '../core/errors.ts';
import { diskError } from '../core/files/folder-check.ts';
import { withApi } from './api.ts';
import { type Context, type ExitCode, exitCodes, say } from './context.ts';
import { size } from './format/size.ts';

/** Writes the file for who helps: it is readable by its owner alone, and replaces nothing. */
export async function supportBundle(
  context: Context,
  file: string,
  { names = false }: { names?: boolean },
): Promise<ExitCode> {
  const path = resolve(context.cwd, file);
  return withApi(context, { command: 'support-bundle' }, async (api) => {
    const query = { names: names ? 'true' : 'false' } as const;
    const chunks: Buffer[] = [];
    for await (const chunk of await api.bytes(getSupportBundle, { query }, context.signal))
      chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    try {
      await writeFile(path, bytes, { flag: 'wx', mode: 0o600 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw diskError(path, error);
      throw new BridgeError('BRIDGE_DOWNLOAD_EXISTS', {
        says: `${path} is there already`,
        remedy: 'Give it another name; nothing is replaced',
      });
    }
    say(
      context,
      `${path}: ${size(bytes.length)}, without secrets${names ? '' : ' and names'}; look through it before you hand it on`,
    );
    return exitCodes.done;
  });
}
