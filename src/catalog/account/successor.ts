import { sql } from 'kysely';
import type { FileId, FolderId } from '../../core/ids.ts';

/** A file of the account, as far as it matters for who follows whom. */
export interface SlotFile {
  id: FileId;
  folderId: FolderId;
  name: string;
}

/**
 * What a file has in common with the one that succeeds it, as a field and as a column: uploaded anew it comes back under
 * its old name in its old folder, under another id.
 */
const slotKey = [
  ['folderId', 'folder_id'],
  ['name', 'name'],
] as const satisfies readonly (readonly [keyof SlotFile, string])[];

/** Files by what they have in common with their successors. */
export interface Slots<T> {
  /** Another file in the same slot: the successor of one that has left, or the one that a new file succeeds. */
  otherAt(file: SlotFile): T | undefined;
}

/** @param files that may succeed, or be succeeded; of several in one slot the last counts */
export function createSlots<T extends SlotFile>(files: Iterable<T>): Slots<T> {
  const bySlot = new Map<string, T>();
  for (const file of files) bySlot.set(slotOf(file), file);
  return {
    otherAt(file) {
      const other = bySlot.get(slotOf(file));
      return other?.id === file.id ? undefined : other;
    },
  };
}

function slotOf(file: SlotFile): string {
  return slotKey.map(([field]) => file[field]).join('/');
}

/** Of a row of `files`: whether a file that is there succeeds it. */
export const hasSuccessor = sql<boolean>`exists (select 1 from files successor
  where ${sql.raw(slotKey.map(([, column]) => `successor.${column} = files.${column}`).join(' and '))}
    and successor.id <> files.id and successor.missing_since is null and successor.gone_at is null)`;
