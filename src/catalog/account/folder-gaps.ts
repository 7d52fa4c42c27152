import { type Kysely, sql, type Transaction } from 'kysely';
import { z } from 'zod';
import { jsonOf, keptAs, type OnDamage } from '../../core/codec.ts';
import { type FolderId, rootFolderId } from '../../core/ids.ts';
import type { Schema } from '../db/schema.ts';

/**
 * Why something of a folder is not known as it should be. `deep`: its sub-folders lie deeper than any path may. `many`:
 * the crawl names more folders than the settings allow. `failed`: the folder could not be listed, `code` says why. The
 * others are those of the host's listing.
 */
const gap = z.object({
  reason: z.enum([
    'address',
    'entry',
    'inside',
    'repeated',
    'unlisted',
    'untold',
    'cut',
    'deep',
    'many',
    'failed',
  ]),
  kind: z.enum(['file', 'folder']),
  /** Entries that it stands for; 0 = nobody knows how many. */
  count: z.number(),
  name: z.string().optional(),
  sizeBytes: z.number().optional(),
  code: z.string().optional(),
});

/** Something that lies in a folder and that the catalog does not hold. */
export type FolderGap = z.infer<typeof gap>;

const codec = jsonOf(z.array(gap));

/** So many of one reason are told one by one; the rest is counted. */
const maxNamed = 200;

/** What a folder's last listing lacked. */
export interface GapsOfFolder {
  folderId: FolderId;
  gaps: FolderGap[];
}

/** What listings lacked. Each listing of a folder says it anew. */
export interface FolderGaps {
  /** Folders that lack something and are not missing themselves, after `after` in the order of their ids. */
  after(after: FolderId | undefined, limit: number): Promise<GapsOfFolder[]>;
  /** How many folders lack something for one of these reasons; for any when none is given. */
  count(reasons?: readonly FolderGap['reason'][]): Promise<number>;
}

export function createFolderGaps(db: Kysely<Schema>, onDamage: OnDamage): FolderGaps {
  const kept = keptAs(codec, 'what a folder lacks', onDamage);

  return {
    async after(after, limit) {
      const { rows } = await sql<{ folder_id: FolderId; gaps: string }>`
        select g.folder_id, g.gaps from folder_gaps g join folders f on f.id = g.folder_id
        where g.folder_id > ${after ?? ''} and f.missing_since is null order by g.folder_id limit ${limit}`.execute(
        db,
      );
      return rows.map((row) => ({ folderId: row.folder_id, gaps: kept.decode(row.gaps) ?? [] }));
    },

    async count(reasons) {
      const isOne = reasons
        ? sql<boolean>`json_valid(g.gaps) and exists (select 1 from json_each(g.gaps) one
            where one.value ->> '$.reason' in (${sql.join(reasons)}))`
        : sql<boolean>`true`;
      const { rows } = await sql<{ n: number }>`select count(*) as n
        from folder_gaps g join folders f on f.id = g.folder_id
        where f.missing_since is null and ${isOne}`.execute(db);
      return rows[0]?.n ?? 0;
    },
  };
}

/** Notes what the last listing of a folder lacked. */
export async function recordGaps(
  trx: Transaction<Schema>,
  folderId: FolderId,
  gaps: readonly FolderGap[],
): Promise<void> {
  if (gaps.length === 0) {
    await trx.deleteFrom('folder_gaps').where('folder_id', '=', folderId).execute();
    return;
  }
  const text = codec.encode(bounded(gaps));
  await trx
    .insertInto('folder_gaps')
    .values({ folder_id: folderId, gaps: text })
    .onConflict((conflict) => conflict.column('folder_id').doUpdateSet({ gaps: text }))
    .execute();
}

/** Folders that a whole crawl has not come to lie outside of the roots by now, or in what is missing. */
export async function forgetGapsOutside(trx: Transaction<Schema>, crawlId: number): Promise<void> {
  await sql`delete from folder_gaps where folder_id not in
    (select folder_id from crawl_folders where crawl_id = ${crawlId})`.execute(trx);
}

/** A listing may hold thousands of entries that cannot be read. */
function bounded(gaps: readonly FolderGap[]): FolderGap[] {
  const groups = Map.groupBy(gaps, ({ reason, kind }) => `${reason} ${kind}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first || group.length <= maxNamed) return group;
    const rest = group.slice(maxNamed);
    const count = rest.reduce((sum, one) => sum + one.count, 0);
    return [...group.slice(0, maxNamed), { reason: first.reason, kind: first.kind, count }];
  });
}

/** How many folders stand above this one, counted up to `max`. */
export async function depthOf(trx: Transaction<Schema>, folderId: FolderId, max: number): Promise<number> {
  const { rows } = await sql<{ depth: number }>`
    with recursive up(id, depth) as (
      select ${folderId}, 0
      union all
      select f.parent_id, up.depth + 1 from up join folders f on f.id = up.id
      where f.parent_id is not null and up.id <> ${rootFolderId} and up.depth < ${max}
    ) select max(depth) as depth from up`.execute(trx);
  return rows[0]?.depth ?? 0;
}
