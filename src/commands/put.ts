import { resolve } from 'node:path';
import { fromErrorBody } from '../api/errors.ts';
import { type PutAnswer, putFile } from '../api/uploads.ts';
import { joinAccountPath } from '../core/account-path.ts';
import { BridgeError, isHostRefusal } from '../core/errors.ts';
import type { ApiClient } from '../owner/client.ts';
import { asAccountPath, withApi } from './api.ts';
import { type Context, type ExitCode, exitCodes, say } from './context.ts';
import { createByteBar } from './format/byte-bar.ts';
import { printable } from './format/printable.ts';
import { size } from './format/size.ts';
import { UsageError } from './line/usage.ts';

export interface PutOptions {
  json?: boolean;
}

const words: Readonly<Record<PutAnswer['fate'], string>> = {
  sent: 'sent',
  same: 'there already',
  stored: 'sent; the host lists it later, and Passerelle looks for it',
};

/** Sends files of this machine into a folder of the account; the last word is where to. */
export async function put(
  context: Context,
  given: readonly string[],
  { json = false }: PutOptions,
): Promise<ExitCode> {
  const [to = '', ...sources] = given.toReversed();
  if (sources.length === 0)
    throw new UsageError('put', ['name a file, and at last a folder of the account to send it to']);
  const target = asAccountPath(to);
  let code: ExitCode = exitCodes.done;
  return withApi(
    context,
    { command: 'put', needs: { key: true, folders: true }, tellsRefusals: true },
    async (api) => {
      for (const source of sources.toReversed()) {
        const path = resolve(context.cwd, source);
        try {
          const result = await follow(context, api, path, target);
          const name = joinAccountPath(result.path, result.file?.name ?? source);
          const bytes = result.file ? ` (${size(result.file.sizeBytes)})` : '';
          say(
            context,
            json
              ? JSON.stringify({ source: path, ...result })
              : printable(`${name}${bytes}: ${words[result.fate]}`),
          );
        } catch (error) {
          context.signal.throwIfAborted();
          // The others are sent all the same, unless the host wants nothing more.
          if (!(error instanceof BridgeError) || error.code === 'BRIDGE_OWNER_GONE' || isHostRefusal(error))
            throw error;
          context.err.write(`${printable(source)}: ${error.message}. ${error.remedy}\n`);
          code = exitCodes.failed;
        }
      }
      return code;
    },
  );
}

/** Sends one, with a bar on a terminal. */
async function follow(context: Context, api: ApiClient, source: string, to: string): Promise<PutAnswer> {
  const bar = createByteBar(context);
  try {
    for await (const one of api.events(putFile, { body: { source, to } }, context.signal)) {
      if (one.event === 'error') throw fromErrorBody(one.data);
      if (one.event === 'result') return one.data;
      bar.update(one.data.sent, one.data.total, printable(source));
    }
  } finally {
    bar.stop();
  }
  throw new BridgeError('BRIDGE_OWNER_GONE', { detail: 'the upload was cut off' });
}
