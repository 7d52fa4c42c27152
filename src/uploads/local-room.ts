import { maxLocalFiles } from '../catalog/account/local-files.ts';
import type { Clock } from '../core/clock.ts';
import { dayMs } from '../core/durations.ts';
import { BridgeError } from '../core/errors.ts';

/** What only we keep is small, each of it and all together. */
const maxLocalBytes = 256 * 1024;
/** What Finder leaves beside a file holds its icon and all that other disks have no place for: whoever loses it loses something. */
const maxForkBytes = 4 * 1024 * 1024;
const maxLocalTotalBytes = 64 * 1024 * 1024;
/** A folder that listings have lacked for so long does not come back. */
const missingForMs = 30 * dayMs;

/** How much of a file of this name is kept here, at most. */
export function maxLocalBytesOf(name: string): number {
  return name.startsWith('._') ? maxForkBytes : maxLocalBytes;
}

/** @param total with what is to come. @throws BridgeError BRIDGE_UPLOAD_FULL */
export function mustFitLocal({ count, sizeBytes }: { count: number; sizeBytes: number }): void {
  if (count > maxLocalFiles || sizeBytes > maxLocalTotalBytes)
    throw new BridgeError('BRIDGE_UPLOAD_FULL', { detail: 'too many files that the host does not take' });
}

/** What is kept for folders that are missing since before this time is kept for nobody; milliseconds UTC. */
export function prunedBefore(clock: Pick<Clock, 'now'>): number {
  return clock.now() - missingForMs;
}
