import { z } from 'zod';
import { readJson } from '../http.ts';
import {
  type Connection,
  type HttpRequest,
  type SendRequest,
  ServerFault,
  type ServerPicture,
} from './adapter.ts';
import { maxPages, pageItems } from './shown-items.ts';

/** Twice as wide as the widest that the wall shows. */
const maxWidth = 400;

const pageShape = z.object({
  Items: z.array(
    z.object({
      Id: z.string().max(100),
      Path: z.string().max(4096).nullish(),
      IsFolder: z.boolean().nullish(),
      ImageTags: z.object({ Primary: z.string().max(200).nullish() }).nullish(),
    }),
  ),
});

/** Asks Jellyfin or Emby which of its films and shows have a poster. */
export async function* listPictures(
  headers: Record<string, string>,
  { send }: Connection,
): AsyncGenerator<readonly ServerPicture[]> {
  for (let page = 0; page < maxPages; page++) {
    const items = await itemsOfPage(headers, page, send);
    yield items.flatMap(({ Id, Path, IsFolder, ImageTags }): ServerPicture[] =>
      Path && ImageTags?.Primary
        ? [{ path: Path, isFolder: IsFolder === true, item: Id, tag: ImageTags.Primary }]
        : [],
    );
    if (items.length < pageItems) return;
  }
}

async function itemsOfPage(headers: Record<string, string>, page: number, send: SendRequest) {
  const query = new URLSearchParams({
    Recursive: 'true',
    IncludeItemTypes: 'Movie,Series',
    Fields: 'Path',
    EnableImageTypes: 'Primary',
    ImageTypeLimit: '1',
    EnableUserData: 'false',
    EnableTotalRecordCount: 'false',
    SortBy: 'SortName',
    StartIndex: String(page * pageItems),
    Limit: String(pageItems),
  });
  const read = pageShape.safeParse(readJson(await send({ method: 'GET', path: `/Items?${query}`, headers })));
  if (!read.success) throw new ServerFault('lists its items in a form that we do not know');
  return read.data.Items;
}

/** For the poster of an item as the server makes it small: some 50 KB. */
export function requestOfPicture(
  headers: Record<string, string>,
  { item, tag }: Pick<ServerPicture, 'item' | 'tag'>,
): HttpRequest {
  const query = new URLSearchParams({ maxWidth: String(maxWidth), quality: '85', tag });
  return { method: 'GET', path: `/Items/${encodeURIComponent(item)}/Images/Primary?${query}`, headers };
}
