import { mkdir, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, relative, resolve } from 'node:path';
import { getFile, readBytes } from '../../api/files.ts';
import { systemClock } from '../../core/clock.ts';
import { BridgeError, isHostRefusal } from '../../core/errors.ts';
import { diskError } from '../../core/files/folder-check.ts';
import { toFileId } from '../../core/ids.ts';
import { counted } from '../../core/plural.ts';
import type { ByteSource } from '../../downloads/byte-source.ts';
import { type DownloadResult, download } from '../../downloads/download.ts';
import { createLocalPaths } from '../../downloads/local-paths.ts';
import type { ApiClient } from '../../owner/client.ts';
import { asAccountPath, withApi } from '../api.ts';
import { type Context, type ExitCode, exitCodes, say } from '../context.ts';
import { createByteBar } from '../format/byte-bar.ts';
import { failureJson, failureLine } from '../format/failures.ts';
import { printable } from '../format/printable.ts';
import { size } from '../format/size.ts';
import { type WantedFile, type WantedFiles, wantedFiles } from './wanted-files.ts';

export interface GetOptions {
  recursive?: boolean;
  force?: boolean;
  dryRun?: boolean;
  /** A whole number, as it was typed. */
  connections: string;
  json?: boolean;
}

/** Where one file comes to. */
interface Arriving extends WantedFile {
  target: string;
}

/** Brings files of the account to this machine. */
export async function get(
  context: Context,
  path: string,
  to: string | undefined,
  { recursive = false, force = false, dryRun = false, connections, json = false }: GetOptions,
): Promise<ExitCode> {
  const { signal } = context;
  const work = { command: 'get', needs: { key: !dryRun, folders: !dryRun }, tellsRefusals: true };
  return withApi(context, work, async (api) => {
    const wanted = await wantedFiles(api, asAccountPath(path), { isRecursive: recursive, signal });
    for (const folder of wanted.foldersLeftOut)
      context.err.write(`${printable(folder)} is a folder, and is left out; -r fetches it\n`);
    let code: ExitCode = exitCodes.done;
    let bytes = 0;
    for (const file of await placed(context, wanted, to)) {
      bytes += file.sizeBytes;
      if (dryRun) {
        tell(context, json, file, { fate: 'planned', sizeBytes: file.sizeBytes });
        continue;
      }
      try {
        await mkdir(dirname(file.target), { recursive: true }).catch((error: unknown) => {
          throw diskError(file.target, error);
        });
        tell(context, json, file, await follow(context, api, file, Number(connections), force));
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof BridgeError) || endsAll(error)) throw error;
        if (json) say(context, failureJson(error, { path: file.path, target: file.target }));
        context.err.write(`${failureLine(file.path, error)}\n`);
        code = exitCodes.failed;
      }
    }
    if (dryRun && !json)
      say(context, `${counted(wanted.files.length, 'file')}, ${size(bytes)}; nothing was fetched`);
    return code;
  });
}

/** The others would fare no better. */
function endsAll(error: BridgeError): boolean {
  const isOfAll: readonly string[] = [
    'BRIDGE_DISK',
    'BRIDGE_OWNER_GONE',
    'BRIDGE_OWNER_OTHER',
    'BRIDGE_STOPPING',
  ];
  // What one file is refused for says nothing of the next.
  const isOfOne = ['BRIDGE_HOST_FORBIDDEN', 'BRIDGE_HOST_PASSWORD', 'BRIDGE_HOST_OWNER_LOCKED'];
  return isOfAll.includes(error.code) || (isHostRefusal(error) && !isOfOne.includes(error.code));
}

/** Gives each its path. What is typed behind the path is a folder, or the name of the one file that was asked for. */
async function placed(
  { cwd }: Context,
  { files, isOneName }: WantedFiles,
  to: string | undefined,
): Promise<Arriving[]> {
  const at = resolve(cwd, to ?? '.');
  const isFolder = to === undefined || /[/\\]$/.test(to) || (await isFolderHere(at));
  const [only] = files;
  if (only && files.length === 1 && isOneName && !isFolder) return [{ ...only, target: at }];
  const targets = createLocalPaths(at);
  return files.map((file) => ({ ...file, target: targets.of(file.names, file.id) }));
}

async function isFolderHere(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** Fetches one, with a bar on a terminal. */
async function follow(
  context: Context,
  api: ApiClient,
  { id, target }: Arriving,
  connections: number,
  isForced: boolean,
): Promise<DownloadResult> {
  const bar = createByteBar(context);
  try {
    return await download(
      {
        id,
        target,
        isForced,
        connections,
        signal: context.signal,
        onBytes(done, total) {
          const name = printable(basename(target));
          // The checksum takes seconds for each GB that the bytes did not.
          bar.update(done, total, done === total ? `checking ${name}` : name);
        },
      },
      { source: sourceOver(api, context.signal), clock: systemClock },
    );
  } finally {
    bar.stop();
  }
}

/** The bytes come through the process that owns the links and the connections. */
function sourceOver(api: ApiClient, signal: AbortSignal): ByteSource {
  return {
    async facts(id) {
      const { sizeBytes, checksum, etag } = await api.call(getFile, { params: { id } }, signal);
      return { id: toFileId(id), sizeBytes, checksum: checksum?.toLowerCase() ?? undefined, etag };
    },
    open: ({ id, etag }, from, to, signal) =>
      api.bytes(readBytes, { params: { id }, query: { from, to, etag } }, signal),
  };
}

const words = {
  fetched: 'fetched',
  same: 'there already',
  planned: 'would be fetched',
} as const;

function tell(
  context: Context,
  asJson: boolean,
  { path, target }: Arriving,
  result: DownloadResult | { fate: 'planned'; sizeBytes: number },
): void {
  if (asJson) {
    say(context, JSON.stringify({ path, target, ...result }));
    return;
  }
  const below = relative(context.cwd, target);
  const shown = below.startsWith('..') || isAbsolute(below) ? target : below;
  const isBare = result.fate === 'fetched' && !result.isVerified;
  const hint = isBare ? '; only its size could be checked: the host tells no checksum of it' : '';
  const earlier =
    result.fate === 'fetched' && result.resumedBytes > 0
      ? `; ${size(result.resumedBytes)} of it had come before`
      : '';
  say(context, printable(`${shown} (${size(result.sizeBytes)}): ${words[result.fate]}${earlier}${hint}`));
}
