import type { GatewaySetting } from './setting.ts';

/** The id of an item at the media server, in one form: apps write it with and without dashes, in any case. */
export type ItemId = string & { readonly of: 'item' };

const jellyfinId = /^[0-9a-f]{32}$/;
const embyId = /^\d{1,18}$/;

/** @returns undefined for what is no id of this kind of server */
export function readItemId(text: string, kind: GatewaySetting['kind']): ItemId | undefined {
  const plain = text.toLowerCase().replaceAll('-', '');
  if (kind === 'jellyfin') return jellyfinId.test(plain) ? (plain as ItemId) : undefined;
  const bare = plain.replace(/^mediasource_/, '');
  return embyId.test(bare) || jellyfinId.test(bare) ? (bare as ItemId) : undefined;
}
