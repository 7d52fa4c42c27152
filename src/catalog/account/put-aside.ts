import { type Kysely, sql } from 'kysely';
import { joinAccountPath } from '../../core/account-path.ts';
import type { FileId, FolderId } from '../../core/ids.ts';
import type { Schema } from '../db/schema.ts';

/** A file that is left alone because reading it did harm. */
export interface PutAsideFile {
  fileId: FileId;
  /** Account path. */
  path: string;
  /** For a person. */
  why: string;
  /** Milliseconds UTC. */
  at: number;
}

/** Which version of a file is meant: another size is another content. */
export interface SizedFile {
  id: FileId;
  sizeBytes: number;
}

/** So often the whole process may end while a file is read before the file is blamed for it: once may be chance. */
const maxTries = 2;

/** Files that took down what read them; each is left alone until it changes, also by the next process. */
export interface PutAside {
  /** Whether it must not be read. */
  has(file: SizedFile, now: number): Promise<boolean>;
  /** Notes that it is about to be read. */
  begin(file: SizedFile, now: number): Promise<void>;
  /** It was read, or it was left for a reason that is not its own. */
  done(file: SizedFile): Promise<void>;
  /** It did harm. */
  put(file: SizedFile, why: string, now: number): Promise<void>;
  /** Those that are in the account as they were, by path; at most `limit`. */
  list(limit: number): Promise<PutAsideFile[]>;
}

export function createPutAside(
  db: Kysely<Schema>,
  folderPaths: (ids: readonly FolderId[]) => Promise<Map<FolderId, string>>,
): PutAside {
  async function write({ id, sizeBytes }: SizedFile, at: number, tries: number, why: string | null) {
    const row = { size_bytes: sizeBytes, at, tries, why };
    await db
      .insertInto('put_aside')
      .values({ file_id: id, ...row })
      .onConflict((conflict) => conflict.column('file_id').doUpdateSet(row))
      .execute();
  }

  const known = ({ id, sizeBytes }: SizedFile) =>
    db
      .selectFrom('put_aside')
      .select(['tries', 'why'])
      .where('file_id', '=', id)
      .where('size_bytes', '=', sizeBytes)
      .executeTakeFirst();

  return {
    async has(file, now) {
      const { tries = 0, why = null } = (await known(file)) ?? {};
      if (why !== null) return true;
      if (tries < maxTries) return false;
      await write(file, now, tries, 'Passerelle ended each time while it was read');
      return true;
    },

    async begin(file, now) {
      await write(file, now, ((await known(file))?.tries ?? 0) + 1, null);
    },

    async done({ id }) {
      await db.deleteFrom('put_aside').where('file_id', '=', id).execute();
    },

    put: (file, why, now) => write(file, now, maxTries, why),

    async list(limit) {
      const rows = await db
        .selectFrom('put_aside as p')
        .innerJoin('files as f', (join) =>
          join.onRef('f.id', '=', 'p.file_id').onRef('f.size_bytes', '=', 'p.size_bytes'),
        )
        .select(['f.id', 'f.folder_id as folderId', 'f.name', 'p.at', 'p.why'])
        .where('p.why', 'is not', null)
        .where('f.gone_at', 'is', null)
        .orderBy(sql`p.at`, 'desc')
        .orderBy('p.file_id')
        .limit(limit)
        .execute();
      const folders = await folderPaths([...new Set(rows.map(({ folderId }) => folderId))]);
      return rows.map(({ id, folderId, name, at, why }) => ({
        fileId: id,
        path: joinAccountPath(folders.get(folderId) ?? '/', name),
        why: why ?? '',
        at,
      }));
    },
  };
}
