import { createHash } from 'node:crypto';
import { mapPath, type PathMap } from '../path-map.ts';
import type { ServerAdapter, ServerName, ServerSetting } from './adapter.ts';
import { emby } from './emby.ts';
import { jellyfin } from './jellyfin.ts';
import { kodi } from './kodi.ts';
import { plex } from './plex.ts';
import { rclone } from './rclone.ts';
import { webhook } from './webhook.ts';

/** A server of the settings. */
export interface Server {
  kind: ServerName;
  url: string;
  /** What it is known by: in the catalog, in logs and to people. Holds no secret. */
  name: string;
  adapter: ServerAdapter;
  /** The line that it comes from. */
  setting: ServerSetting;
  /** Undefined = it sees our paths as they are. */
  pathMap: PathMap | undefined;
}

/** A tree that is written, as far as servers are told of it. */
export interface NotifiedTree {
  name: string;
  /** Absolute. */
  dir: string;
}

const kinds: Readonly<Record<ServerName, (setting: ServerSetting) => ServerAdapter>> = {
  jellyfin,
  emby,
  plex,
  kodi,
  rclone,
  webhook,
};

/** rclone's mount must show a file before Plex looks for it; the others wait for nobody. */
const order: readonly ServerName[] = ['rclone', 'plex'];

/** The servers of the settings, in the order in which they are told. */
export function serversOf(settings: readonly ServerSetting[], trees: readonly NotifiedTree[]): Server[] {
  const names = new Map<string, number>();
  const rank = ({ kind }: Server) => (order.includes(kind) ? order.indexOf(kind) : order.length);
  return settings
    .map((setting) => {
      const plain = nameOf(setting);
      const count = (names.get(plain) ?? 0) + 1;
      names.set(plain, count);
      const name = count === 1 ? plain : `${plain} (${count})`;
      const { kind, url } = setting;
      return { kind, url, name, adapter: kinds[kind](setting), setting, pathMap: mapOf(setting, trees) };
    })
    .sort((a, b) => rank(a) - rank(b));
}

/** The folder of a tree as this server sees it; undefined = it does not see it. */
export function pathSeenBy(
  { pathMap }: Server,
  { dir: root }: NotifiedTree,
  dir: string,
): string | undefined {
  return mapPath(dir === '' ? root : `${root}/${dir}`, pathMap);
}

/** A mount of our WebDAV begins where the tree begins. */
function mapOf({ kind, pathMap }: ServerSetting, [first]: readonly NotifiedTree[]): PathMap | undefined {
  return pathMap ?? (kind === 'rclone' && first ? { [first.dir]: '' } : undefined);
}

/** The path of a webhook is often its password. */
function nameOf({ kind, url }: ServerSetting): string {
  if (kind !== 'webhook') return `${kind} ${url}`;
  const fingerprint = createHash('sha256').update(url).digest('hex').slice(0, 6);
  return `${kind} ${new URL(url).origin} #${fingerprint}`;
}
