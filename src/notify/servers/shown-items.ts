import { z } from 'zod';
import { readJson } from '../http.ts';
import { parentOf } from '../path-map.ts';
import { type Connection, ServerFault, type Shown } from './adapter.ts';

/** A page of items without pictures and user data is some 200 KB. */
export const pageItems = 400;
/** A server that has more is not asked further. */
export const maxPages = 75;

const pageShape = z.object({ Items: z.array(z.object({ Path: z.string().nullish() })) });

export interface ShownQuestion {
  headers: Record<string, string>;
  /** Folders as the server sees them; videos elsewhere are not kept. */
  folders: ReadonlySet<string>;
  /** Only what was written down since, milliseconds UTC. */
  since: number | undefined;
}

/** Asks Jellyfin or Emby for the videos that it shows, page by page; versions and parts of one hide behind their first. */
export async function listShown(
  { headers, folders, since }: ShownQuestion,
  { send, signal }: Connection,
): Promise<Shown> {
  const paths = new Set<string>();
  for (let page = 0; page < maxPages; page++) {
    signal.throwIfAborted();
    const query = new URLSearchParams({
      Recursive: 'true',
      MediaTypes: 'Video',
      Fields: 'Path',
      EnableImages: 'false',
      EnableUserData: 'false',
      EnableTotalRecordCount: 'false',
      SortBy: 'SortName',
      StartIndex: String(page * pageItems),
      Limit: String(pageItems),
    });
    if (since !== undefined) query.set('MinDateLastSaved', new Date(since).toISOString());
    const read = pageShape.safeParse(
      readJson(await send({ method: 'GET', path: `/Items?${query}`, headers })),
    );
    if (!read.success) throw new ServerFault('lists its items in a form that we do not know');
    for (const { Path } of read.data.Items) {
      const path = Path?.normalize('NFC');
      if (path !== undefined && folders.has(parentOf(path))) paths.add(path);
    }
    if (read.data.Items.length < pageItems) return { paths, isWhole: true };
  }
  return { paths, isWhole: false };
}
