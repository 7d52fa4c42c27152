import { type Bridge, createBridge } from '../bridge.ts';
import { type Context, type Needs, settingsOf } from './context.ts';
import { createProcessLog } from './process-log.ts';

/** Runs a command over a bridge that is closed afterwards. Its log goes to standard error, warnings and worse. */
export async function withBridge<T>(
  context: Context,
  work: (bridge: Bridge) => Promise<T>,
  { usualLevel = 'warn', ...needs }: Needs & { usualLevel?: 'warn' | 'silent' } = {},
): Promise<T> {
  const { settings, warnings } = settingsOf(context, needs);
  for (const warning of warnings) context.err.write(`${warning}\n`);
  const level = context.env.PASSERELLE_LOG_LEVEL ? settings.log.level : usualLevel;
  const log = createProcessLog({ ...settings.log, level }, context.err);
  const bridge = await createBridge(settings, log, { keepBaseUrl: true });
  try {
    return await work(bridge);
  } finally {
    await bridge.close();
  }
}
