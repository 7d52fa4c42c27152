import { resolve } from 'node:path';
import type { Settings } from '../../config/settings.ts';
import type { buildApp } from '../app.ts';
import { type Bridge, type BridgeOverrides, createBridge } from '../bridge.ts';
import type { Clock } from '../core/clock.ts';
import { isBridgeError } from '../core/errors.ts';
import type { RecentLines } from '../core/log/recent-lines.ts';
import type { Log } from '../core/log.ts';
import { type Claim, claimDataDir } from '../owner/claim.ts';
import { type Door, openDoor } from '../owner/door.ts';
import type { Transport } from '../owner/transport.ts';

export type App = Awaited<ReturnType<typeof buildApp>>;

/** The one process that works on a dataDir, for as long as it holds it. */
export interface Owner {
  bridge: Bridge;
  app: App;
  /** The way to its own API, without a socket. */
  transport: Transport;
  /** Tells others where it listens. */
  listens: Claim['listens'];
  /**
   * Gives everything back, in the order in which it was taken.
   * @param longEnough aborts when those who came through the door have been waited for long enough
   */
  close(longEnough: AbortSignal): Promise<void>;
}

export interface OwnerOptions {
  settings: Settings;
  log: Log;
  /** What is run, as others are told of it. */
  command: string;
  /** All addresses, or those alone that commands ask. */
  build: (bridge: Bridge, holder: Claim['holder']) => Promise<App>;
  /** See {@link createBridge}. */
  keepBaseUrl: boolean;
  recentLines?: RecentLines;
  onSettings?: BridgeOverrides['onSettings'];
  /** Milliseconds UTC. */
  now: number;
}

/**
 * Takes dataDir for this process, builds the bridge and the API over it, and opens the door to the commands beside it.
 * @throws BridgeError BRIDGE_CATALOG_IN_USE while another process holds dataDir, and as {@link createBridge}
 */
export async function becomeOwner(options: OwnerOptions): Promise<Owner> {
  const { settings, log, command, build, keepBaseUrl, recentLines, onSettings, now } = options;
  const dataDir = resolve(settings.dataDir);
  const claim = claimDataDir(dataDir, command, now);
  let bridge: Bridge | undefined;
  try {
    bridge = await createBridge(settings, log, {
      keepBaseUrl,
      ...(recentLines && { recentLines }),
      ...(onSettings && { onSettings }),
    });
    const app = await build(bridge, claim.holder);
    await app.ready();
    const door = await doorOf(app, dataDir, log, bridge.clock);
    if (!door) claim.hasNoDoor();
    return ownerOf({ bridge, app, door, claim });
  } catch (error) {
    await bridge?.close();
    claim.release();
    throw error;
  }
}

/** Not every file system knows sockets: without one, what is served is served all the same. */
async function doorOf(app: App, dataDir: string, log: Log, clock: Clock): Promise<Door | undefined> {
  try {
    return await openDoor({
      dataDir,
      handle: (request, response) => app.routing(request, response),
      onSocket: app.trust,
      clock,
    });
  } catch (error) {
    if (!isBridgeError(error)) throw error;
    log.warn({ err: error }, 'commands beside this process are refused: its socket cannot be opened');
    return undefined;
  }
}

function ownerOf(parts: { bridge: Bridge; app: App; door: Door | undefined; claim: Claim }): Owner {
  const { bridge, app, door, claim } = parts;
  const authorization = `Bearer ${bridge.secrets.adminToken}`;
  return {
    bridge,
    app,
    listens: claim.listens,
    transport: {
      async send({ method, path, accept, body, signal }) {
        // Its stream would fail before anybody could hear of it.
        signal?.throwIfAborted();
        const sent = app.inject({
          method: method as 'GET',
          url: path,
          headers: {
            accept,
            authorization,
            ...app.ownHeaders,
            ...(body !== undefined && { 'content-type': 'application/json' }),
          },
          ...(body !== undefined && { payload: body }),
          ...(signal && { signal }),
          payloadAsStream: true,
        });
        const answer = await (signal ? orAborted(sent, signal) : sent);
        return {
          status: answer.statusCode,
          header: (name) => [answer.headers[name]].flat()[0]?.toString(),
          body: answer.stream(),
        };
      },
      close: () => undefined,
    },
    async close(longEnough) {
      await door?.drain(longEnough);
      // What was begun by those who are still there is ended, or left off where that may be.
      app.stopping.now = true;
      await app.close();
      await door?.close();
      await bridge.close();
      claim.release();
    },
  };
}

/** An answer that has not begun hears of no signal: whoever is stopped before must not wait for its first word. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}
