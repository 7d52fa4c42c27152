import { z } from 'zod';
import type { GatewaySetting } from '../gateway/setting.ts';
import type { Finding } from './parts.ts';

/** Jellyfin's network settings, as far as they decide where apps go (`/System/Configuration/network`). */
export const networkShape = z.object({
  AutoDiscovery: z.boolean().nullish(),
  KnownProxies: z.array(z.string()).nullish(),
  PublishedServerUriBySubnet: z.array(z.string()).nullish(),
});
export type NetworkSettings = z.infer<typeof networkShape>;

const maxNamed = 3;

/**
 * Whether apps are led to the gateway, or by the server itself to its own address: what it publishes, and what it says
 * to apps that look for servers in the network. @see Finding
 */
export function waysRound(
  { AutoDiscovery, PublishedServerUriBySubnet }: NetworkSettings,
  { port }: Pick<GatewaySetting, 'port'>,
): Finding {
  const published = (PublishedServerUriBySubnet ?? []).map(addressOf);
  const elsewhere = published.filter((address) => portOf(address) !== port);
  const remedy = `there, in Dashboard, Networking, Published Server URIs: all=http://<address of this machine>:${port}`;
  // A proxy of ones own before the gateway has another port.
  if (elsewhere.length > 0)
    return {
      state: 'warn',
      words: `it publishes ${elsewhere.slice(0, maxNamed).join(', ')}: apps are led there, and round the gateway unless a proxy of yours stands there before it`,
      remedy,
    };
  if (published.length > 0)
    return { state: 'ok', words: `it publishes the gateway (${published.slice(0, maxNamed).join(', ')})` };
  if (AutoDiscovery === true)
    return {
      state: 'warn',
      words:
        'it answers apps that look for servers in the network with its own address: they go round the gateway',
      remedy: `${remedy}; or switch auto discovery off there, and type the address of the gateway into the apps`,
    };
  return { state: 'ok', words: 'it leads no app to its own address' };
}

/** `all=http://a:8097`, `192.168.1.0/24=http://a:8097`, or the address alone. */
function addressOf(line: string): string {
  return line.slice(line.indexOf('=') + 1).trim();
}

function portOf(address: string): number | undefined {
  if (!URL.canParse(address)) return undefined;
  const { port, protocol } = new URL(address);
  return Number(port || (protocol === 'https:' ? 443 : 80));
}
