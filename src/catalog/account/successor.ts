import { sql } from 'kysely';
import type { FileId, FolderId } from '../../core/ids.ts';

/** A file of the account, as far as it matters for who follows whom. */
export interface SucceedingFile {
  id: FileId;
  folderId: FolderId;
  name: string;
}

/**
 * What a file has in common with the one that succeeds it, as a field and as a column: uploaded anew it comes back under
 * its old name in its old folder, under another id.
 */
const successorKey = [
  ['folderId', 'folder_id'],
  ['name', 'name'],
] as const satisfies readonly (readonly [keyof SucceedingFile, string])[];

/** Files by what they have in common with their successors. */
export interface Successors<T> {
  /** Another file with the same folder and name: the successor of one that has left, or the one that a new file succeeds. */
  otherAt(file: SucceedingFile): T | undefined;
}

/** @param files that may succeed, or be succeeded; of several of one folder and name the last counts */
export function createSuccessors<T extends SucceedingFile>(files: Iterable<T>): Successors<T> {
  const byKey = new Map<string, T>();
  for (const file of files) byKey.set(successorKeyOf(file), file);
  return {
    otherAt(file) {
      const other = byKey.get(successorKeyOf(file));
      return other?.id === file.id ? undefined : other;
    },
  };
}

function successorKeyOf(file: SucceedingFile): string {
  return successorKey.map(([field]) => file[field]).join('/');
}

/** Of a row of `files`: whether a file that is there succeeds it. */
export const hasSuccessor = sql<boolean>`exists (select 1 from files successor
  where ${sql.raw(successorKey.map(([, column]) => `successor.${column} = files.${column}`).join(' and '))}
    and successor.id <> files.id and successor.missing_since is null and successor.gone_at is null)`;
