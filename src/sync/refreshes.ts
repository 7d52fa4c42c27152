import type { FileId } from '../core/ids.ts';
import { createSerialQueue } from '../core/serial-queue.ts';
import { type SharedWork, shareWork } from '../core/shared-work.ts';

/** Lays files out again: those of all who ask while that is done for others, in one go after it. */
export type Refresh = (fileIds: readonly FileId[], signal: AbortSignal) => Promise<boolean>;

/** Four uploads that end at one time lay their folder out twice and not four times. @param refresh does it for some files */
export function gatherRefreshes(refresh: Refresh): Refresh {
  const queue = createSerialQueue();
  let next: { ids: Set<FileId>; work: SharedWork<boolean> } | undefined;

  function begin(): NonNullable<typeof next> {
    const ids = new Set<FileId>();
    const work = shareWork((signal) =>
      queue.take(async () => {
        if (next?.work === work) next = undefined;
        signal.throwIfAborted();
        return refresh([...ids], signal);
      }),
    );
    return { ids, work };
  }

  return (fileIds, signal) => {
    if (!next || next.work.isCalledOff()) next = begin();
    for (const id of fileIds) next.ids.add(id);
    return next.work.attend(signal);
  };
}
