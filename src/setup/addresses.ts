import type { NetworkInterfaceInfo } from 'node:os';

/** An address at which players may reach this machine. */
export interface GuessedAddress {
  url: string;
  /** Name of the network interface that has it. */
  network: string;
}

/** Networks that Docker and other programs make for themselves: nobody else is in them. */
const inside = /^(?:docker|br-|veth|virbr|cni|flannel|lxc|lxdbr|podman|tun|tap|utun|vmnet)/;
const maxGuesses = 8;

/**
 * Addresses of this machine in its networks, the likely ones first.
 * @param interfaces as the system tells of them
 * @param at how it listens
 */
export function guessAddresses(
  interfaces: Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>,
  at: { protocol: 'http' | 'https'; port: number; host: string },
): GuessedAddress[] {
  const everywhere = at.host === '0.0.0.0' || at.host === '::';
  const found = Object.entries(interfaces).flatMap(([network, own = []]) =>
    own
      .filter(
        ({ family, internal, address }) =>
          family === 'IPv4' && (everywhere ? !internal : address === at.host),
      )
      .map(({ address }) => ({ network, url: `${at.protocol}://${address}:${at.port}` })),
  );
  return found
    .sort((a, b) => Number(inside.test(a.network)) - Number(inside.test(b.network)))
    .slice(0, maxGuesses);
}
