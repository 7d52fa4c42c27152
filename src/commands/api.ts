import { resolve } from 'node:path';
import { listFiles } from '../api/files.ts';
import { getStatus } from '../api/status.ts';
import { systemClock } from '../core/clock.ts';
import { BridgeError, isBridgeError, isHostRefusal } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { type ApiClient, createApiClient } from '../owner/client.ts';
import { describeHolder, readNote } from '../owner/holder.ts';
import { isNobodyThere, refuseForeign, socketTransport } from '../owner/transport.ts';
import { type Context, type Needs, settingsOf } from './context.ts';
import { createProcessLog } from './start/process-log.ts';

export interface ApiWork {
  /** What is run, as others are told of it. */
  command: string;
  /**
   * Whether it may work through a command that owns dataDir while it runs. Long work waits for that one to end: nobody
   * should have to leave a terminal open for another one. Default: it may.
   */
  through?: (command: string) => boolean;
  /** What this process must have to be the owner. */
  needs?: Needs;
  /** Of this process' own log, where it is the owner and nobody chose another; silent: warnings of settings too. */
  usualLevel?: 'warn' | 'silent';
  /** It says itself what the host refused: no line of the log stands between its own. */
  tellsRefusals?: boolean;
  /** Lines of the log, by their words, that it tells itself. */
  tells?: readonly string[];
}

/** An owner that is just starting or ending, or works on something else, is waited for so long. */
const maxWaitMs = 30_000;
const pauseMs = 100;
/** After this the person is told what is waited for. */
const silentMs = 2000;
/** One that is there and says nothing is stuck. */
const answerWithinMs = 15_000;

/**
 * Runs a command over the API of the process that owns dataDir: `serve`, or another command that runs just now. Where
 * nobody does, this process is the owner for as long as the command runs.
 * @throws BridgeError BRIDGE_CATALOG_IN_USE when the owner cannot be reached, and whatever `work` throws
 */
export async function withApi<T>(
  context: Context,
  {
    command,
    through = () => true,
    needs = {},
    usualLevel = 'warn',
    tellsRefusals = false,
    tells = [],
  }: ApiWork,
  work: (api: ApiClient) => Promise<T>,
): Promise<T> {
  const { settings, warnings } = settingsOf(context);
  if (usualLevel !== 'silent') for (const warning of warnings) context.err.write(`${warning}\n`);
  const dataDir = resolve(settings.dataDir);
  const clock = systemClock;
  const beganAt = clock.now();
  for (let hasTold = false; ; ) {
    const owner = await find(dataDir, context.signal);
    if (owner && (owner.command === 'serve' || through(owner.command))) {
      try {
        return await work(owner.api);
      } finally {
        owner.api.close();
      }
    }
    owner?.api.close();
    const holder = owner ? undefined : readNote(dataDir);
    if (holder?.hasNoDoor)
      throw new BridgeError('BRIDGE_CATALOG_IN_USE', {
        detail: `${heldBy(dataDir)}, whose socket cannot be opened there`,
        remedy: 'Use its API over HTTP, or see in its log why there is no serve.sock in dataDir',
      });
    const taken = owner
      ? undefined
      : await own(context, { command, needs, usualLevel, tellsRefusals, tells }, work);
    if (taken && 'done' in taken) return taken.done;
    const waitedMs = clock.now() - beganAt;
    if (waitedMs > maxWaitMs)
      throw taken?.inUse ?? new BridgeError('BRIDGE_CATALOG_IN_USE', { detail: heldBy(dataDir) });
    if (!hasTold && waitedMs > silentMs) {
      context.err.write(`waiting for ${describeHolder(readNote(dataDir))}\n`);
      hasTold = true;
    }
    await clock.sleep(pauseMs, context.signal);
  }
}

