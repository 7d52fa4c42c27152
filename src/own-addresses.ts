import type { Settings } from '../config/settings.ts';
import type { Signer } from './delivery/signature.ts';
import { fileOfAddress } from './gateway/own-address.ts';

/** Whether an address leads to this Passerelle. */
export type OwnAddressCheck = (url: URL) => boolean;

/**
 * Tells whether an address leads to this Passerelle: by the name and the ports that it is known by, or since a stream
 * address that is signed with a key of ours stands in it, whatever it is called there.
 */
export function createOwnAddresses(
  { server, gateways }: Pick<Settings, 'server' | 'gateways'>,
  baseUrl: string,
  signer: Pick<Signer, 'verify'>,
): OwnAddressCheck {
  const base = new URL(baseUrl);
  const ports = [portOf(base), server.port, ...gateways.map(({ port }) => port)];
  return (url) =>
    (url.hostname === base.hostname && ports.includes(portOf(url))) ||
    fileOfAddress(url.href, signer) !== undefined;
}

const portOf = ({ port, protocol }: URL): number => Number(port) || (protocol === 'https:' ? 443 : 80);
