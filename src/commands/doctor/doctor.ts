import { resolve } from 'node:path';
import { describeSource, SettingsError } from '../../../config/faults.ts';
import { checkAll, type ShownFinding } from '../../api/doctor.ts';
import { getStatus, type Status } from '../../api/status.ts';
import { fromErrorBody } from '../../api/words/errors.ts';
import { BridgeError, isBridgeError, isHostRefusal } from '../../core/errors.ts';
import { loadSecrets } from '../../secrets.ts';
import { withApi } from '../api.ts';
import { type Context, type ExitCode, exitCodes, say, sayAll, settingsOf } from '../context.ts';
import { findingLines } from '../format/findings.ts';
import { widthOfStream } from '../format/width.ts';

/** Looks at everything that has to be right, one line each, with what to do where it is not. */
export async function doctor(context: Context, { json = false }: { json?: boolean }): Promise<ExitCode> {
  let refused = false;
  let failed = false;
  const show = ({ what, code, ...finding }: ShownFinding): void => {
    if (finding.state === 'fail') failed = true;
    if (code !== undefined) refused ||= isRefusal(code);
    const width = context.out.isTTY ? widthOfStream(context.out) : undefined;
    if (json) say(context, JSON.stringify({ what, ...finding }));
    else sayAll(context, findingLines(what, finding, width));
  };
  try {
    // The table says all of it, and with its remedies.
    const work = { command: 'doctor', needs: { key: true }, usualLevel: 'silent' } as const;
    await withApi(context, work, async (api) => {
      const { warnings } = settingsOf(context);
      for (const words of warnings) show({ what: 'settings', state: 'warn', words });
      if (warnings.length === 0) show({ what: 'settings', state: 'ok', words: 'every one is right' });
      let isWhole = false;
      for await (const one of api.events(checkAll, {}, context.signal)) {
        if (one.event === 'finding') show(one.data);
        else isWhole = true;
      }
      if (!isWhole) throw new BridgeError('BRIDGE_OWNER_GONE', { detail: 'the checks were cut off' });
      showSecrets(context, show, await api.call(getStatus, {}, context.signal));
    });
  } catch (error) {
    if (error instanceof SettingsError) {
      for (const fault of error.faults)
        show({
          what: 'settings',
          state: 'fail',
          words: `${describeSource(fault)}: ${fault.wrong}`,
          remedy: fault.right,
        });
      return exitCodes.wrongUse;
    }
    if (!isBridgeError(error)) throw error;
    show({ what: 'start', state: 'fail', words: error.message, remedy: error.remedy });
  }
  if (refused) return exitCodes.refused;
  return failed ? exitCodes.failed : exitCodes.done;
}

/**
 * Read here, from dataDir and the settings: they go through no API. Who owns dataDir may have been given others, and says
 * whether it was.
 */
function showSecrets(
  context: Context,
  show: (finding: ShownFinding) => void,
  { access, process: { command, pid } }: Status,
): void {
  const { settings } = settingsOf(context);
  const kept = loadSecrets(resolve(settings.dataDir));
  const { password, adminToken } = settings.auth;
  const words = (origin: 'made' | 'set', name: string, made: string, here: string | undefined) =>
    origin === 'made' ? made : (here ?? `as ${name} says that ${command} (process ${pid}) was started with`);
  const shown = words(access.password, 'PASSERELLE_PASSWORD', kept.password, password);
  show({ what: 'browsing', state: 'ok', words: `user ${access.user}, password ${shown}` });
  const token = words(access.adminToken, 'PASSERELLE_ADMIN_TOKEN', kept.adminToken, adminToken);
  show({ what: 'admin token', state: 'ok', words: token });
}

function isRefusal(code: string): boolean {
  return isHostRefusal(fromErrorBody({ statusCode: 502, code, error: '', message: '' }));
}
