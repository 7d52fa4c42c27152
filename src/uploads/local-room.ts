import { maxLocalFiles } from '../catalog/account/local-files.ts';
import type { Clock } from '../core/clock.ts';
import { dayMs } from '../core/durations.ts';
import { BridgeError } from '../core/errors.ts';

/** What only we keep is small, each of it and all together. */
export const maxLocalBytes = 256 * 1024;
const maxLocalTotalBytes = 64 * 1024 * 1024;
/** A folder that listings have lacked for so long does not come back. */
const missingForMs = 30 * dayMs;

/** @param total with what is to come. @throws BridgeError BRIDGE_UPLOAD_FULL */
export function mustFitLocal({ count, sizeBytes }: { count: number; sizeBytes: number }): void {
  if (count > maxLocalFiles || sizeBytes > maxLocalTotalBytes)
    throw new BridgeError('BRIDGE_UPLOAD_FULL', { detail: 'too many files that the host does not take' });
}

/** What is kept for folders that are missing since before this time is kept for nobody; milliseconds UTC. */
export function prunedBefore(clock: Pick<Clock, 'now'>): number {
  return clock.now() - missingForMs;
}
