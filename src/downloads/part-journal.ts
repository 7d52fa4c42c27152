import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { BridgeError } from '../core/errors.ts';
import { diskError } from '../core/files/folder-check.ts';

/** What lies beside a part: of which version of which file it is, and which of its bytes are whole. */
const shape = z.object({
  /** Tells it from a file of another program; the version of this form. */
  passerelle: z.literal(1),
  fileId: z.string(),
  sizeBytes: z.int().min(0),
  /** Entity tag of the version that the bytes are of. */
  etag: z.string(),
  /** First byte, and the one behind the last. */
  whole: z.array(z.tuple([z.int().min(0), z.int().min(0)])),
});

export type PartJournal = Omit<z.infer<typeof shape>, 'passerelle'>;

/** A larger one is none of ours: a file of 5 TB has fewer stretches. */
const maxBytes = 1024 * 1024;

/**
 * The journal of a part. @returns undefined where there is none
 * @throws BridgeError BRIDGE_DOWNLOAD_EXISTS for a file that is none; BRIDGE_DISK
 */
export async function readJournal(path: string): Promise<PartJournal | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw diskError(path, error);
  }
  const read = text.length <= maxBytes ? shape.safeParse(parsed(text)) : undefined;
  if (!read?.success)
    throw new BridgeError('BRIDGE_DOWNLOAD_EXISTS', {
      says: `${path} is none of Passerelle, or is damaged`,
      remedy: 'Move it away, and the part beside it, then run the command again',
    });
  return read.data;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whoever is killed in the middle leaves the one before. @throws the fault of the disk */
export async function writeJournal(path: string, journal: PartJournal): Promise<void> {
  const fresh = `${path}.tmp`;
  try {
    await writeFile(fresh, JSON.stringify({ passerelle: 1, ...journal }));
    await rename(fresh, path);
  } catch (error) {
    await rm(fresh, { force: true }).catch(() => undefined);
    throw error;
  }
}
