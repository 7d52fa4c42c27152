import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import { minuteMs } from '../../core/durations.ts';
import type { FileId } from '../../core/ids.ts';
import type { Schema } from '../db/schema.ts';

/** `replaced`: another file of the account stands at the same path, such as a better version of a film. */
export type TreeChangeKind = 'came' | 'went' | 'moved' | 'replaced';

/** Something that changed in a tree, as a person sees it there. */
export interface TreeChange {
  id: number;
  /** Milliseconds UTC. */
  at: number;
  tree: string;
  kind: TreeChangeKind;
  /** Of the title; undefined where there are several. */
  titleKey: string | undefined;
  /** In the tree, without extension: of one file, or the folder that all of them lie in. Empty = all over the tree. */
  path: string;
  /** Where it stood before. */
  former: string | undefined;
  files: number;
  titles: number;
}

/** The last changes of all trees. Those that came in one go count as one. */
export interface TreeChanges {
  /** Newest first. @param before those with a smaller number alone */
  list(limit: number, before?: number): Promise<TreeChange[]>;
  /** The number of the newest; 0 = there was none. */
  newest(): Promise<number>;
}

export function createTreeChanges(db: Kysely<Schema>): TreeChanges {
  return {
    async list(limit, before = Number.MAX_SAFE_INTEGER) {
      const rows = db.selectFrom('tree_changes').selectAll().where('id', '<', before);
      return (await rows.orderBy('id', 'desc').limit(limit).execute()).map(toChange);
    },

    async newest() {
      const row = await db
        .selectFrom('tree_changes')
        .select((e) => e.fn.max<number | null>('id').as('id'))
        .executeTakeFirst();
      return row?.id ?? 0;
    },
  };
}

function toChange({ title_key, former, kind, ...row }: Selectable<Schema['tree_changes']>): TreeChange {
  return {
    ...row,
    kind: kind as TreeChangeKind,
    titleKey: title_key ?? undefined,
    former: former ?? undefined,
  };
}

/** A film or an episode as it is written down in a tree. */
export interface StrmRow {
  path: string;
  kind: string;
  fileId: FileId | undefined;
  titleKey: string;
}

/** Of all. */
const maxKept = 2000;
/** More titles of one kind in one step are told together. */
const maxAlone = 20;

/** Steps that follow each other so soon are one piece of work. */
const sameWorkMs = 10 * minuteMs;

type NewChange = Omit<TreeChange, 'id' | 'at' | 'tree'>;

/** Notes what changes in a tree: part of the transaction that writes it down, and before it does. */
export async function noteTreeChanges(
  trx: Transaction<Schema>,
  tree: string,
  written: readonly StrmRow[],
  removed: readonly string[],
  at: number,
): Promise<void> {
  const strms = written.filter(({ kind }) => kind === 'strm');
  const paths = [...strms.map(({ path }) => path), ...removed.filter((path) => path.endsWith('.strm'))];
  if (paths.length === 0) return;
  const { rows: before } = await sql<
    Schema['tree']
  >`select tree.* from json_each(${JSON.stringify(paths)}) wanted
    cross join tree on tree.tree = ${tree} and tree.path = wanted.value where tree.kind = 'strm'`.execute(
    trx,
  );
  const changes = together(changesBetween(before, strms, new Set(removed)));
  if (changes.length === 0) return;
  const last = await trx
    .selectFrom('tree_changes')
    .selectAll()
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  const [first] = changes;
  // A library that is written for the first time is one change, and not one for each step.
  if (changes.length === 1 && first && last && isSameWork(last, { ...first, tree, at })) {
    await trx
      .updateTable('tree_changes')
      .set({
        at,
        path: commonFolder(last.path, first.path),
        files: last.files + first.files,
        titles: last.titles + first.titles,
      })
      .where('id', '=', last.id)
      .execute();
    return;
  }
  const values = changes.map(({ titleKey = null, former = null, ...rest }) => ({
    ...{ at, tree, title_key: titleKey, former },
    ...rest,
  }));
  await trx.insertInto('tree_changes').values(values).execute();
  await sql`delete from tree_changes where id <= (select max(id) from tree_changes) - ${maxKept}`.execute(
    trx,
  );
}

function isSameWork(
  last: Selectable<Schema['tree_changes']>,
  { tree, kind, titles, at }: Pick<TreeChange, 'tree' | 'kind' | 'titles' | 'at'>,
): boolean {
  const isLarge = last.titles > 1 && titles > 1;
  return isLarge && last.tree === tree && last.kind === kind && at - last.at < sameWorkMs;
}

function changesBetween(
  before: readonly Pick<Schema['tree'], 'path' | 'file_id' | 'title_key'>[],
  written: readonly StrmRow[],
  removed: ReadonlySet<string>,
): NewChange[] {
  const known = new Map(before.map((row) => [row.path, row]));
  const leaving = new Map(
    before.flatMap((row) =>
      row.file_id !== null && removed.has(row.path) ? [[row.file_id, row] as const] : [],
    ),
  );
  const changes: NewChange[] = [];
  const add = (kind: TreeChangeKind, titleKey: string, path: string, former?: string) =>
    changes.push({
      kind,
      titleKey,
      path: stemOf(path),
      former: former && stemOf(former),
      files: 1,
      titles: 1,
    });
  for (const { path, fileId, titleKey } of written) {
    const there = known.get(path);
    if (there) {
      // Another address of the same file is no news.
      if (there.file_id !== (fileId ?? null)) add('replaced', titleKey, path);
      continue;
    }
    const from = fileId === undefined ? undefined : leaving.get(fileId);
    if (fileId !== undefined) leaving.delete(fileId);
    if (from) add('moved', titleKey, path, from.path);
    else add('came', titleKey, path);
  }
  for (const { path, title_key } of leaving.values()) add('went', title_key, path);
  return changes;
}

/** What came or went of one title is one change, and so is what changed of very many. */
function together(changes: readonly NewChange[]): NewChange[] {
  const byTitle = Map.groupBy(changes, ({ kind, titleKey }) => `${kind} ${titleKey}`);
  const all = [...byTitle.values()].map((some) => merged(some, some[0]?.titleKey, 1));
  const byKind = Map.groupBy(all, ({ kind }) => kind);
  return [...byKind.values()].flatMap((some) =>
    some.length <= maxAlone ? some : [merged(some, undefined, some.length)],
  );
}

function merged(some: readonly NewChange[], titleKey: string | undefined, titles: number): NewChange {
  const [first, ...more] = some as readonly [NewChange, ...NewChange[]];
  if (more.length === 0) return first;
  const files = some.reduce((sum, one) => sum + one.files, 0);
  const common = (paths: readonly string[]) => paths.reduce(commonFolder);
  return {
    ...{ kind: first.kind, titleKey, files, titles, former: undefined },
    path: common(some.map(({ path }) => path)),
    ...(first.former !== undefined && { former: common(some.map(({ former = '' }) => former)) }),
  };
}

/** The longest folder that both lie in; of a folder and what lies in it, the folder. */
function commonFolder(one: string, other: string): string {
  const [mine, theirs] = [one.split('/'), other.split('/')];
  const end = mine.findIndex((name, at) => name !== theirs[at]);
  return end < 0 ? one : mine.slice(0, end).join('/');
}

function stemOf(path: string): string {
  return path.replace(/\.strm$/, '');
}
