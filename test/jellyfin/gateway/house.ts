import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { loadSecrets } from '../../../src/secrets.ts';
import { type BridgeProcess, freePort, startBridge } from '../../fixtures/bridge-process.ts';
import { envOver } from '../../fixtures/setup.ts';
import { createSimulator, type Simulator } from '../../simulator/simulator.ts';
import type { Options } from '../options.ts';
import { type Films, makeFilms } from './films.ts';
import { type WatchedPort, watchPort } from './watched-port.ts';

/** `passerelle serve` over a simulated host, with a gateway before the Jellyfin that is looked at. */
export interface GatewayHouse {
  simulator: Simulator;
  films: Films;
  libraryDir: string;
  /** The tree as Jellyfin sees it. */
  there: string;
  /** Where apps reach the gateway. */
  gatewayUrl: string;
  /** Between the gateway and Jellyfin. */
  origin: WatchedPort;
  /** The address in every `.strm`: what Jellyfin itself reads of films passes here. */
  strmPort: WatchedPort;
  bridge: () => BridgeProcess;
  /** Everything that any of the bridges has logged. */
  logged: () => string;
  /**
   * A new process over the same folders. @param how whether Jellyfin is to look into films ahead of their first play,
   * and other settings
   */
  restart(how?: { looksAhead?: boolean; env?: Record<string, string> }): Promise<void>;
  /** @throws Error where it does not end well */
  sync(): Promise<void>;
  /** Asks the bridge's own API. */
  api(path: string): Promise<unknown>;
  end(): Promise<void>;
}

export async function startGatewayHouse({ dir, seenAs, url, key }: Options): Promise<GatewayHouse> {
  const home = await mkdtemp(join(dir ?? tmpdir(), 'passerelle-gateway-'));
  const filmsDir = join(home, 'films');
  await mkdir(filmsDir);
  const films = await makeFilms(filmsDir);
  const simulator = await createSimulator({ account: { name: '' } });
  const [port, gatewayPort] = [await freePort(), await freePort()];
  const origin = await watchPort(() => new URL(url));
  const strmPort = await watchPort(() => new URL(`http://127.0.0.1:${port}`));
  const always: Record<string, string> = {
    ...envOver(simulator, home),
    PASSERELLE_PORT: String(port),
    PASSERELLE_BASE_URL: strmPort.url,
    PASSERELLE_PASSWORD: 'gateway-checks',
    PASSERELLE_MEDIA_INTERVAL_MS: '1000',
    PASSERELLE_LOG_LEVEL: 'debug',
    PASSERELLE_SYNC_INTERVAL_MINUTES: '1440',
  };
  const gatewayOf = (apiKey: string | undefined) =>
    JSON.stringify([
      {
        kind: 'jellyfin',
        url: origin.url,
        port: gatewayPort,
        host: '127.0.0.1',
        ...(apiKey !== undefined && { apiKey }),
      },
    ]);
  const before: string[] = [];
  let bridge: BridgeProcess | undefined;
  const running = () => {
    if (!bridge) throw new Error('no bridge runs');
    return bridge;
  };
  const textOf = ({ log, errors }: BridgeProcess) =>
    `${log.map((line) => JSON.stringify(line)).join('\n')}\n${errors()}`;

  async function ask(method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> {
    const answer = await request(`${running().url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${loadSecrets(join(home, 'data')).adminToken}`,
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`${path}: ${answer.statusCode} ${text.slice(0, 200)}`);
    return text === '' ? undefined : JSON.parse(text);
  }

  async function stop(): Promise<void> {
    if (!bridge) return;
    const one = bridge;
    bridge = undefined;
    await one.stop();
    before.push(textOf(one));
  }

  return {
    simulator,
    films,
    libraryDir: join(home, 'library'),
    there: join(seenAs ?? home, 'library'),
    gatewayUrl: `http://127.0.0.1:${gatewayPort}`,
    origin,
    strmPort,
    bridge: running,
    logged: () => [...before, ...(bridge ? [textOf(bridge)] : [])].join('\n'),
    async restart({ looksAhead = false, env = {} } = {}) {
      await stop();
      const gateways = gatewayOf(looksAhead ? key : undefined);
      bridge = await startBridge({ ...always, PASSERELLE_GATEWAYS: gateways, ...env }, home);
    },
    async sync() {
      await ask('POST', '/sync', {});
    },
    api: (path) => ask('GET', path),
    async end() {
      await stop();
      await origin.close();
      await strmPort.close();
      await simulator.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}
