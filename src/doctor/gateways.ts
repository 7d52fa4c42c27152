import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { z } from 'zod';
import type { GatewaySetting } from '../gateway/setting.ts';
import { checkServer } from '../notify/check.ts';
import { createConnect, readJson } from '../notify/http.ts';
import { isServer } from '../notify/people/recipient.ts';
import { type Connection, ServerFault } from '../notify/servers/adapter.ts';
import { keyHeaders } from '../notify/servers/key-headers.ts';
import { serversOf } from '../notify/servers/servers.ts';
import type { DoctorParts, Finding } from './parts.ts';
import { type NetworkSettings, networkShape, waysRound } from './ways-round.ts';

export type GatewayCheckParts = Pick<DoctorParts, 'dispatcher' | 'clock' | 'trees'> & {
  settings: Pick<DoctorParts['settings'], 'gateways' | 'notify'>;
  userAgent: string;
};

const publicShape = z.object({
  Version: z.string().max(50),
  ProductName: z.string().nullish(),
  StartupWizardCompleted: z.boolean().nullish(),
});
const placeShape = z.object({ IsInNetwork: z.boolean() });

/** An address that is nobody's (RFC 5737): a server that believes us takes it for one of the internet. */
const nobodysAddress = '203.0.113.5';
/** What was read or seen of each kind; older ones miss what apps through a gateway need. */
const oldest = { jellyfin: [10, 10], emby: [4, 8] } as const;
const dialMs = 2000;

/** Each gateway: the server behind it, and whether apps find the one through the other. Faults of servers are findings. */
export async function checkGateways(parts: GatewayCheckParts, signal: AbortSignal): Promise<Finding[]> {
  const found = await Promise.all(parts.settings.gateways.map((one) => checkGateway(one, parts, signal)));
  return found.flat();
}

async function checkGateway(
  setting: GatewaySetting,
  parts: GatewayCheckParts,
  signal: AbortSignal,
): Promise<Finding[]> {
  const { kind, url, port, apiKey } = setting;
  const tell = ({ words, ...finding }: Finding): Finding => ({
    ...finding,
    words: `port ${port}, ${kind} ${url}: ${words}`,
  });
  const [server] = serversOf(
    [{ ...samePaths(setting, parts), ...(apiKey && { token: apiKey }) }],
    parts.trees,
  );
  if (!server) return [];
  const connection = createConnect(parts)(server, signal);
  const headers = keyHeaders(kind, apiKey ?? '');
  const ask = async <T>(path: string, shape: z.ZodType<T>, more: Record<string, string> = {}): Promise<T> => {
    const text = await connection.send({ method: 'GET', path, headers: { ...headers, ...more } });
    const read = shape.safeParse(readJson(text));
    if (!read.success) throw new ServerFault('answers in a form that we do not know', 'is url right?');
    return read.data;
  };
  const checks: (() => Promise<Finding>)[] = [
    async () => {
      const words = await checkReach(setting, connection);
      if (apiKey === undefined)
        return {
          state: 'ok',
          words: `${words}; without a key of it (apiKey) neither its settings nor its libraries are looked at`,
        };
      await ask('/System/Info', z.object({}));
      return { state: 'ok', words: `${words} and accepts the key` };
    },
    () => checkListens(setting),
  ];
  if (apiKey !== undefined) {
    const network = async (): Promise<NetworkSettings> =>
      kind === 'jellyfin' ? await ask('/System/Configuration/network', networkShape) : {};
    checks.push(
      async () => checkTrust(setting, await trusts(ask), await network()),
      async () =>
        kind === 'emby'
          ? {
              state: 'ok',
              words:
                'Emby answers apps that look for servers in the network with its own address, which cannot be changed: type the address of the gateway into apps',
            }
          : waysRound(await network(), setting),
      async () => {
        const trees = await Promise.all(
          parts.trees.map(async (tree) => ({ ...tree, shelves: await shelvesOf(tree.dir) })),
        );
        const { state, words, remedy } = await checkServer(server, trees, connection);
        return { state, words, ...(remedy !== undefined && { remedy }) };
      },
    );
  }
  const findings: Finding[] = [];
  for (const check of checks) {
    try {
      findings.push(tell(await check()));
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ServerFault)) throw error;
      const { message, remedy } = error;
      findings.push(tell({ state: 'fail', words: message, ...(remedy !== undefined && { remedy }) }));
      // What it does not say of itself it will not say of the rest.
      if (findings.length === 1) return findings;
    }
  }
  return findings;
}

