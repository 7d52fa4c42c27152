import { z } from 'zod';
import { readJson } from '../http.ts';
import { type Connection, type HttpRequest, ServerFault, type ServerPicture } from './adapter.ts';
import { maxPages, pageItems } from './shown-items.ts';

/** What Plex says of a film takes some kilobytes, also where it leaves out what it is asked to. */
const itemsAtOnce = 100;
const showsAtOnce = 20;
const maxItems = maxPages * pageItems;
/** As large as the others are made. */
const width = 400;
const height = 600;

const key = z.string().regex(/^\d{1,20}$/);
/** Of a poster: the item that has it, and when it was chosen. */
const thumbPath = /^\/library\/metadata\/(\d{1,20})\/thumb\/(\d{1,20})$/;
const thumb = z.string().max(500).nullish();

const sectionsShape = z.object({
  MediaContainer: z.object({
    Directory: z.array(z.object({ key, type: z.string().max(50) })).nullish(),
  }),
});

const itemShape = z.object({
  ratingKey: key,
  thumb,
  Media: z
    .array(z.object({ Part: z.array(z.object({ file: z.string().max(4096).nullish() })).nullish() }))
    .nullish(),
  Location: z.array(z.object({ path: z.string().max(4096) })).nullish(),
});
const itemsShape = z.object({ MediaContainer: z.object({ Metadata: z.array(itemShape).nullish() }) });
type PlexMetadata = z.infer<typeof itemShape>;

/** What is not needed; who does not know the word says all. */
const leaner =
  'excludeFields=summary,tagline&excludeElements=Genre,Country,Guid,Rating,Collection,Director,Writer,Role,Producer,Similar';

/**
 * Asks Plex which of its films and shows have a poster. Its list of films names their files; of shows it names the
 * folders only where they are asked for one by one, or by several keys (facts/media-servers 4.3).
 */
export async function* listPlexPictures(
  token: string,
  { send }: Connection,
): AsyncGenerator<readonly ServerPicture[]> {
  const headers = { 'x-plex-token': token, accept: 'application/json' };
  const ask = async <T>(path: string, shape: z.ZodType<T>, more = {}): Promise<T> => {
    const read = shape.safeParse(
      readJson(await send({ method: 'GET', path, headers: { ...headers, ...more } })),
    );
    if (!read.success) throw new ServerFault('lists its items in a form that we do not know');
    return read.data;
  };
  const itemsOf = async (path: string, more = {}): Promise<readonly PlexMetadata[]> =>
    (await ask(path, itemsShape, more)).MediaContainer.Metadata ?? [];

  const { MediaContainer } = await ask('/library/sections', sectionsShape);
  let left = maxItems;
  for (const section of MediaContainer.Directory ?? []) {
    if (section.type !== 'movie' && section.type !== 'show') continue;
    for (let start = 0; left > 0; start += itemsAtOnce) {
      const isOfFilms = section.type === 'movie';
      const items = await itemsOf(
        `/library/sections/${section.key}/all?type=${isOfFilms ? 1 : 2}&${leaner}`,
        { 'x-plex-container-start': String(start), 'x-plex-container-size': String(itemsAtOnce) },
      );
      left -= items.length;
      if (isOfFilms) yield items.flatMap(picturesOfFilm);
      else {
        const withPoster = items.flatMap((item) => (pictureOf(item) ? [item.ratingKey] : []));
        for (let at = 0; at < withPoster.length; at += showsAtOnce) {
          const keys = withPoster.slice(at, at + showsAtOnce).join(',');
          yield (await itemsOf(`/library/metadata/${keys}?${leaner}`)).flatMap(picturesOfShow);
        }
      }
      if (items.length < itemsAtOnce) break;
    }
  }
}

function pictureOf({ thumb }: PlexMetadata): Pick<ServerPicture, 'item' | 'tag'> | undefined {
  const [, item, tag] = thumbPath.exec(thumb ?? '') ?? [];
  return item === undefined || tag === undefined ? undefined : { item, tag };
}

function picturesOfFilm(film: PlexMetadata): ServerPicture[] {
  const picture = pictureOf(film);
  const files = (film.Media ?? []).flatMap(({ Part }) => Part?.[0]?.file ?? []);
  return picture ? files.map((path) => ({ path, isFolder: false, ...picture })) : [];
}

function picturesOfShow(show: PlexMetadata): ServerPicture[] {
  const picture = pictureOf(show);
  return picture ? (show.Location ?? []).map(({ path }) => ({ path, isFolder: true, ...picture })) : [];
}

/** For a poster as Plex makes it small, else as it lies there. The token stands in no address. */
export function requestsOfPlexPicture(
  token: string,
  { item, tag }: Pick<ServerPicture, 'item' | 'tag'>,
): readonly HttpRequest[] {
  const headers = { 'x-plex-token': token };
  const url = `/library/metadata/${item}/thumb/${tag}`;
  const query = new URLSearchParams({ url, width: String(width), height: String(height), format: 'jpeg' });
  return [
    { method: 'GET', path: `/photo/:/transcode?${query}`, headers },
    { method: 'GET', path: url, headers },
  ];
}
