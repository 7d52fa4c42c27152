import { relative } from 'node:path';
import { type PutAnswer, putFile } from '../../api/uploads.ts';
import { fromErrorBody } from '../../api/words/errors.ts';
import { joinAccountPath } from '../../core/account-path.ts';
import { systemClock } from '../../core/clock.ts';
import { BridgeError, isHostRefusal } from '../../core/errors.ts';
import { counted } from '../../core/plural.ts';
import type { ApiClient } from '../../owner/client.ts';
import { withApi } from '../api.ts';
import { type Context, type ExitCode, exitCodes, say, settingsOf } from '../context.ts';
import { createByteBar } from '../format/byte-bar.ts';
import { failureJson, failureLine } from '../format/failures.ts';
import { printable } from '../format/printable.ts';
import { size } from '../format/size.ts';
import { UsageError } from '../line/usage.ts';
import { inTheirOrder } from './in-their-order.ts';
import { madeTarget, type PutTarget, putTarget } from './put-target.ts';
import { type SendableFile, sendableFiles, type WhyNotSent } from './sendable-files.ts';

export interface PutOptions {
  recursive?: boolean;
  parents?: boolean;
  force?: boolean;
  dryRun?: boolean;
  json?: boolean;
}

const words: Readonly<Record<PutAnswer['fate'], string>> = {
  sent: 'sent',
  same: 'there already',
  stored: 'sent; the host lists it later, and Passerelle looks for it',
  new: 'would be sent',
  replaces: 'would be sent, and another one of its name go into the trash',
};

const whyWords: Readonly<Record<WhyNotSent, string>> = {
  hidden: 'left out: it is hidden',
  junk: 'left out: a program left it there for itself',
  link: 'left out: links in folders are not followed',
  empty: 'left out: it has nothing in it, and the host takes no empty file',
  special: 'left out: it is no file',
  unreadable: 'left out: it cannot be read',
  deep: 'left out: it lies too deep, or there is too much',
  folder: 'a folder, left out; -r sends all that is in it',
  nothing: 'nothing here fits',
};
/** What a person did not ask to be left out. */
const failures: ReadonlySet<WhyNotSent> = new Set(['unreadable', 'deep', 'folder', 'nothing']);

/** One file on its way. */
interface SendingFile extends SendableFile {
  /** Below the folder of the target. */
  below: readonly string[];
  /** Counted from 1. */
  number: number;
}

interface SentLine {
  answer: PutAnswer;
  /** Milliseconds until the last byte was sent, and from there until it was known to be right. */
  bytesMs?: number | undefined;
  checkMs?: number | undefined;
}

/** Sends files and folders of this machine into a folder of the account; the last word is where to. */
export async function put(
  context: Context,
  given: readonly string[],
  { recursive = false, parents = false, force = false, dryRun = false, json = false }: PutOptions,
): Promise<ExitCode> {
  const { signal } = context;
  const [to = '', ...sources] = given.toReversed();
  if (sources.length === 0)
    throw new UsageError('put', ['name a file, and at last a folder of the account to send it to']);
  const parallel = settingsOf(context).settings.uploads.parallel;
  const work = { command: 'put', needs: { key: !dryRun, folders: !dryRun }, tellsRefusals: true };
  return withApi(context, work, async (api) => {
    let code: ExitCode = exitCodes.done;
    const wanted = sources.toReversed();
    const { files, leftOut } = await sendableFiles(context.cwd, wanted, { isRecursive: recursive, signal });
    for (const { path, why } of leftOut) {
      if (failures.has(why)) code = exitCodes.failed;
      if (json) say(context, JSON.stringify({ source: path, fate: 'left', why }));
      else context.err.write(`${printable(shown(context, path))}: ${whyWords[why]}\n`);
    }
    if (files.length === 0) return code;
    const isOne = wanted.length === 1 && new Set(files.map(({ names }) => names[0])).size === 1;
    const found = await putTarget(api, to, { isOne, mayMake: parents, signal });
    const target = dryRun ? found : await madeTarget(api, found, signal);
    const all = files.map((file, at) => ({
      ...file,
      number: at + 1,
      below: target.name === undefined ? file.names : [target.name, ...file.names.slice(1)],
    }));
    const bar = createSendBar(context, all);
    /** A folder that cannot be made is told once, and not for each of its files. */
    const told = new Set<string>();
    const fail = (file: SendingFile, error: unknown) => {
      if (!(error instanceof BridgeError)) throw error;
      code = exitCodes.failed;
      const { message } = error;
      bar.aside(() => {
        if (json) say(context, failureJson(error, { source: file.source }));
        if (!told.has(message))
          context.err.write(`${failureLine(shown(context, file.source), error, file.source)}\n`);
      });
      told.add(message);
    };
    const twins = createTwinWatch(target);
    try {
      await inTheirOrder(all, dryRun ? 1 : parallel, {
        work: async (file) => {
          twins.mustBeFirst(file);
          return follow({
            api,
            file,
            target,
            force,
            dryRun,
            signal,
            onBytes: dryRun ? () => {} : bar.update,
          });
        },
        done: (file, line) => bar.aside(() => tell(context, file, line, target, json)),
        failed: fail,
        endsAll: (error) => signal.aborted || endsAll(error),
      });
    } finally {
      bar.stop();
    }
    if (dryRun && !json) say(context, `${totalOf(files)}; nothing was sent`);
    return code;
  });
}