/** How `notify` says that this server sees our folders. */
function samePaths({ kind, url }: GatewaySetting, { settings }: GatewayCheckParts) {
  const same = settings.notify.filter(isServer).find((one) => one.kind === kind && one.url === url);
  return { kind, url, ...(same?.pathMap && { pathMap: same.pathMap }) };
}

async function checkReach({ kind }: GatewaySetting, { send }: Connection): Promise<string> {
  const read = publicShape.safeParse(readJson(await send({ method: 'GET', path: '/System/Info/Public' })));
  if (!read.success)
    throw new ServerFault('something else is there', 'write the address of the server into url');
  const { Version, ProductName, StartupWizardCompleted } = read.data;
  const is = /jellyfin/i.test(ProductName ?? '') ? 'jellyfin' : 'emby';
  const words = `answers, version ${Version}`;
  if (is !== kind) throw new ServerFault(`${words}, and is no ${kind}`, `write kind: ${is}`);
  if (StartupWizardCompleted === false)
    throw new ServerFault(
      `${words}, and waits for its first steps`,
      'open its own address in a browser once',
    );
  const [major = 0, minor = 0] = Version.split('.').map(Number);
  const [oldMajor, oldMinor] = oldest[kind];
  if (major < oldMajor || (major === oldMajor && minor < oldMinor))
    throw new ServerFault(
      `${words}`,
      `bring it to ${oldMajor}.${oldMinor} or newer: older ones were never tried`,
    );
  return words;
}

/** Whether the server believes what we say of where a request came from. */
async function trusts(
  ask: <T>(path: string, shape: z.ZodType<T>, more?: Record<string, string>) => Promise<T>,
): Promise<boolean> {
  try {
    const forwarded = { 'x-forwarded-for': nobodysAddress, 'x-forwarded-proto': 'http' };
    return !(await ask('/System/Endpoint', placeShape, forwarded)).IsInNetwork;
  } catch (error) {
    // Who may not come from the internet is refused: it was believed.
    if (error instanceof ServerFault) return true;
    throw error;
  }
}

function checkTrust(
  { kind, knownProxy }: GatewaySetting,
  isTrusted: boolean,
  { KnownProxies }: NetworkSettings,
): Finding {
  if (isTrusted && knownProxy)
    return { state: 'ok', words: 'it is told the addresses of its apps, and believes them' };
  if (isTrusted)
    return {
      state: 'ok',
      words: 'it would believe the addresses of its apps, and is not told them (knownProxy: false)',
    };
  if (!knownProxy) return { state: 'ok', words: 'it takes every app for this machine (knownProxy: false)' };
  const words =
    'it takes every app for this machine: limits for apps outside, and its list of who is connected, are wrong';
  if (kind === 'emby') return { state: 'warn', words };
  const listed = KnownProxies ?? [];
  return {
    state: 'warn',
    words: listed.length > 0 ? `${words}; it knows the proxies ${listed.join(', ')}` : words,
    remedy:
      'there, in Dashboard, Networking, Known proxies: the address from which this machine comes to it; then restart it. If that is not wanted, knownProxy: false',
  };
}

/** Whether the gateway itself is there. */
function checkListens({ host, port }: GatewaySetting): Promise<Finding> {
  if (port === 0) return Promise.resolve({ state: 'ok', words: 'the port is chosen at each start' });
  const address = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, timeout: dialMs });
    const end = (finding: Finding) => {
      socket.destroy();
      resolve(finding);
    };
    const gone = () =>
      end({
        state: 'warn',
        words: 'nobody listens at the port of the gateway',
        remedy: 'start passerelle serve; if it runs, gateways was changed since: start it anew',
      });
    socket.once('connect', () => end({ state: 'ok', words: 'the gateway listens' }));
    socket.once('timeout', gone);
    socket.once('error', gone);
  });
}

async function shelvesOf(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => []);
  return entries.flatMap((entry) => (entry.isDirectory() && !entry.name.startsWith('.') ? entry.name : []));
}
