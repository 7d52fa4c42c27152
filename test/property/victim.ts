import { loadSettings } from '../../config/load.ts';
import { createBridge } from '../../src/bridge.ts';
import { silentLog } from '../../src/core/log.ts';
import { createHandClock } from '../fixtures/hand-clock.ts';

/** A process that syncs at a given time of the hand clock, and is killed while it does. */
const { env, now, home } = JSON.parse(process.argv[2] ?? '{}') as {
  env: Record<string, string>;
  now: number;
  home: string;
};
const { settings } = loadSettings({ env, file: `${home}/none.yaml` });
const bridge = await createBridge(settings, silentLog, { clock: createHandClock(now) });
process.send?.('open');
await bridge.sync.run({ signal: new AbortController().signal }).catch(() => undefined);
await bridge.close();
process.disconnect?.();
