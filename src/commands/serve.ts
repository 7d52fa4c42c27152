import { resolve } from 'node:path';
import { createLiveSettings, type LiveSettings } from '../../config/live-settings.ts';
import { loadSettings } from '../../config/load.ts';
import type { Settings } from '../../config/settings.ts';
import { buildApp, buildGuideApp } from '../app.ts';
import type { Bridge } from '../bridge.ts';
import { systemClock } from '../core/clock.ts';
import { BridgeError, isBridgeError } from '../core/errors.ts';
import { whyNoPort } from '../core/http/connection-words.ts';
import { toFileId } from '../core/ids.ts';
import { createBufferedDestination } from '../core/log/buffered-destination.ts';
import type { RecentLines } from '../core/log/recent-lines.ts';
import type { Log } from '../core/log.ts';
import { isLoopback } from '../core/loopback.ts';
import { giveBackMemoryOfStart } from '../core/low-memory-mode.ts';
import { version } from '../core/version.ts';
import { createGuiding } from '../guiding.ts';
import { describeHolder, readNote } from '../owner/holder.ts';
import type { Guide } from '../setup/guide.ts';
import type { SettingsEditor } from '../setup/settings-editor.ts';
import { type Context, type ExitCode, exitCodes, loadOptionsOf } from './context.ts';
import { type App, becomeOwner, type Owner, type OwnerOptions } from './owner.ts';
import { type AdjustableLog, createAdjustableLog } from './start/adjustable-log.ts';
import { createSettingsEditor } from './start/entered-settings.ts';
import { scheduleSyncs } from './start/sync-schedule.ts';

type Build = OwnerOptions['build'];

/** Between two looks whether a command has given dataDir back. */
const pauseMs = 250;

/** Syncs and serves until it is told to stop; while there is no key, it shows the guide of a first start. */
export async function serve(context: Context, { guide = true }: { guide?: boolean } = {}): Promise<ExitCode> {
  const lines = createBufferedDestination(1);
  for (let turn: Turn | undefined = {}; turn; ) {
    const load = loadOptionsOf(context, { key: !guide, folders: true, certificate: true });
    const loaded = loadSettings(load);
    const { hasKey } = loaded;
    const live = createLiveSettings(loaded.settings);
    const { settings } = live;
    const log = createAdjustableLog(live, context.out, lines);
    for (const warning of loaded.warnings) log.warn({}, warning);
    const ended = Promise.withResolvers<{ listedUntil?: number } | undefined>();
    if (context.signal.aborted) ended.resolve(undefined);
    context.signal.addEventListener('abort', () => ended.resolve(undefined), { once: true });
    const editor = createSettingsEditor({
      // Without its key it would be nobody's any more.
      load: { ...load, keyRequired: hasKey },
      running: loaded,
      live,
      onRestart: () => ended.resolve({}),
    });
    const parts: TurnParts = {
      settings,
      onSettings: live.onChange,
      log,
      lines: lines.kept,
      editor,
      turn,
      signal: context.signal,
      ended,
    };
    turn = await (hasKey ? serveBridge(parts) : serveGuide(parts));
  }
  lines.flushSync();
  return exitCodes.done;
}

/** What the next start in this process is told by the one before. */
interface Turn {
  /** Where that one listened, if nobody wants a port by its number. */
  port?: number;
  /** Nothing is listed before: the host was asked a moment ago. Milliseconds UTC. */
  listedUntil?: number;
}

interface TurnParts {
  settings: Settings;
  onSettings: LiveSettings['onChange'];
  log: AdjustableLog;
  /** Where the lines of the log are kept. */
  lines: RecentLines;
  editor: SettingsEditor;
  turn: Turn;
  signal: AbortSignal;
  /** Undefined = stop; else begin anew. */
  ended: PromiseWithResolvers<{ listedUntil?: number } | undefined>;
}

