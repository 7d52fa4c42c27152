import { resolve } from 'node:path';
import type { Settings } from '../../config/settings.ts';
import { buildApp } from '../app.ts';
import type { Bridge } from '../bridge.ts';
import { systemClock } from '../core/clock.ts';
import { minuteMs } from '../core/durations.ts';
import { BridgeError, isBridgeError } from '../core/errors.ts';
import { whyNoPort } from '../core/http/connection-words.ts';
import { toFileId } from '../core/ids.ts';
import { createBufferedDestination } from '../core/log/buffered-destination.ts';
import type { RecentLines } from '../core/log/recent-lines.ts';
import { type Log, ofArea } from '../core/log.ts';
import { isLoopback } from '../core/loopback.ts';
import { version } from '../core/version.ts';
import { describeHolder, readNote } from '../owner/holder.ts';
import { createScheduler } from '../sync/scheduler.ts';
import { type Context, type ExitCode, exitCodes, settingsOf } from './context.ts';
import { type App, becomeOwner, type Owner } from './owner.ts';
import { createProcessLog } from './start/process-log.ts';

/** Between two looks whether a command has given dataDir back. */
const pauseMs = 250;

/** Syncs and serves until it is told to stop. */
export async function serve(context: Context): Promise<ExitCode> {
  const { settings, warnings } = settingsOf(context, { key: true, folders: true, certificate: true });
  const lines = createBufferedDestination(1);
  let nameOfFile = (_id: string): string | undefined => undefined;
  const log = createProcessLog(settings.log, context.out, lines, (id) => nameOfFile(id));
  for (const warning of warnings) log.warn({}, warning);
  const owner = await ownDataDir(settings, log, lines.kept, context.signal);
  const { bridge, app } = owner;
  nameOfFile = (id) => bridge.catalog.files.cachedById(toFileId(id))?.name;
  const scheduler = createScheduler({
    sync: bridge.sync,
    clock: bridge.clock,
    log: ofArea(log, 'library'),
    intervalMs: settings.sync.intervalMinutes * minuteMs,
    budget: bridge.crawlBudget,
  });
  try {
    await app.listen({ host: settings.server.host, port: settings.server.port });
  } catch (error) {
    await owner.close(AbortSignal.abort());
    throw listenError(settings.server, error);
  }
  const { port } = app.server.address() as { port: number };
  owner.listens({ host: settings.server.host, port });
  const gateways = await openGateways(bridge, log).catch(async (error: unknown) => {
    await owner.close(AbortSignal.abort());
    throw error;
  });
  log.info(
    {
      version,
      port,
      baseUrl: bridge.baseUrl,
      libraryDirs: bridge.publisher.trees.map((tree) => tree.dir),
      mode: settings.delivery.mode,
    },
    'Passerelle serves',
  );
  warnOfBaseUrl(settings.server, (words) => log.warn({ baseUrl: bridge.baseUrl }, words));
  bridge.keyWatch.onRefusal((error) => tellRefusedKey(error, log));
  const { blockedBy, blockedUntil: retryAt } = bridge.host.state();
  // Refused in an earlier run; the host is not asked again before its time.
  if (blockedBy === 'BRIDGE_HOST_KEY')
    tellRefusedKey(new BridgeError(blockedBy, retryAt === undefined ? {} : { retryAt }), log);
  bridge.notify.start();
  bridge.people.start();
  scheduler.start();
  if (settings.media.probe) bridge.media.start();
  if (settings.media.warm) bridge.warming.start();
  bridge.discovery.start();
  bridge.upkeep.start();
  bridge.inbox.start();
  bridge.remote.start();

  await new Promise<void>((resolve) => {
    if (context.signal.aborted) resolve();
    else context.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  log.info(
    { films: bridge.delivery.reader.running(), graceMs: settings.server.stopGraceMs },
    'stopping: no new requests, running films go on for a moment',
  );
  for (const one of [app, ...gateways]) {
    one.stopping.now = true;
    // Idle connections are closed at once, but one whose film ends later would be kept for its next request.
    one.server.keepAliveTimeout = 1;
  }
  const closed = Promise.all([app, ...gateways].map((one) => one.close()));
  await Promise.all([
    bridge.media.stop(),
    bridge.warming.stop(),
    scheduler.stop(),
    bridge.discovery.stop(),
    bridge.upkeep.stop(),
    bridge.inbox.stop(),
    bridge.remote.stop(),
  ]);
  const [grace, longEnough] = [new AbortController(), new AbortController()];
  const late = bridge.clock.sleep(settings.server.stopGraceMs, grace.signal).then(
    () => {
      longEnough.abort();
      for (const one of [app, ...gateways]) one.server.closeAllConnections();
    },
    () => undefined,
  );
  await Promise.race([closed, late]);
  await closed;
  // Commands that work through this process have been told; they read that, and leave.
  await owner.close(longEnough.signal);
  grace.abort();
  log.info({}, 'stopped');
  lines.flushSync();
  return exitCodes.done;
}

function tellRefusedKey(error: BridgeError, log: Log): void {
  const until = error.retryAt === undefined ? {} : { notAskedBefore: new Date(error.retryAt).toISOString() };
  log.error({ err: error, ...until }, 'nothing can be asked of the host');
}

/** Those before media servers, each listening at its own port. @throws BridgeError BRIDGE_LISTEN */
async function openGateways(bridge: Bridge, log: Log): Promise<App[]> {
  const open: App[] = [];
  for (const setting of bridge.settings.gateways) {
    const { buildGateway } = await import('../gateway-app.ts');
    const gateway = await buildGateway(bridge, setting);
    try {
      await gateway.listen({ host: setting.host, port: setting.port });
    } catch (error) {
      await Promise.all([gateway, ...open].map((one) => one.close()));
      throw listenError(setting, error);
    }
    open.push(gateway);
    const { port } = gateway.server.address() as { port: number };
    log.info({ kind: setting.kind, server: setting.url, port }, 'a gateway serves');
  }
  return open;
}

function listenError(at: { host: string; port: number }, error: unknown): BridgeError {
  return new BridgeError('BRIDGE_LISTEN', { ...whyNoPort(at, error), cause: error });
}

/** A command that holds dataDir just now is waited for; another `serve` is not. */
async function ownDataDir(
  settings: Settings,
  log: Log,
  recentLines: RecentLines,
  signal: AbortSignal,
): Promise<Owner> {
  for (let hasTold = false; ; ) {
    const now = systemClock.now();
    try {
      return await becomeOwner({
        settings,
        log,
        command: 'serve',
        build: buildApp,
        keepBaseUrl: false,
        recentLines,
        now,
      });
    } catch (error) {
      const holder = isBridgeError(error, 'BRIDGE_CATALOG_IN_USE')
        ? readNote(resolve(settings.dataDir))
        : undefined;
      if (!holder || holder.command === 'serve') throw error;
      if (!hasTold) log.warn({ holder: describeHolder(holder) }, 'waiting for a command to end');
      hasTold = true;
    }
    await systemClock.sleep(pauseMs, signal);
  }
}

function warnOfBaseUrl(
  { baseUrl, tlsCert }: { baseUrl: string | undefined; tlsCert: string | undefined },
  warn: (words: string) => void,
): void {
  if (baseUrl === undefined)
    warn(
      `server.baseUrl is not set: STRM files carry an address that only this machine can reach. Set PASSERELLE_BASE_URL to ${tlsCert === undefined ? 'http' : 'https'}://<address of this machine>:<port>`,
    );
  else if (isLoopback(new URL(baseUrl).hostname))
    warn('server.baseUrl is a loopback address: players on other machines cannot reach it');
}
