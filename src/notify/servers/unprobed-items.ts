import { z } from 'zod';
import { minuteMs } from '../../core/durations.ts';
import { readJson } from '../http.ts';
import { type Connection, ServerFault, type UnprobedItem, type UnprobedPage } from './adapter.ts';
import { pageItems } from './shown-items.ts';

/** Items with all their versions and tracks are asked for so many at a time: an address must not get too long. */
const detailsAtOnce = 20;
/** A probe of a broadcast reads 70 MB, and the host may be slow (facts/gateway 10.1). */
const probeLimitMs = 2 * minuteMs;

const listShape = z.object({
  Items: z.array(
    z.object({
      Id: z.string().max(100),
      Path: z.string().nullish(),
      RunTimeTicks: z.number().nullish(),
      MediaSourceCount: z.number().nullish(),
    }),
  ),
});

const sourcesShape = z
  .array(z.object({ Path: z.string().nullish(), RunTimeTicks: z.number().nullish() }))
  .nullish();

const detailsShape = z.object({
  Items: z.array(z.object({ Id: z.string().max(100), MediaSources: sourcesShape })),
});
const answerShape = z.object({ MediaSources: sourcesShape });

const sparing = { EnableImages: 'false', EnableUserData: 'false', EnableTotalRecordCount: 'false' };

/** Asks Jellyfin or Emby which of its videos it has not looked into: those without a run time. */
export async function listUnprobed(
  headers: Record<string, string>,
  { page, since }: { page: number; since: number | undefined },
  connection: Connection,
): Promise<UnprobedPage> {
  const query = new URLSearchParams({
    ...sparing,
    Recursive: 'true',
    MediaTypes: 'Video',
    Fields: 'Path,MediaSourceCount',
    SortBy: 'DateCreated',
    SortOrder: 'Descending',
    StartIndex: String(page * pageItems),
    Limit: String(pageItems),
  });
  if (since !== undefined) query.set('MinDateLastSaved', new Date(since).toISOString());
  const { Items } = await ask(`/Items?${query}`, listShape, headers, connection);
  // Of several versions, one may have come later than the run time of the others.
  const ids = Items.filter(
    ({ Path, RunTimeTicks, MediaSourceCount }) =>
      /\.strm$/i.test(Path ?? '') && (!RunTimeTicks || (MediaSourceCount ?? 1) > 1),
  ).map(({ Id }) => Id);
  const items: UnprobedItem[] = [];
  for (let at = 0; at < ids.length; at += detailsAtOnce)
    items.push(...(await unprobedAmong(ids.slice(at, at + detailsAtOnce), headers, connection)));
  return { items, isLast: Items.length < pageItems };
}

/** Of these items, those with a version that it has not looked into. */
async function unprobedAmong(
  ids: readonly string[],
  headers: Record<string, string>,
  connection: Connection,
): Promise<UnprobedItem[]> {
  const query = new URLSearchParams({ ...sparing, Fields: 'MediaSources' });
  const path = `/Items?Ids=${ids.map(encodeURIComponent).join(',')}&${query}`;
  try {
    const { Items } = await ask(path, detailsShape, headers, connection);
    return Items.flatMap(({ Id, MediaSources }) => {
      const addresses = unprobedOf(MediaSources);
      return addresses.length > 0 ? [{ id: Id, addresses }] : [];
    });
  } catch (error) {
    if (!(error instanceof ServerFault) || error.of !== 'length') throw error;
    // Of one with hundreds of versions and tracks nothing is asked.
    if (ids.length === 1) return [];
    const half = Math.ceil(ids.length / 2);
    const first = await unprobedAmong(ids.slice(0, half), headers, connection);
    return [...first, ...(await unprobedAmong(ids.slice(half), headers, connection))];
  }
}

/**
 * Asks for what an app asks before a play: the server then looks into the film itself, and keeps what it finds
 * (facts/gateway 3, 10.1).
 * @param query what this kind of server wants to be told besides
 */
export async function probeItem(
  { id, addresses }: UnprobedItem,
  { headers, query = '' }: { headers: Record<string, string>; query?: string },
  connection: Connection,
): Promise<boolean> {
  const path = `/Items/${encodeURIComponent(id)}/PlaybackInfo${query}`;
  const { MediaSources } = await ask(path, answerShape, headers, connection, probeLimitMs);
  const left = new Set(unprobedOf(MediaSources));
  return (MediaSources ?? []).length > 0 && !addresses.some((address) => left.has(address));
}

function unprobedOf(sources: z.infer<typeof sourcesShape>): string[] {
  return (sources ?? []).flatMap(({ Path, RunTimeTicks }) => (Path && !RunTimeTicks ? [Path] : []));
}

async function ask<T>(
  path: string,
  shape: z.ZodType<T>,
  headers: Record<string, string>,
  { send }: Connection,
  timeLimitMs?: number,
): Promise<T> {
  const text = await send({
    method: 'GET',
    path,
    headers,
    ...(timeLimitMs !== undefined && { timeLimitMs }),
  });
  const read = shape.safeParse(readJson(text));
  if (!read.success) throw new ServerFault('lists its items in a form that we do not know');
  return read.data;
}
