import type { Kysely, Transaction } from 'kysely';
import { type FileId, type FolderId, toFileId, toFolderId } from '../../core/ids.ts';
import { inList } from '../db/in-list.ts';
import type { Schema } from '../db/schema.ts';
import { recordChange } from '../tree/folder-dates.ts';
import { descendantFiles } from './descendants.ts';
import { markDirty } from './dirty.ts';
import type { OwnChange, OwnWord } from './own-word.ts';

/** A move that was begun: the host takes a new place and a new name in two calls. */
export type BegunMove = (
  | { kind: 'file'; hostId: FileId; url: string }
  | { kind: 'folder'; hostId: FolderId }
) & {
  /** Where it belongs in the end, and its name there as the host keeps it. */
  parentId: FolderId;
  name: string;
};

/** What we changed in the account ourselves, by the host's word and without a listing. */
export interface OwnChanges {
  /** A new folder, with nothing in it. */
  folderMade(parentId: FolderId, id: FolderId, name: string, now: number): Promise<void>;
  /** Before the host is asked; what was to become of it before counts no more. */
  moveBegun(move: BegunMove, now: number): Promise<void>;
  /** The host has done all of it. @returns files whose place or name is another */
  moved(move: BegunMove, now: number): Promise<FileId[]>;
  /** Nothing of it was done. */
  moveLeft(move: BegunMove): Promise<void>;
  /** What stands here after a kill is done or not. */
  begunMoves(): Promise<(BegunMove & { begunAt: number })[]>;
}

export function createOwnChanges(db: Kysely<Schema>, ownWord: OwnWord): OwnChanges {
  return {
    folderMade: (parentId, id, name, now) =>
      db.transaction().execute(async (trx) => {
        const place = { parent_id: parentId, name, seen_at: now, missing_since: null };
        await trx
          .insertInto('folders')
          .values({ id, ...place, listed_at: now, changed_at: now, fingerprint: null })
          .onConflict((conflict) => conflict.column('id').doUpdateSet(place))
          .execute();
        await noteChange(trx, [parentId], now);
        ownWord.note([{ kind: 'folder', id, to: parentId }]);
      }),

    async moveBegun(move, now) {
      await db
        .insertInto('begun_moves')
        .values({
          kind: move.kind,
          host_id: move.hostId,
          url: move.kind === 'file' ? move.url : null,
          parent_id: move.parentId,
          name: move.name,
          begun_at: now,
        })
        .onConflict((conflict) =>
          conflict
            .column('host_id')
            .doUpdateSet({ parent_id: move.parentId, name: move.name, begun_at: now }),
        )
        .execute();
    },

    moved: (move, now) =>
      db.transaction().execute(async (trx) => {
        const former = await formerParent(trx, move);
        if (move.kind === 'folder')
          await trx
            .updateTable('folders')
            .set({ parent_id: move.parentId, name: move.name, seen_at: now, missing_since: null })
            .where('id', '=', move.hostId)
            .execute();
        else
          await trx
            .updateTable('files')
            .set({
              folder_id: move.parentId,
              name: move.name,
              seen_at: now,
              missing_since: null,
              missed_at: null,
            })
            .where('id', '=', move.hostId)
            .execute();
        const changed = move.kind === 'folder' ? await descendantFiles(trx, [move.hostId]) : [move.hostId];
        await markDirty(trx, changed);
        await noteChange(trx, [...(former === undefined ? [] : [former]), move.parentId], now);
        await trx.deleteFrom('begun_moves').where('host_id', '=', move.hostId).execute();
        ownWord.note([moved(move)]);
        return changed;
      }),

    async moveLeft({ hostId }) {
      await db.deleteFrom('begun_moves').where('host_id', '=', hostId).execute();
    },

    async begunMoves() {
      const rows = await db.selectFrom('begun_moves').selectAll().orderBy('id').execute();
      return rows.map(({ kind, host_id, url, parent_id, name, begun_at }) => {
        const place = { parentId: toFolderId(parent_id), name, begunAt: begun_at };
        return kind === 'file'
          ? { kind: 'file', hostId: toFileId(host_id), url: url ?? '', ...place }
          : { kind: 'folder', hostId: toFolderId(host_id), ...place };
      });
    },
  };
}

function moved(move: BegunMove): OwnChange {
  return move.kind === 'file'
    ? { kind: 'file', id: move.hostId, to: move.parentId }
    : { kind: 'folder', id: move.hostId, to: move.parentId };
}

async function formerParent(trx: Transaction<Schema>, move: BegunMove): Promise<FolderId | undefined> {
  if (move.kind === 'folder') {
    const row = await trx
      .selectFrom('folders')
      .select('parent_id')
      .where('id', '=', move.hostId)
      .executeTakeFirst();
    return row?.parent_id ?? undefined;
  }
  const row = await trx
    .selectFrom('files')
    .select('folder_id')
    .where('id', '=', move.hostId)
    .executeTakeFirst();
  return row?.folder_id;
}

/** A listing that is as the last one was is not read: what we changed ourselves must be. */
async function noteChange(
  trx: Transaction<Schema>,
  folderIds: readonly FolderId[],
  now: number,
): Promise<void> {
  await trx.updateTable('folders').set({ fingerprint: null }).where('id', 'in', inList(folderIds)).execute();
  for (const folderId of folderIds)
    await recordChange(trx, { folderId, name: '', folders: [], files: [], complete: false }, now);
}