/** The others are sent all the same, unless the host wants nothing more. */
const endsAll = (error: unknown): boolean =>
  !(error instanceof BridgeError) || error.code === 'BRIDGE_OWNER_GONE' || isHostRefusal(error);

const totalOf = (files: readonly SendableFile[]) =>
  `${counted(files.length, 'file')}, ${size(files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0))}`;

/** Below where the person is, as he would type it. */
function shown({ cwd }: Pick<Context, 'cwd'>, path: string): string {
  const below = relative(cwd, path);
  return !path.startsWith('/') || below.startsWith('..') ? path : below;
}

/** Of two files of one name the second is told, and does not replace the first. */
function createTwinWatch({ folder }: PutTarget): { mustBeFirst(file: SendingFile): void } {
  const seen = new Set<string>();
  return {
    mustBeFirst({ below }) {
      const path = below.reduce(joinAccountPath, folder);
      if (seen.has(path))
        throw new BridgeError('BRIDGE_UPLOAD_EXISTS', {
          says: `Another file that is sent has the same name there, ${path}`,
          remedy: 'Send it elsewhere',
        });
      seen.add(path);
    },
  };
}

interface FollowedPut {
  api: ApiClient;
  file: SendingFile;
  target: PutTarget;
  force: boolean;
  dryRun: boolean;
  signal: AbortSignal;
  onBytes: (file: SendingFile, sent: number) => void;
}

/** Sends one, to its end. */
async function follow({ api, file, target, force, dryRun, signal, onBytes }: FollowedPut): Promise<SentLine> {
  const { source, below, sizeBytes } = file;
  const beganAt = systemClock.now();
  let bytesMs: number | undefined;
  const body = { source, to: target.folder, names: [...below], replace: force, dryRun };
  for await (const one of api.events(putFile, { body }, signal)) {
    if (one.event === 'error') throw fromErrorBody(one.data);
    if (one.event === 'result') {
      onBytes(file, sizeBytes);
      const checkMs = bytesMs === undefined ? undefined : systemClock.now() - beganAt - bytesMs;
      return { answer: one.data, bytesMs, checkMs };
    }
    const { sent, total } = one.data;
    if (sent === total) bytesMs = systemClock.now() - beganAt;
    onBytes(file, sent);
  }
  throw new BridgeError('BRIDGE_OWNER_GONE', { detail: 'the upload was cut off' });
}

/** One bar for all that is sent. */
function createSendBar(context: Context, files: readonly SendingFile[]) {
  const bar = createByteBar(context);
  const total = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const sent = new Map<SendingFile, number>();
  let done = 0;
  return {
    update(file: SendingFile, bytes: number): void {
      done += bytes - (sent.get(file) ?? 0);
      sent.set(file, bytes);
      const name = printable(file.names.at(-1) ?? '');
      const which = files.length > 1 ? `${file.number} of ${files.length}: ${name}` : name;
      // The checksum takes seconds for each GB that the bytes did not.
      bar.update(done, total, bytes === file.sizeBytes ? `checking ${which}` : which);
    },
    aside: bar.aside,
    stop: bar.stop,
  };
}

function tell(
  context: Context,
  file: SendingFile,
  { answer, ...times }: SentLine,
  { folder }: PutTarget,
  asJson: boolean,
): void {
  const wanted = answer.fate === 'stored' ? file.below.reduce(joinAccountPath, folder) : answer.path;
  const path = answer.file ? joinAccountPath(answer.path, answer.file.name) : wanted;
  if (asJson) {
    say(context, JSON.stringify({ source: file.source, ...answer, path, ...times }));
    return;
  }
  say(context, printable(`${path} (${size(file.sizeBytes)}): ${words[answer.fate]}`));
}
