import type { Settings } from '../config/settings.ts';
import type { Secrets } from './secrets.ts';

/**
 * Everything that this process knows and nobody else may: keys, tokens, passwords, and what makes an address of a
 * webhook one that only its owner knows.
 * @param hostKey by which the host knows us
 */
export function knownSecrets(
  { gateways, notify }: Pick<Settings, 'gateways' | 'notify'>,
  { adminToken, password, signingKeys }: Secrets,
  hostKey = '',
): string[] {
  return [
    adminToken,
    password,
    ...signingKeys.map(({ secret }) => secret),
    hostKey,
    ...gateways.map(({ apiKey = '' }) => apiKey),
    ...notify.flatMap(({ kind, token = '', url }) => [
      token,
      token.slice(token.indexOf(':') + 1),
      ...secretsOfAddress(url, ['webhook', 'discord', 'ntfy'].includes(kind)),
    ]),
  ].filter((secret) => secret !== '');
}

/** A part of a path that is shorter is a word. */
const shortestPart = 8;

/** @param isSecret who has the whole address may do what it is for: its path tells no more than a password would */
function secretsOfAddress(url: string, isSecret: boolean): string[] {
  if (!URL.canParse(url)) return [];
  const { username, password, pathname, search, searchParams } = new URL(url);
  const logIn = password === '' ? [] : [`${username}:${password}`, password];
  if (!isSecret || pathname === '/') return logIn;
  const parts = pathname.split('/').filter((part) => part.length >= shortestPart);
  return [...logIn, search, ...searchParams.values(), pathname + search, pathname, ...parts];
}
