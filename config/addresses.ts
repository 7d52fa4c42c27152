/**
 * Why a text is no address of a server, without showing it: addresses are where people put passwords and keys.
 * @returns undefined when it is one; with or without a path and a query
 */
export function whyNoAddress(raw: unknown): string | undefined {
  if (typeof raw !== 'string') return undefined;
  const text = raw.trim();
  if (text === '') return 'is empty';
  if (/[\s\p{Cc}]/u.test(text)) return 'holds a space or a line break';
  if (/["'|<>]/.test(text)) return 'holds a quote or a sign that no address has';
  if (!/^[a-z][a-z\d+.-]*:\/\//i.test(text)) return 'has no http:// or https:// in front';
  if (!/^https?:/i.test(text)) return 'begins with something else than http:// or https://';
  if (!URL.canParse(text)) return 'is no address';
  const { username, password, hash } = new URL(text);
  if (username !== '' || password !== '') return 'holds a user name or a password';
  return hash === '' && !text.includes('#') ? undefined : 'holds a # and what follows it';
}

/** Why a text is no address of a mail server, without showing it. */
export function whyNoMailServer(raw: unknown): string | undefined {
  if (typeof raw !== 'string') return undefined;
  const text = raw.trim();
  if (!/^smtps?:\/\/[^\s/?#]+\/*$/i.test(text))
    return 'is more or less than smtp:// or smtps://, a name and a port';
  if (!URL.canParse(text)) return 'is no address';
  return text.includes('@') ? 'holds a user name or a password' : undefined;
}

/** Why an address is that of a page of a media server, as a browser shows it, and not that of the server. */
export function whyPage(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  return /\/(?:web|index\.html)\/*$/.test(new URL(text).pathname)
    ? 'is the address of a page of the server, with what stands behind its port'
    : undefined;
}

/** Why a text is no address of a media server. */
export function whyNoServer(raw: unknown): string | undefined {
  return whyNoAddress(raw) ?? (typeof raw === 'string' ? whyPage(raw.trim()) : undefined);
}

/** Why a text is no host to listen on: a name or an internet address without a port. */
export function whyNoListenHost(text: string): string | undefined {
  if (text.includes('://')) return 'is a whole address, with a protocol';
  if (/^\[.*\]$/.test(text)) return 'has square brackets around it';
  if (/^[^:]+:\d+$/.test(text)) return 'has a port behind it; that one has a setting of its own';
  return /^[\w.:%-]+$/.test(text) ? undefined : 'holds a sign that no host name has';
}

/** What is odd about an address that players are given. */
export function doubtOfBaseUrl({ hostname }: URL): string | undefined {
  return hostname === '0.0.0.0' || hostname === '[::]'
    ? `${hostname} is every address of this machine and none that a player can reach; write the one it has in your network`
    : undefined;
}

/** What is odd about the address of the API. */
export function doubtOfApiUrl({ protocol, hostname, pathname }: URL): string | undefined {
  if (!/(?:^|\.)1fichier\.com$/.test(hostname)) return undefined;
  if (protocol === 'http:') return 'without https the key travels where others can read it';
  return pathname.replace(/\/+$/, '') === '/v1'
    ? undefined
    : 'the API of the host is at https://api.1fichier.com/v1';
}
