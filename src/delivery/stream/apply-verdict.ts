import { BridgeError } from '../../core/errors.ts';
import type { Lease } from '../../links/lease.ts';
import type { FileStreamOptions, ReadableFile } from './read-options.ts';
import type { Verdict } from './retry-policy.ts';

/**
 * Does what the retry policy says after a failure: tells the broker of the link, tells the cache of other bytes, and
 * waits. Resolves when the next try may begin.
 *
 * @param lease the link that failed; undefined = none could be had
 * @throws BridgeError the one that `verdict` throws when it gives up; the signal's reason
 */
export async function applyVerdict(
  file: ReadableFile,
  lease: Lease | undefined,
  verdict: () => Verdict,
  { broker, clock, log, rangeCache, onFault }: FileStreamOptions,
  signal: AbortSignal,
): Promise<void> {
  try {
    const { pauseMs, dropLease, isRefused } = verdict();
    if (lease && isRefused) await broker.refused(lease);
    else if (lease && dropLease) broker.avoid(lease);
    await clock.sleep(pauseMs, signal);
  } catch (error) {
    if (error instanceof BridgeError) {
      onFault?.(error.code);
      if (error.code === 'BRIDGE_UPSTREAM_CHANGED') {
        const { id: fileId } = file;
        log.warn(
          { fileId, why: error.message },
          'a reading ends here: what follows is of another version of the file',
        );
        rangeCache.drop(fileId);
      }
      if (lease && (error.code === 'BRIDGE_LINK_DEAD' || error.code === 'BRIDGE_LINK_ELSEWHERE')) {
        // Whoever asks next gets the same word until its time is over: no call is spent on hope.
        await broker.drop(file.id, lease.url);
        broker.refuse(file.id, error);
      }
    }
    throw error;
  }
}
