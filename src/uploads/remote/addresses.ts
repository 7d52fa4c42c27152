import { BlockList, isIP } from 'node:net';
import { unescaped } from '../../core/http/unescaped.ts';
import type { Host } from '../../host/host.ts';

export interface AddressRuleOptions {
  host: Pick<Host, 'pageOf' | 'shares' | 'limits'>;
  /** Whether an address leads to this Passerelle, or would give away one of its own. */
  isOwn: (url: URL) => boolean;
  /** What must never be sent to anybody, such as the admin token. */
  secrets: () => readonly string[];
}

/** What the host may be asked for by this, or why it is not. */
export type AddressVerdict = { url: string } | { why: string };

/** Reads an address as a person gave it. Nothing is asked of the network for it. */
export type AddressRule = (text: string) => AddressVerdict;

/** Longer ones are no addresses of files. */
const maxAddressChars = 2000;
/** Shorter ones stand in anything. */
const minSecretChars = 6;

const nobodyReaches = new BlockList();
for (const network of [
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24',
  '192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/3',
].flatMap((line) => line.split(' '))) {
  const [net = '', bits] = network.split('/');
  nobodyReaches.addSubnet(net, Number(bits), 'ipv4');
  // Written as IPv6, it is the same address.
  nobodyReaches.addSubnet(`::ffff:${net}`, 96 + Number(bits), 'ipv6');
  nobodyReaches.addSubnet(`64:ff9b::${net}`, 96 + Number(bits), 'ipv6');
}
for (const network of ['::/96', '100::/64', '2001:db8::/32', 'fc00::/7', 'fe80::/10', 'ff00::/8']) {
  const [net = '', bits] = network.split('/');
  nobodyReaches.addSubnet(net, Number(bits), 'ipv6');
}

/** Names that no server of the internet gives an address for. */
const homeNames = [
  'localhost',
  'local',
  'localdomain',
  'lan',
  'home',
  'internal',
  'intranet',
  'corp',
  'arpa',
];

/** Tells which addresses the host is asked for. */
export function createAddressRule({ host, isOwn, secrets }: AddressRuleOptions): AddressRule {
  const holdsSecret = (text: string) =>
    secrets().some((secret) => secret.length >= minSecretChars && text.includes(secret));

  return (text) => {
    if (text.length > maxAddressChars) return { why: `it has more than ${maxAddressChars} characters` };
    const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
    if (!url || !/^https?:$/.test(url.protocol)) return { why: 'it is no http or https address' };
    if (url.username !== '' || url.password !== '')
      return { why: 'a name or a password stands in it, and it would be given to the host' };
    if (holdsSecret(url.href) || holdsSecret(unescaped(url.href) ?? ''))
      return { why: 'a key, a token or a password of this Passerelle stands in it' };
    if (isOwn(url)) return { why: 'it leads to this Passerelle itself' };
    if (host.pageOf(url.href) || host.shares.isShare(url.href))
      return { why: 'it is a page of the host itself: passerelle add copies what is there' };
    if (!host.limits.fetching.isHere && isOfHome(url.hostname))
      return { why: 'nobody on the internet reaches it, and so the host does not' };
    url.hash = '';
    return { url: url.href };
  };
}

/** As the URL standard writes host names: an IPv4 address in whatever spelling is four numbers here. */
function isOfHome(hostname: string): boolean {
  const plain = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  const family = isIP(plain);
  if (family !== 0) return nobodyReaches.check(plain, family === 4 ? 'ipv4' : 'ipv6');
  const names = plain.split('.');
  return names.length < 2 || homeNames.includes(names.at(-1) ?? '');
}

/** An address as anybody may see it: whose it is and what it is called. Paths and questions may hold tokens. */
export function shownAddress(address: string): string {
  if (!URL.canParse(address)) return '…';
  const { origin, pathname } = new URL(address);
  const parts = pathname.split('/').slice(1);
  const last = parts.at(-1) ?? '';
  const name = /\.\w{1,5}$/.test(last) ? (unescaped(last) ?? last) : '…';
  return `${origin}/${parts.length > 1 ? '…/' : ''}${name}`;
}
