import type { NamedSetting } from './settings.ts';

/**
 * Settings that are not taken from the page: with them, whoever may use it could read files of this machine, send the
 * key elsewhere, write where he likes, let himself in for ever, or lock everybody out.
 */
const outside: readonly string[] = [
  'fichier.apiUrl',
  'fichier.downloadHosts',
  'fichier.uploadHosts',
  'fichier.siteUrl',
  'server.host',
  'server.port',
  'server.tlsCert',
  'server.tlsKey',
  'server.trustProxy',
  'dataDir',
  'library.dir',
  'library.trees',
  'notify',
  'gateways',
  'inbox',
  'delivery.rules',
  'auth.adminToken',
  'auth.user',
  'auth.password',
];

/** When a value that is entered in the page counts; `never`: it is not taken from there. */
export function appliesFromPage({ path, isLive }: NamedSetting): 'now' | 'restart' | 'never' {
  if (outside.includes(path)) return 'never';
  return isLive ? 'now' : 'restart';
}

/** Whether some of it is entered in the page by a form of its own, whatever {@link appliesFromPage} says of the whole. */
export function hasOwnForm({ path }: NamedSetting): boolean {
  return path === 'notify';
}
