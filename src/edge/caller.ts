import { BlockList, isIP } from 'node:net';
import { type HeaderValues, header } from '../core/http/headers.ts';

/**
 * Which addresses in front of us are proxies of ours: none, those of private networks, so many in a row, or those in
 * these networks (`10.0.0.0/8`).
 */
export type TrustedProxies = boolean | number | readonly string[];

/** Who asks. */
export interface Caller {
  /** IPv4 or IPv6 in one spelling; empty when it cannot be known. */
  address: string;
  /** It asks for somebody else, whose place is not known. */
  isForwarder: boolean;
}

/** Tells who asks. @param peer the address at the other end of the connection */
export type CallerReader = (peer: string | undefined, headers: HeaderValues) => Caller;

/** More proxies in a row than anybody has. */
const maxHops = 20;

/** Networks that no request of the internet comes from. */
const privateNetworks = [
  '127.0.0.0/8',
  '::1/128',
  '169.254.0.0/16',
  'fe80::/10',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  'fc00::/7',
];

/**
 * Makes the function that tells who asks. Each proxy writes the address of whoever asked it behind what it was told
 * (`X-Forwarded-For`), so that the row is read from its end, for as long as the one who wrote is a proxy of ours. What
 * stands before that may be made up.
 */
export function createCallerReader(trusted: TrustedProxies): CallerReader {
  const trusts = createTrust(trusted);
  const canonicalPeer = rememberingLast((peer: string) => canonicalAddress(peer) ?? '');
  return (peer = '', headers) => {
    let address = canonicalPeer(peer);
    const row = header(headers, 'x-forwarded-for') ?? '';
    const isTold = headers.forwarded !== undefined || headers.via !== undefined;
    if (row === '') return { address, isForwarder: isTold };
    let end = row.length;
    for (let hop = 0; ; hop++) {
      const entry = entryBefore(row, end);
      if (!entry) return { address, isForwarder: false };
      // A proxy that does not tell who asked it hides it: `unknown`, or a name of its own.
      const next = hop < maxHops && trusts(address, hop) ? canonicalAddress(entry.text) : undefined;
      if (next === undefined) return { address, isForwarder: true };
      address = next;
      end = entry.start;
    }
  };
}

/** Each request asks twice who is at the other end, and most are those of one player. */
function rememberingLast(read: (text: string) => string): (text: string) => string {
  let [asked, found] = ['', read('')];
  return (text) => {
    if (text !== asked) [asked, found] = [text, read(text)];
    return found;
  };
}

/** The last entry of a row that ends at `end`, and where it starts; empty ones count for nothing. */
function entryBefore(row: string, end: number): { text: string; start: number } | undefined {
  for (let stop = end; stop > 0; ) {
    const comma = row.lastIndexOf(',', stop - 1);
    const text = row.slice(comma + 1, stop).trim();
    if (text !== '') return { text, start: Math.max(0, comma) };
    stop = Math.max(0, comma);
  }
  return undefined;
}

function createTrust(trusted: TrustedProxies): (address: string, hop: number) => boolean {
  if (trusted === false) return () => false;
  if (typeof trusted === 'number') return (_address, hop) => hop < trusted;
  const networks = new BlockList();
  for (const network of trusted === true ? privateNetworks : trusted) {
    const [address = '', bits = ''] = network.split('/');
    networks.addSubnet(address, Number(bits), isIP(address) === 4 ? 'ipv4' : 'ipv6');
  }
  return (address) => address !== '' && networks.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
}

/** No address is longer, with its port and its zone. */
const maxAddressLength = 100;

/**
 * An address in one spelling, without port, brackets and zone: an IPv4 address that is written as IPv6 is IPv4.
 * @returns undefined when it is none
 */
export function canonicalAddress(text: string): string | undefined {
  if (isIP(text) === 4) return text;
  if (text.length > maxAddressLength) return undefined;
  const plain = text.trim().replace(/^"(.*)"$/, '$1');
  const bracketed = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(plain)?.[1];
  const host = (bracketed ?? plain.replace(/^([\d.]{7,15}):\d{1,5}$/, '$1')).replace(/%.*/s, '');
  const family = isIP(host);
  if (family === 4) return host;
  if (family === 0) return undefined;
  const written = new URL(`http://[${host}]`).hostname.slice(1, -1);
  const mapped = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/.exec(written);
  if (!mapped) return written;
  return mapped
    .slice(1)
    .map((part) => Number.parseInt(part, 16))
    .flatMap((pair) => [pair >> 8, pair & 255])
    .join('.');
}

/**
 * Addresses that are one person's as far as it can be told: an IPv4 address by itself, of IPv6 the /64 that a home is
 * given.
 */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array(Math.max(0, 8 - groups.length - after.length)).fill('0');
  return `${[...groups, ...zeros, ...after].slice(0, 4).join(':')}::/64`;
}
