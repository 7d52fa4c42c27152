import cliProgress from 'cli-progress';
import { fetchRemote, type RemoteAnswer, type RemoteProgressAnswer } from '../api/remote.ts';
import { fromErrorBody } from '../api/words/errors.ts';
import { joinAccountPath } from '../core/account-path.ts';
import { BridgeError, isHostRefusal } from '../core/errors.ts';
import { counted } from '../core/plural.ts';
import { withRemedy } from '../core/sentences.ts';
import { asAccountPath, withApi } from './api.ts';
import { type Context, type ExitCode, exitCodes, say } from './context.ts';
import { failureJson } from './format/failures.ts';
import { printable } from './format/printable.ts';
import { size } from './format/size.ts';
import { askForInput, inputText } from './line/input.ts';
import { UsageError } from './line/usage.ts';

export interface FetchOptions {
  /** False: until the host was asked. */
  wait?: boolean;
  json?: boolean;
}

/** What a person is told of an address. */
const words: Readonly<Record<RemoteAnswer['state'], string>> = {
  waiting: 'waits to be asked for',
  asked: 'no answer came: whether the host fetches it is found out',
  fetching: 'the host fetches it',
  stored: 'fetched; the host lists it later, and Passerelle looks for it',
  added: 'fetched',
  failed: 'failed',
  unsure: 'not sure',
  refused: 'not asked for',
};
const bad: ReadonlySet<RemoteAnswer['state']> = new Set(['failed', 'unsure', 'refused']);

/** Has the host fetch addresses into a folder of the account, which is the last word; from standard input when none are given. */
export async function fetch(
  context: Context,
  given: readonly string[],
  { wait = true, json = false }: FetchOptions,
): Promise<ExitCode> {
  const [to = '', ...named] = given.toReversed();
  if (to === '' || /^https?:/i.test(to))
    throw new UsageError('fetch', ['name at last the folder of the account that they go into']);
  if (named.length === 0) askForInput(context, 'Addresses');
  const lines = named.length > 0 ? named.toReversed() : (await inputText(context)).split(/\r?\n/);
  const urls = lines.map((line) => line.trim()).filter((line) => line !== '');
  if (urls.length === 0)
    throw new UsageError('fetch', ['name an address for the host to fetch, or give some on standard input']);
  const work = { command: 'fetch', needs: { key: true, folders: true }, tellsRefusals: true };
  return withApi(context, work, async (api) => {
    const view = createFetchProgress(context);
    try {
      const body = { urls, to: asAccountPath(to), wait };
      for await (const one of api.events(fetchRemote, { body }, context.signal)) {
        if (one.event === 'error') throw fromErrorBody(one.data);
        if (one.event === 'progress') view.show(one.data);
        if (one.event === 'address')
          view.aside(() => say(context, json ? JSON.stringify(one.data) : lineFor(one.data)));
        if (one.event !== 'result') continue;
        view.end();
        const { addresses, stoppedBy } = one.data;
        const isBad = addresses.some(({ state }) => bad.has(state));
        if (!json) say(context, totalOf(addresses));
        if (!stoppedBy) return isBad ? exitCodes.failed : exitCodes.done;
        const error = fromErrorBody(stoppedBy);
        if (json) say(context, failureJson(error));
        context.err.write(
          `stopped: ${withRemedy(error)}. The rest is gone on with by passerelle serve, or the next fetch\n`,
        );
        return isHostRefusal(error) ? exitCodes.refused : exitCodes.failed;
      }
    } catch (error) {
      if (!context.signal.aborted) throw error;
      view.end();
      context.err.write(
        'stopped waiting: what was asked for is gone on with by the host, and what was noted by passerelle serve, or the next fetch\n',
      );
      return exitCodes.failed;
    } finally {
      view.end();
    }
    throw new BridgeError('BRIDGE_OWNER_GONE', { detail: 'what the host was asked for goes on there' });
  });
}

function lineFor({ url, state, path, file, why }: RemoteAnswer): string {
  const what = file ? `${url}: ${joinAccountPath(path, file.name)} (${size(file.sizeBytes)})` : url;
  return printable(`${what}: ${words[state]}${why === undefined ? '' : `: ${why}`}`);
}

function totalOf(addresses: readonly RemoteAnswer[]): string {
  const count = (...states: RemoteAnswer['state'][]) =>
    addresses.filter(({ state }) => states.includes(state)).length;
  const fetched = count('added', 'stored');
  const under = count('waiting', 'asked', 'fetching');
  const refused = count('refused');
  const failed = addresses.length - fetched - under - refused;
  return [
    `${counted(fetched, 'file')} fetched`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(refused > 0 ? [`${refused} not asked for`] : []),
    ...(under > 0 ? [`${under} under way`] : []),
  ].join(', ');
}

/** How far the host is, on a terminal; elsewhere the lines of the addresses say it. */
interface FetchProgressView {
  show(progress: RemoteProgressAnswer): void;
  /** Writes something that stays. */
  aside(write: () => void): void;
  end(): void;
}

function createFetchProgress({ err }: Pick<Context, 'err'>): FetchProgressView {
  if (!err.isTTY) return { show: () => undefined, aside: (write) => write(), end: () => undefined };
  const bar = new cliProgress.SingleBar(
    {
      stream: err,
      format: '{bar} {value}/{total} | {fetching} at the host | {waiting} wait | {failed} failed',
      hideCursor: true,
      clearOnComplete: true,
    },
    cliProgress.Presets.shades_classic,
  );
  let shown: RemoteProgressAnswer | undefined;
  let isShown = false;
  const stop = () => {
    if (isShown) bar.stop();
    isShown = false;
  };
  const show = (progress: RemoteProgressAnswer) => {
    shown = progress;
    const { total, done, failed } = progress;
    if (!isShown) bar.start(total, done + failed, progress);
    else bar.update(done + failed, progress);
    isShown = true;
  };
  return {
    show,
    aside(write) {
      stop();
      write();
      if (shown) show(shown);
    },
    end: stop,
  };
}