/** Runs the work as the owner, unless somebody else is. */
async function own<T>(
  context: Context,
  { command, needs, usualLevel, tellsRefusals, tells }: Required<Omit<ApiWork, 'through'>>,
  work: (api: ApiClient) => Promise<T>,
): Promise<{ done: T } | { inUse: BridgeError }> {
  const { settings } = settingsOf(context, needs);
  const [{ becomeOwner }, { buildApi }] = await Promise.all([import('./owner.ts'), import('../api-app.ts')]);
  const level = context.env.PASSERELLE_LOG_LEVEL ? settings.log.level : usualLevel;
  // Between the lines of a command a line of the log is one for a person, wherever it goes.
  const format = settings.log.format === 'auto' ? 'pretty' : settings.log.format;
  const all = createProcessLog({ level, format }, context.err);
  const hasOwnLevel = Boolean(context.env.PASSERELLE_LOG_LEVEL);
  const log = hasOwnLevel ? all : withoutTold(all, tellsRefusals, tells);
  let owner: Awaited<ReturnType<typeof becomeOwner>>;
  try {
    owner = await becomeOwner({
      settings,
      log,
      command,
      build: buildApi,
      keepBaseUrl: true,
      now: systemClock.now(),
    });
  } catch (error) {
    if (isBridgeError(error, 'BRIDGE_CATALOG_IN_USE')) return { inUse: error };
    throw error;
  }
  try {
    return { done: await work(createApiClient(owner.transport, 'this process')) };
  } finally {
    await owner.close(context.signal);
  }
}

/** Without what the command tells itself, such as the line of a call that the host refused. */
function withoutTold(log: Log, tellsRefusals: boolean, tells: readonly string[]): Log {
  const isRefusal = (values: object, words: string) =>
    words === 'host call' || ('err' in values && isHostRefusal(values.err));
  return {
    debug: (values, words) => log.debug(values, words),
    info: (values, words) => log.info(values, words),
    warn: (values, words) => {
      if (!tells.includes(words) && !(tellsRefusals && isRefusal(values, words))) log.warn(values, words);
    },
    error: (values, words) => {
      if (!tells.includes(words)) log.error(values, words);
    },
    plain: (values, words) => log.plain(values, words),
  };
}

/** Who owns `dataDir` and answers; undefined when nobody does, or not now. */
async function find(
  dataDir: string,
  signal: AbortSignal,
): Promise<{ api: ApiClient; command: string } | undefined> {
  const transport = socketTransport(dataDir);
  const limit = new AbortController();
  const late = new BridgeError('BRIDGE_CATALOG_IN_USE', {
    detail: `${heldBy(dataDir)}, which does not answer`,
  });
  const timer = setTimeout(() => limit.abort(late), answerWithinMs);
  try {
    const hello = createApiClient(transport, 'whoever holds dataDir');
    const { process } = await hello.call(getStatus, {}, AbortSignal.any([signal, limit.signal]));
    return { api: createApiClient(transport, describeHolder(process)), command: process.command };
  } catch (error) {
    transport.close();
    if (isBridgeError(error, 'BRIDGE_STOPPING')) return undefined;
    if (isBridgeError(error, 'BRIDGE_OWNER_GONE')) {
      refuseForeign(error.cause, dataDir);
      if (isNobodyThere(error.cause)) return undefined;
    }
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Ends a command that found nothing because nothing is known yet: of an account that was never listed it must not say
 * that all is well.
 * @throws BridgeError BRIDGE_NOT_INDEXED before the first sync
 */
export async function mustBeListed(api: ApiClient, signal: AbortSignal): Promise<void> {
  await api.call(listFiles, { query: { path: '/', offset: 0, limit: 1 } }, signal);
}

/** A path of the account as the API takes it: people leave its first sign out. */
export function asAccountPath(path: string): string {
  return path.startsWith('/') ? path : `/${path}`;
}

function heldBy(dataDir: string): string {
  return `${dataDir} is held by ${describeHolder(readNote(dataDir))}`;
}