async function serveBridge(parts: TurnParts): Promise<Turn | undefined> {
  const { settings, onSettings, log, editor, turn, signal, ended } = parts;
  const build: Build = (bridge, holder) => buildApp(bridge, holder, { editor });
  const owner = await ownDataDir(parts, build);
  const { bridge, app } = owner;
  log.nameFiles((id) => bridge.catalog.files.cachedById(toFileId(id))?.name);
  const scheduler = scheduleSyncs(bridge, onSettings);
  giveBackMemoryOfStart();
  const port = await listen(owner, settings.server, turn);
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
  const { listedUntil = 0 } = turn;
  if (listedUntil > bridge.clock.now()) {
    bridge.live.syncBegins(listedUntil);
    log.info(
      { area: 'library', until: new Date(listedUntil).toISOString() },
      'the first sync waits: the guide has listed a folder a moment ago',
    );
  }
  const early = new AbortController();
  const begun = bridge.clock
    .sleep(Math.max(0, listedUntil - bridge.clock.now()), AbortSignal.any([signal, early.signal]))
    .then(
      () => {
        scheduler.start();
        bridge.discovery.start();
      },
      () => undefined,
    );
  if (settings.media.probe) bridge.media.start();
  if (settings.media.warm) bridge.warming.start();
  bridge.upkeep.start();
  bridge.inbox.start();
  bridge.remote.start();

  const next = await ended.promise;
  log.info(
    { films: bridge.delivery.reader.running(), graceMs: settings.server.stopGraceMs },
    next
      ? 'beginning anew: no new requests, running films go on for a moment'
      : 'stopping: no new requests, running films go on for a moment',
  );
  for (const one of [app, ...gateways]) {
    one.stopping.now = true;
    // Idle connections are closed at once, but one whose film ends later would be kept for its next request.
    one.server.keepAliveTimeout = 1;
  }
  const closed = Promise.all([app, ...gateways].map((one) => one.close()));
  early.abort();
  await begun;
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
  return next && { port };
}

/** Only the page, for whoever has the password, until there is a key. */
async function serveGuide(parts: TurnParts): Promise<Turn | undefined> {
  const { settings, log, editor, turn, ended } = parts;
  let port = settings.server.port;
  let guide: Guide | undefined;
  const build: Build = (bridge, holder) => {
    const onEnd = (listedUntil: number) => ended.resolve({ listedUntil });
    guide = createGuiding(bridge, { editor, onEnd, port: () => port });
    return buildGuideApp(bridge, holder, { editor, guide });
  };
  const owner = await ownDataDir(parts, build);
  port = await listen(owner, settings.server, turn);
  const [{ url } = { url: owner.bridge.baseUrl }] = guide?.state().addresses ?? [];
  log.warn(
    { url: `${url}${owner.bridge.basePath}/`, user: settings.auth.user },
    'no API key is set: open this address in a browser and follow the guide; passerelle doctor shows the password',
  );
  const next = await ended.promise;
  owner.app.stopping.now = true;
  owner.app.server.keepAliveTimeout = 1;
  guide?.close();
  const closed = owner.app.close();
  owner.app.server.closeAllConnections();
  await closed;
  await owner.close(AbortSignal.abort());
  log.info({}, next ? 'the key is entered, the guide is closed' : 'stopped');
  return next && { ...next, port };
}

/** @returns the port @throws BridgeError BRIDGE_LISTEN */
async function listen(
  owner: Owner,
  { host, port: wanted }: Settings['server'],
  { port }: Turn,
): Promise<number> {
  const at = { host, port: wanted || port || 0 };
  try {
    await owner.app.listen(at);
  } catch (error) {
    await owner.close(AbortSignal.abort());
    throw listenError(at, error);
  }
  const listening = owner.app.server.address() as { port: number };
  owner.listens({ host, port: listening.port });
  return listening.port;
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
  { settings, onSettings, log, lines, signal }: TurnParts,
  build: Build,
): Promise<Owner> {
  for (let hasTold = false; ; ) {
    const now = systemClock.now();
    try {
      return await becomeOwner({
        settings,
        log,
        command: 'serve',
        build,
        keepBaseUrl: false,
        recentLines: lines,
        onSettings,
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
