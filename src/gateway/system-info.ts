import { isObject, type JsonObject, readLossless } from './lossless-json.ts';

/** Where Jellyfin and Emby say at which address they are found (facts/gateway 1.2). */
const addresses = ['LocalAddress', 'WanAddress'];
const addressLists = ['LocalAddresses', 'RemoteAddresses'];
const ports = ['HttpServerPortNumber', 'HttpsPortNumber', 'WebSocketPortNumber'];

/**
 * The answer to `System/Info` and `System/Info/Public` with the gateway in the place of the server's own addresses, so
 * that an app which keeps them stays with the gateway. Nothing is added, and what is not known there stays so.
 * @param gatewayUrl the gateway as the app reaches it, with the server's base path, without a slash at its end
 * @returns undefined where there is nothing to change, or it cannot be read
 */
export function showSystemInfo(text: string, gatewayUrl: string): string | undefined {
  const answer = readLossless(text);
  if (!isObject(answer) || !URL.canParse(gatewayUrl)) return undefined;
  const before = JSON.stringify(answer);
  nameGateway(answer, gatewayUrl);
  const shown = JSON.stringify(answer);
  return shown === before ? undefined : shown;
}

/** Names come with a small letter too: for whom `Accept` asks for that. */
function nameGateway(info: JsonObject, gatewayUrl: string): void {
  const { port, protocol } = new URL(gatewayUrl);
  for (const [key, value] of Object.entries(info)) {
    const name = key.charAt(0).toUpperCase() + key.slice(1);
    if (addresses.includes(name) && typeof value === 'string' && value !== '') info[key] = gatewayUrl;
    if (addressLists.includes(name) && Array.isArray(value) && value.length > 0) info[key] = [gatewayUrl];
    if (ports.includes(name) && typeof value !== 'string' && value !== null)
      info[key] = Number(port || (protocol === 'https:' ? 443 : 80));
  }
}
