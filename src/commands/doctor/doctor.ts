import { placeOf, SettingsError } from '../../../config/faults.ts';
import type { Bridge } from '../../bridge.ts';
import { isBridgeError, isHostRefusal } from '../../core/errors.ts';
import { type Context, type ExitCode, exitCodes, say, sayAll } from '../context.ts';
import { findingLines } from '../format/findings.ts';
import { widthOfStream } from '../format/width.ts';
import { withBridge } from '../with-bridge.ts';
import {
  checkAccount,
  checkBaseUrl,
  checkByte,
  checkCrawl,
  checkFolder,
  checkGate,
  checkHost,
  checkLinks,
  type Finding,
} from './checks.ts';
import { checkServers } from './notify.ts';
import { checkProposals } from './proposals.ts';

/** Looks at everything that has to be right, one line each, with what to do where it is not. */
export async function doctor(context: Context, { json = false }: { json?: boolean }): Promise<ExitCode> {
  let refused = false;
  let failed = false;
  const show = (what: string, finding: Finding) => {
    if (finding.state === 'fail') failed = true;
    if (json) return say(context, JSON.stringify({ what, ...finding }));
    sayAll(context, findingLines(what, finding, context.out.isTTY ? widthOfStream(context.out) : undefined));
  };
  try {
    await withBridge(
      context,
      async (bridge) => {
        show('settings', { state: 'ok', words: 'every one is right' });
        for (const [what, check] of checksFor(bridge, context.signal)) {
          try {
            show(what, await check());
          } catch (error) {
            context.signal.throwIfAborted();
            if (!isBridgeError(error)) throw error;
            refused ||= isHostRefusal(error);
            const when = error.retryAt ? ` (not before ${new Date(error.retryAt).toISOString()})` : '';
            show(what, { state: 'fail', words: `${error.message}${when}`, remedy: error.remedy });
          }
        }
        for (const [what, finding] of await checkServers(bridge, context.signal)) show(what, finding);
        const { settings, secrets } = bridge;
        show('browsing', { state: 'ok', words: `user ${settings.auth.user}, password ${secrets.password}` });
        show('admin token', { state: 'ok', words: secrets.adminToken });
      },
      // The table says all of it, and with its remedies.
      { key: true, usualLevel: 'silent' },
    );
  } catch (error) {
    if (error instanceof SettingsError) {
      for (const fault of error.faults)
        show('settings', {
          state: 'fail',
          words: `${placeOf(fault)}: ${fault.wrong}`,
          remedy: fault.right,
        });
      return exitCodes.wrongUse;
    }
    if (!isBridgeError(error)) throw error;
    show('start', { state: 'fail', words: error.message, remedy: error.remedy });
  }
  if (refused) return exitCodes.refused;
  return failed ? exitCodes.failed : exitCodes.done;
}

function checksFor(bridge: Bridge, signal: AbortSignal): [string, () => Promise<Finding>][] {
  const { settings } = bridge;
  return [
    ['data folder', () => checkFolder(settings.dataDir, 'dataDir')],
    ...bridge.publisher.trees.map((tree): [string, () => Promise<Finding>] => [
      tree.name === '' ? 'STRM folder' : `STRM folder ${tree.name}`,
      () => checkFolder(tree.dir, tree.name === '' ? 'library.dir' : 'library.trees'),
    ]),
    ['base URL', () => checkBaseUrl(bridge, signal)],
    ['host and clock', () => checkHost(bridge, signal)],
    ['gate', () => checkGate(bridge)],
    ['account', () => checkAccount(bridge, signal)],
    ['one byte', () => checkByte(bridge, signal)],
    ['links', () => checkLinks(bridge)],
    ['last crawl', () => checkCrawl(bridge)],
    ['proposals', () => checkProposals(bridge)],
  ];
}
