import { z } from 'zod';
import { readJson } from '../http.ts';
import {
  type Connection,
  type FolderNews,
  type ServerAdapter,
  ServerFault,
  type ServerSetting,
} from './adapter.ts';
import { listPictures, requestOfPicture } from './item-pictures.ts';
import { keyHeaders } from './key-headers.ts';
import { listShown } from './shown-items.ts';
import { listUnprobed, probeItem } from './unprobed-items.ts';

const updateTypes = { created: 'Created', updated: 'Modified', removed: 'Deleted' } as const;

const folderShape = z.array(
  z.object({ Locations: z.array(z.string()).nullish(), ItemId: z.string().nullish() }),
);

/** Jellyfin 10.8 to 12. */
export function jellyfin({ token = '' }: ServerSetting): ServerAdapter {
  return mediaBrowser({
    headers: keyHeaders('jellyfin', token),
    tokenRemedy: 'make a key in Jellyfin: Dashboard, API Keys',
  });
}

/** What Jellyfin and Emby have in common. */
export function mediaBrowser({
  headers,
  tokenRemedy,
  probeQuery,
}: Pick<ServerAdapter, 'tokenRemedy'> & {
  headers: Record<string, string>;
  /** What it wants to be told before it looks into a film: `?a=b`. */
  probeQuery?: (connection: Connection) => Promise<string>;
}): ServerAdapter {
  return {
    // It looks for the nearest folder that is there by itself.
    existingOnly: false,
    skipsEmptyFolders: true,
    tokenRemedy,

    /** All folders of one batch in one call; the server waits a minute of its own before it looks. */
    async tell(folders: readonly FolderNews[], { send }: Connection) {
      const Updates = folders.map(({ path, change }) => ({ Path: path, UpdateType: updateTypes[change] }));
      await send({ method: 'POST', path: '/Library/Media/Updated', headers, body: { Updates } });
      return 'told';
    },

    shown: (folders, since, connection) => listShown({ headers, folders, since }, connection),

    unprobed: (page, since, connection) => listUnprobed(headers, { page, since }, connection),

    async probe(item, connection) {
      const query = await probeQuery?.(connection);
      return probeItem(item, { headers, ...(query !== undefined && { query }) }, connection);
    },

    pictures: (connection) => listPictures(headers, connection),

    requestsOfPicture: (picture) => [requestOfPicture(headers, picture)],

    async scan(ids, { send }) {
      for (const id of ids) {
        const query = 'Recursive=true&MetadataRefreshMode=Default&ImageRefreshMode=Default';
        await send({ method: 'POST', path: `/Items/${encodeURIComponent(id)}/Refresh?${query}`, headers });
      }
    },

    async libraries({ send }: Connection) {
      const answer = readJson(await send({ method: 'GET', path: '/Library/VirtualFolders', headers }));
      const read = folderShape.safeParse(answer);
      if (!read.success) throw new ServerFault('lists its libraries in a form that we do not know');
      return read.data.map(({ Locations, ItemId }) => ({
        locations: Locations ?? [],
        ...(ItemId ? { id: ItemId } : {}),
      }));
    },
  };
}
