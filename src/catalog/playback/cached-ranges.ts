import type { Kysely } from 'kysely';
import type { FileId } from '../../core/ids.ts';
import type { Schema } from '../db/schema.ts';

/** A beginning or end of a file that lies on disk. Times in milliseconds UTC. */
export interface CachedRangeRow {
  fileId: FileId;
  side: 'head' | 'tail';
  sizeBytes: number;
  /** Which version of the file its bytes are of. */
  version: string;
  start: number;
  length: number;
  /** CRC-32 of each block. */
  checks: Uint32Array;
  usedAt: number;
}

/** What is known of the kept beginnings and ends. */
export interface CachedRanges {
  /** Everything that lies on the disk. */
  all(): Promise<CachedRangeRow[]>;
  /** Notes a range in the place of the one at that end of its file. */
  put(range: CachedRangeRow): Promise<void>;
  /** The range at this end of the file lies there no more. */
  drop(fileId: FileId, side: string): Promise<void>;
}

export function createCachedRanges(db: Kysely<Schema>): CachedRanges {
  return {
    async all() {
      const rows = await db.selectFrom('cached_ranges').selectAll().execute();
      return rows.map((row) => ({
        fileId: row.file_id,
        side: row.side as CachedRangeRow['side'],
        sizeBytes: row.size_bytes,
        version: row.version,
        start: row.start,
        length: row.length,
        // A copy: the row's own bytes may not begin at a multiple of four.
        checks: new Uint32Array(Uint8Array.from(row.checks).buffer),
        usedAt: row.used_at,
      }));
    },

    async put({ fileId, side, ...kept }) {
      const values = {
        size_bytes: kept.sizeBytes,
        version: kept.version,
        start: kept.start,
        length: kept.length,
        checks: new Uint8Array(kept.checks.buffer, kept.checks.byteOffset, kept.checks.byteLength),
        used_at: kept.usedAt,
      };
      await db
        .insertInto('cached_ranges')
        .values({ file_id: fileId, side, ...values })
        .onConflict((conflict) => conflict.columns(['file_id', 'side']).doUpdateSet(values))
        .execute();
    },

    async drop(fileId, side) {
      await db.deleteFrom('cached_ranges').where('file_id', '=', fileId).where('side', '=', side).execute();
    },
  };
}
