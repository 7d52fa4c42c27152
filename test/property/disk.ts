import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** What a kill leaves of a write: hidden, and nobody's. */
const temporaryName = /^\.passerelle-[0-9a-f]{16}\.tmp$/;

/** A file as it lies on the disk. */
export interface OnDisk {
  sha256: string;
  sizeBytes: number;
  mtimeMs: number;
  /** Of a STRM file: what it leads to. */
  fileId: string | undefined;
}

/** Every file below a folder, by its path there. */
export function descendantFiles(dir: string): Map<string, OnDisk> {
  const found = new Map<string, OnDisk>();
  let entries: ReturnType<typeof list>;
  try {
    entries = list(dir);
  } catch {
    return found;
  }
  for (const entry of entries) {
    if (!entry.isFile() || temporaryName.test(entry.name)) continue;
    const full = join(entry.parentPath, entry.name);
    const bytes = readFileSync(full);
    const { size, mtimeMs } = statSync(full);
    const url = full.endsWith('.strm') ? bytes.toString() : undefined;
    found.set(full.slice(dir.length + 1), {
      sha256: createHash('sha256').update(bytes).digest('hex'),
      sizeBytes: size,
      mtimeMs,
      fileId: url && new URL(url.trim()).pathname.split('/')[2],
    });
  }
  return found;
}

function list(dir: string) {
  return readdirSync(dir, { recursive: true, withFileTypes: true });
}

/** Rows of the catalog as they are, whatever the code above them says. */
export function rowsOf<T>(home: string, query: string, ...values: string[]): T[] {
  const database = new DatabaseSync(join(home, 'data', 'catalog.db'), { readOnly: true });
  try {
    return [...database.prepare(query).iterate(...values)] as T[];
  } finally {
    database.close();
  }
}
