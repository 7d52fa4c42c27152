import { isIP } from 'node:net';
import { type ReadValue, refused, type Wrong } from './read-value.ts';

/** Which addresses in front of us are proxies of ours (see `src/edge/caller.ts`). */
export type TrustProxy = boolean | number | readonly string[];

const right =
  'must be true, false, a number of proxies, or their addresses and networks such as 172.16.0.0/12, comma separated';
const maxHops = 10;

const words = new Map<unknown, boolean>([
  [true, true],
  [false, false],
  ['true', true],
  ['false', false],
  ['yes', true],
  ['no', false],
]);

/** Names that Fastify and Express know too. */
const namedNetworks: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};

/** `true`, `2`, `10.0.0.0/8, 192.168.1.7`; in YAML also a list. Networks are given back as address and bits. */
export function readTrustProxy(raw: unknown): ReadValue<TrustProxy> {
  const text = typeof raw === 'string' ? raw.trim().toLowerCase() : raw;
  const word = words.get(text);
  if (word !== undefined) return { value: word };
  if (typeof text === 'number' || (typeof text === 'string' && /^-?\d+(?:\.\d+)?$/.test(text)))
    return readHops(Number(text));
  const parts = typeof text === 'string' ? text.split(',') : text;
  if (!Array.isArray(parts)) return refused(right);
  const given = parts.filter((part) => typeof part !== 'string' || part.trim() !== '');
  if (given.length === 0) return refused(right, 'is empty');
  const networks: string[] = [];
  const wrongs: Wrong[] = [];
  for (const [index, part] of given.entries()) {
    const reading = typeof part === 'string' ? networksOf(part.trim().toLowerCase()) : 'is no text';
    if (typeof reading === 'string') wrongs.push({ at: [index], wrong: reading, right });
    else networks.push(...reading);
  }
  return wrongs.length > 0 ? { wrongs } : { value: networks };
}

function readHops(count: number): ReadValue<TrustProxy> {
  if (!Number.isInteger(count) || count < 0 || count > maxHops)
    return refused(`must be a number of proxies from 0 to ${maxHops}`);
  return { value: count === 0 ? false : count };
}

/** @returns networks as `address/bits`, or what is wrong */
function networksOf(text: string): readonly string[] | string {
  const named = Object.hasOwn(namedNetworks, text) ? namedNetworks[text] : undefined;
  if (named) return named;
  const [address = '', mask, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || address.includes('%') || rest.length > 0) return 'is no address and no network';
  if (/^::ffff:/.test(address)) return 'is an IPv4 address that is written as IPv6';
  const maxBits = family === 4 ? 32 : 128;
  const bits = mask === undefined ? maxBits : bitsOf(mask, family);
  if (bits === undefined || bits > maxBits) return `has no number of bits from 1 to ${maxBits} behind it`;
  if (bits === 0) return 'is everybody: whatever a client writes would be believed';
  return [`${address}/${bits}`];
}

/** `12`, or as a mask `255.240.0.0`. */
function bitsOf(mask: string, family: number): number | undefined {
  if (/^\d{1,3}$/.test(mask)) return Number(mask);
  if (family !== 4 || isIP(mask) !== 4) return undefined;
  const ones = mask
    .split('.')
    .map((part) => Number(part).toString(2).padStart(8, '0'))
    .join('');
  return /^1*0*$/.test(ones) ? ones.lastIndexOf('1') + 1 : undefined;
}
