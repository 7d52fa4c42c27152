import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { Catalog } from '../catalog/catalog.ts';
import type { FileId } from '../core/ids.ts';
import { needsReview, type Recognition } from '../naming/recognise.ts';

/** A file that a person should look at. */
export interface Doubt {
  fileId: FileId;
  /** Account path. */
  path: string;
  why: string;
  recognition: Recognition;
}

const filesAtOnce = 1000;

/**
 * What rests on too little to be believed unseen, in the order of the ids.
 * @param limit most of them @param from the id after which to begin
 */
export async function filesToReview(
  { recognitions }: Pick<Catalog, 'recognitions'>,
  limit: number,
  signal: AbortSignal,
  from?: FileId,
): Promise<Doubt[]> {
  const doubts: Doubt[] = [];
  for (let after = from; doubts.length < limit; ) {
    signal.throwIfAborted();
    await yieldToEventLoop();
    const rows = await recognitions.after(after, filesAtOnce);
    const last = rows.at(-1)?.fileId;
    if (last === undefined) break;
    after = last;
    for (const { fileId, recognition } of rows) {
      const why = needsReview(recognition);
      if (why !== undefined && doubts.length < limit)
        doubts.push({ fileId, path: recognition.path, why, recognition });
    }
  }
  return doubts;
}
