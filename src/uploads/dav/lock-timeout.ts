import { hourMs, secondMs } from '../../core/durations.ts';

/** What is left behind by a program that died is free again after so long; who lives asks for longer in time. */
export const maxLockMs = hourMs;
const minLockMs = secondMs;

/**
 * How long a lock is held, from the header Timeout (RFC 4918 section 10.7): the first wish in it that can be read,
 * between a second and an hour. Without one it is an hour, as for `Infinite`.
 * @returns milliseconds
 */
export function readLockTimeout(header: string | undefined): number {
  for (const part of (header ?? '').split(',')) {
    const wish = part.trim().toLowerCase();
    if (wish === 'infinite') return maxLockMs;
    const [, seconds] = /^second-(\d+)$/.exec(wish) ?? [];
    if (seconds !== undefined) return Math.min(maxLockMs, Math.max(minLockMs, Number(seconds) * secondMs));
  }
  return maxLockMs;
}
